#include "services/listing_merge.h"

#include <string.h>

#include "db/array.h"
#include "services/listing.h"
#include "services/listing_plan.h"

/* --- what a trial has seen ------------------------------------------------ */

struct import_seen {
	uint64_t *slots; /* hashes; 0: free */
	size_t mask;
};

struct import_seen *
import_seen_new(struct arena *a, int64_t rows)
{
	struct import_seen *s = ARENA_NEW(a, struct import_seen);
	size_t size = 1024;

	/* A SKU and a name for each row, and room between them. */
	while (size < (size_t)rows * 4)
		size *= 2;
	s->slots = ARENA_ARRAY(a, size, uint64_t);
	s->mask = size - 1;
	return s;
}

static bool
seen(struct import_seen *s, char kind, const char *text, bool add)
{
	uint64_t h = 1469598103934665603u ^ (unsigned char)kind;
	size_t at;

	if (s == NULL)
		return false;
	for (const char *p = text; *p != '\0'; p++)
		h = (h ^ (unsigned char)*p) * 1099511628211u;
	h |= 1;
	at = (size_t)(h >> 20) & s->mask;
	while (s->slots[at] != 0 && s->slots[at] != h)
		at = (at + 1) & s->mask;
	if (s->slots[at] == h)
		return true;
	if (add)
		s->slots[at] = h;
	return false;
}

/* --- the batch ------------------------------------------------------------ */

struct target {
	struct listing l;
	bool touched;
};

struct item {
	struct listing_variant v;
	struct target *t;
	bool touched;
};

struct category {
	const char *slug;
	struct uuid id;
};

struct merge {
	struct ctx *c;
	const struct import_job *job;
	struct listing_seller seller;
	struct import_row *rows;
	size_t n;
	struct target *targets;
	size_t ntargets;
	struct item *items;
	size_t nitems;
	struct category *categories;
	size_t ncategories;
	struct import_tally *tally;
};

#define WRONG(m, row, column, ...)                                           \
	import_fault_add((m)->c, (row), listing_columns[column], __VA_ARGS__)

static bool
is_given(const struct import_row *row, enum listing_column i)
{
	return row->state[i] == CELL_GIVEN;
}

/* Of all rows what they give in a column. */
static const char *
texts_of(struct merge *m, enum listing_column column)
{
	const char **v = ARENA_ARRAY(m->c->arena, m->n, const char *);
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++)
		if (is_given(&m->rows[i], column))
			v[n++] = m->rows[i].text[column];
	return array_texts(m->c->arena, v, n);
}

static const char *
products_named(struct merge *m)
{
	struct uuid *v = ARENA_ARRAY(m->c->arena, m->n, struct uuid);
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++)
		if (!uuid_is_zero(m->rows[i].product_id))
			v[n++] = m->rows[i].product_id;
	return array_uuids(m->c->arena, v, n);
}

/* --- finding and locking -------------------------------------------------- */

struct found {
	struct uuid *variants;
	size_t nvariants;
	struct uuid *products;
	size_t nproducts;
};

static enum err
find(struct merge *m, struct found *f)
{
	struct rows skus, products, categories;
	struct ctx *c = m->c;

	db_queue_rows(c, Q_IMPORT_FIND_SKUS,
	    ARGS(A(m->job->seller_id), A(texts_of(m, COL_SKU))), &skus);
	db_queue_rows(c, Q_IMPORT_FIND_PRODUCTS,
	    ARGS(A(m->job->seller_id), A(products_named(m)),
		A(texts_of(m, COL_NAME))),
	    &products);
	db_queue_rows(c, Q_IMPORT_FIND_CATEGORIES,
	    ARGS(A(texts_of(m, COL_CATEGORY))), &categories);
	TRY(db_flush(c));
	f->variants = ARENA_ARRAY(c->arena, (size_t)skus.count, struct uuid);
	f->products = ARENA_ARRAY(c->arena,
	    (size_t)skus.count + (size_t)products.count, struct uuid);
	while (row_next(&skus)) {
		f->variants[f->nvariants++] = col_uuid(&skus);
		f->products[f->nproducts++] = col_uuid(&skus);
	}
	while (row_next(&products))
		f->products[f->nproducts++] = col_uuid(&products);
	m->categories = ARENA_ARRAY(c->arena, (size_t)categories.count,
	    struct category);
	while (row_next(&categories)) {
		struct category *g = &m->categories[m->ncategories++];

		g->slug = col_text(&categories);
		g->id = col_uuid(&categories);
	}
	return OK;
}

static struct target *
target_of(struct merge *m, struct uuid id)
{
	for (size_t i = 0; i < m->ntargets; i++)
		if (uuid_equal(m->targets[i].l.id, id))
			return &m->targets[i];
	return NULL;
}

/* What was there a moment ago and is no longer: everything anew. */
static enum err
read_items(struct merge *m, struct rows *r)
{
	while (row_next(r)) {
		struct item *it = &m->items[m->nitems++];

		listing_variant_read(m->c, r, &it->v);
		it->t = target_of(m, it->v.product_id);
		if (it->t == NULL || !it->v.is_active)
			return ERR_TRY_AGAIN;
	}
	return OK;
}

static enum err
read_targets(struct merge *m, struct rows *products, struct rows *counts)
{
	while (row_next(products)) {
		struct target *t = &m->targets[m->ntargets++];

		listing_read(m->c, products, &t->l);
		if (strcmp(t->l.status, "archived") == 0)
			return ERR_TRY_AGAIN;
	}
	while (row_next(counts)) {
		struct target *t = target_of(m, col_uuid(counts));
		int64_t n = col_i64(counts);

		if (t == NULL)
			continue;
		t->l.nvariants = n;
		t->l.next_position = col_i64(counts);
	}
	return OK;
}

static enum err
load(struct merge *m)
{
	struct rows locked, products, variants, counts;
	struct ctx *c = m->c;
	struct found f = { 0 };
	const char *ids, *of;

	TRY(listing_seller_hold(c, m->job->seller_id, &m->seller));
	TRY(find(m, &f));
	of = array_uuids(c->arena, f.variants, f.nvariants);
	ids = array_uuids(c->arena, f.products, f.nproducts);
	db_queue_rows(c, Q_IMPORT_STOCK_LOCK, ARGS(A(of)), &locked);
	db_queue_rows(c, Q_LISTING_LOCK, ARGS(A(ids), A(m->job->seller_id)),
	    &products);
	db_queue_rows(c, Q_IMPORT_VARIANTS, ARGS(A(of)), &variants);
	db_queue_rows(c, Q_IMPORT_VARIANT_COUNTS, ARGS(A(ids)), &counts);
	TRY(db_flush(c));
	m->targets = ARENA_ARRAY(c->arena, (size_t)products.count + m->n,
	    struct target);
	m->items = ARENA_ARRAY(c->arena, (size_t)variants.count + m->n,
	    struct item);
	TRY(read_targets(m, &products, &counts));
	return read_items(m, &variants);
}

/* --- what a row speaks of ------------------------------------------------- */

static struct item *
item_of(struct merge *m, const char *sku)
{
	for (size_t i = 0; i < m->nitems; i++)
		if (strcmp(m->items[i].v.sku, sku) == 0)
			return &m->items[i];
	return NULL;
}

/* Among the products by that name; NULL if there is none. */
static struct target *
target_named(struct merge *m, struct import_row *row)
{
	struct target *found = NULL;

	for (size_t i = 0; i < m->ntargets; i++) {
		struct target *t = &m->targets[i];

		if (strcmp(t->l.wanted.name, row->text[COL_NAME]) != 0)
			continue;
		if (found != NULL) {
			WRONG(m, row, COL_NAME,
			    "Several products have this name: give their "
			    "product_id.");
			return found;
		}
		found = t;
	}
	return found;
}

static struct target *
find_target(struct merge *m, struct import_row *row, const struct item *it)
{
	struct target *t = NULL;

	if (!uuid_is_zero(row->product_id)) {
		t = target_of(m, row->product_id);
		if (t == NULL || t->l.is_new)
			WRONG(m, row, COL_PRODUCT_ID,
			    "There is no such product.");
		else if (it != NULL && it->t != t)
			WRONG(m, row, COL_PRODUCT_ID,
			    "Another product has this SKU.");
	}
	if (it != NULL)
		return it->t;
	if (t == NULL && uuid_is_zero(row->product_id) &&
	    is_given(row, COL_NAME))
		t = target_named(m, row);
	return t;
}

static bool
find_category(struct merge *m, struct import_row *row, struct uuid *id)
{
	for (size_t i = 0; i < m->ncategories; i++) {
		if (strcmp(m->categories[i].slug, row->text[COL_CATEGORY]) !=
		    0)
			continue;
		*id = m->categories[i].id;
		return true;
	}
	WRONG(m, row, COL_CATEGORY, "There is no such category.");
	return false;
}

/* --- values --------------------------------------------------------------- */

/* A text that may be empty: given, emptied, or left as it is. */
static void
put_text(const struct import_row *row, enum listing_column i, const char **to)
{
	if (row->state[i] == CELL_GIVEN)
		*to = row->text[i];
	else if (row->state[i] == CELL_EMPTY && *to != NULL && **to != '\0')
		*to = NULL;
}

static void
put_json(const struct import_row *row, enum listing_column i,
    const char *empty, const char **to)
{
	if (row->json[i] != NULL)
		*to = row->json[i];
	else if (row->state[i] == CELL_EMPTY)
		*to = empty;
}

static void
put_number(const struct import_row *row, enum listing_column i, int64_t *to)
{
	if (is_given(row, i))
		*to = row->number[i];
}

static void
require(struct merge *m, struct import_row *row, enum listing_column i)
{
	if (!is_given(row, i))
		WRONG(m, row, i, "This field is required.");
}

static void
apply_product(struct merge *m, struct import_row *row,
    struct listing_values *v)
{
	if (is_given(row, COL_NAME))
		v->name = row->text[COL_NAME];
	if (is_given(row, COL_CATEGORY))
		(void)find_category(m, row, &v->category_id);
	put_text(row, COL_BRAND, &v->brand);
	put_text(row, COL_DESCRIPTION, &v->description);
	put_text(row, COL_HSN_CODE, &v->hsn_code);
	put_number(row, COL_MIN_ORDER_QUANTITY, &v->min_order_quantity);
	put_number(row, COL_TAX_RATE_BPS, &v->tax_rate_bps);
	put_json(row, COL_ATTRIBUTES, "{}", &v->attributes);
}

static void
apply_variant(struct merge *m, struct import_row *row,
    struct listing_variant *v)
{
	put_number(row, COL_PRICE, &v->price);
	put_number(row, COL_STOCK, &v->stock);
	put_json(row, COL_OPTIONS, "{}", &v->options);
	put_json(row, COL_PRICE_TIERS, "[]", &v->tiers);
	if (is_given(row, COL_COMPARE_AT_PRICE))
		v->compare_at_price = (struct opt_i64){ true,
			row->number[COL_COMPARE_AT_PRICE] };
	else if (row->state[COL_COMPARE_AT_PRICE] == CELL_EMPTY)
		v->compare_at_price = (struct opt_i64){ 0 };
	if (v->compare_at_price.set && v->compare_at_price.v < v->price)
		WRONG(m, row, COL_COMPARE_AT_PRICE,
		    "Must not be below price.");
}

/* --- one row -------------------------------------------------------------- */

/* Where a row goes, and what it makes of it; nothing is kept before all of
 * it is known to hold. */
struct step {
	struct item *item;
	struct target *target;
	struct listing l;
	struct listing_variant v;
	bool met_in_trial;
};

static void
begin_product(struct merge *m, struct import_row *row, struct step *s)
{
	bool known;

	listing_new(m->c, &s->l);
	s->l.wanted.tax_rate_bps = listing_default_tax(&m->seller);
	if (!uuid_is_zero(row->product_id))
		return; /* told already */
	require(m, row, COL_NAME);
	known = is_given(row, COL_NAME) &&
	    seen(m->job->seen, 'n', row->text[COL_NAME], false);
	if (!known)
		require(m, row, COL_CATEGORY);
}

static void
begin_variant(struct merge *m, struct import_row *row, struct step *s)
{
	s->v = (struct listing_variant){ .id = uuid_new(),
		.product_id = s->l.id,
		.is_new = true,
		.is_active = true,
		.sku = row->text[COL_SKU],
		.options = "{}",
		.tiers = "[]",
		.position = s->l.next_position };
	s->met_in_trial = seen(m->job->seen, 's', row->text[COL_SKU], false);
	if (s->met_in_trial)
		return;
	require(m, row, COL_PRICE);
	require(m, row, COL_STOCK);
	if (s->l.nvariants >= LISTING_VARIANTS_MAX)
		WRONG(m, row, COL_SKU, "A product has at most %d variants.",
		    LISTING_VARIANTS_MAX);
}

static void
find_step(struct merge *m, struct import_row *row, struct step *s)
{
	*s = (struct step){ 0 };
	if (is_given(row, COL_SKU))
		s->item = item_of(m, row->text[COL_SKU]);
	s->target = find_target(m, row, s->item);
	if (s->target != NULL)
		s->l = s->target->l;
	else
		begin_product(m, row, s);
	if (s->item != NULL)
		s->v = s->item->v;
	else if (is_given(row, COL_SKU))
		begin_variant(m, row, s);
}

static void
keep_step(struct merge *m, struct import_row *row, struct step *s)
{
	struct item *it = s->item;

	if (s->target == NULL) {
		s->target = &m->targets[m->ntargets++];
		(void)seen(m->job->seen, 'n', row->text[COL_NAME], true);
	}
	if (it == NULL) {
		it = &m->items[m->nitems++];
		s->l.nvariants++;
		s->l.next_position++;
		(void)seen(m->job->seen, 's', row->text[COL_SKU], true);
	}
	s->target->l = s->l;
	s->target->touched = true;
	it->v = s->v;
	it->t = s->target;
	it->touched = true;
}

static void
merge_row(struct merge *m, struct import_row *row)
{
	struct step s;

	/* Of a row that is not one, there is nothing more to tell. */
	if (row->faults != NULL && strcmp(row->faults->column, "row") == 0) {
		m->tally->failed++;
		return;
	}
	find_step(m, row, &s);
	if (row->names_product)
		apply_product(m, row, &s.l.wanted);
	apply_variant(m, row, &s.v);
	if (row->faults != NULL) {
		m->tally->failed++;
		return;
	}
	s.l.wanted.options = listing_options_add(m->c, s.l.wanted.options,
	    s.v.options);
	if (s.item != NULL || s.met_in_trial)
		m->tally->updated++;
	else
		m->tally->created++;
	keep_step(m, row, &s);
}

/* --- writing -------------------------------------------------------------- */

static void
free_skus(struct merge *m)
{
	const char **v = ARENA_ARRAY(m->c->arena, m->nitems, const char *);
	size_t n = 0;

	for (size_t i = 0; i < m->nitems; i++)
		if (m->items[i].v.is_new)
			v[n++] = m->items[i].v.sku;
	if (n > 0)
		db_queue(m->c, Q_LISTING_SKUS_FREE,
		    ARGS(A(m->job->seller_id),
			A(array_texts(m->c->arena, v, n)), A("{}")));
}

static void
write(struct merge *m)
{
	static const struct opt_bool as_it_is;
	struct listing_batch b;

	free_skus(m);
	listing_batch_begin(m->c, &b);
	for (size_t i = 0; i < m->nitems; i++) {
		struct item *it = &m->items[i];

		if (!it->touched)
			continue;
		if (it->t->l.lowest_price == 0 ||
		    it->v.price < it->t->l.lowest_price)
			it->t->l.lowest_price = it->v.price;
		if (listing_batch_variant(m->c, &b, &it->v))
			it->t->l.variants_changed = true;
	}
	for (size_t i = 0; i < m->ntargets; i++) {
		struct target *t = &m->targets[i];

		if (t->touched && listing_settle(m->c, &t->l, as_it_is))
			listing_batch_product(&b, &t->l);
	}
	listing_batch_queue(m->c, &b, m->job->seller_id);
}

enum err
import_merge(struct ctx *c, const struct import_job *job,
    struct import_row *rows, size_t n, struct import_tally *tally)
{
	struct merge m = { .c = c,
		.job = job,
		.rows = rows,
		.n = n,
		.tally = tally };

	/* Forgets what an earlier try found. */
	for (size_t i = 0; i < n; i++) {
		rows[i].faults_end = rows[i].read_end;
		*rows[i].read_end = NULL;
	}
	TRY(load(&m));
	for (size_t i = 0; i < n; i++)
		merge_row(&m, &rows[i]);
	if (job->seen == NULL)
		write(&m);
	return OK;
}
