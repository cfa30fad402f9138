/* sellers: what the owner of a store does with it.  Rules live in
 * services/seller*.h. */
#include "services/product_shape.h"
#include "services/seller.h"
#include "services/seller_product.h"
#include "web/request.h"

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
};

APP("sellers", routes);

int
main(int argc, char **argv)
{
	return app_main(argc, argv, &app);
}
