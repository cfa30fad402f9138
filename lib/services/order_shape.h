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
	/* For administrators only, else scope is NULL. */
	const char *commission_scope;
	int64_t commission_rate_bps;
	int64_t commission;
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

/* The members of an order, for objects that have more. */
extern const struct shape order_address_shape;
extern const char *const order_payment_statuses[];
/* clang-format off */
#define ORDER_FIELDS                                                         \
	OUT_UUID("id", "Order"),                                             \
	OUT_TEXT("number", "For people", .example = "HT261122-000042"),      \
	OUT_ENUM("status", order_statuses, "Where it stands"),               \
	OUT_ENUM("payment_status", order_payment_statuses, "Of the money"),  \
	OUT_ENUM("payment_method", order_payment_methods, "As chosen"),      \
	OUT_TEXT("currency", "ISO 4217", .example = "INR"),                  \
	OUT_TOTALS,                                                          \
	OUT_OBJ("shipping_address", &order_address_shape, "Where to"),       \
	OUT_OBJ("billing_address", &order_address_shape, "For the invoice"), \
	OUT_TEXT_NULL("purchase_order_number", "The buyer's own number"),    \
	OUT_TEXT_NULL("notes", "The buyer's words"),                         \
	OUT("seller_orders", FIELD_LIST, OPTIONAL,                           \
	    "One part per seller; not in lists",                             \
	    .shape = &seller_order_shape),                                   \
	OUT_TIME("placed_at", "When it was ordered"),                        \
	OUT_TIME_NULL("expires_at", "Until when it can be paid")
#define OUT_TOTALS                                                           \
	OUT_I64("subtotal", "Sum of the lines"),                             \
	OUT_I64("discount_total", "Taken off"),                              \
	OUT_I64("shipping_total", "Shipping"),                               \
	OUT_I64("tax_total", "Tax contained in the total"),                  \
	OUT_I64("total", "To pay")
/* clang-format on */
void order_write_members(struct json *j, const struct order *o,
    bool with_parts);

/* The whole order; without its sub-orders for lists. */
void order_write(struct json *j, const struct order *o, bool with_parts);

#endif
