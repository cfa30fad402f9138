/* expire: cancels orders that were not paid in time and returns their
 * stock.  Rules live in services/order_cancel.h. */
#include "core/log.h"
#include "db/db.h"
#include "job/job.h"
#include "services/order_cancel.h"

enum { BATCH = 100 };

/* Whether it did without a fault: one that cannot be cancelled now must not
 * hold up the others. */
static bool
expire_one(struct ctx *c, struct uuid id, struct job_counts *counts)
{
	bool expired = false;
	char text[UUID_TEXT];
	enum err err;
	ROW_SCOPE(row, c);

	err = order_expire(c, id, &expired);
	job_count(counts, err == OK ? "expired" : "failed",
	    err != OK || expired);
	if (err == OK)
		return true;
	uuid_format(id, text);
	log_warn("order %s: %s", text, err_code(err));
	return false;
}

static enum err
run(struct ctx *c, struct job_counts *counts, bool dry_run)
{
	int64_t failed = 0; /* they stay in front */
	struct rows r;

	job_count(counts, "expired", 0);
	do {
		TRY(db_each(c, Q_ORDERS_TO_EXPIRE,
		    ARGS(A(failed), A((int64_t)BATCH)), &r));
		if (dry_run) {
			job_count(counts, "due", r.count);
			return OK;
		}
		while (row_next(&r) && !job_stopping())
			failed += !expire_one(c, col_uuid(&r), counts);
	} while (r.count == BATCH && !job_stopping());
	return OK;
}

int
main(int argc, char **argv)
{
	static const struct job job = { .name = "expire",
		.summary = "Cancel orders that were not paid in time",
		.period_secs = 60,
		.run = run };

	return job_main(argc, argv, &job);
}
