/*
 * order_news.h: who is told what about an order: in the app at once, by mail
 * through the outbox.  Only queues, inside the transaction of the event.
 */
#ifndef HAAT_SERVICES_ORDER_NEWS_H
#define HAAT_SERVICES_ORDER_NEWS_H

#include "core/ctx.h"
#include "services/fulfil.h"
#include "services/order_step.h"

/* The buyer, about the whole order: type order_placed, order_paid,
 * order_cancelled, order_expired.  reason may be NULL. */
void order_tell_buyer(struct ctx *c, const char *type,
    const struct held_order *o, const char *reason);

/* Every seller of the order, about its own part: seller_new_order,
 * seller_order_cancelled, seller_paid_too_late.  Reads who they are. */
enum err order_tell_sellers(struct ctx *c, const char *type,
    const struct held_order *o, const char *reason);

/* The buyer, about one part: order_shipped, order_delivered,
 * order_cancelled. */
struct part_news {
	const struct order_part *part;
	const struct tracking *tracking; /* or NULL */
	const char *reason;              /* or NULL */
};
void order_tell_part(struct ctx *c, const char *type,
    const struct held_order *o, const struct part_news *news);

void order_tell_refunded(struct ctx *c, struct uuid order_id,
    const char *number, struct uuid buyer, struct uuid refund_id,
    int64_t amount);

/* Every seller whose part a refund takes from; not of parts that were
 * cancelled, since they heard of that.  Reads who they are. */
enum err order_tell_sellers_refunded(struct ctx *c, struct uuid order_id,
    struct uuid refund_id);

/* The buyer, whose request is turned down. */
void order_tell_refund_rejected(struct ctx *c, const struct held_order *o,
    struct uuid refund_id, int64_t amount, const char *reason);

/* Something about an order that administrators should know: source is what
 * happened, so that a repeat tells nobody twice. */
struct order_alert {
	const char *type; /* refund_requested, payment_mismatch */
	struct uuid source;
	int64_t amount;
	const char *reason;
};
void order_tell_admins(struct ctx *c, struct uuid order_id,
    const char *number, const struct order_alert *alert);

#endif
