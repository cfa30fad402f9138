/*
 * Money that must go back whatever a refund of it came to.  A provider turns
 * refunds down that it makes a day later, for want of balance say, and banks
 * send them back; the buyer waits all the same.
 */
#include "db/db.h"
#include "services/refund.h"

static enum err
open_again(struct ctx *c, const struct held_order *o, struct uuid payment_id,
    struct refund_made *out)
{
	struct refund_plan plan = {
		.reason = "An earlier refund of this payment failed.",
		.source = "system"
	};
	struct rows r;
	int64_t left;
	bool owed;

	TRY(db_maybe(c, Q_PAYMENT_OWED, ARGS(A(payment_id)), &r, &owed));
	if (!owed)
		return OK;
	left = col_i64(&r);
	if (!col_bool(&r))
		return refund_open(c, o, &plan, out);
	plan.amount = left;
	return refund_open_stray(c, o->id, payment_id, &plan, out);
}

enum err
refund_open_owed(struct ctx *c, struct uuid payment_id,
    struct refund_made *out)
{
	struct held_order o;
	struct rows r;
	bool found;
	TX_SCOPE(tx, c);

	*out = (struct refund_made){ 0 };
	TRY(db_maybe(c, Q_PAYMENT_BY_ID, ARGS(A(payment_id), A_NULL), &r,
	    &found));
	if (!found)
		return OK;
	col_skip(&r);
	TRY(order_hold(c, col_uuid(&r), &o));
	TRY(open_again(c, &o, payment_id, out));
	return tx_commit(&tx);
}
