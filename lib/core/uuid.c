#include "core/uuid.h"

#include <sodium.h>
#include <string.h>

#include "core/clock.h"

struct uuid
uuid_new(void)
{
	/* The last time stamp used, with 12 bits below the millisecond; only
	 * ever grows, so ids of one process sort by creation. */
	static uint64_t last;
	int64_t now_us = clock_now_us();
	uint64_t stamp = ((uint64_t)(now_us / 1000) << 12) |
	    ((uint64_t)(now_us % 1000) * 4096 / 1000);
	struct uuid id;

	if (stamp <= last)
		stamp = last + 1;
	last = stamp;
	randombytes_buf(id.bytes, sizeof(id.bytes));
	for (int i = 0; i < 6; i++)
		id.bytes[i] = (uint8_t)(stamp >> (52 - 8 * i));
	id.bytes[6] = (uint8_t)(0x70 | ((stamp >> 8) & 0x0f));
	id.bytes[7] = (uint8_t)stamp;
	id.bytes[8] = (uint8_t)(0x80 | (id.bytes[8] & 0x3f));
	return id;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
uuid_parse(const char *text, struct uuid *out)
{
	struct uuid id;
	int n = 0;

	if (strnlen(text, UUID_TEXT) != UUID_TEXT - 1)
		return false;
	for (int i = 0; i < UUID_TEXT - 1; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (text[i] != '-')
				return false;
			continue;
		}
		int high = hex_value(text[i]);
		int low = hex_value(text[i + 1]);

		if (high < 0 || low < 0)
			return false;
		id.bytes[n++] = (uint8_t)(high << 4 | low);
		i++;
	}
	*out = id;
	return true;
}

void
uuid_format(struct uuid id, char text[UUID_TEXT])
{
	static const char hex[] = "0123456789abcdef";
	char *p = text;

	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		*p++ = hex[id.bytes[i] >> 4];
		*p++ = hex[id.bytes[i] & 15];
	}
	*p = '\0';
}

bool
uuid_is_zero(struct uuid id)
{
	static const struct uuid zero;

	return memcmp(id.bytes, zero.bytes, sizeof(id.bytes)) == 0;
}

bool
uuid_equal(struct uuid a, struct uuid b)
{
	return memcmp(a.bytes, b.bytes, sizeof(a.bytes)) == 0;
}

int
uuid_compare(struct uuid a, struct uuid b)
{
	return memcmp(a.bytes, b.bytes, sizeof(a.bytes));
}
