/*
 * db.h: PostgreSQL for one process: one connection, made when first needed.
 *
 * Statements are those of sql/queries/, named Q_…, prepared once per
 * connection.  Everything runs in libpq's pipeline mode without blocking:
 * db_queue() sends nothing, the next call that needs an answer sends all that
 * is queued and itself in one round trip.  Outside a transaction, what goes
 * out together is one implicit transaction.
 *
 * Errors of every call: ERR_UNAVAILABLE (no connection, connection lost, time
 * out), ERR_OUTCOME_UNKNOWN (connection lost in COMMIT), ERR_TRY_AGAIN
 * (serialisation failure, deadlock), what lib/db/constraints.def says of a
 * violated constraint, else ERR_INTERNAL.  After an error inside a
 * transaction, the transaction can only be ended.
 *
 * Results live in the arena of the request.
 */
#ifndef HAAT_DB_DB_H
#define HAAT_DB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/ctx.h"
#include "core/err.h"
#include "core/uuid.h"
#include "queries.h" /* generated: enum query */

/* An argument; made by A(). */
struct arg {
	enum {
		ARG_NULL,
		ARG_TEXT,
		ARG_I64,
		ARG_UUID,
		ARG_BOOL,
		ARG_BYTES
	} kind;
	union {
		const char *text; /* NULL is SQL's null */
		int64_t i64;
		struct uuid uuid;
		bool flag;
		struct {
			const void *p;
			size_t len;
		} bytes;
	};
};

static inline struct arg
arg_text(const char *v)
{
	return (
	    struct arg){ .kind = v != NULL ? ARG_TEXT : ARG_NULL, .text = v };
}
static inline struct arg
arg_i64(int64_t v)
{
	return (struct arg){ .kind = ARG_I64, .i64 = v };
}
static inline struct arg
arg_bool(bool v)
{
	return (struct arg){ .kind = ARG_BOOL, .flag = v };
}
/* An all-zero id is SQL's null. */
static inline struct arg
arg_uuid(struct uuid v)
{
	return (struct arg){ .kind = uuid_is_zero(v) ? ARG_NULL : ARG_UUID,
		.uuid = v };
}
static inline struct arg
arg_bytes(const void *p, size_t len)
{
	return (struct arg){ .kind = ARG_BYTES, .bytes = { p, len } };
}

#define A(v)                                                                 \
	_Generic((v), char *: arg_text, const char *: arg_text,              \
	    struct uuid: arg_uuid, bool: arg_bool, int: arg_i64,             \
	    long: arg_i64, long long: arg_i64)(v)
#define A_NULL ((struct arg){ .kind = ARG_NULL })

struct args {
	const struct arg *v;
	size_t n;
};
#define ARGS(...)                                                            \
	((struct args){ (const struct arg[]){ __VA_ARGS__ },                 \
	    sizeof((const struct arg[]){ __VA_ARGS__ }) /                    \
		sizeof(struct arg) })
#define NO_ARGS ((struct args){ NULL, 0 })

/*
 * Rows of an answer, read one after the other, and in each row its columns
 * in the order of the select list:
 *
 *	while (row_next(&rows)) {
 *		id = col_uuid(&rows);
 *		name = col_text(&rows);
 *	}
 */
struct rows {
	void *result;
	int count;
	int row;
	int column;
};
bool row_next(struct rows *r);
const char *col_text(struct rows *r); /* NULL for null */
int64_t col_i64(struct rows *r);      /* 0 for null */
bool col_bool(struct rows *r);        /* false for null */
struct uuid col_uuid(struct rows *r); /* zero for null */
bool col_is_null(struct rows *r);     /* looks at the next column, stays */
void col_skip(struct rows *r);
size_t col_len(const struct rows *r); /* bytes of the next column */

/* Sends what is queued and this one; for statements without rows. */
enum err db_exec(struct ctx *c, enum query q, struct args args);
/* The same, telling how many rows were changed. */
enum err db_exec_n(struct ctx *c, enum query q, struct args args, int64_t *n);
/* Exactly one row, on which out then stands; none or more is a fault. */
enum err db_one(struct ctx *c, enum query q, struct args args,
    struct rows *out);
/* One row or none: *found tells. */
enum err db_maybe(struct ctx *c, enum query q, struct args args,
    struct rows *out, bool *found);
/* Any number of rows; out stands before the first. */
enum err db_each(struct ctx *c, enum query q, struct args args,
    struct rows *out);

/* Later, with what else is queued; its error appears there. */
void db_queue(struct ctx *c, enum query q, struct args args);
/* The same, keeping its rows in *out, which must live until then. */
void db_queue_rows(struct ctx *c, enum query q, struct args args,
    struct rows *out);
/* As db_queue(), but just before the outermost COMMIT: for the rows that
 * everybody waits for (performance: a lock taken late is held briefly). */
void db_queue_last(struct ctx *c, enum query q, struct args args);
/* Sends what is queued and waits. */
enum err db_flush(struct ctx *c);

/*
 * A statement put together from fragments of sql/queries/ (-- fragment:),
 * each with its own $1…; every combination is prepared once.  Where the good
 * plan depends on the values (text search, ranges), custom_plan has it
 * planned for them each time.
 */
struct compose {
	struct buf text;
	struct arg args[40];
	size_t n;
	bool custom_plan;
};
void compose_begin(struct ctx *c, struct compose *s);
void compose_add(struct compose *s, enum fragment f, struct args args);
enum err compose_each(struct ctx *c, struct compose *s, struct rows *out);
void compose_queue(struct ctx *c, struct compose *s, struct rows *out);

/*
 * The rows of a composed statement in pieces of 500, all as they were when it
 * was opened: for what no memory holds.  Inside a transaction, one at a time.
 * A piece with fewer is the last.
 */
void cursor_begin(struct ctx *c, struct compose *s);
enum err cursor_open(struct ctx *c, struct compose *s);
enum err cursor_fetch(struct ctx *c, struct rows *out);
enum { CURSOR_ROWS = 500 };

/*
 * A transaction that ends with the scope: rolled back unless committed.
 * Scopes nest: only the outermost one begins and ends the transaction, an
 * inner commit only says that its part is done.
 */
struct tx {
	struct ctx *c;
	bool open;
};
struct tx tx_begin(struct ctx *c);
void tx_end(struct tx *tx);
/* Sends what is queued and COMMIT in one round trip. */
enum err tx_commit(struct tx *tx);
#define TX_SCOPE(name, ctx)                                                  \
	__attribute__((cleanup(tx_end), unused)) struct tx name = tx_begin(  \
	    ctx)

/*
 * explain(c, err, arg) is called after the outermost transaction was rolled
 * back because of a violated constraint, outside of it: it may read, and
 * returns the error to answer with.
 */
void tx_on_abort(struct ctx *c,
    enum err (*explain)(struct ctx *c, enum err err, void *arg), void *arg);
/* Whether a transaction is open. */
bool tx_is_open(const struct ctx *c);

/*
 * What a process keeps beyond a request may be old once somebody changed it.
 * db_tell() says so to all processes as the transaction commits, and to
 * nobody if it does not; it reaches them within about a millisecond.
 * db_told() is another number after anybody did, and after the connection
 * was away and something may have been missed; it costs no round trip.
 */
void db_tell(struct ctx *c);
uint64_t db_told(struct ctx *c);

/* For a job: on this connection, statements may take so long in place of the
 * few seconds that somebody waits for an answer. */
enum err db_allow(struct ctx *c, int64_t secs);

/* One per process; connects when first used. */
struct db *db_new(struct arena *process);
void db_close(struct db *db);
/* Forgets what a request left behind; at the end of each request. */
void db_request_end(struct ctx *c);
/* Whether it answers now; for readiness. */
enum err db_ping(struct ctx *c);
/* Closes a connection that was not used for so long. */
void db_close_idle(struct db *db, int64_t idle_us);

#endif
