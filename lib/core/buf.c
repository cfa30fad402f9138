#include "core/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"

void
buf_init(struct buf *b, struct arena *a, size_t cap)
{
	*b = (struct buf){ .arena = a, .cap = cap };
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->overflow = false;
	if (b->data != NULL)
		b->data[0] = '\0';
}

bool
buf_ok(const struct buf *b)
{
	return !b->overflow;
}

const char *
buf_text(const struct buf *b)
{
	return b->data != NULL ? b->data : "";
}

/* There is room already, as nearly always. */
static inline bool
fits(const struct buf *b, size_t len)
{
	return len < b->size - b->len && b->len + len <= b->cap &&
	    !b->overflow;
}

/* Makes room for len more bytes and the NUL; false past the cap. */
static bool
buf_grow(struct buf *b, size_t len)
{
	size_t size;
	char *data;

	if (b->overflow || len > b->cap || b->len > b->cap - len) {
		b->overflow = true;
		return false;
	}
	/* An answer is long: growing from little copies it many times. */
	if (b->size == 0)
		size = b->cap == BUF_CAP_REPLY ? 16384 : 1024;
	else
		size = b->size * 2;
	while (size <= b->len + len)
		size *= 2;
	data = arena_alloc(b->arena, size);
	if (b->len > 0)
		memcpy(data, b->data, b->len);
	b->data = data;
	b->size = size;
	return true;
}

void
buf_raw(struct buf *b, const void *p, size_t len)
{
	if (!fits(b, len) && !buf_grow(b, len))
		return;
	if (len > 0)
		memcpy(b->data + b->len, p, len);
	b->len += len;
	b->data[b->len] = '\0';
}

char *
buf_space(struct buf *b, size_t len)
{
	char *at;

	if (!fits(b, len) && !buf_grow(b, len))
		return NULL;
	at = b->data + b->len;
	b->len += len;
	b->data[b->len] = '\0';
	return at;
}

void
buf_char(struct buf *b, char c)
{
	if (!fits(b, 1) && !buf_grow(b, 1))
		return;
	b->data[b->len++] = c;
	b->data[b->len] = '\0';
}

void
buf_str(struct buf *b, const char *s)
{
	buf_raw(b, s, strlen(s));
}

void
buf_i64(struct buf *b, int64_t v)
{
	char digits[24];
	char *p = digits + sizeof(digits);
	uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	do {
		*--p = (char)('0' + u % 10);
		u /= 10;
	} while (u > 0);
	if (v < 0)
		*--p = '-';
	buf_raw(b, p, (size_t)(digits + sizeof(digits) - p));
}

void
buf_uuid(struct buf *b, struct uuid id)
{
	char text[UUID_TEXT];

	uuid_format(id, text);
	buf_raw(b, text, UUID_TEXT - 1);
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_str(b, arena_vprintf(b->arena, fmt, ap));
	va_end(ap);
}

/* What follows the backslash; 'u' for \u00XX, 0 for bytes that stand. */
/* clang-format off */
static const char json_escape[256] = {
	['"'] = '"', ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n',
	['\r'] = 'r', ['\t'] = 't', [0x00] = 'u', [0x01] = 'u', [0x02] = 'u',
	[0x03] = 'u', [0x04] = 'u', [0x05] = 'u', [0x06] = 'u', [0x07] = 'u',
	[0x0b] = 'u', [0x0e] = 'u', [0x0f] = 'u', [0x10] = 'u', [0x11] = 'u',
	[0x12] = 'u', [0x13] = 'u', [0x14] = 'u', [0x15] = 'u', [0x16] = 'u',
	[0x17] = 'u', [0x18] = 'u', [0x19] = 'u', [0x1a] = 'u', [0x1b] = 'u',
	[0x1c] = 'u', [0x1d] = 'u', [0x1e] = 'u', [0x1f] = 'u', [0x7f] = 'u',
};
/* clang-format on */

static void
json_escaped(struct buf *b, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	char e = json_escape[c];
	char u[] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };

	if (e == 'u')
		buf_raw(b, u, sizeof(u));
	else
		buf_raw(b, (const char[]){ '\\', e }, 2);
}

void
buf_json_strn(struct buf *b, const char *s, size_t len)
{
	size_t plain = 0, from;
	char *at;

	while (plain < len && json_escape[(unsigned char)s[plain]] == 0)
		plain++;
	at = buf_space(b, plain + 1);
	if (at == NULL)
		return;
	*at = '"';
	memcpy(at + 1, s, plain);
	for (from = plain; from < len; from = plain) {
		json_escaped(b, (unsigned char)s[from++]);
		for (plain = from; plain < len &&
		     json_escape[(unsigned char)s[plain]] == 0;)
			plain++;
		buf_raw(b, s + from, plain - from);
	}
	buf_char(b, '"');
}

void
buf_json_str(struct buf *b, const char *s)
{
	buf_json_strn(b, s, strlen(s));
}

void
buf_url_arg(struct buf *b, const char *s)
{
	static const char hex[] = "0123456789ABCDEF";

	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || strchr("-._~", c) != NULL) {
			buf_char(b, (char)c);
		} else {
			char e[] = { '%', hex[c >> 4], hex[c & 15] };

			buf_raw(b, e, sizeof(e));
		}
	}
}

void
buf_csv_cell(struct buf *b, const char *s)
{
	static const char run_by_spreadsheets[] = "=+-@\t\r\n";
	/* A ' of the text's own is told from one that guards it. */
	const char *first = *s == '\'' ? s + 1 : s;
	bool run = *first != '\0' &&
	    (strchr(run_by_spreadsheets, *first) != NULL ||
		(first != s && *first == '\''));
	bool quote = run || strpbrk(s, "\",\r\n;'") != NULL || *s == ' ';

	if (!quote) {
		buf_str(b, s);
		return;
	}
	buf_char(b, '"');
	if (run)
		buf_char(b, '\'');
	for (; *s != '\0'; s++) {
		if (*s == '"')
			buf_char(b, '"');
		buf_char(b, *s);
	}
	buf_char(b, '"');
}

void
buf_hex(struct buf *b, const void *p, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char *bytes = p;

	for (size_t i = 0; i < len; i++) {
		buf_char(b, hex[bytes[i] >> 4]);
		buf_char(b, hex[bytes[i] & 15]);
	}
}

void
buf_time(struct buf *b, int64_t at_us)
{
	char text[CLOCK_TEXT];

	clock_format(at_us, text);
	buf_str(b, text);
}
