#include "core/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "core/clock.h"

static const char *program = "haat";

void
log_open(const char *called)
{
	program = called;
}

/* One write per line, so that lines of several processes do not mix. */
__attribute__((format(printf, 2, 0))) static void
log_line(const char *level, const char *fmt, va_list ap)
{
	char line[4096];
	char now[CLOCK_TEXT];
	int n, m;

	clock_format(clock_now_us(), now);
	n = snprintf(line, sizeof(line), "%s %s %s ", now, level, program);
	if (n < 0 || (size_t)n >= sizeof(line) / 2)
		return;
	m = vsnprintf(line + n, sizeof(line) - (size_t)n - 1, fmt, ap);
	if (m < 0)
		return;
	n += m;
	if ((size_t)n > sizeof(line) - 2)
		n = (int)sizeof(line) - 2;
	for (int i = 0; i < n; i++)
		if ((unsigned char)line[i] < 0x20)
			line[i] = ' ';
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		return;
}

#define LOG_AT(name, level)                                                  \
	void name(const char *fmt, ...)                                      \
	{                                                                    \
		va_list ap;                                                  \
                                                                             \
		va_start(ap, fmt);                                           \
		log_line(level, fmt, ap);                                    \
		va_end(ap);                                                  \
	}

LOG_AT(log_info, "info")
LOG_AT(log_warn, "warn")
LOG_AT(log_error, "error")
