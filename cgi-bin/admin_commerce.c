/* admin_commerce: money, as administrators handle it.  Rules live in
 * services/refund_admin.h. */
#include "services/refund_admin.h"

#include "services/refund.h"
#include "web/request.h"

#define S struct refund_item_in
static const struct field refund_item_fields[] = {
	IN_UUID(order_item_id, REQUIRED, "Line of the order"),
	IN_I64(quantity, REQUIRED, 1, 9999, "Units to pay back"),
	{ 0 },
};
#undef S

#define S struct refund_order
static const struct field refund_order_fields[] = {
	IN_UUID(order_id, REQUIRED, "Order"),
	IN_OPT_I64(amount, REFUND_MIN, INT64_MAX - 1,
	    "To pay back, tax included, over all lines in proportion; or "
	    "give items. Default: all that is left"),
	IN_LIST(items, OPTIONAL, struct refund_item_in, refund_item_fields, 1,
	    100, "Units to pay back"),
	IN_TEXT(reason, REQUIRED, 1, LONG_MAX_CHARS, "Why",
	    .example = "Arrived broken"),
	IN_BOOL(restock, OPTIONAL,
	    "Puts units that were shipped on the shelf again"),
	IN_UUID(refund_id, OPTIONAL,
	    "A buyer's request, granted by this: as it stands, or with "
	    "amount or items less than it asks for"),
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

static enum err
refund_post(struct request *rq)
{
	return refund_admin_open(&rq->ctx, rq->in, rq->out);
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

static const struct route routes[] = {
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
	    INPUT(refund_order),
	    .status = 201,
	    .out = &refund_shape,
	    ERRORS(ERR_NOT_FOUND, ERR_INVALID_STATE,
		ERR_REFUND_EXCEEDS_CAPTURED, ERR_REFUND_IN_PROGRESS,
		ERR_PAYMENT_PROVIDER),
	    .handler = refund_post,
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
};

APP("admin_commerce", routes);

int
main(int argc, char **argv)
{
	return app_main(argc, argv, &app);
}
