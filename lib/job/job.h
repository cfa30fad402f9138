/*
 * job.h: app_main()'s twin for the programs of cron/.
 *
 * One process of a job works at a time: it holds an advisory lock on its
 * connection, which dies with it.  Each run leaves a row in job_run, and a
 * good one its time in job, from which readiness tells late jobs.  A job
 * remembers nothing of where it was: whatever it was doing when it was
 * killed, the next run finds in the tables.
 *
 *	outbox [--dry-run] [--stay SECS]
 *
 * --dry-run tells what there is to do and changes nothing.  --stay looks for
 * new work each second for so long: a schedule knows no seconds.  (LISTEN
 * would save these looks, but a NOTIFY inside a business transaction makes
 * all commits queue: a quarter of the orders a second, measured.)
 *
 * Exit status: 0 for a good run and for "locked", 1 for a failed one, 2 for
 * wrong arguments.
 */
#ifndef HAAT_JOB_JOB_H
#define HAAT_JOB_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/ctx.h"

enum { JOB_COUNTS_MAX = 12 };

/* What a run did, in words of the job: "sent" 3. */
struct job_counts {
	struct {
		const char *name;
		int64_t n;
	} v[JOB_COUNTS_MAX];
	size_t n;
	/* Set by a run that ended early: it is called again at once, with
	 * fresh memory. */
	bool more;
};

/* Adds to the count of that name, which must stay; 0 makes it appear. */
void job_count(struct job_counts *counts, const char *name, int64_t n);

struct job {
	const char *name; /* of the program, the lock and the rows */
	const char *summary;
	/* Options of its own, each with a value: how they stand in the usage,
	 * and what takes one; false for what it does not know or take. */
	const char *options;
	bool (*option)(const char *name, const char *value);
	int64_t period_secs; /* how often cron/crontab starts it */
	/* Does all the work there is; called again each second with --stay.
	 * Works in small transactions and looks at job_stopping() between
	 * them. */
	enum err (
	    *run)(struct ctx *c, struct job_counts *counts, bool dry_run);
};

int job_main(int argc, char **argv, const struct job *job);

/*
 * The same for a program that a person runs by hand: it has connections, and
 * neither a lock nor a record.  run says on standard error what it did; its
 * problem's words are printed there too.
 */
struct tool {
	const char *name;
	enum err (*run)(struct ctx *c, int argc, char **argv);
};

int tool_main(int argc, char **argv, const struct tool *tool);

/* Whether the process was told to end (SIGTERM, SIGINT). */
bool job_stopping(void);

/*
 * Memory for one row of a loop: c->arena is another one until the end of the
 * scope, then all of it is released.  Nothing may be left queued for the
 * database, and what is told of an error is forgotten.
 */
struct job_row {
	struct ctx *c;
	struct arena *outer;
};
struct job_row job_row_begin(struct ctx *c);
void job_row_end(struct job_row *row);
#define ROW_SCOPE(name, ctx)                                                 \
	__attribute__((unused,                                               \
	    cleanup(job_row_end))) struct job_row name = job_row_begin(ctx)

#endif
