/*
 * order_shape.h: the contract's order objects, as C structs and as JSON.
 *
 * An order belongs to a buyer and is split into one sub-order per seller.
 */
#ifndef HAAT_SERVICES_ORDER_SHAPE_H
#define HAAT_SERVICES_ORDER_SHAPE_H

#include "core/buf.h"
#include "core/field.h"
#include "core/json.h"

extern const struct shape order_shape;
extern const struct shape order_status_shape;
extern const struct shape seller_order_shape;
extern const struct shape order_item_shape;
/* A seller as lines and parts name it. */
extern const struct shape seller_ref_shape;
extern const char *const order_statuses[];
extern const char *const seller_order_statuses[];
extern const char *const order_payment_methods[];

struct order_totals {
	int64_t subtotal;
	int64_t discount;
	int64_t shipping;
	int64_t tax;
	int64_t total;
};

struct order_item {
	struct uuid id;
	struct uuid seller_order_id;
	struct uuid product_id;
	struct uuid variant_id;
	const char *name;
	const char *sku;
	const char *image;
	int64_t quantity;
	int64_t refunded_quantity;
	int64_t unit_price;
	int64_t line_total;
	int64_t tax_rate_bps;
	int64_t cgst, sgst, igst;
};

struct seller_order {
	struct uuid id;
	struct uuid order_id;
	struct uuid seller_id;
	const char *number;
	const char *status;
	const char *store_name;
	const char *currency;
	struct order_totals totals;
	const char *tracking; /* JSON or NULL */
	int64_t placed_at;
	/* For its seller only, else NULL. */
	const char *customer_name;
	const char *shipping_address; /* JSON */
};

struct order {
	struct uuid id;
	const char *number;
	const char *status;
	const char *payment_status;
	const char *payment_method;
	const char *currency;
	struct order_totals totals;
	const char *shipping_address; /* JSON */
	const char *billing_address;  /* JSON */
	const char *purchase_order_number;
	const char *notes;
	int64_t placed_at;
	int64_t expires_at; /* 0: does not expire */
	struct seller_order *parts;
	size_t nparts;
	struct order_item *items;
	size_t nitems;
};

/* One part with those of the items that are its own. */
void seller_order_write(struct json *j, const struct seller_order *p,
    const struct order_item *items, size_t nitems);

/* The whole order; without its sub-orders for lists. */
void order_write(struct json *j, const struct order *o, bool with_parts);

#endif
