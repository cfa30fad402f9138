/*
 * refund.h: money that goes back.
 *
 * A refund is opened in one transaction, which reserves its amount on the
 * payment (never more than was captured) and on the lines; then the provider
 * is called with a key of ours, outside of any transaction; then the outcome
 * is booked: processed, with its journal, or failed, with everything given
 * back.  Cash on delivery is paid back by hand and booked at once.
 */
#ifndef HAAT_SERVICES_REFUND_H
#define HAAT_SERVICES_REFUND_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/field.h"
#include "core/page.h"
#include "services/order_step.h"
#include "services/refund_split.h"

extern const struct shape refund_shape;

enum { REFUND_MIN = 100 };

struct refund_item_in {
	struct uuid order_item_id;
	int64_t quantity;
};

/* What is to be paid back: items, or an amount, or (neither) all left. */
struct refund_plan {
	const struct refund_item_in *items;
	size_t nitems;
	int64_t amount;
	const char *reason;
	const char *source; /* buyer seller admin system */
	struct uuid requested_by;
	bool restock;
};

/*
 * Opens a refund of a captured order, held by the caller; *id zero where
 * nothing was captured.  For cod it is booked at once.  Errors:
 * ERR_REFUND_EXCEEDS_CAPTURED, ERR_VALIDATION, ERR_INVALID_STATE.
 */
enum err refund_open(struct ctx *c, const struct held_order *o,
    const struct refund_plan *plan, struct uuid *id);

/* Opens a refund of a payment for which there is no order (any more). */
enum err refund_open_stray(struct ctx *c, struct uuid order_id,
    struct uuid payment_id, int64_t amount, const char *reason);

/*
 * Calls the provider for an open refund and books the outcome; harmless when
 * repeated.  Outside of any transaction.  Errors: ERR_PAYMENT_PROVIDER,
 * ERR_OUTCOME_UNKNOWN: it stays open, and a job goes on with it.
 */
enum err refund_run(struct ctx *c, struct uuid id);

/* The provider says what became of it; inside a transaction, by its id or
 * by our key.  *known false: not ours. */
enum err refund_news(struct ctx *c, const char *provider_refund_id,
    const char *gateway_key, const char *status, bool *known);

/* The lines of an order with what is left of each; no order: none. */
struct refund_lines {
	struct refund_line *v;
	size_t n;
};
enum err refund_lines_read(struct ctx *c, struct uuid order_id,
    struct refund_lines *out);
/* NULL: not one of them. */
struct refund_line *refund_line_of(const struct refund_lines *lines,
    struct uuid id);

/* --- for buyers --------------------------------------------------------- */

struct refund_request {
	struct uuid order_id;
	struct list items; /* of struct refund_item_in */
	const char *reason;
};

/* Asks for delivered items back; writes the refund.  Errors: ERR_NOT_FOUND,
 * ERR_INVALID_STATE (not delivered, window over), ERR_VALIDATION. */
enum err refund_request(struct ctx *c, const struct refund_request *in,
    struct buf *out);

enum err refund_list(struct ctx *c, const struct page_in *in, struct buf *out,
    struct page_out *page);

#endif
