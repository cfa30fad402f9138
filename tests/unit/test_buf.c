#include "unit.h"

#include <limits.h>
#include <string.h>

#include "core/buf.h"

static void
numbers_are_written_in_decimal(void **state)
{
	static const struct {
		int64_t in;
		const char *want;
	} rows[] = {
		{ 0, "0" },
		{ -1, "-1" },
		{ 10, "10" },
		{ INT64_MAX, "9223372036854775807" },
		{ INT64_MIN, "-9223372036854775808" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf b;

		buf_init(&b, unit_ctx()->arena, 64);
		buf_i64(&b, rows[i].in);
		CHECK(strcmp(buf_text(&b), rows[i].want) == 0, "%s: %s",
		    rows[i].want, buf_text(&b));
	}
}

static void
each_context_has_its_escapes(void **state)
{
	static const struct {
		void (*append)(struct buf *, const char *);
		const char *in;
		const char *want;
	} rows[] = {
		{ buf_json_str, "", "\"\"" },
		{ buf_json_str, "\"\\/", "\"\\\"\\\\/\"" },
		{ buf_json_str, "\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"" },
		{ buf_json_str, "\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\"" },
		{ buf_json_str, "\xe0\xa4\xb9 \xf0\x9f\x99\x82",
		    "\"\xe0\xa4\xb9 \xf0\x9f\x99\x82\"" },
		{ buf_json_str, "</script>", "\"</script>\"" },
		{ buf_url_arg, "", "" },
		{ buf_url_arg, "a-._~Z9", "a-._~Z9" },
		{ buf_url_arg, " +&=%/?#", "%20%2B%26%3D%25%2F%3F%23" },
		{ buf_url_arg, "\xe0\xa4\xb9", "%E0%A4%B9" },
		{ buf_url_arg, "\r\n", "%0D%0A" },
		{ buf_csv_cell, "", "" },
		{ buf_csv_cell, "plain", "plain" },
		{ buf_csv_cell, "a,b", "\"a,b\"" },
		{ buf_csv_cell, "say \"hi\"", "\"say \"\"hi\"\"\"" },
		{ buf_csv_cell, "two\nlines", "\"two\nlines\"" },
		{ buf_csv_cell, "=1+1", "\"'=1+1\"" },
		{ buf_csv_cell, "+91", "\"'+91\"" },
		{ buf_csv_cell, "-1", "\"'-1\"" },
		{ buf_csv_cell, "@x", "\"'@x\"" },
		{ buf_csv_cell, "\t=1", "\"'\t=1\"" },
		{ buf_csv_cell, "\r=1", "\"'\r=1\"" },
		{ buf_csv_cell, "\n=1", "\"'\n=1\"" },
		{ buf_csv_cell, " =1", "\" =1\"" },
		{ buf_csv_cell, "'", "\"'\"" },
		{ buf_csv_cell, "'tis", "\"'tis\"" },
		{ buf_csv_cell, "'=1", "\"''=1\"" },
		{ buf_csv_cell, "''x", "\"'''x\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf b;

		buf_init(&b, unit_ctx()->arena, 256);
		rows[i].append(&b, rows[i].in);
		CHECK(strcmp(buf_text(&b), rows[i].want) == 0,
		    "row %zu: want %s, got %s", i, rows[i].want,
		    buf_text(&b));
		CHECK(buf_ok(&b) && strlen(buf_text(&b)) == b.len, "row %zu",
		    i);
	}
}

static void
json_strings_may_hold_nul(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, unit_ctx()->arena, 64);
	buf_json_strn(&b, "a\0b", 3);
	assert_string_equal(buf_text(&b), "\"a\\u0000b\"");
}

static void
nothing_goes_past_the_cap(void **state)
{
	static const struct {
		size_t cap, len;
		bool fits;
	} rows[] = {
		{ 0, 0, true },
		{ 0, 1, false },
		{ 1, 1, true },
		{ 8, 8, true },
		{ 8, 9, false },
		{ 1023, 1023, true },
		{ 1024, 1024, true },
		{ 1024, 1025, false },
		{ 5000, 5000, true },
		{ 5000, 5001, false },
		{ 5000, SIZE_MAX, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena *a = unit_ctx()->arena;
		char *bytes = arena_alloc(a, 8192);
		struct buf whole, single;

		memset(bytes, 'x', 8191);
		buf_init(&whole, a, rows[i].cap);
		buf_raw(&whole, bytes, rows[i].len);
		CHECK(buf_ok(&whole) == rows[i].fits, "cap %zu len %zu",
		    rows[i].cap, rows[i].len);
		CHECK(whole.len == (rows[i].fits ? rows[i].len : 0),
		    "cap %zu len %zu kept %zu", rows[i].cap, rows[i].len,
		    whole.len);
		if (rows[i].len == SIZE_MAX)
			continue;
		buf_init(&single, a, rows[i].cap);
		for (size_t k = 0; k < rows[i].len; k++)
			buf_char(&single, 'x');
		CHECK(buf_ok(&single) == rows[i].fits, "cap %zu, %zu chars",
		    rows[i].cap, rows[i].len);
		CHECK(single.len <= rows[i].cap, "cap %zu: %zu", rows[i].cap,
		    single.len);
	}
}

static void
after_an_overflow_the_rest_is_dropped(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, unit_ctx()->arena, 8);
	buf_str(&b, "abc");
	buf_str(&b, "0123456789");
	buf_str(&b, "d");
	assert_string_equal(buf_text(&b), "abc");
	assert_false(buf_ok(&b));
	buf_clear(&b);
	assert_true(buf_ok(&b));
	assert_string_equal(buf_text(&b), "");
	buf_str(&b, "d");
	assert_string_equal(buf_text(&b), "d");
}

static void
hexadecimal_and_formats(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, unit_ctx()->arena, 64);
	buf_hex(&b, "\x00\x7f\xff", 3);
	buf_printf(&b, "-%s-", "x");
	buf_time(&b, 0);
	buf_lit(&b, "!");
	assert_string_equal(buf_text(&b), "007fff-x-1970-01-01T00:00:00Z!");
}

static const struct CMUnitTest tests[] = {
	TEST("Numbers are written in decimal, to the ends of int64",
	    numbers_are_written_in_decimal),
	TEST("JSON, addresses and CSV escape what they must, no more",
	    each_context_has_its_escapes),
	TEST("A JSON string may hold NUL", json_strings_may_hold_nul),
	TEST("A text never grows past its cap", nothing_goes_past_the_cap),
	TEST("After an overflow everything else is dropped until a clear",
	    after_an_overflow_the_rest_is_dropped),
	TEST("Bytes are written as hexadecimal, times as RFC 3339",
	    hexadecimal_and_formats),
};

UNIT_MAIN(tests)
