/*
 * refund_split.h: which line gives back how much, and how much of the
 * commission returns with it and of the tax is in it.  Pure arithmetic.
 *
 * Commission and tax follow what was refunded of a line in all: with its last
 * paisa all of both has returned, whatever refunds failed in between.
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
	/* Paid for the line: after discount, tax and its shipping included;
	 * 0 where the money did not come (yet). */
	int64_t net;
	int64_t refunded;
	int64_t commission;
	int64_t tax;
	/* Of them, what refunds that stand took back already. */
	int64_t commission_reversed;
	int64_t tax_reversed;
	/* Decided here. */
	int64_t take_quantity;
	int64_t take;
	int64_t take_commission;
	int64_t take_tax;
};

/* Everything that is left of every line; returns the sum. */
int64_t refund_take_all(struct refund_line *lines, size_t n);

/*
 * So many units of one line, at their share of what was paid: by the
 * cumulative share, so that the last unit takes what is left exactly.
 * False if fewer are left.
 */
bool refund_take_units(struct refund_line *line, int64_t quantity);

/* So many units for that much, as it was once agreed.  False if fewer or less
 * is left. */
bool refund_take_agreed(struct refund_line *line, int64_t quantity,
    int64_t amount);

/*
 * Another amount for what the lines give back (take), in proportion to it;
 * the units stay.  False if less is left of these lines.
 */
bool refund_take_instead(struct refund_line *lines, size_t n, int64_t amount);

/*
 * An amount over all lines in proportion to what is left of each; remainders
 * go to the last lines that have room.  False if less is left.
 */
bool refund_take_amount(struct refund_line *lines, size_t n, int64_t amount);

#endif
