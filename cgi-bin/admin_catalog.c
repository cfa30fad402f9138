/* admin_catalog: what administrators decide about the catalogue.  Rules live
 * in services/listing_review.h and services/review.h. */
#include "services/category_admin.h"
#include "services/listing_review.h"
#include "services/product.h"
#include "services/product_admin.h"
#include "services/product_shape.h"
#include "services/review.h"
#include "web/request.h"

struct product_find {
	struct uuid id;
};
#define S struct product_find
static const struct field product_find_fields[] = {
	IN_UUID(id, REQUIRED, "Product"),
	{ 0 },
};
#undef S

struct product_waiting {
	struct page_in paging;
};
#define S struct product_waiting
static const struct field product_waiting_fields[] = {
	IN_PAGE,
	{ 0 },
};
#undef S

#define S struct listing_decision
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
static const struct field product_decision_fields[] = {
	IN_UUID(product_id, REQUIRED, "Product"),
	IN_BOOL(approved, REQUIRED, "true: approve; false: reject"),
	IN_TEXT(reason, OPTIONAL, 1, LONG_MAX_CHARS,
	    "Why it is rejected, which its seller is told; required then, "
	    "and not used otherwise",
	    .example = "The picture shows another brand's product."),
	{ 0 },
};
#undef S

#define S struct category_edit
static const struct field category_creation_fields[] = {
	IN_TEXT(name, REQUIRED, 1, TEXT_MAX, "Name", .example = "Kitchen"),
	IN_UUID_NULL(parent_id, "The category above; none at the top"),
	IN_OPT_I64(position, 0, CATEGORY_POSITION_MAX,
	    "Place among its siblings; the last unless said"),
	{ 0 },
};
static const struct field category_change_fields[] = {
	IN_UUID(id, REQUIRED, "Category"),
	IN_TEXT(name, OPTIONAL, 1, TEXT_MAX, "Name", .example = "Kitchen"),
	IN_UUID_NULL(parent_id,
	    "The category above; null moves it to the top"),
	IN_OPT_I64(position, 0, CATEGORY_POSITION_MAX,
	    "Place among its siblings"),
	{ 0 },
};
static const struct field category_end_fields[] = {
	IN_UUID(id, REQUIRED, "Category"),
	{ 0 },
};
#undef S

#define S struct review_moderation_list
static const struct field review_moderation_list_fields[] = {
	IN_ENUM(status, OPTIONAL, review_statuses, "Only those in it"),
	IN_UUID(product_id, OPTIONAL, "Only those of this product"),
	IN_ENUM(sort, OPTIONAL, review_sorts, "Newest first unless said"),
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
products_get(struct request *rq)
{
	struct page_out page;

	TRY(product_search(&rq->ctx, rq->in, rq->out, &page));
	reply_page(rq, &page);
	return OK;
}

static enum err
products_pending_get(struct request *rq)
{
	const struct product_waiting *in = rq->in;
	struct page_out page;

	TRY(product_queue(&rq->ctx, &in->paging, rq->out, &page));
	reply_page(rq, &page);
	return OK;
}

static enum err
product_detail_get(struct request *rq)
{
	const struct product_find *in = rq->in;

	return product_review(&rq->ctx, in->id, rq->out);
}

static enum err
product_approve_post(struct request *rq)
{
	const struct listing_decision *in = rq->in;

	TRY(listing_approve(&rq->ctx, in->product_id));
	return reply_product(rq, in->product_id);
}

static enum err
product_reject_post(struct request *rq)
{
	const struct listing_decision *in = rq->in;

	TRY(listing_reject(&rq->ctx, in->product_id, in->reason));
	return reply_product(rq, in->product_id);
}

static enum err
product_set_approval_post(struct request *rq)
{
	const struct listing_decision *in = rq->in;

	TRY(listing_decide(&rq->ctx, in));
	return reply_product(rq, in->product_id);
}

static enum err
category_create_post(struct request *rq)
{
	return category_create(&rq->ctx, rq->in, rq->out);
}

static enum err
category_update_put(struct request *rq)
{
	return category_update(&rq->ctx, rq->in, rq->out);
}

static enum err
category_delete_delete(struct request *rq)
{
	const struct category_edit *in = rq->in;

	TRY(category_delete(&rq->ctx, in->id));
	reply_detail(rq, "The category was deleted.");
	return OK;
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
	    .method = GET,
	    .path = "/api/admin/products/",
	    .summary = "Products in every state, newest first",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(product_search),
	    .status = 200,
	    .out = &product_review_shape,
	    .out_kind = OUT_IS_PAGE,
	    .handler = products_get,
	},
	{
	    .method = GET,
	    .path = "/api/admin/products/detail/",
	    .summary = "One product, in whatever state",
	    .description =
		"Of an approved product the members show what everybody "
		"sees, and pending_changes, by the same names, what its "
		"seller wants instead: images holds the pictures that would "
		"be added, and the category is shown in pending_category. "
		"Caller: admin.",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(product_find),
	    .status = 200,
	    .out = &product_review_shape,
	    ERRORS(ERR_NOT_FOUND),
	    .handler = product_detail_get,
	},
	{
	    .method = GET,
	    .path = "/api/admin/catalog/products/pending/",
	    .summary = "What waits for a decision, oldest first",
	    .description =
		"Products that were sent in, and approved ones with changes "
		"or pictures that wait. Further changes of what waits do not "
		"cost it its place. Caller: admin.",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(product_waiting),
	    .status = 200,
	    .out = &product_review_shape,
	    .out_kind = OUT_IS_PAGE,
	    .handler = products_pending_get,
	},
	{
	    .method = POST,
	    .path = "/api/admin/products/approve/",
	    .summary = "Approve a product, or the changes of one",
	    .description =
		"Puts a product on sale that waits or was rejected, and takes "
		"over the pending_changes of one that is on sale; where none "
		"wait nothing would change, and it is 409, as for drafts and "
		"archived ones. Its seller is told. Caller: admin.",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_KEY,
	    .in = product_approval_fields,
	    .in_size = sizeof(struct listing_decision),
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
		"Of a product that is on sale, pending_changes are dropped "
		"and it stays on sale; where none wait, it is taken off sale. "
		"Of one that is rejected already nothing would change: 409, "
		"as for drafts and archived ones. The reason stands in "
		"rejection_reason, and its seller is told. Caller: admin.",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_KEY,
	    .in = product_rejection_fields,
	    .in_size = sizeof(struct listing_decision),
	    .status = 200,
	    .out = &product_shape,
	    ERRORS(ERR_NOT_FOUND, ERR_INVALID_STATE),
	    .handler = product_reject_post,
	},
	{
	    .method = POST,
	    .path = "/api/admin/catalog/products/set-approval/",
	    .summary = "Approve or reject a product, in one call",
	    .description = "As products/approve/ and products/reject/. "
			   "Caller: admin.",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_KEY,
	    .in = product_decision_fields,
	    .in_size = sizeof(struct listing_decision),
	    .status = 200,
	    .out = &product_shape,
	    ERRORS(ERR_NOT_FOUND, ERR_INVALID_STATE),
	    .handler = product_set_approval_post,
	},
	{
	    .method = POST,
	    .path = "/api/admin/categories/create/",
	    .summary = "Add a category",
	    .description =
		"Its slug is made from the name and stays for ever. The tree "
		"has at most 10 levels. Caller: admin.",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_KEY,
	    .in = category_creation_fields,
	    .in_size = sizeof(struct category_edit),
	    .status = 201,
	    .out = &category_shape,
	    .handler = category_create_post,
	},
	{
	    .method = PUT,
	    .path = "/api/admin/categories/update/",
	    .summary = "Rename or move a category",
	    .description =
		"All below it moves with it; it cannot go below itself. The "
		"slug stays. Caller: admin.",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_KEY,
	    .in = category_change_fields,
	    .in_size = sizeof(struct category_edit),
	    .status = 200,
	    .out = &category_shape,
	    ERRORS(ERR_NOT_FOUND),
	    .handler = category_update_put,
	},
	{
	    .method = DELETE,
	    .path = "/api/admin/categories/delete/",
	    .summary = "Delete a category that is not used",
	    .description =
		"409 while it has categories below it or products of any "
		"state, and once something was sold in it. A commission of its "
		"own goes with it. The id stands in the body or in the query. "
		"Caller: admin.",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_KEY,
	    .in = category_end_fields,
	    .in_size = sizeof(struct category_edit),
	    .status = 200,
	    .out = &detail_shape,
	    ERRORS(ERR_NOT_FOUND, ERR_INVALID_STATE),
	    .handler = category_delete_delete,
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
