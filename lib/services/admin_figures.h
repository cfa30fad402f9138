/*
 * admin_figures.h: what the whole shop sold, by days, each period with the
 * one before it.
 *
 * Money counts on the day it came (cash: when it was delivered) or went back,
 * so that the sums equal the ledger's and those of all stores; orders by
 * status and buyers count on the day the order was placed, accounts on the
 * day they were made.
 */
#ifndef HAAT_SERVICES_ADMIN_FIGURES_H
#define HAAT_SERVICES_ADMIN_FIGURES_H

#include "core/buf.h"
#include "core/ctx.h"
#include "services/figures_sales.h"

extern const struct shape admin_revenue_shape;
extern const struct shape admin_orders_shape;
extern const struct shape admin_top_shape;
extern const struct shape admin_users_shape;
extern const struct shape admin_gmv_shape;

enum { ADMIN_TOP_MAX = 100 };

struct admin_top {
	struct figures_in period;
	int64_t limit;
};

/* Key figures of the period, and of as many days before it. */
enum err admin_figures_overview(struct ctx *c, const struct figures_in *in,
    struct buf *out);
/* Per interval: gross, commission and what is left after refunds. */
enum err admin_figures_revenue(struct ctx *c, const struct figures_in *in,
    struct buf *out);
/* Per interval: what was sold, and in how many orders. */
enum err admin_figures_gmv(struct ctx *c, const struct figures_in *in,
    struct buf *out);
/* Orders placed, by where they stand now and by interval. */
enum err admin_figures_orders(struct ctx *c, const struct figures_in *in,
    struct buf *out);
/* Accounts made, and who ordered. */
enum err admin_figures_users(struct ctx *c, const struct figures_in *in,
    struct buf *out);
/* What sold most, by revenue, and what it sold before. */
enum err admin_figures_top(struct ctx *c, const struct admin_top *in,
    struct buf *out);

#endif
