/*
 * rollup: counts the days that are over, and again those that something was
 * changed in since (they have a mark).  What is counted is a day's alone, and
 * the products of a month are the sum of its days' whichever are counted: both
 * are right after each transaction, and a run that was killed leaves nothing
 * but days to do.
 */
#include "core/config.h"
#include "core/day.h"
#include "db/db.h"
#include "job/job.h"

/* A day is closed when whatever began on it must be over: no transaction
 * lasts so long.  Its statements take a second where a day has some ten
 * thousand lines, and more where others keep the machine busy. */
enum { MARGIN_SECS = 600, DAY_SECS = 60 };

/* --- one day ------------------------------------------------------------ */

static void
queue_day(struct ctx *c, int64_t day)
{
	const char *zone = c->config->shop_timezone;

	db_queue(c, Q_FIGURES_DROP_MARKS, ARGS(A(zone), A(day)));
	db_queue(c, Q_FIGURES_COUNT_SALES, ARGS(A(zone), A(day)));
	db_queue(c, Q_FIGURES_COUNT_ORDERS, ARGS(A(zone), A(day)));
	db_queue(c, Q_FIGURES_COUNT_PRODUCTS, ARGS(A(zone), A(day)));
	db_queue(c, Q_FIGURES_DROP_UNSOLD, ARGS(A(day_month(day))));
	db_queue(c, Q_FIGURES_COUNT_TAX, ARGS(A(zone), A(day)));
	db_queue(c, Q_FIGURES_COUNT_ACCOUNTS, ARGS(A(zone), A(day)));
}

/* Tax of a month that is over. */
static void
queue_month(struct ctx *c, int64_t day, int64_t closed)
{
	int64_t first = day_month(day), last = day_next_month(day) - 1;

	if (last <= closed)
		db_queue(c, Q_FIGURES_COUNT_TAX_MONTH,
		    ARGS(A(first), A(last)));
}

static enum err
close_day(struct ctx *c, int64_t day)
{
	ROW_SCOPE(row, c);
	TX_SCOPE(tx, c);

	queue_day(c, day);
	db_queue(c, Q_FIGURES_COUNT_BUYERS,
	    ARGS(A(c->config->shop_timezone), A(day)));
	queue_month(c, day, day);
	db_queue(c, Q_FIGURES_SET_CLOSED,
	    ARGS(A(c->config->shop_timezone), A(day)));
	return tx_commit(&tx);
}

static enum err
recount_day(struct ctx *c, int64_t day, int64_t closed)
{
	ROW_SCOPE(row, c);
	TX_SCOPE(tx, c);

	queue_day(c, day);
	queue_month(c, day, closed);
	return tx_commit(&tx);
}

/* --- all of them -------------------------------------------------------- */

/* The last closed day.  None is for this time zone: all are to be counted,
 * over what was counted for another one. */
static enum err
find_closed(struct ctx *c, int64_t last, int64_t *closed)
{
	struct rows r;
	bool found;

	TRY(db_maybe(c, Q_FIGURES_STATE, ARGS(A(c->config->shop_timezone)),
	    &r, &found));
	if (found) {
		*closed = col_i64(&r);
		return OK;
	}
	TRY(db_one(c, Q_FIGURES_FIRST, ARGS(A(c->config->shop_timezone)),
	    &r));
	*closed = col_is_null(&r) ? last : col_i64(&r) - 1;
	return OK;
}

static enum err
close_days(struct ctx *c, int64_t *closed, int64_t last,
    struct job_counts *counts)
{
	TRY(db_exec(c, Q_FIGURES_SET_CLOSED,
	    ARGS(A(c->config->shop_timezone), A(*closed))));
	while (*closed < last && !job_stopping()) {
		TRY(close_day(c, *closed + 1));
		(*closed)++;
		job_count(counts, "closed", 1);
	}
	return OK;
}

static enum err
recount_days(struct ctx *c, int64_t closed, struct job_counts *counts)
{
	const char *zone = c->config->shop_timezone;
	struct rows r;

	TRY(db_each(c, Q_FIGURES_MARKED_DAYS, ARGS(A(zone), A(closed)), &r));
	while (row_next(&r) && !job_stopping()) {
		TRY(recount_day(c, col_i64(&r), closed));
		job_count(counts, "recounted", 1);
	}
	return db_exec(c, Q_FIGURES_DROP_EARLY_MARKS,
	    ARGS(A(zone), A(closed)));
}

/* Of a buyer who came or went on a day, the next one's last day before it is
 * another.  This is rare: all days from the first one on are counted. */
static enum err
recount_buyers(struct ctx *c, int64_t closed)
{
	const char *zone = c->config->shop_timezone;
	struct rows r;
	TX_SCOPE(tx, c);

	TRY(db_one(c, Q_FIGURES_FIRST_BUYERS_MARKED, ARGS(A(zone)), &r));
	if (col_is_null(&r))
		return tx_commit(&tx);
	TRY(db_exec(c, Q_FIGURES_DROP_BUYERS_MARKS, NO_ARGS));
	for (int64_t day = col_i64(&r); day <= closed; day++) {
		ROW_SCOPE(row, c);

		TRY(db_exec(c, Q_FIGURES_COUNT_BUYERS,
		    ARGS(A(zone), A(day))));
	}
	return tx_commit(&tx);
}

static enum err
run(struct ctx *c, struct job_counts *counts, bool dry_run)
{
	const char *zone = c->config->shop_timezone;
	int64_t last, closed;
	struct rows r;

	job_count(counts, "closed", 0);
	job_count(counts, "recounted", 0);
	TRY(db_one(c, Q_FIGURES_LAST_CLOSABLE,
	    ARGS(A(zone), A((int64_t)MARGIN_SECS)), &r));
	last = col_i64(&r);
	TRY(find_closed(c, last, &closed));
	if (dry_run) {
		TRY(db_each(c, Q_FIGURES_MARKED_DAYS,
		    ARGS(A(zone), A(closed)), &r));
		job_count(counts, "due",
		    r.count + (last > closed ? last - closed : 0));
		return OK;
	}
	TRY(db_allow(c, DAY_SECS));
	TRY(close_days(c, &closed, last, counts));
	TRY(recount_buyers(c, closed));
	return recount_days(c, closed, counts);
}

int
main(int argc, char **argv)
{
	static const struct job job = { .name = "rollup",
		.summary = "Count the figures of days that are over",
		.period_secs = 600,
		.run = run };

	return job_main(argc, argv, &job);
}
