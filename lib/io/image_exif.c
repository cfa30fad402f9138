/* The orientation in EXIF data (CIPA DC-008, a TIFF file); see
 * image_pixels.h. */
#include <string.h>

#include "io/image_pixels.h"

enum { ORIENTATION = 0x0112, TYPE_SHORT = 3, ENTRY = 12 };

struct tiff {
	const unsigned char *p;
	size_t len;
	bool big_endian;
};

/* A number of 2 or 4 bytes; 0 beyond the end. */
static uint32_t
number(const struct tiff *t, size_t at, size_t bytes)
{
	uint32_t v = 0;

	if (at > t->len || bytes > t->len - at)
		return 0;
	for (size_t i = 0; i < bytes; i++)
		v = v << 8 |
		    t->p[t->big_endian ? at + i : at + bytes - 1 - i];
	return v;
}

int
exif_orientation(const unsigned char *p, size_t len)
{
	struct tiff t = { p, len, false };
	size_t at, n;

	if (len < 8 ||
	    (memcmp(p, "II*\0", 4) != 0 && memcmp(p, "MM\0*", 4) != 0))
		return 1;
	t.big_endian = p[0] == 'M';
	at = number(&t, 4, 4);
	n = number(&t, at, 2);
	for (size_t i = 0; i < n; i++) {
		size_t entry = at + 2 + i * ENTRY;
		uint32_t v;

		if (entry + ENTRY > len)
			return 1;
		if (number(&t, entry, 2) != ORIENTATION ||
		    number(&t, entry + 2, 2) != TYPE_SHORT)
			continue;
		v = number(&t, entry + 8, 2);
		return v >= 1 && v <= 8 ? (int)v : 1;
	}
	return 1;
}
