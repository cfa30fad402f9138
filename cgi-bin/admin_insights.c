/* admin_insights: what happened and what came of it: the audit trail, reports
 * and figures.  Rules live in services/audit_list.h, admin_figures.h and
 * report.h. */
#include "services/admin_figures.h"
#include "services/audit_list.h"
#include "services/report.h"
#include "web/request.h"

static const char *const audit_sorts[] = { "-at", "at", NULL };

#define S struct audit_search
static const struct field audit_search_fields[] = {
	IN_TEXT(actor, OPTIONAL, 1, EMAIL_MAX,
	    "Who did it: id or e-mail address"),
	IN_TEXT(action, OPTIONAL, 1, TEXT_MAX,
	    "What was done; with a dot at its end all of that kind",
	    .example = "seller.approve"),
	IN_TEXT(entity, OPTIONAL, 1, TEXT_MAX, "Kind of thing",
	    .example = "seller"),
	IN_TEXT(entity_id, OPTIONAL, 1, TEXT_MAX, "Which one"),
	IN_DATE(from, OPTIONAL, "First day"),
	IN_DATE(to, OPTIONAL, "Last day"),
	IN_ENUM(sort, OPTIONAL, audit_sorts, "Newest first unless said"),
	IN_PAGE,
	{ 0 },
};
#undef S

#define S struct report_in
static const struct field report_in_fields[] = {
	IN_ENUM(type, REQUIRED, report_types, "Which one"),
	IN_DAYS,
	IN_ENUM(format, OPTIONAL, report_formats,
	    "json: pages; csv: a file with all rows"),
	IN_PAGE,
	{ 0 },
};
#undef S

#define S struct admin_top
static const struct field admin_top_fields[] = {
	IN_PERIOD,
	IN_I64(limit, DEFAULT(10), 1, ADMIN_TOP_MAX, "How many"),
	{ 0 },
};
#undef S

static enum err
logs_get(struct request *rq)
{
	struct page_out page = { 0 };

	TRY(audit_list(&rq->ctx, rq->in, rq->out, &page));
	reply_page(rq, &page);
	return OK;
}

static enum err
reports_get(struct request *rq)
{
	const struct report_in *in = rq->in;
	struct page_out page = { 0 };
	struct sink to;

	if (report_is_file(in)) {
		to = reply_stream(rq, "text/csv",
		    arena_printf(rq->ctx.arena, "%s.csv", in->type));
		return report_stream(&rq->ctx, in, &to);
	}
	TRY(report_list(&rq->ctx, in, rq->out, &page));
	reply_page(rq, &page);
	return OK;
}

static enum err
overview_get(struct request *rq)
{
	const struct figures_input *in = rq->in;

	return admin_figures_overview(&rq->ctx, &in->period, rq->out);
}

static enum err
revenue_get(struct request *rq)
{
	const struct figures_input *in = rq->in;

	return admin_figures_revenue(&rq->ctx, &in->period, rq->out);
}

static enum err
users_get(struct request *rq)
{
	const struct figures_input *in = rq->in;

	return admin_figures_users(&rq->ctx, &in->period, rq->out);
}

static enum err
orders_get(struct request *rq)
{
	const struct figures_input *in = rq->in;

	return admin_figures_orders(&rq->ctx, &in->period, rq->out);
}

static enum err
gmv_get(struct request *rq)
{
	const struct figures_input *in = rq->in;

	return admin_figures_gmv(&rq->ctx, &in->period, rq->out);
}

static enum err
top_get(struct request *rq)
{
	return admin_figures_top(&rq->ctx, rq->in, rq->out);
}

static const char *const report_media[] = { "text/csv", NULL };

static const struct route routes[] = {
	{
	    .method = GET,
	    .path = "/api/admin/logs/",
	    .summary = "The audit trail, newest first",
	    .description = "Rows can be neither changed nor deleted; each "
			   "holds a hash of the one before.",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(audit_search),
	    .status = 200,
	    .out = &audit_entry_shape,
	    .out_kind = OUT_IS_PAGE,
	    .handler = logs_get,
	},
	{
	    .method = GET,
	    .path = "/api/admin/reports/",
	    .summary = "What happened in a period, as rows or as a file",
	    .description =
		"sales, orders, refunds and settlements are registers in "
		"the order of time; sellers and products come with most "
		"money first, tax by place of supply, HSN code and rate. "
		"Money counts on the day it came (cash: when it was "
		"delivered) or went back, orders on the day they were "
		"placed, refunds and settlements on the day they were done, "
		"else asked for; days are those of the shop's time zone. "
		"JSON comes in pages; the CSV file holds all rows as they "
		"were at one moment, whatever page is asked for, in UTF-8 "
		"with a byte order mark. An amount stands in it twice: in "
		"paise, and beside it (_decimal) as a decimal number; a cell "
		"that a spreadsheet would run begins with '.",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(report_in),
	    .status = 200,
	    .out = &report_row_shape,
	    .out_kind = OUT_IS_PAGE,
	    .media = report_media,
	    .handler = reports_get,
	},
	{
	    .method = GET,
	    .path = "/api/admin/analytics/overview/",
	    .summary = "Key figures of the shop, and of the period before",
	    .description =
		"Money counts on the day it came (cash: when it was "
		"delivered) or went back, in the shop's time zone. "
		"pending_orders and low_stock_products are those of now.",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(figures_input),
	    .status = 200,
	    .out = &figures_overview_shape,
	    .handler = overview_get,
	},
	{
	    .method = GET,
	    .path = "/api/admin/analytics/revenue/",
	    .summary = "Revenue by days, weeks or months",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(figures_input),
	    .status = 200,
	    .out = &admin_revenue_shape,
	    .handler = revenue_get,
	},
	{
	    .method = GET,
	    .path = "/api/admin/analytics/users/",
	    .summary = "Accounts made, and who ordered",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(figures_input),
	    .status = 200,
	    .out = &admin_users_shape,
	    .handler = users_get,
	},
	{
	    .method = GET,
	    .path = "/api/admin/analytics/orders/",
	    .summary = "Orders placed, by where they stand and by days",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(figures_input),
	    .status = 200,
	    .out = &admin_orders_shape,
	    .handler = orders_get,
	},
	{
	    .method = GET,
	    .path = "/api/admin/analytics/top-products/",
	    .summary = "What sold most, by revenue",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(admin_top),
	    .status = 200,
	    .out = &admin_top_shape,
	    .handler = top_get,
	},
	{
	    .method = GET,
	    .path = "/api/admin/analytics/gmv/",
	    .summary = "Gross merchandise value, before refunds",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(figures_input),
	    .status = 200,
	    .out = &admin_gmv_shape,
	    .handler = gmv_get,
	},
};

APP("admin_insights", routes);

int
main(int argc, char **argv)
{
	return app_main(argc, argv, &app);
}
