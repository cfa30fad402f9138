/*
 * What buyers see of refunds: asking for one, and the list.
 */
#include <string.h>

#include "core/config.h"
#include "core/json.h"
#include "db/array.h"
#include "db/db.h"
#include "db/list.h"
#include "services/order_news.h"
#include "services/refund.h"
#include "services/refund_split.h"

static const char *const statuses[] = { "requested", "approved", "processing",
	"processed", "rejected", "failed", NULL };

static const struct field item_fields[] = {
	OUT_UUID("order_item_id", "Line of the order"),
	OUT_I64("quantity", "Units that come back"),
	OUT_I64("amount", "Paid back for them"),
	{ 0 },
};
static const struct shape item_shape = { "refund_item", "A line paid back",
	item_fields };

static const struct field refund_fields[] = {
	OUT_UUID("id", "Refund"),
	OUT_UUID("order_id", "Order"),
	OUT("seller_order_id", FIELD_UUID, NULLABLE,
	    "Where all of it "
	    "belongs to one part"),
	OUT("payment_id", FIELD_UUID, NULLABLE, "Payment it goes back on"),
	OUT_I64("amount", "Paid back"),
	OUT_TEXT("currency", "ISO 4217", .example = "INR"),
	OUT_TEXT_NULL("reason", "Why"),
	OUT_ENUM("status", statuses, "Where it stands"),
	OUT_LIST("items", &item_shape, "Lines"),
	OUT("requested_by", FIELD_UUID, NULLABLE, "Account that asked"),
	OUT_TIME("created_at", "When it was opened"),
	OUT_TIME_NULL("processed_at", "When it was paid back"),
	{ 0 },
};
const struct shape refund_shape = { "refund", "Money that goes back",
	refund_fields };

/* --- showing ------------------------------------------------------------ */

static void
write_items(struct rows *items, struct uuid refund_id, struct json *j)
{
	js_open_key(j, "items", '[');
	for (items->row = -1; row_next(items);) {
		if (!uuid_equal(col_uuid(items), refund_id))
			continue;
		js_open(j, '{');
		js_uuid(j, "order_item_id", col_uuid(items));
		js_i64(j, "quantity", col_i64(items));
		js_i64(j, "amount", col_i64(items));
		js_close(j, '}');
	}
	js_close(j, ']');
}

static struct uuid
write_refund(struct rows *r, struct rows *items, struct json *j)
{
	struct uuid id = col_uuid(r);

	js_open(j, '{');
	js_uuid(j, "id", id);
	js_uuid(j, "order_id", col_uuid(r));
	js_uuid(j, "seller_order_id", col_uuid(r));
	js_uuid(j, "payment_id", col_uuid(r));
	js_i64(j, "amount", col_i64(r));
	js_str(j, "currency", col_text(r));
	js_str(j, "reason", col_text(r));
	js_str(j, "status", col_text(r));
	write_items(items, id, j);
	js_uuid(j, "requested_by", col_uuid(r));
	js_time(j, "created_at", col_i64(r));
	js_time_null(j, "processed_at", col_i64(r));
	js_close(j, '}');
	return id;
}

static enum err
write_by_id(struct ctx *c, struct uuid id, struct buf *out)
{
	struct json j = js_to(out);
	struct rows r, items;
	bool found;

	db_queue_rows(c, Q_REFUND_ITEMS_OF,
	    ARGS(A(array_uuids(c->arena, &id, 1))), &items);
	TRY(db_maybe(c, Q_REFUND_BY_ID, ARGS(A(id)), &r, &found));
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such refund.");
	write_refund(&r, &items, &j);
	return OK;
}

enum err
refund_list(struct ctx *c, const struct page_in *in, struct buf *out,
    struct page_out *page)
{
	struct json j = js_to(out);
	struct list_rows l;
	struct rows items;

	TRY(list_begin(c, &l, in, LIST_NEWEST, F_REFUND_COLUMNS));
	list_where(&l, F_REFUNDS_OF_BUYER, ARGS(A(c->caller.id)));
	TRY(list_fetch(c, &l));
	TRY(db_each(c, Q_REFUND_ITEMS_OF, ARGS(A(list_ids(c, &l))), &items));
	while (list_next(&l))
		list_at(&l, write_refund(&l.rows, &items, &j));
	list_end(c, &l, page);
	return OK;
}

/* --- asking ------------------------------------------------------------- */

/* What could come back, less what waits in requests not decided yet. */
static enum err
read_wanted(struct ctx *c, struct uuid order_id, struct refund_lines *w,
    struct rows *parts)
{
	struct rows waiting;

	db_queue_rows(c, Q_SELLER_ORDERS_RETURNABLE,
	    ARGS(A(order_id), A(c->config->return_window_days)), parts);
	db_queue_rows(c, Q_REFUND_QUANTITIES_REQUESTED, ARGS(A(order_id)),
	    &waiting);
	TRY(refund_lines_read(c, order_id, w));
	while (row_next(&waiting)) {
		struct refund_line *l = refund_line_of(w, col_uuid(&waiting));

		if (l != NULL)
			l->refunded_quantity += col_i64(&waiting);
	}
	return OK;
}

static bool
is_returnable(struct rows *parts, struct uuid seller_order_id)
{
	for (parts->row = -1; row_next(parts);)
		if (uuid_equal(col_uuid(parts), seller_order_id))
			return true;
	return false;
}

static enum err
take_wanted(struct ctx *c, const struct refund_request *in,
    struct refund_lines *w, struct rows *parts, struct uuid *part)
{
	const struct refund_item_in *items = in->items.v;

	*part = (struct uuid){ 0 };
	for (size_t i = 0; i < in->items.n; i++) {
		struct refund_line *l = refund_line_of(w,
		    items[i].order_item_id);

		if (l == NULL)
			return fail(c, ERR_NOT_FOUND,
			    "There is no such line in this order.");
		if (!is_returnable(parts, l->seller_order_id))
			return fail(c, ERR_INVALID_STATE,
			    "%s is not delivered, or its return window is "
			    "over.",
			    l->name);
		if (l->take_quantity > 0 ||
		    !refund_take_units(l, items[i].quantity))
			return fail_field(c,
			    arena_printf(c->arena, "items.%zu.quantity", i),
			    "More than was ordered and not yet returned.");
		*part = i == 0 || uuid_equal(*part, l->seller_order_id) ?
		    l->seller_order_id :
		    (struct uuid){ 0 };
	}
	return OK;
}

static enum err
add_request(struct ctx *c, const struct refund_request *in,
    const struct held_order *o, const struct refund_lines *w,
    struct uuid part, struct uuid *id)
{
	int64_t amount = 0;
	struct rows r;
	bool found;

	TRY(db_maybe(c, Q_PAYMENT_CAPTURED_OF_ORDER, ARGS(A(o->id)), &r,
	    &found));
	for (size_t i = 0; i < w->n; i++)
		amount += w->v[i].take;
	if (!found || amount == 0)
		return fail(c, ERR_INVALID_STATE,
		    "Nothing was paid for this that could go back.");
	*id = uuid_new();
	db_queue(c, Q_REFUND_ADD,
	    ARGS(A(*id), A(o->id), A(part), A(col_uuid(&r)), A(amount),
		A(in->reason), A("requested"), A("buyer"), A(false), A_NULL,
		A(c->caller.id), A(c->idem_principal), A(c->idem_key)));
	for (size_t i = 0; i < w->n; i++)
		if (w->v[i].take_quantity > 0)
			db_queue(c, Q_REFUND_ITEM_ADD,
			    ARGS(A(*id), A(w->v[i].id),
				A(w->v[i].take_quantity), A(w->v[i].take),
				A(w->v[i].take_commission)));
	order_tell_admins(c, o->id, o->number,
	    &(struct order_alert){ "refund_requested", *id, amount,
		in->reason });
	return OK;
}

enum err
refund_request(struct ctx *c, const struct refund_request *in,
    struct buf *out)
{
	struct held_order o;
	struct rows parts;
	struct refund_lines w;
	struct uuid id, part;
	TX_SCOPE(tx, c);

	TRY(order_hold_own(c, in->order_id, &o));
	TRY(read_wanted(c, o.id, &w, &parts));
	if (parts.count == 0)
		return fail(c, ERR_INVALID_STATE,
		    "Nothing of this order is delivered and within its "
		    "return window.");
	TRY(take_wanted(c, in, &w, &parts, &part));
	TRY(add_request(c, in, &o, &w, part, &id));
	TRY(write_by_id(c, id, out));
	return tx_commit(&tx);
}
