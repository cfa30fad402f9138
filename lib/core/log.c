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

static size_t
put(char *line, size_t n, const char *text)
{
	while (*text != '\0' && n < LINE_MAX_BYTES - 1)
		line[n++] = *text++;
	return n;
}

/* What every line begins with. */
static size_t
begin_line(char *line, const char *level)
{
	char now[CLOCK_TEXT];
	size_t n;

	clock_format(clock_now_us(), now);
	n = put(line, 0, now);
	n = put(line, put(line, n, " "), level);
	n = put(line, put(line, n, " "), program);
	return put(line, n, " ");
}

/* One line, whatever stands in it; its length. */
static size_t
end_line(char *line, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)line[i] < 0x20)
			line[i] = ' ';
	line[n++] = '\n';
	return n;
}

/* Nobody is left to tell that the log cannot be written. */
static void
write_out(const char *text, size_t len)
{
	if (len > 0 && write(STDERR_FILENO, text, len) < 0)
		return;
}

void
log_flush(void)
{
	size_t len = gathered.len;

	gathered.len = 0;
	write_out(gathered.text, len);
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
	size_t n = begin_line(line, level), room = sizeof(line) - n;
	int m = vsnprintf(line + n, room, fmt, ap);

	if (m < 0)
		return;
	n += (size_t)m < room ? (size_t)m : room - 1;
	log_flush();
	write_out(line, end_line(line, n));
}

void
log_text(const char *text)
{
	log_gather(text);
	log_flush();
}

void
log_gather(const char *text)
{
	char *line;

	if (gathered.len + LINE_MAX_BYTES > sizeof(gathered.text))
		log_flush();
	line = gathered.text + gathered.len;
	gathered.len += end_line(line,
	    put(line, begin_line(line, "info"), text));
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
