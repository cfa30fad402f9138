/*
 * refund.h: money that goes back.
 *
 * A refund is opened in one transaction, which reserves its amount on the
 * payment (never more than was captured) and on the lines; then the provider
 * is called with a key of ours, outside of any transaction; then the outcome
 * is booked: processed, with its journal, or failed, with everything given
 * back.  Cash on delivery is paid back by hand and booked at once.
 *
 * As long as the provider has not answered, nobody knows what became of a
 * refund: it stays processing without an id of the provider.  Whoever opened
 * it, with the same key, and the job complete go on with it; its money is
 * reserved meanwhile, so that whatever else is opened never adds up to more
 * than came.
 */
#ifndef HAAT_SERVICES_REFUND_H
#define HAAT_SERVICES_REFUND_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/field.h"
#include "core/page.h"
#include "services/order_step.h"
#include "services/refund_lines.h"

extern const struct shape refund_shape;
extern const char *const refund_statuses[];

enum { REFUND_MIN = 100 };

/* What of a line comes back; in the inputs of buyers and administrators. */
struct refund_item_in {
	struct uuid order_item_id;
	int64_t quantity;
};

/* What is to be paid back: items, or an amount, or (neither) all left; of one
 * part, where one is named. */
struct refund_plan {
	struct uuid part; /* with neither items nor amount */
	const struct refund_item_in *items;
	size_t nitems;
	int64_t amount;
	const char *reason;
	const char *source; /* buyer seller admin system gateway */
	struct uuid requested_by;
	bool restock;
};

/* What was opened. */
struct refund_made {
	struct uuid id; /* zero: nothing was */
	int64_t amount;
};

/* What a plan comes to: the lines that it takes, and their sum.  Changes
 * nothing.  Errors: ERR_REFUND_EXCEEDS_CAPTURED, ERR_VALIDATION. */
enum err refund_decide(struct ctx *c, const struct refund_plan *plan,
    struct refund_lines *lines, int64_t *amount);

/*
 * Opens a refund of an order's own payment, held by the caller.  With a plan
 * of all that is left, nothing is opened where nothing is (or where it is
 * less than the provider pays back); nor where the order was not paid.  For
 * cod it is booked at once.  Errors: ERR_REFUND_EXCEEDS_CAPTURED,
 * ERR_VALIDATION, ERR_INVALID_STATE (less than the provider pays back).
 */
enum err refund_open(struct ctx *c, const struct held_order *o,
    const struct refund_plan *plan, struct refund_made *out);

/*
 * Opens a refund of a payment that paid for no line: it came twice or too
 * late.  plan: an amount; nothing is opened where less is left.
 */
enum err refund_open_stray(struct ctx *c, struct uuid order_id,
    struct uuid payment_id, const struct refund_plan *plan,
    struct refund_made *out);

/* Books a refund of cash as paid back, in the transaction that opens it. */
enum err refund_book_cash(struct ctx *c, struct uuid id);

/*
 * Calls the provider for an open refund and books the outcome; harmless when
 * repeated.  Outside of any transaction.  Where out is given the refund is
 * written, and the answer is ready in the transaction of the outcome.
 * Errors: ERR_NOT_FOUND; ERR_INVALID_STATE where the provider refused it;
 * ERR_PAYMENT_PROVIDER, ERR_OUTCOME_UNKNOWN, ERR_REFUND_IN_PROGRESS (somebody
 * else is calling): it stays open, and a job goes on with it.
 */
enum err refund_run(struct ctx *c, struct uuid id, struct buf *out);

/*
 * Those who open refunds that may repeat an earlier one, and those who call
 * the provider, do so one after the other for each order: who has the turn
 * sees every earlier refund answered, or knows that it is unknown.  Taken
 * outside of any transaction; nests.  Errors: ERR_REFUND_IN_PROGRESS where
 * the turn does not come within two seconds.
 */
enum err refund_turn_take(struct ctx *c, struct uuid order_id);
void refund_turn_give(struct ctx *c, struct uuid order_id);

/*
 * Opens refunds of money that is the buyer's and that no refund promises: of
 * cancelled parts, or what came twice or too late, where the refund of it has
 * failed.  A job calls the provider.
 */
enum err refund_open_owed(struct ctx *c, struct uuid payment_id);

/* The provider says what became of it; inside a transaction, by its id or
 * by our key.  *known false: not ours. */
enum err refund_news(struct ctx *c, const char *provider_refund_id,
    const char *gateway_key, const char *status, bool *known);

/* A refund as the provider tells of it. */
struct refund_said {
	const char *id;
	const char *payment_id;
	int64_t amount;
	const char *status; /* pending processed failed */
	const char *key;    /* ours, NULL if none */
};

/*
 * For one that refund_news() does not know, inside a transaction: made at the
 * provider by somebody else, it is written and booked here, under the source
 * "gateway"; of one that failed nothing is booked.  *known false: one of ours,
 * or of a payment that is not known, or more than is left of it; that may
 * change.
 */
enum err refund_adopt(struct ctx *c, const struct refund_said *said,
    bool *known);

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
