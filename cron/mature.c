/* mature: what sellers earned becomes payable once it is delivered and the
 * return window is over, unless a refund is asked for or under way. */
#include "db/db.h"
#include "job/job.h"
#include "services/order_step.h"

enum { BATCH = 500 };

static enum err
mature_one(struct ctx *c, struct uuid part, struct uuid order_id,
    struct job_counts *counts)
{
	struct held_order o;
	struct rows r;
	ROW_SCOPE(row, c);
	TX_SCOPE(tx, c);

	/* A refund of the same order waits, or is seen. */
	TRY(order_hold(c, order_id, &o));
	TRY(db_one(c, Q_SELLER_ORDER_IS_HELD, ARGS(A(part)), &r));
	if (col_bool(&r))
		return tx_commit(&tx);
	db_queue(c, Q_LEDGER_MATURED,
	    ARGS(A(uuid_new()), A(part), A(order_id)));
	db_queue(c, Q_EARNINGS_SET_MATURED, ARGS(A(part)));
	TRY(tx_commit(&tx));
	job_count(counts, "matured", 1);
	return OK;
}

static enum err
run(struct ctx *c, struct job_counts *counts, bool dry_run)
{
	struct rows r;

	job_count(counts, "matured", 0);
	do {
		TRY(db_each(c, Q_EARNINGS_TO_MATURE, ARGS(A((int64_t)BATCH)),
		    &r));
		if (dry_run) {
			job_count(counts, "due", r.count);
			return OK;
		}
		while (row_next(&r) && !job_stopping()) {
			struct uuid part = col_uuid(&r);

			TRY(mature_one(c, part, col_uuid(&r), counts));
		}
	} while (r.count == BATCH && !job_stopping());
	return OK;
}

int
main(int argc, char **argv)
{
	static const struct job job = { .name = "mature",
		.summary = "Make delivered earnings payable",
		.period_secs = 3600,
		.run = run };

	return job_main(argc, argv, &job);
}
