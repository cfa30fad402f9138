#include "unit.h"

#include <string.h>

#include "core/page.h"
#include "core/text.h"

static const struct uuid some_id = { { 0x01, 0x99, 0xa5, 0xb2, 0x7c, 0x3e,
    0x7f, 0x10, 0x8a, 0x54, 0x2f, 0x6f, 0x5c, 0x1d, 0x9e, 0x01 } };

static void
a_cursor_is_read_as_it_was_written(void **state)
{
	static const struct {
		const char *sort, *key;
		bool backwards;
	} rows[] = {
		{ "newest", "", false },
		{ "newest", "", true },
		{ "price", "129900", false },
		{ "name", "a|b<c>\"\\ \xe0\xa4\xb9\n", true },
		{ "", "x", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ctx *c = unit_ctx();
		struct cursor cursor = { .sort = rows[i].sort,
			.key = rows[i].key,
			.backwards = rows[i].backwards,
			.id = some_id };
		struct page_in in = { .page_size = 20,
			.cursor = page_cursor(c, &cursor) };
		struct page p;

		CHECK(page_begin(c, &in, rows[i].sort, &p) == OK, "row %zu",
		    i);
		CHECK(p.cursor.given && p.offset == 0 && p.size == 20 &&
			p.cursor.backwards == rows[i].backwards &&
			uuid_equal(p.cursor.id, some_id) &&
			strcmp(p.cursor.key, rows[i].key) == 0,
		    "row %zu", i);
	}
}

static void
a_foreign_cursor_is_refused(void **state)
{
	static const struct {
		const char *text; /* before base64url */
		bool good;
	} rows[] = {
		{ ">name|0199a5b2-7c3e-7f10-8a54-2f6f5c1d9e01key", true },
		{ "<name|0199a5b2-7c3e-7f10-8a54-2f6f5c1d9e01", true },
		{ "", false },
		{ ">", false },
		{ ">name", false },
		{ ">name|", false },
		{ ">name|0199a5b2-7c3e-7f10-8a54-2f6f5c1d9e0", false },
		{ ">name|0199a5b2-7c3e-7f10-8a54-2f6f5c1d9e0gkey", false },
		{ ">price|0199a5b2-7c3e-7f10-8a54-2f6f5c1d9e01", false },
		{ ">namex|0199a5b2-7c3e-7f10-8a54-2f6f5c1d9e01", false },
		{ ">|0199a5b2-7c3e-7f10-8a54-2f6f5c1d9e01", false },
		{ "=name|0199a5b2-7c3e-7f10-8a54-2f6f5c1d9e01", false },
		{ "name|0199a5b2-7c3e-7f10-8a54-2f6f5c1d9e01", false },
		{ ">name|0199a5b2-7c3e-7f10-8a54-2f6f5c1d9e01\xff", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ctx *c = unit_ctx();
		struct page_in in = { .page_size = 20,
			.cursor = text_base64url(c->arena, rows[i].text,
			    strlen(rows[i].text)) };
		struct page p;
		enum err err = page_begin(c, &in, "name", &p);

		CHECK(err == (rows[i].good ? OK : ERR_VALIDATION), "'%s'",
		    rows[i].text);
		CHECK(rows[i].good ||
			(c->problem.errors != NULL &&
			    strcmp(c->problem.errors->field, "cursor") == 0),
		    "'%s'", rows[i].text);
	}
}

static void
a_broken_text_is_no_cursor(void **state)
{
	static const char *const rows[] = { "", "x", "====", "%00",
		"Pg==", "Pg\n", "\xff\xff", "null" };
	struct ctx *c = unit_ctx();
	const char nul[] = ">name|0199a5b2-7c3e-7f10-8a54-2f6f5c1d9e01k\0k";
	struct page_in in = { .page_size = 20 };
	struct page p;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		in.cursor = rows[i];
		CHECK(page_begin(unit_ctx(), &in, "name", &p) ==
			ERR_VALIDATION,
		    "'%s'", rows[i]);
	}
	in.cursor = text_base64url(c->arena, nul, sizeof(nul) - 1);
	assert_int_equal(page_begin(c, &in, "name", &p), ERR_VALIDATION);
}

static void
pages_reach_ten_thousand_rows(void **state)
{
	static const struct {
		int64_t page, size;
		bool good;
		int64_t offset;
	} rows[] = {
		{ 1, 20, true, 0 },
		{ 2, 20, true, 20 },
		{ 500, 20, true, 9980 },
		{ 501, 20, false, 0 },
		{ 100, 100, true, 9900 },
		{ 101, 100, false, 0 },
		{ 10000, 1, true, 9999 },
		{ 10000, 100, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct page_in in = { .page = { true, rows[i].page },
			.page_size = rows[i].size };
		struct page p;
		enum err err = page_begin(unit_ctx(), &in, "name", &p);

		CHECK(err == (rows[i].good ? OK : ERR_VALIDATION), "row %zu",
		    i);
		CHECK(!rows[i].good || p.offset == rows[i].offset, "row %zu",
		    i);
	}
}

static void
page_and_cursor_exclude_each_other(void **state)
{
	struct ctx *c = unit_ctx();
	struct cursor cursor = { .sort = "name", .key = "", .id = some_id };
	struct page_in in = { .page = { true, 1 },
		.page_size = 20,
		.cursor = page_cursor(c, &cursor) };
	struct page p;

	(void)state;
	assert_int_equal(page_begin(c, &in, "name", &p), ERR_VALIDATION);
	assert_string_equal(c->problem.errors->field, "page");
}

static void
links_point_to_the_neighbours(void **state)
{
	static const struct {
		bool given, backwards;
		int64_t offset, rows;
		bool more, next, previous;
	} rows[] = {
		/* The first page, alone or with a second. */
		{ false, false, 0, 20, false, false, false },
		{ false, false, 0, 20, true, true, false },
		/* By number. */
		{ false, false, 20, 20, true, true, true },
		{ false, false, 20, 5, false, false, true },
		/* By cursor, forwards and backwards. */
		{ true, false, 0, 20, true, true, true },
		{ true, false, 0, 5, false, false, true },
		{ true, true, 0, 20, true, true, true },
		{ true, true, 0, 5, false, true, false },
		/* Nothing there. */
		{ false, false, 0, 0, false, false, false },
		{ true, false, 0, 0, false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ctx *c = unit_ctx();
		struct page p = { .size = 20,
			.offset = rows[i].offset,
			.cursor = { .given = rows[i].given,
			    .backwards = rows[i].backwards } };
		struct page_walk w = { .rows = rows[i].rows,
			.more = rows[i].more,
			.first = { .sort = "name", .key = "a" },
			.last = { .sort = "name", .key = "z" } };
		struct page_out out;

		memset(&out, 0xff, sizeof(out));
		page_end(c, &p, &w, 100, &out);
		CHECK((out.next != NULL) == rows[i].next &&
			(out.previous != NULL) == rows[i].previous,
		    "row %zu", i);
	}
}

static void
a_link_leads_on_from_the_edge(void **state)
{
	struct ctx *c = unit_ctx();
	struct page p = { .size = 2, .offset = 2 }, next, previous;
	struct page_walk w = { .rows = 2,
		.more = true,
		.first = { .sort = "name", .key = "c", .id = some_id },
		.last = { .sort = "name", .key = "d", .id = some_id } };
	struct page_out out;
	struct page_in in = { .page_size = 2 };

	(void)state;
	page_end(c, &p, &w, 9, &out);
	in.cursor = out.next;
	assert_int_equal(page_begin(c, &in, "name", &next), OK);
	assert_false(next.cursor.backwards);
	assert_string_equal(next.cursor.key, "d");
	in.cursor = out.previous;
	assert_int_equal(page_begin(c, &in, "name", &previous), OK);
	assert_true(previous.cursor.backwards);
	assert_string_equal(previous.cursor.key, "c");
}

static void
counts_are_exact_up_to_ten_thousand(void **state)
{
	static const struct {
		int64_t in, want;
		bool estimate;
	} rows[] = {
		{ 0, 0, false },
		{ 7, 7, false },
		{ 10000, 10000, false },
		{ 10001, 10000, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct page p = { .size = 20 };
		struct page_walk w = { 0 };
		struct page_out out;

		page_end(unit_ctx(), &p, &w, rows[i].in, &out);
		CHECK(out.count == rows[i].want &&
			out.count_is_estimate == rows[i].estimate,
		    "row %zu", i);
	}
}

static const struct CMUnitTest tests[] = {
	TEST("A cursor is read as it was written",
	    a_cursor_is_read_as_it_was_written),
	TEST("A cursor of another list or another making is refused",
	    a_foreign_cursor_is_refused),
	TEST("A text that is not base64url of a cursor is refused",
	    a_broken_text_is_no_cursor),
	TEST("Page numbers reach 10,000 rows deep",
	    pages_reach_ten_thousand_rows),
	TEST("Page and cursor exclude each other",
	    page_and_cursor_exclude_each_other),
	TEST("Links stand where there are neighbours",
	    links_point_to_the_neighbours),
	TEST("A link leads on from the edge of its page",
	    a_link_leads_on_from_the_edge),
	TEST("Counts are exact up to 10,000",
	    counts_are_exact_up_to_ten_thousand),
};

UNIT_MAIN(tests)
