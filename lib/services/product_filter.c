#include "services/product_filter.h"

#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "db/array.h"
#include "services/names.h"

enum err
product_filter_resolve(struct ctx *c, const struct product_query *q,
    struct product_filter *f)
{
	*f = (struct product_filter){ .query = q };
	if (q->category != NULL) {
		TRY(names_category_below(c, q->category, &f->categories,
		    &f->ncategories));
		f->none = f->ncategories == 0;
	}
	if (q->seller != NULL) {
		TRY(names_seller(c, q->seller, &f->seller_id));
		f->none = f->none || uuid_is_zero(f->seller_id);
	}
	return OK;
}

/* {"name":"value"} */
static const char *
attribute_pair(struct ctx *c, const char *name, const char *value)
{
	struct buf b;

	buf_init(&b, c->arena, 8192);
	buf_char(&b, '{');
	buf_json_str(&b, name);
	buf_char(&b, ':');
	buf_json_str(&b, value);
	buf_char(&b, '}');
	return buf_text(&b);
}

/* Whether it may stand for a number, one that fits any numeric type. */
static bool
is_number(const char *value)
{
	static const char digits[] = "0123456789";
	const char *p = value + (*value == '-');
	size_t n = strspn(p, digits);

	if (n == 0 || n > 16 || (n > 1 && *p == '0'))
		return false;
	p += n;
	if (*p == '.') {
		n = strspn(p + 1, digits);
		p += n + 1;
	}
	return *p == '\0' && n > 0 && n <= 16;
}

/* {"name":40}: a product may have it as a text or as a number. */
static void
add_number(struct ctx *c, struct compose *s, const char *name,
    const char *value)
{
	struct buf b;

	if (!is_number(value))
		return;
	buf_init(&b, c->arena, 8192);
	buf_char(&b, '{');
	buf_json_str(&b, name);
	buf_printf(&b, ":%s}", value);
	compose_add(s, F_PRODUCT_ATTRIBUTE_OR, ARGS(A(buf_text(&b))));
}

/* Whether an earlier parameter named the same attribute. */
static bool
is_named_before(const struct map *attr, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(attr->names[k], attr->names[i]) == 0)
			return true;
	return false;
}

static void
add_attributes(struct ctx *c, struct compose *s, const struct map *attr)
{
	for (size_t i = 0; i < attr->n; i++) {
		const char *name = attr->names[i];

		if (is_named_before(attr, i))
			continue;
		compose_add(s, F_PRODUCT_ATTRIBUTE,
		    ARGS(A(attribute_pair(c, name, attr->values[i]))));
		add_number(c, s, name, attr->values[i]);
		for (size_t k = i + 1; k < attr->n; k++) {
			if (strcmp(attr->names[k], name) != 0)
				continue;
			compose_add(s, F_PRODUCT_ATTRIBUTE_OR,
			    ARGS(
				A(attribute_pair(c, name, attr->values[k]))));
			add_number(c, s, name, attr->values[k]);
		}
		compose_add(s, F_PRODUCT_ATTRIBUTE_END, NO_ARGS);
	}
}

static void
add_brands(struct ctx *c, struct compose *s, const struct texts *brand)
{
	if (brand->n == 1)
		compose_add(s, F_PRODUCT_OF_BRAND, ARGS(A(brand->v[0])));
	else if (brand->n > 1)
		compose_add(s, F_PRODUCT_OF_BRANDS,
		    ARGS(A(array_texts(c->arena, brand->v, brand->n))));
}

void
product_filter_add_but_category(struct ctx *c, struct compose *s,
    const struct product_filter *f)
{
	const struct product_query *q = f->query;

	if (!uuid_is_zero(f->seller_id))
		compose_add(s, F_PRODUCT_OF_SELLER, ARGS(A(f->seller_id)));
	add_brands(c, s, &q->brand);
	if (q->min_price.set)
		compose_add(s, F_PRODUCT_PRICE_FROM, ARGS(A(q->min_price.v)));
	if (q->max_price.set)
		compose_add(s, F_PRODUCT_PRICE_TO, ARGS(A(q->max_price.v)));
	if (q->rating.set)
		compose_add(s, F_PRODUCT_RATING_FROM,
		    ARGS(A(q->rating.v * 10)));
	if (q->in_stock)
		compose_add(s, F_PRODUCT_IN_STOCK, NO_ARGS);
	add_attributes(c, s, &q->attr);
	if (f->terms != NULL)
		compose_add(s, F_PRODUCT_WITH_TERMS, ARGS(A(f->terms)));
}

void
product_filter_add(struct ctx *c, struct compose *s,
    const struct product_filter *f)
{
	if (f->ncategories == 1)
		compose_add(s, F_PRODUCT_IN_CATEGORY,
		    ARGS(A(f->categories[0])));
	else if (f->ncategories > 1)
		compose_add(s, F_PRODUCT_IN_CATEGORIES,
		    ARGS(A(array_uuids(c->arena, f->categories,
			f->ncategories))));
	product_filter_add_but_category(c, s, f);
}

void
product_filter_key(struct ctx *c, const struct product_filter *f,
    struct buf *key)
{
	struct compose s;

	compose_begin(c, &s);
	product_filter_add(c, &s, f);
	buf_init(key, c->arena, 256 * 1024);
	buf_raw(key, buf_text(&s.text), s.text.len);
	for (size_t i = 0; i < s.n; i++) {
		const struct arg *a = &s.args[i];

		if (a->kind == ARG_TEXT)
			buf_raw(key, a->text, strlen(a->text) + 1);
		else if (a->kind == ARG_UUID)
			buf_raw(key, &a->uuid, sizeof(a->uuid));
		else
			buf_raw(key, &a->i64, sizeof(a->i64));
	}
}

static uint64_t
filter_hash(struct ctx *c, const struct product_filter *f)
{
	uint64_t h = 1469598103934665603u;
	struct buf key;

	product_filter_key(c, f, &key);
	for (size_t i = 0; i < key.len; i++)
		h = (h ^ (unsigned char)key.data[i]) * 1099511628211u;
	return h;
}

const char *
product_filter_carry(struct ctx *c, const struct product_filter *f,
    const char *key, int64_t count)
{
	return arena_printf(c->arena, "%s;%lld;%llx", key, (long long)count,
	    (unsigned long long)filter_hash(c, f));
}

int64_t
product_filter_carried(struct ctx *c, const struct product_filter *f,
    const char *key)
{
	const char *at = strchr(key, ';');
	char *end;
	long long count;

	if (at == NULL)
		return -1;
	count = strtoll(at + 1, &end, 10);
	if (*end != ';' || count < 0 || count > COUNT_EXACT + 1 ||
	    strtoull(end + 1, NULL, 16) != filter_hash(c, f))
		return -1;
	return count;
}

static bool
has_values(const struct product_query *q)
{
	return q->brand.n > 0 || q->min_price.set || q->max_price.set ||
	    q->rating.set || q->in_stock || q->attr.n > 0;
}

bool
product_filter_is_plain(const struct product_filter *f)
{
	return !has_values(f->query) && f->terms == NULL;
}

bool
product_filter_is_category(const struct product_filter *f)
{
	return uuid_is_zero(f->seller_id) && product_filter_is_plain(f);
}

bool
product_filter_is_text(const struct product_filter *f)
{
	return f->terms != NULL && f->ncategories == 0 &&
	    uuid_is_zero(f->seller_id) && !has_values(f->query);
}

bool
product_filter_is_indexed(const struct product_filter *f)
{
	const struct product_query *q = f->query;

	return (f->ncategories > 0 || q->brand.n > 0) && f->terms == NULL &&
	    uuid_is_zero(f->seller_id) && !q->in_stock && q->attr.n == 0;
}
