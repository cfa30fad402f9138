#include "job/crontab.h"

#include <stdlib.h>
#include <string.h>

static bool
read_number(const char **p, long low, long high, long *out)
{
	char *end;

	if (**p < '0' || **p > '9')
		return false;
	*out = strtol(*p, &end, 10);
	*p = end;
	return *out >= low && *out <= high;
}

/* "*", "5", "1-5", each with "/2" or not. */
static bool
read_range(const char **p, long low, long high, uint64_t *bits)
{
	long from = low, to = high, step = 1;

	if (**p == '*') {
		++*p;
	} else {
		if (!read_number(p, low, high, &from))
			return false;
		to = from;
		if (**p == '-') {
			++*p;
			if (!read_number(p, from, high, &to))
				return false;
		} else if (**p == '/') {
			to = high;
		}
	}
	if (**p == '/') {
		++*p;
		if (!read_number(p, 1, high + 1, &step))
			return false;
	}
	for (long i = from; i <= to; i += step)
		*bits |= (uint64_t)1 << i;
	return true;
}

static bool
read_field(const char **p, long low, long high, uint64_t *bits)
{
	*bits = 0;
	for (;;) {
		if (!read_range(p, low, high, bits))
			return false;
		if (**p != ',')
			break;
		++*p;
	}
	if (**p != ' ' && **p != '\t')
		return false;
	*p += strspn(*p, " \t");
	return true;
}

enum cron_line
cron_parse(const char *line, struct cron_when *when, const char **command)
{
	const char *p = line + strspn(line, " \t");

	if (*p == '\0' || *p == '\n' || *p == '#')
		return CRON_EMPTY;
	*when = (struct cron_when){ 0 };
	if (!read_field(&p, 0, 59, &when->minutes) ||
	    !read_field(&p, 0, 23, &when->hours))
		return CRON_WRONG;
	when->any_day = *p == '*';
	if (!read_field(&p, 1, 31, &when->days) ||
	    !read_field(&p, 1, 12, &when->months))
		return CRON_WRONG;
	when->any_weekday = *p == '*';
	if (!read_field(&p, 0, 7, &when->weekdays))
		return CRON_WRONG;
	when->weekdays |= when->weekdays >> 7 & 1;
	*command = p;
	/* A percent sign would be the end of the line to another cron. */
	return *p == '\0' || *p == '\n' || strchr(p, '%') != NULL ?
	    CRON_WRONG :
	    CRON_ENTRY;
}

bool
cron_matches(const struct cron_when *when, const struct tm *at)
{
	bool day = when->days >> at->tm_mday & 1;
	bool weekday = when->weekdays >> at->tm_wday & 1;

	if (!(when->minutes >> at->tm_min & 1) ||
	    !(when->hours >> at->tm_hour & 1) ||
	    !(when->months >> (at->tm_mon + 1) & 1))
		return false;
	if (when->any_day || when->any_weekday)
		return day && weekday;
	return day || weekday;
}
