#include "services/listing_plan.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"

enum { JSON_MAX = 256 * 1024, SLUG_MAX = 60, SKU_NAME_MAX = 24 };

const struct listing_values listing_defaults = {
	.attributes = "{}",
	.options = "[]",
	.min_order_quantity = 1,
};

enum { TAX_DEFAULT_BPS = 1800 };

enum err
listing_seller_hold(struct ctx *c, struct uuid seller_id,
    struct listing_seller *out)
{
	bool found, approved;
	struct rows r;

	TRY(db_maybe(c, Q_LISTING_SELLER, ARGS(A(seller_id)), &r, &found));
	approved = found && col_bool(&r);
	if (!approved)
		return fail(c, ERR_SELLER_NOT_APPROVED,
		    "This store is not approved.");
	out->has_gstin = col_bool(&r);
	return OK;
}

int64_t
listing_default_tax(const struct listing_seller *s)
{
	return s->has_gstin ? TAX_DEFAULT_BPS : 0;
}

/* --- JSON ----------------------------------------------------------------- */

/* Of a text that was checked when it came in; NULL for NULL. */
static struct json_object *
parse(struct ctx *c, const char *json)
{
	struct json_object *o = NULL;

	if (json == NULL || json_parse(c, json, strlen(json), &o) != OK)
		return NULL;
	return o;
}

static const char *
canonical(struct ctx *c, struct json_object *o)
{
	struct buf b;

	buf_init(&b, c->arena, JSON_MAX);
	json_canonical(&b, o);
	return buf_text(&b);
}

const char *
listing_canonical(struct ctx *c, const char *json)
{
	return json != NULL ? canonical(c, parse(c, json)) : NULL;
}

static bool
list_has(struct json_object *list, const char *name)
{
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (strcmp(json_object_get_string(
			       json_object_array_get_idx(list, i)),
			name) == 0)
			return true;
	return false;
}

const char *
listing_options_add(struct ctx *c, const char *list, const char *options)
{
	struct json_object *l, *o;

	if (strcmp(options, "{}") == 0)
		return list;
	l = parse(c, list);
	o = parse(c, options);
	json_object_object_foreach(o, name, value) {
		(void)value;
		if (!list_has(l, name))
			(void)json_object_array_add(l,
			    json_object_new_string(name));
	}
	return canonical(c, l);
}

bool
listing_options_fit(struct ctx *c, const char *list, const char *options,
    const char **missing)
{
	struct json_object *l = parse(c, list), *o = parse(c, options);

	json_object_object_foreach(o, name, value) {
		(void)value;
		*missing = name;
		if (!list_has(l, name))
			return false;
	}
	return true;
}

/* --- tiers ---------------------------------------------------------------- */

static int
by_quantity(const void *a, const void *b)
{
	const struct listing_tier *x = a, *y = b;

	if (x->min_quantity != y->min_quantity)
		return x->min_quantity < y->min_quantity ? -1 : 1;
	return strcmp(x->audience, y->audience);
}

const char *
listing_tiers_text(struct ctx *c, struct listing_tier *v, size_t n,
    const char **text)
{
	struct json j;
	struct buf b;

	buf_init(&b, c->arena, JSON_MAX);
	j = js_to(&b);
	if (n > 1)
		qsort(v, n, sizeof(*v), by_quantity);
	js_open(&j, '[');
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && by_quantity(&v[i - 1], &v[i]) == 0)
			return "Two tiers begin at the same quantity.";
		js_open(&j, '{');
		js_i64(&j, "min_quantity", v[i].min_quantity);
		js_i64(&j, "price", v[i].price);
		js_str(&j, "audience", v[i].audience);
		js_close(&j, '}');
	}
	js_close(&j, ']');
	*text = buf_text(&b);
	return NULL;
}

/* --- reading -------------------------------------------------------------- */

/* What waits stands in place of what is seen. */
static void
overlay(struct listing *l, struct ctx *c, struct json_object *pending)
{
	struct json_object *v;

	if (json_object_object_get_ex(pending, "name", &v))
		l->wanted.name = json_object_get_string(v);
	if (json_object_object_get_ex(pending, "description", &v))
		l->wanted.description = json_object_get_string(v);
	if (json_object_object_get_ex(pending, "category_id", &v))
		(void)uuid_parse(json_object_get_string(v),
		    &l->wanted.category_id); /* we wrote it */
	if (json_object_object_get_ex(pending, "attributes", &v))
		l->wanted.attributes = canonical(c, v);
}

void
listing_read(struct ctx *c, struct rows *r, struct listing *l)
{
	struct json_object *pending;
	const char *text;

	*l = (struct listing){ .id = col_uuid(r) };
	l->status = col_text(r);
	l->rejection_reason = col_text(r);
	text = col_text(r);
	l->live.name = col_text(r);
	l->live.description = col_text(r);
	l->live.brand = col_text(r);
	l->live.category_id = col_uuid(r);
	l->live.attributes = listing_canonical(c, col_text(r));
	l->live.options = listing_canonical(c, col_text(r));
	l->live.min_order_quantity = col_i64(r);
	l->live.tax_rate_bps = col_i64(r);
	l->live.hsn_code = col_text(r);
	l->wanted = l->live;
	pending = parse(c, text);
	if (pending == NULL)
		return;
	l->pending = canonical(c, pending);
	overlay(l, c, pending);
}

void
listing_variant_read(struct ctx *c, struct rows *r, struct listing_variant *v)
{
	*v = (struct listing_variant){ .id = col_uuid(r) };
	v->product_id = col_uuid(r);
	v->sku = col_text(r);
	v->title = col_text(r);
	v->options = listing_canonical(c, col_text(r));
	v->price = col_i64(r);
	v->compare_at_price.set = !col_is_null(r);
	v->compare_at_price.v = col_i64(r);
	v->position = col_i64(r);
	v->is_active = col_bool(r);
	v->stock = col_i64(r);
	v->tiers = col_text(r);
	v->before = arena_memdup(c->arena, v, sizeof(*v));
}

/* --- new ones ------------------------------------------------------------- */

/* The last eight digits of an id: its random part. */
static const char *
tail(struct ctx *c, struct uuid id)
{
	char text[UUID_TEXT];

	uuid_format(id, text);
	return arena_strdup(c->arena, text + UUID_TEXT - 1 - 8);
}

void
listing_new(struct ctx *c, struct listing *l)
{
	*l = (struct listing){ .id = uuid_new(), .is_new = true };
	l->status = "pending";
	l->live = listing_defaults;
	l->wanted = listing_defaults;
	(void)c;
}

static const char *
make_slug(struct arena *a, const char *name, struct uuid id)
{
	const char *words = text_slug(a, name, SLUG_MAX);
	char text[UUID_TEXT];

	uuid_format(id, text);
	return arena_printf(a, "%s-%s", *words != '\0' ? words : "item",
	    text + UUID_TEXT - 1 - 8);
}

const char *
listing_make_sku(struct ctx *c, const char *name, struct uuid id)
{
	const char *words = text_slug(c->arena, name, SKU_NAME_MAX);
	char *sku = arena_printf(c->arena, "%s-%s",
	    *words != '\0' ? words : "item", tail(c, id));

	for (char *p = sku; *p != '\0'; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	return sku;
}

/* --- settling ------------------------------------------------------------- */

static bool
is(const struct listing *l, const char *status)
{
	return strcmp(l->status, status) == 0;
}

static bool
same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
same_reviewed(const struct listing_values *a, const struct listing_values *b)
{
	return same(a->name, b->name) &&
	    same(a->description, b->description) &&
	    uuid_equal(a->category_id, b->category_id) &&
	    same(a->attributes, b->attributes);
}

static bool
same_others(const struct listing_values *a, const struct listing_values *b)
{
	return same(a->brand, b->brand) && same(a->options, b->options) &&
	    a->min_order_quantity == b->min_order_quantity &&
	    a->tax_rate_bps == b->tax_rate_bps &&
	    same(a->hsn_code, b->hsn_code);
}

enum err
listing_may_change(struct ctx *c, const struct listing *l,
    struct opt_bool draft)
{
	if (is(l, "archived"))
		return fail(c, ERR_INVALID_STATE,
		    "An archived product cannot be changed.");
	if (is(l, "approved") && draft.set && draft.v)
		return fail(c, ERR_INVALID_STATE,
		    "An approved product cannot be a draft again.");
	return OK;
}

static const char *
next_status(const struct listing *l, struct opt_bool draft, bool changed)
{
	if (is(l, "approved"))
		return l->status;
	if (draft.set)
		return draft.v ? "draft" : "pending";
	return is(l, "rejected") && changed ? "pending" : l->status;
}

/* The values that wait for approval; NULL if none do. */
static const char *
waiting(struct ctx *c, const struct listing *l)
{
	const struct listing_values *a = &l->live, *b = &l->wanted;
	struct json j;
	struct buf text;

	if (same_reviewed(a, b))
		return NULL;
	buf_init(&text, c->arena, JSON_MAX);
	j = js_to(&text);
	js_open(&j, '{');
	if (!same(a->attributes, b->attributes))
		js_raw(&j, "attributes", b->attributes);
	if (!uuid_equal(a->category_id, b->category_id))
		js_uuid(&j, "category_id", b->category_id);
	if (!same(a->description, b->description))
		js_str(&j, "description", b->description);
	if (!same(a->name, b->name))
		js_str(&j, "name", b->name);
	js_close(&j, '}');
	return buf_text(&text);
}

bool
listing_settle(struct ctx *c, struct listing *l, struct opt_bool draft)
{
	const char *before = l->status, *waited = l->pending;
	struct listing_values live = l->live;
	bool approved = is(l, "approved");
	bool changed = !same_others(&l->live, &l->wanted) ||
	    !same_reviewed(&l->live, &l->wanted);

	l->pending = approved ? waiting(c, l) : NULL;
	l->live = l->wanted;
	if (approved) {
		l->live.name = live.name;
		l->live.description = live.description;
		l->live.category_id = live.category_id;
		l->live.attributes = live.attributes;
	}
	l->status = next_status(l, draft, changed || l->variants_changed);
	/* A reason stands until its seller has answered to it. */
	if (strcmp(before, l->status) != 0 || !same(waited, l->pending))
		l->rejection_reason = NULL;
	return l->is_new || !same_others(&live, &l->live) ||
	    !same_reviewed(&live, &l->live) || !same(waited, l->pending) ||
	    strcmp(before, l->status) != 0;
}

/* --- writing -------------------------------------------------------------- */

enum { ROWS_MAX = 256 * 1024 * 1024, ARRAY_MAX = 64 * 1024 };

static void
rows_begin(struct ctx *c, struct listing_rows *r, char bracket, size_t max)
{
	buf_init(&r->b, c->arena, max);
	r->n = 0;
	r->j = js_to(&r->b);
	if (bracket == '[')
		js_open(&r->j, '[');
	else
		buf_char(&r->b, '{');
}

void
listing_batch_begin(struct ctx *c, struct listing_batch *b)
{
	struct listing_rows *json[] = { &b->new_products, &b->products,
		&b->new_variants, &b->variants, &b->new_stock, &b->stock,
		&b->tiers };
	struct listing_rows *arrays[] = { &b->new_skus, &b->untiered,
		&b->refreshed };

	for (size_t i = 0; i < sizeof(json) / sizeof(json[0]); i++)
		rows_begin(c, json[i], '[', ROWS_MAX);
	for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++)
		rows_begin(c, arrays[i], '{', ARRAY_MAX);
}

static void
add_id(struct listing_rows *r, struct uuid id)
{
	if (r->n++ > 0)
		buf_char(&r->b, ',');
	buf_uuid(&r->b, id);
}

static void
write_values(struct json *j, const struct listing_values *v)
{
	js_uuid(j, "category_id", v->category_id);
	js_str(j, "name", v->name);
	js_str(j, "description", v->description);
	js_str(j, "brand", v->brand);
	js_raw(j, "attributes", v->attributes);
	js_raw(j, "options", v->options);
	js_i64(j, "min_order_quantity", v->min_order_quantity);
	js_i64(j, "tax_rate_bps", v->tax_rate_bps);
	js_str(j, "hsn_code", v->hsn_code);
}

void
listing_batch_product(struct listing_batch *b, const struct listing *l)
{
	struct listing_rows *r = l->is_new ? &b->new_products : &b->products;

	r->n++;
	js_open(&r->j, '{');
	js_uuid(&r->j, "id", l->id);
	js_str(&r->j, "status", l->status);
	write_values(&r->j, &l->live);
	if (l->is_new) {
		js_str(&r->j, "slug",
		    make_slug(r->b.arena, l->live.name, l->id));
		js_i64(&r->j, "price", l->lowest_price);
	} else {
		js_str(&r->j, "rejection_reason", l->rejection_reason);
		js_raw(&r->j, "pending_changes", l->pending);
	}
	js_close(&r->j, '}');
}

static void
put_variant(struct listing_rows *r, const struct listing_variant *v)
{
	r->n++;
	js_open(&r->j, '{');
	js_uuid(&r->j, "id", v->id);
	if (v->is_new)
		js_uuid(&r->j, "product_id", v->product_id);
	js_str(&r->j, "sku", v->sku);
	js_str(&r->j, "title", v->title);
	js_raw(&r->j, "options", v->options);
	js_i64(&r->j, "price", v->price);
	if (v->compare_at_price.set)
		js_i64(&r->j, "compare_at_price", v->compare_at_price.v);
	js_i64(&r->j, "position", v->position);
	js_bool(&r->j, "is_active", v->is_active);
	js_close(&r->j, '}');
}

static void
put_stock(struct listing_rows *r, const struct listing_variant *v)
{
	r->n++;
	js_open(&r->j, '{');
	js_uuid(&r->j, "id", v->id);
	js_i64(&r->j, "stock", v->stock);
	js_close(&r->j, '}');
}

static void
put_tiers(struct ctx *c, struct listing_rows *r,
    const struct listing_variant *v)
{
	struct json_object *list = parse(c, v->tiers);

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *tier = json_object_array_get_idx(list, i);

		r->n++;
		js_open(&r->j, '{');
		js_uuid(&r->j, "id", uuid_new());
		js_uuid(&r->j, "variant_id", v->id);
		json_object_object_foreach(tier, name, value)
			js_raw(&r->j, name, canonical(c, value));
		js_close(&r->j, '}');
	}
}

static bool
same_row(const struct listing_variant *a, const struct listing_variant *b)
{
	return same(a->sku, b->sku) && same(a->title, b->title) &&
	    same(a->options, b->options) && a->price == b->price &&
	    a->compare_at_price.set == b->compare_at_price.set &&
	    a->compare_at_price.v == b->compare_at_price.v &&
	    a->position == b->position && a->is_active == b->is_active;
}

static bool
put_new(struct ctx *c, struct listing_batch *b,
    const struct listing_variant *v)
{
	put_variant(&b->new_variants, v);
	put_stock(&b->new_stock, v);
	put_tiers(c, &b->tiers, v);
	add_id(&b->refreshed, v->product_id);
	return true;
}

bool
listing_batch_variant(struct ctx *c, struct listing_batch *b,
    const struct listing_variant *v)
{
	const struct listing_variant *was = v->before;
	bool changed = false;

	if (v->is_new)
		return put_new(c, b, v);
	if (!same_row(was, v)) {
		put_variant(&b->variants, v);
		if (!same(was->sku, v->sku))
			add_id(&b->new_skus, v->id);
		add_id(&b->refreshed, v->product_id);
		changed = true;
	}
	if (was->stock != v->stock) {
		put_stock(&b->stock, v);
		changed = true;
	}
	if (!same(was->tiers, v->tiers)) {
		add_id(&b->untiered, v->id);
		put_tiers(c, &b->tiers, v);
		changed = true;
	}
	return changed;
}

static const char *
rows_text(struct listing_rows *r)
{
	if (*buf_text(&r->b) == '[')
		js_close(&r->j, ']');
	else
		buf_char(&r->b, '}');
	return buf_text(&r->b);
}

static void
queue(struct ctx *c, enum query q, struct listing_rows *r)
{
	if (r->n > 0)
		db_queue(c, q, ARGS(A(rows_text(r))));
}

void
listing_batch_queue(struct ctx *c, struct listing_batch *b,
    struct uuid seller_id)
{
	if (b->new_products.n > 0)
		db_queue(c, Q_LISTING_PRODUCTS_ADD,
		    ARGS(A(rows_text(&b->new_products)), A(seller_id)));
	queue(c, Q_LISTING_PRODUCTS_CHANGE, &b->products);
	queue(c, Q_LISTING_SKUS_RELEASE, &b->new_skus);
	queue(c, Q_LISTING_VARIANTS_CHANGE, &b->variants);
	if (b->new_variants.n > 0)
		db_queue(c, Q_LISTING_VARIANTS_ADD,
		    ARGS(A(rows_text(&b->new_variants)), A(seller_id)));
	queue(c, Q_LISTING_STOCK_ADD, &b->new_stock);
	queue(c, Q_LISTING_STOCK_SET, &b->stock);
	queue(c, Q_LISTING_TIERS_DROP, &b->untiered);
	queue(c, Q_LISTING_TIERS_ADD, &b->tiers);
	queue(c, Q_LISTING_REFRESH, &b->refreshed);
}
