#include "services/order_shape.h"

const char *const order_statuses[] = { "pending_payment", "confirmed",
	"processing", "shipped", "delivered", "cancelled", NULL };
const char *const order_payment_methods[] = { "razorpay", "cod", NULL };
const char *const order_payment_statuses[] = { "unpaid", "paid", "failed",
	"partially_refunded", "refunded", NULL };
const char *const seller_order_statuses[] = { "pending_payment", "pending",
	"confirmed", "packed", "shipped", "delivered", "cancelled", NULL };
static const char *const tax_types[] = { "CGST", "SGST", "IGST", NULL };

static const struct field tax_fields[] = {
	OUT_ENUM("type", tax_types, "Which tax"),
	OUT_I64("rate_bps", "Basis points", .example = "900"),
	OUT_I64("amount", "Contained in the line"),
	{ 0 },
};
static const struct shape tax_shape = { "order_tax", "A tax inside a line",
	tax_fields };

static const char *const commission_scopes[] = { "global", "category",
	"seller", NULL };
static const struct field commission_fields[] = {
	OUT_I64("rate_bps", "Basis points", .example = "1000"),
	OUT_ENUM("scope", commission_scopes, "Which rate won"),
	OUT_I64("amount", "What the marketplace takes"),
	{ 0 },
};
static const struct shape commission_shape = { "line_commission",
	"What the marketplace takes of a line", commission_fields };

static const struct field item_fields[] = {
	OUT_UUID("id", "Line"),
	OUT_UUID("product_id", "Product"),
	OUT_UUID("variant_id", "Variant"),
	OUT_TEXT("name", "As sold"),
	OUT_TEXT("sku", "As sold"),
	OUT_TEXT_NULL("image", "As sold"),
	OUT_I64("quantity", "Units ordered"),
	OUT_I64("refunded_quantity", "Units refunded"),
	OUT_TEXT("currency", "ISO 4217", .example = "INR"),
	OUT_I64("unit_price", "For one unit, tax included"),
	OUT_I64("tax_rate_bps", "Basis points", .example = "1800"),
	OUT_LIST("taxes", &tax_shape, "CGST and SGST, or IGST across states"),
	OUT_I64("tax_total", "Tax contained in the line"),
	OUT_I64("line_total", "Quantity times unit price"),
	OUT("commission", FIELD_OBJ, OPTIONAL, "For administrators only",
	    .shape = &commission_shape),
	{ 0 },
};
const struct shape order_item_shape = { "order_item", "A line of an order",
	item_fields };

static const struct field seller_fields[] = {
	OUT_UUID("id", "Seller"),
	OUT_TEXT("store_name", "Name of the store"),
	{ 0 },
};
const struct shape seller_ref_shape = { "seller_ref", "Who sells it",
	seller_fields };

static const struct field tracking_fields[] = {
	OUT_TEXT_NULL("carrier", "Who carries it"),
	OUT_TEXT_NULL("tracking_number", "The carrier's number"),
	OUT_TEXT_NULL("tracking_url", "Where to follow it"),
	{ 0 },
};
static const struct shape tracking_shape = { "tracking", "A parcel's way",
	tracking_fields };

static const struct field snapshot_fields[] = {
	OUT_TEXT_NULL("label", "Own name for it"),
	OUT_TEXT("full_name", "Who receives"),
	OUT_TEXT("phone", "Phone for the carrier"),
	OUT_TEXT("line1", "House and street"),
	OUT_TEXT_NULL("line2", "Area, landmark"),
	OUT_TEXT("city", "City"),
	OUT_TEXT("state", "State or union territory"),
	OUT_TEXT("postal_code", "Six digits"),
	OUT_TEXT("country", "IN", .example = "IN"),
	{ 0 },
};
const struct shape order_address_shape = { "order_address",
	"An address as it was when the order was placed", snapshot_fields };

static const struct field customer_fields[] = {
	OUT_TEXT("full_name", "Who receives"),
	OUT_OBJ("shipping_address", &order_address_shape, "Where to"),
	{ 0 },
};
static const struct shape customer_shape = { "order_customer",
	"What a seller sees of the buyer", customer_fields };

static const struct field seller_order_fields[] = {
	OUT_UUID("id", "Sub-order"),
	OUT_UUID("order_id", "Order"),
	OUT_TEXT("number", "For people", .example = "HT261122-000042-1"),
	OUT_ENUM("status", seller_order_statuses, "Where it stands"),
	OUT_OBJ("seller", &seller_ref_shape, "Who ships it"),
	OUT_LIST("items", &order_item_shape, "Lines"),
	OUT_TEXT("currency", "ISO 4217", .example = "INR"),
	OUT_TOTALS,
	OUT_OBJ_NULL("tracking", &tracking_shape, "Once shipped"),
	OUT_OBJ_NULL("customer", &customer_shape, "For its seller only"),
	OUT_TIME("placed_at", "When it was ordered"),
	{ 0 },
};
const struct shape seller_order_shape = { "seller_order",
	"One seller's part of an order", seller_order_fields };

static const struct field order_fields[] = { ORDER_FIELDS, { 0 } };
const struct shape order_shape = { "order", "An order", order_fields };

static const struct field event_fields[] = {
	OUT_ENUM("status", order_statuses, "What it became"),
	OUT_TIME("at", "When"),
	OUT_TEXT_NULL("note", "Why"),
	{ 0 },
};
static const struct shape event_shape = { "order_event", "A step of an order",
	event_fields };

static const struct field part_status_fields[] = {
	OUT_UUID("id", "Sub-order"),
	OUT_TEXT("number", "For people"),
	OUT_ENUM("status", seller_order_statuses, "Where it stands"),
	{ 0 },
};
static const struct shape part_status_shape = { "seller_order_status",
	"Where one part stands", part_status_fields };

static const struct field order_status_fields[] = {
	OUT_UUID("id", "Order"),
	OUT_TEXT("number", "For people"),
	OUT_ENUM("status", order_statuses, "Where it stands"),
	OUT_ENUM("payment_status", order_payment_statuses, "Of the money"),
	OUT_LIST("history", &event_shape, "Its steps, oldest first"),
	OUT_LIST("seller_orders", &part_status_shape, "One per seller"),
	{ 0 },
};
const struct shape order_status_shape = { "order_status",
	"Where an order stands, and how it came there", order_status_fields };

/* --- writing ------------------------------------------------------------ */

static void
write_totals(struct json *j, const struct order_totals *t)
{
	js_i64(j, "subtotal", t->subtotal);
	js_i64(j, "discount_total", t->discount);
	js_i64(j, "shipping_total", t->shipping);
	js_i64(j, "tax_total", t->tax);
	js_i64(j, "total", t->total);
}

static void
write_tax(struct json *j, const char *type, int64_t rate_bps, int64_t amount)
{
	js_open(j, '{');
	js_str(j, "type", type);
	js_i64(j, "rate_bps", rate_bps);
	js_i64(j, "amount", amount);
	js_close(j, '}');
}

static void
write_item(struct json *j, const struct order_item *i)
{
	js_open(j, '{');
	js_uuid(j, "id", i->id);
	js_uuid(j, "product_id", i->product_id);
	js_uuid(j, "variant_id", i->variant_id);
	js_str(j, "name", i->name);
	js_str(j, "sku", i->sku);
	js_str(j, "image", i->image);
	js_i64(j, "quantity", i->quantity);
	js_i64(j, "refunded_quantity", i->refunded_quantity);
	js_str(j, "currency", "INR");
	js_i64(j, "unit_price", i->unit_price);
	js_i64(j, "tax_rate_bps", i->tax_rate_bps);
	js_open_key(j, "taxes", '[');
	if (i->igst > 0) {
		write_tax(j, "IGST", i->tax_rate_bps, i->igst);
	} else if (i->cgst > 0) {
		write_tax(j, "CGST", i->tax_rate_bps / 2, i->cgst);
		write_tax(j, "SGST", i->tax_rate_bps / 2, i->sgst);
	}
	js_close(j, ']');
	js_i64(j, "tax_total", i->cgst + i->sgst + i->igst);
	js_i64(j, "line_total", i->line_total);
	if (i->commission_scope != NULL) {
		js_open_key(j, "commission", '{');
		js_i64(j, "rate_bps", i->commission_rate_bps);
		js_str(j, "scope", i->commission_scope);
		js_i64(j, "amount", i->commission);
		js_close(j, '}');
	}
	js_close(j, '}');
}

static void
write_customer(struct json *j, const struct seller_order *p)
{
	if (p->shipping_address == NULL) {
		js_null(j, "customer");
		return;
	}
	js_open_key(j, "customer", '{');
	js_str(j, "full_name", p->customer_name);
	js_raw(j, "shipping_address", p->shipping_address);
	js_close(j, '}');
}

void
seller_order_write(struct json *j, const struct seller_order *p,
    const struct order_item *items, size_t nitems)
{
	js_open(j, '{');
	js_uuid(j, "id", p->id);
	js_uuid(j, "order_id", p->order_id);
	js_str(j, "number", p->number);
	js_str(j, "status", p->status);
	js_open_key(j, "seller", '{');
	js_uuid(j, "id", p->seller_id);
	js_str(j, "store_name", p->store_name);
	js_close(j, '}');
	js_open_key(j, "items", '[');
	for (size_t i = 0; i < nitems; i++)
		if (uuid_equal(items[i].seller_order_id, p->id))
			write_item(j, &items[i]);
	js_close(j, ']');
	js_str(j, "currency", p->currency);
	write_totals(j, &p->totals);
	js_raw(j, "tracking", p->tracking);
	write_customer(j, p);
	js_time(j, "placed_at", p->placed_at);
	js_close(j, '}');
}

void
order_write_members(struct json *j, const struct order *o, bool with_parts)
{
	js_uuid(j, "id", o->id);
	js_str(j, "number", o->number);
	js_str(j, "status", o->status);
	js_str(j, "payment_status", o->payment_status);
	js_str(j, "payment_method", o->payment_method);
	js_str(j, "currency", o->currency);
	write_totals(j, &o->totals);
	js_raw(j, "shipping_address", o->shipping_address);
	js_raw(j, "billing_address", o->billing_address);
	js_str(j, "purchase_order_number", o->purchase_order_number);
	js_str(j, "notes", o->notes);
	if (with_parts) {
		js_open_key(j, "seller_orders", '[');
		for (size_t i = 0; i < o->nparts; i++)
			seller_order_write(j, &o->parts[i], o->items,
			    o->nitems);
		js_close(j, ']');
	}
	js_time(j, "placed_at", o->placed_at);
	js_time_null(j, "expires_at", o->expires_at);
}

void
order_write(struct json *j, const struct order *o, bool with_parts)
{
	js_open(j, '{');
	order_write_members(j, o, with_parts);
	js_close(j, '}');
}
