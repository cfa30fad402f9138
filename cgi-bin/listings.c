/* listings: what a seller does with its own products.  Rules live in
 * services/listing.h. */
#include "services/listing.h"

#include "services/listing_export.h"
#include "services/listing_import.h"
#include "services/product_shape.h"
#include "web/request.h"

#define S struct listing_in
/* clang-format off */
#define BRAND_AND_DESCRIPTION                                                \
	IN_TEXT_NULL(description, DESCRIPTION_MAX, "What it is"),            \
	    IN_TEXT_NULL(brand, TEXT_MAX, "Brand")
#define OTHER_FIELDS                                                         \
	IN_OPT_I64_NULL(compare_at_price, 1, LISTING_PRICE_MAX,              \
	    "A former price, not below price"),                              \
	    IN_TEXT(sku, OPTIONAL, 1, TEXT_MAX,                              \
		"The seller's number for it; made if left out"),             \
	    IN_OPT_I64(min_order_quantity, 1, LISTING_MINIMUM_MAX,           \
		"Fewest units of an order; 1 if left out"),                  \
	    IN_OPT_I64(tax_rate_bps, 0, LISTING_TAX_MAX_BPS,                 \
		"Tax inside the price, in basis points; even. If left out "  \
		"1800, and 0 for a seller without GSTIN"),                   \
	    IN_TEXT_NULL(hsn_code, TEXT_MAX, "Harmonised system code",       \
		.check = listing_check_hsn),                                 \
	    IN_OPT_BOOL(draft, "true: not sent in for approval yet"),        \
	    IN_VALUES(attributes, OPTIONAL, LISTING_ATTRIBUTES_MAX,          \
		"Free names with texts or numbers"),                         \
	    IN_TEXTS(options, OPTIONAL, LISTING_OPTIONS_MAX,                 \
		"In what its variants differ; those they name if left out"), \
	    IN_LIST(price_tiers, OPTIONAL, struct listing_tier_in,           \
		listing_tier_fields, 0, LISTING_TIERS_MAX,                   \
		"Prices for many")
/* clang-format on */

static const struct field listing_create_fields[] = {
	IN_TEXT(name, REQUIRED, 1, TEXT_MAX, "Name",
	    .example = "Cotton shirt"),
	IN_UUID(category_id, REQUIRED, "Its category"),
	BRAND_AND_DESCRIPTION,
	IN_OPT_I64_AS(price, REQUIRED, 1, LISTING_PRICE_MAX,
	    "In minor units, tax included", .example = "49900"),
	IN_OPT_I64_AS(stock, REQUIRED, 0, LISTING_STOCK_MAX,
	    "Units that can be bought", .example = "25"),
	OTHER_FIELDS,
	IN_LIST(variants, OPTIONAL, struct listing_variant_in,
	    listing_new_variant_fields, 1, LISTING_VARIANTS_MAX,
	    "What is bought; one is made if left out"),
	{ 0 },
};

static const struct field listing_update_fields[] = {
	IN_UUID(id, REQUIRED, "Product to change"),
	IN_TEXT(name, OPTIONAL, 1, TEXT_MAX, "Name"),
	IN_UUID(category_id, OPTIONAL, "Its category"),
	BRAND_AND_DESCRIPTION,
	IN_OPT_I64(price, 1, LISTING_PRICE_MAX,
	    "In minor units, tax included"),
	IN_OPT_I64(stock, 0, LISTING_STOCK_MAX, "Units that can be bought"),
	OTHER_FIELDS,
	IN_LIST(variants, OPTIONAL, struct listing_variant_in,
	    listing_variant_fields, 1, LISTING_VARIANTS_MAX,
	    "All variants that are to be on sale"),
	{ 0 },
};
#undef S

struct listing_id {
	struct uuid id;
};
#define S struct listing_id
static const struct field listing_id_fields[] = {
	IN_UUID(id, REQUIRED, "Product"),
	{ 0 },
};
#undef S

struct import_id {
	struct uuid id;
};
#define S struct import_id
static const struct field import_id_fields[] = {
	IN_UUID(id, REQUIRED, "Import"),
	{ 0 },
};
#undef S

static const char *const csv_media[] = { "text/csv", NULL };

static enum err
create_post(struct request *rq)
{
	return listing_create(&rq->ctx, rq->in, rq->out);
}

static enum err
update_put(struct request *rq)
{
	return listing_update(&rq->ctx, rq->in, rq->out);
}

static enum err
delete_delete(struct request *rq)
{
	const struct listing_id *in = rq->in;

	TRY(listing_delete(&rq->ctx, in->id));
	reply_detail(rq, "The product is archived.");
	return OK;
}

static enum err
export_get(struct request *rq)
{
	struct sink to = reply_stream(rq, "text/csv", "products.csv");

	return listing_export(&rq->ctx, &to);
}

static enum err
template_get(struct request *rq)
{
	struct sink to = reply_stream(rq, "text/csv", "template.csv");

	return listing_template(&rq->ctx, &to);
}

static enum err
import_status_get(struct request *rq)
{
	const struct import_id *in = rq->in;

	return listing_import_status(&rq->ctx, in->id, rq->out);
}

static const struct route routes[] = {
	{
	    .method = POST,
	    .path = "/api/products/create/",
	    .summary = "List a product",
	    .description =
		"It is sent in for approval (pending) unless draft is true. "
		"Without variants one is made from price, compare_at_price, "
		"stock, sku and price_tiers; with them these are what an "
		"entry that leaves them out begins with, and sku is continued "
		"as SKU-1, SKU-2, and so on. A price is 10000000000 at most. "
		"Caller: approved.",
	    .allow = APPROVED,
	    .idempotency = IDEMPOTENCY_KEY,
	    .in = listing_create_fields,
	    .in_size = sizeof(struct listing_in),
	    .status = 201,
	    .out = &product_shape,
	    ERRORS(ERR_ALREADY_EXISTS),
	    .handler = create_post,
	},
	{
	    .method = PUT,
	    .path = "/api/products/update/",
	    .summary = "Change a product",
	    .description =
		"Changes what is given; null clears. Of an approved product, "
		"name, description, category and attributes wait as "
		"pending_changes until they are approved, and setting one "
		"back to what is approved takes it out again; all else "
		"changes at once. Any change sends a rejected product in "
		"again; draft false sends in a draft, draft true takes back "
		"what is not approved. A list that is given is the whole "
		"list. Variants are matched by id, else by SKU: one that is "
		"matched keeps what its entry leaves out, one that is not is "
		"new and begins with price, compare_at_price, stock, sku and "
		"price_tiers of the body, and one that is left out is no "
		"longer sold (orders keep it, and its SKU is free). Without "
		"variants these fields are for the only variant; where there "
		"are several, they are refused. stock is what can be bought: "
		"what orders hold comes on top. Caller: approved.",
	    .allow = APPROVED,
	    .idempotency = IDEMPOTENCY_KEY,
	    .in = listing_update_fields,
	    .in_size = sizeof(struct listing_in),
	    .status = 200,
	    .out = &product_shape,
	    ERRORS(ERR_NOT_FOUND, ERR_ALREADY_EXISTS, ERR_INVALID_STATE),
	    .handler = update_put,
	},
	{
	    .method = DELETE,
	    .path = "/api/products/delete/",
	    .summary = "Archive a product",
	    .description =
		"It leaves the shop; old orders keep it, and its "
		"SKUs are free again. The id stands in the body or "
		"in the query. Caller: approved.",
	    .allow = APPROVED,
	    .idempotency = IDEMPOTENCY_KEY,
	    INPUT(listing_id),
	    .status = 200,
	    .out = &detail_shape,
	    ERRORS(ERR_NOT_FOUND),
	    .handler = delete_delete,
	},
	{
	    .method = GET,
	    .path = "/api/products/export/",
	    .summary = "The seller's products as CSV",
	    .description =
		"A row per variant, with the values that were set last, also "
		"where they wait for approval; archived products are left "
		"out. UTF-8, RFC 4180, money in minor units; a cell that a "
		"spreadsheet would run has a ' in front, which the import "
		"takes off. Caller: approved.",
	    .allow = APPROVED,
	    .idempotency = IDEMPOTENCY_NONE,
	    .status = 200,
	    .out_kind = OUT_IS_FILE,
	    .media = csv_media,
	    .handler = export_get,
	},
	{
	    .method = GET,
	    .path = "/api/products/import/template/",
	    .summary = "A CSV file to begin with",
	    .description = "The header of the import and one row as an "
			   "example. Caller: approved.",
	    .allow = APPROVED,
	    .idempotency = IDEMPOTENCY_NONE,
	    .status = 200,
	    .out_kind = OUT_IS_FILE,
	    .media = csv_media,
	    .handler = template_get,
	},
	{
	    .method = GET,
	    .path = "/api/products/import/status/",
	    .summary = "How an import stands",
	    .description =
		"Of a file that was answered with 202: its progress, and in "
		"the end what came of it. Kept for 30 days. Caller: seller.",
	    .allow = SELLER,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(import_id),
	    .status = 200,
	    .out = &product_import_shape,
	    ERRORS(ERR_NOT_FOUND),
	    .handler = import_status_get,
	},
};

APP("listings", routes);

int
main(int argc, char **argv)
{
	return app_main(argc, argv, &app);
}
