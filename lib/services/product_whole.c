#include "services/product_whole.h"

void
product_parts_queue(struct ctx *c, const char *ids, struct product_parts *out)
{
	db_queue_rows(c, Q_VARIANTS_OF_PRODUCTS, ARGS(A(ids)),
	    &out->variants);
	db_queue_rows(c, Q_PRICE_TIERS_OF_PRODUCTS, ARGS(A(ids)),
	    &out->tiers);
	db_queue_rows(c, Q_IMAGES_OF_PRODUCTS, ARGS(A(ids)), &out->images);
}

/* Stands r behind the first column of the next row if that is the owner's;
 * stays where it is otherwise. */
static bool
next_of(struct rows *r, struct uuid owner)
{
	int before = r->row;

	if (!row_next(r))
		return false;
	if (uuid_equal(col_uuid(r), owner))
		return true;
	r->row = before;
	return false;
}

static void
write_tiers(struct json *j, struct rows *tiers, struct uuid variant)
{
	js_open_key(j, "price_tiers", '[');
	while (next_of(tiers, variant)) {
		js_open(j, '{');
		js_i64(j, "min_quantity", col_i64(tiers));
		js_i64(j, "price", col_i64(tiers));
		js_str(j, "audience", col_text(tiers));
		js_close(j, '}');
	}
	js_close(j, ']');
}

static void
write_variants(struct json *j, struct uuid product, struct product_parts *p)
{
	struct rows *r = &p->variants;

	js_open_key(j, "variants", '[');
	while (next_of(r, product)) {
		struct uuid id = col_uuid(r);

		js_open(j, '{');
		js_uuid(j, "id", id);
		js_str(j, "sku", col_text(r));
		js_str(j, "title", col_text(r));
		js_raw(j, "options", col_text(r));
		js_i64(j, "price", col_i64(r));
		js_opt_i64(j, "compare_at_price", col_opt_i64(r));
		js_str(j, "currency", col_text(r));
		js_i64(j, "stock", col_i64(r));
		write_tiers(j, &p->tiers, id);
		js_close(j, '}');
	}
	js_close(j, ']');
}

static void
write_images(struct json *j, struct uuid product, struct rows *r)
{
	js_open_key(j, "images", '[');
	while (next_of(r, product)) {
		js_open(j, '{');
		js_uuid(j, "id", col_uuid(r));
		js_str(j, "url", col_text(r));
		js_str(j, "thumbnail_url", col_text(r));
		js_str(j, "alt", col_text(r));
		js_i64(j, "position", col_i64(r));
		js_close(j, '}');
	}
	js_close(j, ']');
}

/* Where it stands in the queue, and the category it is to move to. */
static void
write_review(struct json *j, struct rows *r)
{
	struct uuid category;

	js_time_null(j, "pending_since", col_i64(r));
	category = col_uuid(r);
	if (uuid_is_zero(category)) {
		js_null(j, "pending_category");
		return;
	}
	js_open_key(j, "pending_category", '{');
	js_uuid(j, "id", category);
	js_str(j, "name", col_text(r));
	js_str(j, "slug", col_text(r));
	js_close(j, '}');
}

void
product_whole_write(struct json *j, const struct product_row *row,
    struct rows *r, enum product_view view, struct product_parts *parts)
{
	js_open(j, '{');
	product_summary_members(j, row);
	js_str(j, "description", col_text(r));
	js_raw(j, "attributes", col_text(r));
	js_raw(j, "options", col_text(r));
	write_variants(j, row->id, parts);
	write_images(j, row->id, &parts->images);
	js_i64(j, "min_order_quantity", col_i64(r));
	js_i64(j, "tax_rate_bps", col_i64(r));
	js_str(j, "hsn_code", col_text(r));
	if (view != PRODUCT_PUBLIC) {
		js_str(j, "status", col_text(r));
		js_str(j, "rejection_reason", col_text(r));
		js_raw(j, "pending_changes", col_text(r));
	}
	if (view == PRODUCT_REVIEW)
		write_review(j, r);
	js_close(j, '}');
}

/* --- many ---------------------------------------------------------------- */

enum err
product_whole_list_begin(struct ctx *c, struct list_rows *l,
    const struct page_in *in, const struct list_order *order)
{
	return list_begin(c, l, in, order, F_PRODUCT_PLACE_COLUMNS);
}

struct found {
	struct rows products;
	struct product_parts parts;
};

static void
queue_found(struct ctx *c, const char *ids, enum product_view view,
    struct found *out)
{
	struct compose s;

	compose_begin(c, &s);
	compose_add(&s, F_PRODUCT_WHOLE, NO_ARGS);
	if (view != PRODUCT_PUBLIC)
		compose_add(&s, F_PRODUCT_PRIVATE_COLUMNS, NO_ARGS);
	if (view == PRODUCT_REVIEW)
		compose_add(&s, F_PRODUCT_REVIEW_COLUMNS, NO_ARGS);
	compose_add(&s, F_PRODUCT_OF_IDS, ARGS(A(ids)));
	compose_queue(c, &s, &out->products);
	product_parts_queue(c, ids, &out->parts);
}

/* The names of what the page shows, as lists of products want them. */
static enum err
load_names(struct ctx *c, struct rows *r)
{
	struct product_row *rows = ARENA_ARRAY(c->arena, (size_t)r->count + 1,
	    struct product_row);
	size_t n = 0;

	while (row_next(r))
		product_row_read(r, &rows[n++]);
	r->row = -1;
	return product_names_load(c, rows, n);
}

/* Notes the ends of the page. */
static void
mark(struct list_rows *l)
{
	while (list_next(l)) {
		struct uuid id = col_uuid(&l->rows);

		list_at_key(l,
		    l->order->key == LIST_KEY_ID ? "" : col_text(&l->rows),
		    id);
	}
}

enum err
product_whole_list(struct ctx *c, struct list_rows *l, enum product_view view,
    struct buf *out, struct page_out *page)
{
	struct json j = js_to(out);
	struct found all;
	struct product_row row;

	TRY(list_fetch(c, l));
	queue_found(c, list_ids(c, l), view, &all);
	TRY(db_flush(c));
	TRY(load_names(c, &all.products));
	while (row_next(&all.products)) {
		product_row_read(&all.products, &row);
		product_whole_write(&j, &row, &all.products, view,
		    &all.parts);
	}
	mark(l);
	list_end(c, l, page);
	return OK;
}
