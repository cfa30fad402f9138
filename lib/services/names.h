/*
 * names.h: public names of sellers and categories, kept in the process, so
 * that lists of products read the product table alone.
 *
 * An entry is gone when a category or a store changes (db_tell), and at most a
 * minute old.  What a page lacks is fetched by one statement.  The memory is
 * bounded: a full table is emptied, which is why what name_of() returns may be
 * used only until the next names_load().
 */
#ifndef HAAT_SERVICES_NAMES_H
#define HAAT_SERVICES_NAMES_H

#include <stddef.h>

#include "core/ctx.h"
#include "core/uuid.h"

struct name {
	struct uuid id;
	const char *name;
	const char *slug;
};

/* Makes sure of the names of these ids (at most a few hundred; twice the
 * same is fine). */
enum err names_load(struct ctx *c, const struct uuid *ids, size_t n);

/* The name of an id that was loaded; with empty texts if there is none. */
const struct name *name_of(struct uuid id);

/*
 * The ids of a category, given by id or slug, and of all below it, in the
 * arena of the request; none if there is no such category.
 */
enum err names_category_below(struct ctx *c, const char *which,
    struct uuid **ids, size_t *n);

/* The id of a seller given by id or slug; zero if no slug is like that. */
enum err names_seller(struct ctx *c, const char *which, struct uuid *id);

#endif
