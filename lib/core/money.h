/*
 * money.h: amounts are int64 in minor units (paise), rates int basis points.
 * All rounding of the marketplace is here.
 */
#ifndef HAAT_CORE_MONEY_H
#define HAAT_CORE_MONEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BPS_ONE = 10000 };

/* amount x rate / 10000, half up; amount >= 0. */
int64_t money_share(int64_t amount, int64_t rate_bps);

/* The tax inside an amount that includes it: amount x rate / (10000 + rate),
 * half up; amount >= 0. */
int64_t money_tax_inside(int64_t amount, int64_t rate_bps);

/* quantity x unit price; false if it leaves int64. */
bool money_times(int64_t unit, int64_t quantity, int64_t *out);

/*
 * Splits total over n weights in proportion, into parts that sum to total
 * exactly: each part is rounded down, the remainder goes to the last line
 * that has a weight, or to the last line where none has.  total >= 0,
 * weights >= 0.
 */
void money_split(int64_t total, const int64_t *weights, size_t n,
    int64_t *parts);

#endif
