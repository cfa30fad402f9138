#include "services/listing.h"

#include <string.h>

#include "core/text.h"
#include "db/array.h"
#include "services/listing_plan.h"
#include "services/listing_variants.h"
#include "services/product.h"

const char *
listing_check_hsn(const char *text)
{
	size_t len = strlen(text);

	if (len < 2 || len > 8 || len % 2 != 0 ||
	    strspn(text, "0123456789") != len)
		return "An HSN code has 2, 4, 6 or 8 digits.";
	return NULL;
}

const char *
listing_check_tax(int64_t rate_bps)
{
	return rate_bps % 2 != 0 ? "Must be even: half of it is CGST, half "
				   "SGST." :
				   NULL;
}

/* --- what is wanted ------------------------------------------------------- */

/* Notes it where there is none. */
static enum err
check_category(struct ctx *c, struct uuid id)
{
	struct rows r;
	bool found;

	if (uuid_is_zero(id))
		return OK;
	TRY(db_maybe(c, Q_LISTING_CATEGORY, ARGS(A(id)), &r, &found));
	if (!found)
		(void)fail_field(c, "category_id",
		    "There is no such category.");
	return OK;
}

static void
set_text(const char **to, const char *v, bool null)
{
	if (v != NULL || null)
		*to = v;
}

/* The values of the product itself; what is wrong with them is noted. */
static enum err
apply_values(struct ctx *c, const struct listing_in *in,
    struct listing_values *v)
{
	const char *wrong = in->tax_rate_bps.set ?
	    listing_check_tax(in->tax_rate_bps.v) :
	    NULL;

	set_text(&v->name, in->name, false);
	set_text(&v->description, in->description, in->description_null);
	set_text(&v->brand, in->brand, in->brand_null);
	set_text(&v->attributes, in->attributes, false);
	set_text(&v->hsn_code, in->hsn_code, in->hsn_code_null);
	if (!uuid_is_zero(in->category_id))
		v->category_id = in->category_id;
	if (in->min_order_quantity.set)
		v->min_order_quantity = in->min_order_quantity.v;
	if (in->tax_rate_bps.set)
		v->tax_rate_bps = in->tax_rate_bps.v;
	if (wrong != NULL)
		(void)fail_field(c, "tax_rate_bps", "%s", wrong);
	return check_category(c, in->category_id);
}

/* --- writing -------------------------------------------------------------- */

/* SKUs that come to the variants, and the ids of all of them. */
struct sku_change {
	const char **skus;
	size_t nskus;
	struct uuid *ids;
	size_t nids;
};

static struct sku_change
find_new_skus(struct ctx *c, const struct variant_plan *plan)
{
	struct sku_change s = {
		.skus = ARENA_ARRAY(c->arena, plan->n, const char *),
		.ids = ARENA_ARRAY(c->arena, plan->n, struct uuid),
	};

	for (size_t i = 0; i < plan->n; i++) {
		const struct listing_variant *v = &plan->v[i];

		s.ids[s.nids++] = v->id;
		if (v->is_new || strcmp(v->before->sku, v->sku) != 0)
			s.skus[s.nskus++] = v->sku;
	}
	return s;
}

static enum err
claim_skus(struct ctx *c, const struct variant_plan *plan)
{
	struct sku_change s = find_new_skus(c, plan);
	const char *skus, *ids;
	struct rows r;

	if (s.nskus == 0)
		return OK;
	skus = array_texts(c->arena, s.skus, s.nskus);
	ids = array_uuids(c->arena, s.ids, s.nids);
	db_queue(c, Q_LISTING_SKUS_FREE,
	    ARGS(A(c->caller.seller_id), A(skus), A(ids)));
	TRY(db_each(c, Q_LISTING_SKUS_TAKEN,
	    ARGS(A(c->caller.seller_id), A(skus), A(ids)), &r));
	if (row_next(&r))
		return fail(c, ERR_ALREADY_EXISTS,
		    "Another product of this store has the SKU %s.",
		    col_text(&r));
	return OK;
}

static enum err
write_listing(struct ctx *c, struct listing *l,
    const struct variant_plan *plan, struct opt_bool draft)
{
	struct listing_batch b;

	TRY(claim_skus(c, plan));
	listing_batch_begin(c, &b);
	for (size_t i = 0; i < plan->n; i++) {
		listing_note(l, &plan->v[i]);
		if (listing_batch_variant(c, &b, &plan->v[i]))
			l->variants_changed = true;
	}
	if (listing_settle(c, l, draft))
		listing_batch_product(&b, l);
	listing_batch_queue(c, &b, c->caller.seller_id);
	return OK;
}

static enum err
write_answer(struct ctx *c, struct uuid id, struct buf *out)
{
	bool found;

	TRY(product_write(c, id, PRODUCT_OWN, out, &found));
	if (!found)
		return fault(c, "a product is gone within its transaction");
	return OK;
}

enum err
listing_create(struct ctx *c, const struct listing_in *in, struct buf *out)
{
	struct variant_plan plan = { 0 };
	struct listing_seller seller;
	struct listing l;
	TX_SCOPE(tx, c);

	TRY(listing_seller_hold(c, c->caller.seller_id, &seller));
	listing_new(c, &l);
	l.wanted.tax_rate_bps = listing_default_tax(&seller);
	TRY(apply_values(c, in, &l.wanted));
	variant_plan_make(c, in, &l, &plan);
	TRY(c->problem.err);
	TRY(write_listing(c, &l, &plan, in->draft));
	TRY(write_answer(c, l.id, out));
	return tx_commit(&tx);
}

/* The variants that a body names, as arrays. */
struct named {
	const char *ids;
	const char *skus;
};

static struct named
find_named(struct ctx *c, const struct listing_in *in)
{
	const struct listing_variant_in *entries = in->variants.v;
	struct uuid *ids = ARENA_ARRAY(c->arena, in->variants.n, struct uuid);
	const char **skus = ARENA_ARRAY(c->arena, in->variants.n + 1,
	    const char *);
	size_t nids = 0, nskus = 0;

	if (in->sku != NULL)
		skus[nskus++] = in->sku;
	for (size_t i = 0; i < in->variants.n; i++) {
		if (!uuid_is_zero(entries[i].id))
			ids[nids++] = entries[i].id;
		if (entries[i].sku != NULL)
			skus[nskus++] = entries[i].sku;
	}
	return (struct named){ array_uuids(c->arena, ids, nids),
		array_texts(c->arena, skus, nskus) };
}

/* The product and its variants, locked; of those off sale, the named ones. */
static enum err
load(struct ctx *c, const struct listing_in *in, struct listing *l,
    struct variant_plan *plan)
{
	struct named named = find_named(c, in);
	struct rows stock, product, variants;

	db_queue_rows(c, Q_LISTING_STOCK_LOCK,
	    ARGS(A(in->id), A(c->caller.seller_id), A(named.ids),
		A(named.skus)),
	    &stock);
	db_queue_rows(c, Q_LISTING_LOCK,
	    ARGS(A(array_uuids(c->arena, &in->id, 1)),
		A(c->caller.seller_id)),
	    &product);
	db_queue_rows(c, Q_LISTING_VARIANTS,
	    ARGS(A(in->id), A(named.ids), A(named.skus)), &variants);
	TRY(db_flush(c));
	if (!row_next(&product))
		return fail(c, ERR_NOT_FOUND, "There is no such product.");
	listing_read(c, &product, l);
	variant_plan_read(c, &variants, plan);
	return OK;
}

enum err
listing_update(struct ctx *c, const struct listing_in *in, struct buf *out)
{
	struct variant_plan plan = { 0 };
	struct listing_seller seller;
	struct listing l;
	TX_SCOPE(tx, c);

	TRY(listing_seller_hold(c, c->caller.seller_id, &seller));
	TRY(load(c, in, &l, &plan));
	TRY(listing_may_change(c, &l, in->draft));
	TRY(apply_values(c, in, &l.wanted));
	variant_plan_make(c, in, &l, &plan);
	TRY(c->problem.err);
	TRY(write_listing(c, &l, &plan, in->draft));
	TRY(write_answer(c, l.id, out));
	return tx_commit(&tx);
}

enum err
listing_delete(struct ctx *c, struct uuid id)
{
	struct rows r;
	bool found;
	TX_SCOPE(tx, c);

	TRY(db_maybe(c, Q_LISTING_ARCHIVE,
	    ARGS(A(id), A(c->caller.seller_id)), &r, &found));
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such product.");
	return tx_commit(&tx);
}
