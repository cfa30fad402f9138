#include "services/refund_shape.h"

#include "core/json.h"
#include "db/array.h"
#include "services/refund.h"

const char *const refund_statuses[] = { "requested", "approved", "processing",
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
	OUT_TEXT("order_number", "Its number, for people",
	    .example = "HT261122-000042"),
	OUT("seller_order_id", FIELD_UUID, NULLABLE,
	    "Where all of it belongs to one part"),
	OUT("payment_id", FIELD_UUID, NULLABLE, "Payment it goes back on"),
	OUT_I64("amount", "Paid back"),
	OUT_TEXT("currency", "ISO 4217", .example = "INR"),
	OUT_TEXT_NULL("reason", "Why"),
	OUT_ENUM("status", refund_statuses, "Where it stands"),
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

struct refund_written
refund_row_write(struct rows *r, struct rows *items, struct json *j)
{
	struct refund_written w = { .id = col_uuid(r) };

	js_open(j, '{');
	js_uuid(j, "id", w.id);
	js_uuid(j, "order_id", col_uuid(r));
	js_str(j, "order_number", col_text(r));
	js_uuid(j, "seller_order_id", col_uuid(r));
	js_uuid(j, "payment_id", col_uuid(r));
	w.amount = col_i64(r);
	js_i64(j, "amount", w.amount);
	js_str(j, "currency", col_text(r));
	js_str(j, "reason", col_text(r));
	js_str(j, "status", col_text(r));
	write_items(items, w.id, j);
	js_uuid(j, "requested_by", col_uuid(r));
	js_time(j, "created_at", col_i64(r));
	js_time_null(j, "processed_at", col_i64(r));
	js_close(j, '}');
	return w;
}

enum err
refund_write(struct ctx *c, struct uuid id, struct buf *out)
{
	struct json j = js_to(out);
	struct rows r, items;
	bool found;

	db_queue_rows(c, Q_REFUND_ITEMS_OF,
	    ARGS(A(array_uuids(c->arena, &id, 1))), &items);
	TRY(db_maybe(c, Q_REFUND_BY_ID, ARGS(A(id)), &r, &found));
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such refund.");
	refund_row_write(&r, &items, &j);
	return OK;
}

enum err
refund_page(struct ctx *c, struct list_rows *l, struct buf *out,
    struct page_out *page)
{
	struct json j = js_to(out);
	struct rows items;

	TRY(list_fetch(c, l));
	TRY(db_each(c, Q_REFUND_ITEMS_OF, ARGS(A(list_ids(c, l))), &items));
	while (list_next(l)) {
		struct refund_written w = refund_row_write(&l->rows, &items,
		    &j);

		list_at_i64(c, l, w.amount, w.id);
	}
	list_end(c, l, page);
	return OK;
}
