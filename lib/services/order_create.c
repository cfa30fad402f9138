/*
 * Placing an order.  Two round trips: one locks the cart and reads it with
 * everything an order copies; the other writes all rows, then takes the stock
 * in the order of ids, and commits.  The rows everybody waits for are thus
 * locked last and held for one flush of the log.  That stock is not sold
 * twice is decided by the constraint stock_reserved_fits.
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/config.h"
#include "core/money.h"
#include "core/text.h"
#include "db/db.h"
#include "services/notification.h"
#include "services/order.h"
#include "services/order_news.h"

/* A line of the cart with what the order copies from it. */
struct line {
	struct order_item item;
	struct uuid category_id;
	struct uuid seller_id;
	const char *store_name;
	const char *seller_state; /* GST code */
	const char *hsn_code;
	int64_t available;
	bool sellable;
	int64_t minimum;
	int64_t commission_bps;
	const char *commission_scope;
	int64_t commission;
	size_t part;
};

struct draft {
	struct order order;
	struct line *lines;
	size_t nlines;
	int64_t *commissions; /* by sub-order */
	const char *ship_to_state;
	const char *placed_at;  /* as SQL text */
	const char *expires_at; /* or NULL */
	bool cod;
};

/* --- reading the cart --------------------------------------------------- */

static void
read_line(struct rows *r, struct line *l)
{
	struct order_item *i = &l->item;

	col_skip(r);
	i->id = uuid_new();
	i->product_id = col_uuid(r);
	i->variant_id = col_uuid(r);
	l->category_id = col_uuid(r);
	l->seller_id = col_uuid(r);
	l->store_name = col_text(r);
	l->seller_state = col_text(r);
	i->name = col_text(r);
	i->sku = col_text(r);
	i->image = col_text(r);
	l->hsn_code = col_text(r);
	i->quantity = col_i64(r);
	i->unit_price = col_i64(r);
	l->available = col_i64(r);
	l->sellable = col_bool(r);
	i->tax_rate_bps = col_i64(r);
	l->minimum = col_i64(r);
	l->commission_bps = col_i64(r);
	l->commission_scope = col_text(r);
}

static const char *
line_field(struct ctx *c, size_t i)
{
	return arena_printf(c->arena, "items.%zu.quantity", i);
}

static void
short_line(struct ctx *c, const struct line *l, size_t i)
{
	(void)fail_field_as(c, ERR_INSUFFICIENT_STOCK, line_field(c, i),
	    "Only %lld left of %s.", (long long)l->available, l->item.name);
}

static enum err
check_lines(struct ctx *c, const struct draft *d)
{
	enum err err = OK;

	for (size_t i = 0; i < d->nlines; i++) {
		const struct line *l = &d->lines[i];

		if (!l->sellable)
			err = fail_field_as(c, ERR_PRODUCT_UNAVAILABLE,
			    line_field(c, i), "%s is not for sale now.",
			    l->item.name);
	}
	if (err != OK)
		return fail(c, err,
		    "Something in the cart is not for sale now.");
	for (size_t i = 0; i < d->nlines; i++) {
		const struct line *l = &d->lines[i];

		if (l->item.quantity > l->available) {
			short_line(c, l, i);
			err = ERR_INSUFFICIENT_STOCK;
		}
	}
	if (err != OK)
		return fail(c, err, "Something in the cart is not in stock.");
	for (size_t i = 0; i < d->nlines; i++)
		if (d->lines[i].item.quantity < d->lines[i].minimum)
			err = fail_field(c, line_field(c, i),
			    "At least %lld units must be ordered.",
			    (long long)d->lines[i].minimum);
	return err;
}

static enum err
read_lines(struct ctx *c, struct rows *r, struct draft *d)
{
	if (r->count == 0)
		return fail(c, ERR_CART_EMPTY, "The cart is empty.");
	d->lines = ARENA_ARRAY(c->arena, (size_t)r->count, struct line);
	while (row_next(r))
		read_line(r, &d->lines[d->nlines++]);
	return check_lines(c, d);
}

/* --- addresses ---------------------------------------------------------- */

static const char *
snapshot(struct ctx *c, const struct address *a)
{
	struct json j;
	struct buf b;

	buf_init(&b, c->arena, 64 * 1024);
	j = js_to(&b);
	address_snapshot(a, &j);
	return buf_text(&b);
}

struct address_choice {
	struct uuid id;
	const struct address *typed;
	struct rows row;
};

static void
queue_address(struct ctx *c, struct address_choice *a)
{
	if (!uuid_is_zero(a->id))
		db_queue_rows(c, Q_ADDRESS_BY_ID,
		    ARGS(A(a->id), A(c->caller.id)), &a->row);
}

/* The address that was chosen; NULL if none was. */
static enum err
chosen_address(struct ctx *c, struct address_choice *a, const char *field,
    const struct address **out)
{
	struct address *saved;
	struct uuid id;

	*out = a->typed;
	if (uuid_is_zero(a->id))
		return OK;
	if (a->typed != NULL)
		return fail_field(c, field,
		    "Give either the address or its id.");
	if (!row_next(&a->row))
		return fail(c, ERR_NOT_FOUND, "There is no such address.");
	saved = ARENA_NEW(c->arena, struct address);
	address_from_row(&a->row, saved, &id);
	*out = saved;
	return OK;
}

static enum err
take_addresses(struct ctx *c, struct address_choice *ship,
    struct address_choice *bill, struct draft *d)
{
	const struct address *shipping, *billing;

	TRY(chosen_address(c, ship, "shipping_address_id", &shipping));
	TRY(chosen_address(c, bill, "billing_address_id", &billing));
	d->ship_to_state = text_state_code(shipping->state);
	d->order.shipping_address = snapshot(c, shipping);
	d->order.billing_address = billing == NULL ?
	    d->order.shipping_address :
	    snapshot(c, billing);
	return OK;
}

/* --- the sums ----------------------------------------------------------- */

static void
add_tax(struct draft *d, struct line *l)
{
	struct order_item *i = &l->item;
	int64_t tax = money_tax_inside(i->line_total, i->tax_rate_bps);

	if (l->seller_state != NULL && d->ship_to_state != NULL &&
	    strcmp(l->seller_state, d->ship_to_state) == 0) {
		i->sgst = tax / 2;
		i->cgst = tax - i->sgst;
	} else {
		i->igst = tax;
	}
}

static void
add_totals(struct order_totals *t, const struct order_item *i)
{
	t->subtotal += i->line_total;
	t->total += i->line_total;
	t->tax += i->cgst + i->sgst + i->igst;
}

/* The sub-order of a line's seller, a new one for a seller not met yet. */
static size_t
part_of(struct draft *d, const struct line *l)
{
	struct order *o = &d->order;
	struct seller_order *p;

	for (size_t i = 0; i < o->nparts; i++)
		if (uuid_equal(o->parts[i].seller_id, l->seller_id))
			return i;
	p = &o->parts[o->nparts];
	p->id = uuid_new();
	p->order_id = o->id;
	p->currency = o->currency;
	p->seller_id = l->seller_id;
	p->store_name = l->store_name;
	p->status = d->cod ? "pending" : "pending_payment";
	p->placed_at = o->placed_at;
	return o->nparts++;
}

static enum err
sum_up(struct ctx *c, struct draft *d)
{
	struct order *o = &d->order;

	o->parts = ARENA_ARRAY(c->arena, d->nlines, struct seller_order);
	d->commissions = ARENA_ARRAY(c->arena, d->nlines, int64_t);
	o->items = ARENA_ARRAY(c->arena, d->nlines, struct order_item);
	for (size_t i = 0; i < d->nlines; i++) {
		struct line *l = &d->lines[i];

		if (!money_times(l->item.unit_price, l->item.quantity,
			&l->item.line_total))
			return fault(c, "order: a line total leaves int64");
		add_tax(d, l);
		l->commission = money_share(l->item.line_total,
		    l->commission_bps);
		l->part = part_of(d, l);
		l->item.seller_order_id = o->parts[l->part].id;
		add_totals(&o->parts[l->part].totals, &l->item);
		add_totals(&o->totals, &l->item);
		d->commissions[l->part] += l->commission;
		o->items[o->nitems++] = l->item;
	}
	return OK;
}

static enum err
check_total(struct ctx *c, const struct order_create *in,
    const struct draft *d)
{
	int64_t total = d->order.totals.total;

	if (in->expected_total.set && in->expected_total.v != total)
		return fail(c, ERR_CART_CHANGED,
		    "The cart's total is now %lld.", (long long)total);
	if (!d->cod && total < ORDER_RAZORPAY_MIN)
		return fail_field(c, "payment_method",
		    "Payment online needs a total of at least %d.",
		    ORDER_RAZORPAY_MIN);
	return OK;
}

/* --- writing ------------------------------------------------------------ */

static const char *
sql_time(struct ctx *c, int64_t at_us)
{
	char *text = arena_alloc(c->arena, CLOCK_TEXT);

	clock_format(at_us, text);
	return text;
}

static void
name_order(struct ctx *c, struct order *o, int64_t serial)
{
	const char *at = sql_time(c, o->placed_at);

	o->number = arena_printf(c->arena, "HT%.2s%.2s%.2s-%06lld", at + 2,
	    at + 5, at + 8, (long long)serial);
	for (size_t i = 0; i < o->nparts; i++)
		o->parts[i].number = arena_printf(c->arena, "%s-%zu",
		    o->number, i + 1);
}

static void
queue_order(struct ctx *c, const struct draft *d)
{
	const struct order *o = &d->order;
	const struct order_totals *t = &o->totals;

	db_queue(c, Q_ORDER_ADD,
	    ARGS(A(o->id), A(o->number), A(c->caller.id), A(o->status),
		A(o->payment_method), A(t->subtotal), A(t->discount),
		A(t->shipping), A(t->tax), A(t->total),
		A(o->shipping_address), A(o->billing_address),
		A(o->purchase_order_number), A(o->notes), A(d->placed_at),
		A(d->expires_at), A(c->idem_principal), A(c->idem_key)));
	db_queue(c, Q_ORDER_EVENT_ADD,
	    ARGS(A(uuid_new()), A(o->id), A_NULL, A_NULL, A(o->status),
		A(d->placed_at), A(c->caller.id), A("customer"), A_NULL));
	if (d->cod)
		db_queue(c, Q_PAYMENT_ADD_COD,
		    ARGS(A(uuid_new()), A(o->id), A(c->caller.id),
			A(t->total)));
}

static void
queue_parts(struct ctx *c, const struct draft *d)
{
	const struct order *o = &d->order;

	for (size_t i = 0; i < o->nparts; i++) {
		const struct seller_order *p = &o->parts[i];
		const struct order_totals *t = &p->totals;

		db_queue(c, Q_SELLER_ORDER_ADD,
		    ARGS(A(p->id), A(o->id), A(p->seller_id), A(p->number),
			A(p->status), A(t->subtotal), A(t->discount),
			A(t->shipping), A(t->tax), A(t->total),
			A(d->commissions[i]), A(d->placed_at)));
		db_queue(c, Q_ORDER_EVENT_ADD,
		    ARGS(A(uuid_new()), A(o->id), A(p->id), A_NULL,
			A(p->status), A(d->placed_at), A(c->caller.id),
			A("customer"), A_NULL));
	}
}

static void
queue_items(struct ctx *c, const struct draft *d)
{
	const struct order *o = &d->order;

	for (size_t n = 0; n < d->nlines; n++) {
		const struct line *l = &d->lines[n];
		const struct order_item *i = &l->item;

		db_queue(c, Q_ORDER_ITEM_ADD,
		    ARGS(A(i->id), A(o->id), A(i->seller_order_id),
			A((int64_t)n), A(i->product_id), A(i->variant_id),
			A(l->category_id), A(i->name), A(i->sku), A(i->image),
			A(l->hsn_code), A(i->quantity), A(i->unit_price),
			A(i->line_total), A(i->tax_rate_bps), A(i->cgst),
			A(i->sgst), A(i->igst),
			A(i->cgst + i->sgst + i->igst), A(l->commission_bps),
			A(l->commission_scope), A(l->commission)));
		db_queue(c, Q_RESERVATION_ADD,
		    ARGS(A(i->id), A(o->id), A(i->variant_id), A(i->quantity),
			A(d->expires_at)));
	}
}

static int
by_variant(const void *a, const void *b)
{
	const struct order_item *x = a, *y = b;

	return uuid_compare(x->variant_id, y->variant_id);
}

/* One order of locks for all orders: no two can wait for each other. */
static void
queue_stock(struct ctx *c, const struct draft *d)
{
	const struct order *o = &d->order;
	struct order_item *sorted = arena_memdup(c->arena, o->items,
	    o->nitems * sizeof(*sorted));
	struct uuid low_id = uuid_new();

	qsort(sorted, o->nitems, sizeof(*sorted), by_variant);
	for (size_t i = 0; i < o->nitems; i++)
		db_queue_last(c, Q_STOCK_RESERVE,
		    ARGS(A(sorted[i].variant_id), A(sorted[i].quantity),
			A(low_id), A(c->config->low_stock_threshold)));
	notification_queue_low_stock(c, o->id, low_id, o->nitems);
}

/* The sellers of an order that is paid online hear of it once it is. */
static enum err
queue_news(struct ctx *c, const struct draft *d)
{
	struct held_order o = { .id = d->order.id,
		.account_id = c->caller.id,
		.number = d->order.number,
		.total = d->order.totals.total };

	order_tell_buyer(c, "order_placed", &o, NULL);
	return d->cod ? order_tell_sellers(c, "seller_new_order", &o, NULL) :
			OK;
}

/* After another buyer was faster: says which lines are short now. */
static enum err
explain_shortage(struct ctx *c, enum err err, void *arg)
{
	const struct draft *d = arg;
	struct rows r;
	struct line l;

	if (err != ERR_INSUFFICIENT_STOCK)
		return err;
	problem_clear(c);
	TRY(db_each(c, Q_ORDER_CART_LINES,
	    ARGS(A(c->caller.id), A(c->caller.is_business)), &r));
	for (size_t i = 0; i < d->nlines && row_next(&r); i++) {
		read_line(&r, &l);
		if (l.item.quantity > l.available)
			short_line(c, &l, i);
	}
	return fail(c, ERR_INSUFFICIENT_STOCK,
	    "Something in the cart is not in stock.");
}

static void
begin_draft(struct ctx *c, const struct order_create *in, struct draft *d)
{
	struct order *o = &d->order;

	d->cod = strcmp(in->payment_method, "cod") == 0;
	o->id = uuid_new();
	o->placed_at = clock_now_us();
	o->expires_at = d->cod ?
	    0 :
	    o->placed_at + c->config->order_expiry_mins * 60 * 1000000;
	o->status = d->cod ? "confirmed" : "pending_payment";
	o->payment_status = "unpaid";
	o->payment_method = in->payment_method;
	o->currency = "INR";
	o->purchase_order_number = in->purchase_order_number;
	o->notes = in->notes;
	d->placed_at = sql_time(c, o->placed_at);
	d->expires_at = d->cod ? NULL : sql_time(c, o->expires_at);
}

/* Everything an order copies, under the cart's lock, in one round trip. */
static enum err
read_all(struct ctx *c, const struct order_create *in, struct draft *d,
    int64_t *serial)
{
	struct address_choice ship = { in->shipping_address_id,
		in->shipping_address, { 0 } };
	struct address_choice bill = { in->billing_address_id,
		in->billing_address, { 0 } };
	struct rows cart, lines, number;

	if (uuid_is_zero(ship.id) && ship.typed == NULL)
		return fail_field(c, "shipping_address_id",
		    "Give shipping_address_id or shipping_address.");
	db_queue_rows(c, Q_ORDER_CART_LOCK, ARGS(A(c->caller.id)), &cart);
	db_queue_rows(c, Q_ORDER_CART_LINES,
	    ARGS(A(c->caller.id), A(c->caller.is_business)), &lines);
	queue_address(c, &ship);
	queue_address(c, &bill);
	TRY(db_one(c, Q_ORDER_NEXT_NUMBER, NO_ARGS, &number));
	*serial = col_i64(&number);
	TRY(take_addresses(c, &ship, &bill, d));
	return read_lines(c, &lines, d);
}

enum err
order_create(struct ctx *c, const struct order_create *in, struct buf *out)
{
	struct draft *d = ARENA_NEW(c->arena, struct draft);
	struct json j = js_to(out);
	int64_t serial = 0;
	TX_SCOPE(tx, c);

	begin_draft(c, in, d);
	TRY(read_all(c, in, d, &serial));
	TRY(sum_up(c, d));
	TRY(check_total(c, in, d));
	name_order(c, &d->order, serial);
	queue_order(c, d);
	queue_parts(c, d);
	queue_items(c, d);
	TRY(queue_news(c, d));
	db_queue(c, Q_CART_CLEAR, ARGS(A(c->caller.id)));
	queue_stock(c, d);
	tx_on_abort(c, explain_shortage, d);
	order_write(&j, &d->order, true);
	return tx_commit(&tx);
}
