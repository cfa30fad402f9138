#include "services/refund.h"

#include <string.h>

#include "db/db.h"
#include "io/provider.h"
#include "services/ledger.h"
#include "services/order_news.h"
#include "services/refund_split.h"

/* --- opening ------------------------------------------------------------ */

enum err
refund_lines_read(struct ctx *c, struct uuid order_id,
    struct refund_lines *out)
{
	struct rows r;

	TRY(db_each(c, Q_REFUND_LINES_OF_ORDER, ARGS(A(order_id)), &r));
	out->n = 0;
	out->v = ARENA_ARRAY(c->arena, (size_t)r.count, struct refund_line);
	while (row_next(&r)) {
		struct refund_line *l = &out->v[out->n++];

		l->id = col_uuid(&r);
		l->seller_order_id = col_uuid(&r);
		l->name = col_text(&r);
		l->quantity = col_i64(&r);
		l->refunded_quantity = col_i64(&r);
		l->net = col_i64(&r);
		l->refunded = col_i64(&r);
		l->commission = col_i64(&r);
	}
	return OK;
}

static enum err
exceeds(struct ctx *c)
{
	return fail(c, ERR_REFUND_EXCEEDS_CAPTURED,
	    "More than was paid and not yet refunded.");
}

struct refund_line *
refund_line_of(const struct refund_lines *lines, struct uuid id)
{
	for (size_t i = 0; i < lines->n; i++)
		if (uuid_equal(lines->v[i].id, id))
			return &lines->v[i];
	return NULL;
}

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
		if (!refund_take_units(l, in->quantity))
			return exceeds(c);
	}
	return OK;
}

/* Decides the lines; *amount is what they sum to. */
static enum err
decide(struct ctx *c, const struct refund_plan *plan,
    struct refund_lines *lines, int64_t *amount)
{
	if (plan->nitems > 0)
		TRY(take_items(c, plan, lines));
	else if (plan->amount == 0)
		refund_take_all(lines->v, lines->n);
	else if (!refund_take_amount(lines->v, lines->n, plan->amount))
		return exceeds(c);
	*amount = 0;
	for (size_t i = 0; i < lines->n; i++)
		*amount += lines->v[i].take;
	return *amount > 0 ? OK : exceeds(c);
}

/* The sub-order that all lines belong to, zero if there are several. */
static struct uuid
common_part(const struct refund_lines *lines)
{
	struct uuid id = { 0 };

	for (size_t i = 0; i < lines->n; i++) {
		const struct refund_line *l = &lines->v[i];

		if (l->take == 0)
			continue;
		if (uuid_is_zero(id))
			id = l->seller_order_id;
		else if (!uuid_equal(id, l->seller_order_id))
			return (struct uuid){ 0 };
	}
	return id;
}

static const char *
gateway_key(struct ctx *c, struct uuid id)
{
	char text[UUID_TEXT];

	uuid_format(id, text);
	return arena_printf(c->arena, "rf-%s", text);
}

static void
queue_lines(struct ctx *c, struct uuid id, const struct refund_lines *lines)
{
	for (size_t i = 0; i < lines->n; i++) {
		const struct refund_line *l = &lines->v[i];

		if (l->take == 0)
			continue;
		db_queue(c, Q_REFUND_ITEM_ADD,
		    ARGS(A(id), A(l->id), A(l->take_quantity), A(l->take),
			A(l->take_commission)));
		db_queue(c, Q_ORDER_ITEM_ADD_REFUND,
		    ARGS(A(l->id), A(l->take_quantity), A(l->take)));
	}
}

static enum err book_processed(struct ctx *c, struct uuid id);

enum err
refund_open(struct ctx *c, const struct held_order *o,
    const struct refund_plan *plan, struct uuid *id)
{
	struct uuid payment_id;
	int64_t amount = 0, reserved;
	struct refund_lines lines;
	struct rows r;
	bool found, cod;

	*id = (struct uuid){ 0 };
	TRY(db_maybe(c, Q_PAYMENT_CAPTURED_OF_ORDER, ARGS(A(o->id)), &r,
	    &found));
	if (!found)
		return OK;
	payment_id = col_uuid(&r);
	cod = strcmp(col_text(&r), "cod") == 0;
	TRY(refund_lines_read(c, o->id, &lines));
	TRY(decide(c, plan, &lines, &amount));
	TRY(db_exec_n(c, Q_PAYMENT_RESERVE_REFUND,
	    ARGS(A(payment_id), A(amount)), &reserved));
	if (reserved == 0)
		return exceeds(c);
	*id = uuid_new();
	db_queue(c, Q_REFUND_ADD,
	    ARGS(A(*id), A(o->id), A(common_part(&lines)), A(payment_id),
		A(amount), A(plan->reason), A("processing"), A(plan->source),
		A(plan->restock), A(gateway_key(c, *id)),
		A(plan->requested_by), A(c->idem_principal), A(c->idem_key)));
	queue_lines(c, *id, &lines);
	TRY(db_flush(c));
	return cod ? book_processed(c, *id) : OK;
}

enum err
refund_open_stray(struct ctx *c, struct uuid order_id, struct uuid payment_id,
    int64_t amount, const char *reason)
{
	struct uuid id = uuid_new();
	int64_t reserved;

	TRY(db_exec_n(c, Q_PAYMENT_RESERVE_REFUND,
	    ARGS(A(payment_id), A(amount)), &reserved));
	if (reserved == 0)
		return OK;
	db_queue(c, Q_REFUND_ADD,
	    ARGS(A(id), A(order_id), A_NULL, A(payment_id), A(amount),
		A(reason), A("processing"), A("system"), A(false),
		A(gateway_key(c, id)), A_NULL, A_NULL, A_NULL));
	return db_flush(c);
}

/* --- the outcome -------------------------------------------------------- */

struct open_refund {
	struct uuid id;
	struct uuid order_id;
	struct uuid payment_id;
	int64_t amount;
	const char *status;
	const char *key;
	const char *provider_refund_id;
	bool restock;
	bool cod;
	const char *provider_payment_id;
	struct uuid buyer;
	const char *number;
	bool has_items; /* false: a stray payment */
};

/* Locks the order first, as everybody does, then the refund. */
static enum err
hold(struct ctx *c, struct uuid id, struct open_refund *out)
{
	struct held_order o;
	struct rows r;
	bool found;

	TRY(db_maybe(c, Q_REFUND_ORDER, ARGS(A(id)), &r, &found));
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such refund.");
	TRY(order_hold(c, col_uuid(&r), &o));
	TRY(db_maybe(c, Q_REFUND_LOCK, ARGS(A(id)), &r, &found));
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such refund.");
	out->id = id;
	out->order_id = col_uuid(&r);
	out->payment_id = col_uuid(&r);
	out->amount = col_i64(&r);
	out->status = col_text(&r);
	out->key = col_text(&r);
	out->provider_refund_id = col_text(&r);
	out->restock = col_bool(&r);
	out->cod = strcmp(col_text(&r), "cod") == 0;
	out->provider_payment_id = col_text(&r);
	out->buyer = col_uuid(&r);
	out->number = col_text(&r);
	out->has_items = col_bool(&r);
	return OK;
}

static enum err
processed(struct ctx *c, const struct open_refund *f)
{
	if (strcmp(f->status, "processed") == 0 ||
	    strcmp(f->status, "failed") == 0)
		return OK;
	db_queue(c, Q_REFUND_SET_STATUS, ARGS(A(f->id), A("processed")));
	db_queue(c, Q_PAYMENT_SET_REFUNDED,
	    ARGS(A(f->payment_id), A(f->amount)));
	if (f->has_items)
		ledger_refunded(c, f->order_id, f->id, f->cod);
	else
		ledger_stray_refunded(c, f->order_id, f->id, f->amount);
	db_queue(c, Q_ORDER_SET_REFUND_STATE, ARGS(A(f->order_id)));
	if (f->restock)
		db_queue(c, Q_REFUND_RESTOCK, ARGS(A(f->id)));
	order_tell_refunded(c, f->order_id, f->number, f->buyer, f->id,
	    f->amount);
	return db_flush(c);
}

static enum err
book_processed(struct ctx *c, struct uuid id)
{
	struct open_refund f;

	TRY(hold(c, id, &f));
	return processed(c, &f);
}

/* Everything is given back; what was booked is reversed. */
static enum err
failed(struct ctx *c, const struct open_refund *f)
{
	if (strcmp(f->status, "failed") == 0)
		return OK;
	if (strcmp(f->status, "processed") == 0) {
		db_queue(c, Q_PAYMENT_UNSET_REFUNDED,
		    ARGS(A(f->payment_id), A(f->amount)));
		ledger_refund_failed(c, f->order_id, f->id);
	}
	db_queue(c, Q_PAYMENT_RELEASE_REFUND,
	    ARGS(A(f->payment_id), A(f->amount)));
	db_queue(c, Q_ORDER_ITEMS_DROP_REFUND, ARGS(A(f->id)));
	db_queue(c, Q_REFUND_SET_STATUS, ARGS(A(f->id), A("failed")));
	db_queue(c, Q_ORDER_SET_REFUND_STATE, ARGS(A(f->order_id)));
	order_tell_admins(c, f->order_id, f->number,
	    &(struct order_alert){ "payment_mismatch", f->id, f->amount,
		"A refund failed at the provider." });
	return db_flush(c);
}

/* What the provider calls it, in our books. */
static enum err
book(struct ctx *c, const struct open_refund *f, const char *provider_id,
    const char *status)
{
	db_queue(c, Q_REFUND_SET_PROVIDER_ID, ARGS(A(f->id), A(provider_id)));
	if (strcmp(status, "processed") == 0)
		return processed(c, f);
	if (strcmp(status, "failed") == 0)
		return failed(c, f);
	db_queue(c, Q_REFUND_TOUCH, ARGS(A(f->id)));
	return db_flush(c);
}

static enum err
book_refusal(struct ctx *c, struct uuid id)
{
	struct open_refund f;
	TX_SCOPE(tx, c);

	TRY(hold(c, id, &f));
	TRY(failed(c, &f));
	return tx_commit(&tx);
}

static enum err
look(struct ctx *c, struct uuid id, struct open_refund *out)
{
	TX_SCOPE(tx, c);

	TRY(hold(c, id, out));
	db_queue(c, Q_REFUND_TOUCH, ARGS(A(id)));
	return tx_commit(&tx);
}

enum err
refund_run(struct ctx *c, struct uuid id)
{
	struct provider_problem why;
	struct provider_refund refund;
	enum provider_result result;
	struct open_refund f;

	TRY(look(c, id, &f));
	if (strcmp(f.status, "processing") != 0 || f.cod)
		return OK;
	result = f.provider_refund_id != NULL ?
	    provider_refund_fetch(c, f.provider_refund_id, &refund, &why) :
	    provider_refund_create(c, f.provider_payment_id, f.amount, f.key,
		&refund, &why);
	if (result == PROVIDER_REFUSED && f.provider_refund_id == NULL) {
		TRY(book_refusal(c, id));
		return fail(c, ERR_INVALID_STATE,
		    "The payment provider refused the refund: %s",
		    why.detail);
	}
	if (result == PROVIDER_UNKNOWN)
		return fail(c, ERR_OUTCOME_UNKNOWN,
		    "The payment provider did not answer. Send the same key "
		    "again to learn the outcome.");
	if (result != PROVIDER_OK)
		return fail(c, ERR_PAYMENT_PROVIDER,
		    "The payment provider cannot be used at the moment.");
	TX_SCOPE(tx, c);
	TRY(hold(c, id, &f));
	TRY(book(c, &f, refund.id, refund.status));
	return tx_commit(&tx);
}

enum err
refund_news(struct ctx *c, const char *provider_refund_id, const char *key,
    const char *status, bool *known)
{
	struct open_refund f;
	struct rows r;

	TRY(db_maybe(c, Q_REFUND_BY_PROVIDER_ID, ARGS(A(provider_refund_id)),
	    &r, known));
	if (!*known && key != NULL)
		TRY(db_maybe(c, Q_REFUND_BY_GATEWAY_KEY, ARGS(A(key)), &r,
		    known));
	if (!*known)
		return OK;
	TRY(hold(c, col_uuid(&r), &f));
	return book(c, &f, provider_refund_id, status);
}
