/*
 * provider.h: the payment provider's API (Razorpay, https://razorpay.com/docs/api/):
 * orders, payments, capture, refunds, and the lists of both.
 *
 * Never called inside a transaction.  The base address is RAZORPAY_API_URL,
 * with or without its "/v1".  Amounts are paise.
 *
 * All calls of one request share PROVIDER_TIMEOUT_MS, from the moment it came
 * to the web server; outside of a request each call has as much.
 */
#ifndef HAAT_IO_PROVIDER_H
#define HAAT_IO_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/ctx.h"

enum provider_result {
	PROVIDER_OK,
	PROVIDER_REFUSED, /* understood and turned down: detail says why */
	PROVIDER_BROKEN,  /* its fault or ours: 5xx, 401, junk, redirect */
	PROVIDER_UNKNOWN, /* sent, and no answer came: it may have happened */
};

struct provider_order {
	const char *id; /* order_… */
	const char *status;
	int64_t amount;
	const char *currency;
};

struct provider_payment {
	const char *id; /* pay_… */
	const char *order_id;
	int64_t amount;
	const char *currency;
	const char *status; /* created authorized captured refunded failed */
	const char *method;
	const char *failure;     /* or NULL */
	int64_t amount_refunded; /* pending ones too */
	bool captured;           /* once, whatever went back since */
};

/* Whether its money came.  One that is authorized and not captured in time is
 * "refunded" by the provider itself: then none did. */
bool provider_payment_taken(const struct provider_payment *p);
bool provider_payment_returned(const struct provider_payment *p);

struct provider_refund {
	const char *id; /* rfnd_… */
	const char *payment_id;
	int64_t amount;
	const char *currency;
	const char *status;  /* pending processed failed */
	const char *receipt; /* our key, "" where it is none of ours */
};

/* Why it was refused, for the log and, where a caller can act on it, for
 * them; set by every call that does not return PROVIDER_OK. */
struct provider_problem {
	const char *detail;
	bool keys_refused; /* until somebody sets others, nothing will work */
};

enum provider_result provider_order_create(struct ctx *c, int64_t amount,
    const char *currency, const char *receipt, struct provider_order *out,
    struct provider_problem *why);

/* By our own receipt; *found false if the provider never saw it. */
enum provider_result provider_order_find(struct ctx *c, const char *receipt,
    struct provider_order *out, bool *found, struct provider_problem *why);

/* All tries of one order. */
enum provider_result provider_order_payments(struct ctx *c,
    const char *order_id, struct provider_payment **out, size_t *n,
    struct provider_problem *why);

enum provider_result provider_payment_fetch(struct ctx *c, const char *id,
    struct provider_payment *out, struct provider_problem *why);

/* From authorized, the whole amount. */
enum provider_result provider_payment_capture(struct ctx *c, const char *id,
    int64_t amount, const char *currency, struct provider_payment *out,
    struct provider_problem *why);

/* The same key and amount give the same refund again. */
enum provider_result provider_refund_create(struct ctx *c,
    const char *payment_id, int64_t amount, const char *key,
    struct provider_refund *out, struct provider_problem *why);

enum provider_result provider_refund_fetch(struct ctx *c, const char *id,
    struct provider_refund *out, struct provider_problem *why);

/*
 * One page of what was made in a span of time, the newest first; less than
 * PROVIDER_PAGE of them: the last one.
 */
enum { PROVIDER_PAGE = 100 };
struct provider_span {
	int64_t from_secs;
	int64_t to_secs; /* included */
	int64_t skip;
};
enum provider_result provider_payments(struct ctx *c,
    const struct provider_span *span, struct provider_payment **out,
    size_t *n, struct provider_problem *why);
enum provider_result provider_refunds(struct ctx *c,
    const struct provider_span *span, struct provider_refund **out, size_t *n,
    struct provider_problem *why);

/* A page of the refunds of one payment. */
enum provider_result provider_payment_refunds(struct ctx *c,
    const char *payment_id, int64_t skip, struct provider_refund **out,
    size_t *n, struct provider_problem *why);

/* Whether that is HMAC-SHA256 of data under secret in 64 lower-case digits,
 * compared in constant time: webhooks.  An empty secret signs nothing. */
bool provider_signature_matches(const void *data, size_t len,
    const char *secret, const char *signature);

/* What the checkout hands back when a payment succeeded: both ids, signed. */
bool provider_checkout_matches(struct ctx *c, const char *order_id,
    const char *payment_id, const char *signature);

#endif
