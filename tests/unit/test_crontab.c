#include "unit.h"

#include <string.h>

#include "job/crontab.h"

static void
lines_are_told_apart(void **state)
{
	static const struct {
		const char *line;
		enum cron_line want;
		const char *command;
	} rows[] = {
		{ "", CRON_EMPTY, NULL },
		{ "\n", CRON_EMPTY, NULL },
		{ "  \t\n", CRON_EMPTY, NULL },
		{ "# * * * * * x\n", CRON_EMPTY, NULL },
		{ "  # indented\n", CRON_EMPTY, NULL },
		{ "* * * * * x", CRON_ENTRY, "x" },
		{ "*\t*  * * *   x --stay 59", CRON_ENTRY, "x --stay 59" },
		{ "0-59/15 0,12 1-31 1-12 0-7 x", CRON_ENTRY, "x" },
		{ "*/5 * * * * x", CRON_ENTRY, "x" },
		{ "7/10 * * * * x", CRON_ENTRY, "x" },
		{ "* * * * *", CRON_WRONG, NULL },
		{ "* * * * * ", CRON_WRONG, NULL },
		{ "* * * * x", CRON_WRONG, NULL },
		{ "60 * * * * x", CRON_WRONG, NULL },
		{ "* 24 * * * x", CRON_WRONG, NULL },
		{ "* * 0 * * x", CRON_WRONG, NULL },
		{ "* * 32 * * x", CRON_WRONG, NULL },
		{ "* * * 13 * x", CRON_WRONG, NULL },
		{ "* * * 0 * x", CRON_WRONG, NULL },
		{ "* * * * 8 x", CRON_WRONG, NULL },
		{ "5-1 * * * * x", CRON_WRONG, NULL },
		{ "1- * * * * x", CRON_WRONG, NULL },
		{ "1, * * * * x", CRON_WRONG, NULL },
		{ "*/0 * * * * x", CRON_WRONG, NULL },
		{ "*/ * * * * x", CRON_WRONG, NULL },
		{ "-1 * * * * x", CRON_WRONG, NULL },
		{ "1x * * * * x", CRON_WRONG, NULL },
		{ "99999999999999999999 * * * * x", CRON_WRONG, NULL },
		{ "* * * jan * x", CRON_WRONG, NULL },
		{ "* * * * mon x", CRON_WRONG, NULL },
		{ "@daily x", CRON_WRONG, NULL },
		{ "PATH=/bin", CRON_WRONG, NULL },
		{ "* * * * * date +%s", CRON_WRONG, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct cron_when when;
		const char *command = NULL;
		enum cron_line got = cron_parse(rows[i].line, &when,
		    &command);

		CHECK(got == rows[i].want, "\"%s\": %d", rows[i].line, got);
		CHECK(got != CRON_ENTRY ||
			(command != NULL && rows[i].command != NULL &&
			    strcmp(command, rows[i].command) == 0),
		    "\"%s\": \"%s\"", rows[i].line, command);
	}
}

/* 2026-11-22 was a Sunday. */
static void
moments_match(void **state)
{
	static const struct {
		const char *fields;
		const char *at;
		bool want;
	} rows[] = {
		{ "* * * * *", "2026-11-22 10:19", true },
		{ "19 10 22 11 0", "2026-11-22 10:19", true },
		{ "19 10 22 11 7", "2026-11-22 10:19", true },
		{ "20 * * * *", "2026-11-22 10:19", false },
		{ "* 11 * * *", "2026-11-22 10:19", false },
		{ "* * * 12 *", "2026-11-22 10:19", false },
		{ "*/5 * * * *", "2026-11-22 10:20", true },
		{ "*/5 * * * *", "2026-11-22 10:21", false },
		{ "10-20/5 * * * *", "2026-11-22 10:15", true },
		{ "10-20/5 * * * *", "2026-11-22 10:25", false },
		{ "7/10 * * * *", "2026-11-22 10:57", true },
		{ "7/10 * * * *", "2026-11-22 10:00", false },
		{ "0,30 * * * *", "2026-11-22 10:30", true },
		{ "59 23 31 12 *", "2026-12-31 23:59", true },
		{ "0 0 29 2 *", "2028-02-29 00:00", true },
		/* Both days given: one is enough. */
		{ "* * 1 * 0", "2026-11-22 10:19", true },
		{ "* * 22 * 1", "2026-11-22 10:19", true },
		{ "* * 1 * 1", "2026-11-22 10:19", false },
		/* One of them open: the other decides. */
		{ "* * * * 1", "2026-11-22 10:19", false },
		{ "* * 1 * *", "2026-11-22 10:19", false },
		{ "* * */2 * 0", "2026-11-22 10:19", false },
		{ "* * * * 1-5", "2026-11-23 10:19", true },
		{ "* * * * 5-7", "2026-11-22 10:19", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ctx *c = unit_ctx();
		struct cron_when when;
		const char *command;
		struct tm at = { 0 };
		time_t t;

		assert_non_null(strptime(rows[i].at, "%Y-%m-%d %H:%M", &at));
		t = timegm(&at);
		gmtime_r(&t, &at);
		assert_int_equal(cron_parse(arena_printf(c->arena, "%s x",
						rows[i].fields),
				     &when, &command),
		    CRON_ENTRY);
		CHECK(cron_matches(&when, &at) == rows[i].want, "%s at %s",
		    rows[i].fields, rows[i].at);
	}
}

static const struct CMUnitTest tests[] = {
	TEST("Entries, comments and mistakes are told apart",
	    lines_are_told_apart),
	TEST("An entry matches its minutes and no others", moments_match),
};

UNIT_MAIN(tests)
