/* orders: from cart to order, and what became of it.  Rules live in
 * services/order.h. */
#include "services/order.h"

#include "services/order_cancel.h"
#include "services/refund.h"
#include "web/request.h"

#define S struct order_create
static const struct field order_create_fields[] = {
	IN_UUID(shipping_address_id, OPTIONAL,
	    "From the address book; or give shipping_address"),
	IN_OBJ(shipping_address, OPTIONAL, struct address, address_fields,
	    "Where to", .example = "shown"),
	IN_UUID(billing_address_id, OPTIONAL,
	    "From the address book; default: as shipping"),
	IN_OBJ(billing_address, OPTIONAL, struct address, address_fields,
	    "For the invoice; default: as shipping"),
	IN_ENUM(payment_method, REQUIRED, order_payment_methods,
	    "How it will be paid", .example = "razorpay"),
	IN_OPT_I64(expected_total, 0, INT64_MAX - 1,
	    "The total that was shown; refused if it is another now"),
	IN_TEXT(purchase_order_number, OPTIONAL, 0, TEXT_MAX,
	    "The buyer's own number"),
	IN_TEXT(notes, OPTIONAL, 0, LONG_MAX_CHARS, "For the sellers"),
	{ 0 },
};
#undef S

#define S struct order_list
static const struct field order_list_fields[] = {
	IN_ENUM(status, OPTIONAL, order_statuses,
	    "Only orders that stand so"),
	IN_PAGE,
	{ 0 },
};
#undef S

struct order_id {
	struct uuid id;
};
#define S struct order_id
static const struct field order_id_fields[] = {
	IN_UUID(id, REQUIRED, "Order"),
	{ 0 },
};
#undef S

#define S struct order_cancel
static const struct field order_cancel_fields[] = {
	IN_UUID(order_id, REQUIRED, "Order to cancel"),
	IN_TEXT(reason, OPTIONAL, 0, LONG_MAX_CHARS, "Why"),
	{ 0 },
};
#undef S

#define S struct refund_item_in
static const struct field refund_item_fields[] = {
	IN_UUID(order_item_id, REQUIRED, "Line of the order"),
	IN_I64(quantity, REQUIRED, 1, 9999, "Units to return"),
	{ 0 },
};
#undef S

#define S struct refund_request
static const struct field refund_request_fields[] = {
	IN_UUID(order_id, REQUIRED, "Order"),
	IN_LIST(items, REQUIRED, struct refund_item_in, refund_item_fields, 1,
	    100, "What comes back"),
	IN_TEXT(reason, REQUIRED, 1, LONG_MAX_CHARS, "Why",
	    .example = "Wrong size"),
	{ 0 },
};
#undef S

struct refund_list_input {
	struct page_in paging;
};
#define S struct refund_list_input
static const struct field refund_list_input_fields[] = {
	IN_PAGE,
	{ 0 },
};
#undef S

static enum err
create_post(struct request *rq)
{
	return order_create(&rq->ctx, rq->in, rq->out);
}

static enum err
list_get(struct request *rq)
{
	struct page_out page = { 0 };

	TRY(order_list(&rq->ctx, rq->in, rq->out, &page));
	reply_page(rq, &page);
	return OK;
}

static enum err
detail_get(struct request *rq)
{
	return order_detail(&rq->ctx, rq->in, rq->out);
}

static enum err
status_get(struct request *rq)
{
	const struct order_id *in = rq->in;

	return order_status(&rq->ctx, in->id, rq->out);
}

static enum err
cancel_post(struct request *rq)
{
	return order_cancel(&rq->ctx, rq->in, rq->out);
}

static enum err
refund_request_post(struct request *rq)
{
	return refund_request(&rq->ctx, rq->in, rq->out);
}

static enum err
refunds_get(struct request *rq)
{
	const struct refund_list_input *in = rq->in;
	struct page_out page = { 0 };

	TRY(refund_list(&rq->ctx, &in->paging, rq->out, &page));
	reply_page(rq, &page);
	return OK;
}

static const struct route routes[] = {
	{
	    .method = POST,
	    .path = "/api/orders/create/",
	    .summary = "Order the whole cart",
	    .description = "Splits the order per seller and reserves stock, "
			   "all or nothing. Unpaid razorpay orders expire.",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_MONEY,
	    INPUT(order_create),
	    .status = 201,
	    .out = &order_shape,
	    ERRORS(ERR_NOT_FOUND, ERR_CART_EMPTY, ERR_CART_CHANGED,
		ERR_PRODUCT_UNAVAILABLE, ERR_INSUFFICIENT_STOCK),
	    .handler = create_post,
	},
	{
	    .method = GET,
	    .path = "/api/orders/list/",
	    .summary = "Own orders, newest first",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(order_list),
	    .status = 200,
	    .out = &order_shape,
	    .out_kind = OUT_IS_PAGE,
	    .handler = list_get,
	},
	{
	    .method = GET,
	    .path = "/api/orders/detail/",
	    .summary = "One order, by id or number",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(order_find),
	    .status = 200,
	    .out = &order_shape,
	    ERRORS(ERR_NOT_FOUND),
	    .handler = detail_get,
	},
	{
	    .method = GET,
	    .path = "/api/orders/status/",
	    .summary = "Where an order stands, with its history",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(order_id),
	    .status = 200,
	    .out = &order_status_shape,
	    ERRORS(ERR_NOT_FOUND),
	    .handler = status_get,
	},
	{
	    .method = POST,
	    .path = "/api/orders/cancel/",
	    .summary = "Cancel an order before it is shipped",
	    .description = "Returns the stock; the refund of what was paid "
			   "is opened at once.",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_MONEY,
	    .calls_out = true,
	    .pool = "provider",
	    INPUT(order_cancel),
	    .status = 200,
	    .out = &order_shape,
	    ERRORS(ERR_NOT_FOUND, ERR_INVALID_TRANSITION),
	    .handler = cancel_post,
	},
	{
	    .method = POST,
	    .path = "/api/refunds/request/",
	    .summary = "Ask for a refund of delivered items",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_MONEY,
	    INPUT(refund_request),
	    .status = 201,
	    .out = &refund_shape,
	    ERRORS(ERR_NOT_FOUND, ERR_INVALID_STATE),
	    .handler = refund_request_post,
	},
	{
	    .method = GET,
	    .path = "/api/refunds/list/",
	    .summary = "Own refund requests and refunds, newest first",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(refund_list_input),
	    .status = 200,
	    .out = &refund_shape,
	    .out_kind = OUT_IS_PAGE,
	    .handler = refunds_get,
	},
};

APP("orders", routes);

int
main(int argc, char **argv)
{
	return app_main(argc, argv, &app);
}
