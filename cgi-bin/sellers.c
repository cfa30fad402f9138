/* sellers: what the owner of a store does with it.  Rules live in
 * services/seller*.h, services/fulfil.h and services/settlement.h. */
#include "services/fulfil.h"
#include "services/product_shape.h"
#include "services/seller.h"
#include "services/seller_order.h"
#include "services/seller_product.h"
#include "services/settlement.h"
#include "web/request.h"

/* --- inputs ------------------------------------------------------------- */

#define S struct seller_order_list
static const struct field seller_order_list_fields[] = {
	IN_ENUM(status, OPTIONAL, seller_order_statuses,
	    "Only orders that stand so"),
	IN_PAGE,
	{ 0 },
};
#undef S

struct seller_order_id {
	struct uuid id;
};
#define S struct seller_order_id
static const struct field seller_order_id_fields[] = {
	IN_UUID(id, REQUIRED, "Sub-order"),
	{ 0 },
};
#undef S

#define S struct tracking
static const struct field tracking_fields[] = {
	IN_TEXT(carrier, OPTIONAL, 1, TEXT_MAX, "Who carries it",
	    .example = "Delhivery"),
	IN_TEXT(tracking_number, OPTIONAL, 1, TEXT_MAX,
	    "The carrier's number"),
	IN_TEXT(tracking_url, OPTIONAL, 1, LONG_MAX_CHARS,
	    "Where to follow it", .check = fulfil_check_url,
	    .example = "https://carrier.example/t/123"),
	{ 0 },
};
#undef S

#define S struct fulfil_step
static const struct field fulfil_step_fields[] = {
	IN_UUID(id, REQUIRED, "Sub-order"),
	IN_ENUM(status, REQUIRED, fulfil_statuses, "What it becomes",
	    .example = "shipped"),
	IN_OBJ(tracking, OPTIONAL, struct tracking, tracking_fields,
	    "With shipped", .example = "shown"),
	IN_TEXT(note, OPTIONAL, 0, LONG_MAX_CHARS,
	    "For the history; the reason of a cancellation"),
	{ 0 },
};
#undef S

struct settlement_list_input {
	struct page_in paging;
};
#define S struct settlement_list_input
static const struct field settlement_list_input_fields[] = {
	IN_PAGE,
	{ 0 },
};
#undef S

/* --- handlers ----------------------------------------------------------- */

static enum err
register_post(struct request *rq)
{
	return seller_register(&rq->ctx, rq->in, rq->out);
}

static enum err
profile_get(struct request *rq)
{
	return seller_profile(&rq->ctx, rq->out);
}

static enum err
update_put(struct request *rq)
{
	return seller_update(&rq->ctx, rq->in, rq->out);
}

static enum err
products_get(struct request *rq)
{
	struct page_out page;

	TRY(seller_products(&rq->ctx, rq->in, rq->out, &page));
	reply_page(rq, &page);
	return OK;
}

static enum err
orders_get(struct request *rq)
{
	struct page_out page = { 0 };

	TRY(seller_order_list(&rq->ctx, rq->in, rq->out, &page));
	reply_page(rq, &page);
	return OK;
}

static enum err
order_get(struct request *rq)
{
	const struct seller_order_id *in = rq->in;

	return seller_order_detail(&rq->ctx, in->id, rq->out);
}

static enum err
step_post(struct request *rq)
{
	return fulfil_step(&rq->ctx, rq->in, rq->out);
}

static enum err
balance_get(struct request *rq)
{
	return settlement_balance(&rq->ctx, rq->out);
}

static enum err
settlements_get(struct request *rq)
{
	const struct settlement_list_input *in = rq->in;
	struct page_out page = { 0 };

	TRY(settlement_list(&rq->ctx, &in->paging, rq->out, &page));
	reply_page(rq, &page);
	return OK;
}

static enum err
settlement_post(struct request *rq)
{
	return settlement_request(&rq->ctx, rq->out);
}

/* --- routes ------------------------------------------------------------- */

static const struct route routes[] = {
	{
	    .method = POST,
	    .path = "/api/sellers/register/",
	    .summary = "Open a store",
	    .description =
		"The store is pending until it is approved. Its checklist "
		"says what it still needs. The account becomes a seller's: "
		"the next access token says so, older ones work all the "
		"same.",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_KEY,
	    INPUT(seller_register),
	    .status = 201,
	    .out = &seller_shape,
	    ERRORS(ERR_ALREADY_EXISTS),
	    .handler = register_post,
	},
	{
	    .method = GET,
	    .path = "/api/sellers/profile/",
	    .summary = "The own store",
	    .allow = SELLER,
	    .idempotency = IDEMPOTENCY_NONE,
	    .status = 200,
	    .out = &seller_shape,
	    .handler = profile_get,
	},
	{
	    .method = PUT,
	    .path = "/api/sellers/update/",
	    .summary = "Change the own store",
	    .description =
		"Changes what is given. From a rejected store it sends the "
		"store in again. Of a store that was approved, a new bank "
		"account, PAN or GSTIN waits in pending_changes, and the old "
		"one stays in force until the change is approved.",
	    .allow = SELLER,
	    .idempotency = IDEMPOTENCY_KEY,
	    INPUT(seller_update),
	    .status = 200,
	    .out = &seller_shape,
	    .handler = update_put,
	},
	{
	    .method = GET,
	    .path = "/api/sellers/products/",
	    .summary = "The own products, in any state",
	    .allow = SELLER,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(seller_products),
	    .status = 200,
	    .out = &product_shape,
	    .out_kind = OUT_IS_PAGE,
	    .handler = products_get,
	},
	{
	    .method = GET,
	    .path = "/api/sellers/orders/",
	    .summary = "The store's parts of orders, newest first",
	    .allow = SELLER,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(seller_order_list),
	    .status = 200,
	    .out = &seller_order_shape,
	    .out_kind = OUT_IS_PAGE,
	    .handler = orders_get,
	},
	{
	    .method = GET,
	    .path = "/api/sellers/orders/detail/",
	    .summary = "One of them",
	    .allow = SELLER,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(seller_order_id),
	    .status = 200,
	    .out = &seller_order_shape,
	    ERRORS(ERR_NOT_FOUND),
	    .handler = order_get,
	},
	{
	    .method = POST,
	    .path = "/api/sellers/orders/update-status/",
	    .summary = "Confirm, pack, ship, deliver or cancel",
	    .description =
		"pending, confirmed, packed, shipped, delivered, one after "
		"the other; cancelled from anything before shipped. Shipping "
		"takes the units off the shelf; delivering captures cash and "
		"starts the return window; cancelling returns the stock and "
		"opens the refund of what was paid.",
	    .allow = APPROVED,
	    .idempotency = IDEMPOTENCY_MONEY,
	    .calls_out = true,
	    .pool = "provider",
	    INPUT(fulfil_step),
	    .status = 200,
	    .out = &seller_order_shape,
	    ERRORS(ERR_NOT_FOUND, ERR_INVALID_TRANSITION),
	    .handler = step_post,
	},
	{
	    .method = GET,
	    .path = "/api/sellers/balance/",
	    .summary = "What is owed to the store, and what was paid",
	    .description =
		"Pending until the order is delivered and its return window "
		"over, and while a refund is asked for; then available.",
	    .allow = SELLER,
	    .idempotency = IDEMPOTENCY_NONE,
	    .status = 200,
	    .out = &balance_shape,
	    .handler = balance_get,
	},
	{
	    .method = GET,
	    .path = "/api/sellers/settlements/",
	    .summary = "Own settlements, newest first",
	    .allow = SELLER,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(settlement_list_input),
	    .status = 200,
	    .out = &settlement_shape,
	    .out_kind = OUT_IS_PAGE,
	    .handler = settlements_get,
	},
	{
	    .method = POST,
	    .path = "/api/sellers/settlements/request/",
	    .summary = "Ask for everything that is available",
	    .description =
		"Refunds of what was settled before are taken off. Nothing "
		"can be asked for while that is more than was earned.",
	    .allow = APPROVED,
	    .idempotency = IDEMPOTENCY_MONEY,
	    .status = 201,
	    .out = &settlement_shape,
	    ERRORS(ERR_NOTHING_TO_SETTLE),
	    .handler = settlement_post,
	},
};

APP("sellers", routes);

int
main(int argc, char **argv)
{
	return app_main(argc, argv, &app);
}
