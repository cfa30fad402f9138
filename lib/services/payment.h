/*
 * payment.h: payments as their buyer sees them, and the one function through
 * which news about money enters.
 */
#ifndef HAAT_SERVICES_PAYMENT_H
#define HAAT_SERVICES_PAYMENT_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/field.h"
#include "core/json.h"
#include "core/page.h"
#include "db/db.h"

extern const struct shape payment_shape;
extern const struct shape payment_initiated_shape;

struct payment_verify {
	const char *razorpay_order_id;
	const char *razorpay_payment_id;
	const char *razorpay_signature;
};

struct payment_find {
	struct uuid id;
	struct uuid order_id;
};

/*
 * Opens the payment with the provider, or gives the open one; writes
 * {payment, checkout}.  Intent, call, outcome: what a dead process left
 * behind is adopted by its receipt.  Errors: ERR_NOT_FOUND,
 * ERR_INVALID_STATE, ERR_PAYMENT_PROVIDER, ERR_OUTCOME_UNKNOWN.
 */
enum err payment_initiate(struct ctx *c, struct uuid order_id,
    struct buf *out);

/* Goes on with an opening that was left half done.  Errors: ERR_NOT_FOUND
 * where its order waits for it no more, and those of payment_initiate(). */
enum err payment_resume_initiate(struct ctx *c, struct uuid payment_id,
    struct buf *out);

/*
 * What the checkout handed back: a good signature says that the buyer paid;
 * the provider is asked for more.  Writes the payment.  No intent is kept:
 * the provider knows a capture by its payment, so whoever comes next (the
 * same key, an event, the poller) finds what a dead process has done.
 * Errors: ERR_NOT_FOUND, ERR_INVALID_SIGNATURE.
 */
enum err payment_verify(struct ctx *c, const struct payment_verify *in,
    struct buf *out);

/* By id or order_id.  Errors: ERR_VALIDATION, ERR_NOT_FOUND. */
enum err payment_status(struct ctx *c, const struct payment_find *in,
    struct buf *out);

/* A row of F_PAYMENT_COLUMNS; gives its id. */
struct uuid payment_row_write(struct rows *r, struct json *j);

enum err payment_history(struct ctx *c, const struct page_in *in,
    struct buf *out, struct page_out *page);

/* --- news about money --------------------------------------------------- */

enum money_state {
	MONEY_AUTHORIZED,
	MONEY_CAPTURED,
	MONEY_FAILED,
	MONEY_RETURNED, /* authorized, not captured in time, given back */
};

/* One payment at the provider, as a webhook, the checkout or a poll says. */
struct money_news {
	enum money_state state;
	const char *provider_order_id;
	const char *provider_payment_id;
	int64_t amount;
	const char *currency;
	const char *method; /* NULL: not said */
	const char *reason; /* of a failure */
};

enum money_outcome {
	MONEY_APPLIED, /* also when it changed nothing */
	MONEY_UNKNOWN_ORDER,
	MONEY_MISMATCH, /* amount or currency: flagged for a person */
};

/*
 * Applies it, in the caller's transaction; forward only, harmless when
 * repeated.  A capture pays the order; for an order that is cancelled it takes
 * the stock again or opens a refund; a second capture is refunded.
 */
enum err money_apply(struct ctx *c, const struct money_news *news,
    enum money_outcome *outcome);

#endif
