#include "unit.h"

#include <string.h>

#include "db/array.h"

static void
texts_are_quoted(void **state)
{
	static const struct {
		const char *in[3];
		size_t n;
		const char *want;
	} rows[] = {
		{ { NULL }, 0, "{}" },
		{ { "a" }, 1, "{\"a\"}" },
		{ { "", "null", "a,b" }, 3, "{\"\",\"null\",\"a,b\"}" },
		{ { "\"", "\\", "{}" }, 3, "{\"\\\"\",\"\\\\\",\"{}\"}" },
		{ { "\\\"); drop", "\xe0\xa4\xb9", "a\nb" }, 3,
		    "{\"\\\\\\\"); drop\",\"\xe0\xa4\xb9\",\"a\nb\"}" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *got = array_texts(unit_ctx()->arena, rows[i].in,
		    rows[i].n);

		CHECK(strcmp(got, rows[i].want) == 0, "want %s, got %s",
		    rows[i].want, got);
	}
}

static void
ids_stand_in_braces(void **state)
{
	static const struct uuid ids[2] = { { { 0xab } }, { { 0xcd } } };
	struct arena *a = unit_ctx()->arena;

	(void)state;
	assert_string_equal(array_uuids(a, ids, 0), "{}");
	assert_string_equal(array_uuids(a, ids, 2),
	    "{ab000000-0000-0000-0000-000000000000,"
	    "cd000000-0000-0000-0000-000000000000}");
}

static const struct CMUnitTest tests[] = {
	TEST("Texts of an array are quoted", texts_are_quoted),
	TEST("Ids stand in braces", ids_stand_in_braces),
};

UNIT_MAIN(tests)
