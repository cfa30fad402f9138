/*
 * listing.h: what a seller does with its own products.
 *
 * A product is pending until an administrator approves it (or a draft until
 * it is sent in).  Of an approved one, name, description, category and
 * attributes wait for approval again; the rest changes at once.  Only the
 * seller's own products are found: another's is as one that is not there.
 */
#ifndef HAAT_SERVICES_LISTING_H
#define HAAT_SERVICES_LISTING_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/field.h"

/* What order arithmetic can bear: 9,999 units of it in 100 lines. */
#define LISTING_PRICE_MAX 10000000000LL
#define LISTING_STOCK_MAX 1000000000LL
enum {
	LISTING_VARIANTS_MAX = 100,
	LISTING_OPTIONS_MAX = 10,
	LISTING_ATTRIBUTES_MAX = 50,
	LISTING_TIERS_MAX = 20,
	LISTING_MINIMUM_MAX = 9999, /* as many as fit in a cart's line */
	LISTING_TAX_MAX_BPS = 10000
};

/* What is wrong with an HSN code, NULL if nothing: 2, 4, 6 or 8 digits. */
const char *listing_check_hsn(const char *text);
/* The same of a tax rate: CGST and SGST are its halves. */
const char *listing_check_tax(int64_t rate_bps);

struct listing_tier_in {
	int64_t min_quantity;
	int64_t price;
	const char *audience;
};
extern const struct field listing_tier_fields[];

struct listing_variant_in {
	struct uuid id;
	const char *sku;
	const char *title;
	bool title_null;
	struct map options;
	struct opt_i64 price;
	struct opt_i64 compare_at_price;
	bool compare_at_price_null;
	struct opt_i64 stock;
	struct list price_tiers;
};
extern const struct field listing_new_variant_fields[];
extern const struct field listing_variant_fields[];

/* Of a new product, and of a change; each declares what it takes. */
struct listing_in {
	struct uuid id;
	const char *name;
	struct uuid category_id;
	const char *description;
	bool description_null;
	const char *brand;
	bool brand_null;
	struct opt_i64 price;
	struct opt_i64 compare_at_price;
	bool compare_at_price_null;
	struct opt_i64 stock;
	const char *sku;
	struct opt_i64 min_order_quantity;
	struct opt_i64 tax_rate_bps;
	const char *hsn_code;
	bool hsn_code_null;
	struct opt_bool draft;
	const char *attributes;
	struct texts options;
	struct list variants;
	struct list price_tiers;
};

/*
 * Writes the product as its seller sees it.  Errors: ERR_VALIDATION,
 * ERR_ALREADY_EXISTS for a SKU that another product of the seller has,
 * ERR_SELLER_NOT_APPROVED for a store suspended meanwhile.
 */
enum err listing_create(struct ctx *c, const struct listing_in *in,
    struct buf *out);

/*
 * Changes what is given.  Variants are matched by id, else by SKU; one that
 * is matched keeps what its entry leaves out, one that is not is new, and
 * one that is left out is taken off sale (orders and carts keep it).  Errors:
 * the same, ERR_NOT_FOUND, and ERR_INVALID_STATE for an archived product or
 * for making a draft of an approved one.
 */
enum err listing_update(struct ctx *c, const struct listing_in *in,
    struct buf *out);

/* Archives it; a second time changes nothing.  Errors: ERR_NOT_FOUND. */
enum err listing_delete(struct ctx *c, struct uuid id);

#endif
