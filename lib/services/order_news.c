#include "services/order_news.h"

#include "core/json.h"
#include "db/db.h"
#include "services/notification.h"

/* The names in a template: number, amount, currency, reason. */
struct about {
	struct uuid order_id;
	const char *number;
	int64_t amount;
	const char *reason;
};

static const char *
describe(struct ctx *c, const struct about *a)
{
	struct json j;
	struct buf b;

	buf_init(&b, c->arena, 16 * 1024);
	j = js_to(&b);
	js_open(&j, '{');
	js_uuid(&j, "order_id", a->order_id);
	js_str(&j, "number", a->number);
	js_i64(&j, "amount", a->amount);
	js_str(&j, "currency", "INR");
	if (a->reason != NULL)
		js_str(&j, "reason", a->reason);
	js_close(&j, '}');
	return buf_text(&b);
}

static void
tell(struct ctx *c, const char *type, struct uuid account_id,
    struct uuid source, const struct about *a)
{
	struct news n = { .type = type,
		.account_id = account_id,
		.source_id = source,
		.data = describe(c, a) };

	notification_queue(c, &n);
}

void
order_tell_buyer(struct ctx *c, const char *type, const struct held_order *o,
    const char *reason)
{
	struct about a = { o->id, o->number, o->total, reason };

	tell(c, type, o->account_id, o->id, &a);
}

static const char *
describe_part(struct ctx *c, const struct held_order *o,
    const struct part_news *n)
{
	static const struct tracking none = { 0 };
	const struct tracking *t = n->tracking != NULL ? n->tracking : &none;
	struct json j;
	struct buf b;

	buf_init(&b, c->arena, 64 * 1024);
	j = js_to(&b);
	js_open(&j, '{');
	js_uuid(&j, "order_id", o->id);
	js_uuid(&j, "seller_order_id", n->part->id);
	js_str(&j, "number", n->part->number);
	js_str(&j, "store_name", n->part->store_name);
	if (n->reason != NULL)
		js_str(&j, "reason", n->reason);
	if (t->carrier != NULL)
		js_str(&j, "carrier", t->carrier);
	if (t->tracking_number != NULL)
		js_str(&j, "tracking_number", t->tracking_number);
	if (t->tracking_url != NULL)
		js_str(&j, "tracking_url", t->tracking_url);
	js_close(&j, '}');
	return buf_text(&b);
}

void
order_tell_part(struct ctx *c, const char *type, const struct held_order *o,
    const struct part_news *news)
{
	struct news n = { .type = type,
		.account_id = o->account_id,
		.source_id = news->part->id,
		.data = describe_part(c, o, news) };

	notification_queue(c, &n);
}

enum err
order_tell_sellers(struct ctx *c, const char *type,
    const struct held_order *o, const char *reason)
{
	struct rows r;

	TRY(db_each(c, Q_SELLER_OWNERS_OF_ORDER, ARGS(A(o->id)), &r));
	while (row_next(&r)) {
		struct uuid part = col_uuid(&r);
		struct about a = { o->id, col_text(&r), 0, reason };

		a.amount = col_i64(&r);
		tell(c, type, col_uuid(&r), part, &a);
	}
	return OK;
}

void
order_tell_refunded(struct ctx *c, struct uuid order_id, const char *number,
    struct uuid buyer, struct uuid refund_id, int64_t amount)
{
	struct about a = { order_id, number, amount, NULL };

	tell(c, "order_refunded", buyer, refund_id, &a);
}

enum err
order_tell_sellers_refunded(struct ctx *c, struct uuid order_id,
    struct uuid refund_id)
{
	struct rows r;

	TRY(db_each(c, Q_SELLER_OWNERS_OF_REFUND, ARGS(A(refund_id)), &r));
	while (row_next(&r)) {
		struct about a = { order_id, col_text(&r), 0, NULL };
		struct uuid owner = col_uuid(&r);

		a.amount = col_i64(&r);
		tell(c, "seller_refunded", owner, refund_id, &a);
	}
	return OK;
}

void
order_tell_refund_rejected(struct ctx *c, const struct held_order *o,
    struct uuid refund_id, int64_t amount, const char *reason)
{
	struct about a = { o->id, o->number, amount, reason };

	tell(c, "refund_rejected", o->account_id, refund_id, &a);
}

void
order_tell_admins(struct ctx *c, struct uuid order_id, const char *number,
    const struct order_alert *alert)
{
	struct about a = { order_id, number, alert->amount, alert->reason };
	struct news n = { .type = alert->type,
		.source_id = alert->source,
		.data = describe(c, &a) };

	notification_queue_admins(c, &n);
}
