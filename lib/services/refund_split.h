/*
 * refund_split.h: which line gives back how much, and how much of the
 * commission returns with it.  Pure arithmetic.
 */
#ifndef HAAT_SERVICES_REFUND_SPLIT_H
#define HAAT_SERVICES_REFUND_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/uuid.h"

struct refund_line {
	struct uuid id;
	struct uuid seller_order_id;
	const char *name;
	int64_t quantity;
	int64_t refunded_quantity;
	int64_t net; /* paid for the line: after discount, tax included */
	int64_t refunded;
	int64_t commission;
	/* Decided here. */
	int64_t take_quantity;
	int64_t take;
	int64_t take_commission;
};

/* Everything that is left of every line; returns the sum. */
int64_t refund_take_all(struct refund_line *lines, size_t n);

/*
 * So many units of one line, at their share of what was paid: by the
 * cumulative share, so that the last unit takes what is left exactly.
 * False if fewer are left.
 */
bool refund_take_units(struct refund_line *line, int64_t quantity);

/*
 * An amount over all lines in proportion to what is left of each; remainders
 * go to the last lines that have room.  False if less is left.
 */
bool refund_take_amount(struct refund_line *lines, size_t n, int64_t amount);

#endif
