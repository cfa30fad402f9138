/*
 * audit.h: what administrators did: who, what, to which thing, from what to
 * what, from where.
 *
 * Every change that an administrator makes is followed by one call of
 * audit_queue(), inside its transaction and last in it: there is no change
 * without its entry, and no entry without its change.
 *
 * The entries are a chain: each holds a hash of its own words and of the hash
 * before it, so that none can be changed, taken out or put in between without
 * all later ones telling.  The database gives an entry its place (trigger
 * audit_log_seal), under a lock that is held until the commit: two
 * administrators at once follow each other, and the chain cannot fork.  Since
 * the entry is written just before the commit, the lock is held for as long
 * as that takes, by administrators alone.  (A job that seals entries later
 * would need no lock, but would leave an hour in which one can be changed and
 * nobody could tell.)  It being the last lock of each transaction, nobody who
 * holds it waits for another.
 *
 * The role of the programs can add entries and read them, nothing else:
 * triggers and grants refuse UPDATE, DELETE and TRUNCATE.  What somebody with
 * more rights does is found by audit_verify(), which the job audit calls
 * daily: it also remembers where the chain ended, so that an end cut off is
 * found too.  The same check is INV10 of tests/invariants.sql.
 */
#ifndef HAAT_SERVICES_AUDIT_H
#define HAAT_SERVICES_AUDIT_H

#include <stddef.h>
#include <stdint.h>

#include "core/ctx.h"
#include "db/db.h"

/* A field of the thing: what it was and what it is; A_NULL before it was
 * there.  Never a secret. */
struct audit_change {
	const char *field;
	struct arg before;
	struct arg after;
};

struct audit_changes {
	const struct audit_change *v;
	size_t n;
};
#define CHANGES(...)                                                         \
	((struct audit_changes){                                             \
	    (const struct audit_change[]){ __VA_ARGS__ },                    \
	    sizeof((const struct audit_change[]){ __VA_ARGS__ }) /           \
		sizeof(struct audit_change) })

/*
 * Queues the entry of the caller's change for the end of the transaction:
 *
 *	audit_queue(c, "refund.reject", "refund", id,
 *	    CHANGES({ "status", A("requested"), A("rejected") }));
 *
 * action is thing.verb.  Fields that stayed as they were are left out.
 */
void audit_queue(struct ctx *c, const char *action, const char *entity,
    struct uuid entity_id, struct audit_changes changes);

struct audit_verdict {
	int64_t checked; /* entries */
	int64_t broken;
	int64_t first;    /* place of the first broken one, 0 if none is */
	const char *head; /* hash of the last entry, NULL if there is none */
};

/* Looks at the whole chain, a few thousand entries at a time.  Where it is
 * whole and note is given, that is remembered. */
enum audit_note { AUDIT_LOOK, AUDIT_NOTE };
enum err audit_verify(struct ctx *c, enum audit_note note,
    struct audit_verdict *v);

#endif
