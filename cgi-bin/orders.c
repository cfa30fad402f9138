/* orders: from cart to order, and what became of it.  Rules live in
 * services/order.h. */
#include "services/order.h"

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
	IN_ENUM(status, OPTIONAL, order_statuses, "Only orders that stand so"),
	IN_PAGE,
	{ 0 },
};
#undef S

#define S struct order_find
static const struct field order_find_fields[] = {
	IN_UUID(id, OPTIONAL, "Order, or give number"),
	IN_TEXT(number, OPTIONAL, 1, TEXT_MAX, "Order number"),
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
};

APP("orders", routes);

int
main(int argc, char **argv)
{
	return app_main(argc, argv, &app);
}
