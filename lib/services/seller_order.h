/*
 * seller_order.h: orders as their sellers see them: their own part, and of
 * the buyer only name and shipping address.
 */
#ifndef HAAT_SERVICES_SELLER_ORDER_H
#define HAAT_SERVICES_SELLER_ORDER_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/page.h"
#include "services/order_shape.h"

struct seller_order_list {
	const char *status;
	struct page_in paging;
};

/* Writes the parts of the caller's store, newest first. */
enum err seller_order_list(struct ctx *c, const struct seller_order_list *in,
    struct buf *out, struct page_out *page);

/* Writes one of them.  Errors: ERR_NOT_FOUND. */
enum err seller_order_detail(struct ctx *c, struct uuid id, struct buf *out);

#endif
