#include "services/category_admin.h"

#include <string.h>

#include "core/text.h"
#include "db/db.h"
#include "services/audit.h"
#include "services/category.h"

enum { SLUG_MAX = 80 };

struct category {
	struct uuid id;
	const char *name;
	const char *slug;
	struct uuid parent_id;
	int64_t position;
};

static enum err
take_turn(struct ctx *c)
{
	struct rows r;

	return db_one(c, Q_CATEGORY_TURN, NO_ARGS, &r);
}

static enum err
hold(struct ctx *c, struct uuid id, struct category *out)
{
	struct rows r;
	bool found;

	TRY(take_turn(c));
	TRY(db_maybe(c, Q_CATEGORY_HOLD, ARGS(A(id)), &r, &found));
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such category.");
	out->id = id;
	out->name = col_text(&r);
	out->slug = col_text(&r);
	out->parent_id = col_uuid(&r);
	out->position = col_i64(&r);
	return OK;
}

static enum err
check_parent(struct ctx *c, struct uuid id, struct uuid parent_id)
{
	bool is_there, is_below;
	struct rows r;

	if (uuid_is_zero(parent_id))
		return OK;
	TRY(db_one(c, Q_CATEGORY_FIT, ARGS(A(id), A(parent_id)), &r));
	is_there = col_bool(&r);
	is_below = col_bool(&r);
	if (!is_there)
		return fail_field(c, "parent_id",
		    "There is no such category.");
	if (is_below)
		return fail_field(c, "parent_id",
		    "A category cannot stand below itself.");
	if (col_i64(&r) > CATEGORY_LEVELS)
		return fail_field(c, "parent_id",
		    "Categories have at most %d levels.", CATEGORY_LEVELS);
	return OK;
}

/* The words of the name if nobody has them, else those and some letters: a
 * category is looked up by id or slug, so a slug is not like an id. */
static enum err
find_slug(struct ctx *c, struct uuid id, const char *name, const char **slug)
{
	const char *words = text_slug(c->arena, name, SLUG_MAX);
	struct uuid looks_like;
	char text[UUID_TEXT];
	struct rows r;

	if (*words == '\0')
		words = "category";
	TRY(db_one(c, Q_CATEGORY_SLUG_TAKEN, ARGS(A(words)), &r));
	*slug = words;
	if (!col_bool(&r) && !uuid_parse(words, &looks_like))
		return OK;
	uuid_format(id, text);
	*slug = arena_printf(c->arena, "%s-%s", words, text + UUID_TEXT - 9);
	return OK;
}

static struct arg
given(const struct opt_i64 *v)
{
	return v->set ? A(v->v) : A_NULL;
}

enum err
category_create(struct ctx *c, const struct category_edit *in,
    struct buf *out)
{
	struct uuid id = uuid_new();
	const char *slug;
	struct rows r;
	TX_SCOPE(tx, c);

	TRY(take_turn(c));
	TRY(check_parent(c, id, in->parent_id));
	TRY(find_slug(c, id, in->name, &slug));
	TRY(db_one(c, Q_CATEGORY_ADD,
	    ARGS(A(id), A(in->parent_id), A(in->name), A(slug),
		given(&in->position)),
	    &r));
	audit_queue(c, "category.create", "category", id,
	    CHANGES({ "name", A_NULL, A(in->name) },
		{ "slug", A_NULL, A(slug) },
		{ "parent_id", A_NULL, A(in->parent_id) },
		{ "position", A_NULL, A(col_i64(&r)) }));
	TRY(category_write(c, id, out));
	db_tell(c);
	return tx_commit(&tx);
}

static void
save(struct ctx *c, const struct category *was, const struct category *is)
{
	db_queue(c, Q_CATEGORY_CHANGE,
	    ARGS(A(is->id), A(is->parent_id), A(is->name), A(is->position)));
	audit_queue(c, "category.update", "category", is->id,
	    CHANGES({ "name", A(was->name), A(is->name) },
		{ "parent_id", A(was->parent_id), A(is->parent_id) },
		{ "position", A(was->position), A(is->position) }));
}

static bool
is_same(const struct category *a, const struct category *b)
{
	return strcmp(a->name, b->name) == 0 &&
	    uuid_equal(a->parent_id, b->parent_id) &&
	    a->position == b->position;
}

enum err
category_update(struct ctx *c, const struct category_edit *in,
    struct buf *out)
{
	struct category was, now;
	TX_SCOPE(tx, c);

	TRY(hold(c, in->id, &was));
	now = was;
	if (in->name != NULL)
		now.name = in->name;
	if (in->position.set)
		now.position = in->position.v;
	if (in->parent_id_null || !uuid_is_zero(in->parent_id))
		now.parent_id = in->parent_id;
	TRY(check_parent(c, now.id, now.parent_id));
	if (!is_same(&was, &now))
		save(c, &was, &now);
	TRY(category_write(c, now.id, out));
	db_tell(c);
	return tx_commit(&tx);
}

static enum err
check_unused(struct ctx *c, struct uuid id)
{
	bool children, products, sold;
	struct rows r;

	TRY(db_one(c, Q_CATEGORY_USES, ARGS(A(id)), &r));
	children = col_bool(&r);
	products = col_bool(&r);
	sold = col_bool(&r);
	if (children)
		return fail(c, ERR_INVALID_STATE,
		    "This category has others below it.");
	if (products)
		return fail(c, ERR_INVALID_STATE,
		    "This category has products: drafts, archived ones and "
		    "those that wait to be moved here count too.");
	if (sold)
		return fail(c, ERR_INVALID_STATE,
		    "Products of this category were sold; their orders keep "
		    "it.");
	return OK;
}

enum err
category_delete(struct ctx *c, struct uuid id)
{
	struct arg rate = A_NULL;
	struct category was;
	struct rows r;
	bool found;
	TX_SCOPE(tx, c);

	TRY(hold(c, id, &was));
	TRY(check_unused(c, id));
	TRY(db_maybe(c, Q_CATEGORY_RATE, ARGS(A(id)), &r, &found));
	if (found)
		rate = A(col_i64(&r));
	db_queue(c, Q_CATEGORY_RATES_DROP, ARGS(A(id)));
	db_queue(c, Q_CATEGORY_DROP, ARGS(A(id)));
	audit_queue(c, "category.delete", "category", id,
	    CHANGES({ "name", A(was.name), A_NULL },
		{ "slug", A(was.slug), A_NULL },
		{ "parent_id", A(was.parent_id), A_NULL },
		{ "position", A(was.position), A_NULL },
		{ "rate_bps", rate, A_NULL }));
	db_tell(c);
	return tx_commit(&tx);
}
