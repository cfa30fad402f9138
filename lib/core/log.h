/*
 * log.h: lines on standard error, one event each, in logfmt
 * (time level message key=value …).  Never secrets, bodies or tokens.
 */
#ifndef HAAT_CORE_LOG_H
#define HAAT_CORE_LOG_H

#include <stdbool.h>

/* Names the program in each line; the text must stay. */
void log_open(const char *called);

void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * As log_info(), of a text that is ready.  What happens ten thousand times a
 * second is gathered: written together with the lines that follow, by
 * log_flush() at the latest.  Lines that were only gathered are lost where
 * the process is killed.
 */
void log_text(const char *text);
void log_gather(const char *text);
void log_flush(void);
/* Whether lines wait for log_flush(). */
bool log_is_gathered(void);

#endif
