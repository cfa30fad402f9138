/*
 * product_shape.h: the catalogue's objects: their description, and how rows
 * become JSON.
 *
 * A statement that lists products selects what the fragment product_columns
 * selects, in that order; product_row_read() reads it.  Texts of a row point
 * into the result and live as long as the request.
 */
#ifndef HAAT_SERVICES_PRODUCT_SHAPE_H
#define HAAT_SERVICES_PRODUCT_SHAPE_H

#include "core/ctx.h"
#include "core/field.h"
#include "core/json.h"
#include "db/db.h"

extern const struct shape category_shape;
extern const struct shape category_name_shape;
extern const struct shape seller_name_shape;
extern const struct shape product_summary_shape;
extern const struct shape product_shape;
extern const struct shape variant_shape;
extern const struct shape price_tier_shape;
extern const struct shape image_shape;
extern const struct shape suggestions_shape;

extern const char *const product_statuses[];

/* The members of a product_summary, and of a product. */
/* clang-format off */
#define PRODUCT_SUMMARY_FIELDS                                               \
	OUT_UUID("id", "Its id"),                                            \
	OUT_TEXT("name", "Name", .example = "Cotton shirt"),                 \
	OUT_TEXT("slug", "Name in addresses",                                \
	    .example = "cotton-shirt-7d"),                                   \
	OUT_TEXT_NULL("brand", "Brand"),                                     \
	OUT_OBJ("category", &category_name_shape, "Its category"),           \
	OUT_OBJ("seller", &seller_name_shape, "Who sells it"),               \
	OUT_I64("price", "Lowest price of its variants, in minor units",     \
	    .example = "49900"),                                             \
	OUT("compare_at_price", FIELD_I64, NULLABLE,                         \
	    "A former price, in minor units"),                               \
	OUT_TEXT("currency", "Of all its prices", .example = "INR"),         \
	OUT("rating_average", FIELD_NUMBER, NULLABLE,                        \
	    "Average of its reviews; null without any"),                     \
	OUT_I64("rating_count", "Number of its reviews"),                    \
	OUT_BOOL("in_stock", "Whether any variant can be bought"),           \
	OUT_TEXT_NULL("image", "Address of its first picture"),              \
	OUT_TIME("created_at", "Since when it is here")
#define PRODUCT_FIELDS                                                       \
	PRODUCT_SUMMARY_FIELDS,                                              \
	OUT_TEXT_NULL("description", "What it is"),                          \
	OUT("attributes", FIELD_MAP, 0, "Names and values"),                 \
	OUT("options", FIELD_TEXTS, 0, "In what its variants differ"),       \
	OUT_LIST("variants", &variant_shape, "At least one"),                \
	OUT_LIST("images", &image_shape, "Its pictures"),                    \
	OUT_I64("min_order_quantity", "Fewest units of an order"),           \
	OUT_I64("tax_rate_bps", "Tax inside the price, in basis points"),    \
	OUT_TEXT_NULL("hsn_code", "Harmonised system code"),                 \
	OUT("status", FIELD_ENUM, OPTIONAL,                                  \
	    "For its seller and administrators only",                        \
	    .values = product_statuses),                                     \
	OUT("rejection_reason", FIELD_TEXT, OPTIONAL | NULLABLE,             \
	    "For its seller and administrators only"),                       \
	OUT("pending_changes", FIELD_MAP, OPTIONAL | NULLABLE,               \
	    "Values that wait for approval, while the product itself "       \
	    "shows what everybody sees; for its seller and "                 \
	    "administrators only")
/* clang-format on */

struct product_row {
	struct uuid id;
	const char *name;
	const char *slug;
	const char *brand;
	struct uuid category_id;
	struct uuid seller_id;
	int64_t price;
	struct opt_i64 compare_at_price;
	const char *currency;
	int64_t rating_tenths;
	int64_t rating_count;
	bool in_stock;
	const char *image;
	int64_t created_at_us;
	int64_t popularity;
	int64_t rank; /* of a search by relevance; not in every row */
};

/* Reads the columns of product_columns from where r stands. */
void product_row_read(struct rows *r, struct product_row *p);

/* Fetches the names that the next function writes. */
enum err product_names_load(struct ctx *c, const struct product_row *rows,
    size_t n);

/* The members of a product_summary; the caller opens and closes. */
void product_summary_members(struct json *j, const struct product_row *p);

/* The rows as product_summary objects, separated by commas. */
enum err product_summaries(struct ctx *c, const struct product_row *rows,
    size_t n, struct buf *out);

/* A number that may be null, of which the next column of r is the text. */
struct opt_i64 col_opt_i64(struct rows *r);
void js_opt_i64(struct json *j, const char *name, struct opt_i64 v);

#endif
