#include "services/report.h"

#include <string.h>

#include "core/clock.h"
#include "core/config.h"
#include "core/csv.h"
#include "core/json.h"
#include "core/scratch.h"
#include "services/report_kind.h"

enum { PIECE_BYTES = 16 * 1024 * 1024 };

const char *const report_types[] = { "sales", "orders", "sellers", "products",
	"tax", "settlements", "refunds", NULL };
const char *const report_formats[] = { "json", "csv", NULL };

/* In the order of their names. */
static const struct report *const reports[] = { &report_sales, &report_orders,
	&report_sellers, &report_products, &report_tax, &report_settlements,
	&report_refunds };

static const struct shape *const row_shapes[] = { &report_sales_shape,
	&report_orders_shape, &report_sellers_shape, &report_products_shape,
	&report_tax_shape, &report_settlements_shape, &report_refunds_shape,
	NULL };
const struct shape report_row_shape = { "report_row",
	"A row of the type that was asked for", report_sales_fields,
	row_shapes };

const struct list_order report_by_time = {
	.name = "time",
	.key = LIST_KEY_I64,
	.before = F_REPORT_TIME_BEFORE,
	.after = F_REPORT_TIME_AFTER,
	.forwards = F_REPORT_TIME_FORWARDS,
	.backwards = F_REPORT_TIME_BACKWARDS,
};
const struct list_order report_by_gross = {
	.name = "-gross",
	.key = LIST_KEY_I64,
	.before = F_REPORT_GROSS_BEFORE,
	.after = F_REPORT_GROSS_AFTER,
	.forwards = F_REPORT_GROSS_FORWARDS,
	.backwards = F_REPORT_GROSS_BACKWARDS,
};

/* --- what is asked for -------------------------------------------------- */

static const struct report *
find(const char *type)
{
	size_t i = 0;

	while (strcmp(report_types[i], type) != 0)
		i++;
	return reports[i];
}

static enum err
find_source(struct ctx *c, const struct report *r, const struct report_in *in,
    struct report_source *out)
{
	struct figures_period p;

	TRY(figures_period(c, &in->period,
	    (struct figures_scope){ .what = FIGURES_SALES }, &p));
	*out = r->source(c, &p);
	return OK;
}

static struct arg
day_arg(struct ctx *c, int64_t day)
{
	char text[DAY_TEXT];

	day_format(day, text);
	return A((const char *)arena_strdup(c->arena, text));
}

struct report_source
report_register(struct ctx *c, const struct figures_period *p,
    enum fragment from)
{
	return (struct report_source){ .from = from,
		.args = { day_arg(c, p->from), day_arg(c, p->to),
		    A(c->config->shop_timezone) },
		.n = 3 };
}

bool
report_is_file(const struct report_in *in)
{
	return in->format != NULL && strcmp(in->format, "csv") == 0;
}

/* --- pages -------------------------------------------------------------- */

static void
write_member(struct json *j, const struct field *f, struct rows *r)
{
	if (f->kind == FIELD_I64)
		js_i64(j, f->name, col_i64(r));
	else if (f->kind == FIELD_TIME)
		js_time_null(j, f->name, col_i64(r));
	else
		js_str(j, f->name, col_text(r));
}

static void
write_row(struct list_rows *l, struct json *j, const struct field *fields)
{
	struct uuid id = col_uuid(&l->rows);
	const char *key = col_text(&l->rows);

	list_at_key(l, key, id);
	js_open(j, '{');
	for (const struct field *f = fields; f->kind != FIELD_END; f++)
		write_member(j, f, &l->rows);
	js_close(j, '}');
	if (l->tells_count)
		l->told = col_i64(&l->rows);
}

enum err
report_list(struct ctx *c, const struct report_in *in, struct buf *out,
    struct page_out *page)
{
	const struct report *r = find(in->type);
	struct json j = js_to(out);
	struct report_source s;
	struct list_rows l;

	TRY(find_source(c, r, in, &s));
	TRY(list_begin(c, &l, &in->paging, r->order, r->columns));
	l.tells_count = r->tells_count;
	if (s.rows_first)
		list_columns_last(&l, s.rows);
	list_where(&l, s.from, (struct args){ s.args, s.n });
	/* The good plan depends on the period. */
	l.select.custom_plan = true;
	l.count.custom_plan = true;
	TRY(list_fetch(c, &l));
	while (list_next(&l))
		write_row(&l, &j, r->shape->fields);
	list_end(c, &l, page);
	return OK;
}

/* --- files -------------------------------------------------------------- */

static void
write_cell(struct csv_out *o, const struct field *f, struct rows *r)
{
	char at[CLOCK_TEXT];

	if (col_is_null(r)) {
		col_skip(r);
		csv_text(o, NULL);
		if (f->flags & MONEY)
			csv_text(o, NULL);
	} else if (f->kind == FIELD_TIME) {
		clock_format(col_i64(r), at);
		csv_text(o, at);
	} else if (f->kind == FIELD_I64) {
		int64_t v = col_i64(r);

		csv_i64(o, v);
		if (f->flags & MONEY)
			csv_money(o, v);
	} else {
		csv_text(o, col_text(r));
	}
}

static enum err
write_piece(struct ctx *c, const struct report *r, const struct sink *to,
    int *n)
{
	struct csv_out o = { 0 };
	struct rows rows;
	struct buf b;
	SCRATCH_SCOPE(piece, c);

	TRY(cursor_fetch(c, &rows));
	*n = rows.count;
	buf_init(&b, c->arena, PIECE_BYTES);
	o.b = &b;
	while (row_next(&rows)) {
		col_skip(&rows);
		col_skip(&rows);
		for (const struct field *f = r->shape->fields;
		     f->kind != FIELD_END; f++)
			write_cell(&o, f, &rows);
		csv_end(&o);
	}
	if (!buf_ok(&b))
		return fault(c, "a piece of a report is too long");
	return sink_write(to, buf_text(&b), b.len);
}

static enum err
write_header(struct ctx *c, const struct report *r, const struct sink *to)
{
	struct csv_out o = { 0 };
	struct buf b;

	buf_init(&b, c->arena, 64 * 1024);
	buf_lit(&b, "\xef\xbb\xbf");
	o.b = &b;
	for (const struct field *f = r->shape->fields; f->kind != FIELD_END;
	     f++) {
		csv_text(&o, f->name);
		if (f->flags & MONEY)
			csv_text(&o,
			    arena_printf(c->arena, "%s_decimal", f->name));
	}
	csv_end(&o);
	return sink_write(to, buf_text(&b), b.len);
}

static enum err
open_rows(struct ctx *c, const struct report *r,
    const struct report_source *s)
{
	struct compose all;

	cursor_begin(c, &all);
	compose_add(&all, r->columns, NO_ARGS);
	compose_add(&all, s->from, (struct args){ s->args, s->n });
	compose_add(&all, r->order->forwards, NO_ARGS);
	return cursor_open(c, &all);
}

enum err
report_stream(struct ctx *c, const struct report_in *in,
    const struct sink *to)
{
	const struct report *r = find(in->type);
	struct report_source s;
	int n = CURSOR_ROWS;

	TRY(find_source(c, r, in, &s));
	TX_SCOPE(tx, c);
	TRY(open_rows(c, r, &s));
	TRY(write_header(c, r, to));
	while (n == CURSOR_ROWS)
		TRY(write_piece(c, r, to, &n));
	return tx_commit(&tx);
}
