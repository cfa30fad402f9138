/*
 * listing_export.h: a seller's products as CSV, a row per variant, and what
 * stands in its columns: the same for bringing them back in.
 *
 * Of an approved product the values are those that its seller set last, also
 * where they wait for approval: what is exported and brought back in changes
 * nothing.
 */
#ifndef HAAT_SERVICES_LISTING_EXPORT_H
#define HAAT_SERVICES_LISTING_EXPORT_H

#include "core/ctx.h"
#include "core/sink.h"

enum listing_column {
	COL_PRODUCT_ID,
	COL_NAME,
	COL_CATEGORY,
	COL_BRAND,
	COL_DESCRIPTION,
	COL_SKU,
	COL_PRICE,
	COL_COMPARE_AT_PRICE,
	COL_STOCK,
	COL_MIN_ORDER_QUANTITY,
	COL_TAX_RATE_BPS,
	COL_HSN_CODE,
	COL_OPTIONS,
	COL_ATTRIBUTES,
	COL_PRICE_TIERS,
	COL_COUNT
};
extern const char *const listing_columns[COL_COUNT];

/* All the caller's products that are not archived, in the order of their
 * ids; the memory is that of a few hundred rows. */
enum err listing_export(struct ctx *c, const struct sink *to);

/* The header and one row, as a beginning. */
enum err listing_template(struct ctx *c, const struct sink *to);

#endif
