#include "services/settlement.h"

#include "core/config.h"
#include "core/json.h"
#include "db/list.h"
#include "services/settlement_shape.h"

enum err
settlement_balance(struct ctx *c, struct buf *out)
{
	struct json j = js_to(out);
	struct rows r;

	TRY(db_one(c, Q_SELLER_BALANCE, ARGS(A(c->caller.seller_id)), &r));
	js_open(&j, '{');
	js_str(&j, "currency", "INR");
	js_i64(&j, "pending", col_i64(&r));
	js_i64(&j, "available", col_i64(&r));
	js_i64(&j, "settled", col_i64(&r));
	js_close(&j, '}');
	return OK;
}

enum err
settlement_list(struct ctx *c, const struct page_in *in, struct buf *out,
    struct page_out *page)
{
	struct list_rows l;

	TRY(list_begin(c, &l, in, LIST_NEWEST, F_SETTLEMENT_COLUMNS));
	list_where(&l, F_SETTLEMENTS_OF_SELLER, ARGS(A(c->caller.seller_id)));
	return settlement_page(c, &l, out, page);
}

/* --- requesting --------------------------------------------------------- */

struct claim {
	int64_t lines;
	int64_t gross;
	int64_t commission;
	int64_t refunds;
	int64_t net;
	int64_t since_us; /* of the first line */
};

static void
add_claimed(struct claim *k, struct rows *r, const char **reached)
{
	int64_t since;

	k->lines += col_i64(r);
	k->gross += col_i64(r);
	k->commission += col_i64(r);
	k->refunds += col_i64(r);
	k->net += col_i64(r);
	since = col_i64(r);
	if (since != 0 && (k->since_us == 0 || since < k->since_us))
		k->since_us = since;
	*reached = col_text(r);
}

/*
 * The row of the settlement comes first, since the lines point at it.  A large
 * store has more of them than one statement has time for.
 */
static enum err
claim_lines(struct ctx *c, struct uuid id, struct claim *out)
{
	const char *reached = "-infinity";
	struct rows turn, r;
	int64_t before;

	db_queue_rows(c, Q_SELLER_TURN, ARGS(A(c->caller.seller_id)), &turn);
	db_queue(c, Q_SETTLEMENT_ADD,
	    ARGS(A(id), A(c->caller.seller_id), A(c->idem_principal),
		A(c->idem_key)));
	*out = (struct claim){ 0 };
	do {
		before = out->lines;
		TRY(db_one(c, Q_EARNINGS_CLAIM,
		    ARGS(A(c->caller.seller_id), A(id), A(reached),
			A((int64_t)SETTLEMENT_BATCH)),
		    &r));
		add_claimed(out, &r, &reached);
	} while (out->lines - before == SETTLEMENT_BATCH);
	return OK;
}

static enum err
check_claim(struct ctx *c, const struct claim *k)
{
	if (k->lines == 0)
		return fail(c, ERR_NOTHING_TO_SETTLE,
		    "Nothing is available.");
	if (k->net < 0)
		return fail(c, ERR_NOTHING_TO_SETTLE,
		    "More was paid back than earned: %lld wait for sales to "
		    "make up for them.",
		    (long long)-k->net);
	if (k->net < c->config->settlement_min)
		return fail(c, ERR_NOTHING_TO_SETTLE,
		    "%lld are available; a settlement needs %lld at least.",
		    (long long)k->net, (long long)c->config->settlement_min);
	return OK;
}

enum err
settlement_request(struct ctx *c, struct buf *out)
{
	struct uuid id = uuid_new();
	struct claim k;
	TX_SCOPE(tx, c);

	TRY(claim_lines(c, id, &k));
	TRY(check_claim(c, &k));
	db_queue(c, Q_SETTLEMENT_SET_SUMS,
	    ARGS(A(id), A(k.gross), A(k.commission), A(k.refunds), A(k.net),
		A(k.since_us)));
	TRY(settlement_write(c, id, out));
	return tx_commit(&tx);
}
