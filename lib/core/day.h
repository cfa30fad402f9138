/*
 * day.h: days of the calendar, as numbers from 1970-01-01 (which is 0).
 */
#ifndef HAAT_CORE_DAY_H
#define HAAT_CORE_DAY_H

#include <stdbool.h>
#include <stdint.h>

enum { DAY_TEXT = 11 };

/* "2026-11-22"; false if there is no such day. */
bool day_parse(const char *text, int64_t *day);
void day_format(int64_t day, char text[DAY_TEXT]);

/* The Monday of its week. */
int64_t day_week(int64_t day);
/* The first of its month, and of the month after. */
int64_t day_month(int64_t day);
int64_t day_next_month(int64_t day);

#endif
