/*
 * product_admin.h: products as administrators see them: in every state, and
 * what waits for a decision.
 *
 * Of an approved product with changes, the members show what everybody sees,
 * pending_changes what its seller wants, by the same names; the category,
 * which changes name by its id, stands whole in pending_category.
 */
#ifndef HAAT_SERVICES_PRODUCT_ADMIN_H
#define HAAT_SERVICES_PRODUCT_ADMIN_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/field.h"
#include "core/page.h"

/* A product with where it stands in the queue. */
extern const struct shape product_review_shape;

struct product_search {
	struct page_in paging;
	const char *status;
	const char *seller; /* id or slug */
	const char *q;      /* a part of its name, of a SKU or of the store */
	const char *sort;
};
extern const struct field product_search_fields[];

enum err product_search(struct ctx *c, const struct product_search *in,
    struct buf *out, struct page_out *page);

/* What waits for a decision, what was sent in first being first; an edit of
 * what waits does not lose its place. */
enum err product_queue(struct ctx *c, const struct page_in *in,
    struct buf *out, struct page_out *page);

/* One of any state.  Errors: ERR_NOT_FOUND. */
enum err product_review(struct ctx *c, struct uuid id, struct buf *out);

#endif
