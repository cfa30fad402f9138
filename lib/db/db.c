#include "db/db.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/config.h"
#include "core/fault.h"
#include "core/log.h"
#include "db/internal.h"
#include "db/sqlstate.h"

enum {
	CONNECT_SECS = 2,
	SECOND_US = 1000 * 1000,
	/* Above the server's statement_timeout: it should speak first. */
	ANSWER_US = 7 * SECOND_US,
};

struct db *
db_new(struct arena *process)
{
	struct db *db = ARENA_NEW(process, struct db);

	db->answer_us = ANSWER_US;
	return db;
}

static void
disconnect(struct db *db)
{
	if (db->conn != NULL)
		PQfinish(db->conn);
	db->conn = NULL;
	db->told++;
	memset(db->prepared, 0, sizeof(db->prepared));
	memset(db->composed, 0, sizeof(db->composed));
	if (db->depth > 0)
		db->tx_lost = true;
}

void
db_close(struct db *db)
{
	disconnect(db);
}

static enum err
unavailable(struct ctx *c)
{
	c->problem.retry_after_secs = 1;
	return fail(c, ERR_UNAVAILABLE,
	    "The service is not available. Try again in a moment.");
}

static void
quiet(void *arg, const char *message)
{
	(void)arg;
	(void)message;
}

/* Waits until the socket is ready or the deadline passes. */
static bool
wait_socket(PGconn *conn, short events, int64_t deadline)
{
	struct pollfd p = { .fd = PQsocket(conn), .events = events };
	int n;

	do {
		int64_t left = deadline - clock_mono_us();

		if (left <= 0)
			return false;
		n = poll(&p, 1, (int)(left / 1000) + 1);
	} while (n == 0 || (n < 0 && errno == EINTR));
	return n > 0;
}

static bool
connect_until(PGconn *conn, int64_t deadline)
{
	PostgresPollingStatusType s = PGRES_POLLING_WRITING;

	if (PQstatus(conn) == CONNECTION_BAD)
		return false;
	while (s != PGRES_POLLING_OK) {
		if (s == PGRES_POLLING_FAILED ||
		    !wait_socket(conn,
			s == PGRES_POLLING_READING ? POLLIN : POLLOUT,
			deadline))
			return false;
		s = PQconnectPoll(conn);
	}
	return true;
}

bool
db_is_dead(PGconn *conn)
{
	struct pollfd p = { .fd = PQsocket(conn), .events = POLLIN };

	if (PQstatus(conn) == CONNECTION_BAD)
		return true;
	/* Between answers the server says that something changed, or
	 * goodbye. */
	if (poll(&p, 1, 0) <= 0)
		return false;
	return PQconsumeInput(conn) == 0 || PQstatus(conn) == CONNECTION_BAD;
}

static enum err listen_for_changes(struct ctx *c);

static enum err
ensure_connected(struct ctx *c)
{
	struct db *db = c->db;
	static const char options[] =
	    "-c statement_timeout=5000"
	    " -c lock_timeout=2000"
	    " -c idle_in_transaction_session_timeout"
	    "=10000 -c timezone=UTC";
	const char *keys[] = { "dbname", "application_name", "options",
		"tcp_user_timeout", NULL };
	const char *values[] = { c->config->database_url, "haat", options,
		"10000", NULL };

	/* At the first use in a request nothing was sent yet, not even BEGIN:
	 * a connection that died meanwhile is replaced unnoticed. */
	if (db->conn != NULL && !db->checked && db_is_dead(db->conn)) {
		disconnect(db);
		db->tx_lost = false;
	}
	db->checked = true;
	if (db->conn != NULL)
		return OK;
	db->conn = PQconnectStartParams(keys, values, 1);
	if (db->conn == NULL ||
	    !connect_until(db->conn,
		clock_mono_us() + CONNECT_SECS * (int64_t)SECOND_US) ||
	    PQsetnonblocking(db->conn, 1) != 0 ||
	    PQenterPipelineMode(db->conn) != 1) {
		log_error("database: %s",
		    db->conn != NULL ? PQerrorMessage(db->conn) :
				       "out of memory");
		disconnect(db);
		return unavailable(c);
	}
	PQsetNoticeProcessor(db->conn, quiet, NULL);
	return listen_for_changes(c);
}

/* --- what goes out ------------------------------------------------------ */

static struct op *
op_query(struct ctx *c, enum query q, struct args args, struct rows *out)
{
	struct op *op = db_op_new(c, args, out);

	if (args.n != (size_t)queries[q].nargs) {
		log_error("%s: %s takes %d arguments", queries[q].where,
		    queries[q].name, queries[q].nargs);
		abort();
	}
	op->name = queries[q].name;
	op->text = queries[q].text;
	op->prepared = &c->db->prepared[q];
	op->kind = queries[q].rows;
	op->is_commit = q == Q_TX_COMMIT;
	return op;
}

struct wire {
	const char **values;
	int *lengths;
	int *formats;
};

static const char *
arg_value(struct ctx *c, const struct arg *a, int *length, int *format)
{
	char *text;

	*length = 0;
	*format = 0;
	switch (a->kind) {
	case ARG_TEXT:
		return a->text;
	case ARG_I64:
		return arena_printf(c->arena, "%lld", (long long)a->i64);
	case ARG_UUID:
		text = arena_alloc(c->arena, UUID_TEXT);
		uuid_format(a->uuid, text);
		return text;
	case ARG_BOOL:
		return a->flag ? "t" : "f";
	case ARG_BYTES:
		*format = 1;
		*length = (int)a->bytes.len;
		return a->bytes.p != NULL ? a->bytes.p : "";
	case ARG_NULL:
		break;
	}
	return NULL;
}

static bool
send_op(struct ctx *c, struct op *op)
{
	PGconn *conn = c->db->conn;
	struct wire w = {
		.values = ARENA_ARRAY(c->arena, op->nargs, const char *),
		.lengths = ARENA_ARRAY(c->arena, op->nargs, int),
		.formats = ARENA_ARRAY(c->arena, op->nargs, int),
	};

	for (size_t i = 0; i < op->nargs; i++)
		w.values[i] = arg_value(c, &op->args[i], &w.lengths[i],
		    &w.formats[i]);
	if (op->name == NULL)
		return PQsendQueryParams(conn, op->text, (int)op->nargs, NULL,
			   w.values, w.lengths, w.formats, 0) == 1;
	if (!*op->prepared) {
		op->prepare = true;
		/* The same statement may follow in this batch. */
		*op->prepared = true;
		if (PQsendPrepare(conn, op->name, op->text, 0, NULL) != 1)
			return false;
	}
	return PQsendQueryPrepared(conn, op->name, (int)op->nargs, w.values,
		   w.lengths, w.formats, 0) == 1;
}

/* --- what comes back ---------------------------------------------------- */

/* The next result, NULL between statements; false when the server is gone
 * or silent. */
static bool
next_result(struct db *db, int64_t deadline, PGresult **out)
{
	PGconn *conn = db->conn;

	while (PQisBusy(conn)) {
		int unsent = PQflush(conn);

		if (unsent < 0 ||
		    !wait_socket(conn,
			(short)(unsent > 0 ? POLLIN | POLLOUT : POLLIN),
			deadline) ||
		    PQconsumeInput(conn) == 0)
			return false;
	}
	*out = PQgetResult(conn);
	return PQstatus(conn) == CONNECTION_OK;
}

static void
clear_result(void *result)
{
	PQclear(result);
}

static enum err
result_error(struct ctx *c, const struct op *op, PGresult *r)
{
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	const char *constraint = PQresultErrorField(r,
	    PG_DIAG_CONSTRAINT_NAME);
	const char *message = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);

	return sqlstate_to_err(c, state != NULL ? state : "08000",
	    constraint != NULL ? constraint : "",
	    message != NULL ? message : "no answer",
	    op->name != NULL ? op->name : "composed");
}

/* Takes the answer to one statement; *err keeps the first failure. */
static bool
take_answer(struct ctx *c, struct op *op, bool is_prepare, int64_t deadline,
    enum err *err)
{
	PGresult *r, *end;
	ExecStatusType status;

	if (!next_result(c->db, deadline, &r))
		return false;
	status = PQresultStatus(r);
	arena_defer(c->arena, clear_result, r);
	if (!next_result(c->db, deadline, &end))
		return false;
	PQclear(end);
	if (status == PGRES_PIPELINE_ABORTED || status == PGRES_FATAL_ERROR) {
		if (is_prepare)
			*op->prepared = false;
		if (status == PGRES_FATAL_ERROR && *err == OK)
			*err = result_error(c, op, r);
		return true;
	}
	if (is_prepare)
		return true;
	/* The server answers COMMIT like this where a statement had failed
	 * before: nothing of the work is there. */
	if (op->is_commit && strcmp(PQcmdStatus(r), "ROLLBACK") == 0 &&
	    *err == OK)
		*err = fault(c, "a failed transaction was to be committed");
	if (op->out != NULL)
		*op->out = (struct rows){ .result = r,
			.count = PQntuples(r),
			.row = -1 };
	if (op->changed != NULL)
		*op->changed = strtoll(PQcmdTuples(r), NULL, 10);
	return true;
}

static enum err
lost(struct ctx *c, bool in_commit)
{
	log_error("database: connection lost%s: %s",
	    in_commit ? " in commit" : "", PQerrorMessage(c->db->conn));
	disconnect(c->db);
	if (!in_commit)
		return unavailable(c);
	return fail(c, ERR_OUTCOME_UNKNOWN,
	    "The outcome is not known. Send the same key again to learn it.");
}

static enum err
run_batch(struct ctx *c, struct op *ops)
{
	struct db *db = c->db;
	int64_t deadline = clock_mono_us() + db->answer_us;
	enum err err = OK;
	bool in_commit = false;
	PGresult *sync;

	for (struct op *op = ops; op != NULL; op = op->next) {
		in_commit = in_commit || op->is_commit;
		if (!send_op(c, op))
			return lost(c, false);
	}
	if (PQpipelineSync(db->conn) != 1)
		return lost(c, false);
	for (struct op *op = ops; op != NULL; op = op->next) {
		if (op->prepare && !take_answer(c, op, true, deadline, &err))
			return lost(c, in_commit);
		if (!take_answer(c, op, false, deadline, &err))
			return lost(c, in_commit);
	}
	if (!next_result(db, deadline, &sync))
		return lost(c, in_commit);
	PQclear(sync);
	db->used_at = clock_mono_us();
	return err;
}

/* In front of everything else, so that no transaction undoes it. */
static enum err
listen_for_changes(struct ctx *c)
{
	return run_batch(c, op_query(c, Q_CHANGE_LISTEN, NO_ARGS, NULL));
}

enum err
db_flush(struct ctx *c)
{
	struct db *db = c->db;
	struct op *ops = db->queue.first;

	if (ops == NULL)
		return OK;
	db->queue.first = NULL;
	if (db->tx_lost)
		return unavailable(c);
	if (fault_point("db") || ensure_connected(c) != OK) {
		/* BEGIN may have been among what is dropped here. */
		db->tx_lost = db->depth > 0;
		return unavailable(c);
	}
	return run_batch(c, ops);
}

/* --- calls -------------------------------------------------------------- */

static void
expect(enum query q, enum row_kind kind)
{
	if (queries[q].rows == kind)
		return;
	log_error("%s: %s is called for other rows than it declares",
	    queries[q].where, queries[q].name);
	abort();
}

void
db_queue(struct ctx *c, enum query q, struct args args)
{
	expect(q, ROWS_NONE);
	db_list_append(&c->db->queue, op_query(c, q, args, NULL));
}

void
db_queue_rows(struct ctx *c, enum query q, struct args args, struct rows *out)
{
	*out = (struct rows){ .row = -1 };
	db_list_append(&c->db->queue, op_query(c, q, args, out));
}

void
db_queue_last(struct ctx *c, enum query q, struct args args)
{
	expect(q, ROWS_NONE);
	db_list_append(&c->db->last, op_query(c, q, args, NULL));
}

enum err
db_exec(struct ctx *c, enum query q, struct args args)
{
	db_queue(c, q, args);
	return db_flush(c);
}

enum err
db_exec_n(struct ctx *c, enum query q, struct args args, int64_t *n)
{
	struct op *op = op_query(c, q, args, NULL);

	expect(q, ROWS_NONE);
	*n = 0;
	op->changed = n;
	db_list_append(&c->db->queue, op);
	return db_flush(c);
}

enum err
db_each(struct ctx *c, enum query q, struct args args, struct rows *out)
{
	expect(q, ROWS_MANY);
	db_queue_rows(c, q, args, out);
	return db_flush(c);
}

enum err
db_maybe(struct ctx *c, enum query q, struct args args, struct rows *out,
    bool *found)
{
	expect(q, ROWS_MAYBE);
	db_queue_rows(c, q, args, out);
	TRY(db_flush(c));
	if (out->count > 1)
		return fault(c, "statement=%s: %d rows, at most one expected",
		    queries[q].name, out->count);
	*found = row_next(out);
	return OK;
}

enum err
db_one(struct ctx *c, enum query q, struct args args, struct rows *out)
{
	expect(q, ROWS_ONE);
	db_queue_rows(c, q, args, out);
	TRY(db_flush(c));
	if (out->count != 1)
		return fault(c, "statement=%s: %d rows, one expected",
		    queries[q].name, out->count);
	row_next(out);
	return OK;
}

/* --- transactions ------------------------------------------------------- */

struct tx
tx_begin(struct ctx *c)
{
	struct db *db = c->db;

	if (db->depth++ == 0) {
		db->tx_lost = false;
		db->explain = NULL;
		db->last.first = NULL;
		db_list_append(&db->queue,
		    op_query(c, Q_TX_BEGIN, NO_ARGS, NULL));
	}
	return (struct tx){ .c = c, .open = true };
}

static void
roll_back(struct ctx *c)
{
	struct db *db = c->db;
	struct op *op;

	db->queue.first = NULL;
	db->last.first = NULL;
	if (db->conn == NULL || PQtransactionStatus(db->conn) == PQTRANS_IDLE)
		return;
	op = op_query(c, Q_TX_ROLLBACK, NO_ARGS, NULL);
	if (run_batch(c, op) != OK && db->conn != NULL)
		disconnect(db);
}

void
tx_end(struct tx *tx)
{
	struct db *db = tx->c->db;
	struct problem problem;

	if (!tx->open)
		return;
	tx->open = false;
	if (--db->depth > 0)
		return;
	/* What the client is told stands already. */
	problem = tx->c->problem;
	roll_back(tx->c);
	db->tx_lost = false;
	tx->c->problem = problem;
}

enum err
tx_commit(struct tx *tx)
{
	struct ctx *c = tx->c;
	struct db *db = c->db;
	enum err err;

	if (db->depth > 1) {
		tx_end(tx);
		return OK;
	}
	db_list_move(&db->queue, &db->last);
	db_list_append(&db->queue, op_query(c, Q_TX_COMMIT, NO_ARGS, NULL));
	err = db_flush(c);
	tx_end(tx);
	if (err != OK && db->explain != NULL && err_status(err) == 409)
		err = db->explain(c, err, db->explain_arg);
	return err;
}

void
tx_on_abort(struct ctx *c,
    enum err (*explain)(struct ctx *c, enum err err, void *arg), void *arg)
{
	c->db->explain = explain;
	c->db->explain_arg = arg;
}

bool
tx_is_open(const struct ctx *c)
{
	return c->db->depth > 0;
}

void
db_request_end(struct ctx *c)
{
	struct db *db = c->db;

	db->queue.first = NULL;
	db->last.first = NULL;
	db->checked = false;
	db->explain = NULL;
	if (db->depth > 0) {
		log_error("a transaction was left open");
		abort();
	}
}

enum err
db_ping(struct ctx *c)
{
	struct rows r;

	return db_one(c, Q_PING, NO_ARGS, &r);
}

enum err
db_allow(struct ctx *c, int64_t secs)
{
	struct rows r;

	TRY(db_one(c, Q_STATEMENT_LIMIT,
	    ARGS(A((const char *)arena_printf(c->arena, "%llds",
		(long long)secs))),
	    &r));
	c->db->answer_us = secs * SECOND_US + ANSWER_US;
	return OK;
}

void
db_close_idle(struct db *db, int64_t idle_us)
{
	if (db->conn != NULL && db->depth == 0 &&
	    clock_mono_us() - db->used_at > idle_us)
		disconnect(db);
}
