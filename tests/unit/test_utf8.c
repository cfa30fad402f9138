#include "unit.h"

#include <string.h>

#include "core/utf8.h"

static void
only_well_formed_sequences_are_valid(void **state)
{
	static const struct {
		const char *in;
		bool want;
	} rows[] = {
		{ "", true },
		{ "haat", true },
		{ "\x7f", true },
		{ "\xc2\x80", true },
		{ "\xdf\xbf", true },
		{ "\xe0\xa0\x80", true },
		{ "\xed\x9f\xbf", true },
		{ "\xee\x80\x80", true },
		{ "\xef\xbf\xbf", true },
		{ "\xef\xbb\xbf", true },
		{ "\xf0\x90\x80\x80", true },
		{ "\xf4\x8f\xbf\xbf", true },
		{ "\x80", false },
		{ "\xbf", false },
		{ "a\x80", false },
		{ "\xc0\x80", false },
		{ "\xc1\xbf", false },
		{ "\xc2", false },
		{ "\xc2z", false },
		{ "\xc2\xc2", false },
		{ "\xe0\x80\x80", false },
		{ "\xe0\x9f\xbf", false },
		{ "\xe1\x80", false },
		{ "\xe1\x80z", false },
		{ "\xed\xa0\x80", false },
		{ "\xed\xbf\xbf", false },
		{ "\xf0\x80\x80\x80", false },
		{ "\xf0\x8f\xbf\xbf", false },
		{ "\xf0\x90\x80", false },
		{ "\xf4\x90\x80\x80", false },
		{ "\xf5\x80\x80\x80", false },
		{ "\xf8\x88\x80\x80\x80", false },
		{ "\xfe", false },
		{ "\xff", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK(utf8_valid(rows[i].in, strlen(rows[i].in)) ==
			rows[i].want,
		    "row %zu", i);
	assert_true(utf8_valid("a\0b", 3));
	assert_false(utf8_valid("\xe0\xa4\xb9", 2));
}

static void
characters_are_counted_not_bytes(void **state)
{
	static const struct {
		const char *in;
		size_t first;  /* characters */
		size_t length; /* of all, in characters */
		size_t prefix; /* bytes of the first ones */
	} rows[] = {
		{ "", 0, 0, 0 },
		{ "", 5, 0, 0 },
		{ "abc", 0, 3, 0 },
		{ "abc", 2, 3, 2 },
		{ "abc", 9, 3, 3 },
		{ "\xe0\xa4\xb9\xe0\xa4\xbe", 1, 2, 3 },
		{ "\xe0\xa4\xb9\xe0\xa4\xbe", 2, 2, 6 },
		{ "a\xf0\x9f\x99\x82z", 2, 3, 5 },
		{ "\xc3\xa9", 0, 1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK(utf8_length(rows[i].in) == rows[i].length, "row %zu",
		    i);
		CHECK(utf8_prefix(rows[i].in, rows[i].first) ==
			rows[i].prefix,
		    "row %zu", i);
	}
}

static void
blank_is_nothing_but_white_space(void **state)
{
	static const struct {
		const char *in;
		bool want;
	} rows[] = {
		{ "", true },
		{ " \t\r\n\v\f", true },
		{ "\xc2\x85\xc2\xa0", true },
		{ "\xe1\x9a\x80", true },
		{ "\xe2\x80\x80\xe2\x80\x8a", true },
		{ "\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaf", true },
		{ "\xe2\x81\x9f\xe3\x80\x80", true },
		{ "x", false },
		{ "  x", false },
		{ "\xe2\x80\x8b", false },
		{ "\xc2\xa1", false },
		{ "\xe3\x80\x81", false },
		{ "\xf0\x9f\x99\x82", false },
		{ " \xe0\xa4\xb9", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK(utf8_blank(rows[i].in) == rows[i].want, "row %zu", i);
}

static const struct CMUnitTest tests[] = {
	TEST("Only well-formed UTF-8 is valid (RFC 3629)",
	    only_well_formed_sequences_are_valid),
	TEST("Characters are counted, not bytes",
	    characters_are_counted_not_bytes),
	TEST("Blank is what holds nothing but Unicode white space",
	    blank_is_nothing_but_white_space),
};

UNIT_MAIN(tests)
