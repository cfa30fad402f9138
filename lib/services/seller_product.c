#include "services/seller_product.h"

#include "core/text.h"
#include "db/list.h"
#include "services/product_whole.h"

#define S struct seller_products
const struct field seller_products_fields[] = {
	IN_ENUM(status, OPTIONAL, product_statuses, "Only those in it"),
	IN_TEXT(q, OPTIONAL, 1, TEXT_MAX, "A part of the name or of a SKU"),
	IN_PAGE,
	{ 0 },
};
#undef S

/* The names of what the page shows, as lists of products want them. */
static enum err
load_names(struct ctx *c, struct list_rows *l)
{
	struct product_row *rows = ARENA_ARRAY(c->arena,
	    (size_t)l->rows.count + 1, struct product_row);
	size_t n = 0;

	while (list_next(l))
		product_row_read(&l->rows, &rows[n++]);
	list_walk(l);
	return product_names_load(c, rows, n);
}

enum err
seller_products(struct ctx *c, const struct seller_products *in,
    struct buf *out, struct page_out *page)
{
	struct json j = js_to(out);
	struct product_parts parts;
	struct product_row row;
	struct list_rows l;

	TRY(list_begin(c, &l, &in->paging, LIST_NEWEST, F_PRODUCT_WHOLE));
	compose_add(&l.select, F_PRODUCT_PRIVATE_COLUMNS, NO_ARGS);
	list_where(&l, F_PRODUCTS_OF_STORE, ARGS(A(c->caller.seller_id)));
	if (in->status != NULL)
		list_where(&l, F_PRODUCT_WITH_STATUS, ARGS(A(in->status)));
	if (in->q != NULL)
		list_where(&l, F_PRODUCT_LIKE,
		    ARGS(A(text_like(c->arena, in->q))));
	TRY(list_fetch(c, &l));
	product_parts_queue(c, list_ids(c, &l), &parts);
	TRY(db_flush(c));
	TRY(load_names(c, &l));
	while (list_next(&l)) {
		product_row_read(&l.rows, &row);
		list_at(&l, row.id);
		product_whole_write(&j, &row, &l.rows, PRODUCT_OWN, &parts);
	}
	list_end(c, &l, page);
	return OK;
}
