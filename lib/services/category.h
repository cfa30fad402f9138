/*
 * category.h: the tree of categories, as everybody sees it.
 */
#ifndef HAAT_SERVICES_CATEGORY_H
#define HAAT_SERVICES_CATEGORY_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/page.h"
#include "core/uuid.h"

enum { CATEGORY_PAGE_SIZE_MAX = 500 };

struct category_query {
	struct page_in paging;
};

/* Appends a page of categories to out, by position.  Errors: ERR_VALIDATION,
 * as page_begin(). */
enum err category_list(struct ctx *c, const struct category_query *in,
    struct buf *out, struct page_out *page);

/* Appends the one category, which is there. */
enum err category_write(struct ctx *c, struct uuid id, struct buf *out);

#endif
