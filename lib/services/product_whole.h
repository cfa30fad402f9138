/*
 * product_whole.h: products in full, one or a page of them, written from one
 * statement for the products and one each for all that belongs to them.
 */
#ifndef HAAT_SERVICES_PRODUCT_WHOLE_H
#define HAAT_SERVICES_PRODUCT_WHOLE_H

#include "db/list.h"
#include "services/product.h"
#include "services/product_shape.h"

struct product_parts {
	struct rows variants;
	struct rows tiers;
	struct rows images;
};

/* Queues the statements; ids is an array's text. */
void product_parts_queue(struct ctx *c, const char *ids,
    struct product_parts *out);

/*
 * Writes the object.  r stands in a row of product_whole (and, beyond what is
 * public, product_private_columns, and for PRODUCT_REVIEW also
 * product_review_columns) behind what product_row_read() read.  The products
 * of one page are written in the order of their ids in the array: the parts
 * are walked once.
 */
void product_whole_write(struct json *j, const struct product_row *row,
    struct rows *r, enum product_view view, struct product_parts *parts);

/*
 * A list of products in full; the caller adds source and filters.  The list
 * itself finds the ids of the page, so that what a product has beyond its
 * row is put together for none that is passed over.
 */
enum err product_whole_list_begin(struct ctx *c, struct list_rows *l,
    const struct page_in *in, const struct list_order *order);

/* Fetches and writes its page.  An order by a key is one by pending_since. */
enum err product_whole_list(struct ctx *c, struct list_rows *l,
    enum product_view view, struct buf *out, struct page_out *page);

#endif
