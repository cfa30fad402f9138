#include "services/order_cancel.h"

#include "db/db.h"
#include "services/order.h"
#include "services/order_news.h"
#include "services/order_step.h"
#include "services/refund.h"

static enum err
check_cancellable(struct ctx *c, const struct held_order *o)
{
	struct rows r;

	if (order_is(o, "cancelled"))
		return fail(c, ERR_INVALID_TRANSITION,
		    "This order is cancelled already.");
	TRY(db_one(c, Q_SELLER_ORDERS_SHIPPED_OF_ORDER, ARGS(A(o->id)), &r));
	if (col_i64(&r) > 0)
		return fail(c, ERR_INVALID_TRANSITION,
		    "Part of this order is shipped. Ask for a refund once it "
		    "is delivered.");
	return OK;
}

static enum err
cancel(struct ctx *c, const struct order_cancel *in, struct buf *out,
    struct refund_made *refund)
{
	struct actor by = { .id = c->caller.id,
		.role = "customer",
		.note = in->reason };
	struct refund_plan plan = { .reason = in->reason,
		.source = "buyer",
		.requested_by = c->caller.id };
	struct held_order o;
	TX_SCOPE(tx, c);

	TRY(order_hold_own(c, in->order_id, &o));
	TRY(check_cancellable(c, &o));
	TRY(order_cancel_all(c, &o, &by));
	TRY(refund_open(c, &o, &plan, refund));
	order_tell_buyer(c, "order_cancelled", &o, in->reason);
	/* Of what was never paid sellers have not heard. */
	if (!order_is(&o, "pending_payment"))
		TRY(order_tell_sellers(c, "seller_order_cancelled", &o,
		    in->reason));
	TRY(order_detail(c, &(struct order_find){ .id = o.id }, out));
	answer_ready(c);
	return tx_commit(&tx);
}

enum err
order_cancel(struct ctx *c, const struct order_cancel *in, struct buf *out)
{
	struct refund_made refund;

	TRY(cancel(c, in, out, &refund));
	/* The order is cancelled and its refund open, whatever comes now. */
	if (!uuid_is_zero(refund.id) && refund_run(c, refund.id, NULL) != OK)
		problem_clear(c);
	return OK;
}

enum err
order_expire(struct ctx *c, struct uuid id, bool *expired)
{
	static const struct actor clock = { .role = "system",
		.note = "Not paid in time" };
	struct held_order o;
	struct rows r;
	TX_SCOPE(tx, c);

	TRY(order_hold(c, id, &o));
	TRY(db_one(c, Q_ORDER_EXPIRED_NOW, ARGS(A(id)), &r));
	*expired = col_i64(&r) > 0;
	if (!*expired)
		return tx_commit(&tx);
	TRY(order_cancel_all(c, &o, &clock));
	order_tell_buyer(c, "order_expired", &o, NULL);
	return tx_commit(&tx);
}
