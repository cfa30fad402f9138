#include "core/day.h"

#include <string.h>

#include "core/clock.h"

#define DAY_US INT64_C(86400000000)

bool
day_parse(const char *text, int64_t *day)
{
	int64_t at;

	if (!clock_parse_date(text, &at))
		return false;
	*day = at / DAY_US;
	return true;
}

void
day_format(int64_t day, char text[DAY_TEXT])
{
	char at[CLOCK_TEXT];

	clock_format(day * DAY_US, at);
	memcpy(text, at, DAY_TEXT - 1);
	text[DAY_TEXT - 1] = '\0';
}

/* 1970-01-01 was a Thursday. */
int64_t
day_week(int64_t day)
{
	int64_t past = (day + 3) % 7;

	return day - (past < 0 ? past + 7 : past);
}

int64_t
day_month(int64_t day)
{
	char text[DAY_TEXT];

	day_format(day, text);
	return day - ((text[8] - '0') * 10 + (text[9] - '0') - 1);
}

int64_t
day_next_month(int64_t day)
{
	return day_month(day_month(day) + 31);
}
