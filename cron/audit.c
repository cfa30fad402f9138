/* audit: verifies that nobody touched the audit trail, and tells
 * administrators if somebody did.  Rules live in services/audit.h. */
#include "services/audit.h"

#include "core/json.h"
#include "core/log.h"
#include "job/job.h"
#include "services/notification.h"

static const char *
describe(struct ctx *c, const struct audit_verdict *v)
{
	struct json j;
	struct buf b;

	buf_init(&b, c->arena, 256);
	j = js_to(&b);
	js_open(&j, '{');
	js_i64(&j, "entry", v->first);
	js_i64(&j, "entries", v->broken);
	js_close(&j, '}');
	return buf_text(&b);
}

/* As long as it is broken, each run says so. */
static enum err
tell(struct ctx *c, const struct audit_verdict *v)
{
	struct news n = { .type = "audit_broken", .data = describe(c, v) };
	TX_SCOPE(tx, c);

	notification_queue_admins(c, &n);
	return tx_commit(&tx);
}

static enum err
run(struct ctx *c, struct job_counts *counts, bool dry_run)
{
	struct audit_verdict v;

	TRY(audit_verify(c, dry_run ? AUDIT_LOOK : AUDIT_NOTE, &v));
	job_count(counts, "checked", v.checked);
	job_count(counts, "broken", v.broken);
	/* The log lies elsewhere: whoever rewrites all of the chain and the
	 * checkpoints as well is found by what was written here. */
	if (v.broken == 0 && v.head != NULL)
		log_info("entry=%lld hash=%s", (long long)v.checked, v.head);
	if (v.broken == 0 || dry_run)
		return OK;
	TRY(tell(c, &v));
	return fail(c, ERR_INVALID_STATE,
	    "The audit trail is broken at entry %lld; %lld do not fit.",
	    (long long)v.first, (long long)v.broken);
}

int
main(int argc, char **argv)
{
	static const struct job job = { .name = "audit",
		.summary = "Verify the chain of the audit trail",
		.period_secs = 86400,
		.run = run };

	return job_main(argc, argv, &job);
}
