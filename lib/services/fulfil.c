#include "services/fulfil.h"

#include <string.h>

#include "core/clock.h"
#include "core/config.h"
#include "core/json.h"
#include "db/db.h"
#include "services/ledger.h"
#include "services/order_news.h"
#include "services/order_step.h"
#include "services/refund.h"
#include "services/seller_order.h"

const char *const fulfil_statuses[] = { "confirmed", "packed", "shipped",
	"delivered", "cancelled", NULL };

/* A part on its way, its order locked. */
struct move {
	const struct fulfil_step *in;
	struct held_order order;
	struct order_part part;
	struct refund_made refund; /* to be run after the commit */
};

/* --- what the steps do -------------------------------------------------- */

/* Ends what the part holds; the stock rows are taken last. */
static enum err
close_reservations(struct ctx *c, const struct move *m, const char *state,
    enum query stock)
{
	struct rows r;

	TRY(db_each(c, Q_RESERVATIONS_OF_PART, ARGS(A(m->in->id)), &r));
	db_queue(c, Q_RESERVATIONS_CLOSE_OF_PART,
	    ARGS(A(m->in->id), A(state)));
	while (row_next(&r)) {
		struct uuid variant = col_uuid(&r);

		db_queue_last(c, stock, ARGS(A(variant), A(col_i64(&r))));
	}
	return OK;
}

static enum err
ship(struct ctx *c, struct move *m)
{
	return close_reservations(c, m, "consumed", Q_STOCK_SHIP);
}

static bool
is_cod(const struct move *m)
{
	return strcmp(m->order.payment_method, "cod") == 0;
}

/* After a step that may have been the last one to wait for. */
static void
settle_cod(struct ctx *c, const struct move *m)
{
	db_queue(c, Q_PAYMENT_SET_COD_STATE, ARGS(A(m->order.id)));
	db_queue(c, Q_ORDER_SET_COD_STATE, ARGS(A(m->order.id)));
}

static enum err
deliver(struct ctx *c, struct move *m)
{
	if (is_cod(m)) {
		db_queue(c, Q_PAYMENT_ADD_COD_CAPTURE,
		    ARGS(A(m->order.id), A(m->part.total)));
		ledger_cod_captured(c, m->order.id, m->in->id);
		settle_cod(c, m);
	}
	db_queue(c, Q_EARNINGS_SET_MATURITY,
	    ARGS(A(m->in->id), A(c->config->return_window_days)));
	return OK;
}

/* Cash that was not collected need not go back. */
static enum err
cancel(struct ctx *c, struct move *m)
{
	struct refund_plan plan = { .part = m->in->id,
		.reason = m->in->note,
		.source = "seller",
		.requested_by = c->caller.id };

	TRY(close_reservations(c, m, "released", Q_STOCK_UNRESERVE));
	if (!is_cod(m))
		return refund_open(c, &m->order, &plan, &m->refund);
	settle_cod(c, m);
	return OK;
}

static enum err
nothing_more(struct ctx *c, struct move *m)
{
	(void)c;
	(void)m;
	return OK;
}

/* --- which steps there are ---------------------------------------------- */

static const struct step {
	const char *from;
	const char *to;
	enum err (*effect)(struct ctx *c, struct move *m);
	const char *news; /* to the buyer */
} steps[] = {
	{ "pending_payment", "cancelled", cancel, "order_cancelled" },
	{ "pending", "confirmed", nothing_more, NULL },
	{ "pending", "cancelled", cancel, "order_cancelled" },
	{ "confirmed", "packed", nothing_more, NULL },
	{ "confirmed", "cancelled", cancel, "order_cancelled" },
	{ "packed", "shipped", ship, "order_shipped" },
	{ "packed", "cancelled", cancel, "order_cancelled" },
	{ "shipped", "delivered", deliver, "order_delivered" },
};
enum { STEPS = sizeof(steps) / sizeof(steps[0]) };

static enum err
refuse(struct ctx *c, const char *from, const char *to)
{
	struct buf legal;

	buf_init(&legal, c->arena, 256);
	for (size_t i = 0; i < STEPS; i++)
		if (strcmp(steps[i].from, from) == 0)
			buf_printf(&legal, "%s%s",
			    legal.len > 0 ? " or " : "", steps[i].to);
	if (legal.len == 0)
		return fail(c, ERR_INVALID_TRANSITION,
		    "This order is %s and stays so.", from);
	return fail(c, ERR_INVALID_TRANSITION,
	    "This order is %s and cannot become %s: its next step is %s.",
	    from, to, buf_text(&legal));
}

static enum err
find_step(struct ctx *c, const struct move *m, const struct step **out)
{
	for (size_t i = 0; i < STEPS; i++) {
		*out = &steps[i];
		if (strcmp(steps[i].from, m->part.status) == 0 &&
		    strcmp(steps[i].to, m->in->status) == 0)
			return OK;
	}
	return refuse(c, m->part.status, m->in->status);
}

/* --- taking one --------------------------------------------------------- */

const char *
fulfil_check_url(const char *text)
{
	if (strncmp(text, "https://", 8) != 0 &&
	    strncmp(text, "http://", 7) != 0)
		return "Enter an address that begins with https://.";
	for (const char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return "Enter an address without blanks.";
	return NULL;
}

static enum err
check_input(struct ctx *c, const struct fulfil_step *in)
{
	const struct tracking *t = in->tracking;

	if (t == NULL)
		return OK;
	if (strcmp(in->status, "shipped") != 0)
		return fail_field(c, "tracking",
		    "Tracking is given with the step to shipped.");
	if (t->carrier == NULL && t->tracking_number == NULL &&
	    t->tracking_url == NULL)
		return fail_field(c, "tracking",
		    "Give a carrier, a number or an address.");
	return OK;
}

/* The part's row is read once the order is locked: every step takes that
 * lock, so it cannot change any more. */
static enum err
hold(struct ctx *c, struct move *m)
{
	struct rows r;
	bool found;

	TRY(db_maybe(c, Q_ORDER_OF_SELLER_ORDER,
	    ARGS(A(m->in->id), A(c->caller.seller_id)), &r, &found));
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such order.");
	TRY(order_hold(c, col_uuid(&r), &m->order));
	return order_part_read(c, m->in->id, &m->part);
}

static const char *
tracking_json(struct ctx *c, const struct tracking *t)
{
	struct json j;
	struct buf b;

	if (t == NULL)
		return NULL;
	buf_init(&b, c->arena, 64 * 1024);
	j = js_to(&b);
	js_open(&j, '{');
	js_str(&j, "carrier", t->carrier);
	js_str(&j, "tracking_number", t->tracking_number);
	js_str(&j, "tracking_url", t->tracking_url);
	js_close(&j, '}');
	return buf_text(&b);
}

static enum err
take(struct ctx *c, struct move *m, const struct step *s,
    const struct actor *by)
{
	order_event_queue(c, &m->order, &m->part, s->to, by);
	db_queue(c, Q_SELLER_ORDER_SET_STATUS,
	    ARGS(A(m->in->id), A(s->to),
		A(tracking_json(c, m->in->tracking))));
	TRY(order_follow(c, &m->order, by));
	TRY(s->effect(c, m));
	if (s->news != NULL)
		order_tell_part(c, s->news, &m->order,
		    &(struct part_news){ .part = &m->part,
			.tracking = m->in->tracking,
			.reason = m->in->note });
	return OK;
}

static enum err
move(struct ctx *c, struct move *m, struct buf *out)
{
	struct actor by = { .id = c->caller.id,
		.role = "seller",
		.note = m->in->note };
	const struct step *s;
	TX_SCOPE(tx, c);

	TRY(hold(c, m));
	TRY(find_step(c, m, &s));
	TRY(take(c, m, s, &by));
	TRY(seller_order_detail(c, m->in->id, out));
	answer_ready(c);
	return tx_commit(&tx);
}

enum err
fulfil_step(struct ctx *c, const struct fulfil_step *in, struct buf *out)
{
	struct move m = { .in = in };

	TRY(check_input(c, in));
	TRY(move(c, &m, out));
	/* The part is cancelled and its refund open, whatever comes now. */
	if (!uuid_is_zero(m.refund.id) &&
	    refund_run(c, m.refund.id, NULL) != OK)
		problem_clear(c);
	return OK;
}
