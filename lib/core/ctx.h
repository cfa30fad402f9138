/*
 * ctx.h: what every function of a request may use: its memory, its
 * connections, who calls, and where it says what went wrong.
 */
#ifndef HAAT_CORE_CTX_H
#define HAAT_CORE_CTX_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/err.h"
#include "core/uuid.h"

struct db;
struct redis;
struct config;

enum role { ROLE_NONE, ROLE_CUSTOMER, ROLE_SELLER, ROLE_ADMIN };

/* Who calls; all zero for nobody. */
struct caller {
	struct uuid id;
	struct uuid session_id;
	enum role role;
	bool is_business; /* buys at business prices */
	bool has_seller;  /* has opened a store, in whatever state */
	bool seller_approved;
	struct uuid seller_id;
};

struct ctx {
	struct arena *arena;
	struct db *db;
	struct redis *redis;
	const struct config *config;
	struct caller caller;
	const char *ip;
	const char *user_agent;
	const char *request_id;
	/* The idempotency key of this request, NULL without one: business
	 * rows carry it as a second guard. */
	const char *idem_principal;
	const char *idem_key;
	/* Set where a request calls another server and so cannot be one
	 * transaction; see answer_begun() and answer_ready(). */
	void (*on_answer_begun)(struct ctx *c, const char *recovery);
	void (*on_answer_ready)(struct ctx *c);
	void *answer_arg;
	/* Calls to another server end by then (monotonic clock); 0: each has
	 * a whole time-out for itself. */
	int64_t deadline_us;
	struct problem problem;
};

/*
 * For work that calls another server between two transactions.  In the first
 * one, beside the rows that say what is intended: recovery (JSON) names them,
 * so that a job can finish what a dead process left behind.  In the second
 * one, once the answer's body is written: the key is finished with it.
 * Without a key, or where the work is one transaction, both do nothing.
 */
static inline void
answer_begun(struct ctx *c, const char *recovery)
{
	if (c->on_answer_begun != NULL)
		c->on_answer_begun(c, recovery);
}

static inline void
answer_ready(struct ctx *c)
{
	if (c->on_answer_ready != NULL)
		c->on_answer_ready(c);
}

#endif
