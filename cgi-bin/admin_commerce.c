/* admin_commerce: money, as administrators handle it.  Rules live in
 * services/refund_admin.h, services/settlement.h and services/payout_file.h. */
#include "services/refund_admin.h"

#include "services/commission.h"
#include "services/order_admin.h"
#include "services/payout_file.h"
#include "services/refund.h"
#include "services/settlement.h"
#include "web/request.h"

#define S struct order_search
static const struct field order_search_fields[] = {
	IN_TEXT(q, OPTIONAL, 1, TEXT_MAX,
	    "An order's number, or part of the buyer's address, name or "
	    "company"),
	IN_ENUM(status, OPTIONAL, order_statuses, "Only those that stand so"),
	IN_ENUM(payment_status, OPTIONAL, order_payment_statuses,
	    "Only those paid so"),
	IN_TEXT(seller, OPTIONAL, 1, TEXT_MAX,
	    "Only those with a part of this seller, by id or slug"),
	IN_UUID(user, OPTIONAL, "Only those of this buyer"),
	IN_DATE(from, OPTIONAL, "First day"),
	IN_DATE(to, OPTIONAL, "Last day"),
	IN_ENUM(sort, OPTIONAL, order_sorts, "Newest first unless said"),
	IN_PAGE,
	{ 0 },
};
#undef S

#define S struct commission_set
static const struct field commission_set_fields[] = {
	IN_ENUM(scope, REQUIRED, commission_scopes, "For what",
	    .example = "global"),
	IN_UUID(category_id, OPTIONAL, "With scope category"),
	IN_UUID(seller_id, OPTIONAL, "With scope seller"),
	IN_I64(rate_bps, REQUIRED, 0, 10000, "Basis points",
	    .example = "1000"),
	{ 0 },
};
#undef S

#define S struct commission_find
static const struct field commission_find_fields[] = {
	IN_UUID(seller_id, OPTIONAL, "For effective"),
	IN_UUID(category_id, OPTIONAL, "For effective"),
	{ 0 },
};
#undef S

#define S struct refund_item_in
static const struct field refund_item_fields[] = {
	IN_UUID(order_item_id, REQUIRED, "Line of the order"),
	IN_I64(quantity, REQUIRED, 1, 9999, "Units to pay back"),
	{ 0 },
};
#undef S

#define S struct refund_order
/* clang-format off */
#define IN_REFUND                                                            \
	IN_UUID(order_id, REQUIRED, "Order"),                                \
	IN_OPT_I64(amount, REFUND_MIN, INT64_MAX - 1,                        \
	    "To pay back, tax included, over all lines in proportion; or "   \
	    "give items. Default: all that is left"),                        \
	IN_LIST(items, OPTIONAL, struct refund_item_in, refund_item_fields,  \
	    1, 100, "Units to pay back"),                                    \
	IN_UUID(refund_id, OPTIONAL,                                         \
	    "A buyer's request, granted by this: as it stands, or with "     \
	    "amount or items less than it asks for")
/* clang-format on */
static const struct field refund_preview_fields[] = { IN_REFUND, { 0 } };
static const struct field refund_order_fields[] = {
	IN_REFUND,
	IN_TEXT(reason, REQUIRED, 1, LONG_MAX_CHARS, "Why",
	    .example = "Arrived broken"),
	IN_BOOL(restock, OPTIONAL,
	    "Puts units that were shipped on the shelf again"),
	{ 0 },
};
#undef S

#define S struct refund_search
static const struct field refund_search_fields[] = {
	IN_ENUM(status, OPTIONAL, refund_statuses,
	    "Only those that stand so"),
	IN_UUID(order_id, OPTIONAL, "Only those of this order"),
	IN_TEXT(seller, OPTIONAL, 1, TEXT_MAX,
	    "Only those that touch this seller, by id or slug"),
	IN_ENUM(sort, OPTIONAL, refund_sorts, "Newest first unless said"),
	IN_PAGE,
	{ 0 },
};
#undef S

#define S struct refund_rejection
static const struct field refund_rejection_fields[] = {
	IN_UUID(refund_id, REQUIRED, "A buyer's request"),
	IN_TEXT(reason, REQUIRED, 1, LONG_MAX_CHARS, "Why, for the buyer",
	    .example = "The item shows signs of use"),
	{ 0 },
};
#undef S

#define S struct settlement_search
static const struct field settlement_search_fields[] = {
	IN_ENUM(status, OPTIONAL, settlement_statuses,
	    "Only those that stand so"),
	IN_UUID(seller_id, OPTIONAL, "Only those of this seller"),
	IN_ENUM(sort, OPTIONAL, settlement_sorts, "Newest first unless said"),
	IN_PAGE,
	{ 0 },
};
#undef S

struct settlement_id {
	struct uuid id;
};
#define S struct settlement_id
static const struct field settlement_id_fields[] = {
	IN_UUID(id, REQUIRED, "Settlement"),
	{ 0 },
};
#undef S

#define S struct settlement_process
static const struct field settlement_process_fields[] = {
	IN_UUID(settlement_id, REQUIRED, "Settlement"),
	IN_ENUM(action, REQUIRED, settlement_actions, "What became of it"),
	IN_TEXT(reference, OPTIONAL, 1, TEXT_MAX,
	    "Of the transfer; needed to pay",
	    .example = "NEFT20261122000042"),
	IN_TEXT(reason, OPTIONAL, 1, LONG_MAX_CHARS,
	    "For the seller; needed to reject"),
	{ 0 },
};
#undef S

static const char *const csv_media[] = { "text/csv", NULL };

static enum err
refund_post(struct request *rq)
{
	return refund_admin_open(&rq->ctx, rq->in, rq->out);
}

static enum err
refund_preview_post(struct request *rq)
{
	return refund_admin_preview(&rq->ctx, rq->in, rq->out);
}

static enum err
refunds_get(struct request *rq)
{
	struct page_out page = { 0 };

	TRY(refund_admin_list(&rq->ctx, rq->in, rq->out, &page));
	reply_page(rq, &page);
	return OK;
}

static enum err
reject_post(struct request *rq)
{
	return refund_reject(&rq->ctx, rq->in, rq->out);
}

static enum err
settlements_get(struct request *rq)
{
	struct page_out page = { 0 };

	TRY(settlement_search(&rq->ctx, rq->in, rq->out, &page));
	reply_page(rq, &page);
	return OK;
}

static enum err
settlement_get(struct request *rq)
{
	const struct settlement_id *in = rq->in;

	return settlement_detail(&rq->ctx, in->id, rq->out);
}

static enum err
process_post(struct request *rq)
{
	return settlement_process(&rq->ctx, rq->in, rq->out);
}

static enum err
payout_file_get(struct request *rq)
{
	struct sink to = reply_stream(rq, "text/csv", "payouts.csv");

	return payout_file(&rq->ctx, &to);
}

static enum err
orders_get(struct request *rq)
{
	struct page_out page = { 0 };

	TRY(order_search(&rq->ctx, rq->in, rq->out, &page));
	reply_page(rq, &page);
	return OK;
}

static enum err
order_get(struct request *rq)
{
	return order_admin_detail(&rq->ctx, rq->in, rq->out);
}

static enum err
commission_set_post(struct request *rq)
{
	return commission_set(&rq->ctx, rq->in, rq->out);
}

static enum err
commission_get_get(struct request *rq)
{
	return commission_get(&rq->ctx, rq->in, rq->out);
}

static const struct route routes[] = {
	{
	    .method = GET,
	    .path = "/api/admin/orders/",
	    .summary = "All orders, newest first",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(order_search),
	    .status = 200,
	    .out = &order_shape,
	    .out_kind = OUT_IS_PAGE,
	    .handler = orders_get,
	},
	{
	    .method = GET,
	    .path = "/api/admin/orders/detail/",
	    .summary = "One order with payments, refunds and ledger",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(order_find),
	    .status = 200,
	    .out = &order_detail_shape,
	    ERRORS(ERR_NOT_FOUND),
	    .handler = order_get,
	},
	{
	    .method = POST,
	    .path = "/api/admin/commission/set/",
	    .summary = "Set a commission rate",
	    .description = "It holds for orders placed from now on.",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_KEY,
	    INPUT(commission_set),
	    .status = 200,
	    .out = &commission_shape,
	    ERRORS(ERR_NOT_FOUND),
	    .handler = commission_set_post,
	},
	{
	    .method = GET,
	    .path = "/api/admin/commission/get/",
	    .summary = "The commission rates in force",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(commission_find),
	    .status = 200,
	    .out = &commission_shape,
	    ERRORS(ERR_NOT_FOUND),
	    .handler = commission_get_get,
	},
	{
	    .method = POST,
	    .path = "/api/admin/refund/",
	    .summary = "Pay back all or part of an order",
	    .description =
		"Through the provider; cash is paid back by hand and booked "
		"at once. While the outcome of an earlier refund is unknown, "
		"only its own key goes on: another is refund_in_progress.",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_MONEY,
	    .calls_out = true,
	    .pool = "provider",
	    INPUT(refund_order),
	    .status = 201,
	    .out = &refund_shape,
	    ERRORS(ERR_NOT_FOUND, ERR_INVALID_STATE,
		ERR_REFUND_EXCEEDS_CAPTURED, ERR_REFUND_IN_PROGRESS,
		ERR_PAYMENT_PROVIDER),
	    .handler = refund_post,
	},
	{
	    .method = POST,
	    .path = "/api/admin/refund/preview/",
	    .summary = "What a refund would do, before it does",
	    .description = "The same input without its reason; nothing is "
			   "opened, promised or called.",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    .in = refund_preview_fields,
	    .in_size = sizeof(struct refund_order),
	    .status = 200,
	    .out = &refund_preview_shape,
	    ERRORS(ERR_NOT_FOUND, ERR_INVALID_STATE,
		ERR_REFUND_EXCEEDS_CAPTURED, ERR_REFUND_IN_PROGRESS),
	    .handler = refund_preview_post,
	},
	{
	    .method = GET,
	    .path = "/api/admin/refunds/",
	    .summary = "Refund requests and refunds, newest first",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(refund_search),
	    .status = 200,
	    .out = &refund_shape,
	    .out_kind = OUT_IS_PAGE,
	    .handler = refunds_get,
	},
	{
	    .method = POST,
	    .path = "/api/admin/refunds/reject/",
	    .summary = "Turn a refund request down",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_KEY,
	    INPUT(refund_rejection),
	    .status = 200,
	    .out = &refund_shape,
	    ERRORS(ERR_NOT_FOUND, ERR_INVALID_STATE),
	    .handler = reject_post,
	},
	{
	    .method = GET,
	    .path = "/api/admin/commerce/settlements/list/",
	    .summary = "Settlements, newest first",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(settlement_search),
	    .status = 200,
	    .out = &settlement_shape,
	    .out_kind = OUT_IS_PAGE,
	    .handler = settlements_get,
	},
	{
	    .method = GET,
	    .path = "/api/admin/commerce/settlements/detail/",
	    .summary = "One with its lines and its postings",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(settlement_id),
	    .status = 200,
	    .out = &settlement_detail_shape,
	    ERRORS(ERR_NOT_FOUND),
	    .handler = settlement_get,
	},
	{
	    .method = POST,
	    .path = "/api/admin/commerce/settlements/process/",
	    .summary = "Say that a settlement was paid, or reject it",
	    .description =
		"The transfer is made outside; its reference stands on one "
		"settlement only. Rejecting makes the money available again.",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_MONEY,
	    INPUT(settlement_process),
	    .status = 200,
	    .out = &settlement_shape,
	    ERRORS(ERR_NOT_FOUND, ERR_INVALID_STATE),
	    .handler = process_post,
	},
	{
	    .method = GET,
	    .path = "/api/admin/commerce/settlements/payout-file/",
	    .summary = "What is to be paid to sellers, as CSV",
	    .description =
		"A row per settlement that is requested or processing and "
		"comes to more than nothing, oldest first: the bank account "
		"in full, the amount in rupees with two decimals and in "
		"paise, and a reference for the transfer. The note names "
		"what to look at before paying. UTF-8, RFC 4180; a cell that "
		"a spreadsheet would run has a ' in front. Each reading is "
		"written into the audit trail.",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    .status = 200,
	    .out_kind = OUT_IS_FILE,
	    .media = csv_media,
	    .handler = payout_file_get,
	},
};

APP("admin_commerce", routes);

int
main(int argc, char **argv)
{
	return app_main(argc, argv, &app);
}
