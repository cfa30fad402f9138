#include "services/product_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/config.h"
#include "core/memo.h"
#include "db/array.h"
#include "db/page_rows.h"
#include "services/product_shape.h"

const char *const product_sorts[] = { "-created_at", "price", "-price",
	"-rating", "-popularity", NULL };

/* An order that an index keeps; the id decides between equals. */
struct order {
	const char *name;
	enum fragment order, back, after, before;
	size_t key; /* offset of the sort key in a row; 0: the id alone */
};

static const struct order orders[] = {
	{ "-created_at", F_ORDER_NEWEST, F_ORDER_NEWEST_BACK, F_AFTER_NEWEST,
	    F_BEFORE_NEWEST, 0 },
	{ "price", F_ORDER_PRICE, F_ORDER_PRICE_BACK, F_AFTER_PRICE,
	    F_BEFORE_PRICE, offsetof(struct product_row, price) },
	{ "-price", F_ORDER_PRICE_BACK, F_ORDER_PRICE, F_BEFORE_PRICE,
	    F_AFTER_PRICE, offsetof(struct product_row, price) },
	{ "-rating", F_ORDER_RATING, F_ORDER_RATING_BACK, F_AFTER_RATING,
	    F_BEFORE_RATING, offsetof(struct product_row, rating_tenths) },
	{ "-popularity", F_ORDER_POPULARITY, F_ORDER_POPULARITY_BACK,
	    F_AFTER_POPULARITY, F_BEFORE_POPULARITY,
	    offsetof(struct product_row, popularity) },
};

/* A page on its way. */
struct listing {
	const struct product_filter *filter;
	const struct order *order;
	struct page page;
	int64_t key; /* of the cursor */
	bool back;
	struct product_row *rows;
	size_t n;
	struct page_rows walk;
	int64_t count;
};

static const struct order *
order_named(const char *name)
{
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		if (strcmp(orders[i].name, name) == 0)
			return &orders[i];
	return &orders[0];
}

static enum err
listing_begin(struct ctx *c, const struct product_filter *f,
    struct listing *l)
{
	const struct product_query *q = f->query;
	const struct cursor *at = &l->page.cursor;
	char *end;

	*l = (struct listing){ .filter = f, .order = order_named(q->sort) };
	TRY(page_begin(c, &q->paging, l->order->name, &l->page));
	l->back = at->given && at->backwards;
	if (!at->given || l->order->key == 0)
		return OK;
	errno = 0;
	l->key = strtoll(at->key, &end, 10);
	if (errno != 0 || end == at->key || (*end != '\0' && *end != ';'))
		return fail_field(c, "cursor",
		    "This is not a cursor of this list.");
	return OK;
}

/* --- the page's statement ----------------------------------------------- */

static void
add_cursor(struct compose *s, const struct listing *l)
{
	const struct cursor *at = &l->page.cursor;
	enum fragment f = l->back ? l->order->before : l->order->after;

	if (!at->given)
		return;
	if (l->order->key == 0)
		compose_add(s, f, ARGS(A(at->id)));
	else
		compose_add(s, f, ARGS(A(l->key), A(at->id)));
}

static void
add_order(struct compose *s, const struct listing *l)
{
	compose_add(s, l->back ? l->order->back : l->order->order, NO_ARGS);
	if (l->page.offset > 0)
		compose_add(s, F_LIMIT_ROWS_FROM,
		    ARGS(A(l->page.size + 1), A(l->page.offset)));
	else if (l->page.size == PAGE_SIZE)
		compose_add(s, F_LIMIT_USUAL_PAGE, NO_ARGS);
	else
		compose_add(s, F_LIMIT_ROWS, ARGS(A(l->page.size + 1)));
}

/* Rows that match all filters, from one index. */
static void
compose_flat(struct ctx *c, struct compose *s, const struct listing *l)
{
	compose_add(s, F_PRODUCT_COLUMNS, NO_ARGS);
	product_filter_add(c, s, l->filter);
	add_cursor(s, l);
	add_order(s, l);
}

static void
compose_far(struct ctx *c, struct compose *s, const struct listing *l)
{
	compose_add(s, F_PRODUCT_COLUMNS, NO_ARGS);
	compose_add(s, F_PRODUCT_IDS, NO_ARGS);
	product_filter_add(c, s, l->filter);
	add_order(s, l);
	compose_add(s, F_PRODUCT_IDS_END, NO_ARGS);
	compose_add(s, l->order->order, NO_ARGS);
}

static void
compose_by_category(struct ctx *c, struct compose *s, const struct listing *l)
{
	const struct product_filter *f = l->filter;

	compose_add(s, F_PRODUCT_EACH_CATEGORY,
	    ARGS(A(array_uuids(c->arena, f->categories, f->ncategories))));
	compose_add(s, F_PRODUCT_COLUMNS, NO_ARGS);
	compose_add(s, F_PRODUCT_OF_BRANCH, NO_ARGS);
	product_filter_add_but_category(c, s, f);
	add_cursor(s, l);
	add_order(s, l);
	compose_add(s, F_PRODUCT_EACH_CATEGORY_END, NO_ARGS);
	add_order(s, l);
}

static void
compose_of_store(struct compose *s, const struct listing *l)
{
	compose_add(s, F_PRODUCT_OF_STORE, ARGS(A(l->filter->seller_id)));
	compose_add(s, F_PRODUCT_COLUMNS, NO_ARGS);
	compose_add(s, F_PRODUCT_OF_STORE_PAGE, NO_ARGS);
	add_cursor(s, l);
	add_order(s, l);
	compose_add(s, F_PRODUCT_OF_STORE_END, NO_ARGS);
	compose_add(s, l->back ? l->order->back : l->order->order, NO_ARGS);
}

static void
compose_listing(struct ctx *c, struct compose *s, const struct listing *l)
{
	const struct product_filter *f = l->filter;
	bool plain = product_filter_is_plain(f);

	compose_begin(c, s);
	/* Where its plan depends on the values, plan each time. */
	s->custom_plan = !plain || l->page.offset > 0 ||
	    (l->order->key != 0 && f->ncategories > 0);
	if (plain && f->ncategories == 0 && l->order->key != 0 &&
	    !uuid_is_zero(f->seller_id))
		compose_of_store(s, l);
	else if (l->page.offset > 0)
		compose_far(c, s, l);
	else if (f->ncategories > 1)
		compose_by_category(c, s, l);
	else
		compose_flat(c, s, l);
}

/* --- counts ------------------------------------------------------------- */

/*
 * Nobody can act on a number of matches, and to count ten thousand takes
 * longer than to show the first twenty: for buyers a count is kept ten times
 * as long as an answer, and one that was dear a thousand times as long as it
 * took.
 */
enum {
	COUNTS_BYTES = 64 * 1024,
	COUNT_LASTS = 10,
	COUNT_PAYS = 1000,
	COUNT_LASTS_MOST_US = 60 * 1000 * 1000,
};

struct kept_count {
	int64_t count;
	int64_t until_us;
};

static struct memo *
counts(void)
{
	static struct memo *kept;

	if (kept == NULL)
		kept = memo_new(arena_new(), COUNTS_BYTES);
	return kept;
}

static bool
shows_kept_counts(const struct ctx *c)
{
	return c->config->hot_answers_ms > 0 &&
	    c->caller.role != ROLE_ADMIN && !c->caller.has_seller;
}

static bool
recall_count(struct ctx *c, const struct buf *key, int64_t *count)
{
	size_t len;
	const struct kept_count *k = memo_find(counts(), buf_text(key),
	    key->len, &len);

	if (!shows_kept_counts(c) || k == NULL ||
	    k->until_us <= clock_mono_us())
		return false;
	*count = k->count;
	return true;
}

static int64_t
time_kept(const struct ctx *c, int64_t took_us)
{
	int64_t least = c->config->hot_answers_ms * 1000 * COUNT_LASTS;
	int64_t worth = took_us * COUNT_PAYS;

	if (worth > COUNT_LASTS_MOST_US)
		worth = COUNT_LASTS_MOST_US;
	return worth > least ? worth : least;
}

static void
keep_count(struct ctx *c, const struct buf *key, int64_t asked_us,
    int64_t count)
{
	struct kept_count *k = memo_keep(counts(), buf_text(key), key->len,
	    sizeof(*k));

	if (k != NULL)
		*k = (struct kept_count){ count,
			asked_us + time_kept(c, clock_mono_us() - asked_us) };
}

static void
compose_count(struct ctx *c, struct compose *s,
    const struct product_filter *f)
{
	if (product_filter_is_indexed(f)) {
		compose_add(s, F_PRODUCT_COUNTED, NO_ARGS);
		product_filter_add(c, s, f);
		compose_add(s, F_PRODUCT_COUNTED_END, NO_ARGS);
		return;
	}
	compose_add(s, F_PRODUCT_SAMPLE, NO_ARGS);
	product_filter_add(c, s, f);
	compose_add(s, F_PRODUCT_SAMPLE_OF, NO_ARGS);
	product_filter_add(c, s, f);
	compose_add(s, F_PRODUCT_SAMPLE_END, NO_ARGS);
}

static enum err
count_matches(struct ctx *c, const struct product_filter *f, int64_t *count)
{
	struct compose s;
	struct rows r;

	compose_begin(c, &s);
	s.custom_plan = !product_filter_is_plain(f);
	compose_count(c, &s, f);
	TRY(compose_each(c, &s, &r));
	*count = row_next(&r) ? col_i64(&r) : 0;
	return OK;
}

enum err
product_count(struct ctx *c, const struct product_filter *f, int64_t *count)
{
	int64_t asked_us = clock_mono_us();
	struct buf key;

	product_filter_key(c, f, &key);
	if (recall_count(c, &key, count))
		return OK;
	TRY(count_matches(c, f, count));
	keep_count(c, &key, asked_us, *count);
	return OK;
}

/* Triggers keep the numbers of each category: no need to count. */
static void
queue_kept_count(struct ctx *c, const struct product_filter *f,
    struct rows *r)
{
	if (f->ncategories == 0)
		db_queue_rows(c, Q_PRODUCT_COUNT_LISTED, NO_ARGS, r);
	else
		db_queue_rows(c, Q_PRODUCT_COUNT_IN_CATEGORIES,
		    ARGS(A(array_uuids(c->arena, f->categories,
			f->ncategories))),
		    r);
}

static void
take_rows(struct ctx *c, struct listing *l, struct rows *r)
{
	page_rows_begin(&l->walk, &l->page, l->order->name, r);
	l->rows = ARENA_ARRAY(c->arena, (size_t)l->walk.left,
	    struct product_row);
	while (page_rows_next(&l->walk, r))
		product_row_read(r, &l->rows[l->n++]);
}

static enum err
read_listing(struct ctx *c, struct listing *l)
{
	bool kept = product_filter_is_category(l->filter);
	struct rows r, count;
	struct compose s;

	compose_listing(c, &s, l);
	compose_queue(c, &s, &r);
	if (kept)
		queue_kept_count(c, l->filter, &count);
	TRY(db_flush(c));
	take_rows(c, l, &r);
	if (kept) {
		l->count = row_next(&count) ? col_i64(&count) : 0;
		return OK;
	}
	/* The end of the list tells how long it is. */
	if (!l->page.cursor.given && !l->walk.walk.more &&
	    (l->n > 0 || l->page.offset == 0)) {
		l->count = l->page.offset + (int64_t)l->n;
		return OK;
	}
	l->count = !l->page.cursor.given ?
	    -1 :
	    product_filter_carried(c, l->filter, l->page.cursor.key);
	return l->count >= 0 ? OK : product_count(c, l->filter, &l->count);
}

/* Notes an end of the page for the links. */
static void
mark(struct ctx *c, struct listing *l, const struct product_row *row)
{
	const char *key = "";
	int64_t value;

	if (l->order->key != 0) {
		memcpy(&value, (const char *)row + l->order->key,
		    sizeof(value));
		key = arena_printf(c->arena, "%lld", (long long)value);
	}
	if (!product_filter_is_category(l->filter))
		key = product_filter_carry(c, l->filter, key, l->count);
	page_rows_at(&l->walk, key, row->id);
}

/* --- the whole ---------------------------------------------------------- */

enum err
product_list(struct ctx *c, const struct product_filter *f, struct buf *out,
    struct page_out *page)
{
	struct listing l;

	TRY(listing_begin(c, f, &l));
	if (!f->none)
		TRY(read_listing(c, &l));
	if (l.n > 0) {
		mark(c, &l, &l.rows[0]);
		mark(c, &l, &l.rows[l.n - 1]);
	}
	page_end(c, &l.page, &l.walk.walk, l.count, page);
	return product_summaries(c, l.rows, l.n, out);
}
