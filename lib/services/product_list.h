/*
 * product_list.h: public products in pages, in a stable order.
 *
 * One statement reads one page from the product table; `next` and `previous`
 * stand on the sort key and id of a row, so every page costs the same.
 */
#ifndef HAAT_SERVICES_PRODUCT_LIST_H
#define HAAT_SERVICES_PRODUCT_LIST_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/page.h"
#include "services/product_filter.h"

extern const char *const product_sorts[];

/* Appends a page of product_summary to out.  Errors: ERR_VALIDATION, for a
 * page or cursor as page_begin() says. */
enum err product_list(struct ctx *c, const struct product_filter *f,
    struct buf *out, struct page_out *page);

/* How many products match, exact up to 10,000, more beyond. */
enum err product_count(struct ctx *c, const struct product_filter *f,
    int64_t *count);

/* {categories, brands, ratings, price} over the newest 1,000 matches, as
 * JSON in the arena; ratings count the products with at least so many
 * stars. */
enum err product_facets(struct ctx *c, const struct product_filter *f,
    const char **json);

#endif
