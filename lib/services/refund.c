#include "services/refund.h"

#include <string.h>

#include "db/db.h"
#include "io/provider.h"
#include "services/ledger.h"
#include "services/order_news.h"
#include "services/provider_news.h"
#include "services/refund_shape.h"

/* --- booking -------------------------------------------------------- */

struct open_refund {
	struct uuid id;
	struct uuid order_id;
	struct uuid payment_id;
	int64_t amount;
	const char *status;
	const char *key;
	const char *provider_refund_id;
	bool restock;
	bool cod;
	const char *provider_payment_id;
	struct uuid buyer;
	const char *number;
	bool has_items; /* false: a stray payment */
};

/* Locks the order first, as everybody does, then the refund. */
static enum err
hold(struct ctx *c, struct uuid id, struct open_refund *out)
{
	struct held_order o;
	struct rows r;
	bool found;

	TRY(db_maybe(c, Q_REFUND_ORDER, ARGS(A(id)), &r, &found));
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such refund.");
	TRY(order_hold(c, col_uuid(&r), &o));
	TRY(db_maybe(c, Q_REFUND_LOCK, ARGS(A(id)), &r, &found));
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such refund.");
	out->id = id;
	out->order_id = col_uuid(&r);
	out->payment_id = col_uuid(&r);
	out->amount = col_i64(&r);
	out->status = col_text(&r);
	out->key = col_text(&r);
	out->provider_refund_id = col_text(&r);
	out->restock = col_bool(&r);
	out->cod = strcmp(col_text(&r), "cod") == 0;
	out->provider_payment_id = col_text(&r);
	out->buyer = col_uuid(&r);
	out->number = col_text(&r);
	out->has_items = col_bool(&r);
	return OK;
}

/* Stock comes last, in the order of its ids. */
static enum err
restock(struct ctx *c, struct uuid id)
{
	struct rows r;

	TRY(db_each(c, Q_REFUND_RESTOCK, ARGS(A(id)), &r));
	while (row_next(&r)) {
		struct uuid variant = col_uuid(&r);

		db_queue_last(c, Q_STOCK_PUT_BACK,
		    ARGS(A(variant), A(col_i64(&r))));
	}
	return OK;
}

static enum err
processed(struct ctx *c, const struct open_refund *f)
{
	if (strcmp(f->status, "processed") == 0 ||
	    strcmp(f->status, "failed") == 0)
		return OK;
	db_queue(c, Q_REFUND_SET_STATUS, ARGS(A(f->id), A("processed")));
	db_queue(c, Q_PAYMENT_SET_REFUNDED,
	    ARGS(A(f->payment_id), A(f->amount)));
	if (f->has_items)
		ledger_refunded(c, f->order_id, f->id, f->cod);
	else
		ledger_stray_refunded(c, f->order_id, f->id, f->amount);
	db_queue(c, Q_ORDER_SET_REFUND_STATE, ARGS(A(f->order_id)));
	order_tell_refunded(c, f->order_id, f->number, f->buyer, f->id,
	    f->amount);
	TRY(order_tell_sellers_refunded(c, f->order_id, f->id));
	if (f->restock)
		TRY(restock(c, f->id));
	return db_flush(c);
}

enum err
refund_book_cash(struct ctx *c, struct uuid id)
{
	struct open_refund f;

	TRY(hold(c, id, &f));
	return processed(c, &f);
}

/* Everything is given back; what was booked is reversed. */
static enum err
failed(struct ctx *c, const struct open_refund *f)
{
	if (strcmp(f->status, "failed") == 0)
		return OK;
	if (strcmp(f->status, "processed") == 0) {
		db_queue(c, Q_PAYMENT_UNSET_REFUNDED,
		    ARGS(A(f->payment_id), A(f->amount)));
		ledger_refund_failed(c, f->order_id, f->id);
	}
	db_queue(c, Q_PAYMENT_RELEASE_REFUND,
	    ARGS(A(f->payment_id), A(f->amount)));
	db_queue(c, Q_ORDER_ITEMS_DROP_REFUND, ARGS(A(f->id)));
	db_queue(c, Q_REFUND_SET_STATUS, ARGS(A(f->id), A("failed")));
	/* Another one may have needed what this one promised. */
	db_queue(c, Q_WEBHOOKS_WAKE, ARGS(A(f->provider_payment_id)));
	db_queue(c, Q_ORDER_SET_REFUND_STATE, ARGS(A(f->order_id)));
	order_tell_admins(c, f->order_id, f->number,
	    &(struct order_alert){ "payment_mismatch", f->id, f->amount,
		"A refund failed at the provider." });
	return db_flush(c);
}

/* What the provider calls it, in our books. */
static enum err
book(struct ctx *c, const struct open_refund *f, const char *provider_id,
    const char *status)
{
	db_queue(c, Q_REFUND_SET_PROVIDER_ID, ARGS(A(f->id), A(provider_id)));
	if (strcmp(status, "processed") == 0)
		return processed(c, f);
	if (strcmp(status, "failed") == 0)
		return failed(c, f);
	db_queue(c, Q_REFUND_TOUCH, ARGS(A(f->id)));
	return db_flush(c);
}

/* --- the turn ----------------------------------------------------------- */

enum err
refund_turn_take(struct ctx *c, struct uuid order_id)
{
	struct rows r;

	TRY(db_one(c, Q_REFUND_TURN_TAKE, ARGS(A(order_id)), &r));
	if (col_bool(&r))
		return OK;
	return fail(c, ERR_REFUND_IN_PROGRESS,
	    "Another refund of this order waits for the payment provider.");
}

void
refund_turn_give(struct ctx *c, struct uuid order_id)
{
	struct problem problem = c->problem;
	struct rows r;

	/* A lock that cannot be given back goes with its connection. */
	if (db_one(c, Q_REFUND_TURN_GIVE, ARGS(A(order_id)), &r) != OK)
		db_close(c->db);
	c->problem = problem;
}

/* --- the call ----------------------------------------------------------- */

enum { TRIES = 3 };

static enum err
refused(struct ctx *c, const char *why)
{
	return fail(c, ERR_INVALID_STATE,
	    "The payment provider refused the refund%s%s",
	    why != NULL ? ": " : ".", why != NULL ? why : "");
}

static enum err
book_refusal(struct ctx *c, struct uuid id)
{
	struct open_refund f;
	TX_SCOPE(tx, c);

	TRY(hold(c, id, &f));
	/* Somebody may have heard better meanwhile. */
	if (f.provider_refund_id == NULL)
		TRY(failed(c, &f));
	return tx_commit(&tx);
}

static enum err
look(struct ctx *c, struct uuid id, struct open_refund *out)
{
	TX_SCOPE(tx, c);

	TRY(hold(c, id, out));
	db_queue(c, Q_REFUND_TOUCH, ARGS(A(id)));
	return tx_commit(&tx);
}

static enum err
write_answer(struct ctx *c, struct uuid id, struct buf *out)
{
	if (out == NULL)
		return OK;
	buf_clear(out);
	TRY(refund_write(c, id, out));
	answer_ready(c);
	return OK;
}

/* One that is decided already, by a webhook or the job. */
static enum err
answer_decided(struct ctx *c, const struct open_refund *f, struct buf *out)
{
	TX_SCOPE(tx, c);

	if (out != NULL && strcmp(f->status, "failed") == 0 &&
	    f->provider_refund_id == NULL)
		return refused(c, NULL);
	TRY(write_answer(c, f->id, out));
	return tx_commit(&tx);
}

static enum err
book_once(struct ctx *c, struct uuid id, const struct provider_refund *said,
    struct buf *out)
{
	struct open_refund f;
	TX_SCOPE(tx, c);

	TRY(hold(c, id, &f));
	TRY(book(c, &f, said->id, said->status));
	TRY(write_answer(c, id, out));
	return tx_commit(&tx);
}

/* The provider has done it: it must not look as if all could be tried
 * again. */
static enum err
book_outcome(struct ctx *c, struct uuid id,
    const struct provider_refund *said, struct buf *out)
{
	for (int i = 0; i < TRIES; i++) {
		enum err err = book_once(c, id, said, out);

		if (err != ERR_TRY_AGAIN)
			return err;
		problem_clear(c);
	}
	return fail(c, ERR_OUTCOME_UNKNOWN,
	    "The refund could not be booked yet. Send the same key again to "
	    "learn the outcome.");
}

/*
 * Asks for the refund, or how it stands.  What is refused may be a repeat of
 * what was done: then it is there under our key.
 */
static enum provider_result
ask_provider(struct ctx *c, const struct open_refund *f,
    struct provider_refund *out, struct provider_problem *why)
{
	struct provider_refund *made;
	struct provider_problem refusal;
	enum provider_result result;
	size_t n;

	if (f->provider_refund_id != NULL)
		return provider_refund_fetch(c, f->provider_refund_id, out,
		    why);
	result = provider_refund_create(c, f->provider_payment_id, f->amount,
	    f->key, out, why);
	if (result != PROVIDER_REFUSED)
		return result;
	refusal = *why;
	result = provider_payment_refunds(c, f->provider_payment_id, 0, &made,
	    &n, why);
	for (size_t i = 0; result == PROVIDER_OK && i < n; i++)
		if (strcmp(made[i].receipt, f->key) == 0) {
			*out = made[i];
			return PROVIDER_OK;
		}
	if (result != PROVIDER_OK)
		return result;
	*why = refusal;
	return PROVIDER_REFUSED;
}

static enum err
run_in_turn(struct ctx *c, struct uuid id, struct buf *out)
{
	struct provider_problem why;
	struct provider_refund refund;
	enum provider_result result;
	struct open_refund f;

	TRY(look(c, id, &f));
	if (strcmp(f.status, "processing") != 0 || f.cod)
		return answer_decided(c, &f, out);
	result = ask_provider(c, &f, &refund, &why);
	if (result != PROVIDER_OK)
		provider_tell(c, &why);
	if (result == PROVIDER_REFUSED && f.provider_refund_id == NULL) {
		TRY(book_refusal(c, id));
		return refused(c, why.detail);
	}
	if (result == PROVIDER_UNKNOWN)
		return fail(c, ERR_OUTCOME_UNKNOWN,
		    "The payment provider did not answer. Send the same key "
		    "again to learn the outcome.");
	if (result != PROVIDER_OK)
		return fail(c, ERR_PAYMENT_PROVIDER,
		    "The payment provider cannot be used at the moment.");
	return book_outcome(c, id, &refund, out);
}

enum err
refund_run(struct ctx *c, struct uuid id, struct buf *out)
{
	struct uuid order_id;
	struct rows r;
	bool found;
	enum err err;

	TRY(db_maybe(c, Q_REFUND_ORDER, ARGS(A(id)), &r, &found));
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such refund.");
	order_id = col_uuid(&r);
	TRY(refund_turn_take(c, order_id));
	err = run_in_turn(c, id, out);
	refund_turn_give(c, order_id);
	return err;
}

/* --- news --------------------------------------------------------------- */

enum err
refund_news(struct ctx *c, const char *provider_refund_id, const char *key,
    const char *status, bool *known)
{
	struct open_refund f;
	struct rows r;

	TRY(db_maybe(c, Q_REFUND_BY_PROVIDER_ID, ARGS(A(provider_refund_id)),
	    &r, known));
	if (!*known && key != NULL)
		TRY(db_maybe(c, Q_REFUND_BY_GATEWAY_KEY, ARGS(A(key)), &r,
		    known));
	if (!*known)
		return OK;
	TRY(hold(c, col_uuid(&r), &f));
	return book(c, &f, provider_refund_id, status);
}
