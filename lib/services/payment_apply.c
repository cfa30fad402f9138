/*
 * The one way in for news about money, used by webhooks, by the checkout's
 * word and by the poller alike.
 */
#include <string.h>

#include "db/db.h"
#include "services/ledger.h"
#include "services/order_news.h"
#include "services/order_step.h"
#include "services/payment.h"
#include "services/refund.h"

/* The payment the news is about, locked after its order. */
struct held_payment {
	struct uuid id;
	const char *status;
	const char *provider_payment_id; /* NULL until one was seen */
	int64_t amount;
	const char *currency;
	int64_t captured;
	bool needs_review;
};

static enum err
find(struct ctx *c, const struct money_news *n, struct held_order *o,
    struct held_payment *p, bool *found)
{
	struct rows r;

	TRY(db_maybe(c, Q_PAYMENT_OF_PROVIDER_ORDER,
	    ARGS(A(n->provider_order_id)), &r, found));
	if (!*found)
		return OK;
	p->id = col_uuid(&r);
	TRY(order_hold(c, col_uuid(&r), o));
	TRY(db_maybe(c, Q_PAYMENT_LOCK, ARGS(A(p->id)), &r, found));
	p->status = col_text(&r);
	p->provider_payment_id = col_text(&r);
	p->amount = col_i64(&r);
	p->currency = col_text(&r);
	p->captured = col_i64(&r);
	p->needs_review = col_bool(&r);
	return OK;
}

/* An amount that is not the order's is no payment of it: a person looks. */
static enum err
flag(struct ctx *c, const struct held_order *o, const struct held_payment *p,
    const struct money_news *n)
{
	if (p->needs_review)
		return OK;
	db_queue(c, Q_PAYMENT_SET_REVIEW, ARGS(A(p->id)));
	order_tell_admins(c, o->id, o->number,
	    &(struct order_alert){ "payment_mismatch", p->id, n->amount,
		"The amount or currency is not the order's." });
	return db_flush(c);
}

/* One try; of what was authorized only the provider itself says that it went
 * back. */
static enum err
failed(struct ctx *c, const struct held_order *o,
    const struct held_payment *p, const struct money_news *n)
{
	bool returned = n->state == MONEY_RETURNED;

	if (p->captured > 0)
		return OK;
	db_queue(c, Q_PAYMENT_SET_FAILED,
	    ARGS(A(p->id), A(n->method),
		A(returned ? "It was not captured in time and went back." :
			     n->reason),
		A(returned ? n->provider_payment_id : NULL)));
	db_queue(c, Q_ORDER_SET_PAYMENT_FAILED, ARGS(A(o->id)));
	return db_flush(c);
}

/* The job calls the provider. */
static enum err
give_back(struct ctx *c, const struct held_order *o, struct uuid payment_id,
    int64_t amount, const char *reason)
{
	struct refund_plan plan = { .amount = amount,
		.reason = reason,
		.source = "system" };
	struct refund_made made;

	return refund_open_stray(c, o->id, payment_id, &plan, &made);
}

/* Another payment of an order that is paid already: it goes back whole. */
static enum err
second_capture(struct ctx *c, const struct held_order *o,
    const struct money_news *n)
{
	struct uuid id = uuid_new();
	struct rows r;
	bool known;

	TRY(db_maybe(c, Q_PAYMENT_OF_PROVIDER_PAYMENT,
	    ARGS(A(n->provider_payment_id)), &r, &known));
	if (known)
		return OK;
	db_queue(c, Q_PAYMENT_ADD_STRAY,
	    ARGS(A(id), A(o->id), A(o->account_id), A(n->provider_payment_id),
		A(n->amount), A(n->method)));
	db_queue(c, Q_WEBHOOKS_WAKE, ARGS(A(n->provider_payment_id)));
	ledger_stray_captured(c, o->id, id, n->amount);
	return give_back(c, o, id, n->amount, "The order was paid twice.");
}

/* What a seller called off before the money came goes back; a job calls the
 * provider. */
static enum err
refund_called_off(struct ctx *c, const struct held_order *o)
{
	struct refund_plan plan = { .source = "system",
		.reason = "The seller called this part off before it was "
			  "paid." };
	struct refund_made made;
	struct rows r;

	TRY(db_each(c, Q_SELLER_ORDERS_CANCELLED_OF_ORDER, ARGS(A(o->id)),
	    &r));
	while (row_next(&r)) {
		plan.part = col_uuid(&r);
		TRY(refund_open(c, o, &plan, &made));
	}
	return OK;
}

static enum err
tell_paid(struct ctx *c, const struct held_order *o,
    const struct held_payment *p)
{
	ledger_order_captured(c, o->id, p->id);
	TRY(refund_called_off(c, o));
	order_tell_buyer(c, "order_paid", o, NULL);
	return order_tell_sellers(c, "seller_new_order", o, NULL);
}

/* Too late: the stock is taken again, or the money goes back. */
static enum err
late_capture(struct ctx *c, const struct held_order *o,
    const struct held_payment *p)
{
	bool revived;

	TRY(order_revive(c, o, &revived));
	if (revived)
		return tell_paid(c, o, p);
	ledger_stray_captured(c, o->id, p->id, p->amount);
	TRY(order_tell_sellers(c, "seller_paid_too_late", o, NULL));
	return give_back(c, o, p->id, p->amount,
	    "The payment came after the order was cancelled.");
}

static enum err
captured(struct ctx *c, const struct held_order *o,
    const struct held_payment *p, const struct money_news *n)
{
	if (p->captured > 0) {
		if (p->provider_payment_id != NULL &&
		    strcmp(p->provider_payment_id, n->provider_payment_id) ==
			0)
			return OK;
		return second_capture(c, o, n);
	}
	db_queue(c, Q_PAYMENT_SET_CAPTURED,
	    ARGS(A(p->id), A(n->provider_payment_id), A(n->method)));
	/* Its refunds may have been told of first. */
	db_queue(c, Q_WEBHOOKS_WAKE, ARGS(A(n->provider_payment_id)));
	if (order_is(o, "cancelled"))
		return late_capture(c, o, p);
	TRY(order_paid(c, o));
	return tell_paid(c, o, p);
}

enum err
money_apply(struct ctx *c, const struct money_news *n,
    enum money_outcome *outcome)
{
	struct held_payment p;
	struct held_order o;
	bool found;
	TX_SCOPE(tx, c);

	*outcome = MONEY_UNKNOWN_ORDER;
	TRY(find(c, n, &o, &p, &found));
	if (!found)
		return tx_commit(&tx);
	*outcome = MONEY_APPLIED;
	if (n->state == MONEY_FAILED || n->state == MONEY_RETURNED) {
		TRY(failed(c, &o, &p, n));
	} else if (n->amount != p.amount ||
	    strcmp(n->currency, p.currency) != 0) {
		*outcome = MONEY_MISMATCH;
		TRY(flag(c, &o, &p, n));
	} else if (n->state == MONEY_AUTHORIZED) {
		TRY(db_exec(c, Q_PAYMENT_SET_AUTHORIZED,
		    ARGS(A(p.id), A(n->provider_payment_id), A(n->method))));
	} else {
		TRY(captured(c, &o, &p, n));
	}
	return tx_commit(&tx);
}
