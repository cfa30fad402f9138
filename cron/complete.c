/* complete: goes on with calls to the payment provider that a dead process
 * or a silent provider left half done, and with refunds that failed and are
 * owed.  Rules live in services/payment.h and services/refund.h. */
#include <sodium.h>
#include <string.h>

#include "core/json.h"
#include "db/db.h"
#include "db/idem_lock.h"
#include "job/job.h"
#include "services/payment.h"
#include "services/refund.h"

enum { BATCH = 100, OLD_SECS = 60 };

/* --- refunds ------------------------------------------------------------ */

static void
run_refund(struct ctx *c, struct uuid id, struct job_counts *counts)
{
	ROW_SCOPE(row, c);

	job_count(counts,
	    refund_run(c, id, NULL) == OK ? "refunds" : "failed", 1);
}

static enum err
run_refunds(struct ctx *c, struct job_counts *counts, bool dry_run)
{
	struct rows r;

	TRY(db_each(c, Q_REFUNDS_TO_RUN,
	    ARGS(A((int64_t)OLD_SECS), A((int64_t)BATCH)), &r));
	if (dry_run) {
		job_count(counts, "refunds_due", r.count);
		return OK;
	}
	while (row_next(&r) && !job_stopping())
		run_refund(c, col_uuid(&r), counts);
	return OK;
}

static void
open_owed(struct ctx *c, struct uuid payment_id, struct job_counts *counts)
{
	ROW_SCOPE(row, c);

	job_count(counts,
	    refund_open_owed(c, payment_id) == OK ? "opened" : "failed", 1);
}

static enum err
open_all_owed(struct ctx *c, struct job_counts *counts, bool dry_run)
{
	struct rows r;

	TRY(db_each(c, Q_PAYMENTS_OWED, ARGS(A((int64_t)BATCH)), &r));
	if (dry_run) {
		job_count(counts, "owed", r.count);
		return OK;
	}
	while (row_next(&r) && !job_stopping())
		open_owed(c, col_uuid(&r), counts);
	return OK;
}

/* --- payments ----------------------------------------------------------- */

static void
open_payment(struct ctx *c, struct uuid id, struct job_counts *counts)
{
	struct buf ignored;
	ROW_SCOPE(row, c);

	buf_init(&ignored, c->arena, BUF_CAP_REPLY);
	job_count(counts,
	    payment_resume_initiate(c, id, &ignored) == OK ? "payments" :
							     "failed",
	    1);
}

static enum err
open_payments(struct ctx *c, struct job_counts *counts, bool dry_run)
{
	struct rows r;

	TRY(db_each(c, Q_PAYMENTS_HALF_OPEN,
	    ARGS(A((int64_t)OLD_SECS), A((int64_t)BATCH)), &r));
	if (dry_run) {
		job_count(counts, "payments_due", r.count);
		return OK;
	}
	while (row_next(&r) && !job_stopping())
		open_payment(c, col_uuid(&r), counts);
	return OK;
}

/* --- keys --------------------------------------------------------------- */

/* A request that began and never answered. */
struct begun {
	const char *principal;
	const char *key;
	const unsigned char *fingerprint;
	size_t fingerprint_len;
	const char *kind;
	struct uuid id;
};

static void
write_refusal(struct buf *b, const char *detail)
{
	struct json j = js_to(b);

	buf_clear(b);
	js_open(&j, '{');
	js_str(&j, "type", "about:blank");
	js_str(&j, "title", err_title(ERR_INVALID_STATE));
	js_i64(&j, "status", err_status(ERR_INVALID_STATE));
	js_str(&j, "detail", detail);
	js_str(&j, "code", err_code(ERR_INVALID_STATE));
	js_str(&j, "request_id", "complete");
	js_close(&j, '}');
}

static enum err
go_on(struct ctx *c, const struct begun *g, struct buf *body)
{
	if (g->kind != NULL && strcmp(g->kind, "initiate") == 0)
		return payment_resume_initiate(c, g->id, body);
	if (g->kind != NULL && strcmp(g->kind, "refund") == 0)
		return refund_run(c, g->id, body);
	return ERR_NOT_FOUND;
}

/* The answer that the request would have given. */
static enum err
answer(struct ctx *c, const struct begun *g, struct buf *body, int *status)
{
	enum err err = go_on(c, g, body);

	*status = 201;
	if (err == OK || (err != ERR_NOT_FOUND && err != ERR_INVALID_STATE))
		return err;
	write_refusal(body,
	    err == ERR_NOT_FOUND ? "This payment is no longer open." :
				   c->problem.detail);
	*status = err_status(ERR_INVALID_STATE);
	return OK;
}

static enum err
finish_locked(struct ctx *c, const struct begun *g)
{
	struct buf body;
	int status;

	buf_init(&body, c->arena, BUF_CAP_REPLY);
	TRY(answer(c, g, &body, &status));
	return db_exec(c, Q_IDEMPOTENCY_COMPLETE,
	    ARGS(A(g->principal), A(g->key),
		arg_bytes(g->fingerprint, g->fingerprint_len), A(status),
		A(status < 300 ? "application/json" :
				 "application/problem+json"),
		arg_bytes(buf_text(&body), body.len)));
}

static void
finish(struct ctx *c, const struct begun *g, struct job_counts *counts)
{
	int64_t lock = idem_lock_of(c, g->principal, g->key);
	struct rows r;
	ROW_SCOPE(row, c);

	/* Whoever holds it is at work on it. */
	if (db_one(c, Q_IDEMPOTENCY_SESSION_LOCK, ARGS(A(lock)), &r) != OK ||
	    !col_bool(&r))
		return;
	job_count(counts, finish_locked(c, g) == OK ? "keys" : "failed", 1);
	if (db_one(c, Q_IDEMPOTENCY_SESSION_UNLOCK, ARGS(A(lock)), &r) != OK)
		db_close(c->db);
}

static enum err
finish_keys(struct ctx *c, struct job_counts *counts, bool dry_run)
{
	struct rows r;

	TRY(db_each(c, Q_IDEMPOTENCY_OPEN,
	    ARGS(A((int64_t)OLD_SECS), A((int64_t)BATCH)), &r));
	if (dry_run) {
		job_count(counts, "keys_due", r.count);
		return OK;
	}
	while (row_next(&r) && !job_stopping()) {
		unsigned char *print = arena_alloc(c->arena, 64);
		struct begun g = { 0 };
		const char *hex;

		g.principal = col_text(&r);
		g.key = col_text(&r);
		hex = col_text(&r);
		sodium_hex2bin(print, 64, hex + 2, strlen(hex) - 2, NULL,
		    &g.fingerprint_len, NULL);
		g.fingerprint = print;
		g.kind = col_text(&r);
		g.id = col_uuid(&r);
		finish(c, &g, counts);
	}
	return OK;
}

static enum err
run(struct ctx *c, struct job_counts *counts, bool dry_run)
{
	job_count(counts, "failed", 0);
	TRY(finish_keys(c, counts, dry_run));
	TRY(open_payments(c, counts, dry_run));
	TRY(run_refunds(c, counts, dry_run));
	return open_all_owed(c, counts, dry_run);
}

int
main(int argc, char **argv)
{
	static const struct job job = { .name = "complete",
		.summary = "Go on with half-done calls to the provider",
		.period_secs = 60,
		.run = run };

	return job_main(argc, argv, &job);
}
