/* admin_insights: what happened and what came of it: the audit trail, reports
 * and figures.  Rules live in services/audit_list.h. */
#include "services/audit_list.h"
#include "web/request.h"

#define S struct audit_search
static const struct field audit_search_fields[] = {
	IN_TEXT(actor, OPTIONAL, 1, EMAIL_MAX,
	    "Who did it: id or e-mail address"),
	IN_TEXT(action, OPTIONAL, 1, TEXT_MAX,
	    "What was done; with a dot at its end all of that kind",
	    .example = "seller.approve"),
	IN_TEXT(entity, OPTIONAL, 1, TEXT_MAX, "Kind of thing",
	    .example = "seller"),
	IN_TEXT(entity_id, OPTIONAL, 1, TEXT_MAX, "Which one"),
	IN_DATE(from, OPTIONAL, "First day"),
	IN_DATE(to, OPTIONAL, "Last day"),
	IN_PAGE,
	{ 0 },
};
#undef S

static enum err
logs_get(struct request *rq)
{
	struct page_out page = { 0 };

	TRY(audit_list(&rq->ctx, rq->in, rq->out, &page));
	reply_page(rq, &page);
	return OK;
}

static const struct route routes[] = {
	{
	    .method = GET,
	    .path = "/api/admin/logs/",
	    .summary = "The audit trail, newest first",
	    .description = "Rows can be neither changed nor deleted; each "
			   "holds a hash of the one before.",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(audit_search),
	    .status = 200,
	    .out = &audit_entry_shape,
	    .out_kind = OUT_IS_PAGE,
	    .handler = logs_get,
	},
};

APP("admin_insights", routes);

int
main(int argc, char **argv)
{
	return app_main(argc, argv, &app);
}
