#include "services/listing_export.h"

#include "core/csv.h"
#include "core/scratch.h"
#include "db/db.h"

enum { PAGE_ROWS = 500, PAGE_BYTES = 64 * 1024 * 1024 };

const char *const listing_columns[COL_COUNT] = {
	[COL_PRODUCT_ID] = "product_id",
	[COL_NAME] = "name",
	[COL_CATEGORY] = "category",
	[COL_BRAND] = "brand",
	[COL_DESCRIPTION] = "description",
	[COL_SKU] = "sku",
	[COL_PRICE] = "price",
	[COL_COMPARE_AT_PRICE] = "compare_at_price",
	[COL_STOCK] = "stock",
	[COL_MIN_ORDER_QUANTITY] = "min_order_quantity",
	[COL_TAX_RATE_BPS] = "tax_rate_bps",
	[COL_HSN_CODE] = "hsn_code",
	[COL_OPTIONS] = "options",
	[COL_ATTRIBUTES] = "attributes",
	[COL_PRICE_TIERS] = "price_tiers",
};

static const char *const template_row[COL_COUNT] = {
	[COL_NAME] = "Cotton shirt",
	[COL_CATEGORY] = "clothing",
	[COL_BRAND] = "Asha Handlooms",
	[COL_DESCRIPTION] = "Woven by hand, from organic cotton",
	[COL_SKU] = "SHIRT-M",
	[COL_PRICE] = "49900",
	[COL_COMPARE_AT_PRICE] = "59900",
	[COL_STOCK] = "25",
	[COL_MIN_ORDER_QUANTITY] = "1",
	[COL_TAX_RATE_BPS] = "1200",
	[COL_HSN_CODE] = "6205",
	[COL_OPTIONS] = "{\"Size\":\"M\"}",
	[COL_ATTRIBUTES] = "{\"Material\":\"Cotton\"}",
	[COL_PRICE_TIERS] = "[{\"min_quantity\":10,\"price\":44900}]",
};

/* The row behind which the next page begins. */
struct place {
	char product_id[UUID_TEXT];
	char variant_id[UUID_TEXT];
	int64_t position;
};

static void
write_row(struct csv_out *out, const char *const cells[COL_COUNT])
{
	for (size_t i = 0; i < COL_COUNT; i++)
		csv_text(out, cells[i]);
	csv_end(out);
}

/* The columns of listing_export come in the order of the file's. */
static void
write_rows(struct csv_out *out, struct rows *r, struct place *at)
{
	while (row_next(r)) {
		const char *cells[COL_COUNT];
		struct uuid product = { 0 };

		for (size_t i = 0; i < COL_COUNT; i++)
			cells[i] = col_text(r);
		(void)uuid_parse(cells[COL_PRODUCT_ID], &product);
		uuid_format(product, at->product_id);
		uuid_format(col_uuid(r), at->variant_id);
		at->position = col_i64(r);
		write_row(out, cells);
	}
}

static enum err
write_page(struct ctx *c, const struct sink *to, struct place *at, int *n)
{
	struct csv_out out = { 0 };
	struct rows r;
	struct buf b;
	SCRATCH_SCOPE(page, c);

	TRY(db_each(c, Q_LISTING_EXPORT,
	    ARGS(A(c->caller.seller_id), A((const char *)at->product_id),
		A(at->position), A((const char *)at->variant_id),
		A(PAGE_ROWS)),
	    &r));
	*n = r.count;
	buf_init(&b, c->arena, PAGE_BYTES);
	out.b = &b;
	write_rows(&out, &r, at);
	if (!buf_ok(&b))
		return fault(c, "a page of an export is too long");
	return sink_write(to, buf_text(&b), b.len);
}

static enum err
write_header(struct ctx *c, const struct sink *to,
    const char *const row[COL_COUNT])
{
	struct csv_out out = { 0 };
	struct buf b;

	buf_init(&b, c->arena, 64 * 1024);
	out.b = &b;
	write_row(&out, listing_columns);
	if (row != NULL)
		write_row(&out, row);
	return sink_write(to, buf_text(&b), b.len);
}

enum err
listing_export(struct ctx *c, const struct sink *to)
{
	static const struct uuid none;
	struct place at = { .position = -1 };
	int n = PAGE_ROWS;

	uuid_format(none, at.product_id);
	uuid_format(none, at.variant_id);
	TRY(write_header(c, to, NULL));
	while (n == PAGE_ROWS)
		TRY(write_page(c, to, &at, &n));
	return OK;
}

enum err
listing_template(struct ctx *c, const struct sink *to)
{
	return write_header(c, to, template_row);
}
