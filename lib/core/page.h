/*
 * page.h: lists in pages.
 *
 * A page is asked for by number (up to 10,000 rows deep) or by cursor; the
 * links of an answer always hold cursors.  A cursor names the sort order, the
 * sort key and id of the row it stands at, and the direction.
 */
#ifndef HAAT_CORE_PAGE_H
#define HAAT_CORE_PAGE_H

#include "core/ctx.h"
#include "core/field.h"

enum {
	PAGE_SIZE = 20,
	PAGE_SIZE_MAX = 100,
	PAGE_ROWS_DEEP = 10000,
	COUNT_EXACT = 10000
};

struct cursor {
	bool given;
	bool backwards;
	const char *sort;
	const char *key; /* the sort key as text; "" when the id decides */
	struct uuid id;
};

/* What was asked for; the three inputs of every list. */
struct page_in {
	struct opt_i64 page;
	int64_t page_size;
	const char *cursor;
};

struct page {
	int64_t size;
	int64_t offset; /* 0 with a cursor */
	struct cursor cursor;
};

/* What is told about a list beside its rows. */
struct page_out {
	int64_t count;
	bool count_is_estimate;
	const char *next; /* cursors, NULL at the ends */
	const char *previous;
};

/* What a walk over the rows of one page has seen, in the order of the list;
 * see db/page_rows.h. */
struct page_walk {
	int64_t rows; /* on the page */
	bool more;    /* one beyond it was there, in the direction read */
	struct cursor first;
	struct cursor last;
};

/* Declares the three inputs; S has a member struct page_in paging. */
/* clang-format off */
#define IN_PAGE_OF(max_size)                                                 \
	{ .name = "page", .kind = FIELD_I64,                                 \
		.offset = FIELD_AT(paging.page, struct opt_i64), .min = 1,   \
		.max = 10000, .optional_i64 = true, .flags = OPTIONAL,       \
		.help = "Page number, up to 10,000 rows deep" },             \
	{ .name = "page_size", .kind = FIELD_I64,                            \
		.offset = FIELD_AT(paging.page_size, int64_t), .min = 1,     \
		.max = max_size, .flags = DEFAULT(PAGE_SIZE),                \
		.help = "Rows on a page" },                                  \
	{ .name = "cursor", .kind = FIELD_TEXT,                              \
		.offset = FIELD_AT(paging.cursor, const char *), .min = 1,   \
		.max = LONG_MAX_CHARS, .flags = OPTIONAL,                    \
		.help = "Taken from next or previous" }
/* clang-format on */
#define IN_PAGE IN_PAGE_OF(PAGE_SIZE_MAX)

/* Errors: ERR_VALIDATION, for a page too deep, both ways at once, or a
 * cursor that is not one of this list (made for another sort). */
enum err page_begin(struct ctx *c, const struct page_in *in, const char *sort,
    struct page *out);

/* The cursor's text. */
const char *page_cursor(struct ctx *c, const struct cursor *cursor);

/* Tells about the list from what was walked; count is capped at
 * COUNT_EXACT + 1. */
void page_end(struct ctx *c, const struct page *p, const struct page_walk *w,
    int64_t count, struct page_out *out);

#endif
