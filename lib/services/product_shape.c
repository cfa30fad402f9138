#include "services/product_shape.h"

#include "services/names.h"

const char *const product_statuses[] = { "draft", "pending", "approved",
	"rejected", "archived", NULL };
static const char *const audiences[] = { "all", "business", NULL };

static const struct field category_fields[] = {
	OUT_UUID("id", "Its id"),
	OUT_TEXT("name", "Name", .example = "Kitchen"),
	OUT_TEXT("slug", "Name in addresses", .example = "kitchen"),
	OUT("parent_id", FIELD_UUID, NULLABLE,
	    "The category above; null at the top"),
	OUT_I64("position", "Place among its siblings"),
	OUT_I64("product_count", "Products in it and in all below it"),
	{ 0 },
};
const struct shape category_shape = { "category", "A category of products",
	category_fields };

static const struct field category_name_fields[] = {
	OUT_UUID("id", "Its id"),
	OUT_TEXT("name", "Name", .example = "Kitchen"),
	OUT_TEXT("slug", "Name in addresses", .example = "kitchen"),
	{ 0 },
};
const struct shape category_name_shape = { "category_name",
	"A category, by name", category_name_fields };

static const struct field seller_name_fields[] = {
	OUT_UUID("id", "Its id"),
	OUT_TEXT("store_name", "Name", .example = "Asha Handlooms"),
	OUT_TEXT("slug", "Name in addresses", .example = "asha-handlooms"),
	{ 0 },
};
const struct shape seller_name_shape = { "seller_name", "A store, by name",
	seller_name_fields };

static const struct field product_summary_fields[] = {
	PRODUCT_SUMMARY_FIELDS,
	{ 0 },
};
const struct shape product_summary_shape = { "product_summary",
	"A product in a list", product_summary_fields };

static const struct field price_tier_fields[] = {
	OUT_I64("min_quantity", "Units from which the price holds"),
	OUT_I64("price", "Price of a unit, in minor units"),
	OUT_ENUM("audience", audiences, "Who pays this price"),
	{ 0 },
};
const struct shape price_tier_shape = { "price_tier", "A price for many",
	price_tier_fields };

static const struct field variant_fields[] = {
	OUT_UUID("id", "Its id"),
	OUT_TEXT("sku", "Its seller's number for it", .example = "SHIRT-M"),
	OUT_TEXT_NULL("title", "What sets it apart"),
	OUT("options", FIELD_MAP, 0, "Its value of each option"),
	OUT_I64("price", "In minor units", .example = "49900"),
	OUT("compare_at_price", FIELD_I64, NULLABLE,
	    "A former price, in minor units"),
	OUT_TEXT("currency", "Of its prices", .example = "INR"),
	OUT_I64("stock", "Units that can be bought now"),
	OUT_LIST("price_tiers", &price_tier_shape, "Prices for many"),
	{ 0 },
};
const struct shape variant_shape = { "variant", "What is bought",
	variant_fields };

static const struct field image_fields[] = {
	OUT_UUID("id", "Its id"),
	OUT_TEXT("url", "Address", .example = "/media/products/a.jpg"),
	OUT_TEXT("thumbnail_url", "Address of the small form"),
	OUT_TEXT_NULL("alt", "What is to be seen"),
	OUT_I64("position", "Place among the pictures"),
	{ 0 },
};
const struct shape image_shape = { "image", "A picture", image_fields };

static const struct field product_fields[] = {
	PRODUCT_FIELDS,
	{ 0 },
};
const struct shape product_shape = { "product", "A product in full",
	product_fields };

static const struct field suggestion_fields[] = {
	OUT_TEXT("text", "What to search for, or a product's name",
	    .example = "cotton shirt"),
	OUT("product_id", FIELD_UUID, NULLABLE,
	    "The product; null for words to search for"),
	{ 0 },
};
static const struct shape suggestion_shape = { "suggestion", "A way to go on",
	suggestion_fields };

static const struct field suggestions_fields[] = {
	OUT_LIST("results", &suggestion_shape, "Best first, at most ten"),
	{ 0 },
};
const struct shape suggestions_shape = { "suggestions",
	"How a search may go on", suggestions_fields };

struct opt_i64
col_opt_i64(struct rows *r)
{
	bool null = col_is_null(r);

	return (struct opt_i64){ .set = !null, .v = col_i64(r) };
}

void
js_opt_i64(struct json *j, const char *name, struct opt_i64 v)
{
	if (v.set)
		js_i64(j, name, v.v);
	else
		js_null(j, name);
}

void
product_row_read(struct rows *r, struct product_row *p)
{
	p->id = col_uuid(r);
	p->name = col_text(r);
	p->slug = col_text(r);
	p->brand = col_text(r);
	p->category_id = col_uuid(r);
	p->seller_id = col_uuid(r);
	p->price = col_i64(r);
	p->compare_at_price = col_opt_i64(r);
	p->currency = col_text(r);
	p->rating_tenths = col_i64(r);
	p->rating_count = col_i64(r);
	p->in_stock = col_bool(r);
	p->image = col_text(r);
	p->created_at_us = col_i64(r);
	p->popularity = col_i64(r);
}

enum err
product_names_load(struct ctx *c, const struct product_row *rows, size_t n)
{
	struct uuid *ids = ARENA_ARRAY(c->arena, n * 2, struct uuid);

	for (size_t i = 0; i < n; i++) {
		ids[i * 2] = rows[i].category_id;
		ids[i * 2 + 1] = rows[i].seller_id;
	}
	return names_load(c, ids, n * 2);
}

static void
write_name(struct json *j, const char *member, const char *called,
    struct uuid id)
{
	const struct name *n = name_of(id);

	js_open_key(j, member, '{');
	js_uuid(j, "id", id);
	js_str(j, called, n->name);
	js_str(j, "slug", n->slug);
	js_close(j, '}');
}

void
product_summary_members(struct json *j, const struct product_row *p)
{
	js_uuid(j, "id", p->id);
	js_str(j, "name", p->name);
	js_str(j, "slug", p->slug);
	js_str(j, "brand", p->brand);
	write_name(j, "category", "name", p->category_id);
	write_name(j, "seller", "store_name", p->seller_id);
	js_i64(j, "price", p->price);
	js_opt_i64(j, "compare_at_price", p->compare_at_price);
	js_str(j, "currency", p->currency);
	if (p->rating_count > 0)
		js_tenths(j, "rating_average", p->rating_tenths);
	else
		js_null(j, "rating_average");
	js_i64(j, "rating_count", p->rating_count);
	js_bool(j, "in_stock", p->in_stock);
	js_str(j, "image", p->image);
	js_time(j, "created_at", p->created_at_us);
}

enum err
product_summaries(struct ctx *c, const struct product_row *rows, size_t n,
    struct buf *out)
{
	struct json j = js_to(out);

	TRY(product_names_load(c, rows, n));
	for (size_t i = 0; i < n; i++) {
		js_open(&j, '{');
		product_summary_members(&j, &rows[i]);
		js_close(&j, '}');
	}
	return OK;
}
