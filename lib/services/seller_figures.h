/*
 * seller_figures.h: what a seller's store sold, by days.
 *
 * Money counts on the day it came (cash: when it was delivered) or went back,
 * so that the sums equal the ledger's; orders count, where they are told by
 * status, on the day they were placed.
 */
#ifndef HAAT_SERVICES_SELLER_FIGURES_H
#define HAAT_SERVICES_SELLER_FIGURES_H

#include "core/buf.h"
#include "core/ctx.h"
#include "services/figures.h"
#include "services/figures_sales.h"

extern const struct shape figures_revenue_shape;
extern const struct shape figures_orders_shape;
extern const struct shape figures_top_shape;

enum { FIGURES_TOP_MAX = 100 };

struct figures_top {
	struct figures_in period;
	int64_t limit;
};

/* Key figures of the period, and of as many days before it. */
enum err seller_figures_overview(struct ctx *c, const struct figures_in *in,
    struct buf *out);
/* Per interval: gross, commission and what is left after refunds. */
enum err seller_figures_revenue(struct ctx *c, const struct figures_in *in,
    struct buf *out);
/* Orders placed, by where they stand now and by interval. */
enum err seller_figures_orders(struct ctx *c, const struct figures_in *in,
    struct buf *out);
/* What sold most, by revenue. */
enum err seller_figures_top(struct ctx *c, const struct figures_top *in,
    struct buf *out);

#endif
