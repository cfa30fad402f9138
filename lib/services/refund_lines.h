/*
 * refund_lines.h: what a refund is made of: the payment it goes back on, and
 * how much of each line of the order.
 *
 * For the ways in which refunds come to be (refund.h, refund_admin.h), inside
 * a transaction that holds the order.  How much a line gives is arithmetic:
 * refund_split.h.
 */
#ifndef HAAT_SERVICES_REFUND_LINES_H
#define HAAT_SERVICES_REFUND_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/ctx.h"
#include "services/refund_split.h"

/* Money that came. */
struct refund_payment {
	struct uuid id;
	bool is_cod;
	bool is_stray; /* it came twice or too late: no line was paid by it */
	int64_t left;  /* not promised to a refund */
};
struct refund_payments {
	struct refund_payment *v;
	size_t n;
};

/* Locks what came for an order; the payment of its lines is the first. */
enum err refund_payments_hold(struct ctx *c, struct uuid order_id,
    struct refund_payments *out);
/* The payment of the order's lines, NULL if it was not paid. */
const struct refund_payment *refund_payment_of_lines(
    const struct refund_payments *p);

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

int64_t refund_lines_sum(const struct refund_lines *lines);
/* The sub-order that all lines belong to, zero if there are several. */
struct uuid refund_lines_part(const struct refund_lines *lines);

/*
 * Promises the money and the units: nobody can refund them again.  Writes the
 * lines of the refund; its row is the caller's, queued before.  Errors:
 * ERR_REFUND_EXCEEDS_CAPTURED.
 */
enum err refund_promise(struct ctx *c, const struct refund_payment *p,
    const struct refund_lines *lines, struct uuid refund_id);

/* The key under which the provider knows it. */
const char *refund_gateway_key(struct ctx *c, struct uuid id);

/* "More than was paid and not yet refunded." */
enum err refund_exceeds(struct ctx *c);
/* The provider pays back REFUND_MIN at least. */
enum err refund_check_least(struct ctx *c, const struct refund_payment *p,
    int64_t amount);

#endif
