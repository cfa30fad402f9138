#include "services/product.h"

#include "db/db.h"
#include "services/product_shape.h"

/* The answers a whole product is written from. */
struct parts {
	struct rows product;
	struct rows variants;
	struct rows tiers;
	struct rows images;
};

static void
queue_product(struct ctx *c, struct uuid id, enum product_view view,
    struct rows *out)
{
	struct compose s;

	compose_begin(c, &s);
	compose_add(&s, F_PRODUCT_WHOLE, NO_ARGS);
	if (view != PRODUCT_PUBLIC)
		compose_add(&s, F_PRODUCT_PRIVATE_COLUMNS, NO_ARGS);
	compose_add(&s, F_PRODUCT_FROM, NO_ARGS);
	compose_add(&s, F_PRODUCT_WITH_ID, ARGS(A(id)));
	if (view == PRODUCT_PUBLIC)
		compose_add(&s, F_PRODUCT_PUBLIC, NO_ARGS);
	else if (view == PRODUCT_OWN)
		compose_add(&s, F_PRODUCT_OF_SELLER,
		    ARGS(A(c->caller.seller_id)));
	compose_queue(c, &s, out);
}

static void
write_tiers(struct json *j, struct rows *tiers, struct uuid variant)
{
	/* They are few: each variant looks for its own. */
	tiers->row = -1;
	js_open_key(j, "price_tiers", '[');
	while (row_next(tiers)) {
		if (!uuid_equal(col_uuid(tiers), variant))
			continue;
		js_open(j, '{');
		js_i64(j, "min_quantity", col_i64(tiers));
		js_i64(j, "price", col_i64(tiers));
		js_str(j, "audience", col_text(tiers));
		js_close(j, '}');
	}
	js_close(j, ']');
}

static void
write_variants(struct json *j, struct parts *p)
{
	struct rows *r = &p->variants;

	js_open_key(j, "variants", '[');
	while (row_next(r)) {
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
write_images(struct json *j, struct rows *r)
{
	js_open_key(j, "images", '[');
	while (row_next(r)) {
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

static void
write_whole(struct json *j, struct parts *p, const struct product_row *row,
    enum product_view view)
{
	struct rows *r = &p->product;

	js_open(j, '{');
	product_summary_members(j, row);
	js_str(j, "description", col_text(r));
	js_raw(j, "attributes", col_text(r));
	js_raw(j, "options", col_text(r));
	write_variants(j, p);
	write_images(j, &p->images);
	js_i64(j, "min_order_quantity", col_i64(r));
	js_i64(j, "tax_rate_bps", col_i64(r));
	js_str(j, "hsn_code", col_text(r));
	if (view != PRODUCT_PUBLIC) {
		js_str(j, "status", col_text(r));
		js_str(j, "rejection_reason", col_text(r));
		js_raw(j, "pending_changes", col_text(r));
	}
	js_close(j, '}');
}

enum err
product_write(struct ctx *c, struct uuid id, enum product_view view,
    struct buf *out, bool *found)
{
	struct json j = js_to(out);
	struct product_row row;
	struct parts p;

	queue_product(c, id, view, &p.product);
	db_queue_rows(c, Q_VARIANTS_OF_PRODUCT, ARGS(A(id)), &p.variants);
	db_queue_rows(c, Q_PRICE_TIERS_OF_PRODUCT, ARGS(A(id)), &p.tiers);
	db_queue_rows(c, Q_IMAGES_OF_PRODUCT, ARGS(A(id)), &p.images);
	TRY(db_flush(c));
	*found = row_next(&p.product);
	if (!*found)
		return OK;
	product_row_read(&p.product, &row);
	TRY(product_names_load(c, &row, 1));
	write_whole(&j, &p, &row, view);
	return OK;
}

/* --- detail --------------------------------------------------------------
 */

static enum err
find_id(struct ctx *c, const struct product_get *in, struct uuid *id)
{
	struct rows r;
	bool found;

	if ((in->slug != NULL) == !uuid_is_zero(in->id))
		return fail_field(c, "id", "Give either id or slug.");
	*id = in->id;
	if (in->slug == NULL)
		return OK;
	TRY(db_maybe(c, Q_PRODUCT_ID_BY_SLUG, ARGS(A(in->slug)), &r, &found));
	if (found)
		*id = col_uuid(&r);
	return OK;
}

enum err
product_detail(struct ctx *c, const struct product_get *in, struct buf *out)
{
	bool found = false;
	struct uuid id;

	TRY(find_id(c, in, &id));
	if (c->caller.role == ROLE_ADMIN)
		TRY(product_write(c, id, PRODUCT_ANY, out, &found));
	else if (c->caller.has_seller)
		TRY(product_write(c, id, PRODUCT_OWN, out, &found));
	if (!found)
		TRY(product_write(c, id, PRODUCT_PUBLIC, out, &found));
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such product.");
	return OK;
}
