#include "unit.h"

#include <string.h>

#include "core/clock.h"

#define DAY INT64_C(86400000000)

static void
times_are_written_as_rfc_3339(void **state)
{
	static const struct {
		int64_t in;
		const char *want;
	} rows[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ 1, "1970-01-01T00:00:00.000001Z" },
		{ -1, "1969-12-31T23:59:59.999999Z" },
		{ -1000000, "1969-12-31T23:59:59Z" },
		{ 999999, "1970-01-01T00:00:00.999999Z" },
		{ 951782400000000, "2000-02-29T00:00:00Z" },
		{ 951868799999999, "2000-02-29T23:59:59.999999Z" },
		{ 1709164800000000, "2024-02-29T00:00:00Z" },
		{ 4107542400000000, "2100-03-01T00:00:00Z" },
		{ 1795342775000000, "2026-11-22T10:19:35Z" },
		{ 1795342775120000, "2026-11-22T10:19:35.120000Z" },
		{ 253402300799999999, "9999-12-31T23:59:59.999999Z" },
		{ -62135596800000000, "0001-01-01T00:00:00Z" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[CLOCK_TEXT];

		clock_format(rows[i].in, text);
		CHECK(strcmp(text, rows[i].want) == 0, "want %s, got %s",
		    rows[i].want, text);
	}
}

static void
no_time_outgrows_its_text(void **state)
{
	static const int64_t rows[] = { INT64_MIN, INT64_MIN + 1, INT64_MAX,
		INT64_MAX - 1, -62135596800000001, 253402300800000000 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[CLOCK_TEXT];

		clock_format(rows[i], text);
		CHECK(strlen(text) == 20 || strlen(text) == 27, "row %zu: %s",
		    i, text);
	}
}

static void
only_real_days_are_read(void **state)
{
	static const struct {
		const char *in;
		int64_t want; /* days; -1: refused */
	} rows[] = {
		{ "1970-01-01", 0 },
		{ "1970-01-02", 1 },
		{ "2000-02-29", 11016 },
		{ "2024-02-29", 19782 },
		{ "2026-11-22", 20779 },
		{ "9999-12-31", 2932896 },
		{ "2023-02-29", -1 },
		{ "1900-02-29", -1 },
		{ "2100-02-29", -1 },
		{ "2026-02-30", -1 },
		{ "2026-04-31", -1 },
		{ "2026-13-01", -1 },
		{ "2026-00-10", -1 },
		{ "2026-01-00", -1 },
		{ "2026-01-32", -1 },
		{ "0000-01-01", -1 },
		{ "", -1 },
		{ "2026-1-01", -1 },
		{ "2026-01-1", -1 },
		{ "2026-01-011", -1 },
		{ "2026/01/01", -1 },
		{ "-026-01-01", -1 },
		{ "+026-01-01", -1 },
		{ " 026-01-01", -1 },
		{ "2026-01-0a", -1 },
		{ "2026-01-01T00:00:00Z", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t at = -7;
		bool good = clock_parse_date(rows[i].in, &at);

		CHECK(good == (rows[i].want >= 0), "%s", rows[i].in);
		CHECK(at == (good ? rows[i].want * DAY : -7), "%s: %lld",
		    rows[i].in, (long long)at);
	}
}

static void
every_day_is_read_as_it_was_written(void **state)
{
	(void)state;
	for (int64_t day = -719162; day <= 2932896; day += 13) {
		char text[CLOCK_TEXT];
		int64_t at;

		clock_format(day * DAY, text);
		text[10] = '\0';
		CHECK(clock_parse_date(text, &at) && at == day * DAY, "%s",
		    text);
	}
}

static void
the_monotonic_clock_never_goes_back(void **state)
{
	int64_t last = clock_mono_us();

	(void)state;
	for (int i = 0; i < 1000; i++) {
		int64_t now = clock_mono_us();

		assert_true(now >= last);
		last = now;
	}
}

static const struct CMUnitTest tests[] = {
	TEST("Times are written as RFC 3339 in UTC, decimals if needed",
	    times_are_written_as_rfc_3339),
	TEST("No time outgrows its text", no_time_outgrows_its_text),
	TEST("Only days of the calendar are read", only_real_days_are_read),
	TEST("Every day is read as it was written",
	    every_day_is_read_as_it_was_written),
	TEST("The monotonic clock never goes back",
	    the_monotonic_clock_never_goes_back),
};

UNIT_MAIN(tests)
