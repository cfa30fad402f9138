/*
 * crontab.h: lines of cron/crontab, in the plain form that every cron takes:
 * minute, hour, day of the month, month, day of the week (0 and 7 are
 * Sunday), each "*", a number, a range, a list, or with a step, and a command
 * for the shell.  No names, no "@daily", no NAME=value, no "%".
 *
 * As everywhere, where both days are given, one of them is enough.
 */
#ifndef HAAT_JOB_CRONTAB_H
#define HAAT_JOB_CRONTAB_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* A bit for each value that matches. */
struct cron_when {
	uint64_t minutes;
	uint64_t hours;
	uint64_t days;
	uint64_t months;
	uint64_t weekdays;
	bool any_day;
	bool any_weekday;
};

enum cron_line {
	CRON_EMPTY, /* blank, or a comment */
	CRON_ENTRY,
	CRON_WRONG,
};

/* *command points into line, behind the fields. */
enum cron_line cron_parse(const char *line, struct cron_when *when,
    const char **command);

bool cron_matches(const struct cron_when *when, const struct tm *at);

#endif
