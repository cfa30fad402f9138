/*
 * clock.h: time as microseconds since 1970 in UTC, and RFC 3339 text.
 */
#ifndef HAAT_CORE_CLOCK_H
#define HAAT_CORE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

enum { CLOCK_TEXT = 32 };

/* Wall clock, for what is stored and shown. */
int64_t clock_now_us(void);

/* Monotonic clock, for deadlines and durations. */
int64_t clock_mono_us(void);

/* "2026-11-22T10:19:35Z", with six decimals where they are not zero. */
void clock_format(int64_t at_us, char text[CLOCK_TEXT]);

/* Reads "2026-11-22"; the day's start in UTC.  False if there is no such
 * day. */
bool clock_parse_date(const char *text, int64_t *at_us);

#endif
