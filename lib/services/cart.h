/*
 * cart.h: what a buyer is about to order.
 *
 * A cart holds variants and quantities, nothing else: prices, tiers and stock
 * are read live each time it is shown.  Nothing is reserved.
 */
#ifndef HAAT_SERVICES_CART_H
#define HAAT_SERVICES_CART_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/field.h"

extern const struct shape cart_shape;

enum { CART_QUANTITY_MAX = 9999 };

struct cart_add {
	struct uuid product_id;
	struct uuid variant_id;
	int64_t quantity;
};

struct cart_update {
	struct uuid item_id;
	int64_t quantity;
};

/* Writes the caller's cart, an empty one if there is none yet. */
enum err cart_get(struct ctx *c, struct buf *out);

/*
 * Adds to the line of the variant, or starts one; writes the cart.
 * Errors: ERR_NOT_FOUND, ERR_PRODUCT_UNAVAILABLE, ERR_INSUFFICIENT_STOCK,
 * ERR_VALIDATION (which variant, or under the minimum order quantity).
 */
enum err cart_add(struct ctx *c, const struct cart_add *in, struct buf *out);

/* Sets a line's quantity, 0 removes it; writes the cart.  Errors: as
 * cart_add(). */
enum err cart_update(struct ctx *c, const struct cart_update *in,
    struct buf *out);

/* Errors: ERR_NOT_FOUND. */
enum err cart_remove(struct ctx *c, struct uuid item_id, struct buf *out);

enum err cart_clear(struct ctx *c, struct buf *out);

#endif
