/*
 * refund_admin.h: refunds as administrators make and decide them.
 *
 * Each change leaves an audit entry: refund.open, refund.grant,
 * refund.reject.
 */
#ifndef HAAT_SERVICES_REFUND_ADMIN_H
#define HAAT_SERVICES_REFUND_ADMIN_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/field.h"
#include "core/page.h"

struct refund_order {
	struct uuid order_id;
	struct opt_i64 amount; /* over all lines in proportion */
	struct list items;     /* of struct refund_item_in */
	const char *reason;
	bool restock;
	struct uuid refund_id; /* a buyer's request that is granted by it */
};

/*
 * Pays back and writes the refund.  Without amount and items: all that is
 * left, or as much as the request asks for.  What came twice or too late
 * (refund.h) goes back first, and alone; with an amount it is meant where the
 * order was not paid besides.  With a request, items and amount grant less
 * than was asked; the buyer's words stay its reason.
 *
 * restock puts the units on the shelf again that had left it: those of parts
 * not shipped never did, and come free when their part is cancelled.
 *
 * The same key goes on where an earlier call ended.  Errors: ERR_VALIDATION,
 * ERR_NOT_FOUND; ERR_INVALID_STATE (not paid, decided already, less than the
 * provider pays back, refused by it); ERR_REFUND_EXCEEDS_CAPTURED;
 * ERR_REFUND_IN_PROGRESS while the outcome of an earlier refund of the payment
 * is not known, since this may be the same one again; ERR_PAYMENT_PROVIDER,
 * ERR_OUTCOME_UNKNOWN.
 */
enum err refund_admin_open(struct ctx *c, const struct refund_order *in,
    struct buf *out);

extern const struct shape refund_preview_shape;

/* Writes what refund_admin_open() would do with the same input at this
 * moment, and does nothing.  Errors: those that it would refuse it with. */
enum err refund_admin_preview(struct ctx *c, const struct refund_order *in,
    struct buf *out);

extern const char *const refund_sorts[];

struct refund_search {
	const char *status;
	struct uuid order_id;
	const char *seller; /* id or slug */
	const char *sort;
	struct page_in paging;
};

/* Refunds and requests, newest first unless sorted otherwise, comma-separated, into out. */
enum err refund_admin_list(struct ctx *c, const struct refund_search *in,
    struct buf *out, struct page_out *page);

struct refund_rejection {
	struct uuid refund_id;
	const char *reason;
};

/* Turns a request down: the buyer is told, and the seller's money is free
 * again.  Writes the refund.  Errors: ERR_NOT_FOUND, ERR_INVALID_STATE. */
enum err refund_reject(struct ctx *c, const struct refund_rejection *in,
    struct buf *out);

#endif
