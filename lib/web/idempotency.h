/*
 * idempotency.h: the same Idempotency-Key gives the same answer.
 *
 * PostgreSQL is the truth: the key's row is committed in the transaction of
 * the work itself.  The cache, and the memory of the process before it, only
 * answer faster.  In short:
 *
 *   begin: fingerprint the request; ask the cache; open the transaction, take
 *   the key's advisory lock (busy: 409 idempotency_in_progress), look for the
 *   row (found: replay, or 409 idempotency_key_reused).
 *   The handler works inside this transaction.
 *   end: store the answer with the key, commit, tell the cache.  A refusal by
 *   the business rules undoes the work and is stored as well.
 *
 * Answers given before the work began, and 5xx, are not stored: the same key
 * may be sent again and runs.
 */
#ifndef HAAT_WEB_IDEMPOTENCY_H
#define HAAT_WEB_IDEMPOTENCY_H

#include "db/db.h"
#include "web/request.h"

/* Reads and checks the key of a route that honours it.  Errors:
 * ERR_INVALID_IDEMPOTENCY_KEY. */
enum err idempotency_read(struct request *rq);

/*
 * An answer is for ever, so a process also remembers the last ones it gave.
 * The first tells, before the body is read, whether it remembers one of this
 * key; the second gives it, if the request is the same.
 */
bool idempotency_remembers(struct request *rq);
bool idempotency_replay(struct request *rq);

/*
 * Fills rq->fingerprint from method, path, sorted query and canonical body,
 * authenticated with a key of ours: bodies may hold passwords, and a plain
 * hash of one can be guessed.
 */
void idempotency_fingerprint(struct request *rq);

/*
 * Runs the handler under the key, with everything above.  Errors:
 * ERR_IDEMPOTENCY_KEY_REUSED, ERR_IDEMPOTENCY_IN_PROGRESS, the handler's.
 */
enum err idempotency_run(struct request *rq,
    enum err (*work)(struct request *rq));

#endif
