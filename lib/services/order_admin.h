/*
 * order_admin.h: orders as administrators see them: all of them, with the
 * money behind each.
 */
#ifndef HAAT_SERVICES_ORDER_ADMIN_H
#define HAAT_SERVICES_ORDER_ADMIN_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/field.h"
#include "core/page.h"
#include "services/order.h"

extern const struct shape order_detail_shape;

extern const char *const order_sorts[];

struct order_search {
	const char *q; /* an order's number, or part of the buyer's address,
			  name or company */
	const char *status;
	const char *payment_status;
	const char *seller; /* id or slug */
	struct uuid user;
	const char *from; /* days of the shop, both included */
	const char *to;
	const char *sort;
	struct page_in paging;
};

/* Newest first, unless sorted otherwise. */
enum err order_search(struct ctx *c, const struct order_search *in,
    struct buf *out, struct page_out *page);

/* With its buyer, commission, payments, refunds, ledger and history.
 * Errors: ERR_VALIDATION (neither id nor number), ERR_NOT_FOUND. */
enum err order_admin_detail(struct ctx *c, const struct order_find *in,
    struct buf *out);

#endif
