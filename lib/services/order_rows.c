#include "services/order_rows.h"

void
seller_order_read(struct rows *r, struct seller_order *p)
{
	*p = (struct seller_order){ 0 };
	p->id = col_uuid(r);
	p->order_id = col_uuid(r);
	p->number = col_text(r);
	p->status = col_text(r);
	p->seller_id = col_uuid(r);
	p->store_name = col_text(r);
	p->currency = col_text(r);
	p->totals.subtotal = col_i64(r);
	p->totals.discount = col_i64(r);
	p->totals.shipping = col_i64(r);
	p->totals.tax = col_i64(r);
	p->totals.total = col_i64(r);
	p->tracking = col_text(r);
	p->placed_at = col_i64(r);
}

static void
read_item(struct rows *r, struct order_item *i)
{
	i->seller_order_id = col_uuid(r);
	i->id = col_uuid(r);
	i->product_id = col_uuid(r);
	i->variant_id = col_uuid(r);
	i->name = col_text(r);
	i->sku = col_text(r);
	i->image = col_text(r);
	i->quantity = col_i64(r);
	i->refunded_quantity = col_i64(r);
	i->unit_price = col_i64(r);
	i->tax_rate_bps = col_i64(r);
	i->cgst = col_i64(r);
	i->sgst = col_i64(r);
	i->igst = col_i64(r);
	i->line_total = col_i64(r);
}

struct order_item *
order_items_read(struct ctx *c, struct rows *r, size_t *n)
{
	struct order_item *items = ARENA_ARRAY(c->arena, (size_t)r->count,
	    struct order_item);

	*n = 0;
	while (row_next(r))
		read_item(r, &items[(*n)++]);
	return items;
}

void
order_read(struct rows *r, struct order *o)
{
	*o = (struct order){ 0 };
	o->id = col_uuid(r);
	o->number = col_text(r);
	o->status = col_text(r);
	o->payment_status = col_text(r);
	o->payment_method = col_text(r);
	o->currency = col_text(r);
	o->totals.subtotal = col_i64(r);
	o->totals.discount = col_i64(r);
	o->totals.shipping = col_i64(r);
	o->totals.tax = col_i64(r);
	o->totals.total = col_i64(r);
	o->shipping_address = col_text(r);
	o->billing_address = col_text(r);
	o->purchase_order_number = col_text(r);
	o->notes = col_text(r);
	o->placed_at = col_i64(r);
	o->expires_at = col_i64(r);
}

enum err
order_read_parts(struct ctx *c, struct order *o)
{
	struct rows parts, items;

	db_queue_rows(c, Q_SELLER_ORDERS_OF_ORDER, ARGS(A(o->id)), &parts);
	TRY(db_each(c, Q_ORDER_ITEMS_OF_ORDER, ARGS(A(o->id)), &items));
	o->parts = ARENA_ARRAY(c->arena, (size_t)parts.count,
	    struct seller_order);
	while (row_next(&parts))
		seller_order_read(&parts, &o->parts[o->nparts++]);
	o->items = order_items_read(c, &items, &o->nitems);
	return OK;
}
