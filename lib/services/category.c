#include "services/category.h"

#include "core/json.h"
#include "core/text.h"
#include "db/db.h"
#include "db/page_rows.h"

static const char by_position[] = "position";

/* Where a category stands in the list. */
struct mark {
	struct uuid id;
	int64_t position;
};

static enum err
add_cursor(struct ctx *c, struct compose *s, const struct cursor *at)
{
	int64_t position;

	if (!text_i64(at->key, &position))
		return fail_field(c, "cursor",
		    "This is not a cursor of this list.");
	compose_add(s, at->backwards ? F_CATEGORY_BEFORE : F_CATEGORY_AFTER,
	    ARGS(A(position), A(at->id)));
	return OK;
}

static enum err
read_page(struct ctx *c, const struct page *p, struct rows *r, int64_t *total)
{
	bool back = p->cursor.given && p->cursor.backwards;
	struct compose s;
	struct rows count;

	compose_begin(c, &s);
	compose_add(&s, F_CATEGORY_COLUMNS, NO_ARGS);
	if (p->cursor.given)
		TRY(add_cursor(c, &s, &p->cursor));
	compose_add(&s, back ? F_CATEGORY_ORDER_BACK : F_CATEGORY_ORDER,
	    NO_ARGS);
	compose_add(&s, F_LIMIT_ROWS_FROM,
	    ARGS(A(p->size + 1), A(p->offset)));
	compose_queue(c, &s, r);
	db_queue_rows(c, Q_CATEGORY_COUNT_ALL, NO_ARGS, &count);
	TRY(db_flush(c));
	*total = row_next(&count) ? col_i64(&count) : 0;
	return OK;
}

static struct mark
write_category(struct json *j, struct rows *r)
{
	struct mark m = { .id = col_uuid(r) };

	js_open(j, '{');
	js_uuid(j, "id", m.id);
	js_str(j, "name", col_text(r));
	js_str(j, "slug", col_text(r));
	js_uuid(j, "parent_id", col_uuid(r));
	m.position = col_i64(r);
	js_i64(j, "position", m.position);
	js_i64(j, "product_count", col_i64(r));
	js_close(j, '}');
	return m;
}

enum err
category_list(struct ctx *c, const struct category_query *in, struct buf *out,
    struct page_out *page)
{
	struct json j = js_to(out);
	struct page_rows walk;
	struct page p;
	struct rows r;
	int64_t total;

	TRY(page_begin(c, &in->paging, by_position, &p));
	TRY(read_page(c, &p, &r, &total));
	page_rows_begin(&walk, &p, by_position, &r);
	while (page_rows_next(&walk, &r)) {
		struct mark m = write_category(&j, &r);

		page_rows_at(&walk,
		    arena_printf(c->arena, "%lld", (long long)m.position),
		    m.id);
	}
	page_rows_end(c, &walk, total, page);
	return OK;
}

enum err
category_write(struct ctx *c, struct uuid id, struct buf *out)
{
	struct json j = js_to(out);
	struct compose s;
	struct rows r;

	compose_begin(c, &s);
	compose_add(&s, F_CATEGORY_COLUMNS, NO_ARGS);
	compose_add(&s, F_CATEGORY_WITH_ID, ARGS(A(id)));
	TRY(compose_each(c, &s, &r));
	if (!row_next(&r))
		return fault(c, "a category is gone within its transaction");
	(void)write_category(&j, &r); /* its place is for lists */
	return OK;
}
