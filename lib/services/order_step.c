#include "services/order_step.h"

#include <string.h>

#include "core/clock.h"
#include "core/config.h"
#include "db/db.h"
#include "services/notification.h"

static enum err
read_held(struct ctx *c, struct rows *r, bool found, struct uuid id,
    struct held_order *o)
{
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such order.");
	o->id = id;
	o->account_id = col_uuid(r);
	o->number = col_text(r);
	o->status = col_text(r);
	o->payment_status = col_text(r);
	o->payment_method = col_text(r);
	o->total = col_i64(r);
	return OK;
}

enum err
order_hold(struct ctx *c, struct uuid id, struct held_order *out)
{
	struct rows r;
	bool found;

	TRY(db_maybe(c, Q_ORDER_LOCK, ARGS(A(id)), &r, &found));
	return read_held(c, &r, found, id, out);
}

enum err
order_hold_own(struct ctx *c, struct uuid id, struct held_order *out)
{
	struct rows r;
	bool found;

	TRY(db_maybe(c, Q_ORDER_LOCK_OF_BUYER, ARGS(A(id), A(c->caller.id)),
	    &r, &found));
	return read_held(c, &r, found, id, out);
}

bool
order_is(const struct held_order *o, const char *status)
{
	return strcmp(o->status, status) == 0;
}

enum err
order_part_read(struct ctx *c, struct uuid id, struct order_part *out)
{
	struct rows r;

	TRY(db_one(c, Q_SELLER_ORDER_STEP_FROM, ARGS(A(id)), &r));
	out->id = id;
	out->status = col_text(&r);
	out->number = col_text(&r);
	out->total = col_i64(&r);
	out->store_name = col_text(&r);
	return OK;
}

void
order_event_queue(struct ctx *c, const struct held_order *o,
    const struct order_part *part, const char *status, const struct actor *by)
{
	char *now = arena_alloc(c->arena, CLOCK_TEXT);

	clock_format(clock_now_us(), now);
	db_queue(c, Q_ORDER_EVENT_ADD,
	    ARGS(A(uuid_new()), A(o->id), part != NULL ? A(part->id) : A_NULL,
		A(part != NULL ? part->status : o->status), A(status), A(now),
		A(by->id), A(by->role), A(by->note)));
}

/* The order's own event, and one for each part that moves with it. */
static void
queue_events(struct ctx *c, const struct held_order *o, const char *status,
    const char *parts_from, const char *parts_to, const struct actor *by)
{
	order_event_queue(c, o, NULL, status, by);
	db_queue(c, Q_SELLER_ORDER_EVENTS_ADD,
	    ARGS(A(o->id), A(parts_from), A(parts_to), A(by->id), A(by->role),
		A(by->note)));
	db_queue(c, Q_SELLER_ORDERS_MOVE,
	    ARGS(A(o->id), A(parts_from), A(parts_to)));
}

static const struct actor provider = { .role = "provider",
	.note = "Payment received" };

enum err
order_paid(struct ctx *c, const struct held_order *o)
{
	queue_events(c, o, "confirmed", "pending_payment", "pending",
	    &provider);
	db_queue(c, Q_ORDER_SET_PAID, ARGS(A(o->id)));
	db_queue(c, Q_RESERVATIONS_KEEP, ARGS(A(o->id)));
	return db_flush(c);
}

/* Takes every variant's units or none: a failure undoes the caller's
 * savepoint of stock by giving back what was taken.  *taken: of how many. */
static enum err
take_stock(struct ctx *c, const struct held_order *o, int *taken)
{
	struct rows r;
	int64_t changed = 1;

	*taken = 0;
	TRY(db_each(c, Q_RESERVATIONS_TO_REVIVE, ARGS(A(o->id)), &r));
	while (changed > 0 && row_next(&r)) {
		struct uuid variant = col_uuid(&r);

		TRY(db_exec_n(c, Q_STOCK_TRY_RESERVE,
		    ARGS(A(variant), A(col_i64(&r))), &changed));
		*taken += changed > 0;
	}
	if (*taken == r.count)
		return OK;
	for (r.row = -1; *taken > 0 && row_next(&r); --*taken) {
		struct uuid variant = col_uuid(&r);

		db_queue(c, Q_STOCK_UNRESERVE,
		    ARGS(A(variant), A(col_i64(&r))));
	}
	return db_flush(c);
}

enum err
order_revive(struct ctx *c, const struct held_order *o, bool *revived)
{
	static const struct actor late = { .role = "provider",
		.note = "Payment received late" };
	struct uuid low_id = uuid_new();
	int taken;

	TRY(take_stock(c, o, &taken));
	*revived = taken > 0;
	if (!*revived)
		return OK;
	db_queue(c, Q_STOCK_NOTE_LOW,
	    ARGS(A(o->id), A(low_id), A(c->config->low_stock_threshold)));
	db_queue(c, Q_RESERVATIONS_REVIVE, ARGS(A(o->id)));
	notification_queue_low_stock(c, o->id, low_id, (size_t)taken);
	queue_events(c, o, "confirmed", "cancelled", "pending", &late);
	db_queue(c, Q_ORDER_SET_PAID, ARGS(A(o->id)));
	return db_flush(c);
}

/* The rule of the contract; a paid order whose parts wait is confirmed. */
static const char *
follows(const struct held_order *o, struct rows *tally)
{
	int64_t live = col_i64(tally);
	int64_t under_way = col_i64(tally);
	int64_t shipped = col_i64(tally);
	int64_t delivered = col_i64(tally);

	if (live == 0)
		return "cancelled";
	if (delivered == live)
		return "delivered";
	if (shipped == live)
		return "shipped";
	if (under_way > 0)
		return "processing";
	return order_is(o, "pending_payment") ? o->status : "confirmed";
}

enum err
order_follow(struct ctx *c, const struct held_order *o,
    const struct actor *by)
{
	const char *status;
	struct rows tally;

	TRY(db_one(c, Q_SELLER_ORDERS_TALLY, ARGS(A(o->id)), &tally));
	status = follows(o, &tally);
	if (order_is(o, status))
		return OK;
	order_event_queue(c, o, NULL, status, by);
	if (strcmp(status, "cancelled") == 0)
		db_queue(c, Q_ORDER_SET_CANCELLED,
		    ARGS(A(o->id), A(by->note)));
	else
		db_queue(c, Q_ORDER_SET_STATUS, ARGS(A(o->id), A(status)));
	return OK;
}

enum err
order_cancel_all(struct ctx *c, const struct held_order *o,
    const struct actor *by)
{
	struct rows r;

	queue_events(c, o, "cancelled", NULL, "cancelled", by);
	db_queue(c, Q_ORDER_SET_CANCELLED, ARGS(A(o->id), A(by->note)));
	TRY(db_each(c, Q_RESERVATIONS_OF_ORDER, ARGS(A(o->id)), &r));
	db_queue(c, Q_RESERVATIONS_RELEASE, ARGS(A(o->id)));
	while (row_next(&r)) {
		struct uuid variant = col_uuid(&r);

		db_queue_last(c, Q_STOCK_UNRESERVE,
		    ARGS(A(variant), A(col_i64(&r))));
	}
	return OK;
}
