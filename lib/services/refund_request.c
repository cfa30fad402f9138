/*
 * What buyers do with refunds: asking for one, and the list.
 */
#include "core/config.h"
#include "db/db.h"
#include "services/order_news.h"
#include "services/refund.h"
#include "services/refund_shape.h"

enum err
refund_list(struct ctx *c, const struct page_in *in, struct buf *out,
    struct page_out *page)
{
	struct list_rows l;

	TRY(list_begin(c, &l, in, LIST_NEWEST, F_REFUND_COLUMNS));
	list_where(&l, F_REFUNDS_OF_BUYER, ARGS(A(c->caller.id)));
	return refund_page(c, &l, out, page);
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
	db_queue_rows(c, Q_REFUND_ITEMS_REQUESTED, ARGS(A(order_id)),
	    &waiting);
	TRY(refund_lines_read(c, order_id, w));
	while (row_next(&waiting)) {
		struct refund_line *l = refund_line_of(w, col_uuid(&waiting));

		if (l == NULL)
			continue;
		l->refunded_quantity += col_i64(&waiting);
		l->refunded += col_i64(&waiting);
		if (l->refunded > l->net)
			l->refunded = l->net;
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
		if (l->take == 0)
			return fail(c, ERR_INVALID_STATE,
			    "Nothing was paid for %s that could go back.",
			    l->name);
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
	int64_t amount = refund_lines_sum(w);
	struct refund_payments payments;
	const struct refund_payment *p;

	TRY(refund_payments_hold(c, o->id, &payments));
	p = refund_payment_of_lines(&payments);
	if (p == NULL)
		return fail(c, ERR_INVALID_STATE,
		    "Nothing was paid for this that could go back.");
	*id = uuid_new();
	db_queue(c, Q_REFUND_ADD,
	    ARGS(A(*id), A(o->id), A(part), A(p->id), A(amount),
		A(in->reason), A("requested"), A("buyer"), A(false), A_NULL,
		A(c->caller.id), A(c->idem_principal), A(c->idem_key)));
	for (size_t i = 0; i < w->n; i++)
		if (w->v[i].take_quantity > 0)
			db_queue(c, Q_REFUND_ITEM_ADD,
			    ARGS(A(*id), A(w->v[i].id),
				A(w->v[i].take_quantity), A(w->v[i].take),
				A(w->v[i].take_commission),
				A(w->v[i].take_tax)));
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
	TRY(refund_write(c, id, out));
	return tx_commit(&tx);
}
