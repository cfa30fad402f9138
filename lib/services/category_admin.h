/*
 * category_admin.h: how administrators change the tree of categories.
 *
 * The tree has no cycles and at most CATEGORY_LEVELS levels: so far up the
 * commission of a category is looked for.  A category keeps its slug for
 * ever, so that links to it live; two never have the same.  A change is told
 * to all processes, which drop what they keep of categories.
 */
#ifndef HAAT_SERVICES_CATEGORY_ADMIN_H
#define HAAT_SERVICES_CATEGORY_ADMIN_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/field.h"

enum { CATEGORY_LEVELS = 10, CATEGORY_POSITION_MAX = 1000000 };

struct category_edit {
	struct uuid id; /* of a change */
	const char *name;
	struct uuid parent_id;
	bool parent_id_null; /* to the top */
	struct opt_i64 position;
};

/* Writes the new category.  Without a position it stands behind its siblings.
 * Errors: ERR_VALIDATION for a parent that is not there or too deep. */
enum err category_create(struct ctx *c, const struct category_edit *in,
    struct buf *out);

/* Writes the category; all below it moves with it.  Errors: ERR_NOT_FOUND;
 * ERR_VALIDATION also for a parent below it. */
enum err category_update(struct ctx *c, const struct category_edit *in,
    struct buf *out);

/* Its commission goes with it.  Errors: ERR_NOT_FOUND, ERR_INVALID_STATE
 * while it has children or products, or after something was sold in it. */
enum err category_delete(struct ctx *c, struct uuid id);

#endif
