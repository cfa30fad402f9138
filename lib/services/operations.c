#include "services/operations.h"

#include <string.h>

#include "core/config.h"
#include "core/json.h"
#include "db/list.h"
#include "services/audit.h"

/* --- what waits --------------------------------------------------------- */

static const struct field queue_fields[] = {
	OUT_TEXT("timezone", "In which days are counted",
	    .example = "Asia/Kolkata"),
	OUT_I64("sellers_pending",
	    "Stores, and changes of stores, to review"),
	OUT_I64("products_pending",
	    "Products, and edits of products, to review"),
	OUT_I64("refunds_requested", "Refund requests to decide"),
	OUT_I64("settlements_requested", "Settlements to pay"),
	OUT_I64("deliveries_failed", "Messages that were given up"),
	OUT_I64("payment_mismatches",
	    "Payments where the provider says something else"),
	OUT_I64("jobs_late", "Jobs without a good run for three periods"),
	{ 0 },
};
const struct shape queues_shape = { "queues", "What waits for a decision",
	queue_fields };

static int64_t
count_late(struct rows *jobs)
{
	int64_t n = 0;

	while (row_next(jobs)) {
		col_skip(jobs);
		col_skip(jobs);
		col_skip(jobs);
		n += col_bool(jobs);
	}
	return n;
}

enum err
operations_queues(struct ctx *c, struct buf *out)
{
	struct json j = js_to(out);
	struct rows r, jobs;

	db_queue_rows(c, Q_JOBS_STATE, NO_ARGS, &jobs);
	TRY(db_one(c, Q_QUEUES_COUNT, ARGS(A(COUNT_EXACT + 1)), &r));
	js_open(&j, '{');
	js_str(&j, "timezone", c->config->shop_timezone);
	for (const struct field *f = &queue_fields[1];
	     strcmp(f->name, "jobs_late") != 0; f++)
		js_i64(&j, f->name, col_i64(&r));
	js_i64(&j, "jobs_late", count_late(&jobs));
	js_close(&j, '}');
	return OK;
}

/* --- jobs --------------------------------------------------------------- */

static const struct field job_fields[] = {
	OUT_TEXT("name", "Job", .example = "outbox"),
	OUT_I64("period_secs", "Seconds from run to run"),
	OUT_TIME_NULL("ok_at", "End of its last good run"),
	OUT_BOOL("is_late", "No good run for three periods, and not at work"),
	OUT_BOOL("is_running", "At work now"),
	{ 0 },
};
static const struct shape job_shape = { "job", "A scheduled program",
	job_fields };
static const struct field jobs_fields[] = {
	OUT_LIST("results", &job_shape, "All jobs, by name"),
	{ 0 },
};
const struct shape jobs_shape = { "jobs", "The scheduled programs",
	jobs_fields };

enum err
operations_jobs(struct ctx *c, struct buf *out)
{
	struct json j = js_to(out);
	struct rows r;

	TRY(db_each(c, Q_JOBS_STATE, NO_ARGS, &r));
	js_open(&j, '{');
	js_open_key(&j, "results", '[');
	while (row_next(&r)) {
		js_open(&j, '{');
		js_str(&j, "name", col_text(&r));
		js_i64(&j, "period_secs", col_i64(&r));
		js_time_null(&j, "ok_at", col_i64(&r));
		js_bool(&j, "is_late", col_bool(&r));
		js_bool(&j, "is_running", col_bool(&r));
		js_close(&j, '}');
	}
	js_close(&j, ']');
	js_close(&j, '}');
	return OK;
}

static const struct field run_fields[] = {
	OUT_UUID("id", "Run"),
	OUT_TEXT("job", "Job", .example = "outbox"),
	OUT_TIME("started_at", "Begin"),
	OUT_TIME_NULL("finished_at", "End; null while it works"),
	OUT("ok", FIELD_BOOL, NULLABLE, "Whether it went well"),
	OUT("counts", FIELD_MAP, 0, "What it did, in its own words"),
	OUT_TEXT_NULL("note", "What went wrong"),
	{ 0 },
};
const struct shape job_run_shape = { "job_run", "A run of a job",
	run_fields };

static struct uuid
write_run(struct rows *r, struct json *j)
{
	struct uuid id = col_uuid(r);

	js_open(j, '{');
	js_uuid(j, "id", id);
	js_str(j, "job", col_text(r));
	js_time(j, "started_at", col_i64(r));
	js_time_null(j, "finished_at", col_i64(r));
	if (col_is_null(r)) {
		col_skip(r);
		js_null(j, "ok");
	} else {
		js_bool(j, "ok", col_bool(r));
	}
	js_raw(j, "counts", col_text(r));
	js_str(j, "note", col_text(r));
	js_close(j, '}');
	return id;
}

enum err
operations_runs(struct ctx *c, const struct job_run_search *in,
    struct buf *out, struct page_out *page)
{
	struct json j = js_to(out);
	struct list_rows l;

	TRY(list_begin(c, &l, &in->paging, list_by_age(in->sort),
	    F_JOB_RUN_COLUMNS));
	list_where(&l, F_JOB_RUNS, NO_ARGS);
	if (in->job != NULL)
		list_where(&l, F_JOB_RUNS_OF, ARGS(A(in->job)));
	if (in->ok != NULL)
		list_where(&l, F_JOB_RUNS_ENDED,
		    ARGS(A(strcmp(in->ok, "true") == 0)));
	TRY(list_fetch(c, &l));
	while (list_next(&l))
		list_at(&l, write_run(&l.rows, &j));
	list_end(c, &l, page);
	return OK;
}

/* --- messages ----------------------------------------------------------- */

const char *const message_states[] = { "dead", "waiting", "sent", NULL };

static const struct field message_fields[] = {
	OUT_UUID("id", "Message"),
	OUT_TEXT("kind", "mail.TYPE or sms.TYPE",
	    .example = "mail.order_paid"),
	OUT_ENUM("state", message_states, "Given up, under way, or gone"),
	OUT_TEXT_NULL("recipient", "Address or number",
	    .example = "asha@example.com"),
	OUT("account_id", FIELD_UUID, NULLABLE, "Whom it is for"),
	OUT_I64("attempts", "Tries so far"),
	OUT_TEXT_NULL("last_error", "What came of the last try"),
	OUT_TIME("created_at", "When it was written"),
	OUT_TIME("next_try_at", "When it is tried next"),
	OUT_TIME_NULL("sent_at", "When it left"),
	OUT_TIME_NULL("dead_at", "When it was given up"),
	{ 0 },
};
const struct shape message_shape = { "message", "A mail or SMS",
	message_fields };

struct message_row {
	struct uuid id, account_id;
	const char *kind, *recipient, *last_error;
	int64_t attempts, created_at, next_try_at, sent_at, dead_at;
};

static void
read_message(struct rows *r, struct message_row *m)
{
	m->id = col_uuid(r);
	m->kind = col_text(r);
	m->recipient = col_text(r);
	m->account_id = col_uuid(r);
	m->attempts = col_i64(r);
	m->last_error = col_text(r);
	m->created_at = col_i64(r);
	m->next_try_at = col_i64(r);
	m->sent_at = col_i64(r);
	m->dead_at = col_i64(r);
}

static void
write_message(const struct message_row *m, struct json *j)
{
	js_open(j, '{');
	js_uuid(j, "id", m->id);
	js_str(j, "kind", m->kind);
	js_str(j, "state",
	    m->dead_at != 0     ? "dead" :
		m->sent_at != 0 ? "sent" :
				  "waiting");
	js_str(j, "recipient", m->recipient);
	js_uuid(j, "account_id", m->account_id);
	js_i64(j, "attempts", m->attempts);
	js_str(j, "last_error", m->last_error);
	js_time(j, "created_at", m->created_at);
	js_time(j, "next_try_at", m->next_try_at);
	js_time_null(j, "sent_at", m->sent_at);
	js_time_null(j, "dead_at", m->dead_at);
	js_close(j, '}');
}

static void
add_state(struct list_rows *l, const char *state)
{
	if (state == NULL)
		return;
	list_where(l,
	    strcmp(state, "dead") == 0     ? F_OUTBOX_THAT_ARE_DEAD :
		strcmp(state, "sent") == 0 ? F_OUTBOX_THAT_WERE_SENT :
					     F_OUTBOX_THAT_WAIT,
	    NO_ARGS);
}

enum err
operations_messages(struct ctx *c, const struct message_search *in,
    struct buf *out, struct page_out *page)
{
	struct json j = js_to(out);
	struct message_row m;
	struct list_rows l;

	TRY(list_begin(c, &l, &in->paging, list_by_age(in->sort),
	    F_OUTBOX_COLUMNS));
	list_where(&l, F_OUTBOX_MESSAGES, NO_ARGS);
	add_state(&l, in->state);
	TRY(list_fetch(c, &l));
	while (list_next(&l)) {
		read_message(&l.rows, &m);
		write_message(&m, &j);
		list_at(&l, m.id);
	}
	list_end(c, &l, page);
	return OK;
}

static enum err
read_by_id(struct ctx *c, struct uuid id, struct message_row *m)
{
	struct rows r;
	bool found;

	TRY(db_maybe(c, Q_OUTBOX_BY_ID, ARGS(A(id)), &r, &found));
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such message.");
	read_message(&r, m);
	return OK;
}

enum err
operations_retry(struct ctx *c, struct uuid id, struct buf *out)
{
	struct json j = js_to(out);
	struct message_row m;
	int64_t n;
	TX_SCOPE(tx, c);

	TRY(db_exec_n(c, Q_OUTBOX_REVIVE, ARGS(A(id)), &n));
	TRY(read_by_id(c, id, &m));
	if (n == 0)
		return fail(c, ERR_INVALID_STATE,
		    "This message was not given up.");
	write_message(&m, &j);
	audit_queue(c, "message.retry", "message", id,
	    CHANGES({ "state", A("dead"), A("waiting") }));
	return tx_commit(&tx);
}
