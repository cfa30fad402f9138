#include "services/order.h"

#include "db/db.h"
#include "db/list.h"
#include "services/order_rows.h"

#define S struct order_find
const struct field order_find_fields[] = {
	IN_UUID(id, OPTIONAL, "Order, or give number"),
	IN_TEXT(number, OPTIONAL, 1, TEXT_MAX, "Order number"),
	{ 0 },
};
#undef S

static enum err
find_order(struct ctx *c, const struct order_find *in, struct order *o)
{
	struct rows r;
	bool found;

	if (uuid_is_zero(in->id) == (in->number == NULL))
		return fail_field(c, "id", "Give either id or number.");
	if (in->number != NULL)
		TRY(db_maybe(c, Q_ORDER_BY_NUMBER,
		    ARGS(A(in->number), A(c->caller.id)), &r, &found));
	else
		TRY(db_maybe(c, Q_ORDER_BY_ID,
		    ARGS(A(in->id), A(c->caller.id)), &r, &found));
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such order.");
	order_read(&r, o);
	return OK;
}

enum err
order_detail(struct ctx *c, const struct order_find *in, struct buf *out)
{
	struct json j = js_to(out);
	struct order o;

	TRY(find_order(c, in, &o));
	TRY(order_read_parts(c, &o));
	order_write(&j, &o, true);
	return OK;
}

static void
write_history(struct rows *events, struct json *j)
{
	js_open_key(j, "history", '[');
	while (row_next(events)) {
		js_open(j, '{');
		js_str(j, "status", col_text(events));
		js_time(j, "at", col_i64(events));
		js_str(j, "note", col_text(events));
		js_close(j, '}');
	}
	js_close(j, ']');
}

enum err
order_status(struct ctx *c, struct uuid id, struct buf *out)
{
	struct json j = js_to(out);
	struct rows events, parts;
	struct seller_order p;
	struct order o;

	TRY(find_order(c, &(struct order_find){ .id = id }, &o));
	db_queue_rows(c, Q_SELLER_ORDERS_OF_ORDER, ARGS(A(id)), &parts);
	TRY(db_each(c, Q_ORDER_EVENTS_OF_ORDER, ARGS(A(id)), &events));
	js_open(&j, '{');
	js_uuid(&j, "id", o.id);
	js_str(&j, "number", o.number);
	js_str(&j, "status", o.status);
	js_str(&j, "payment_status", o.payment_status);
	write_history(&events, &j);
	js_open_key(&j, "seller_orders", '[');
	while (row_next(&parts)) {
		seller_order_read(&parts, &p);
		js_open(&j, '{');
		js_uuid(&j, "id", p.id);
		js_str(&j, "number", p.number);
		js_str(&j, "status", p.status);
		js_close(&j, '}');
	}
	js_close(&j, ']');
	js_close(&j, '}');
	return OK;
}

/* --- list --------------------------------------------------------------- */

enum err
order_list(struct ctx *c, const struct order_list *in, struct buf *out,
    struct page_out *page)
{
	struct json j = js_to(out);
	struct list_rows l;
	struct order o;

	TRY(list_begin(c, &l, &in->paging, LIST_NEWEST, F_ORDER_COLUMNS));
	list_where(&l, F_ORDERS_OF_ACCOUNT, ARGS(A(c->caller.id)));
	if (in->status != NULL)
		list_where(&l, F_ORDERS_WITH_STATUS, ARGS(A(in->status)));
	TRY(list_fetch(c, &l));
	while (list_next(&l)) {
		order_read(&l.rows, &o);
		order_write(&j, &o, false);
		list_at(&l, o.id);
	}
	list_end(c, &l, page);
	return OK;
}
