/*
 * page_rows.h: walking the rows of one page.
 *
 * A statement reads size + 1 rows in the direction of the cursor; the extra
 * one says that there is more.  Read backwards, the rows come nearest first:
 * the walk gives them in the order of the list all the same.
 */
#ifndef HAAT_DB_PAGE_ROWS_H
#define HAAT_DB_PAGE_ROWS_H

#include "core/page.h"
#include "db/db.h"

struct page_rows {
	const struct page *page;
	int64_t left;
	bool back;
	const char *sort;
	struct page_walk walk;
};

/* sort names the order, as given to page_begin(). */
void page_rows_begin(struct page_rows *w, const struct page *p,
    const char *sort, struct rows *rows);

/* Stands rows on the next row of the page; false after the last. */
bool page_rows_next(struct page_rows *w, struct rows *rows);

/* Says what the row just read is sorted by. */
void page_rows_at(struct page_rows *w, const char *key, struct uuid id);

/* What is told about the list; count as counted, capped or not. */
void page_rows_end(struct ctx *c, struct page_rows *w, int64_t count,
    struct page_out *out);

#endif
