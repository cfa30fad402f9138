#include "unit.h"

#include <string.h>

#include "core/clock.h"
#include "core/uuid.h"

static void
only_the_canonical_form_is_read(void **state)
{
	static const struct {
		const char *in;
		const char *want; /* NULL: refused */
	} rows[] = {
		{ "0199a5b2-7c3e-7f10-8a54-2f6f5c1d9e01",
		    "0199a5b2-7c3e-7f10-8a54-2f6f5c1d9e01" },
		{ "0199A5B2-7C3E-7F10-8A54-2F6F5C1D9E01",
		    "0199a5b2-7c3e-7f10-8a54-2f6f5c1d9e01" },
		{ "00000000-0000-0000-0000-000000000000",
		    "00000000-0000-0000-0000-000000000000" },
		{ "ffffffff-ffff-ffff-ffff-ffffffffffff",
		    "ffffffff-ffff-ffff-ffff-ffffffffffff" },
		{ "", NULL },
		{ "0199a5b2-7c3e-7f10-8a54-2f6f5c1d9e0", NULL },
		{ "0199a5b2-7c3e-7f10-8a54-2f6f5c1d9e011", NULL },
		{ "0199a5b27c3e-7f10-8a54-2f6f5c1d9e01-", NULL },
		{ "0199a5b2x7c3e-7f10-8a54-2f6f5c1d9e01", NULL },
		{ "0199a5b2-7c3e-7f10-8a54-2f6f5c1d9e0g", NULL },
		{ "0199a5b2-7c3e-7f10-8a54-2f6f5c1d9e-1", NULL },
		{ "{199a5b2-7c3e-7f10-8a54-2f6f5c1d9e0}", NULL },
		{ " 199a5b2-7c3e-7f10-8a54-2f6f5c1d9e01", NULL },
		{ "0199a5b27c3e7f108a542f6f5c1d9e01", NULL },
		{ "0199a5b2-7c3e-7f10-8a54-2f6f5c1d9e\xc3\xa9", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct uuid id;
		char text[UUID_TEXT];
		bool good = uuid_parse(rows[i].in, &id);

		CHECK(good == (rows[i].want != NULL), "%s", rows[i].in);
		if (!good)
			continue;
		uuid_format(id, text);
		CHECK(strcmp(text, rows[i].want) == 0, "%s: %s", rows[i].in,
		    text);
	}
}

static void
a_refused_text_leaves_the_id_alone(void **state)
{
	struct uuid id = { { 1, 2, 3 } }, same = id;

	(void)state;
	assert_false(uuid_parse("0199a5b2-7c3e-7f10-8a54-2f6f5c1d9ezz", &id));
	assert_true(uuid_equal(id, same));
}

static void
new_ids_are_version_7_and_ascend(void **state)
{
	struct uuid last = { 0 }, id;
	int64_t before = clock_now_us() / 1000, after, at = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		id = uuid_new();
		CHECK(uuid_compare(last, id) < 0, "id %d", i);
		CHECK(id.bytes[6] >> 4 == 7, "version of id %d", i);
		CHECK(id.bytes[8] >> 6 == 2, "variant of id %d", i);
		if (i == 0)
			for (int k = 0; k < 6; k++)
				at = at << 8 | id.bytes[k];
		last = id;
	}
	after = clock_now_us() / 1000;
	assert_in_range(at, before, after);
}

static void
only_the_zero_id_is_zero(void **state)
{
	struct uuid id = { 0 };

	(void)state;
	assert_true(uuid_is_zero(id));
	id.bytes[15] = 1;
	assert_false(uuid_is_zero(id));
	assert_false(uuid_is_zero(uuid_new()));
}

static const struct CMUnitTest tests[] = {
	TEST("Only the canonical form is read, in either case",
	    only_the_canonical_form_is_read),
	TEST("A refused text leaves the id untouched",
	    a_refused_text_leaves_the_id_alone),
	TEST("New ids are version 7, hold the time and ascend",
	    new_ids_are_version_7_and_ascend),
	TEST("Only the zero id is zero", only_the_zero_id_is_zero),
};

UNIT_MAIN(tests)
