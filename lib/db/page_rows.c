#include "db/page_rows.h"

void
page_rows_begin(struct page_rows *w, const struct page *p, const char *sort,
    struct rows *rows)
{
	*w = (struct page_rows){ .page = p, .sort = sort };
	w->back = p->cursor.given && p->cursor.backwards;
	w->walk.more = rows->count > p->size;
	w->left = w->walk.more ? p->size : rows->count;
	w->walk.rows = w->left;
	rows->row = w->back ? (int)w->left : -1;
}

bool
page_rows_next(struct page_rows *w, struct rows *rows)
{
	if (w->left == 0)
		return false;
	w->left--;
	rows->row += w->back ? -1 : 1;
	rows->column = 0;
	return true;
}

void
page_rows_at(struct page_rows *w, const char *key, struct uuid id)
{
	struct cursor at = { .given = true,
		.sort = w->sort,
		.key = key,
		.id = id };

	if (!w->walk.first.given)
		w->walk.first = at;
	w->walk.last = at;
}

void
page_rows_end(struct ctx *c, struct page_rows *w, int64_t count,
    struct page_out *out)
{
	page_end(c, w->page, &w->walk, count, out);
}
