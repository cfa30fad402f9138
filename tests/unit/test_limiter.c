/* Without a cache: the table of the process.  Long periods keep the time the
 * test takes out of the arithmetic. */
#include "unit.h"

#include <string.h>

#include "io/limiter.h"

static const struct limit five = { "five", 5, 3600 };

static void
a_burst_is_allowed_then_no_more(void **state)
{
	struct ctx *c = unit_ctx();

	(void)state;
	for (int i = 0; i < 8; i++) {
		struct limit_state s = limiter_take(c, &five, "burst", 100);

		CHECK(s.counted && s.local && s.limit == 5, "call %d", i);
		CHECK(s.allowed == (i < 5), "call %d", i);
		CHECK(s.remaining == (i < 5 ? 4 - i : 0), "call %d: %lld", i,
		    (long long)s.remaining);
		/* One call in 720 seconds. */
		CHECK(s.allowed ||
			(s.retry_after_secs > 715 &&
			    s.retry_after_secs <= 720),
		    "call %d: %lld", i, (long long)s.retry_after_secs);
		CHECK(s.reset_secs > 715 * (i < 5 ? i + 1 : 5) &&
			s.reset_secs <= 720 * (i < 5 ? i + 1 : 5),
		    "call %d: %lld", i, (long long)s.reset_secs);
	}
}

static void
callers_and_limits_are_counted_apart(void **state)
{
	static const struct limit other = { "other", 5, 3600 };
	struct ctx *c = unit_ctx();

	(void)state;
	for (int i = 0; i < 6; i++)
		(void)limiter_take(c, &five, "a", 100);
	assert_false(limiter_take(c, &five, "a", 100).allowed);
	assert_true(limiter_take(c, &five, "b", 100).allowed);
	assert_true(limiter_take(c, &other, "a", 100).allowed);
}

static void
asking_costs_nothing(void **state)
{
	struct ctx *c = unit_ctx();

	(void)state;
	for (int i = 0; i < 50; i++)
		assert_true(limiter_take(c, &five, "ask", 0).allowed);
	for (int i = 0; i < 5; i++)
		assert_true(limiter_take(c, &five, "ask", 100).allowed);
	assert_false(limiter_take(c, &five, "ask", 0).allowed);
}

static void
parts_of_a_call_can_be_given_back(void **state)
{
	struct ctx *c = unit_ctx();
	int allowed = 0;

	(void)state;
	for (int i = 0; i < 60; i++) {
		if (!limiter_take(c, &five, "back", 100).allowed)
			break;
		(void)limiter_take(c, &five, "back", -90);
		allowed++;
	}
	/* A tenth each, and the last must fit whole: 41 of 50. */
	assert_int_equal(allowed, 41);
	for (int i = 0; i < 10; i++)
		(void)limiter_take(c, &five, "back", -100);
	assert_int_equal(limiter_take(c, &five, "back", 0).remaining, 5);
}

static void
a_success_clears_the_failures(void **state)
{
	struct ctx *c = unit_ctx();

	(void)state;
	for (int i = 0; i < 6; i++)
		(void)limiter_take(c, &five, "clear", 100);
	assert_false(limiter_take(c, &five, "clear", 0).allowed);
	limiter_clear(c, &five, "clear");
	assert_true(limiter_take(c, &five, "clear", 100).allowed);
}

static void
the_factor_scales_every_limit(void **state)
{
	static const struct {
		int64_t pct, limit;
	} rows[] = { { 200, 10 }, { 50, 2 }, { 1, 1 }, { 1000, 50 },
		{ 1000000000, 50000000 } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ctx *c = unit_ctx();
		struct limit_state s;
		char who[] = { 's', (char)('0' + i), '\0' };

		unit_config(c)->rate_limit_scale_pct = rows[i].pct;
		s = limiter_take(c, &five, who, 100);
		CHECK(s.limit == rows[i].limit && s.allowed &&
			s.remaining <= rows[i].limit &&
			s.remaining >= rows[i].limit - 1,
		    "%lld %%: %lld of %lld", (long long)rows[i].pct,
		    (long long)s.remaining, (long long)s.limit);
	}
}

static void
factor_zero_switches_limits_off(void **state)
{
	struct ctx *c = unit_ctx();

	(void)state;
	unit_config(c)->rate_limit_scale_pct = 0;
	for (int i = 0; i < 100; i++) {
		struct limit_state s = limiter_take(c, &five, "off", 100);

		assert_true(s.allowed);
		assert_false(s.counted);
	}
}

static void
a_refusal_says_when_to_come_back(void **state)
{
	struct ctx *c = unit_ctx();
	struct limit_state s = { .counted = true, .retry_after_secs = 720 };

	(void)state;
	assert_int_equal(limiter_verdict(c, s), ERR_RATE_LIMITED);
	assert_int_equal(c->problem.retry_after_secs, 720);
	s.allowed = true;
	assert_int_equal(limiter_verdict(unit_ctx(), s), OK);
}

static const struct CMUnitTest tests[] = {
	TEST("A burst is allowed, then nothing until time passes",
	    a_burst_is_allowed_then_no_more),
	TEST("Callers and limits are counted apart",
	    callers_and_limits_are_counted_apart),
	TEST("Asking costs nothing", asking_costs_nothing),
	TEST("Parts of a call can be given back, never more than all",
	    parts_of_a_call_can_be_given_back),
	TEST("A success clears the failures, without a cache too",
	    a_success_clears_the_failures),
	TEST("The factor scales every limit, never below one call",
	    the_factor_scales_every_limit),
	TEST("Factor 0 switches the limits off",
	    factor_zero_switches_limits_off),
	TEST("A refusal says when to come back",
	    a_refusal_says_when_to_come_back),
};

UNIT_MAIN(tests)
