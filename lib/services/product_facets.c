/* Facets: what else a list could be narrowed by; see product_list.h. */

#include "core/json.h"
#include "services/names.h"
#include "services/product_list.h"

enum facet { FACET_CATEGORY = 1, FACET_BRAND, FACET_RATING, FACET_PRICE };

/* A row of the statement: what, which one, how many. */
struct value {
	enum facet facet;
	const char *text;
	int64_t n;
};

struct values {
	struct value *v;
	size_t n;
};

static enum err
read_values(struct ctx *c, const struct product_filter *f, struct values *out)
{
	struct compose s;
	struct rows r;

	compose_begin(c, &s);
	s.custom_plan = true;
	compose_add(&s, F_PRODUCT_FACETS, NO_ARGS);
	product_filter_add(c, &s, f);
	compose_add(&s, F_PRODUCT_FACETS_END, NO_ARGS);
	TRY(compose_each(c, &s, &r));
	out->v = ARENA_ARRAY(c->arena, (size_t)r.count, struct value);
	while (row_next(&r)) {
		struct value *v = &out->v[out->n++];

		v->facet = (enum facet)col_i64(&r);
		v->text = col_text(&r);
		v->n = col_i64(&r);
	}
	return OK;
}

static struct uuid
category_of(const struct value *v)
{
	struct uuid id = { 0 };

	(void)uuid_parse(v->text, &id); /* the database's own text */
	return id;
}

static enum err
write_categories(struct ctx *c, struct json *j, const struct values *all)
{
	struct uuid *ids = ARENA_ARRAY(c->arena, all->n, struct uuid);
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].facet == FACET_CATEGORY)
			ids[n++] = category_of(&all->v[i]);
	TRY(names_load(c, ids, n));
	js_open_key(j, "categories", '[');
	for (size_t i = 0; i < all->n; i++) {
		const struct value *v = &all->v[i];
		const struct name *name;

		if (v->facet != FACET_CATEGORY)
			continue;
		name = name_of(category_of(v));
		js_open(j, '{');
		js_uuid(j, "id", name->id);
		js_str(j, "slug", name->slug);
		js_str(j, "name", name->name);
		js_i64(j, "count", v->n);
		js_close(j, '}');
	}
	js_close(j, ']');
	return OK;
}

static void
write_brands(struct json *j, const struct values *all)
{
	js_open_key(j, "brands", '[');
	for (size_t i = 0; i < all->n; i++) {
		if (all->v[i].facet != FACET_BRAND)
			continue;
		js_open(j, '{');
		js_str(j, "value", all->v[i].text);
		js_i64(j, "count", all->v[i].n);
		js_close(j, '}');
	}
	js_close(j, ']');
}

static void
write_ratings(struct json *j, const struct values *all)
{
	js_open_key(j, "ratings", '[');
	for (size_t i = 0; i < all->n; i++) {
		if (all->v[i].facet != FACET_RATING)
			continue;
		js_open(j, '{');
		js_raw(j, "value", all->v[i].text);
		js_i64(j, "count", all->v[i].n);
		js_close(j, '}');
	}
	js_close(j, ']');
}

static void
write_price(struct json *j, const struct values *all)
{
	const struct value *price = NULL;

	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].facet == FACET_PRICE && all->v[i].text != NULL)
			price = &all->v[i];
	js_open_key(j, "price", '{');
	if (price != NULL) {
		js_raw(j, "min", price->text);
		js_i64(j, "max", price->n);
	} else {
		js_null(j, "min");
		js_null(j, "max");
	}
	js_close(j, '}');
}

enum err
product_facets(struct ctx *c, const struct product_filter *f,
    const char **json)
{
	struct buf *b = ARENA_NEW(c->arena, struct buf);
	struct values all = { 0 };
	struct json j;

	buf_init(b, c->arena, BUF_CAP_REPLY);
	j = js_to(b);
	if (!f->none)
		TRY(read_values(c, f, &all));
	js_open(&j, '{');
	TRY(write_categories(c, &j, &all));
	write_brands(&j, &all);
	write_ratings(&j, &all);
	write_price(&j, &all);
	js_close(&j, '}');
	*json = buf_text(b);
	return OK;
}
