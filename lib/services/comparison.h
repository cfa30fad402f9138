/*
 * comparison.h: the provider's books held against ours, both ways.
 *
 * Payments and refunds that the provider made in a span of days are looked up
 * here, and what our ledger booked in that span, what has no end yet and what
 * differed before is looked up there.  Each difference is a row of
 * payment_mismatch, which stays open as long as it is seen and is resolved by
 * the first comparison that looks again and finds both sides at one.
 * Administrators are told once of all that a comparison found new.
 *
 *	TRY(comparison_begin(c, &days, &cmp));
 *	while (cmp->stage != COMPARISON_DONE)
 *		TRY(comparison_step(c, cmp));
 *	TRY(comparison_end(c, cmp, dry_run));
 *
 * A provider that does not answer ends it with ERR_PAYMENT_PROVIDER, and then
 * nothing is kept.  Never inside a transaction.
 */
#ifndef HAAT_SERVICES_COMPARISON_H
#define HAAT_SERVICES_COMPARISON_H

#include <stddef.h>

#include "core/ctx.h"
#include "core/set.h"
#include "services/comparison_judge.h"

/* "2026-10-31" each, in the shop's zone, or NULL: up to yesterday, from
 * there or from the last comparison that went well. */
struct comparison_days {
	const char *first;
	const char *last;
};

struct mismatch {
	bool is_refund;
	/* The provider's id, ours where it has none. */
	const char *ref;
	enum mismatch_kind kind;
	struct uuid order_id, payment_id, refund_id; /* zero: unknown */
	const char *number;       /* of the order, or NULL */
	const char *here, *there; /* JSON, or NULL */
	bool is_new;
};

/* What was open before and is no longer seen. */
struct mismatch_resolved {
	struct uuid id;
	const char *ref;
	const char *kind;
};

struct comparison {
	/* Of everything that stays to the end; a step may be given another
	 * one for what it does. */
	struct arena *arena;
	struct {
		int64_t from_secs, to_secs; /* both included */
	} span;
	enum {
		COMPARISON_PAYMENTS,
		COMPARISON_REFUNDS,
		COMPARISON_BOOKED,
		COMPARISON_OPEN,
		COMPARISON_AGAIN,
		COMPARISON_DONE
	} stage;
	int64_t skip;      /* of a list of the provider */
	struct uuid after; /* of the journals */
	struct set seen;   /* ids that were looked at, theirs and ours */
	int64_t payments, refunds; /* looked at */
	struct mismatch *found;
	size_t nfound, room;
	struct mismatch_resolved *resolved;
	size_t nresolved;
	int64_t nnew;
};

/* In c->arena, where it stays.  A shop without keys of the provider has
 * nothing to compare. */
enum err comparison_begin(struct ctx *c, const struct comparison_days *days,
    struct comparison **out);

/* One page, or one batch. */
enum err comparison_step(struct ctx *c, struct comparison *cmp);

/* Keeps what was found, and tells of it; a dry run only finds out what is
 * new and what is resolved. */
enum err comparison_end(struct ctx *c, struct comparison *cmp, bool dry_run);

#endif
