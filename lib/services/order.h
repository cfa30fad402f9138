/*
 * order.h: orders as their buyer sees them.
 *
 * Placing one turns the whole cart into an order, split per seller, in one
 * transaction: prices, taxes and commission are copied, stock is reserved so
 * that it never goes below zero, the cart is emptied.
 */
#ifndef HAAT_SERVICES_ORDER_H
#define HAAT_SERVICES_ORDER_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/page.h"
#include "services/address.h"
#include "services/order_shape.h"

struct order_create {
	struct uuid shipping_address_id;
	struct address *shipping_address;
	struct uuid billing_address_id;
	struct address *billing_address;
	const char *payment_method;
	struct opt_i64 expected_total;
	const char *purchase_order_number;
	const char *notes;
};

struct order_list {
	const char *status;
	struct page_in paging;
};

/* By id or by number. */
struct order_find {
	struct uuid id;
	const char *number;
};
extern const struct field order_find_fields[];

enum { ORDER_RAZORPAY_MIN = 100 };

/*
 * Places the order and writes it.  Errors: ERR_VALIDATION (no address, total
 * under the provider's least), ERR_NOT_FOUND (address), ERR_CART_EMPTY,
 * ERR_CART_CHANGED, ERR_PRODUCT_UNAVAILABLE, ERR_INSUFFICIENT_STOCK (each
 * short line in errors).
 */
enum err order_create(struct ctx *c, const struct order_create *in,
    struct buf *out);

/* Writes the caller's orders, newest first. */
enum err order_list(struct ctx *c, const struct order_list *in,
    struct buf *out, struct page_out *page);

/* Errors: ERR_VALIDATION (neither id nor number), ERR_NOT_FOUND. */
enum err order_detail(struct ctx *c, const struct order_find *in,
    struct buf *out);
enum err order_status(struct ctx *c, struct uuid id, struct buf *out);

#endif
