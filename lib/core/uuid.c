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

/* One more than the value of a hexadecimal digit; 0 for anything else. */
static const uint8_t digit_value[256] = { ['0'] = 1,
	['1'] = 2,
	['2'] = 3,
	['3'] = 4,
	['4'] = 5,
	['5'] = 6,
	['6'] = 7,
	['7'] = 8,
	['8'] = 9,
	['9'] = 10,
	['a'] = 11,
	['b'] = 12,
	['c'] = 13,
	['d'] = 14,
	['e'] = 15,
	['f'] = 16,
	['A'] = 11,
	['B'] = 12,
	['C'] = 13,
	['D'] = 14,
	['E'] = 15,
	['F'] = 16 };

bool
uuid_parse(const char *text, struct uuid *out)
{
	const unsigned char *p = (const unsigned char *)text;
	struct uuid id;

	for (int n = 0; n < 16; n++) {
		uint8_t high, low;

		if (n == 4 || n == 6 || n == 8 || n == 10)
			if (*p++ != '-')
				return false;
		high = digit_value[p[0]];
		if (high == 0)
			return false;
		low = digit_value[p[1]];
		if (low == 0)
			return false;
		id.bytes[n] = (uint8_t)((high - 1) << 4 | (low - 1));
		p += 2;
	}
	if (*p != '\0')
		return false;
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
