/*
 * order_cancel.h: orders that do not happen: cancelled by their buyer, or
 * not paid in time.
 */
#ifndef HAAT_SERVICES_ORDER_CANCEL_H
#define HAAT_SERVICES_ORDER_CANCEL_H

#include "core/buf.h"
#include "core/ctx.h"

struct order_cancel {
	struct uuid order_id;
	const char *reason;
};

/*
 * Cancels the caller's order before anything of it is shipped, returns its
 * stock, and opens the refund of what was paid; writes the order.  The
 * provider is called afterwards: what it does not answer is left to the job.
 * An earlier refund whose outcome is not known yet does not stop it, since a
 * cancelled order must not be shipped: its money is reserved, and what is
 * opened here is the rest; if that fails in the end, administrators hear of
 * it.
 * Errors: ERR_NOT_FOUND, ERR_INVALID_TRANSITION.
 */
enum err order_cancel(struct ctx *c, const struct order_cancel *in,
    struct buf *out);

/* Cancels an order whose time to pay is over; *expired false if it was paid
 * or cancelled meanwhile. */
enum err order_expire(struct ctx *c, struct uuid id, bool *expired);

#endif
