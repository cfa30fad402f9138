#include "core/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t
read_clock(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts) != 0)
		return 0;
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t
clock_now_us(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t
clock_mono_us(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

/*
 * Days since 1970 to year, month, day: the proleptic Gregorian calendar in
 * eras of 400 years that begin in March, so that a leap day ends its year.
 */
static void
civil_from_days(int64_t days, int *year, int *month, int *day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t of_era = z - era * 146097;
	int64_t y = (of_era - of_era / 1460 + of_era / 36524 -
			of_era / 146096) /
	    365;
	int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
	int64_t m = (5 * of_year + 2) / 153;

	*day = (int)(of_year - (153 * m + 2) / 5 + 1);
	*month = (int)(m < 10 ? m + 3 : m - 9);
	*year = (int)(y + era * 400 + (*month <= 2));
}

static int64_t
days_from_civil(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era_year = y - era * 400;
	int64_t m = month > 2 ? month - 3 : month + 9;
	int64_t of_year = (153 * m + 2) / 5 + day - 1;
	int64_t of_era = of_era_year * 365 + of_era_year / 4 -
	    of_era_year / 100 + of_year;

	return era * 146097 + of_era - 719468;
}

static char *
two_digits(char *p, int v, char after)
{
	*p++ = (char)('0' + v / 10);
	*p++ = (char)('0' + v % 10);
	*p++ = after;
	return p;
}

void
clock_format(int64_t at_us, char text[CLOCK_TEXT])
{
	int64_t secs = at_us / 1000000;
	int64_t rest = at_us % 1000000;
	int64_t days;
	int year, month, day, of_day;
	char *p = text;

	if (rest < 0) {
		rest += 1000000;
		secs--;
	}
	days = secs / 86400;
	of_day = (int)(secs % 86400);
	if (of_day < 0) {
		of_day += 86400;
		days--;
	}
	civil_from_days(days, &year, &month, &day);
	if (year < 0 || year > 9999)
		year = 9999;
	*p++ = (char)('0' + year / 1000);
	*p++ = (char)('0' + year / 100 % 10);
	p = two_digits(p, year % 100, '-');
	p = two_digits(p, month, '-');
	p = two_digits(p, day, 'T');
	p = two_digits(p, of_day / 3600, ':');
	p = two_digits(p, of_day / 60 % 60, ':');
	p = two_digits(p, of_day % 60, 'Z');
	if (rest != 0) {
		p[-1] = '.';
		for (int64_t unit = 100000; unit > 0; unit /= 10)
			*p++ = (char)('0' + rest / unit % 10);
		*p++ = 'Z';
	}
	*p = '\0';
}

bool
clock_parse_date(const char *text, int64_t *at_us)
{
	int part[3] = { 0 };
	int y, m, d;
	int64_t days;

	if (strnlen(text, 11) != 10)
		return false;
	for (int i = 0, n = 0; i < 10; i++) {
		if (i == 4 || i == 7) {
			if (text[i] != '-')
				return false;
			n++;
			continue;
		}
		if (text[i] < '0' || text[i] > '9')
			return false;
		part[n] = part[n] * 10 + (text[i] - '0');
	}
	if (part[0] < 1 || part[1] < 1 || part[1] > 12 || part[2] < 1)
		return false;
	days = days_from_civil(part[0], part[1], part[2]);
	civil_from_days(days, &y, &m, &d);
	if (y != part[0] || m != part[1] || d != part[2])
		return false;
	*at_us = days * 86400 * 1000000;
	return true;
}
