#include "job/job.h"

#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/config.h"
#include "core/fault.h"
#include "core/json.h"
#include "core/log.h"
#include "db/db.h"
#include "io/http.h"
#include "io/redis.h"

enum {
	STAY_MAX = 3600,
	LOOK_MS = 1000,
	LOCK_LOOK_MS = 100,
	/* Where one --stay ends and the next begins, they meet. */
	LOCK_WAIT_US = 3 * 1000 * 1000
};

static volatile sig_atomic_t stopping;

static void
stop(int signal)
{
	(void)signal;
	stopping = 1;
}

bool
job_stopping(void)
{
	return stopping != 0;
}

void
job_count(struct job_counts *counts, const char *name, int64_t n)
{
	size_t i = 0;

	while (i < counts->n && strcmp(counts->v[i].name, name) != 0)
		i++;
	if (i == JOB_COUNTS_MAX) {
		log_error("too many counts, at %s", name);
		abort();
	}
	if (i == counts->n)
		counts->v[counts->n++].name = name;
	counts->v[i].n += n;
}

/* --- memory of one row -------------------------------------------------- */

struct job_row
job_row_begin(struct ctx *c)
{
	static struct arena *spare;
	struct job_row row = { .c = c, .outer = c->arena };

	/* Kept from row to row; there is no row inside a row. */
	if (spare == NULL)
		spare = arena_new();
	if (c->arena == spare) {
		log_error("a row inside a row");
		abort();
	}
	c->arena = spare;
	return row;
}

void
job_row_end(struct job_row *row)
{
	struct arena *spare = row->c->arena;

	problem_clear(row->c);
	row->c->arena = row->outer;
	arena_reset(spare);
}

/* --- arguments ---------------------------------------------------------- */

struct options {
	bool dry_run;
	int64_t stay_secs;
};

static int
usage(const struct job *job)
{
	fprintf(stderr, "usage: %s [--dry-run] [--stay SECS]%s\n%s\n",
	    job->name, job->options != NULL ? job->options : "",
	    job->summary);
	return 2;
}

static bool
read_secs(const char *text, int64_t *out)
{
	char *end;
	long n = strtol(text, &end, 10);

	*out = n;
	return end != text && *end == '\0' && n >= 1 && n <= STAY_MAX;
}

static bool
read_option(const struct job *job, const char *name, const char *value,
    struct options *o)
{
	if (strcmp(name, "--stay") == 0)
		return read_secs(value, &o->stay_secs);
	return job->option != NULL && job->option(name, value);
}

static bool
read_options(int argc, char **argv, const struct job *job, struct options *o)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--dry-run") == 0) {
			o->dry_run = true;
			continue;
		}
		if (i + 1 == argc ||
		    !read_option(job, argv[i], argv[i + 1], o))
			return false;
		i++;
	}
	return true;
}

/* --- the record --------------------------------------------------------- */

struct process {
	const struct job *job;
	struct options options;
	struct config config;
	struct ctx ctx;
	struct arena *arena;
	struct job_counts counts;
	struct uuid run_id; /* zero: not recorded */
	int64_t started_us;
};

static const char *
counts_json(struct process *p)
{
	struct json j;
	struct buf b;

	buf_init(&b, p->arena, 4096);
	j = js_to(&b);
	js_open(&j, '{');
	for (size_t i = 0; i < p->counts.n; i++)
		js_i64(&j, p->counts.v[i].name, p->counts.v[i].n);
	js_close(&j, '}');
	return buf_text(&b);
}

static enum err
take_lock(struct process *p, bool *got)
{
	struct rows r;

	TRY(db_one(&p->ctx, Q_JOB_LOCK, ARGS(A(p->job->name)), &r));
	*got = col_bool(&r);
	return OK;
}

/* Under the lock nobody else runs: a row without an end was killed. */
static enum err
record_start(struct process *p)
{
	struct ctx *c = &p->ctx;
	struct uuid id = uuid_new();
	TX_SCOPE(tx, c);

	db_queue(c, Q_JOB_KNOWN,
	    ARGS(A(p->job->name), A(p->job->period_secs)));
	db_queue(c, Q_JOB_RUN_BURY, ARGS(A(p->job->name)));
	db_queue(c, Q_JOB_RUN_BEGIN, ARGS(A(id), A(p->job->name)));
	TRY(tx_commit(&tx));
	p->run_id = id;
	return OK;
}

static enum err
record_end(struct process *p, enum err err)
{
	struct ctx *c = &p->ctx;
	const char *note = err == OK ? NULL : c->problem.detail;
	TX_SCOPE(tx, c);

	if (err != OK && note == NULL)
		note = err_code(err);
	db_queue(c, Q_JOB_RUN_END,
	    ARGS(A(p->run_id), A(err == OK), A(counts_json(p)), A(note)));
	if (err == OK)
		db_queue(c, Q_JOB_WENT_WELL, ARGS(A(p->job->name)));
	return tx_commit(&tx);
}

static void
summarise(struct process *p, const char *outcome)
{
	struct buf b;

	buf_init(&b, p->arena, 4096);
	for (size_t i = 0; i < p->counts.n; i++)
		buf_printf(&b, " %s=%lld", p->counts.v[i].name,
		    (long long)p->counts.v[i].n);
	log_info("%s%s%s ms=%lld", p->options.dry_run ? "dry run " : "",
	    outcome, buf_text(&b),
	    (long long)(clock_mono_us() - p->started_us) / 1000);
}

/* --- running ------------------------------------------------------------ */

/* Waits so long, or until told to end. */
static void
pause_ms(int64_t ms)
{
	struct timespec t = { .tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000 };
	sigset_t ends, before;

	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	/* A signal between the question and the wait must not be missed. */
	if (sigprocmask(SIG_BLOCK, &ends, &before) != 0)
		return;
	if (!stopping && sigtimedwait(&ends, NULL, &t) > 0)
		stopping = 1;
	if (sigprocmask(SIG_SETMASK, &before, NULL) != 0)
		stopping = 1;
}

static enum err
round_once(struct process *p)
{
	struct ctx *c = &p->ctx;
	bool got = true;
	enum err err;

#ifdef HAAT_FAULTS
	fault_reset(NULL);
#endif
	/* A connection made anew in between has lost the lock. */
	if (!p->options.dry_run)
		TRY(take_lock(p, &got));
	if (!got)
		return fail(c, ERR_UNAVAILABLE, "lost the lock");
	p->counts.more = false;
	err = p->job->run(c, &p->counts, p->options.dry_run);
	if (err == ERR_TRY_AGAIN && p->options.stay_secs > 0)
		err = OK;
	return err;
}

static void
between_rounds(struct process *p)
{
	db_request_end(&p->ctx);
	problem_clear(&p->ctx);
	arena_reset(p->arena);
	if (!p->counts.more)
		pause_ms(LOOK_MS);
}

static enum err
rounds(struct process *p)
{
	int64_t end = p->started_us + p->options.stay_secs * 1000000;

	for (;;) {
		TRY(round_once(p));
		if (job_stopping() ||
		    (!p->counts.more &&
			clock_mono_us() + LOOK_MS * 1000 > end))
			return OK;
		between_rounds(p);
	}
}

static enum err
wait_for_lock(struct process *p, bool *got)
{
	int64_t end = clock_mono_us() + LOCK_WAIT_US;

	for (;;) {
		TRY(take_lock(p, got));
		if (*got || p->options.stay_secs == 0 || job_stopping() ||
		    clock_mono_us() > end)
			return OK;
		pause_ms(LOCK_LOOK_MS);
	}
}

/* The end of the connection would do it, but a moment after the process is
 * gone, and whoever starts the job then would find it locked. */
static void
give_lock(struct process *p)
{
	struct problem problem = p->ctx.problem;
	struct rows r;

	if (db_one(&p->ctx, Q_JOB_UNLOCK, NO_ARGS, &r) != OK)
		db_close(p->ctx.db);
	p->ctx.problem = problem;
}

static enum err
run(struct process *p)
{
	bool got = true;
	enum err err;

	if (!p->options.dry_run)
		TRY(wait_for_lock(p, &got));
	if (!got) {
		summarise(p, "locked");
		return OK;
	}
	p->started_us = clock_mono_us();
	if (!p->options.dry_run)
		TRY(record_start(p));
	err = rounds(p);
	if (!uuid_is_zero(p->run_id) && record_end(p, err) != OK && err == OK)
		err = ERR_UNAVAILABLE;
	if (!p->options.dry_run)
		give_lock(p);
	summarise(p, err == OK ? "ok" : "failed");
	return err;
}

static void
make_context(struct process *p, struct arena *forever, const char *name)
{
	struct ctx *c = &p->ctx;
	char id[UUID_TEXT];

	p->arena = arena_new();
	uuid_format(uuid_new(), id);
	*c = (struct ctx){
		.arena = p->arena,
		.db = db_new(forever),
		.redis = redis_new(forever),
		.config = &p->config,
		.ip = "job",
		.request_id = arena_printf(forever, "%s.%s", name, id),
	};
}

static bool
catch_signals(void)
{
	struct sigaction end = { .sa_handler = stop };
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	return sigaction(SIGTERM, &end, NULL) == 0 &&
	    sigaction(SIGINT, &end, NULL) == 0 &&
	    sigaction(SIGPIPE, &ignore, NULL) == 0;
}

static void
let_go(struct process *p, struct arena *forever)
{
	http_close();
	db_close(p->ctx.db);
	redis_close(p->ctx.redis);
	arena_free(p->arena);
	arena_free(forever);
}

int
job_main(int argc, char **argv, const struct job *job)
{
	static struct process p;
	struct arena *forever;
	enum err err;

	if (sodium_init() < 0)
		return 1;
	log_open(job->name);
	p.job = job;
	p.started_us = clock_mono_us();
	if (!read_options(argc, argv, job, &p.options))
		return usage(job);
	if (config_load(&p.config, stderr) != 0 || !catch_signals())
		return 1;
	forever = arena_new();
	make_context(&p, forever, job->name);
	err = run(&p);
	if (err != OK)
		log_error("failed: %s",
		    p.ctx.problem.detail != NULL ? p.ctx.problem.detail :
						   err_code(err));
	let_go(&p, forever);
	return err != OK;
}

/* --- by hand ------------------------------------------------------------ */

static void
tell_problem(const struct tool *tool, const struct problem *p, enum err err)
{
	fprintf(stderr, "%s: %s\n", tool->name,
	    p->detail != NULL ? p->detail : err_code(err));
	for (const struct field_error *f = p->errors; f != NULL; f = f->next)
		fprintf(stderr, "  %s: %s\n", f->field, f->message);
}

int
tool_main(int argc, char **argv, const struct tool *tool)
{
	static struct process p;
	struct arena *forever;
	enum err err;

	if (sodium_init() < 0)
		return 1;
	log_open(tool->name);
	if (config_load(&p.config, stderr) != 0 || !catch_signals())
		return 1;
	forever = arena_new();
	make_context(&p, forever, tool->name);
	err = tool->run(&p.ctx, argc, argv);
	if (err != OK)
		tell_problem(tool, &p.ctx.problem, err);
	let_go(&p, forever);
	return err != OK;
}
