#include "services/search.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "services/product_list.h"
#include "services/product_shape.h"
#include "services/search_reach.h"
#include "services/search_words.h"

enum { WINDOW = 500, WINDOWS_OF_A_PAGE = 3 };

static const char by_relevance[] = "relevance";

const char *const search_sorts[] = { by_relevance, "-created_at", "price",
	"-price", "-rating", "-popularity", NULL };

/* A place in the ranking: a window, given by its newest id (or by the id
 * below all of its own), and a row in it. */
struct place {
	bool bounded;
	bool above; /* the window above bound, instead of from it down */
	struct uuid bound;
	bool in_row; /* else at the window's begin or end */
	int64_t rank;
	struct uuid id;
	int64_t skip;
};

/* A page on its way. */
struct ranking {
	const struct product_filter *filter;
	struct page page;
	bool back;
	struct place at;
	struct product_row *rows; /* in the direction of reading */
	struct uuid *tops;        /* of each row's window */
	size_t n, max;            /* max is one more than the page holds */
	int64_t found;            /* matches, if known; else -1 */
	struct reach reach;       /* of a search without other filters */
};

/* --- ids as numbers ------------------------------------------------------
 */

/* The id just below. */
static struct uuid
id_below(struct uuid id)
{
	for (int i = 15; i >= 0 && id.bytes[i]-- == 0; i--)
		;
	return id;
}

/* --- cursors: "rank:top;count" -------------------------------------------
 */

static struct cursor
cursor_at(struct ctx *c, const struct ranking *k, size_t row)
{
	struct buf b;

	buf_init(&b, c->arena, 128);
	buf_i64(&b, k->rows[row].rank);
	buf_char(&b, ':');
	buf_uuid(&b, k->tops[row]);
	return (struct cursor){ .given = true,
		.sort = by_relevance,
		.key = product_filter_carry(c, k->filter, buf_text(&b),
		    k->found),
		.id = k->rows[row].id };
}

static enum err
place_from_cursor(struct ctx *c, const struct cursor *at, struct place *p)
{
	char *end;

	errno = 0;
	p->rank = strtoll(at->key, &end, 10);
	if (errno != 0 || end == at->key || *end != ':' ||
	    !uuid_parse(arena_strndup(c->arena, end + 1,
			    strcspn(end + 1, ";")),
		&p->bound))
		return fail_field(c, "cursor",
		    "This is not a cursor of this list.");
	p->bounded = true;
	p->in_row = true;
	p->id = at->id;
	return OK;
}

/* Where the page of a number begins. */
static enum err
place_from_offset(struct ctx *c, struct ranking *k)
{
	int64_t windows = k->page.offset / WINDOW;
	struct compose s;
	struct rows r;

	k->at.skip = k->page.offset % WINDOW;
	if (windows == 0)
		return OK;
	compose_begin(c, &s);
	s.custom_plan = true;
	compose_add(&s, F_WINDOW_STARTS, NO_ARGS);
	product_filter_add(c, &s, k->filter);
	compose_add(&s, F_ORDER_NEWEST, NO_ARGS);
	compose_add(&s, F_LIMIT_ROWS_FROM, ARGS(A(1), A(windows * WINDOW)));
	TRY(compose_each(c, &s, &r));
	k->at.bounded = true;
	/* Without a window there, the one of the zero id, which is empty. */
	if (row_next(&r))
		k->at.bound = col_uuid(&r);
	return OK;
}

static enum err
ranking_begin(struct ctx *c, const struct product_filter *f,
    struct ranking *k)
{
	*k = (struct ranking){ .filter = f, .found = -1 };
	TRY(page_begin(c, &f->query->paging, by_relevance, &k->page));
	k->back = k->page.cursor.given && k->page.cursor.backwards;
	k->max = (size_t)k->page.size + 1;
	k->rows = ARENA_ARRAY(c->arena, k->max, struct product_row);
	k->tops = ARENA_ARRAY(c->arena, k->max, struct uuid);
	if (!k->page.cursor.given)
		return place_from_offset(c, k);
	k->found = product_filter_carried(c, f, k->page.cursor.key);
	return place_from_cursor(c, &k->page.cursor, &k->at);
}

/* --- windows -------------------------------------------------------------
 */

/* Whether the window is looked for step by step: not with other filters,
 * whose indexes may be the better way, and only downwards. */
static bool
is_by_reach(const struct ranking *k)
{
	return product_filter_is_text(k->filter) && !k->at.above;
}

static void
add_matches(struct ctx *c, struct compose *s, const struct ranking *k)
{
	bool near = is_by_reach(k) && !k->reach.everything;

	compose_add(s, near ? F_WINDOW_BEGIN_NEAR : F_WINDOW_BEGIN, NO_ARGS);
	product_filter_add(c, s, k->filter);
	if (near)
		compose_add(s, F_WINDOW_NEAR, ARGS(A(k->reach.from_era)));
}

static void
compose_window(struct ctx *c, struct compose *s, const struct ranking *k)
{
	const struct place *at = &k->at;
	enum fragment order = k->back ? F_ORDER_RANK_BACK : F_ORDER_RANK;
	int64_t rows = (int64_t)(k->max - k->n);

	compose_begin(c, s);
	s->custom_plan = true;
	add_matches(c, s, k);
	if (at->bounded)
		compose_add(s, at->above ? F_WINDOW_ABOVE : F_WINDOW_UNTIL,
		    ARGS(A(at->bound)));
	compose_add(s, at->above ? F_ORDER_NEWEST_BACK : F_ORDER_NEWEST,
	    NO_ARGS);
	compose_add(s, F_WINDOW_END, ARGS(A(k->filter->terms)));
	if (at->in_row)
		compose_add(s, k->back ? F_BEFORE_RANK : F_AFTER_RANK,
		    ARGS(A(at->rank), A(at->id)));
	compose_add(s, order, NO_ARGS);
	compose_add(s, F_LIMIT_ROWS_FROM, ARGS(A(rows), A(at->skip)));
	compose_add(s, F_WINDOW_PAGE, NO_ARGS);
	compose_add(s, order, NO_ARGS);
}

/* Asks for a window; stands on its first row, which tells the matches. */
static enum err
ask_window(struct ctx *c, struct ranking *k, struct rows *r, int64_t *matches)
{
	const struct uuid *top = k->at.bounded ? &k->at.bound : NULL;
	struct compose s;

	if (is_by_reach(k))
		TRY(reach_begin(c, k->filter->terms, top, &k->reach));
	for (;;) {
		compose_window(c, &s, k);
		TRY(compose_each(c, &s, r));
		*matches = row_next(r) ? col_i64(r) : 0;
		if (!is_by_reach(k) || k->reach.everything ||
		    *matches >= WINDOW)
			return OK;
		reach_widen(&k->reach, top, *matches, WINDOW);
	}
}

/* The neighbour in the direction of reading. */
static struct place
next_place(const struct ranking *k, struct uuid top, struct uuid low)
{
	return (struct place){ .bounded = true,
		.above = k->back,
		.bound = k->back ? top : id_below(low) };
}

/* The matches are told by each row. */
static bool
next_of_window(struct rows *r)
{
	if (!row_next(r))
		return false;
	col_skip(r);
	return true;
}

/* Takes what the page needs of one window and moves on; *end tells that
 * there is no other. */
static enum err
read_window(struct ctx *c, struct ranking *k, bool *end)
{
	struct uuid top = { 0 }, low = { 0 };
	int64_t matches;
	struct rows r;

	TRY(ask_window(c, k, &r, &matches));
	do {
		top = col_uuid(&r);
		low = col_uuid(&r);
		/* A window keeps its bound, whatever becomes of the row. */
		if (k->at.bounded && !k->at.above)
			top = k->at.bound;
		if (col_is_null(&r) || k->n == k->max)
			break;
		product_row_read(&r, &k->rows[k->n]);
		k->rows[k->n].rank = col_i64(&r);
		k->tops[k->n++] = top;
	} while (next_of_window(&r));
	if (!k->at.bounded && matches < WINDOW)
		k->found = matches;
	*end = k->back ? matches == 0 && k->at.above : matches < WINDOW;
	k->at = next_place(k, top, low);
	return OK;
}

static enum err
read_ranking(struct ctx *c, struct ranking *k)
{
	bool end = false;

	for (int i = 0; i < WINDOWS_OF_A_PAGE && !end && k->n < k->max; i++)
		TRY(read_window(c, k, &end));
	if (k->found < 0)
		TRY(product_count(c, k->filter, &k->found));
	return OK;
}

/* --- the whole -----------------------------------------------------------
 */

static void
reverse(struct product_row *rows, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct product_row row = rows[i];

		rows[i] = rows[n - 1 - i];
		rows[n - 1 - i] = row;
	}
}

static enum err
list_by_relevance(struct ctx *c, const struct product_filter *f,
    struct buf *out, struct page_out *page)
{
	struct page_walk walk = { 0 };
	struct ranking k;
	size_t n;

	TRY(ranking_begin(c, f, &k));
	TRY(read_ranking(c, &k));
	n = k.n < k.max ? k.n : k.max - 1;
	walk.rows = (int64_t)n;
	walk.more = k.n == k.max;
	if (n > 0) {
		walk.first = cursor_at(c, &k, k.back ? n - 1 : 0);
		walk.last = cursor_at(c, &k, k.back ? 0 : n - 1);
	}
	page_end(c, &k.page, &walk, k.found, page);
	if (k.back)
		reverse(k.rows, n);
	return product_summaries(c, k.rows, n, out);
}

static enum err
list_matches(struct ctx *c, const struct product_filter *f, struct buf *out,
    struct page_out *page)
{
	/* A product_list() without possible matches checks the page. */
	if (f->none || strcmp(f->query->sort, by_relevance) != 0)
		return product_list(c, f, out, page);
	return list_by_relevance(c, f, out, page);
}

enum err
search_products(struct ctx *c, struct product_filter *f, struct buf *out,
    struct page_out *page)
{
	const char *corrected;

	f->terms = search_terms(c, f->query->q);
	TRY(list_matches(c, f, out, page));
	if (f->none || page->count > 0)
		return OK;
	TRY(search_correct(c, f->query->q, &corrected));
	if (corrected == NULL)
		return OK;
	f->terms = corrected;
	return list_matches(c, f, out, page);
}
