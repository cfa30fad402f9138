#include "db/list.h"

#include <string.h>

#include "core/text.h"
#include "db/array.h"

const struct list_order list_newest = {
	.name = "-id",
	.before = F_LIST_BEFORE,
	.after = F_LIST_AFTER,
	.forwards = F_LIST_NEWEST,
	.backwards = F_LIST_OLDEST,
};

const struct list_order list_oldest = {
	.name = "id",
	.before = F_LIST_AFTER,
	.after = F_LIST_BEFORE,
	.forwards = F_LIST_OLDEST,
	.backwards = F_LIST_NEWEST,
};

const struct list_order *
list_by_age(const char *sort)
{
	return sort == NULL || sort[0] == '-' ? LIST_NEWEST : LIST_OLDEST;
}

enum err
list_begin(struct ctx *c, struct list_rows *l, const struct page_in *in,
    const struct list_order *order, enum fragment columns)
{
	l->order = order;
	l->tells_count = false;
	l->told = 0;
	l->skips = false;
	TRY(page_begin(c, in, order->name, &l->page));
	if (l->page.cursor.given && order->key == LIST_KEY_I64 &&
	    !text_i64(l->page.cursor.key, &l->key))
		return fail_field(c, "cursor",
		    "This is not a cursor of this list.");
	compose_begin(c, &l->select);
	compose_begin(c, &l->count);
	compose_add(&l->select, columns, NO_ARGS);
	compose_add(&l->count, F_LIST_COUNT, NO_ARGS);
	return OK;
}

void
list_where(struct list_rows *l, enum fragment f, struct args args)
{
	compose_add(&l->select, f, args);
	compose_add(&l->count, f, args);
}

void
list_columns_last(struct list_rows *l, enum fragment rows)
{
	l->skips = l->page.offset > 0;
	if (l->skips)
		compose_add(&l->select, rows, NO_ARGS);
}

static void
add_cursor(struct list_rows *l)
{
	const struct cursor *at = &l->page.cursor;
	enum fragment f = at->backwards ? l->order->after : l->order->before;

	if (!at->given)
		return;
	if (l->order->key == LIST_KEY_ID)
		compose_add(&l->select, f, ARGS(A(at->id)));
	else if (l->order->key == LIST_KEY_I64)
		compose_add(&l->select, f, ARGS(A(l->key), A(at->id)));
	else
		compose_add(&l->select, f, ARGS(A(at->key), A(at->id)));
}

void
list_queue(struct ctx *c, struct list_rows *l)
{
	bool back = l->page.cursor.given && l->page.cursor.backwards;

	add_cursor(l);
	compose_add(&l->select,
	    back ? l->order->backwards : l->order->forwards, NO_ARGS);
	compose_add(&l->select, F_LIST_PAGE,
	    ARGS(A(l->page.size + 1), A(l->page.offset)));
	if (l->skips) {
		compose_add(&l->select, F_LIST_SKIP_END, NO_ARGS);
		compose_add(&l->select, l->order->forwards, NO_ARGS);
	}
	compose_add(&l->count, F_LIST_COUNTED, ARGS(A(COUNT_EXACT + 1)));
	if (!l->tells_count)
		compose_queue(c, &l->count, &l->counted);
	compose_queue(c, &l->select, &l->rows);
}

void
list_walk(struct list_rows *l)
{
	page_rows_begin(&l->walk, &l->page, l->order->name, &l->rows);
}

enum err
list_fetch(struct ctx *c, struct list_rows *l)
{
	list_queue(c, l);
	TRY(db_flush(c));
	if (l->tells_count && l->rows.count == 0)
		TRY(compose_each(c, &l->count, &l->counted));
	list_walk(l);
	return OK;
}

bool
list_next(struct list_rows *l)
{
	return page_rows_next(&l->walk, &l->rows);
}

void
list_at_key(struct list_rows *l, const char *key, struct uuid id)
{
	page_rows_at(&l->walk, key, id);
}

void
list_at_i64(struct ctx *c, struct list_rows *l, int64_t key, struct uuid id)
{
	if (l->order->key == LIST_KEY_I64)
		list_at_key(l, arena_printf(c->arena, "%lld", (long long)key),
		    id);
	else
		list_at(l, id);
}

void
list_at(struct list_rows *l, struct uuid id)
{
	page_rows_at(&l->walk, "", id);
}

void
list_end(struct ctx *c, struct list_rows *l, struct page_out *out)
{
	int64_t n = l->told;

	if (n == 0) {
		row_next(&l->counted);
		n = col_i64(&l->counted);
	}
	page_rows_end(c, &l->walk, n > COUNT_EXACT ? COUNT_EXACT + 1 : n,
	    out);
}

const char *
list_ids(struct ctx *c, struct list_rows *l)
{
	struct uuid *ids = ARENA_ARRAY(c->arena, (size_t)l->rows.count + 1,
	    struct uuid);
	size_t n = 0;

	list_walk(l);
	while (list_next(l))
		ids[n++] = col_uuid(&l->rows);
	list_walk(l);
	return array_uuids(c->arena, ids, n);
}

const char *
list_prefix(struct ctx *c, const char *text)
{
	struct buf b;

	buf_init(&b, c->arena, 4096);
	for (; *text != '\0'; text++) {
		if (strchr("%_\\", *text) != NULL)
			buf_char(&b, '\\');
		buf_char(&b, *text);
	}
	buf_char(&b, '%');
	return buf_text(&b);
}

const char *
list_pattern(struct ctx *c, const char *text)
{
	return arena_printf(c->arena, "%%%s", list_prefix(c, text));
}
