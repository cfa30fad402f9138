/* admin_sellers: who may sell.  Rules live in services/seller_admin.h. */
#include "services/seller.h"
#include "services/seller_admin.h"
#include "web/request.h"

/* --- inputs ------------------------------------------------------------- */

struct seller_get {
	struct uuid id;
};
#define S struct seller_get
static const struct field seller_get_fields[] = {
	IN_UUID(id, REQUIRED, "Store"),
	{ 0 },
};
#undef S

#define S struct seller_approval
static const struct field seller_approval_fields[] = {
	IN_UUID(seller_id, REQUIRED, "Store"),
	IN_OPT_I64(commission_rate_bps, 0, 10000,
	    "Its own commission from now on, in basis points"),
	{ 0 },
};
#undef S

#define S struct seller_decision
static const struct field seller_decision_fields[] = {
	IN_UUID(seller_id, REQUIRED, "Store"),
	IN_TEXT(reason, REQUIRED, 1, LONG_MAX_CHARS, "What the seller reads",
	    .example = "The bank proof cannot be read."),
	{ 0 },
};
#undef S

/* --- handlers ----------------------------------------------------------- */

static enum err
list_get(struct request *rq)
{
	struct page_out page;

	TRY(seller_list(&rq->ctx, rq->in, rq->out, &page));
	reply_page(rq, &page);
	return OK;
}

static enum err
detail_get(struct request *rq)
{
	const struct seller_get *in = rq->in;

	return seller_write(&rq->ctx, in->id, rq->out);
}

static enum err
approve_post(struct request *rq)
{
	return seller_approve(&rq->ctx, rq->in, rq->out);
}

static enum err
reject_post(struct request *rq)
{
	return seller_reject(&rq->ctx, rq->in, rq->out);
}

static enum err
suspend_post(struct request *rq)
{
	return seller_suspend(&rq->ctx, rq->in, rq->out);
}

/* --- routes ------------------------------------------------------------- */

static const struct route routes[] = {
	{
	    .method = GET,
	    .path = "/api/admin/sellers/",
	    .summary = "Stores, newest first",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(seller_list),
	    .status = 200,
	    .out = &seller_shape,
	    .out_kind = OUT_IS_PAGE,
	    .handler = list_get,
	},
	{
	    .method = GET,
	    .path = "/api/admin/sellers/detail/",
	    .summary = "One store with its documents",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(seller_get),
	    .status = 200,
	    .out = &seller_shape,
	    ERRORS(ERR_NOT_FOUND),
	    .handler = detail_get,
	},
	{
	    .method = POST,
	    .path = "/api/admin/sellers/approve/",
	    .summary = "Approve a store, or its changes",
	    .description =
		"From pending, rejected or suspended; of an approved store, "
		"the changes that wait. A checklist that is not complete "
		"does not stop it. The products of a suspended store come "
		"back into the shop.",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_KEY,
	    INPUT(seller_approval),
	    .status = 200,
	    .out = &seller_shape,
	    ERRORS(ERR_NOT_FOUND, ERR_INVALID_STATE),
	    .handler = approve_post,
	},
	{
	    .method = POST,
	    .path = "/api/admin/sellers/reject/",
	    .summary = "Refuse a store, or its changes",
	    .description =
		"A pending store becomes rejected. One that was approved "
		"stays what it is, and the changes that wait are dropped.",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_KEY,
	    INPUT(seller_decision),
	    .status = 200,
	    .out = &seller_shape,
	    ERRORS(ERR_NOT_FOUND, ERR_INVALID_STATE),
	    .handler = reject_post,
	},
	{
	    .method = POST,
	    .path = "/api/admin/sellers/suspend/",
	    .summary = "Take a store out of business",
	    .description =
		"Its products leave the shop, running orders go on. "
		"Approving brings it back.",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_KEY,
	    INPUT(seller_decision),
	    .status = 200,
	    .out = &seller_shape,
	    ERRORS(ERR_NOT_FOUND, ERR_INVALID_STATE),
	    .handler = suspend_post,
	},
};

APP("admin_sellers", routes);

int
main(int argc, char **argv)
{
	return app_main(argc, argv, &app);
}
