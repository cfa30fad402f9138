/* cart: what a buyer is about to order.  Rules live in services/cart.h. */
#include "services/cart.h"

#include "web/request.h"

#define S struct cart_add
static const struct field cart_add_fields[] = {
	IN_UUID(product_id, REQUIRED, "Product to buy"),
	IN_UUID(variant_id, OPTIONAL,
	    "Its variant; may be left out where there is one"),
	IN_I64(quantity, DEFAULT(1), 1, CART_QUANTITY_MAX, "Units to add"),
	{ 0 },
};
#undef S

#define S struct cart_update
static const struct field cart_update_fields[] = {
	IN_UUID(item_id, REQUIRED, "Line to change"),
	IN_I64(quantity, REQUIRED, 0, CART_QUANTITY_MAX,
	    "Units wanted; 0 removes the line"),
	{ 0 },
};
#undef S

struct cart_remove_input {
	struct uuid item_id;
};
#define S struct cart_remove_input
static const struct field cart_remove_input_fields[] = {
	IN_UUID(item_id, REQUIRED, "Line to remove"),
	{ 0 },
};
#undef S

static enum err
get(struct request *rq)
{
	return cart_get(&rq->ctx, rq->out);
}

static enum err
add_post(struct request *rq)
{
	return cart_add(&rq->ctx, rq->in, rq->out);
}

static enum err
update_post(struct request *rq)
{
	return cart_update(&rq->ctx, rq->in, rq->out);
}

static enum err
remove_post(struct request *rq)
{
	const struct cart_remove_input *in = rq->in;

	return cart_remove(&rq->ctx, in->item_id, rq->out);
}

static enum err
clear_post(struct request *rq)
{
	return cart_clear(&rq->ctx, rq->out);
}

static const struct route routes[] = {
	{
	    .method = POST,
	    .path = "/api/cart/add/",
	    .summary = "Add a line to the cart, or to its line",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_KEY,
	    INPUT(cart_add),
	    .status = 200,
	    .out = &cart_shape,
	    ERRORS(ERR_NOT_FOUND, ERR_PRODUCT_UNAVAILABLE,
		ERR_INSUFFICIENT_STOCK),
	    .handler = add_post,
	},
	{
	    .method = POST,
	    .path = "/api/cart/remove/",
	    .summary = "Remove a line",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_KEY,
	    INPUT(cart_remove_input),
	    .status = 200,
	    .out = &cart_shape,
	    ERRORS(ERR_NOT_FOUND),
	    .handler = remove_post,
	},
	{
	    .method = POST,
	    .path = "/api/cart/update/",
	    .summary = "Set the quantity of a line",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_KEY,
	    INPUT(cart_update),
	    .status = 200,
	    .out = &cart_shape,
	    ERRORS(ERR_NOT_FOUND, ERR_PRODUCT_UNAVAILABLE,
		ERR_INSUFFICIENT_STOCK),
	    .handler = update_post,
	},
	{
	    .method = GET,
	    .path = "/api/cart/get/",
	    .summary = "The cart with live prices and stock",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_NONE,
	    .status = 200,
	    .out = &cart_shape,
	    .handler = get,
	},
	{
	    .method = POST,
	    .path = "/api/cart/clear/",
	    .summary = "Empty the cart",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_KEY,
	    .status = 200,
	    .out = &cart_shape,
	    .handler = clear_post,
	},
};

APP("cart", routes);

int
main(int argc, char **argv)
{
	return app_main(argc, argv, &app);
}
