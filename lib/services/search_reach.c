#include "services/search_reach.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memo.h"
#include "db/db.h"

enum {
	BOUNDS_MAX = 1001, /* as many as default_statistics_target allows */
	BOUNDS_LAST_US = 60 * 1000 * 1000,
	FIRST_LOOK = 4 * 1000,
	/* With fewer matches than that in a look the next one is at all: what
	 * they tell is chance, and there are few. */
	MATCHES_TELL = 8,
	SPARE_PCT = 130,
	/* Times as many newer products as those to look at. */
	NEWER_MOST = 8,
	REMEMBERED_BYTES = 64 * 1024,
};

/* Between two neighbours stand equally many products. */
static struct {
	int64_t until_us;
	int64_t rows;
	size_t n;
	uint64_t at[BOUNDS_MAX]; /* milliseconds of their ids, ascending */
} bounds;

/* RFC 9562, section 5.7. */
static uint64_t
time_of(struct uuid id)
{
	uint64_t ms = 0;

	for (int i = 0; i < 6; i++)
		ms = ms << 8 | id.bytes[i];
	return ms;
}

static int
era_of(uint64_t ms)
{
	return (int)(ms >> (48 - ERA_BITS));
}

static enum err
load_bounds(struct ctx *c)
{
	int64_t now = clock_mono_us();
	struct rows r;

	if (now < bounds.until_us)
		return OK;
	TRY(db_each(c, Q_SEARCH_BOUNDS, NO_ARGS, &r));
	bounds.n = 0;
	while (row_next(&r) && bounds.n < BOUNDS_MAX) {
		bounds.at[bounds.n++] = time_of(col_uuid(&r));
		bounds.rows = col_i64(&r);
	}
	bounds.until_us = now + BOUNDS_LAST_US;
	return OK;
}

/* How many bounds lie before this moment, with a fraction. */
static double
place_of(uint64_t ms)
{
	size_t low = 0, high = bounds.n - 1;

	if (ms >= bounds.at[high])
		return (double)high;
	if (ms <= bounds.at[0])
		return 0;
	while (high - low > 1) {
		size_t mid = (low + high) / 2;

		if (bounds.at[mid] <= ms)
			low = mid;
		else
			high = mid;
	}
	return (double)low +
	    (double)(ms - bounds.at[low]) /
	    (double)(bounds.at[high] - bounds.at[low]);
}

/* The moment that has so many bounds before it. */
static uint64_t
moment_at(double place)
{
	size_t low = (size_t)place;
	uint64_t step = bounds.at[low + 1] - bounds.at[low];

	return bounds.at[low] +
	    (uint64_t)((place - (double)low) * (double)step);
}

/* Sets from which era on r->rows products stand from top down. */
static void
look(struct reach *r, const struct uuid *top)
{
	double newest = (double)bounds.n - 1, from = newest, rows;

	r->from_era = 0;
	r->everything = true;
	if (r->rows == 0 || bounds.n < 2)
		return;
	if (bounds.rows <= r->rows)
		return;
	rows = (double)r->rows / ((double)bounds.rows / newest);
	if (top != NULL)
		from = place_of(time_of(*top));
	/* The index leads to all newer ones as well. */
	if (newest - from > rows * NEWER_MOST || from <= rows)
		return;
	r->from_era = era_of(moment_at(from - rows));
	r->everything = false;
}

/* --- what is remembered -------------------------------------------------- */

static struct memo *
memory(void)
{
	static struct memo *m;

	if (m == NULL)
		m = memo_new(arena_new(), REMEMBERED_BYTES);
	return m;
}

static int64_t
recall(const char *terms)
{
	size_t len;
	const int64_t *rows = memo_find(memory(), terms, strlen(terms), &len);

	return rows != NULL ? *rows : FIRST_LOOK;
}

static void
remember(const struct reach *r)
{
	int64_t *rows = memo_keep(memory(), r->terms, strlen(r->terms),
	    sizeof(*rows));

	if (rows != NULL)
		*rows = r->rows;
}

/* --- the whole ----------------------------------------------------------- */

enum err
reach_begin(struct ctx *c, const char *terms, const struct uuid *top,
    struct reach *r)
{
	TRY(load_bounds(c));
	*r = (struct reach){ .terms = terms, .rows = recall(terms) };
	look(r, top);
	return OK;
}

void
reach_widen(struct reach *r, const struct uuid *top, int64_t matches,
    int64_t wanted)
{
	r->rows = matches > MATCHES_TELL ?
	    r->rows * wanted / matches * SPARE_PCT / 100 :
	    0;
	remember(r);
	look(r, top);
}
