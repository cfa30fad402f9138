/*
 * operations.h: what the one who is called at night looks at: what waits for
 * a decision, jobs and their runs, and messages that were given up.
 */
#ifndef HAAT_SERVICES_OPERATIONS_H
#define HAAT_SERVICES_OPERATIONS_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/field.h"
#include "core/page.h"

extern const struct shape queues_shape;
extern const struct shape jobs_shape;
extern const struct shape job_run_shape;
extern const struct shape message_shape;
extern const char *const message_states[];

/* How many of each kind wait; counts end at COUNT_EXACT + 1. */
enum err operations_queues(struct ctx *c, struct buf *out);

enum err operations_jobs(struct ctx *c, struct buf *out);

struct job_run_search {
	const char *job;
	const char *ok; /* "true", "false", NULL */
	const char *sort;
	struct page_in paging;
};
enum err operations_runs(struct ctx *c, const struct job_run_search *in,
    struct buf *out, struct page_out *page);

struct message_search {
	const char *state; /* dead, waiting, sent, NULL */
	const char *sort;
	struct page_in paging;
};
enum err operations_messages(struct ctx *c, const struct message_search *in,
    struct buf *out, struct page_out *page);

/* Tries a message that was given up again from the start; writes it, and an
 * audit entry.  Errors: ERR_NOT_FOUND, ERR_INVALID_STATE. */
enum err operations_retry(struct ctx *c, struct uuid id, struct buf *out);

#endif
