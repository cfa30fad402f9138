/*
 * log.h: lines on standard error, one event each, in logfmt
 * (time level message key=value …).  Never secrets, bodies or tokens.
 */
#ifndef HAAT_CORE_LOG_H
#define HAAT_CORE_LOG_H

/* Names the program in each line; the text must stay. */
void log_open(const char *called);

void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
