/* seller_analytics: figures of a store.  Rules live in
 * services/seller_figures.h. */
#include "services/seller_figures.h"

#include "web/request.h"

#define S struct figures_top
static const struct field figures_top_fields[] = {
	IN_PERIOD,
	IN_I64(limit, DEFAULT(10), 1, FIGURES_TOP_MAX, "How many"),
	{ 0 },
};
#undef S

static enum err
overview_get(struct request *rq)
{
	const struct figures_input *in = rq->in;

	return seller_figures_overview(&rq->ctx, &in->period, rq->out);
}

static enum err
revenue_get(struct request *rq)
{
	const struct figures_input *in = rq->in;

	return seller_figures_revenue(&rq->ctx, &in->period, rq->out);
}

static enum err
orders_get(struct request *rq)
{
	const struct figures_input *in = rq->in;

	return seller_figures_orders(&rq->ctx, &in->period, rq->out);
}

static enum err
top_get(struct request *rq)
{
	return seller_figures_top(&rq->ctx, rq->in, rq->out);
}

static const struct route routes[] = {
	{
	    .method = GET,
	    .path = "/api/sellers/analytics/overview/",
	    .summary = "Key figures of a period, and of the one before",
	    .description =
		"Money counts on the day it came (cash: when it was "
		"delivered) or went back, in the shop's time zone. "
		"pending_orders and low_stock_products are those of now.",
	    .allow = SELLER,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(figures_input),
	    .status = 200,
	    .out = &figures_overview_shape,
	    .handler = overview_get,
	},
	{
	    .method = GET,
	    .path = "/api/sellers/analytics/revenue/",
	    .summary = "Revenue by days, weeks or months",
	    .allow = SELLER,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(figures_input),
	    .status = 200,
	    .out = &figures_revenue_shape,
	    .handler = revenue_get,
	},
	{
	    .method = GET,
	    .path = "/api/sellers/analytics/orders/",
	    .summary = "Orders placed, by where they stand and by days",
	    .allow = SELLER,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(figures_input),
	    .status = 200,
	    .out = &figures_orders_shape,
	    .handler = orders_get,
	},
	{
	    .method = GET,
	    .path = "/api/sellers/analytics/top-products/",
	    .summary = "What sold most, by revenue",
	    .allow = SELLER,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(figures_top),
	    .status = 200,
	    .out = &figures_top_shape,
	    .handler = top_get,
	},
};

APP("seller_analytics", routes);

int
main(int argc, char **argv)
{
	return app_main(argc, argv, &app);
}
