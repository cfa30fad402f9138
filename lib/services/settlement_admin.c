/*
 * Settlements as administrators see and decide them.
 */
#include <string.h>

#include "core/json.h"
#include "services/audit.h"
#include "services/ledger.h"
#include "services/notification.h"
#include "services/posting_shape.h"
#include "services/settlement.h"
#include "services/settlement_shape.h"

const char *const settlement_sorts[] = { "-requested_at", "requested_at",
	"-net", "net", NULL };

enum { LINES_SHOWN = 1000 };

/* The largest first, and the other way round. */
static const struct list_order largest = {
	.name = "-net",
	.key = LIST_KEY_I64,
	.before = F_SETTLEMENTS_BELOW,
	.after = F_SETTLEMENTS_ABOVE,
	.forwards = F_SETTLEMENTS_LARGEST,
	.backwards = F_SETTLEMENTS_SMALLEST,
};
static const struct list_order smallest = {
	.name = "net",
	.key = LIST_KEY_I64,
	.before = F_SETTLEMENTS_ABOVE,
	.after = F_SETTLEMENTS_BELOW,
	.forwards = F_SETTLEMENTS_SMALLEST,
	.backwards = F_SETTLEMENTS_LARGEST,
};

static const struct list_order *
order_named(const char *sort)
{
	if (sort != NULL && strcmp(sort, largest.name) == 0)
		return &largest;
	if (sort != NULL && strcmp(sort, smallest.name) == 0)
		return &smallest;
	return list_by_age(sort);
}

enum err
settlement_search(struct ctx *c, const struct settlement_search *in,
    struct buf *out, struct page_out *page)
{
	struct list_rows l;

	TRY(list_begin(c, &l, &in->paging, order_named(in->sort),
	    F_SETTLEMENT_COLUMNS));
	if (uuid_is_zero(in->seller_id))
		list_where(&l, F_SETTLEMENTS_ALL, NO_ARGS);
	else
		list_where(&l, F_SETTLEMENTS_OF_SELLER,
		    ARGS(A(in->seller_id)));
	if (in->status != NULL)
		list_where(&l, F_SETTLEMENTS_WITH_STATUS,
		    ARGS(A(in->status)));
	return settlement_page(c, &l, out, page);
}

/* --- one ---------------------------------------------------------------- */

static void
write_lines(struct rows *r, struct json *j)
{
	js_open_key(j, "lines", '[');
	while (row_next(r)) {
		js_open(j, '{');
		js_uuid(j, "seller_order_id", col_uuid(r));
		js_str(j, "number", col_text(r));
		js_uuid(j, "refund_id", col_uuid(r));
		js_i64(j, "gross", col_i64(r));
		js_i64(j, "commission", col_i64(r));
		js_i64(j, "amount", col_i64(r));
		js_time(j, "available_at", col_i64(r));
		js_close(j, '}');
	}
	js_close(j, ']');
}

enum err
settlement_detail(struct ctx *c, struct uuid id, struct buf *out)
{
	struct rows r, count, lines, postings;
	struct json j = js_to(out);
	bool found;

	db_queue_rows(c, Q_SETTLEMENT_COUNT_LINES, ARGS(A(id)), &count);
	db_queue_rows(c, Q_SETTLEMENT_LINES,
	    ARGS(A(id), A((int64_t)LINES_SHOWN)), &lines);
	db_queue_rows(c, Q_SETTLEMENT_POSTINGS, ARGS(A(id)), &postings);
	TRY(db_maybe(c, Q_SETTLEMENT_BY_ID, ARGS(A(id)), &r, &found));
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such settlement.");
	row_next(&count);
	js_open(&j, '{');
	settlement_write_members(&r, &j);
	js_i64(&j, "line_count", col_i64(&count));
	write_lines(&lines, &j);
	postings_write(&postings, &j);
	js_close(&j, '}');
	return OK;
}

/* --- deciding ----------------------------------------------------------- */

struct held {
	struct uuid id;
	const char *status;
	struct uuid seller_id;
	int64_t net;
	const char *currency;
	struct uuid owner; /* of the store */
};

static enum err
hold(struct ctx *c, struct uuid id, struct held *s)
{
	struct rows r;
	bool found;

	TRY(db_maybe(c, Q_SETTLEMENT_LOCK, ARGS(A(id)), &r, &found));
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such settlement.");
	s->id = id;
	s->status = col_text(&r);
	s->seller_id = col_uuid(&r);
	s->net = col_i64(&r);
	s->currency = col_text(&r);
	s->owner = col_uuid(&r);
	if (strcmp(s->status, "requested") != 0)
		return fail(c, ERR_INVALID_STATE,
		    "This settlement is %s already.", s->status);
	return OK;
}

/* What became of it: the name of its words in the news is also theirs in the
 * table. */
struct decision {
	const char *status;
	const char *action;
	const char *name; /* reference, reason */
	const char *words;
};

static void
tell(struct ctx *c, const struct held *s, const struct decision *d)
{
	struct news n = { .account_id = s->owner, .source_id = s->id };
	struct json j;
	struct buf b;

	buf_init(&b, c->arena, 64 * 1024);
	j = js_to(&b);
	js_open(&j, '{');
	js_uuid(&j, "settlement_id", s->id);
	js_i64(&j, "amount", s->net);
	js_str(&j, "currency", s->currency);
	js_str(&j, d->name, d->words);
	js_close(&j, '}');
	n.type = strcmp(d->status, "paid") == 0 ? "settlement_paid" :
						  "settlement_rejected";
	n.data = buf_text(&b);
	notification_queue(c, &n);
}

static void
queue_decision(struct ctx *c, const struct held *s, const struct decision *d)
{
	bool paid = strcmp(d->status, "paid") == 0;

	db_queue(c, Q_SETTLEMENT_SET_DECIDED,
	    ARGS(A(s->id), A(d->status), A(paid ? d->words : NULL),
		A(paid ? NULL : d->words), A(c->caller.id)));
	tell(c, s, d);
	audit_queue(c, d->action, "settlement", s->id,
	    CHANGES({ "status", A(s->status), A(d->status) },
		{ d->name, A_NULL, A(d->words) }));
}

enum err
settlement_pay(struct ctx *c, struct uuid id, const char *reference)
{
	struct decision d = { "paid", "settlement.pay", "reference",
		reference };
	struct held s;
	TX_SCOPE(tx, c);

	TRY(hold(c, id, &s));
	ledger_settled(c, id);
	queue_decision(c, &s, &d);
	return tx_commit(&tx);
}

static enum err
free_lines(struct ctx *c, struct uuid id)
{
	int64_t freed;

	do {
		TRY(db_exec_n(c, Q_EARNINGS_FREE,
		    ARGS(A(id), A((int64_t)SETTLEMENT_BATCH)), &freed));
	} while (freed == SETTLEMENT_BATCH);
	return OK;
}

enum err
settlement_reject(struct ctx *c, struct uuid id, const char *reason)
{
	struct decision d = { "rejected", "settlement.reject", "reason",
		reason };
	struct held s;
	TX_SCOPE(tx, c);

	TRY(hold(c, id, &s));
	TRY(free_lines(c, id));
	queue_decision(c, &s, &d);
	return tx_commit(&tx);
}

static enum err
check_words(struct ctx *c, const char *name, const char *given,
    const char *other_name, const char *other)
{
	if (given == NULL || given[strspn(given, " \t\r\n")] == '\0')
		return fail_field(c, name, "This action needs it.");
	if (other != NULL)
		return fail_field(c, other_name,
		    "This belongs to the other action.");
	return OK;
}

static enum err
decide(struct ctx *c, const struct settlement_process *in)
{
	if (strcmp(in->action, "pay") == 0) {
		TRY(check_words(c, "reference", in->reference, "reason",
		    in->reason));
		return settlement_pay(c, in->settlement_id, in->reference);
	}
	TRY(check_words(c, "reason", in->reason, "reference", in->reference));
	return settlement_reject(c, in->settlement_id, in->reason);
}

enum err
settlement_process(struct ctx *c, const struct settlement_process *in,
    struct buf *out)
{
	TX_SCOPE(tx, c);

	TRY(decide(c, in));
	TRY(settlement_write(c, in->settlement_id, out));
	return tx_commit(&tx);
}
