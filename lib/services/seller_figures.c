#include "services/seller_figures.h"

#include <string.h>

#include "core/config.h"
#include "db/db.h"
#include "services/figures_sales.h"
#include "services/order_shape.h"

static const struct field revenue_fields[] = {
	OUT_TEXT("currency", "ISO 4217", .example = "INR"),
	OUT_ENUM("interval", figures_intervals, "Of the series"),
	OUT_LIST("series", &figures_revenue_point_shape, "Without gaps"),
	{ 0 },
};
const struct shape figures_revenue_shape = { "figures_revenue",
	"Revenue by intervals", revenue_fields };

static const struct field by_status_fields[] = {
	OUT_I64("pending_payment", "Not paid yet"),
	OUT_I64("pending", "Wait to be confirmed"),
	OUT_I64("confirmed", "Confirmed"),
	OUT_I64("packed", "Packed"),
	OUT_I64("shipped", "On their way"),
	OUT_I64("delivered", "Delivered"),
	OUT_I64("cancelled", "Cancelled"),
	{ 0 },
};
static const struct shape by_status_shape = { "figures_by_status",
	"Orders of the period by where they stand now", by_status_fields };
static const struct field orders_point_fields[] = {
	OUT("date", FIELD_DATE, 0, "First day of the interval"),
	OUT_I64("orders", "Orders placed"),
	{ 0 },
};
static const struct shape orders_point_shape = { "figures_orders_point",
	"Orders of an interval", orders_point_fields };
static const struct field orders_fields[] = {
	OUT_OBJ("by_status", &by_status_shape, "All of the period"),
	OUT_LIST("series", &orders_point_shape, "Without gaps"),
	{ 0 },
};
const struct shape figures_orders_shape = { "figures_orders",
	"Orders placed, by intervals", orders_fields };

static const struct field top_product_fields[] = {
	OUT_UUID("product_id", "Product"),
	OUT_TEXT("name", "Its name now"),
	OUT_I64("units_sold", "Units"),
	OUT_I64("revenue", "Sold, before refunds"),
	{ 0 },
};
static const struct shape top_product_shape = { "figures_top_product",
	"A product that sold", top_product_fields };
static const struct field top_fields[] = {
	OUT_TEXT("currency", "ISO 4217", .example = "INR"),
	OUT_LIST("results", &top_product_shape, "Most revenue first"),
	{ 0 },
};
const struct shape figures_top_shape = { "figures_top", "What sold most",
	top_fields };

/* --- money -------------------------------------------------------------- */

static enum err
read_period(struct ctx *c, const struct figures_in *in,
    enum figures_what what, struct figures_period *p)
{
	return figures_period(c, in,
	    (struct figures_scope){ what, c->caller.seller_id }, p);
}

/* A struct for each day from first on, in the order of the days. */
static enum err
read_sales(struct ctx *c, const struct figures_period *p, int64_t first,
    struct sales **out)
{
	struct rows r;

	*out = ARENA_ARRAY(c->arena, (size_t)(p->to - first + 1),
	    struct sales);
	TRY(db_each(c, Q_SELLER_SALES,
	    ARGS(A(c->caller.seller_id), A(first), A(p->to),
		A(figures_live(c, p, first, p->to)),
		A(c->config->shop_timezone)),
	    &r));
	sales_read(&r, first, *out);
	return OK;
}

enum err
seller_figures_overview(struct ctx *c, const struct figures_in *in,
    struct buf *out)
{
	struct sales now = { 0 }, before = { 0 }, *days;
	struct json j = js_to(out);
	struct figures_period p;
	struct rows waiting;
	int64_t n;

	TRY(read_period(c, in, FIGURES_SALES, &p));
	n = p.to - p.from + 1;
	db_queue_rows(c, Q_SELLER_WAITING,
	    ARGS(A(c->caller.seller_id), A(c->config->low_stock)), &waiting);
	TRY(read_sales(c, &p, p.from - n, &days));
	for (int64_t i = 0; i < 2 * n; i++)
		sales_add(i < n ? &before : &now, &days[i]);
	js_open(&j, '{');
	sales_write_overview(&j, &now, &before, &waiting);
	js_close(&j, '}');
	return OK;
}

enum err
seller_figures_revenue(struct ctx *c, const struct figures_in *in,
    struct buf *out)
{
	struct json j = js_to(out);
	struct figures_period p;
	struct sales *days;

	TRY(read_period(c, in, FIGURES_SALES, &p));
	TRY(read_sales(c, &p, p.from, &days));
	js_open(&j, '{');
	js_str(&j, "currency", "INR");
	js_str(&j, "interval", p.interval);
	sales_write_series(&j, &p, days);
	js_close(&j, '}');
	return OK;
}

/* --- orders ------------------------------------------------------------- */

enum { STATUSES = 7 };

struct placed {
	int64_t by_status[STATUSES];
	int64_t *days;
};

static enum err
read_placed(struct ctx *c, const struct figures_period *p, struct placed *out)
{
	struct rows r;

	*out = (struct placed){ 0 };
	out->days = ARENA_ARRAY(c->arena, (size_t)(p->to - p->from + 1),
	    int64_t);
	TRY(db_each(c, Q_SELLER_ORDERS_BY_DAY,
	    ARGS(A(c->caller.seller_id), A(p->from), A(p->to),
		A(figures_live(c, p, p->from, p->to)),
		A(c->config->shop_timezone)),
	    &r));
	while (row_next(&r)) {
		int64_t day = col_i64(&r);
		const char *status = col_text(&r);
		int64_t orders = col_i64(&r);

		out->days[day - p->from] += orders;
		for (int i = 0; i < STATUSES; i++)
			if (strcmp(seller_order_statuses[i], status) == 0)
				out->by_status[i] += orders;
	}
	return OK;
}

enum err
seller_figures_orders(struct ctx *c, const struct figures_in *in,
    struct buf *out)
{
	struct json j = js_to(out);
	struct figures_period p;
	struct placed placed;

	TRY(read_period(c, in, FIGURES_ORDERS, &p));
	TRY(read_placed(c, &p, &placed));
	js_open(&j, '{');
	js_open_key(&j, "by_status", '{');
	for (int i = 0; i < STATUSES; i++)
		js_i64(&j, seller_order_statuses[i], placed.by_status[i]);
	js_close(&j, '}');
	js_open_key(&j, "series", '[');
	for (int64_t day = p.from; day <= p.to;) {
		int64_t bucket = figures_bucket(&p, day), orders = 0;

		for (; day <= p.to && figures_bucket(&p, day) == bucket;
		     day++)
			orders += placed.days[day - p.from];
		js_open(&j, '{');
		figures_write_day(&j, "date", bucket);
		js_i64(&j, "orders", orders);
		js_close(&j, '}');
	}
	js_close(&j, ']');
	js_close(&j, '}');
	return OK;
}

/* --- products ----------------------------------------------------------- */

enum err
seller_figures_top(struct ctx *c, const struct figures_top *in,
    struct buf *out)
{
	struct json j = js_to(out);
	struct figures_pieces pieces;
	struct figures_period p;
	struct rows r;

	TRY(read_period(c, &in->period, FIGURES_SALES, &p));
	pieces = figures_pieces(c, &p);
	TRY(db_each(c, Q_SELLER_TOP_PRODUCTS,
	    ARGS(A(c->caller.seller_id), A(pieces.months), A(pieces.days),
		A(pieces.live), A(c->config->shop_timezone), A(in->limit)),
	    &r));
	js_open(&j, '{');
	js_str(&j, "currency", "INR");
	js_open_key(&j, "results", '[');
	while (row_next(&r)) {
		js_open(&j, '{');
		js_uuid(&j, "product_id", col_uuid(&r));
		js_str(&j, "name", col_text(&r));
		js_i64(&j, "units_sold", col_i64(&r));
		js_i64(&j, "revenue", col_i64(&r));
		js_close(&j, '}');
	}
	js_close(&j, ']');
	js_close(&j, '}');
	return OK;
}
