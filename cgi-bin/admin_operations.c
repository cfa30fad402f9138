/* admin_operations: what waits, what runs beside the requests, and what was
 * given up, and where the provider's books differ.  Rules live in
 * services/operations.h and services/mismatch_list.h. */
#include "services/operations.h"

#include "services/mismatch_list.h"
#include "web/request.h"

static const char *const yes_no[] = { "true", "false", NULL };

static const char *const run_sorts[] = { "-started_at", "started_at", NULL };

#define S struct job_run_search
static const struct field job_run_search_fields[] = {
	IN_TEXT(job, OPTIONAL, 1, TEXT_MAX, "Only its runs",
	    .example = "outbox"),
	IN_ENUM(ok, OPTIONAL, yes_no, "Only good ones, or failed ones"),
	IN_ENUM(sort, OPTIONAL, run_sorts, "Newest first unless said"),
	IN_PAGE,
	{ 0 },
};
#undef S

static const char *const message_sorts[] = { "-created_at", "created_at",
	NULL };

#define S struct message_search
static const struct field message_search_fields[] = {
	IN_ENUM(state, OPTIONAL, message_states, "Only those in this state"),
	IN_ENUM(sort, OPTIONAL, message_sorts, "Newest first unless said"),
	IN_PAGE,
	{ 0 },
};
#undef S

static const char *const mismatch_sorts[] = { "-first_seen_at",
	"first_seen_at", NULL };

#define S struct mismatch_search
static const struct field mismatch_search_fields[] = {
	IN_ENUM(resolved, OPTIONAL, yes_no,
	    "Only those that were put right, or that still differ"),
	IN_ENUM(sort, OPTIONAL, mismatch_sorts, "Newest first unless said"),
	IN_PAGE,
	{ 0 },
};
#undef S

struct message_retry {
	struct uuid id;
};
#define S struct message_retry
static const struct field message_retry_fields[] = {
	IN_UUID(id, REQUIRED, "Message"),
	{ 0 },
};
#undef S

static enum err
queues_get(struct request *rq)
{
	return operations_queues(&rq->ctx, rq->out);
}

static enum err
jobs_get(struct request *rq)
{
	return operations_jobs(&rq->ctx, rq->out);
}

static enum err
runs_get(struct request *rq)
{
	struct page_out page = { 0 };

	TRY(operations_runs(&rq->ctx, rq->in, rq->out, &page));
	reply_page(rq, &page);
	return OK;
}

static enum err
messages_get(struct request *rq)
{
	struct page_out page = { 0 };

	TRY(operations_messages(&rq->ctx, rq->in, rq->out, &page));
	reply_page(rq, &page);
	return OK;
}

static enum err
retry_post(struct request *rq)
{
	const struct message_retry *in = rq->in;

	return operations_retry(&rq->ctx, in->id, rq->out);
}

static enum err
mismatches_get(struct request *rq)
{
	struct page_out page = { 0 };

	TRY(mismatch_list(&rq->ctx, rq->in, rq->out, &page));
	reply_page(rq, &page);
	return OK;
}

static const struct route routes[] = {
	{
	    .method = GET,
	    .path = "/api/admin/queues/",
	    .summary = "How much waits for a decision",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    .status = 200,
	    .out = &queues_shape,
	    .handler = queues_get,
	},
	{
	    .method = GET,
	    .path = "/api/admin/jobs/",
	    .summary = "The scheduled programs, and whether they are on time",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    .status = 200,
	    .out = &jobs_shape,
	    .handler = jobs_get,
	},
	{
	    .method = GET,
	    .path = "/api/admin/jobs/runs/",
	    .summary = "Runs of the scheduled programs, newest first",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(job_run_search),
	    .status = 200,
	    .out = &job_run_shape,
	    .out_kind = OUT_IS_PAGE,
	    .handler = runs_get,
	},
	{
	    .method = GET,
	    .path = "/api/admin/outbox/",
	    .summary = "Mails and SMS, newest first",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(message_search),
	    .status = 200,
	    .out = &message_shape,
	    .out_kind = OUT_IS_PAGE,
	    .handler = messages_get,
	},
	{
	    .method = POST,
	    .path = "/api/admin/outbox/retry/",
	    .summary = "Send a message that was given up again",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_KEY,
	    INPUT(message_retry),
	    .status = 200,
	    .out = &message_shape,
	    ERRORS(ERR_NOT_FOUND, ERR_INVALID_STATE),
	    .handler = retry_post,
	},
	{
	    .method = GET,
	    .path = "/api/admin/payments/mismatches/",
	    .summary = "Where the provider's books and ours differ",
	    .description = "Found by the daily comparison, newest first; it "
			   "also says when one was put right.",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(mismatch_search),
	    .status = 200,
	    .out = &mismatch_shape,
	    .out_kind = OUT_IS_PAGE,
	    .handler = mismatches_get,
	},
};

APP("admin_operations", routes);

int
main(int argc, char **argv)
{
	return app_main(argc, argv, &app);
}
