#include "unit.h"

#include "core/money.h"

static void
a_share_is_rounded_half_up(void **state)
{
	static const struct {
		int64_t amount, bps, want;
	} rows[] = {
		{ 0, 1000, 0 },
		{ 100, 0, 0 },
		{ 100, 10000, 100 },
		{ 1, 4999, 0 },
		{ 1, 5000, 1 },
		{ 3, 5000, 2 },
		{ 999, 1000, 100 },
		{ 994, 1000, 99 },
		{ 995, 1000, 100 },
		{ 123456789, 1250, 15432099 },
		{ INT64_MAX, 10000, INT64_MAX },
		{ INT64_MAX, 1, 922337203685478 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t got = money_share(rows[i].amount, rows[i].bps);

		CHECK(got == rows[i].want, "row %zu: want %lld, got %lld", i,
		    (long long)rows[i].want, (long long)got);
	}
}

static void
tax_is_taken_out_of_the_price(void **state)
{
	static const struct {
		int64_t amount, bps, want;
	} rows[] = {
		{ 0, 1800, 0 },
		{ 11800, 1800, 1800 },
		{ 10500, 500, 500 },
		{ 100, 1800, 15 },
		{ 100, 0, 0 },
		{ 1, 1800, 0 },
		{ 2, 10000, 1 },
		{ 1, 10000, 1 },
		{ INT64_MAX, 1800, 1406955056469372581 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t got = money_tax_inside(rows[i].amount, rows[i].bps);

		CHECK(got == rows[i].want, "row %zu: want %lld, got %lld", i,
		    (long long)rows[i].want, (long long)got);
	}
}

static void
a_product_past_int64_is_refused(void **state)
{
	static const struct {
		int64_t unit, quantity;
		bool good;
	} rows[] = {
		{ 0, 0, true },
		{ 999, 9999, true },
		{ INT64_MAX, 1, true },
		{ INT64_MAX, 2, false },
		{ INT64_MAX / 9999, 9999, true },
		{ INT64_MAX / 9999 + 1, 9999, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t out;

		CHECK(money_times(rows[i].unit, rows[i].quantity, &out) ==
			rows[i].good,
		    "row %zu", i);
		CHECK(!rows[i].good || out == rows[i].unit * rows[i].quantity,
		    "row %zu", i);
	}
}

enum { PARTS = 5 };

static void
parts_sum_to_the_whole(void **state)
{
	static const struct {
		int64_t total;
		size_t n;
		int64_t weights[PARTS], want[PARTS];
	} rows[] = {
		{ 100, 1, { 7 }, { 100 } },
		{ 100, 3, { 1, 1, 1 }, { 33, 33, 34 } },
		{ 2, 3, { 1, 1, 1 }, { 0, 0, 2 } },
		{ 0, 3, { 1, 2, 3 }, { 0, 0, 0 } },
		{ 100, 3, { 1, 1, 0 }, { 50, 50, 0 } },
		{ 101, 3, { 1, 1, 0 }, { 50, 51, 0 } },
		{ 101, 3, { 0, 1, 0 }, { 0, 101, 0 } },
		{ 4900, 2, { 0, 0 }, { 0, 4900 } },
		{ 0, 2, { 0, 0 }, { 0, 0 } },
		{ 10, 2, { INT64_MAX, INT64_MAX }, { 5, 5 } },
		{ INT64_MAX, 2, { INT64_MAX, INT64_MAX },
		    { INT64_MAX / 2, INT64_MAX / 2 + 1 } },
		{ INT64_MAX, 2, { 1, INT64_MAX }, { 0, INT64_MAX } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t parts[PARTS] = { 0 };

		money_split(rows[i].total, rows[i].weights, rows[i].n, parts);
		for (size_t k = 0; k < rows[i].n; k++)
			CHECK(parts[k] == rows[i].want[k],
			    "row %zu part %zu: %lld", i, k,
			    (long long)parts[k]);
	}
	money_split(100, NULL, 0, NULL);
}

static void
random_parts_sum_to_the_whole(void **state)
{
	(void)state;
	for (int round = 0; round < 20000; round++) {
		int64_t weights[PARTS], parts[PARTS], sum = 0;
		int64_t total = randombytes_uniform(1000000);
		size_t n = 1 + randombytes_uniform(PARTS);

		for (size_t i = 0; i < n; i++)
			weights[i] = randombytes_uniform(4) == 0 ?
			    0 :
			    (int64_t)randombytes_uniform(100000);
		money_split(total, weights, n, parts);
		for (size_t i = 0; i < n; i++) {
			CHECK(parts[i] >= 0, "part %zu of %lld", i,
			    (long long)total);
			sum += parts[i];
		}
		CHECK(sum == total, "%lld became %lld", (long long)total,
		    (long long)sum);
	}
}

static const struct CMUnitTest tests[] = {
	TEST("A share is rounded half up and never overflows",
	    a_share_is_rounded_half_up),
	TEST("Tax is taken out of the price that includes it",
	    tax_is_taken_out_of_the_price),
	TEST("A product past int64 is refused",
	    a_product_past_int64_is_refused),
	TEST("Parts sum to the whole, the rest goes to the last one",
	    parts_sum_to_the_whole),
	TEST("Random parts sum to the whole", random_parts_sum_to_the_whole),
};

UNIT_MAIN(tests)
