/*
 * seller_product.h: a store's own products, in whatever state.
 */
#ifndef HAAT_SERVICES_SELLER_PRODUCT_H
#define HAAT_SERVICES_SELLER_PRODUCT_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/page.h"

struct seller_products {
	struct page_in paging;
	const char *status;
	const char *q; /* a part of a name or SKU */
};
extern const struct field seller_products_fields[];

/* Whole products of the caller's store, newest first. */
enum err seller_products(struct ctx *c, const struct seller_products *in,
    struct buf *out, struct page_out *page);

#endif
