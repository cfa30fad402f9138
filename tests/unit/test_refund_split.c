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
		lines[i].take = lines[i].take_quantity = 0;
		lines[i].take_commission = 0;
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
	}
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
	TEST("units one by one add up to the line",
	    units_one_by_one_add_up_to_the_line),
	TEST("no units or too many are refused",
	    no_units_or_too_many_are_refused),
};

UNIT_MAIN(tests)
