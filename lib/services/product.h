/*
 * product.h: one product in full.
 */
#ifndef HAAT_SERVICES_PRODUCT_H
#define HAAT_SERVICES_PRODUCT_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/uuid.h"

/* What of a product is seen, and of which products. */
enum product_view {
	PRODUCT_PUBLIC, /* what is listed, as everybody sees it */
	PRODUCT_OWN,    /* of the caller's store, in any state */
	PRODUCT_ANY,    /* for administrators */
	PRODUCT_REVIEW, /* the same, with what they decide by */
};

/* Appends the product, with variants and images, to out; *found tells
 * whether there is one that this view shows. */
enum err product_write(struct ctx *c, struct uuid id, enum product_view view,
    struct buf *out, bool *found);

/* What asks for a product: one of the two. */
struct product_get {
	struct uuid id;
	const char *slug;
};

/* Appends the product as its caller may see it.  Errors: ERR_NOT_FOUND,
 * ERR_VALIDATION unless exactly one of id and slug is given. */
enum err product_detail(struct ctx *c, const struct product_get *in,
    struct buf *out);

#endif
