#include "unit.h"

#include <string.h>

#include "core/day.h"

static const struct {
	const char *day;
	int64_t number;
	const char *week;
	const char *month;
	const char *next;
} rows[] = {
	{ "1970-01-01", 0, "1969-12-29", "1970-01-01", "1970-02-01" },
	{ "1969-12-31", -1, "1969-12-29", "1969-12-01", "1970-01-01" },
	{ "1969-12-28", -4, "1969-12-22", "1969-12-01", "1970-01-01" },
	{ "2000-02-29", 11016, "2000-02-28", "2000-02-01", "2000-03-01" },
	{ "2024-01-31", 19753, "2024-01-29", "2024-01-01", "2024-02-01" },
	{ "2026-11-22", 20779, "2026-11-16", "2026-11-01", "2026-12-01" },
	{ "2026-11-23", 20780, "2026-11-23", "2026-11-01", "2026-12-01" },
	{ "2026-12-31", 20818, "2026-12-28", "2026-12-01", "2027-01-01" },
};

static void
check(size_t i, const char *what, int64_t day, const char *want)
{
	char text[DAY_TEXT];

	day_format(day, text);
	CHECK(strcmp(text, want) == 0, "row %zu: %s: want %s, got %s", i,
	    what, want, text);
}

static void
days_are_numbers_from_1970(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t day;

		CHECK(day_parse(rows[i].day, &day), "row %zu", i);
		CHECK(day == rows[i].number, "row %zu: got %lld", i,
		    (long long)day);
		check(i, "day", day, rows[i].day);
	}
}

static void
weeks_begin_on_monday_and_months_on_the_first(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		check(i, "week", day_week(rows[i].number), rows[i].week);
		check(i, "month", day_month(rows[i].number), rows[i].month);
		check(i, "next", day_next_month(rows[i].number),
		    rows[i].next);
	}
}

static void
what_is_no_day_is_not_read(void **state)
{
	static const char *const bad[] = { "", "2026-02-30", "2026-1-01",
		"2026-01-01T", "20260101" };
	int64_t day;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		CHECK(!day_parse(bad[i], &day), "%s", bad[i]);
}

static const struct CMUnitTest tests[] = {
	TEST("Days are counted from 1970-01-01, both ways",
	    days_are_numbers_from_1970),
	TEST("Weeks begin on Monday, months on the first",
	    weeks_begin_on_monday_and_months_on_the_first),
	TEST("What is no day is not read", what_is_no_day_is_not_read),
};

UNIT_MAIN(tests)
