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

enum { LINE_MAX_BYTES = 4096, GATHERED_MAX = 4 * LINE_MAX_BYTES };

/* Whole lines that nobody is in a hurry to see. */
static struct {
	size_t len;
	char text[GATHERED_MAX];
} gathered;

/* A line with its end in line[LINE_MAX_BYTES]; its length, 0 for none. */
__attribute__((format(printf, 3, 0))) static size_t
format_line(char *line, const char *level, const char *fmt, va_list ap)
{
	char now[CLOCK_TEXT];
	int n, m;

	clock_format(clock_now_us(), now);
	n = snprintf(line, LINE_MAX_BYTES, "%s %s %s ", now, level, program);
	if (n < 0 || n >= LINE_MAX_BYTES / 2)
		return 0;
	m = vsnprintf(line + n, (size_t)(LINE_MAX_BYTES - n - 1), fmt, ap);
	if (m < 0)
		return 0;
	n += m;
	if (n > LINE_MAX_BYTES - 2)
		n = LINE_MAX_BYTES - 2;
	for (int i = 0; i < n; i++)
		if ((unsigned char)line[i] < 0x20)
			line[i] = ' ';
	line[n++] = '\n';
	return (size_t)n;
}

void
log_flush(void)
{
	size_t len = gathered.len;

	gathered.len = 0;
	if (len > 0 && write(STDERR_FILENO, gathered.text, len) < 0)
		return;
}

bool
log_is_gathered(void)
{
	return gathered.len > 0;
}

/* One write per line, so that lines of several processes do not mix. */
__attribute__((format(printf, 2, 0))) static void
log_line(const char *level, const char *fmt, va_list ap)
{
	char line[LINE_MAX_BYTES];
	size_t len = format_line(line, level, fmt, ap);

	log_flush();
	if (len > 0 && write(STDERR_FILENO, line, len) < 0)
		return;
}

void
log_gather(const char *fmt, ...)
{
	va_list ap;

	if (gathered.len + LINE_MAX_BYTES > sizeof(gathered.text))
		log_flush();
	va_start(ap, fmt);
	gathered.len += format_line(gathered.text + gathered.len, "info", fmt,
	    ap);
	va_end(ap);
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
