/* notifications: the inbox.  Rules live in services/notification.h. */
#include "services/notification.h"
#include "web/request.h"

/* --- inputs ------------------------------------------------------------- */

struct notification_list_input {
	struct page_in paging;
	bool unread;
};
#define S struct notification_list_input
static const struct field notification_list_input_fields[] = {
	IN_BOOL(unread, OPTIONAL, "true: only what was not read yet"),
	IN_PAGE,
	{ 0 },
};
#undef S

#define S struct notification_mark
static const struct field notification_mark_fields[] = {
	IN_UUID(id, OPTIONAL, "One message"),
	IN_TEXTS(ids, OPTIONAL, NOTIFICATION_IDS_MAX,
	    "Or some: those of others are passed over"),
	{ 0 },
};
#undef S

/* --- answers ------------------------------------------------------------ */

static const struct field unread_fields[] = {
	OUT_I64("unread_count", "How many were not read yet"),
	{ 0 },
};
static const struct shape unread_shape = { "unread_count",
	"How much there is to read", unread_fields };

static const struct field marked_fields[] = {
	OUT_I64("updated", "How many were marked by this call"),
	OUT_I64("unread_count", "How many are left to read"),
	{ 0 },
};
static const struct shape marked_shape = { "notifications_marked",
	"What was marked as read", marked_fields };

static void
write_marked(struct request *rq, const struct notification_marked *m)
{
	struct json j = js_to(rq->out);

	js_open(&j, '{');
	js_i64(&j, "updated", m->updated);
	js_i64(&j, "unread_count", m->unread_count);
	js_close(&j, '}');
}

/* --- handlers ----------------------------------------------------------- */

static enum err
list_get(struct request *rq)
{
	const struct notification_list_input *in = rq->in;
	struct page_out page;

	TRY(notification_list(&rq->ctx, &in->paging, in->unread, rq->out,
	    &page));
	reply_page(rq, &page);
	return OK;
}

static enum err
unread_count_get(struct request *rq)
{
	struct json j = js_to(rq->out);
	int64_t count;

	TRY(notification_unread(&rq->ctx, &count));
	js_open(&j, '{');
	js_i64(&j, "unread_count", count);
	js_close(&j, '}');
	return OK;
}

static enum err
mark_read_post(struct request *rq)
{
	struct notification_marked marked;

	TRY(notification_mark_read(&rq->ctx, rq->in, &marked));
	write_marked(rq, &marked);
	return OK;
}

static enum err
mark_all_read_post(struct request *rq)
{
	struct notification_marked marked;

	TRY(notification_mark_all_read(&rq->ctx, &marked));
	write_marked(rq, &marked);
	return OK;
}

/* --- routes ------------------------------------------------------------- */

static const struct route routes[] = {
	{
	    .method = GET,
	    .path = "/api/notifications/list/",
	    .summary = "The inbox, newest first",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(notification_list_input),
	    .status = 200,
	    .out = &notification_shape,
	    .out_kind = OUT_IS_PAGE,
	    .handler = list_get,
	},
	{
	    .method = GET,
	    .path = "/api/notifications/unread-count/",
	    .summary = "How many messages were not read yet",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_NONE,
	    .status = 200,
	    .out = &unread_shape,
	    .handler = unread_count_get,
	},
	{
	    .method = POST,
	    .path = "/api/notifications/mark-read/",
	    .summary = "Mark one message, or some, as read",
	    .description =
		"Takes either an id or a list of at most 100 ids. "
		"A single id that is not the caller's is not found; in a "
		"list such ids are passed over.",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_KEY,
	    INPUT(notification_mark),
	    .status = 200,
	    .out = &marked_shape,
	    ERRORS(ERR_NOT_FOUND),
	    .handler = mark_read_post,
	},
	{
	    .method = POST,
	    .path = "/api/notifications/mark-all-read/",
	    .summary = "Mark all messages as read",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_KEY,
	    .status = 200,
	    .out = &marked_shape,
	    .handler = mark_all_read_post,
	},
};

APP("notifications", routes);

int
main(int argc, char **argv)
{
	return app_main(argc, argv, &app);
}
