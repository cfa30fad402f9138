#include "unit.h"

#include <stdlib.h>

#include "services/refund_split.h"

/* Lines of one order: net and commission of each. */
static size_t
make_lines(struct refund_line *lines, unsigned seed)
{
	size_t n = 1 + seed % 5;

	for (size_t i = 0; i < n; i++) {
		seed = seed * 1103515245u + 12345u;
		lines[i] = (struct refund_line){ .quantity = 1 + seed % 7 };
		lines[i].net = (1 + seed / 7 % 90000) * lines[i].quantity;
		lines[i].commission = lines[i].net * (seed % 3000) / 10000;
		lines[i].tax = lines[i].net * (seed % 2800) / 12800;
	}
	return n;
}

/* Books what was decided, as the service does. */
static void
book(struct refund_line *lines, size_t n, int64_t *paid, int64_t *commission)
{
	for (size_t i = 0; i < n; i++) {
		lines[i].refunded += lines[i].take;
		lines[i].refunded_quantity += lines[i].take_quantity;
		*paid += lines[i].take;
		*commission += lines[i].take_commission;
		lines[i].commission_reversed += lines[i].take_commission;
		lines[i].tax_reversed += lines[i].take_tax;
		lines[i].take = lines[i].take_quantity = 0;
		lines[i].take_commission = lines[i].take_tax = 0;
	}
}

static void
sums(const struct refund_line *lines, size_t n, int64_t *net,
    int64_t *commission)
{
	*net = *commission = 0;
	for (size_t i = 0; i < n; i++) {
		*net += lines[i].net;
		*commission += lines[i].commission;
	}
}

static void
check_tax(const struct refund_line *lines, size_t n, unsigned seed)
{
	for (size_t i = 0; i < n; i++)
		CHECK(lines[i].tax_reversed == lines[i].tax,
		    "seed %u line %zu: tax %lld of %lld", seed, i,
		    (long long)lines[i].tax_reversed,
		    (long long)lines[i].tax);
}

static void
all_that_is_left_is_all(void **state)
{
	struct refund_line lines[5];

	(void)state;
	for (unsigned seed = 1; seed < 500; seed++) {
		size_t n = make_lines(lines, seed);
		int64_t net, commission, paid = 0, returned = 0;

		sums(lines, n, &net, &commission);
		CHECK(refund_take_all(lines, n) == net, "seed %u", seed);
		book(lines, n, &paid, &returned);
		CHECK(paid == net && returned == commission, "seed %u", seed);
		check_tax(lines, n, seed);
	}
}

static void
small_amounts_add_up_to_the_whole_and_not_a_paisa_more(void **state)
{
	struct refund_line lines[5];

	(void)state;
	for (unsigned seed = 1; seed < 200; seed++) {
		size_t n = make_lines(lines, seed);
		int64_t net, commission, paid = 0, returned = 0;
		int64_t step = 101 + seed * 7;

		sums(lines, n, &net, &commission);
		while (net - paid >= step) {
			CHECK(refund_take_amount(lines, n, step),
			    "seed %u at %lld", seed, (long long)paid);
			for (size_t i = 0; i < n; i++)
				CHECK(lines[i].take >= 0 &&
					lines[i].refunded + lines[i].take <=
					    lines[i].net,
				    "seed %u line %zu", seed, i);
			book(lines, n, &paid, &returned);
		}
		CHECK(!refund_take_amount(lines, n, net - paid + 1),
		    "seed %u", seed);
		if (paid < net)
			CHECK(refund_take_amount(lines, n, net - paid),
			    "seed %u", seed);
		book(lines, n, &paid, &returned);
		CHECK(paid == net && returned == commission,
		    "seed %u: %lld of %lld, commission %lld of %lld", seed,
		    (long long)paid, (long long)net, (long long)returned,
		    (long long)commission);
		check_tax(lines, n, seed);
	}
}

/* What a refund took is given back, as if it had never been. */
static void
commission_and_tax_add_up_whatever_failed_in_between(void **state)
{
	struct refund_line lines[5], before[5];

	(void)state;
	for (unsigned seed = 1; seed < 500; seed++) {
		size_t n = make_lines(lines, seed);
		int64_t net, commission, paid = 0, returned = 0;
		int64_t first, second;

		sums(lines, n, &net, &commission);
		first = 1 + net / 7;
		second = 1 + net / 5;
		assert_true(refund_take_amount(lines, n, first));
		for (size_t i = 0; i < n; i++)
			before[i] = lines[i];
		book(lines, n, &paid, &returned);
		assert_true(refund_take_amount(lines, n, second));
		book(lines, n, &paid, &returned);
		for (size_t i = 0; i < n; i++) {
			lines[i].refunded -= before[i].take;
			lines[i].commission_reversed -=
			    before[i].take_commission;
			lines[i].tax_reversed -= before[i].take_tax;
		}
		refund_take_all(lines, n);
		book(lines, n, &paid, &returned);
		for (size_t i = 0; i < n; i++)
			CHECK(lines[i].commission_reversed ==
				lines[i].commission,
			    "seed %u line %zu", seed, i);
		check_tax(lines, n, seed);
	}
}

static void
what_was_agreed_is_taken_if_it_is_there(void **state)
{
	static const struct {
		int64_t quantity, amount;
		bool good;
	} rows[] = {
		{ 1, 100, true },
		{ 2, 200, true },
		{ 2, 150, true },
		{ 2, 201, false }, /* less is left */
		{ 3, 100, false }, /* fewer are left */
		{ 1, 0, false },
		{ -1, 100, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct refund_line l = { .quantity = 3,
			.refunded_quantity = 1,
			.net = 300,
			.refunded = 100,
			.commission = 30,
			.commission_reversed = 10 };
		bool good = refund_take_agreed(&l, rows[i].quantity,
		    rows[i].amount);

		CHECK(good == rows[i].good, "row %zu", i);
		if (!good)
			continue;
		CHECK(l.take == rows[i].amount &&
			l.take_quantity == rows[i].quantity &&
			l.take_commission == rows[i].amount / 10,
		    "row %zu", i);
	}
}

static void
another_amount_is_spread_over_the_same_units(void **state)
{
	struct refund_line lines[5];

	(void)state;
	for (unsigned seed = 1; seed < 500; seed++) {
		size_t n = make_lines(lines, seed);
		int64_t sum = 0, taken = 0, amount;

		for (size_t i = 0; i < n; i += 2) {
			assert_true(refund_take_units(&lines[i], 1));
			sum += lines[i].take;
		}
		amount = 1 + sum * (seed % 10) / 10;
		CHECK(refund_take_instead(lines, n, amount), "seed %u", seed);
		for (size_t i = 0; i < n; i++) {
			CHECK(lines[i].take_quantity == (i % 2 == 0),
			    "seed %u line %zu", seed, i);
			CHECK(i % 2 == 0 ? lines[i].take <= lines[i].net :
					   lines[i].take == 0,
			    "seed %u line %zu", seed, i);
			taken += lines[i].take;
		}
		CHECK(taken == amount, "seed %u: %lld of %lld", seed,
		    (long long)taken, (long long)amount);
	}
}

static void
another_amount_that_is_not_there_is_refused(void **state)
{
	struct refund_line lines[2] = {
		{ .quantity = 1,
		    .net = 100,
		    .refunded = 60,
		    .take = 100,
		    .take_quantity = 1 },
		{ .quantity = 1, .net = 500 },
	};

	(void)state;
	assert_false(refund_take_instead(lines, 2, 41));
	lines[0].take = 100;
	assert_true(refund_take_instead(lines, 2, 40));
	assert_int_equal(lines[0].take, 40);
	assert_int_equal(lines[1].take, 0);
}

static void
units_one_by_one_add_up_to_the_line(void **state)
{
	struct refund_line lines[5];

	(void)state;
	for (unsigned seed = 1; seed < 500; seed++) {
		int64_t paid = 0, returned = 0;

		make_lines(lines, seed);
		lines[0].net += (int64_t)(seed % 11);
		while (lines[0].refunded_quantity < lines[0].quantity) {
			CHECK(refund_take_units(&lines[0], 1), "seed %u",
			    seed);
			book(lines, 1, &paid, &returned);
		}
		CHECK(paid == lines[0].net, "seed %u", seed);
		CHECK(returned == lines[0].commission, "seed %u", seed);
		CHECK(!refund_take_units(&lines[0], 1), "seed %u", seed);
	}
}

static void
no_units_or_too_many_are_refused(void **state)
{
	struct refund_line l = { .quantity = 3,
		.refunded_quantity = 1,
		.net = 300,
		.refunded = 100 };

	(void)state;
	assert_false(refund_take_units(&l, 0));
	assert_false(refund_take_units(&l, -1));
	assert_false(refund_take_units(&l, 3));
	assert_true(refund_take_units(&l, 2));
	assert_int_equal(l.take, 200);
}

static const struct CMUnitTest tests[] = {
	TEST("all that is left is all", all_that_is_left_is_all),
	TEST("small amounts add up to the whole and not a paisa more",
	    small_amounts_add_up_to_the_whole_and_not_a_paisa_more),
	TEST("commission and tax add up whatever failed in between",
	    commission_and_tax_add_up_whatever_failed_in_between),
	TEST("what was agreed is taken if it is there",
	    what_was_agreed_is_taken_if_it_is_there),
	TEST("another amount is spread over the same units",
	    another_amount_is_spread_over_the_same_units),
	TEST("another amount that is not there is refused",
	    another_amount_that_is_not_there_is_refused),
	TEST("units one by one add up to the line",
	    units_one_by_one_add_up_to_the_line),
	TEST("no units or too many are refused",
	    no_units_or_too_many_are_refused),
};

UNIT_MAIN(tests)
