/* purge: removes what nobody asks for any more, a few hundred rows at a
 * time.  What counts as old stands in sql/queries/purge.sql. */
#include "db/db.h"
#include "job/job.h"

enum { BATCH = 500 };

/* In the order of purge_due's columns. */
static const struct {
	const char *name;
	enum query remove;
} kinds[] = {
	{ "idempotency_keys", Q_PURGE_IDEMPOTENCY_KEYS },
	{ "account_tokens", Q_PURGE_ACCOUNT_TOKENS },
	{ "refresh_tokens", Q_PURGE_REFRESH_TOKENS },
	{ "sessions", Q_PURGE_SESSIONS },
	{ "login_failures", Q_PURGE_LOGIN_FAILURES },
	{ "job_runs", Q_PURGE_JOB_RUNS },
	{ "outbox", Q_PURGE_OUTBOX },
	{ "product_imports", Q_PURGE_PRODUCT_IMPORTS },
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static enum err
count_due(struct ctx *c, struct job_counts *counts)
{
	struct rows r;

	TRY(db_one(c, Q_PURGE_DUE, NO_ARGS, &r));
	for (size_t i = 0; i < KINDS; i++)
		job_count(counts, kinds[i].name, col_i64(&r));
	return OK;
}

static enum err
remove_some(struct ctx *c, size_t kind, int64_t *n)
{
	ROW_SCOPE(row, c);

	return db_exec_n(c, kinds[kind].remove, ARGS(A(BATCH)), n);
}

static enum err
run(struct ctx *c, struct job_counts *counts, bool dry_run)
{
	if (dry_run)
		return count_due(c, counts);
	for (size_t i = 0; i < KINDS; i++) {
		int64_t n;

		do {
			TRY(remove_some(c, i, &n));
			job_count(counts, kinds[i].name, n);
		} while (n == BATCH && !job_stopping());
	}
	return OK;
}

int
main(int argc, char **argv)
{
	static const struct job job = { .name = "purge",
		.summary = "Remove old keys, tokens, sessions and records",
		.period_secs = 3600,
		.run = run };

	return job_main(argc, argv, &job);
}
