#include "services/admin_figures.h"

#include <string.h>

#include "core/config.h"
#include "db/array.h"
#include "services/order_shape.h"

/* --- shapes ------------------------------------------------------------- */

static const struct field revenue_before_fields[] = {
	OUT_LIST("series", &figures_revenue_point_shape, "Without gaps"),
	{ 0 },
};
static const struct shape revenue_before_shape = { "admin_revenue_previous",
	"Revenue of the period before", revenue_before_fields };
static const struct field revenue_fields[] = {
	OUT_TEXT("currency", "ISO 4217", .example = "INR"),
	OUT_ENUM("interval", figures_intervals, "Of the series"),
	OUT_LIST("series", &figures_revenue_point_shape, "Without gaps"),
	OUT_OBJ("previous", &revenue_before_shape, "As many days before"),
	{ 0 },
};
const struct shape admin_revenue_shape = { "admin_revenue",
	"Revenue of the shop by intervals", revenue_fields };

static const struct field gmv_point_fields[] = {
	OUT("date", FIELD_DATE, 0, "First day of the interval"),
	OUT_I64("gmv", "Sold, before refunds"),
	OUT_I64("orders", "Orders that were paid; cash: delivered"),
	{ 0 },
};
static const struct shape gmv_point_shape = { "admin_gmv_point",
	"What was sold in an interval", gmv_point_fields };
static const struct field gmv_before_fields[] = {
	OUT_LIST("series", &gmv_point_shape, "Without gaps"),
	OUT_I64("total", "The sum of the series"),
	{ 0 },
};
static const struct shape gmv_before_shape = { "admin_gmv_previous",
	"What was sold in the period before", gmv_before_fields };
static const struct field gmv_fields[] = {
	OUT_TEXT("currency", "ISO 4217", .example = "INR"),
	OUT_ENUM("interval", figures_intervals, "Of the series"),
	OUT_LIST("series", &gmv_point_shape, "Without gaps"),
	OUT_I64("total", "The sum of the series"),
	OUT_OBJ("previous", &gmv_before_shape, "As many days before"),
	{ 0 },
};
const struct shape admin_gmv_shape = { "admin_gmv",
	"Gross merchandise value by intervals", gmv_fields };

static const struct field by_status_fields[] = {
	OUT_I64("pending_payment", "Not paid yet"),
	OUT_I64("confirmed", "Paid, or cash on delivery"),
	OUT_I64("processing", "Some of it is packed"),
	OUT_I64("shipped", "On its way"),
	OUT_I64("delivered", "Delivered"),
	OUT_I64("cancelled", "Cancelled"),
	{ 0 },
};
static const struct shape by_status_shape = { "admin_by_status",
	"Orders of the period by where they stand now", by_status_fields };
static const struct field orders_point_fields[] = {
	OUT("date", FIELD_DATE, 0, "First day of the interval"),
	OUT_I64("orders", "Orders placed"),
	{ 0 },
};
static const struct shape orders_point_shape = { "admin_orders_point",
	"Orders of an interval", orders_point_fields };
#define OUT_PLACED                                                           \
	OUT_OBJ("by_status", &by_status_shape, "All of the period"),         \
	    OUT_LIST("series", &orders_point_shape, "Without gaps")
static const struct field orders_before_fields[] = { OUT_PLACED, { 0 } };
static const struct shape orders_before_shape = { "admin_orders_previous",
	"Orders placed in the period before", orders_before_fields };
static const struct field orders_fields[] = {
	OUT_PLACED,
	OUT_OBJ("previous", &orders_before_shape, "As many days before"),
	{ 0 },
};
const struct shape admin_orders_shape = { "admin_orders",
	"Orders placed, by intervals", orders_fields };

static const struct field users_point_fields[] = {
	OUT("date", FIELD_DATE, 0, "First day of the interval"),
	OUT_I64("new", "Accounts made"),
	{ 0 },
};
static const struct shape users_point_shape = { "admin_users_point",
	"Accounts of an interval", users_point_fields };
#define OUT_ACCOUNTS                                                         \
	OUT_I64("total", "Accounts there were at its end"),                  \
	    OUT_I64("new", "Accounts made in it"),                           \
	    OUT_I64("active", "Accounts that placed an order in it"),        \
	    OUT_LIST("series", &users_point_shape, "Without gaps")
static const struct field users_before_fields[] = { OUT_ACCOUNTS, { 0 } };
static const struct shape users_before_shape = { "admin_users_previous",
	"Accounts in the period before", users_before_fields };
static const struct field users_fields[] = {
	OUT_ACCOUNTS,
	OUT_OBJ("previous", &users_before_shape, "As many days before"),
	{ 0 },
};
const struct shape admin_users_shape = { "admin_users",
	"Accounts, by intervals", users_fields };

static const struct field top_product_fields[] = {
	OUT_UUID("product_id", "Product"),
	OUT_TEXT("name", "Its name now"),
	OUT_I64("units_sold", "Units"),
	OUT_I64("revenue", "Sold, before refunds"),
	OUT_I64("previous_units_sold", "Units in as many days before"),
	OUT_I64("previous_revenue", "Sold in as many days before"),
	{ 0 },
};
static const struct shape top_product_shape = { "admin_top_product",
	"A product that sold", top_product_fields };
static const struct field top_fields[] = {
	OUT_TEXT("currency", "ISO 4217", .example = "INR"),
	OUT_LIST("results", &top_product_shape, "Most revenue first"),
	{ 0 },
};
const struct shape admin_top_shape = { "admin_top", "What sold most",
	top_fields };

/* --- money -------------------------------------------------------------- */

/* A period, the one before it, and what happened on the days of both. */
struct both {
	struct figures_period now;
	struct figures_period before;
	void *days; /* of the one before first */
};

static enum err
read_period(struct ctx *c, const struct figures_in *in,
    enum figures_what what, struct both *out)
{
	TRY(figures_period(c, in, (struct figures_scope){ .what = what },
	    &out->now));
	out->before = figures_before(&out->now);
	return OK;
}

static size_t
length(const struct both *b)
{
	return (size_t)(b->now.to - b->now.from + 1);
}

static const char *
live_of(struct ctx *c, const struct both *b)
{
	return figures_live(c, &b->now, b->before.from, b->now.to);
}

static enum err
read_sales(struct ctx *c, const struct figures_in *in, struct both *b,
    struct sales **now)
{
	struct sales *days;
	struct rows r;

	TRY(read_period(c, in, FIGURES_SALES, b));
	days = ARENA_ARRAY(c->arena, 2 * length(b), struct sales);
	TRY(db_each(c, Q_SHOP_SALES,
	    ARGS(A(b->before.from), A(b->now.to), A(live_of(c, b)),
		A(c->config->shop_timezone)),
	    &r));
	sales_read(&r, b->before.from, days);
	b->days = days;
	*now = days + length(b);
	return OK;
}

enum err
admin_figures_overview(struct ctx *c, const struct figures_in *in,
    struct buf *out)
{
	struct sales now = { 0 }, before = { 0 }, *days;
	struct json j = js_to(out);
	struct rows waiting;
	struct both b;

	TRY(read_sales(c, in, &b, &days));
	db_queue_rows(c, Q_SHOP_WAITING, ARGS(A(c->config->low_stock)),
	    &waiting);
	TRY(db_flush(c));
	for (size_t i = 0; i < length(&b); i++) {
		sales_add(&before, (struct sales *)b.days + i);
		sales_add(&now, &days[i]);
	}
	js_open(&j, '{');
	sales_write_overview(&j, &now, &before, &waiting);
	js_close(&j, '}');
	return OK;
}

enum err
admin_figures_revenue(struct ctx *c, const struct figures_in *in,
    struct buf *out)
{
	struct json j = js_to(out);
	struct sales *days;
	struct both b;

	TRY(read_sales(c, in, &b, &days));
	js_open(&j, '{');
	js_str(&j, "currency", "INR");
	js_str(&j, "interval", b.now.interval);
	sales_write_series(&j, &b.now, days);
	js_open_key(&j, "previous", '{');
	sales_write_series(&j, &b.before, b.days);
	js_close(&j, '}');
	js_close(&j, '}');
	return OK;
}

static void
write_gmv(struct json *j, const struct figures_period *p,
    const struct sales *days)
{
	int64_t total = 0;

	js_open_key(j, "series", '[');
	for (int64_t day = p->from; day <= p->to;) {
		int64_t bucket = figures_bucket(p, day);
		struct sales sum = sales_of_interval(p, days, &day);

		total += sum.gross;
		js_open(j, '{');
		figures_write_day(j, "date", bucket);
		js_i64(j, "gmv", sum.gross);
		js_i64(j, "orders", sum.orders);
		js_close(j, '}');
	}
	js_close(j, ']');
	js_i64(j, "total", total);
}

enum err
admin_figures_gmv(struct ctx *c, const struct figures_in *in, struct buf *out)
{
	struct json j = js_to(out);
	struct sales *days;
	struct both b;

	TRY(read_sales(c, in, &b, &days));
	js_open(&j, '{');
	js_str(&j, "currency", "INR");
	js_str(&j, "interval", b.now.interval);
	write_gmv(&j, &b.now, days);
	js_open_key(&j, "previous", '{');
	write_gmv(&j, &b.before, b.days);
	js_close(&j, '}');
	js_close(&j, '}');
	return OK;
}

/* --- counts of days ----------------------------------------------------- */

static void
write_counts(struct json *j, const struct figures_period *p, const char *name,
    const int64_t *days)
{
	js_open_key(j, "series", '[');
	for (int64_t day = p->from; day <= p->to;) {
		int64_t bucket = figures_bucket(p, day), sum = 0;

		for (; day <= p->to && figures_bucket(p, day) == bucket;
		     day++)
			sum += days[day - p->from];
		js_open(j, '{');
		figures_write_day(j, "date", bucket);
		js_i64(j, name, sum);
		js_close(j, '}');
	}
	js_close(j, ']');
}

/* --- orders ------------------------------------------------------------- */

enum { STATUSES = 6 };

struct placed {
	int64_t by_status[STATUSES];
	int64_t *days;
};

static void
add_placed(struct placed *to, int64_t day, const char *status, int64_t orders)
{
	to->days[day] += orders;
	for (int i = 0; i < STATUSES; i++)
		if (strcmp(order_statuses[i], status) == 0)
			to->by_status[i] += orders;
}

static enum err
read_placed(struct ctx *c, const struct both *b, struct placed *now,
    struct placed *before)
{
	int64_t n = (int64_t)length(b);
	struct rows r;

	before->days = ARENA_ARRAY(c->arena, 2 * length(b), int64_t);
	now->days = before->days + n;
	TRY(db_each(c, Q_SHOP_ORDERS_BY_DAY,
	    ARGS(A(b->before.from), A(b->now.to), A(live_of(c, b)),
		A(c->config->shop_timezone)),
	    &r));
	while (row_next(&r)) {
		int64_t day = col_i64(&r) - b->before.from;
		const char *status = col_text(&r);
		int64_t orders = col_i64(&r);

		if (day < n)
			add_placed(before, day, status, orders);
		else
			add_placed(now, day - n, status, orders);
	}
	return OK;
}

static void
write_placed(struct json *j, const struct figures_period *p,
    const struct placed *placed)
{
	js_open_key(j, "by_status", '{');
	for (int i = 0; i < STATUSES; i++)
		js_i64(j, order_statuses[i], placed->by_status[i]);
	js_close(j, '}');
	write_counts(j, p, "orders", placed->days);
}

enum err
admin_figures_orders(struct ctx *c, const struct figures_in *in,
    struct buf *out)
{
	struct placed now = { 0 }, before = { 0 };
	struct json j = js_to(out);
	struct both b;

	TRY(read_period(c, in, FIGURES_ORDERS, &b));
	TRY(read_placed(c, &b, &now, &before));
	js_open(&j, '{');
	write_placed(&j, &b.now, &now);
	js_open_key(&j, "previous", '{');
	write_placed(&j, &b.before, &before);
	js_close(&j, '}');
	js_close(&j, '}');
	return OK;
}

/* --- accounts ----------------------------------------------------------- */

struct accounts {
	int64_t total;
	int64_t active;
	int64_t *days;
};

static void
queue_until(struct ctx *c, const struct figures_period *p, struct rows *out)
{
	/* No account is from before 1970. */
	int64_t closed = p->closed < -1 ? -1 : p->closed;

	db_queue_rows(c, Q_SHOP_ACCOUNTS_UNTIL,
	    ARGS(A(p->to < p->today ? p->to : p->today), A(closed),
		A(figures_marked(c, p)), A(c->config->shop_timezone)),
	    out);
}

/* As long as a closed day is to be counted anew, none before it is taken as
 * it is kept: buyers of a day are told by the days before it. */
static void
queue_buyers(struct ctx *c, const struct figures_period *p, struct rows *out)
{
	int64_t closed = p->closed < -1 ? -1 : p->closed;

	if (p->marked.n > 0 && p->marked.v[0] <= closed)
		closed = p->marked.v[0] - 1;
	db_queue_rows(c, Q_SHOP_BUYERS,
	    ARGS(A(p->from), A(p->to), A(closed),
		A(c->config->shop_timezone)),
	    out);
}

static enum err
read_accounts(struct ctx *c, const struct both *b, const struct both *buyers,
    struct accounts *now, struct accounts *before)
{
	struct rows made, until[2], active[2];

	queue_until(c, &b->before, &until[0]);
	queue_until(c, &b->now, &until[1]);
	queue_buyers(c, &buyers->before, &active[0]);
	queue_buyers(c, &buyers->now, &active[1]);
	TRY(db_each(c, Q_SHOP_ACCOUNTS,
	    ARGS(A(b->before.from), A(b->now.to), A(live_of(c, b)),
		A(c->config->shop_timezone)),
	    &made));
	before->days = ARENA_ARRAY(c->arena, 2 * length(b), int64_t);
	now->days = before->days + length(b);
	while (row_next(&made)) {
		int64_t day = col_i64(&made) - b->before.from;

		before->days[day] = col_i64(&made);
	}
	for (int i = 0; i < 2; i++) {
		struct accounts *a = i == 0 ? before : now;

		row_next(&until[i]);
		row_next(&active[i]);
		a->total = col_i64(&until[i]);
		a->active = col_i64(&active[i]);
	}
	return OK;
}

static void
write_accounts(struct json *j, const struct figures_period *p,
    const struct accounts *a)
{
	int64_t made = 0;

	for (int64_t day = p->from; day <= p->to; day++)
		made += a->days[day - p->from];
	js_i64(j, "total", a->total);
	js_i64(j, "new", made);
	js_i64(j, "active", a->active);
	write_counts(j, p, "new", a->days);
}

enum err
admin_figures_users(struct ctx *c, const struct figures_in *in,
    struct buf *out)
{
	struct accounts now = { 0 }, before = { 0 };
	struct json j = js_to(out);
	struct both b, buyers;

	TRY(read_period(c, in, FIGURES_ACCOUNTS, &b));
	TRY(read_period(c, in, FIGURES_BUYERS, &buyers));
	TRY(read_accounts(c, &b, &buyers, &now, &before));
	js_open(&j, '{');
	write_accounts(&j, &b.now, &now);
	js_open_key(&j, "previous", '{');
	write_accounts(&j, &b.before, &before);
	js_close(&j, '}');
	js_close(&j, '}');
	return OK;
}

/* --- products ----------------------------------------------------------- */

struct top {
	struct uuid *ids;
	struct rows now;
	struct rows before;
};

static enum err
read_top(struct ctx *c, const struct both *b, int64_t limit, struct top *t)
{
	struct figures_pieces now = figures_least(c, &b->now);
	struct figures_pieces before = figures_least(c, &b->before);
	const char *zone = c->config->shop_timezone;
	struct rows walk;
	size_t n = 0;

	TRY(db_each(c, Q_SHOP_TOP_PRODUCTS,
	    ARGS(A(now.months), A(now.days), A(now.less), A(now.live),
		A(zone), A(limit)),
	    &t->now));
	t->ids = ARENA_ARRAY(c->arena, (size_t)t->now.count + 1, struct uuid);
	walk = t->now;
	while (row_next(&walk))
		t->ids[n++] = col_uuid(&walk);
	return db_each(c, Q_SHOP_PRODUCTS_SOLD,
	    ARGS(A(array_uuids(c->arena, t->ids, n)), A(before.months),
		A(before.days), A(before.less), A(before.live), A(zone)),
	    &t->before);
}

enum err
admin_figures_top(struct ctx *c, const struct admin_top *in, struct buf *out)
{
	struct json j = js_to(out);
	struct both b;
	struct top t;

	TRY(read_period(c, &in->period, FIGURES_SALES, &b));
	TRY(read_top(c, &b, in->limit, &t));
	js_open(&j, '{');
	js_str(&j, "currency", "INR");
	js_open_key(&j, "results", '[');
	while (row_next(&t.now) && row_next(&t.before)) {
		js_open(&j, '{');
		js_uuid(&j, "product_id", col_uuid(&t.now));
		js_str(&j, "name", col_text(&t.now));
		js_i64(&j, "units_sold", col_i64(&t.now));
		js_i64(&j, "revenue", col_i64(&t.now));
		js_i64(&j, "previous_units_sold", col_i64(&t.before));
		js_i64(&j, "previous_revenue", col_i64(&t.before));
		js_close(&j, '}');
	}
	js_close(&j, ']');
	js_close(&j, '}');
	return OK;
}
