/* webhooks: applies events of the payment provider that could not be applied
 * when they came.  Rules live in services/webhook.h. */
#include "db/db.h"
#include "job/job.h"
#include "services/webhook.h"

enum { BATCH = 100 };

static void
apply_one(struct ctx *c, const char *id, struct job_counts *counts)
{
	enum err err;
	ROW_SCOPE(row, c);

	/* One that cannot be applied now must not hold up the others. */
	err = webhook_apply(c, id);
	job_count(counts, err == OK ? "handled" : "failed", 1);
	if (err != OK && webhook_put_off(c, id, err) != OK)
		problem_clear(c);
}

static enum err
run(struct ctx *c, struct job_counts *counts, bool dry_run)
{
	struct rows r;

	job_count(counts, "handled", 0);
	TRY(db_each(c, Q_WEBHOOKS_OPEN, ARGS(A((int64_t)BATCH)), &r));
	if (dry_run) {
		job_count(counts, "due", r.count);
		return OK;
	}
	while (row_next(&r) && !job_stopping())
		apply_one(c, col_text(&r), counts);
	return db_exec(c, Q_WEBHOOKS_GIVE_UP, NO_ARGS);
}

int
main(int argc, char **argv)
{
	static const struct job job = { .name = "webhooks",
		.summary = "Apply events of the payment provider",
		.period_secs = 60,
		.run = run };

	return job_main(argc, argv, &job);
}
