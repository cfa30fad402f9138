#include "core/money.h"

/* Twice the amount times a rate outgrows int64 from 4.6e14 on. */
typedef __int128 wide;

int64_t
money_share(int64_t amount, int64_t rate_bps)
{
	return (
	    int64_t)(((wide)amount * rate_bps * 2 + BPS_ONE) / (2 * BPS_ONE));
}

int64_t
money_tax_inside(int64_t amount, int64_t rate_bps)
{
	wide base = BPS_ONE + (wide)rate_bps;

	return (int64_t)(((wide)amount * rate_bps * 2 + base) / (2 * base));
}

bool
money_times(int64_t unit, int64_t quantity, int64_t *out)
{
	return !__builtin_mul_overflow(unit, quantity, out);
}

void
money_split(int64_t total, const int64_t *weights, size_t n, int64_t *parts)
{
	wide sum = 0;
	int64_t left = total;
	size_t last = n - 1;

	for (size_t i = 0; i < n; i++) {
		sum += weights[i];
		if (weights[i] > 0)
			last = i;
	}
	for (size_t i = 0; i < n; i++) {
		parts[i] = sum == 0 ?
		    0 :
		    (int64_t)((wide)total * weights[i] / sum);
		left -= parts[i];
	}
	if (n > 0)
		parts[last] += left;
}
