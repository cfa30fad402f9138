#include "unit.h"

#include <string.h>

#include "core/json.h"

#define TEXT(literal) literal, sizeof(literal) - 1

static void
only_rfc_8259_is_read(void **state)
{
	static const struct {
		const char *in;
		size_t len;
		bool good;
	} rows[] = {
		{ TEXT("{}"), true },
		{ TEXT("[]"), true },
		{ TEXT(" \t\r\n{ } \n"), true },
		{ TEXT("null"), true },
		{ TEXT("true"), true },
		{ TEXT("\"\""), true },
		{ TEXT("0"), true },
		{ TEXT("-0"), true },
		{ TEXT("-0.5e-10"), true },
		{ TEXT("1E+2"), true },
		{ TEXT("123456789012345678901234567890"), true },
		{ TEXT("1e400"), true },
		{ TEXT("\"\\u00e9\\ud83d\\ude42\\/\\b\\f\\n\\r\\t\""), true },
		{ TEXT("\"\\u0000\""), true },
		{ TEXT("\"\x7f\xe0\xa4\xb9\""), true },
		{ TEXT("{\"a\":[1,{\"b\":null}],\"c\":\"\"}"), true },
		{ TEXT("{\"a\":{\"a\":{\"a\":1}}}"), true },
		{ TEXT(""), false },
		{ TEXT(" "), false },
		{ TEXT("{"), false },
		{ TEXT("}"), false },
		{ TEXT("["), false },
		{ TEXT("[1"), false },
		{ TEXT("[1,"), false },
		{ TEXT("[1,]"), false },
		{ TEXT("[,1]"), false },
		{ TEXT("[1 2]"), false },
		{ TEXT("{\"a\"}"), false },
		{ TEXT("{\"a\":}"), false },
		{ TEXT("{\"a\":1,}"), false },
		{ TEXT("{,}"), false },
		{ TEXT("{a:1}"), false },
		{ TEXT("{'a':1}"), false },
		{ TEXT("{1:1}"), false },
		{ TEXT("{\"a\":1 \"b\":2}"), false },
		{ TEXT("{\"a\"::1}"), false },
		{ TEXT("{} {}"), false },
		{ TEXT("{}x"), false },
		{ TEXT("{}\0"), false },
		{ TEXT("{\0}"), false },
		{ TEXT("1\0"), false },
		{ TEXT("\"a\0b\""), false },
		{ TEXT("\"\\\0\""), false },
		{ TEXT("{\"\\\0\":1}"), false },
		{ TEXT("NaN"), false },
		{ TEXT("Infinity"), false },
		{ TEXT("-Infinity"), false },
		{ TEXT("nul"), false },
		{ TEXT("nulll"), false },
		{ TEXT("True"), false },
		{ TEXT("tru"), false },
		{ TEXT("01"), false },
		{ TEXT("-01"), false },
		{ TEXT("-"), false },
		{ TEXT("+1"), false },
		{ TEXT(".5"), false },
		{ TEXT("1."), false },
		{ TEXT("1.e1"), false },
		{ TEXT("1e"), false },
		{ TEXT("1e+"), false },
		{ TEXT("0x10"), false },
		{ TEXT("1_000"), false },
		{ TEXT("--1"), false },
		{ TEXT("\""), false },
		{ TEXT("\"\\"), false },
		{ TEXT("\"\\\""), false },
		{ TEXT("\"\\x41\""), false },
		{ TEXT("\"\\u12\""), false },
		{ TEXT("\"\\u12g4\""), false },
		{ TEXT("\"\\u\""), false },
		{ TEXT("\"\\U0041\""), false },
		{ TEXT("\"\\ud800\""), false },
		{ TEXT("\"\\udc00\""), false },
		{ TEXT("\"\\ud800\\ud800\""), false },
		{ TEXT("\"\\ud800x\""), false },
		{ TEXT("\"\\ud83d\\u0041\""), false },
		{ TEXT("\"\\ud83d\\"), false },
		{ TEXT("\"\n\""), false },
		{ TEXT("\"\t\""), false },
		{ TEXT("\"\x1f\""), false },
		{ TEXT("\"\xff\""), false },
		{ TEXT("\"\xed\xa0\x80\""), false },
		{ TEXT("\"\xc0\xaf\""), false },
		{ TEXT("\xef\xbb\xbf{}"), false },
		{ TEXT("{\0\"\0a\0\"\0"), false },
		{ TEXT("{} // no"), false },
		{ TEXT("/* no */ {}"), false },
		{ TEXT("{\"\\u0000\":1}"), false },
		{ TEXT("\x0c{}"), false },
		{ TEXT("\xc2\xa0{}"), false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ctx *c = unit_ctx();
		struct json_object *o = NULL;
		enum err err = json_parse(c,
		    arena_strndup(c->arena, rows[i].in, rows[i].len),
		    rows[i].len, &o);

		CHECK(err == (rows[i].good ? OK : ERR_MALFORMED_JSON),
		    "row %zu: %s: %s", i, rows[i].in,
		    c->problem.detail != NULL ? c->problem.detail : "read");
	}
}

static void
a_name_stands_once_in_an_object(void **state)
{
	static const struct {
		const char *in;
		bool good;
	} rows[] = {
		{ "{\"a\":1,\"b\":2}", true },
		{ "[{\"a\":1},{\"a\":1}]", true },
		{ "{\"a\":{\"a\":1}}", true },
		{ "{\"a\":1,\"A\":2}", true },
		{ "{\"\":1}", true },
		{ "{\"a\":1,\"a\":1}", false },
		{ "{\"a\":1,\"\\u0061\":2}", false },
		{ "{\"a\":null,\"a\":null}", false },
		{ "{\"x\":[{\"a\":1,\"b\":{},\"a\":[]}]}", false },
		{ "{\"\":1,\"\":2}", false },
		{ "{\"\xc3\xa9\":1,\"\\u00e9\":2}", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct json_object *o = NULL;
		enum err err = json_parse(unit_ctx(), rows[i].in,
		    strlen(rows[i].in), &o);

		CHECK((err == OK) == rows[i].good, "%s", rows[i].in);
	}
}

static void
nesting_has_an_end(void **state)
{
	static const struct {
		size_t depth;
		bool good;
	} rows[] = { { 1, true }, { JSON_DEPTH, true },
		{ JSON_DEPTH + 1, false }, { 100000, false } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ctx *c = unit_ctx();
		size_t n = rows[i].depth;
		char *text = arena_alloc(c->arena, 2 * n + 1);
		struct json_object *o;

		memset(text, '[', n);
		memset(text + n, ']', n);
		CHECK((json_parse(c, text, 2 * n, &o) == OK) == rows[i].good,
		    "depth %zu", n);
	}
}

static void
one_meaning_has_one_form(void **state)
{
	static const struct {
		const char *in;
		const char *want;
	} rows[] = {
		{ "{}", "{}" },
		{ " [ 1 , 2 ] ", "[1,2]" },
		{ "{\"b\":1,\"a\":2}", "{\"a\":2,\"b\":1}" },
		{ "{\"b\":{\"d\":1,\"c\":[{\"z\":0,\"y\":0}]},\"a\":null}",
		    "{\"a\":null,\"b\":{\"c\":[{\"y\":0,\"z\":0}],"
		    "\"d\":1}}" },
		{ "\"\\u0041\\/\\u000a\"", "\"A/\\n\"" },
		{ "\"\\u0000\"", "\"\\u0000\"" },
		{ "\"\\ud83d\\ude42\"", "\"\xf0\x9f\x99\x82\"" },
		{ "[true,false,null]", "[true,false,null]" },
		{ "[2,1]", "[2,1]" },
		{ "{\"ab\":1,\"a\":2,\"B\":3}",
		    "{\"B\":3,\"a\":2,\"ab\":1}" },
		{ "9223372036854775807", "9223372036854775807" },
		{ "1.50", "1.50" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ctx *c = unit_ctx();
		struct json_object *o = NULL;
		struct buf b;

		assert_int_equal(json_parse(c, rows[i].in, strlen(rows[i].in),
				     &o),
		    OK);
		buf_init(&b, c->arena, 4096);
		json_canonical(&b, o);
		CHECK(strcmp(buf_text(&b), rows[i].want) == 0, "%s: %s",
		    rows[i].in, buf_text(&b));
	}
}

static void
commas_stand_between_values(void **state)
{
	struct buf b;
	struct json j;

	(void)state;
	buf_init(&b, unit_ctx()->arena, 4096);
	j = js_to(&b);
	js_open(&j, '{');
	js_str(&j, "text", "a\"b");
	js_str(&j, "none", NULL);
	js_i64(&j, "number", -7);
	js_bool(&j, "flag", true);
	js_null(&j, "nothing");
	js_uuid(&j, "no_id", (struct uuid){ 0 });
	js_time(&j, "at", 0);
	js_time_null(&j, "no_time", 0);
	js_raw(&j, "raw", "{\"x\":1}");
	js_raw(&j, "no_raw", NULL);
	js_open_key(&j, "list", '[');
	js_i64(&j, NULL, 1);
	js_open(&j, '{');
	js_close(&j, '}');
	js_open(&j, '[');
	js_close(&j, ']');
	js_str(&j, NULL, "x");
	js_close(&j, ']');
	js_open_key(&j, "empty", '{');
	js_close(&j, '}');
	js_i64(&j, "last", 0);
	js_close(&j, '}');
	assert_string_equal(buf_text(&b),
	    "{\"text\":\"a\\\"b\",\"none\":null,\"number\":-7,"
	    "\"flag\":true,\"nothing\":null,\"no_id\":null,"
	    "\"at\":\"1970-01-01T00:00:00Z\",\"no_time\":null,"
	    "\"raw\":{\"x\":1},\"no_raw\":null,\"list\":[1,{},[],\"x\"],"
	    "\"empty\":{},\"last\":0}");
}

static void
tenths_are_decimals(void **state)
{
	static const struct {
		int64_t in;
		const char *want;
	} rows[] = {
		{ 0, "0.0" },
		{ 5, "0.5" },
		{ 45, "4.5" },
		{ 50, "5.0" },
		{ -5, "-0.5" },
		{ -9, "-0.9" },
		{ -10, "-1.0" },
		{ -123, "-12.3" },
		{ INT64_MIN, "-922337203685477580.8" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf b;
		struct json j;

		buf_init(&b, unit_ctx()->arena, 64);
		j = js_to(&b);
		js_tenths(&j, NULL, rows[i].in);
		CHECK(strcmp(buf_text(&b), rows[i].want) == 0,
		    "want %s, got %s", rows[i].want, buf_text(&b));
	}
}

static const struct CMUnitTest tests[] = {
	TEST("Nothing but RFC 8259 is read", only_rfc_8259_is_read),
	TEST("A name stands once in an object, however it is escaped",
	    a_name_stands_once_in_an_object),
	TEST("Values may be nested 32 deep", nesting_has_an_end),
	TEST("Two texts of one meaning have one canonical form",
	    one_meaning_has_one_form),
	TEST("The writer puts commas where they belong",
	    commas_stand_between_values),
	TEST("Tenths are written with one decimal, below 0 too",
	    tenths_are_decimals),
};

UNIT_MAIN(tests)
