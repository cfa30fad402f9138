/*
 * Money that must go back whatever a refund of it came to.  A provider turns
 * refunds down that it makes a day later, for want of balance say, and banks
 * send them back; the buyer waits all the same.
 */
#include "db/db.h"
#include "services/refund.h"

static const char reason[] = "An earlier refund of this money failed.";

static enum err
open_stray(struct ctx *c, const struct held_order *o,
    const struct refund_payment *p)
{
	struct refund_plan plan = { .amount = p->left,
		.reason = reason,
		.source = "system" };
	struct refund_made made;

	return refund_open_stray(c, o->id, p->id, &plan, &made);
}

/* All that is left of an order that is cancelled, else of each part that is. */
static enum err
open_cancelled(struct ctx *c, const struct held_order *o)
{
	struct refund_plan plan = { .reason = reason, .source = "system" };
	struct refund_made made;
	struct rows r;

	if (order_is(o, "cancelled"))
		return refund_open(c, o, &plan, &made);
	TRY(db_each(c, Q_SELLER_ORDERS_CANCELLED_OF_ORDER, ARGS(A(o->id)),
	    &r));
	while (row_next(&r)) {
		plan.part = col_uuid(&r);
		TRY(refund_open(c, o, &plan, &made));
	}
	return OK;
}

enum err
refund_open_owed(struct ctx *c, struct uuid payment_id)
{
	struct refund_payments payments;
	struct held_order o;
	struct rows r;
	bool found;
	TX_SCOPE(tx, c);

	TRY(db_maybe(c, Q_PAYMENT_BY_ID, ARGS(A(payment_id), A_NULL), &r,
	    &found));
	if (!found)
		return OK;
	col_skip(&r);
	TRY(order_hold(c, col_uuid(&r), &o));
	TRY(refund_payments_hold(c, o.id, &payments));
	for (size_t i = 0; i < payments.n; i++) {
		const struct refund_payment *p = &payments.v[i];

		if (!uuid_equal(p->id, payment_id) || p->left == 0)
			continue;
		if (p->is_stray)
			TRY(open_stray(c, &o, p));
		else
			TRY(open_cancelled(c, &o));
	}
	return tx_commit(&tx);
}
