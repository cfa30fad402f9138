/*
 * search_reach.h: how far back in time a search looks for its newest matches.
 *
 * That depends on how often the words stand in products, which nobody knows
 * beforehand: a search looks at the newest few thousand products, and if these
 * did not hold enough, at as many as what it found there tells.  A process
 * remembers for each search how far it had to look.
 *
 * Ids tell when a product was made; how many products were made when is known
 * from the statistics of the table, which need not be exact: they decide what
 * a search costs, not what it finds.
 */
#ifndef HAAT_SERVICES_SEARCH_REACH_H
#define HAAT_SERVICES_SEARCH_REACH_H

#include "core/ctx.h"
#include "core/uuid.h"

/* Steps of time, the first 24 bits of an id: product_era() in the database. */
enum { ERA_BITS = 24 };

struct reach {
	const char *terms;
	int64_t rows;    /* to look at; 0: all */
	int from_era;    /* where to look now: from then on */
	bool everything; /* that is all there is */
};

/* Where to look first for these terms, from top down (NULL: from the newest
 * product). */
enum err reach_begin(struct ctx *c, const char *terms, const struct uuid *top,
    struct reach *r);

/* Where to look next, since there were only so many matches of those wanted. */
void reach_widen(struct reach *r, const struct uuid *top, int64_t matches,
    int64_t wanted);

#endif
