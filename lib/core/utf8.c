#include "core/utf8.h"

#include <stdint.h>
#include <string.h>

/* Bytes of the well-formed sequence at s, 0 if there is none. */
static size_t
sequence(const unsigned char *s, size_t left)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t len;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf) {
		len = 2;
	} else if (s[0] >= 0xe0 && s[0] <= 0xef) {
		len = 3;
		if (s[0] == 0xe0)
			low = 0xa0;
		if (s[0] == 0xed)
			high = 0x9f;
	} else if (s[0] >= 0xf0 && s[0] <= 0xf4) {
		len = 4;
		if (s[0] == 0xf0)
			low = 0x90;
		if (s[0] == 0xf4)
			high = 0x8f;
	} else {
		return 0;
	}
	if (left < len || s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if (s[i] < 0x80 || s[i] > 0xbf)
			return 0;
	return len;
}

bool
utf8_valid(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t n;

	for (; len > 0; p += n, len -= n) {
		n = sequence(p, len);
		if (n == 0)
			return false;
	}
	return true;
}

size_t
utf8_length(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

size_t
utf8_prefix(const char *s, size_t n)
{
	const char *p = s;

	for (; *p != '\0'; p++) {
		if (((unsigned char)*p & 0xc0) == 0x80)
			continue;
		if (n-- == 0)
			break;
	}
	return (size_t)(p - s);
}

static bool
is_space(uint32_t c)
{
	return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 ||
	    c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
	    c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
	    c == 0x3000;
}

bool
utf8_blank(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	while (*p != '\0') {
		uint32_t c = *p;
		size_t n = 1;

		if (c >= 0xf0)
			return false;
		if (c >= 0xe0) {
			c = (c & 0x0f) << 12 | (p[1] & 0x3fu) << 6 |
			    (p[2] & 0x3fu);
			n = 3;
		} else if (c >= 0xc0) {
			c = (c & 0x1f) << 6 | (p[1] & 0x3fu);
			n = 2;
		}
		if (!is_space(c))
			return false;
		p += n;
	}
	return true;
}
