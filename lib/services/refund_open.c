/*
 * How refunds come to be: what is decided, promised and written before the
 * provider hears of it.
 */
#include "db/db.h"
#include "services/refund.h"

static enum err
take_items(struct ctx *c, const struct refund_plan *plan,
    struct refund_lines *lines)
{
	for (size_t i = 0; i < plan->nitems; i++) {
		const struct refund_item_in *in = &plan->items[i];
		struct refund_line *l = refund_line_of(lines,
		    in->order_item_id);

		if (l == NULL || l->take_quantity > 0)
			return fail_field(c,
			    arena_printf(c->arena, "items.%zu.order_item_id",
				i),
			    "This is not a line of the order, or it stands "
			    "twice.");
		/* Nothing came for it, or all of it went back as money. */
		if (!refund_take_units(l, in->quantity) || l->take == 0)
			return refund_exceeds(c);
	}
	return OK;
}

static bool
is_all(const struct refund_plan *plan)
{
	return plan->nitems == 0 && plan->amount == 0;
}

static void
take_left(const struct refund_plan *plan, struct refund_lines *lines)
{
	for (size_t i = 0; i < lines->n; i++)
		if (uuid_is_zero(plan->part) ||
		    uuid_equal(plan->part, lines->v[i].seller_order_id))
			refund_take_all(&lines->v[i], 1);
}

enum err
refund_decide(struct ctx *c, const struct refund_plan *plan,
    struct refund_lines *lines, int64_t *amount)
{
	if (plan->nitems > 0)
		TRY(take_items(c, plan, lines));
	else if (is_all(plan))
		take_left(plan, lines);
	else if (!refund_take_amount(lines->v, lines->n, plan->amount))
		return refund_exceeds(c);
	*amount = refund_lines_sum(lines);
	return OK;
}

static void
queue_refund(struct ctx *c, const struct refund_made *made,
    struct uuid order_id, struct uuid part, struct uuid payment_id,
    const struct refund_plan *plan)
{
	/* The key guards what a caller asked for, not what follows of it. */
	bool asked = !uuid_is_zero(plan->requested_by);

	db_queue(c, Q_REFUND_ADD,
	    ARGS(A(made->id), A(order_id), A(part), A(payment_id),
		A(made->amount), A(plan->reason), A("processing"),
		A(plan->source), A(plan->restock),
		A(refund_gateway_key(c, made->id)), A(plan->requested_by),
		A(asked ? c->idem_principal : NULL),
		A(asked ? c->idem_key : NULL)));
}

static enum err
open_on(struct ctx *c, const struct held_order *o,
    const struct refund_payment *p, const struct refund_plan *plan,
    struct refund_made *out)
{
	struct refund_lines lines;
	int64_t amount = 0;

	TRY(refund_lines_read(c, o->id, &lines));
	TRY(refund_decide(c, plan, &lines, &amount));
	if (is_all(plan) &&
	    (amount == 0 || (!p->is_cod && amount < REFUND_MIN)))
		return OK;
	TRY(refund_check_least(c, p, amount));
	*out = (struct refund_made){ uuid_new(), amount };
	queue_refund(c, out, o->id, refund_lines_part(&lines), p->id, plan);
	TRY(refund_promise(c, p, &lines, out->id));
	return p->is_cod ? refund_book_cash(c, out->id) : db_flush(c);
}

enum err
refund_open(struct ctx *c, const struct held_order *o,
    const struct refund_plan *plan, struct refund_made *out)
{
	struct refund_payments payments;
	const struct refund_payment *p;

	*out = (struct refund_made){ 0 };
	TRY(refund_payments_hold(c, o->id, &payments));
	p = refund_payment_of_lines(&payments);
	return p != NULL ? open_on(c, o, p, plan, out) : OK;
}

enum err
refund_open_stray(struct ctx *c, struct uuid order_id, struct uuid payment_id,
    const struct refund_plan *plan, struct refund_made *out)
{
	int64_t reserved;

	*out = (struct refund_made){ 0 };
	TRY(db_exec_n(c, Q_PAYMENT_RESERVE_REFUND,
	    ARGS(A(payment_id), A(plan->amount)), &reserved));
	if (reserved == 0)
		return OK;
	*out = (struct refund_made){ uuid_new(), plan->amount };
	queue_refund(c, out, order_id, (struct uuid){ 0 }, payment_id, plan);
	return db_flush(c);
}
