/*
 * order_step.h: the steps an order takes, with what each does to its parts
 * and to stock.
 *
 * Every function works inside the caller's transaction, on an order that the
 * caller holds locked (order_hold()); stock rows are taken last, in the order
 * of their ids.
 */
#ifndef HAAT_SERVICES_ORDER_STEP_H
#define HAAT_SERVICES_ORDER_STEP_H

#include "core/ctx.h"

struct held_order {
	struct uuid id;
	struct uuid account_id;
	const char *number;
	const char *status;
	const char *payment_status;
	const char *payment_method;
	int64_t total;
};

/* Who moves it, for the history. */
struct actor {
	struct uuid id;   /* zero for the system */
	const char *role; /* customer, seller, admin, provider, system */
	const char *note; /* or NULL */
};

/* Locks the order.  Errors: ERR_NOT_FOUND. */
enum err order_hold(struct ctx *c, struct uuid id, struct held_order *out);
/* The same for the caller's own order only. */
enum err order_hold_own(struct ctx *c, struct uuid id,
    struct held_order *out);

/* One seller's part of a held order. */
struct order_part {
	struct uuid id;
	const char *status;
	const char *number;
	int64_t total;
	const char *store_name;
};
enum err order_part_read(struct ctx *c, struct uuid id,
    struct order_part *out);

bool order_is(const struct held_order *o, const char *status);

/*
 * Money came: pending_payment to confirmed, its parts to pending, the
 * reservations stay for good.
 */
enum err order_paid(struct ctx *c, const struct held_order *o);

/*
 * Money came for a cancelled order: takes its stock again if all of it is
 * there (*revived true, and the order is confirmed), else changes nothing.
 * Parts that their sellers cancelled stay so.
 */
enum err order_revive(struct ctx *c, const struct held_order *o,
    bool *revived);

/* Queues the history's entry of an order, or of one part of it (which may be
 * NULL), that becomes status. */
void order_event_queue(struct ctx *c, const struct held_order *o,
    const struct order_part *part, const char *status,
    const struct actor *by);

/* Brings the order's own status to what follows from its parts, after one of
 * them moved. */
enum err order_follow(struct ctx *c, const struct held_order *o,
    const struct actor *by);

/* Cancels the order and all its parts, and returns its stock. */
enum err order_cancel_all(struct ctx *c, const struct held_order *o,
    const struct actor *by);

#endif
