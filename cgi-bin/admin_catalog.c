/* admin_catalog: what administrators decide about the catalogue.  Rules live
 * in services/listing_review.h and services/review.h. */
#include "services/listing_review.h"
#include "services/product.h"
#include "services/product_shape.h"
#include "services/review.h"
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

#define S struct review_moderation_list
static const struct field review_moderation_list_fields[] = {
	IN_ENUM(status, OPTIONAL, review_statuses, "Only those in it"),
	IN_UUID(product_id, OPTIONAL, "Only those of this product"),
	IN_PAGE,
	{ 0 },
};
#undef S

static const char *const review_decisions[] = { "published", "hidden", NULL };

struct review_decision {
	struct uuid review_id;
	const char *status;
};
#define S struct review_decision
static const struct field review_decision_fields[] = {
	IN_UUID(review_id, REQUIRED, "Review"),
	IN_ENUM(status, REQUIRED, review_decisions, "Shown or not"),
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

static enum err
reviews_get(struct request *rq)
{
	struct page_out page;

	TRY(review_list_all(&rq->ctx, rq->in, rq->out, &page));
	reply_page(rq, &page);
	return OK;
}

static enum err
review_set_status_post(struct request *rq)
{
	const struct review_decision *in = rq->in;

	return review_set_status(&rq->ctx, in->review_id, in->status,
	    rq->out);
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
	{
	    .method = GET,
	    .path = "/api/admin/reviews/",
	    .summary = "Reviews in any state, newest first",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(review_moderation_list),
	    .status = 200,
	    .out = &review_shape,
	    .out_kind = OUT_IS_PAGE,
	    .handler = reviews_get,
	},
	{
	    .method = POST,
	    .path = "/api/admin/reviews/set-status/",
	    .summary = "Show or hide a review",
	    .description = "The product's rating follows.",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_KEY,
	    INPUT(review_decision),
	    .status = 200,
	    .out = &review_shape,
	    ERRORS(ERR_NOT_FOUND),
	    .handler = review_set_status_post,
	},
};

APP("admin_catalog", routes);

int
main(int argc, char **argv)
{
	return app_main(argc, argv, &app);
}
