/* expire: cancels orders that were not paid in time and returns their
 * stock.  Rules live in services/order_cancel.h. */
#include "db/db.h"
#include "job/job.h"
#include "services/order_cancel.h"

enum { BATCH = 100 };

static enum err
expire_one(struct ctx *c, struct uuid id, struct job_counts *counts)
{
	bool expired = false;
	ROW_SCOPE(row, c);

	TRY(order_expire(c, id, &expired));
	job_count(counts, "expired", expired);
	return OK;
}

static enum err
run(struct ctx *c, struct job_counts *counts, bool dry_run)
{
	struct rows r;

	job_count(counts, "expired", 0);
	do {
		TRY(db_each(c, Q_ORDERS_TO_EXPIRE, ARGS(A((int64_t)BATCH)),
		    &r));
		if (dry_run) {
			job_count(counts, "due", r.count);
			return OK;
		}
		while (row_next(&r) && !job_stopping())
			TRY(expire_one(c, col_uuid(&r), counts));
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
