#include "services/cart.h"

#include "core/json.h"
#include "core/money.h"
#include "db/db.h"
#include "services/order_shape.h"

/* --- the contract's objects --------------------------------------------- */

static const struct field item_fields[] = {
	OUT_UUID("id", "Line"),
	OUT_UUID("product_id", "Product"),
	OUT_UUID("variant_id", "Variant"),
	OUT_TEXT("name", "Of the product"),
	OUT_TEXT("sku", "Of the variant"),
	OUT_TEXT_NULL("image", "Thumbnail"),
	OUT_OBJ("seller", &seller_ref_shape, "Who sells it"),
	OUT_I64("quantity", "Units"),
	OUT_TEXT("currency", "ISO 4217", .example = "INR"),
	OUT_I64("unit_price", "For one unit, tax included"),
	OUT_I64("line_total", "Quantity times unit price"),
	OUT_I64("available_quantity", "Units that could be bought now"),
	OUT_BOOL("in_stock", "Whether the whole quantity is available"),
	{ 0 },
};
static const struct shape cart_item_shape = { "cart_item", "A line",
	item_fields };

static const struct field cart_fields[] = {
	OUT_UUID("id", "Cart"),
	OUT_LIST("items", &cart_item_shape, "Lines, oldest first"),
	OUT_I64("item_count", "Units in all lines"),
	OUT_I64("subtotal", "Sum of the lines"),
	OUT_I64("discount_total", "Taken off"),
	OUT_I64("shipping_total", "Shipping"),
	OUT_I64("tax_total", "Tax contained in the total"),
	OUT_I64("total", "To pay"),
	OUT_TEXT("currency", "ISO 4217", .example = "INR"),
	OUT_TIME("updated_at", "Last change"),
	{ 0 },
};
const struct shape cart_shape = { "cart",
	"What a buyer is about to order, at the prices of this moment",
	cart_fields };

/* --- showing ------------------------------------------------------------ */

struct totals {
	int64_t units;
	int64_t subtotal;
	int64_t tax;
};

static void
write_line(struct rows *r, struct json *j, struct totals *t)
{
	int64_t quantity, price, available, total = 0;
	bool sellable;

	js_open(j, '{');
	js_uuid(j, "id", col_uuid(r));
	js_uuid(j, "product_id", col_uuid(r));
	js_uuid(j, "variant_id", col_uuid(r));
	js_str(j, "name", col_text(r));
	js_str(j, "sku", col_text(r));
	js_str(j, "image", col_text(r));
	js_open_key(j, "seller", '{');
	js_uuid(j, "id", col_uuid(r));
	js_str(j, "store_name", col_text(r));
	js_close(j, '}');
	quantity = col_i64(r);
	price = col_i64(r);
	available = col_i64(r);
	sellable = col_bool(r);
	money_times(price, quantity, &total);
	js_i64(j, "quantity", quantity);
	js_str(j, "currency", "INR");
	js_i64(j, "unit_price", price);
	js_i64(j, "line_total", total);
	js_i64(j, "available_quantity", available);
	js_bool(j, "in_stock", sellable && available >= quantity);
	js_close(j, '}');
	t->units += quantity;
	t->subtotal += total;
	t->tax += money_tax_inside(total, col_i64(r));
}

static void
write_cart(struct rows *cart, struct rows *lines, struct buf *out)
{
	struct json j = js_to(out);
	struct totals t = { 0 };

	js_open(&j, '{');
	js_uuid(&j, "id", col_uuid(cart));
	js_open_key(&j, "items", '[');
	while (row_next(lines))
		write_line(lines, &j, &t);
	js_close(&j, ']');
	js_i64(&j, "item_count", t.units);
	js_i64(&j, "subtotal", t.subtotal);
	js_i64(&j, "discount_total", 0);
	js_i64(&j, "shipping_total", 0);
	js_i64(&j, "tax_total", t.tax);
	js_i64(&j, "total", t.subtotal);
	js_str(&j, "currency", "INR");
	js_time(&j, "updated_at", col_i64(cart));
	js_close(&j, '}');
}

struct shown {
	struct rows cart;
	struct rows lines;
};

static void
queue_show(struct ctx *c, struct shown *s)
{
	db_queue_rows(c, Q_CART_LINES,
	    ARGS(A(c->caller.id), A(c->caller.is_business)), &s->lines);
	db_queue_rows(c, Q_CART_BY_ACCOUNT, ARGS(A(c->caller.id)), &s->cart);
}

/* Whether there is a cart. */
static bool
show(struct shown *s, struct buf *out)
{
	if (!row_next(&s->cart))
		return false;
	write_cart(&s->cart, &s->lines, out);
	return true;
}

/* The cart's row, made if there is none; locked until the commit, so that
 * two changes of one cart follow each other. */
static void
queue_open(struct ctx *c)
{
	struct rows *id = ARENA_NEW(c->arena, struct rows);

	db_queue_rows(c, Q_CART_OPEN, ARGS(A(uuid_new()), A(c->caller.id)),
	    id);
}

/* Sends what is queued in one round trip, the commit and the reading of the
 * new cart with it. */
static enum err
commit_and_show(struct ctx *c, struct tx *tx, struct shown *s)
{
	queue_show(c, s);
	TRY(tx_commit(tx));
	/* Within a larger transaction nothing was sent yet. */
	return db_flush(c);
}

enum err
cart_get(struct ctx *c, struct buf *out)
{
	struct shown s;

	queue_show(c, &s);
	TRY(db_flush(c));
	if (show(&s, out))
		return OK;
	queue_open(c);
	queue_show(c, &s);
	TRY(db_flush(c));
	(void)show(&s, out); /* it was just made */
	return OK;
}

/* --- changing ----------------------------------------------------------- */

struct offer {
	struct uuid variant_id;
	bool sellable;
	int64_t available;
	int64_t minimum;
	int64_t in_cart;
};

static void
read_offer(struct rows *r, struct offer *o)
{
	o->variant_id = col_uuid(r);
	o->sellable = col_bool(r);
	o->available = col_i64(r);
	o->minimum = col_i64(r);
	o->in_cart = col_i64(r);
}

static enum err
unavailable(struct ctx *c)
{
	return fail(c, ERR_PRODUCT_UNAVAILABLE,
	    "This product is not for sale now.");
}

/* Whether so many may stand in the cart. */
static enum err
check_quantity(struct ctx *c, const struct offer *o, int64_t quantity)
{
	if (!o->sellable)
		return unavailable(c);
	if (quantity > CART_QUANTITY_MAX)
		return fail_field(c, "quantity",
		    "At most %d units fit in one line.", CART_QUANTITY_MAX);
	if (quantity < o->minimum)
		return fail_field(c, "quantity",
		    "At least %lld units must be ordered.",
		    (long long)o->minimum);
	if (quantity <= o->available)
		return OK;
	(void)fail_field_as(c, ERR_INSUFFICIENT_STOCK, "quantity",
	    "Only %lld left.", (long long)o->available);
	return fail(c, ERR_INSUFFICIENT_STOCK, "Only %lld left.",
	    (long long)o->available);
}

/* The offer that is meant: the variant named, or the only one. */
static enum err
pick_offer(struct ctx *c, const struct cart_add *in, struct rows *r,
    struct offer *out)
{
	struct offer o;

	if (r->count == 0)
		return fail(c, ERR_NOT_FOUND, "There is no such product.");
	while (row_next(r)) {
		read_offer(r, &o);
		if (uuid_is_zero(o.variant_id))
			return unavailable(c);
		if (r->count > 1 && uuid_is_zero(in->variant_id))
			return fail_field(c, "variant_id",
			    "This product has %d variants: say which.",
			    r->count);
		*out = o;
		if (uuid_is_zero(in->variant_id) ||
		    uuid_equal(o.variant_id, in->variant_id))
			return OK;
	}
	return fail(c, ERR_NOT_FOUND, "There is no such variant.");
}

static enum err
put_line(struct ctx *c, struct tx *tx, struct uuid variant_id,
    int64_t quantity, struct buf *out)
{
	struct shown s;

	db_queue(c, Q_CART_LINE_PUT,
	    ARGS(A(uuid_new()), A(c->caller.id), A(variant_id), A(quantity)));
	TRY(commit_and_show(c, tx, &s));
	(void)show(&s, out); /* queue_open() made sure of it */
	return OK;
}

/*
 * A change whose statement has all rules as its condition: it is made, or
 * nothing is, in one round trip.  *done: it was; else why not is found out
 * step by step.
 */
static enum err
change_at_once(struct ctx *c, enum query change, struct args args,
    struct buf *out, bool *done)
{
	struct rows changed;
	struct shown s;
	TX_SCOPE(tx, c);

	queue_open(c);
	db_queue_rows(c, change, args, &changed);
	TRY(commit_and_show(c, &tx, &s));
	*done = changed.count > 0;
	if (*done)
		(void)show(&s, out); /* queue_open() made sure of it */
	return OK;
}

static enum err
add_step_by_step(struct ctx *c, const struct cart_add *in, struct buf *out)
{
	struct offer o;
	struct rows r;
	TX_SCOPE(tx, c);

	queue_open(c);
	TRY(db_each(c, Q_CART_OFFERS,
	    ARGS(A(in->product_id), A(c->caller.id)), &r));
	TRY(pick_offer(c, in, &r, &o));
	TRY(check_quantity(c, &o, o.in_cart + in->quantity));
	return put_line(c, &tx, o.variant_id, o.in_cart + in->quantity, out);
}

enum err
cart_add(struct ctx *c, const struct cart_add *in, struct buf *out)
{
	bool done = false;

	if (!uuid_is_zero(in->variant_id))
		TRY(change_at_once(c, Q_CART_LINE_ADD,
		    ARGS(A(uuid_new()), A(c->caller.id), A(in->product_id),
			A(in->variant_id), A(in->quantity),
			A(CART_QUANTITY_MAX)),
		    out, &done));
	return done ? OK : add_step_by_step(c, in, out);
}

static enum err
no_line(struct ctx *c)
{
	return fail(c, ERR_NOT_FOUND, "There is no such line in the cart.");
}

static enum err
update_step_by_step(struct ctx *c, const struct cart_update *in,
    struct buf *out)
{
	struct offer o;
	struct rows r;
	bool found;
	TX_SCOPE(tx, c);

	queue_open(c);
	TRY(db_maybe(c, Q_CART_OFFER_OF_LINE,
	    ARGS(A(in->item_id), A(c->caller.id)), &r, &found));
	if (!found)
		return no_line(c);
	read_offer(&r, &o);
	TRY(check_quantity(c, &o, in->quantity));
	return put_line(c, &tx, o.variant_id, in->quantity, out);
}

enum err
cart_update(struct ctx *c, const struct cart_update *in, struct buf *out)
{
	bool done;

	if (in->quantity == 0)
		return cart_remove(c, in->item_id, out);
	TRY(change_at_once(c, Q_CART_LINE_SET,
	    ARGS(A(in->item_id), A(c->caller.id), A(in->quantity),
		A(CART_QUANTITY_MAX)),
	    out, &done));
	return done ? OK : update_step_by_step(c, in, out);
}

enum err
cart_remove(struct ctx *c, struct uuid item_id, struct buf *out)
{
	bool done;

	TRY(change_at_once(c, Q_CART_LINE_REMOVE,
	    ARGS(A(item_id), A(c->caller.id)), out, &done));
	return done ? OK : no_line(c);
}

enum err
cart_clear(struct ctx *c, struct buf *out)
{
	struct shown s;
	TX_SCOPE(tx, c);

	queue_open(c);
	db_queue(c, Q_CART_CLEAR, ARGS(A(c->caller.id)));
	TRY(commit_and_show(c, &tx, &s));
	(void)show(&s, out); /* queue_open() made sure of it */
	return OK;
}
