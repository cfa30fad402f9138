#include "services/refund_admin.h"

#include <string.h>

#include "db/db.h"
#include "services/audit.h"
#include "services/names.h"
#include "services/order_news.h"
#include "services/recovery.h"
#include "services/refund.h"
#include "services/refund_shape.h"

const char *const refund_sorts[] = { "-created_at", "created_at", "-amount",
	"amount", NULL };

/* --- the payment -------------------------------------------------------- */

static bool
is_all(const struct refund_order *in)
{
	return !in->amount.set && in->items.n == 0 &&
	    uuid_is_zero(in->refund_id);
}

static enum err
check_kind(struct ctx *c, const struct refund_order *in)
{
	if (in->amount.set && in->items.n > 0)
		return fail_field(c, "amount",
		    "Give either an amount or items.");
	return OK;
}

static const struct refund_payment *
stray_with_money(const struct refund_payments *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].is_stray && p->v[i].left > 0)
			return &p->v[i];
	return NULL;
}

/* Which of the payments is meant. */
static enum err
choose_payment(struct ctx *c, const struct refund_order *in,
    const struct refund_payments *all, const struct refund_payment **out)
{
	const struct refund_payment *stray = stray_with_money(all);

	*out = refund_payment_of_lines(all);
	if (stray != NULL && (is_all(in) || *out == NULL))
		*out = stray;
	if (*out == NULL && all->n > 0)
		*out = &all->v[0];
	return *out != NULL ?
	    OK :
	    fail(c, ERR_INVALID_STATE, "This order is not paid.");
}

/* Under the turn of the order nobody talks with the provider: what it has
 * not answered is not known. */
static enum err
check_answered(struct ctx *c, const struct refund_payment *p)
{
	struct rows r;

	if (p->is_cod)
		return OK;
	TRY(db_one(c, Q_REFUNDS_UNANSWERED, ARGS(A(p->id)), &r));
	if (col_i64(&r) == 0)
		return OK;
	return fail(c, ERR_REFUND_IN_PROGRESS,
	    "What became of an earlier refund of this payment is not known "
	    "yet. Send its key again, or wait.");
}

/* --- a refund of their own ---------------------------------------------- */

static enum err
open_lines(struct ctx *c, const struct held_order *o,
    const struct refund_payment *p, const struct refund_plan *plan,
    struct refund_made *made)
{
	TRY(refund_open(c, o, plan, made));
	if (!uuid_is_zero(made->id))
		return OK;
	/* Something is left of the payment, and too little for it. */
	if (p->left > 0)
		TRY(refund_check_least(c, p, p->left));
	return refund_exceeds(c);
}

static enum err
open_stray(struct ctx *c, const struct held_order *o,
    const struct refund_payment *p, struct refund_plan *plan,
    struct refund_made *made)
{
	if (plan->amount == 0)
		plan->amount = p->left;
	if (plan->nitems > 0 || plan->amount == 0)
		return refund_exceeds(c);
	TRY(refund_check_least(c, p, plan->amount));
	TRY(refund_open_stray(c, o->id, p->id, plan, made));
	return uuid_is_zero(made->id) ? refund_exceeds(c) : OK;
}

static enum err
open_new(struct ctx *c, const struct refund_order *in,
    const struct held_order *o, const struct refund_payment *p,
    struct refund_made *made)
{
	struct refund_plan plan = { .items = in->items.v,
		.nitems = in->items.n,
		.amount = in->amount.v,
		.reason = in->reason,
		.source = "admin",
		.requested_by = c->caller.id,
		.restock = in->restock };

	TRY(p->is_stray ? open_stray(c, o, p, &plan, made) :
			  open_lines(c, o, p, &plan, made));
	audit_queue(c, "refund.open", "refund", made->id,
	    CHANGES({ "order_id", A_NULL, A(o->id) },
		{ "amount", A_NULL, A(made->amount) },
		{ "status", A_NULL,
		    A(p->is_cod ? "processed" : "processing") },
		{ "reason", A_NULL, A(in->reason) },
		{ "restock", A_NULL, A(in->restock) }));
	return OK;
}

/* --- a buyer's request -------------------------------------------------- */

struct asked {
	struct uuid order_id;
	const char *status;
	int64_t amount;
	bool restock;
};

static enum err
hold_request(struct ctx *c, struct uuid id, struct asked *out)
{
	struct rows r;
	bool found;

	TRY(db_maybe(c, Q_REFUND_REQUEST_LOCK, ARGS(A(id)), &r, &found));
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such refund.");
	out->order_id = col_uuid(&r);
	out->status = col_text(&r);
	out->amount = col_i64(&r);
	out->restock = col_bool(&r);
	if (strcmp(out->status, "requested") == 0)
		return OK;
	return fail(c, ERR_INVALID_STATE,
	    "This refund is not a request that waits: it is %s.",
	    out->status);
}

/* What was asked for, at what it was worth then. */
static enum err
take_asked(struct ctx *c, struct uuid refund_id, const struct refund_lines *w)
{
	struct rows r;

	TRY(db_each(c, Q_REFUND_ITEMS_ASKED, ARGS(A(refund_id)), &r));
	while (row_next(&r)) {
		struct refund_line *l = refund_line_of(w, col_uuid(&r));
		int64_t quantity = col_i64(&r);

		if (l == NULL ||
		    !refund_take_agreed(l, quantity, col_i64(&r)))
			return refund_exceeds(c);
	}
	return OK;
}

/* Some of the units that were asked for. */
static enum err
take_some(struct ctx *c, const struct refund_order *in,
    const struct refund_lines *w)
{
	const struct refund_item_in *items = in->items.v;
	struct rows r;

	TRY(db_each(c, Q_REFUND_ITEMS_ASKED, ARGS(A(in->refund_id)), &r));
	for (size_t i = 0; i < in->items.n; i++) {
		struct refund_line *l = refund_line_of(w,
		    items[i].order_item_id);
		bool asked = false;

		for (r.row = -1; !asked && row_next(&r);)
			asked = uuid_equal(col_uuid(&r),
				    items[i].order_item_id) &&
			    col_i64(&r) >= items[i].quantity;
		if (l == NULL || l->take_quantity > 0 || !asked)
			return fail_field(c,
			    arena_printf(c->arena, "items.%zu", i),
			    "More than the request asks for.");
		if (!refund_take_units(l, items[i].quantity) || l->take == 0)
			return refund_exceeds(c);
	}
	return OK;
}

/* Another amount for the units that were asked for. */
static enum err
take_less(struct ctx *c, const struct refund_order *in,
    const struct asked *asked, const struct refund_lines *w)
{
	struct rows r;

	if (in->amount.v > asked->amount)
		return fail_field(c, "amount",
		    "More than the request asks for.");
	TRY(db_each(c, Q_REFUND_ITEMS_ASKED, ARGS(A(in->refund_id)), &r));
	while (row_next(&r)) {
		struct refund_line *l = refund_line_of(w, col_uuid(&r));
		int64_t units = l == NULL ?
		    0 :
		    l->quantity - l->refunded_quantity;

		if (l == NULL)
			return refund_exceeds(c);
		l->take_quantity = col_i64(&r);
		if (l->take_quantity > units)
			l->take_quantity = units;
		l->take = col_i64(&r);
	}
	return refund_take_instead(w->v, w->n, in->amount.v) ?
	    OK :
	    refund_exceeds(c);
}

static enum err
decide_request(struct ctx *c, const struct refund_order *in,
    const struct asked *asked, struct refund_lines *w)
{
	TRY(refund_lines_read(c, in->order_id, w));
	if (in->items.n > 0)
		return take_some(c, in, w);
	return in->amount.set ? take_less(c, in, asked, w) :
				take_asked(c, in->refund_id, w);
}

static enum err
grant(struct ctx *c, const struct refund_order *in,
    const struct refund_payment *p, struct refund_made *made)
{
	struct refund_lines lines;
	struct asked asked;

	TRY(hold_request(c, in->refund_id, &asked));
	if (!uuid_equal(asked.order_id, in->order_id))
		return fail(c, ERR_NOT_FOUND,
		    "There is no such refund of this order.");
	TRY(decide_request(c, in, &asked, &lines));
	*made = (struct refund_made){ in->refund_id,
		refund_lines_sum(&lines) };
	TRY(refund_check_least(c, p, made->amount));
	db_queue(c, Q_REFUND_ITEMS_DROP, ARGS(A(made->id)));
	db_queue(c, Q_REFUND_GRANT,
	    ARGS(A(made->id), A(p->id), A(refund_lines_part(&lines)),
		A(made->amount), A(in->restock),
		A(refund_gateway_key(c, made->id))));
	TRY(refund_promise(c, p, &lines, made->id));
	if (p->is_cod)
		TRY(refund_book_cash(c, made->id));
	audit_queue(c, "refund.grant", "refund", made->id,
	    CHANGES({ "status", A("requested"),
			A(p->is_cod ? "processed" : "processing") },
		{ "amount", A(asked.amount), A(made->amount) },
		{ "restock", A(asked.restock), A(in->restock) },
		{ "grant_reason", A_NULL, A(in->reason) }));
	return OK;
}

/* --- what it would come to ---------------------------------------------- */

static const struct field preview_line_fields[] = {
	OUT_UUID("order_item_id", "Line of the order"),
	OUT_I64("quantity", "Units that come back; 0 where money alone does"),
	OUT_I64("amount", "Paid back for them, tax included"),
	OUT_I64("tax", "In it"),
	OUT_I64("commission_returned", "The marketplace gives up"),
	OUT_I64("seller_debit", "Its seller gives up"),
	{ 0 },
};
static const struct shape preview_line_shape = { "refund_preview_line",
	"What a line would give back", preview_line_fields };

static const struct field preview_fields[] = {
	OUT_UUID("order_id", "Order"),
	OUT_UUID("payment_id", "Payment that it would go back on"),
	OUT_BOOL("by_hand", "Cash: nobody but you pays it back"),
	OUT_I64("amount", "To the buyer"),
	OUT_TEXT("currency", "ISO 4217", .example = "INR"),
	OUT_LIST("lines", &preview_line_shape,
	    "Those that give something; none where the money came twice or "
	    "too late, and paid for no line"),
	{ 0 },
};
const struct shape refund_preview_shape = { "refund_preview",
	"What a refund would do", preview_fields };

static enum err
foresee_stray(struct ctx *c, const struct refund_order *in,
    const struct refund_payment *p, int64_t *amount)
{
	*amount = in->amount.set ? in->amount.v : p->left;
	if (in->items.n > 0 || *amount == 0 || *amount > p->left)
		return refund_exceeds(c);
	return OK;
}

static enum err
foresee_request(struct ctx *c, const struct refund_order *in,
    struct refund_lines *lines, int64_t *amount)
{
	struct asked asked;

	TRY(hold_request(c, in->refund_id, &asked));
	if (!uuid_equal(asked.order_id, in->order_id))
		return fail(c, ERR_NOT_FOUND,
		    "There is no such refund of this order.");
	TRY(decide_request(c, in, &asked, lines));
	*amount = refund_lines_sum(lines);
	return OK;
}

static enum err
foresee(struct ctx *c, const struct refund_order *in,
    const struct refund_payment *p, struct refund_lines *lines,
    int64_t *amount)
{
	struct refund_plan plan = { .items = in->items.v,
		.nitems = in->items.n,
		.amount = in->amount.v };

	if (!uuid_is_zero(in->refund_id)) {
		TRY(foresee_request(c, in, lines, amount));
	} else if (p->is_stray) {
		TRY(foresee_stray(c, in, p, amount));
	} else {
		TRY(refund_lines_read(c, in->order_id, lines));
		TRY(refund_decide(c, &plan, lines, amount));
	}
	if (*amount == 0 || *amount > p->left)
		return refund_exceeds(c);
	return refund_check_least(c, p, *amount);
}

static void
write_preview(const struct refund_payment *p, struct uuid order_id,
    const struct refund_lines *lines, int64_t amount, struct json *j)
{
	js_open(j, '{');
	js_uuid(j, "order_id", order_id);
	js_uuid(j, "payment_id", p->id);
	js_bool(j, "by_hand", p->is_cod);
	js_i64(j, "amount", amount);
	js_str(j, "currency", "INR");
	js_open_key(j, "lines", '[');
	for (size_t i = 0; i < lines->n; i++) {
		const struct refund_line *l = &lines->v[i];

		if (l->take == 0)
			continue;
		js_open(j, '{');
		js_uuid(j, "order_item_id", l->id);
		js_i64(j, "quantity", l->take_quantity);
		js_i64(j, "amount", l->take);
		js_i64(j, "tax", l->take_tax);
		js_i64(j, "commission_returned", l->take_commission);
		js_i64(j, "seller_debit", l->take - l->take_commission);
		js_close(j, '}');
	}
	js_close(j, ']');
	js_close(j, '}');
}

enum err
refund_admin_preview(struct ctx *c, const struct refund_order *in,
    struct buf *out)
{
	const struct refund_payment *p = NULL;
	struct refund_lines lines = { 0 };
	struct refund_payments payments;
	struct json j = js_to(out);
	struct held_order o;
	int64_t amount = 0;
	TX_SCOPE(tx, c); /* never committed */

	TRY(check_kind(c, in));
	TRY(order_hold(c, in->order_id, &o));
	TRY(refund_payments_hold(c, o.id, &payments));
	TRY(choose_payment(c, in, &payments, &p));
	TRY(check_answered(c, p));
	TRY(foresee(c, in, p, &lines, &amount));
	write_preview(p, o.id, &lines, amount, &j);
	return OK;
}

/* --- both --------------------------------------------------------------- */

static enum err
open_refund(struct ctx *c, const struct refund_order *in,
    struct refund_made *made)
{
	const struct refund_payment *p = NULL;
	struct refund_payments payments;
	struct held_order o;
	TX_SCOPE(tx, c);

	TRY(order_hold(c, in->order_id, &o));
	TRY(refund_payments_hold(c, o.id, &payments));
	TRY(choose_payment(c, in, &payments, &p));
	TRY(check_answered(c, p));
	TRY(uuid_is_zero(in->refund_id) ? open_new(c, in, &o, p, made) :
					  grant(c, in, p, made));
	answer_begun(c, recovery_text(c, "refund", made->id));
	return tx_commit(&tx);
}

/* What was opened under this key already, before a process died or the
 * provider fell silent. */
static enum err
find_begun(struct ctx *c, struct uuid *id, bool *begun)
{
	struct rows r;

	*begun = false;
	if (c->idem_key == NULL)
		return OK;
	TRY(db_maybe(c, Q_REFUND_BEGUN,
	    ARGS(A(c->idem_principal), A(c->idem_key)), &r, begun));
	if (*begun)
		*id = col_uuid(&r);
	return OK;
}

/* Not a refusal that would be kept for the key: its refund is open. */
static enum err
resume(struct ctx *c, struct uuid id, struct buf *out)
{
	enum err err = refund_run(c, id, out);

	if (err != ERR_REFUND_IN_PROGRESS)
		return err;
	problem_clear(c);
	return fail(c, ERR_OUTCOME_UNKNOWN,
	    "The payment provider is being asked about this refund. Send the "
	    "same key again to learn the outcome.");
}

enum err
refund_admin_open(struct ctx *c, const struct refund_order *in,
    struct buf *out)
{
	struct refund_made made = { 0 };
	bool begun;
	enum err err;

	TRY(check_kind(c, in));
	TRY(find_begun(c, &made.id, &begun));
	if (begun)
		return resume(c, made.id, out);
	TRY(refund_turn_take(c, in->order_id));
	err = open_refund(c, in, &made);
	if (err == OK)
		err = refund_run(c, made.id, out);
	refund_turn_give(c, in->order_id);
	return err;
}

/* --- the list ----------------------------------------------------------- */

/* The largest first, and the other way round. */
static const struct list_order largest = {
	.name = "-amount",
	.key = LIST_KEY_I64,
	.before = F_REFUNDS_BELOW,
	.after = F_REFUNDS_ABOVE,
	.forwards = F_REFUNDS_LARGEST,
	.backwards = F_REFUNDS_SMALLEST,
};
static const struct list_order smallest = {
	.name = "amount",
	.key = LIST_KEY_I64,
	.before = F_REFUNDS_ABOVE,
	.after = F_REFUNDS_BELOW,
	.forwards = F_REFUNDS_SMALLEST,
	.backwards = F_REFUNDS_LARGEST,
};

static const struct list_order *
order_named(const char *sort)
{
	if (sort != NULL && strcmp(sort, largest.name) == 0)
		return &largest;
	if (sort != NULL && strcmp(sort, smallest.name) == 0)
		return &smallest;
	return list_by_age(sort);
}

enum err
refund_admin_list(struct ctx *c, const struct refund_search *in,
    struct buf *out, struct page_out *page)
{
	struct uuid seller_id = { 0 };
	struct list_rows l;

	if (in->seller != NULL)
		TRY(names_seller(c, in->seller, &seller_id));
	TRY(list_begin(c, &l, &in->paging, order_named(in->sort),
	    F_REFUND_COLUMNS));
	list_where(&l, F_REFUNDS_ALL, NO_ARGS);
	if (in->status != NULL)
		list_where(&l, F_REFUNDS_WITH_STATUS, ARGS(A(in->status)));
	if (!uuid_is_zero(in->order_id))
		list_where(&l, F_REFUNDS_OF_ORDER, ARGS(A(in->order_id)));
	if (in->seller != NULL) {
		list_where(&l, F_REFUNDS_OF_SELLER, ARGS(A(seller_id)));
		/* The good plan depends on how much it sells. */
		l.select.custom_plan = true;
		l.count.custom_plan = true;
	}
	return refund_page(c, &l, out, page);
}

/* --- turning down ------------------------------------------------------- */

enum err
refund_reject(struct ctx *c, const struct refund_rejection *in,
    struct buf *out)
{
	struct held_order o;
	struct asked asked;
	struct rows r;
	bool found;
	TX_SCOPE(tx, c);

	TRY(db_maybe(c, Q_REFUND_ORDER, ARGS(A(in->refund_id)), &r, &found));
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such refund.");
	TRY(order_hold(c, col_uuid(&r), &o));
	TRY(hold_request(c, in->refund_id, &asked));
	db_queue(c, Q_REFUND_REJECT, ARGS(A(in->refund_id), A(in->reason)));
	order_tell_refund_rejected(c, &o, in->refund_id, asked.amount,
	    in->reason);
	TRY(refund_write(c, in->refund_id, out));
	audit_queue(c, "refund.reject", "refund", in->refund_id,
	    CHANGES({ "status", A(asked.status), A("rejected") },
		{ "rejection_reason", A_NULL, A(in->reason) }));
	return tx_commit(&tx);
}
