/*
 * listing_plan.h: products as their sellers see and change them, read, changed
 * in memory and written, one or many at once.
 *
 * Of a product that is approved, what the public sees (live) and what its
 * seller set last (wanted) may differ: name, description, category and
 * attributes wait in pending_changes until an administrator approves them.
 * Everything else changes at once.
 *
 * The order of locks: the stock of the variants that change, by id, then the
 * products, by id; listing_load() takes them.
 */
#ifndef HAAT_SERVICES_LISTING_PLAN_H
#define HAAT_SERVICES_LISTING_PLAN_H

#include "core/ctx.h"
#include "core/field.h"
#include "core/json.h"
#include "db/db.h"

struct listing_values {
	const char *name;
	const char *description; /* NULL: none; so with brand, hsn_code */
	const char *brand;
	struct uuid category_id;
	const char *attributes; /* canonical JSON, as is options */
	const char *options;
	int64_t min_order_quantity;
	int64_t tax_rate_bps;
	const char *hsn_code;
};

/* The defaults of a product; tax_rate_bps depends on the seller. */
extern const struct listing_values listing_defaults;

struct listing {
	struct uuid id;
	bool is_new;
	const char *status;
	const char *rejection_reason;
	const char *pending; /* canonical JSON, NULL for none */
	struct listing_values live;
	struct listing_values wanted;
	bool variants_changed;
	int64_t nvariants; /* on sale */
	int64_t next_position;
	int64_t lowest_price; /* of a new one */
};

struct listing_variant {
	struct uuid id;
	struct uuid product_id;
	bool is_new;
	const char *sku;
	const char *title;
	const char *options; /* canonical JSON */
	int64_t price;
	struct opt_i64 compare_at_price;
	int64_t position;
	bool is_active;
	int64_t stock;     /* what can be bought */
	const char *tiers; /* listing_tiers_text() */
	/* As it was read, to tell what changed. */
	const struct listing_variant *before;
};

struct listing_tier {
	int64_t min_quantity;
	int64_t price;
	const char *audience;
};

struct listing_seller {
	bool has_gstin;
};

/* Who lists, held for the transaction.  Errors: ERR_SELLER_NOT_APPROVED. */
enum err listing_seller_hold(struct ctx *c, struct uuid seller_id,
    struct listing_seller *out);
int64_t listing_default_tax(const struct listing_seller *s);

/* Reads one row of listing_lock or listing_variants. */
void listing_read(struct ctx *c, struct rows *r, struct listing *l);
void listing_variant_read(struct ctx *c, struct rows *r,
    struct listing_variant *v);

/* A new product and a new variant, with ids, and the slug and SKU made. */
void listing_new(struct ctx *c, struct listing *l);
const char *listing_make_sku(struct ctx *c, const char *name, struct uuid id);

/* The tiers in one form: sorted.  What is wrong with them, a sentence for
 * people, NULL if nothing. */
const char *listing_tiers_text(struct ctx *c, struct listing_tier *v,
    size_t n, const char **text);

/* JSON in canonical form, of a text that the database keeps. */
const char *listing_canonical(struct ctx *c, const char *json);

/* Adds the names of a variant's options to the product's. */
const char *listing_options_add(struct ctx *c, const char *list,
    const char *options);
/* Whether all names of options stand in list; *missing is one that does
 * not. */
bool listing_options_fit(struct ctx *c, const char *list, const char *options,
    const char **missing);

/*
 * Decides what becomes of the product now that wanted is what its seller
 * wants: what is seen at once, what waits, and its status.  Draft: whether
 * it is (not) sent in, where that was said.  True if its row changes.
 * Errors: none; what the status forbids is for listing_may_change().
 */
bool listing_settle(struct ctx *c, struct listing *l, struct opt_bool draft);

/* Errors: ERR_INVALID_STATE for an archived product, and for making a draft
 * of an approved one. */
enum err listing_may_change(struct ctx *c, const struct listing *l,
    struct opt_bool draft);

/* --- writing -------------------------------------------------------------- */

/* Rows of one statement, as JSON. */
struct listing_rows {
	struct buf b;
	struct json j;
	size_t n;
};

struct listing_batch {
	struct listing_rows new_products, products;
	struct listing_rows new_variants, variants;
	struct listing_rows new_stock, stock, tiers;
	/* Arrays of ids, as PostgreSQL reads them. */
	struct listing_rows new_skus, untiered, refreshed;
};

void listing_batch_begin(struct ctx *c, struct listing_batch *b);
/* A product that is new or changed. */
void listing_batch_product(struct listing_batch *b, const struct listing *l);
/* A variant that is new or changed; true if anything of it is written. */
bool listing_batch_variant(struct ctx *c, struct listing_batch *b,
    const struct listing_variant *v);
/* Queues it all, products first. */
void listing_batch_queue(struct ctx *c, struct listing_batch *b,
    struct uuid seller_id);

#endif
