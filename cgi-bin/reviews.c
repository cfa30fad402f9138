/* reviews: what buyers say and sellers answer.  Rules live in
 * services/review.h. */
#include "services/review.h"
#include "web/request.h"

/* --- handlers ----------------------------------------------------------- */

static enum err
list_get(struct request *rq)
{
	struct page_out page;

	TRY(review_list(&rq->ctx, rq->in, rq->out, &page));
	reply_page(rq, &page);
	return OK;
}

static enum err
create_post(struct request *rq)
{
	return review_create(&rq->ctx, rq->in, rq->out);
}

static enum err
reply_post(struct request *rq)
{
	return review_reply(&rq->ctx, rq->in, rq->out);
}

/* --- routes ------------------------------------------------------------- */

static const struct route routes[] = {
	{
	    .method = GET,
	    .path = "/api/reviews/list/",
	    .summary = "A product's reviews",
	    .allow = PUBLIC,
	    .idempotency = IDEMPOTENCY_NONE,
	    .hot = true,
	    INPUT(review_list),
	    .status = 200,
	    .out = &review_shape,
	    .out_kind = OUT_IS_PAGE,
	    ERRORS(ERR_NOT_FOUND),
	    .handler = list_get,
	},
	{
	    .method = POST,
	    .path = "/api/reviews/create/",
	    .summary = "Review a product that was received",
	    .description =
		"Once for each product. It is published at once, and the "
		"seller is told.",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_KEY,
	    INPUT(review_create),
	    .status = 201,
	    .out = &review_shape,
	    ERRORS(ERR_NOT_FOUND, ERR_PERMISSION_DENIED, ERR_ALREADY_EXISTS),
	    .handler = create_post,
	},
	{
	    .method = POST,
	    .path = "/api/reviews/reply/",
	    .summary = "Answer a review of one of the own products, once",
	    .allow = APPROVED,
	    .idempotency = IDEMPOTENCY_KEY,
	    INPUT(review_reply),
	    .status = 200,
	    .out = &review_shape,
	    ERRORS(ERR_NOT_FOUND, ERR_ALREADY_EXISTS),
	    .handler = reply_post,
	},
};

APP("reviews", routes);

int
main(int argc, char **argv)
{
	return app_main(argc, argv, &app);
}
