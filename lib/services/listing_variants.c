#include "services/listing_variants.h"

#include <string.h>

#include "core/utf8.h"
#include "core/values.h"

#define S struct listing_tier_in
static const char *const audiences[] = { "all", "business", NULL };
const struct field listing_tier_fields[] = {
	IN_I64(min_quantity, REQUIRED, 1, LISTING_MINIMUM_MAX,
	    "Units from which the price holds", .example = "10"),
	IN_I64(price, REQUIRED, 1, LISTING_PRICE_MAX,
	    "Price of a unit, in minor units", .example = "44900"),
	IN_ENUM(audience, DEFAULT(0), audiences, "Who pays this price"),
	{ 0 },
};
#undef S

#define S struct listing_variant_in
/* clang-format off */
#define VARIANT_FIELDS                                                       \
	IN_TEXT(sku, OPTIONAL, 1, TEXT_MAX,                                  \
	    "The seller's number for it; made if left out"),                 \
	    IN_TEXT_NULL(title, TEXT_MAX, "What sets it apart"),             \
	    IN_MAP(options, OPTIONAL, LISTING_OPTIONS_MAX,                   \
		"Its value of each option"),                                 \
	    IN_OPT_I64(price, 1, LISTING_PRICE_MAX, "In minor units"),       \
	    IN_OPT_I64_NULL(compare_at_price, 1, LISTING_PRICE_MAX,          \
		"A former price, not below price"),                          \
	    IN_OPT_I64(stock, 0, LISTING_STOCK_MAX,                          \
		"Units that can be bought"),                                 \
	    IN_LIST(price_tiers, OPTIONAL, struct listing_tier_in,           \
		listing_tier_fields, 0, LISTING_TIERS_MAX, "Prices for many")
/* clang-format on */
const struct field listing_new_variant_fields[] = {
	VARIANT_FIELDS,
	{ 0 },
};
const struct field listing_variant_fields[] = {
	IN_UUID(id, OPTIONAL,
	    "Variant to change; without it, the one with this SKU"),
	VARIANT_FIELDS,
	{ 0 },
};
#undef S

void
variant_plan_read(struct ctx *c, struct rows *r, struct variant_plan *p)
{
	p->v = ARENA_ARRAY(c->arena, (size_t)r->count + LISTING_VARIANTS_MAX,
	    struct listing_variant);
	while (row_next(r))
		listing_variant_read(c, r, &p->v[p->n++]);
}

int64_t
variant_plan_lowest(const struct variant_plan *p)
{
	int64_t lowest = LISTING_PRICE_MAX;

	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].is_active && p->v[i].price < lowest)
			lowest = p->v[i].price;
	return lowest;
}

static size_t
on_sale(const struct variant_plan *p, struct listing_variant **only)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++) {
		if (!p->v[i].is_active)
			continue;
		*only = &p->v[i];
		n++;
	}
	return n;
}

/* --- one variant ---------------------------------------------------------- */

/* What is being made: the entry, the body around it, and where it stands. */
struct making {
	struct ctx *c;
	const struct listing_in *in;
	struct listing *l;
	struct variant_plan *p;
	const char *prefix; /* "variants.0.", "" for the body's own fields */
	size_t matched;     /* the entry's place among the variants */
	enum err err;
};

#define WRONG(m, name, ...)                                                  \
	((m)->err = fail_field((m)->c,                                       \
	     arena_printf((m)->c->arena, "%s%s", (m)->prefix, (name)),       \
	     __VA_ARGS__))

static void
set_tiers(struct making *m, struct listing_variant *v, const struct list *in)
{
	const struct listing_tier_in *tiers = in->v;
	struct listing_tier *copy;
	const char *wrong;

	if (in->v == NULL)
		return;
	copy = ARENA_ARRAY(m->c->arena, in->n, struct listing_tier);
	for (size_t i = 0; i < in->n; i++)
		copy[i] = (struct listing_tier){ tiers[i].min_quantity,
			tiers[i].price, tiers[i].audience };
	wrong = listing_tiers_text(m->c, copy, in->n, &v->tiers);
	if (wrong != NULL)
		WRONG(m, "price_tiers", "%s", wrong);
}

static const char *
options_text(struct ctx *c, const struct map *options)
{
	struct json_object *o = json_object_new_object();
	const char *text;

	for (size_t i = 0; i < options->n; i++)
		json_object_object_add(o, options->names[i],
		    json_object_new_string(options->values[i]));
	text = values_text(c->arena, o);
	json_object_put(o);
	return text;
}

static void
set_numbers(struct listing_variant *v, struct opt_i64 price,
    struct opt_i64 compare, bool compare_null, struct opt_i64 stock)
{
	if (price.set)
		v->price = price.v;
	if (compare.set || compare_null)
		v->compare_at_price = compare;
	if (stock.set)
		v->stock = stock.v;
}

static void
check_prices(struct making *m, const struct listing_variant *v)
{
	if (v->price == 0)
		WRONG(m, "price", "This field is required.");
	else if (v->compare_at_price.set && v->compare_at_price.v < v->price)
		WRONG(m, "compare_at_price", "Must not be below price.");
}

static void
apply_entry(struct making *m, const struct listing_variant_in *e,
    struct listing_variant *v)
{
	set_numbers(v, e->price, e->compare_at_price,
	    e->compare_at_price_null, e->stock);
	if (e->sku != NULL)
		v->sku = e->sku;
	if (e->title != NULL || e->title_null)
		v->title = e->title;
	if (e->options.names != NULL)
		v->options = options_text(m->c, &e->options);
	set_tiers(m, v, &e->price_tiers);
	check_prices(m, v);
}

/* Behind those that are there. */
static struct listing_variant *
new_variant(struct making *m)
{
	struct listing_variant *v = &m->p->v[m->p->n++];

	*v = (struct listing_variant){ .id = uuid_new(),
		.product_id = m->l->id,
		.is_new = true,
		.is_active = true,
		.options = "{}",
		.tiers = "[]" };
	return v;
}

/* --- the body's own fields ------------------------------------------------ */

static bool
has_own(const struct listing_in *in)
{
	return in->price.set || in->compare_at_price.set ||
	    in->compare_at_price_null || in->stock.set || in->sku != NULL ||
	    in->price_tiers.v != NULL;
}

static void
apply_own(struct making *m, struct listing_variant *v)
{
	const struct listing_in *in = m->in;

	set_numbers(v, in->price, in->compare_at_price,
	    in->compare_at_price_null, in->stock);
	if (in->sku != NULL)
		v->sku = in->sku;
	set_tiers(m, v, &in->price_tiers);
	if (m->prefix[0] == '\0')
		check_prices(m, v);
}

/* Without a list of variants: the body speaks of the only one. */
static void
make_only(struct making *m)
{
	struct listing_variant *only = NULL;
	size_t n = on_sale(m->p, &only);

	if (m->l->is_new) {
		apply_own(m, new_variant(m));
		return;
	}
	if (!has_own(m->in))
		return;
	if (n == 1) {
		apply_own(m, only);
		return;
	}
	if (m->in->price.set)
		WRONG(m, "price", "Name the variant it is for in variants.");
	if (m->in->stock.set)
		WRONG(m, "stock", "Name the variant it is for in variants.");
	if (m->err == OK)
		WRONG(m, "variants", "Name the variants that change.");
}

/* --- a list of variants --------------------------------------------------- */

static struct listing_variant *
match(struct making *m, const struct listing_variant_in *e)
{
	struct variant_plan *p = m->p;

	for (size_t i = 0; i < p->n; i++) {
		struct listing_variant *v = &p->v[i];

		if (!v->is_new && !uuid_is_zero(e->id) &&
		    uuid_equal(v->id, e->id))
			return v;
	}
	if (!uuid_is_zero(e->id)) {
		WRONG(m, "id", "This product has no such variant.");
		return NULL;
	}
	for (size_t i = 0; i < p->n && e->sku != NULL; i++)
		if (!p->v[i].is_new &&
		    strcmp(p->v[i].before->sku, e->sku) == 0)
			return &p->v[i];
	return NULL;
}

/* A new one begins with what the body says of itself; where it has several
 * variants, a SKU is only their beginning. */
static struct listing_variant *
begin_entry(struct making *m, const struct listing_variant_in *e)
{
	struct listing_variant *v = match(m, e);

	if (v != NULL || m->err != OK)
		return v;
	v = new_variant(m);
	apply_own(m, v);
	if (m->in->sku != NULL && e->sku == NULL && m->in->variants.n > 1)
		v->sku = arena_printf(m->c->arena, "%s-%zu", m->in->sku,
		    m->matched + 1);
	return v;
}

static void
make_entry(struct making *m, const struct listing_variant_in *e, bool *taken)
{
	struct listing_variant *v = begin_entry(m, e);

	if (v == NULL)
		return;
	if (taken[v - m->p->v]) {
		WRONG(m, "id", "This variant stands twice.");
		return;
	}
	taken[v - m->p->v] = true;
	v->is_active = true;
	v->position = (int64_t)m->matched;
	apply_entry(m, e, v);
}

static void
make_listed(struct making *m)
{
	const struct listing_variant_in *entries = m->in->variants.v;
	bool *taken = ARENA_ARRAY(m->c->arena, m->p->n + LISTING_VARIANTS_MAX,
	    bool);
	enum err err = OK;

	for (size_t i = 0; i < m->in->variants.n; i++) {
		m->prefix = arena_printf(m->c->arena, "variants.%zu.", i);
		m->matched = i;
		m->err = OK;
		make_entry(m, &entries[i], taken);
		err = err != OK ? err : m->err;
	}
	for (size_t i = 0; i < m->p->n; i++)
		if (!taken[i])
			m->p->v[i].is_active = false;
	m->prefix = "";
	m->err = err;
}

/* --- the whole ------------------------------------------------------------ */

static const char *
place(struct making *m, const struct listing_variant *v, const char *name)
{
	if (m->in->variants.v == NULL)
		return name;
	return arena_printf(m->c->arena, "variants.%lld.%s",
	    (long long)v->position, name);
}

/* Of two with one SKU: the one off sale gives it up. */
static void
part_skus(struct making *m, struct listing_variant *a,
    struct listing_variant *b)
{
	struct listing_variant *retired = !a->is_active ? a : b;
	char id[UUID_TEXT];

	if (strcmp(a->sku, b->sku) != 0)
		return;
	if (a->is_active && b->is_active) {
		(void)fail_field(m->c, place(m, a, "sku"),
		    "Another variant has this SKU.");
		return;
	}
	uuid_format(retired->id, id);
	retired->sku = arena_printf(m->c->arena, "%s~%s", retired->sku, id);
}

/* SKUs that are missing are made; none stands twice. */
static void
check_skus(struct making *m)
{
	struct variant_plan *p = m->p;

	for (size_t i = 0; i < p->n; i++) {
		struct listing_variant *v = &p->v[i];

		if (v->sku == NULL)
			v->sku = listing_make_sku(m->c, m->l->wanted.name,
			    v->id);
		for (size_t k = 0; k < i; k++)
			part_skus(m, v, &p->v[k]);
	}
}

static void
check_options(struct making *m)
{
	struct variant_plan *p = m->p;
	const char *missing;

	for (size_t i = 0; i < p->n; i++) {
		struct listing_variant *v = &p->v[i];

		if (!v->is_active)
			continue;
		if (!listing_options_fit(m->c, m->l->wanted.options,
			v->options, &missing))
			(void)fail_field(m->c,
			    m->in->variants.v == NULL ?
				"options" :
				place(m, v, "options"),
			    "%s is not among the product's options.",
			    missing);
		for (size_t k = 0; k < i; k++)
			if (p->v[k].is_active &&
			    strcmp(v->options, "{}") != 0 &&
			    strcmp(v->options, p->v[k].options) == 0)
				(void)fail_field(m->c, place(m, v, "options"),
				    "Another variant has the same options.");
	}
}

static const char *
names_text(struct ctx *c, const struct texts *names)
{
	struct json j;
	struct buf b;

	buf_init(&b, c->arena, 64 * 1024);
	j = js_to(&b);
	js_open(&j, '[');
	for (size_t i = 0; i < names->n; i++)
		js_str(&j, NULL, names->v[i]);
	js_close(&j, ']');
	return buf_text(&b);
}

/* The product's options: those given, else those its variants have, behind
 * the ones that were there. */
static void
make_options(struct making *m)
{
	const struct texts *names = &m->in->options;
	struct listing_values *w = &m->l->wanted;

	for (size_t i = 0; i < names->n; i++) {
		if (utf8_blank(names->v[i]))
			WRONG(m, "options", "This may not be blank.");
		for (size_t k = 0; k < i; k++)
			if (strcmp(names->v[i], names->v[k]) == 0)
				WRONG(m, "options", "%s stands twice.",
				    names->v[i]);
	}
	if (names->v != NULL) {
		w->options = names_text(m->c, names);
		return;
	}
	for (size_t i = 0; i < m->p->n; i++)
		if (m->p->v[i].is_active)
			w->options = listing_options_add(m->c, w->options,
			    m->p->v[i].options);
}

void
variant_plan_make(struct ctx *c, const struct listing_in *in,
    struct listing *l, struct variant_plan *p)
{
	struct making m = { .c = c, .in = in, .l = l, .p = p, .prefix = "" };

	if (p->v == NULL)
		p->v = ARENA_ARRAY(c->arena, LISTING_VARIANTS_MAX,
		    struct listing_variant);
	if (in->variants.v != NULL)
		make_listed(&m);
	else
		make_only(&m);
	make_options(&m);
	if (m.err != OK)
		return;
	check_skus(&m);
	check_options(&m);
}
