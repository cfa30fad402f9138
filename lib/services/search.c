#include "services/search.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "services/product_list.h"
#include "services/product_shape.h"
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
};

/* --- ids as numbers ------------------------------------------------------ */

/* The id just below. */
static struct uuid
id_below(struct uuid id)
{
	for (int i = 15; i >= 0 && id.bytes[i]-- == 0; i--)
		;
	return id;
}

/* --- cursors: "rank:top" ------------------------------------------------- */

static struct cursor
cursor_at(struct ctx *c, const struct ranking *k, size_t row)
{
	struct buf b;

	buf_init(&b, c->arena, 128);
	buf_i64(&b, k->rows[row].rank);
	buf_char(&b, ':');
	buf_uuid(&b, k->tops[row]);
	return (struct cursor){ .given = true, .sort = by_relevance,
		.key = buf_text(&b), .id = k->rows[row].id };
}

static enum err
place_from_cursor(struct ctx *c, const struct cursor *at, struct place *p)
{
	char *end;

	errno = 0;
	p->rank = strtoll(at->key, &end, 10);
	if (errno != 0 || end == at->key || *end != ':' ||
	    !uuid_parse(end + 1, &p->bound))
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
	if (k->page.cursor.given)
		return place_from_cursor(c, &k->page.cursor, &k->at);
	return place_from_offset(c, k);
}

/* --- windows ------------------------------------------------------------- */

static void
compose_window(struct ctx *c, struct compose *s, const struct ranking *k)
{
	const struct place *at = &k->at;
	int64_t rows = (int64_t)(k->max - k->n);

	compose_begin(c, s);
	s->custom_plan = true;
	compose_add(s, F_WINDOW_BEGIN, NO_ARGS);
	product_filter_add(c, s, k->filter);
	if (at->bounded)
		compose_add(s, at->above ? F_WINDOW_ABOVE : F_WINDOW_UNTIL,
		    ARGS(arg_bound(at->bound)));
	compose_add(s, at->above ? F_ORDER_NEWEST_BACK : F_ORDER_NEWEST,
	    NO_ARGS);
	compose_add(s, F_WINDOW_END, ARGS(A(k->filter->terms)));
	if (at->in_row)
		compose_add(s, k->back ? F_BEFORE_RANK : F_AFTER_RANK,
		    ARGS(A(at->rank), A(at->id)));
	compose_add(s, k->back ? F_ORDER_RANK_BACK : F_ORDER_RANK, NO_ARGS);
	if (at->skip > 0)
		compose_add(s, F_LIMIT_ROWS_FROM, ARGS(A(rows), A(at->skip)));
	else
		compose_add(s, F_LIMIT_ROWS, ARGS(A(rows)));
}
