/* admin_catalog: what administrators decide about the catalogue.  Rules live
 * in services/listing_review.h. */
#include "services/listing_review.h"
#include "services/product.h"
#include "services/product_shape.h"
#include "web/request.h"

struct product_decision {
	struct uuid product_id;
	const char *reason;
};
#define S struct product_decision
static const struct field product_approval_fields[] = {
	IN_UUID(product_id, REQUIRED, "Product"),
	{ 0 },
};
static const struct field product_rejection_fields[] = {
	IN_UUID(product_id, REQUIRED, "Product"),
	IN_TEXT(reason, REQUIRED, 1, LONG_MAX_CHARS,
	    "Why; its seller is told",
	    .example = "The picture shows another brand's product."),
	{ 0 },
};
#undef S

static enum err
reply_product(struct request *rq, struct uuid id)
{
	return product_detail(&rq->ctx, &(struct product_get){ .id = id },
	    rq->out);
}

static enum err
product_approve_post(struct request *rq)
{
	const struct product_decision *in = rq->in;

	TRY(listing_approve(&rq->ctx, in->product_id));
	return reply_product(rq, in->product_id);
}

static enum err
product_reject_post(struct request *rq)
{
	const struct product_decision *in = rq->in;

	TRY(listing_reject(&rq->ctx, in->product_id, in->reason));
	return reply_product(rq, in->product_id);
}

static const struct route routes[] = {
	{
	    .method = POST,
	    .path = "/api/admin/products/approve/",
	    .summary = "Approve a product, or the changes of one",
	    .description =
		"Of a product that is approved already, pending_changes are "
		"taken over; where none wait it is 409. Its seller is told. "
		"Caller: admin.",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_KEY,
	    .in = product_approval_fields,
	    .in_size = sizeof(struct product_decision),
	    .status = 200,
	    .out = &product_shape,
	    ERRORS(ERR_NOT_FOUND, ERR_INVALID_STATE),
	    .handler = product_approve_post,
	},
	{
	    .method = POST,
	    .path = "/api/admin/products/reject/",
	    .summary = "Reject a product, or the changes of one",
	    .description =
		"Of a product that is approved already, pending_changes are "
		"dropped with the reason, and the product stays on sale; "
		"where none wait, it is taken off sale. Its seller is told. "
		"Caller: admin.",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_KEY,
	    .in = product_rejection_fields,
	    .in_size = sizeof(struct product_decision),
	    .status = 200,
	    .out = &product_shape,
	    ERRORS(ERR_NOT_FOUND, ERR_INVALID_STATE),
	    .handler = product_reject_post,
	},
};

APP("admin_catalog", routes);

int
main(int argc, char **argv)
{
	return app_main(argc, argv, &app);
}
