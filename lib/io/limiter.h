/*
 * limiter.h: how often somebody may do something, by the generic cell rate
 * algorithm (GCRA): burst calls at once, then one per period / burst.
 *
 * Counted in the cache; while that is away, in this process.  All limits are
 * multiplied by RATE_LIMIT_SCALE; 0 switches them off.
 */
#ifndef HAAT_IO_LIMITER_H
#define HAAT_IO_LIMITER_H

#include "core/ctx.h"

struct limit {
	const char *name;
	int64_t count;       /* calls … */
	int64_t period_secs; /* … in this time */
};

struct limit_state {
	bool counted; /* false: limits are off */
	bool allowed;
	bool local; /* counted in this process: the cache is away */
	int64_t limit;
	int64_t remaining;
	int64_t retry_after_secs;
	int64_t reset_secs;
};

/*
 * Takes cost_pct hundredths of a call from who's allowance if it holds them
 * (0 only asks whether one whole call would be allowed; a negative cost
 * gives back).
 */
struct limit_state limiter_take(struct ctx *c, const struct limit *l,
    const char *who, int64_t cost_pct);

/* ERR_RATE_LIMITED with Retry-After if not allowed, else OK. */
enum err limiter_verdict(struct ctx *c, struct limit_state s);

/* Forgets what was counted: a success clears the failures. */
void limiter_clear(struct ctx *c, const struct limit *l, const char *who);

#endif
