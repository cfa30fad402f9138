/* mature: what sellers earned becomes payable once it is delivered and the
 * return window is over, unless a refund is asked for or under way. */
#include "core/log.h"
#include "db/db.h"
#include "job/job.h"
#include "services/order_step.h"

enum { BATCH = 500 };

static enum err
mature_held(struct ctx *c, struct uuid part, struct uuid order_id,
    bool *matured)
{
	struct held_order o;
	struct rows r;
	TX_SCOPE(tx, c);

	/* A refund of the same order waits, or is seen. */
	TRY(order_hold(c, order_id, &o));
	TRY(db_one(c, Q_SELLER_ORDER_IS_HELD, ARGS(A(part)), &r));
	*matured = !col_bool(&r);
	if (!*matured)
		return tx_commit(&tx);
	db_queue(c, Q_LEDGER_MATURED,
	    ARGS(A(uuid_new()), A(part), A(order_id)));
	db_queue(c, Q_EARNINGS_SET_MATURED, ARGS(A(part)));
	return tx_commit(&tx);
}

/* Whether it is: one that cannot be now must not hold up the others. */
static bool
mature_one(struct ctx *c, struct uuid part, struct uuid order_id,
    struct job_counts *counts)
{
	bool matured = false;
	char text[UUID_TEXT];
	enum err err;
	ROW_SCOPE(row, c);

	err = mature_held(c, part, order_id, &matured);
	job_count(counts, err == OK ? "matured" : "failed",
	    err != OK || matured);
	if (err == OK)
		return matured;
	uuid_format(part, text);
	log_warn("sub-order %s: %s", text, err_code(err));
	return false;
}

static enum err
run(struct ctx *c, struct job_counts *counts, bool dry_run)
{
	int64_t left = 0; /* they stay in front */
	struct rows r;

	job_count(counts, "matured", 0);
	do {
		TRY(db_each(c, Q_EARNINGS_TO_MATURE,
		    ARGS(A(left), A((int64_t)BATCH)), &r));
		if (dry_run) {
			job_count(counts, "due", r.count);
			return OK;
		}
		while (row_next(&r) && !job_stopping()) {
			struct uuid part = col_uuid(&r);

			left += !mature_one(c, part, col_uuid(&r), counts);
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
