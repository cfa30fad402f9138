#include "services/names.h"

#include <stdint.h>
#include <string.h>

#include "core/clock.h"
#include "db/array.h"
#include "db/db.h"

enum {
	SLOTS = 2048, /* a power of two */
	ENTRIES_MAX = SLOTS / 2,
	TREES = 64,
	BYTES_MAX = 512 * 1024,
	/* Changes are told; this is for one that was missed. */
	FRESH_US = 60 * 1000 * 1000,
};

struct entry {
	struct name name;
	int64_t loaded_at; /* 0: free */
};

/* A category and all below it, by what the caller named it. */
struct tree {
	const char *which;
	int64_t loaded_at;
	size_t n;
	const struct uuid *ids;
};

/* Of the process, not of a request: only what anybody may see. */
static struct {
	struct arena *arena;
	size_t used;
	uint64_t told; /* by db_told(), when it was empty */
	struct entry entries[SLOTS];
	struct tree trees[TREES];
} table;

static const struct name nobody = { .name = "", .slug = "" };

static void
empty(void)
{
	arena_reset(table.arena);
	table.used = 0;
	memset(table.entries, 0, sizeof(table.entries));
	memset(table.trees, 0, sizeof(table.trees));
}

static void
make_room(size_t entries)
{
	if (table.used + entries > ENTRIES_MAX ||
	    arena_used(table.arena) >= BYTES_MAX)
		empty();
}

/* Before anything is looked up: drops what was changed meanwhile. */
static void
begin(struct ctx *c)
{
	uint64_t told = db_told(c);

	if (table.arena == NULL)
		table.arena = arena_new();
	if (told != table.told)
		empty();
	table.told = told;
}

/* The entry of an id, or the free one where it belongs. */
static struct entry *
entry_of(struct uuid id)
{
	uint32_t at;

	memcpy(&at, id.bytes + 12, sizeof(at));
	for (;; at++) {
		struct entry *e = &table.entries[at & (SLOTS - 1)];

		if (e->loaded_at == 0 || uuid_equal(e->name.id, id))
			return e;
	}
}

static void
keep_text(const char **to, const char *text)
{
	if (*to == NULL || strcmp(*to, text) != 0)
		*to = arena_strdup(table.arena, text);
}

static void
keep(struct rows *r, int64_t now)
{
	struct uuid id = col_uuid(r);
	struct entry *e = entry_of(id);

	if (e->loaded_at == 0)
		table.used++;
	e->name.id = id;
	e->loaded_at = now;
	keep_text(&e->name.name, col_text(r));
	keep_text(&e->name.slug, col_text(r));
}

static bool
is_fresh(int64_t loaded_at, int64_t now)
{
	return loaded_at != 0 && now - loaded_at < FRESH_US;
}

enum err
names_load(struct ctx *c, const struct uuid *ids, size_t n)
{
	struct uuid *wanted = ARENA_ARRAY(c->arena, n, struct uuid);
	int64_t now = clock_mono_us();
	struct rows r;
	size_t m = 0;

	begin(c);
	make_room(n);
	for (size_t i = 0; i < n; i++) {
		bool again = false;

		if (is_fresh(entry_of(ids[i])->loaded_at, now))
			continue;
		for (size_t k = 0; k < m && !again; k++)
			again = uuid_equal(wanted[k], ids[i]);
		if (!again)
			wanted[m++] = ids[i];
	}
	if (m == 0)
		return OK;
	TRY(db_each(c, Q_NAMES_BY_ID,
	    ARGS(A(array_uuids(c->arena, wanted, m))), &r));
	while (row_next(&r))
		keep(&r, now);
	return OK;
}

const struct name *
name_of(struct uuid id)
{
	const struct entry *e = entry_of(id);

	return e->loaded_at != 0 ? &e->name : &nobody;
}

static struct tree *
tree_slot(const char *which)
{
	uint32_t hash = 2166136261u;

	for (const char *p = which; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619u;
	return &table.trees[hash % TREES];
}

static enum err
tree_read(struct ctx *c, const char *which, struct uuid **ids, size_t *n)
{
	struct uuid id;
	struct rows r;

	if (uuid_parse(which, &id))
		TRY(db_each(c, Q_CATEGORY_BELOW_ID, ARGS(A(id)), &r));
	else
		TRY(db_each(c, Q_CATEGORY_BELOW_SLUG, ARGS(A(which)), &r));
	*ids = ARENA_ARRAY(c->arena, (size_t)r.count, struct uuid);
	*n = 0;
	while (row_next(&r))
		(*ids)[(*n)++] = col_uuid(&r);
	return OK;
}

enum err
names_category_below(struct ctx *c, const char *which, struct uuid **ids,
    size_t *n)
{
	int64_t now = clock_mono_us();
	struct tree *t = tree_slot(which);

	begin(c);
	if (is_fresh(t->loaded_at, now) && strcmp(t->which, which) == 0) {
		*ids = arena_memdup(c->arena, t->ids, t->n * sizeof(**ids));
		*n = t->n;
		return OK;
	}
	TRY(tree_read(c, which, ids, n));
	/* What does not exist is not kept: it may soon, and it could be
	 * anything. */
	if (*n == 0)
		return OK;
	make_room(0);
	t->which = arena_strdup(table.arena, which);
	t->ids = arena_memdup(table.arena, *ids, *n * sizeof(**ids));
	t->n = *n;
	t->loaded_at = now;
	return OK;
}

enum err
names_seller(struct ctx *c, const char *which, struct uuid *id)
{
	struct rows r;
	bool found;

	if (uuid_parse(which, id))
		return OK;
	TRY(db_maybe(c, Q_SELLER_ID_BY_SLUG, ARGS(A(which)), &r, &found));
	*id = found ? col_uuid(&r) : (struct uuid){ 0 };
	return OK;
}
