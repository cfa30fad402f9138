#include "services/figures_sales.h"

#define OUT_PERIOD_FIGURES                                                   \
	OUT_I64("gross_revenue", "Sold, before refunds"),                    \
	    OUT_I64("net_revenue",                                           \
		"What is left after refunds and commission"),                \
	    OUT_I64("orders", "Orders that were paid"),                      \
	    OUT_I64("units_sold", "Units in them"),                          \
	    OUT_I64("average_order_value", "Gross by orders, half up"),      \
	    OUT_I64("refunds", "Paid back")

static const struct field previous_fields[] = { OUT_PERIOD_FIGURES, { 0 } };
static const struct shape previous_shape = { "figures_previous",
	"The figures of the period before", previous_fields };

static const struct field overview_fields[] = {
	OUT_TEXT("currency", "ISO 4217", .example = "INR"),
	OUT_PERIOD_FIGURES,
	OUT_I64("pending_orders", "Orders that wait to be confirmed now"),
	OUT_I64("low_stock_products", "Listed products that are low now"),
	OUT_OBJ("previous", &previous_shape, "As many days before"),
	{ 0 },
};
const struct shape figures_overview_shape = { "figures_overview",
	"Key figures of a period", overview_fields };

static const struct field revenue_point_fields[] = {
	OUT("date", FIELD_DATE, 0, "First day of the interval"),
	OUT_I64("gross", "Sold, before refunds"),
	OUT_I64("commission", "The marketplace's, less what returned"),
	OUT_I64("net", "What is left after refunds and commission"),
	{ 0 },
};
const struct shape figures_revenue_point_shape = { "figures_revenue_point",
	"Money of an interval", revenue_point_fields };

void
sales_add(struct sales *to, const struct sales *s)
{
	to->orders += s->orders;
	to->units += s->units;
	to->gross += s->gross;
	to->refunds += s->refunds;
	to->commission += s->commission;
}

int64_t
sales_net(const struct sales *s)
{
	return s->gross - s->refunds - s->commission;
}

void
sales_read(struct rows *r, int64_t first, struct sales *days)
{
	while (row_next(r)) {
		struct sales *s = &days[col_i64(r) - first];

		s->orders = col_i64(r);
		s->units = col_i64(r);
		s->gross = col_i64(r);
		s->refunds = col_i64(r);
		s->commission = col_i64(r);
	}
}

static void
write_sales(struct json *j, const struct sales *s)
{
	js_i64(j, "gross_revenue", s->gross);
	js_i64(j, "net_revenue", sales_net(s));
	js_i64(j, "orders", s->orders);
	js_i64(j, "units_sold", s->units);
	js_i64(j, "average_order_value",
	    s->orders == 0 ? 0 :
			     (2 * s->gross + s->orders) / (2 * s->orders));
	js_i64(j, "refunds", s->refunds);
}

void
sales_write_overview(struct json *j, const struct sales *now,
    const struct sales *before, struct rows *waiting)
{
	row_next(waiting);
	js_str(j, "currency", "INR");
	write_sales(j, now);
	js_i64(j, "pending_orders", col_i64(waiting));
	js_i64(j, "low_stock_products", col_i64(waiting));
	js_open_key(j, "previous", '{');
	write_sales(j, before);
	js_close(j, '}');
}

struct sales
sales_of_interval(const struct figures_period *p, const struct sales *days,
    int64_t *day)
{
	int64_t bucket = figures_bucket(p, *day);
	struct sales sum = { 0 };

	for (; *day <= p->to && figures_bucket(p, *day) == bucket; (*day)++)
		sales_add(&sum, &days[*day - p->from]);
	return sum;
}

void
sales_write_series(struct json *j, const struct figures_period *p,
    const struct sales *days)
{
	js_open_key(j, "series", '[');
	for (int64_t day = p->from; day <= p->to;) {
		int64_t bucket = figures_bucket(p, day);
		struct sales sum = sales_of_interval(p, days, &day);

		js_open(j, '{');
		figures_write_day(j, "date", bucket);
		js_i64(j, "gross", sum.gross);
		js_i64(j, "commission", sum.commission);
		js_i64(j, "net", sales_net(&sum));
		js_close(j, '}');
	}
	js_close(j, ']');
}
