#include "services/listing_import.h"

#include <unistd.h>

#include "core/json.h"
#include "core/scratch.h"
#include "db/db.h"
#include "io/storage.h"
#include "services/listing_merge.h"

enum {
	BATCH_ROWS = 500,
	BATCH_BYTES = 1024 * 1024,
	TRIES = 5,
	ORPHAN_SECS = 3600,
	REPORT_MAX = 32 * 1024 * 1024
};

/* --- what is told --------------------------------------------------------- */

static const struct field error_fields[] = {
	OUT_I64("row", "Line of the file; the header is 1", .example = "7"),
	OUT("errors", FIELD_MAP, 0,
	    "Column, or row for all of it, to messages"),
	{ 0 },
};
static const struct shape error_shape = { "import_error",
	"A row that was left out", error_fields };

/* clang-format off */
#define REPORT_FIELDS                                                        \
	OUT_I64("created", "Rows that made a variant"),                      \
	    OUT_I64("updated", "Rows whose SKU was there"),                  \
	    OUT_I64("failed", "Rows that were left out"),                    \
	    OUT_LIST("errors", &error_shape,                                 \
		"What is wrong with them, of the first 1,000")
/* clang-format on */

static const struct field report_fields[] = {
	REPORT_FIELDS,
	{ 0 },
};
const struct shape import_report_shape = { "import_report",
	"What came of a file", report_fields };

static const char *const statuses[] = { "waiting", "running", "done",
	"failed", NULL };
static const struct field import_fields[] = {
	OUT_UUID("id", "To ask for it again"),
	OUT_ENUM("status", statuses, "failed: it ended before its rows did"),
	OUT_BOOL("dry_run", "Whether nothing is changed"),
	OUT_I64("rows_total", "Rows of the file"),
	OUT_I64("rows_done", "Rows that were looked at"),
	REPORT_FIELDS,
	OUT_TEXT_NULL("note", "Why it failed"),
	OUT_TIME("created_at", "When the file came"),
	OUT_TIME_NULL("started_at", "When work on it began"),
	OUT_TIME_NULL("finished_at", "When it ended"),
	{ 0 },
};
const struct shape product_import_shape = { "product_import",
	"A file of products on its way in", import_fields };

/* {"price":["…"],"sku":["…"]} */
static void
write_faults(struct json *j, const struct import_row *row)
{
	for (const struct import_fault *f = row->faults; f != NULL;
	     f = f->next) {
		bool first = true;

		for (const struct import_fault *g = row->faults; g != f;
		     g = g->next)
			first = first && g->column != f->column;
		if (!first)
			continue;
		js_open_key(j, f->column, '[');
		for (const struct import_fault *g = f; g != NULL; g = g->next)
			if (g->column == f->column)
				js_str(j, NULL, g->message);
		js_close(j, ']');
	}
}

/* The faulty rows as members of a list, at most so many; the line's name is
 * what it is called there.  How many there were. */
static size_t
write_errors(struct json *j, const char *line, const struct import_row *rows,
    size_t n, int64_t most)
{
	size_t written = 0;

	for (size_t i = 0; i < n && (int64_t)written < most; i++) {
		if (rows[i].faults == NULL)
			continue;
		js_open(j, '{');
		js_i64(j, line, rows[i].line);
		js_open_key(j, "errors", '{');
		write_faults(j, &rows[i]);
		js_close(j, '}');
		js_close(j, '}');
		written++;
	}
	return written;
}

/* --- batches -------------------------------------------------------------- */

struct batch {
	struct import_row *rows;
	size_t n;
};

static void
read_batch(struct ctx *c, struct import_reader *r, struct batch *b)
{
	size_t bytes = 0;

	b->rows = ARENA_ARRAY(c->arena, BATCH_ROWS, struct import_row);
	b->n = 0;
	while (b->n < BATCH_ROWS && bytes < BATCH_BYTES &&
	    import_next(c, r, &b->rows[b->n], &bytes))
		b->n++;
}

/* --- within the request --------------------------------------------------- */

struct report {
	struct import_tally tally;
	struct json errors;
	int64_t told;
};

static enum err
merge_some(struct ctx *c, struct import_reader *r,
    const struct import_job *job, struct report *report, bool *end)
{
	struct batch b;
	SCRATCH_SCOPE(memory, c);

	read_batch(c, r, &b);
	*end = b.n == 0;
	if (*end)
		return OK;
	TRY(import_merge(c, job, b.rows, b.n, &report->tally));
	TRY(db_flush(c));
	report->told += (int64_t)write_errors(&report->errors, "row", b.rows,
	    b.n, IMPORT_ERRORS_MAX - report->told);
	return OK;
}

static void
write_report(struct json *j, const struct import_tally *t)
{
	js_i64(j, "created", t->created);
	js_i64(j, "updated", t->updated);
	js_i64(j, "failed", t->failed);
}

enum err
listing_import_now(struct ctx *c, const struct import_file *in,
    struct buf *out)
{
	struct import_job job = { .seller_id = c->caller.seller_id };
	struct json j = js_to(out);
	struct import_reader *r;
	struct report report = { 0 };
	bool end = false;
	struct buf errors;
	TX_SCOPE(tx, c);

	buf_init(&errors, c->arena, REPORT_MAX);
	report.errors = js_to(&errors);
	if (in->dry_run)
		job.seen = import_seen_new(c->arena, in->rows);
	TRY(import_open(c, in->fd, &r));
	while (!end)
		TRY(merge_some(c, r, &job, &report, &end));
	js_open(&j, '{');
	write_report(&j, &report.tally);
	js_open_key(&j, "errors", '[');
	buf_raw(out, buf_text(&errors), errors.len);
	js_close(&j, ']');
	js_close(&j, '}');
	answer_ready(c);
	return tx_commit(&tx);
}

/* --- for later ------------------------------------------------------------ */

static enum err
copy(struct ctx *c, int from, int to)
{
	char *p = arena_alloc(c->arena, BATCH_BYTES);
	ssize_t n;

	if (lseek(from, 0, SEEK_SET) != 0)
		return fault(c, "import: a file cannot be read");
	while ((n = read(from, p, BATCH_BYTES)) > 0)
		TRY(storage_write(c, to, p, (size_t)n));
	return n == 0 ? OK : fault(c, "import: a file cannot be read");
}

static enum err
check_open(struct ctx *c)
{
	struct rows r;

	TRY(db_one(c, Q_IMPORT_OPEN_COUNT, ARGS(A(c->caller.seller_id)), &r));
	if (col_i64(&r) >= IMPORTS_OPEN_MAX)
		return fail(c, ERR_INVALID_STATE,
		    "%d files of this store wait already.", IMPORTS_OPEN_MAX);
	return OK;
}

static enum err
keep_file(struct ctx *c, int fd, struct storage_file **out)
{
	const char *name = arena_printf(c->arena, "%s.csv", storage_name(c));

	TRY(storage_new(c, STORAGE_IMPORTS, name, out));
	TRY(copy(c, fd, (*out)->fd));
	return storage_keep(c, *out);
}

static enum err
add_import(struct ctx *c, const struct import_file *in, const char *name,
    struct buf *out)
{
	struct uuid id = uuid_new();
	struct rows turn;
	TX_SCOPE(tx, c);

	db_queue_rows(c, Q_SELLER_TURN, ARGS(A(c->caller.seller_id)), &turn);
	TRY(check_open(c));
	db_queue(c, Q_IMPORT_ADD,
	    ARGS(A(id), A(c->caller.seller_id), A(name), A(in->dry_run),
		A(in->rows)));
	TRY(listing_import_status(c, id, out));
	answer_ready(c);
	return tx_commit(&tx);
}

/* The file is written before the transaction begins: it may take as long as
 * the disk does. */
enum err
listing_import_later(struct ctx *c, const struct import_file *in,
    struct buf *out)
{
	struct storage_file *file;
	struct problem why;
	enum err err;

	TRY(check_open(c));
	TRY(keep_file(c, in->fd, &file));
	err = add_import(c, in, file->name, out);
	why = c->problem;
	/* Refused, it is nobody's; where it is not known whether its row is
	 * there, it stays, and is swept if need be. */
	if (err == ERR_INVALID_STATE)
		(void)storage_remove(c, STORAGE_IMPORTS, file->name);
	c->problem = why;
	return err;
}

enum err
listing_import_count(struct ctx *c, int fd, int64_t *rows)
{
	struct import_reader *r;
	SCRATCH_SCOPE(memory, c);

	TRY(import_open(c, fd, &r));
	*rows = import_count(r, IMPORT_ROWS_MAX);
	if (*rows > IMPORT_ROWS_MAX)
		return fail_field(c, "file", "At most %d rows.",
		    IMPORT_ROWS_MAX);
	return OK;
}

/* --- how it stands -------------------------------------------------------- */

static void
write_status(struct json *j, struct uuid id, struct rows *r,
    struct rows *errors)
{
	js_open(j, '{');
	js_uuid(j, "id", id);
	js_str(j, "status", col_text(r));
	js_bool(j, "dry_run", col_bool(r));
	js_i64(j, "rows_total", col_i64(r));
	js_i64(j, "rows_done", col_i64(r));
	js_i64(j, "created", col_i64(r));
	js_i64(j, "updated", col_i64(r));
	js_i64(j, "failed", col_i64(r));
	js_str(j, "note", col_text(r));
	js_time(j, "created_at", col_i64(r));
	js_time_null(j, "started_at", col_i64(r));
	js_time_null(j, "finished_at", col_i64(r));
	js_open_key(j, "errors", '[');
	while (row_next(errors)) {
		js_open(j, '{');
		js_i64(j, "row", col_i64(errors));
		js_raw(j, "errors", col_text(errors));
		js_close(j, '}');
	}
	js_close(j, ']');
	js_close(j, '}');
}

enum err
listing_import_status(struct ctx *c, struct uuid id, struct buf *out)
{
	struct json j = js_to(out);
	struct rows r, errors;

	db_queue_rows(c, Q_IMPORT_STATUS, ARGS(A(id), A(c->caller.seller_id)),
	    &r);
	db_queue_rows(c, Q_IMPORT_ERRORS, ARGS(A(id)), &errors);
	TRY(db_flush(c));
	if (!row_next(&r))
		return fail(c, ERR_NOT_FOUND, "There is no such import.");
	write_status(&j, id, &r, &errors);
	return OK;
}

/* --- the job -------------------------------------------------------------- */

struct work {
	struct uuid id;
	struct import_job job;
	const char *file_name;
	bool dry_run;
	int64_t done;   /* rows */
	int64_t failed; /* of these */
	int64_t attempts;
	struct import_reader *reader;
};

enum err
listing_import_waiting(struct ctx *c, struct uuid after, struct uuid *id)
{
	static const struct uuid none;
	char behind[UUID_TEXT];
	struct rows r;

	*id = none;
	/* Zero is an id like any other here, not the lack of one. */
	uuid_format(after, behind);
	TRY(db_each(c, Q_IMPORT_WAITING, ARGS(A((const char *)behind)), &r));
	if (row_next(&r))
		*id = col_uuid(&r);
	return OK;
}

static enum err
begin_work(struct ctx *c, struct work *w)
{
	struct rows r;
	bool found;
	TX_SCOPE(tx, c);

	TRY(db_maybe(c, Q_IMPORT_BEGIN, ARGS(A(w->id)), &r, &found));
	if (!found)
		return fail(c, ERR_NOT_FOUND, "This import is over.");
	w->job.seller_id = col_uuid(&r);
	w->file_name = col_text(&r);
	w->dry_run = col_bool(&r);
	w->done = col_i64(&r);
	w->failed = col_i64(&r);
	w->attempts = col_i64(&r);
	if (w->dry_run && w->done > 0) {
		db_queue(c, Q_IMPORT_REWIND, ARGS(A(w->id)));
		db_queue(c, Q_IMPORT_ERRORS_DROP, ARGS(A(w->id)));
		w->done = 0;
		w->failed = 0;
	}
	return tx_commit(&tx);
}

static enum err
end_work(struct ctx *c, const struct work *w, const char *note)
{
	TRY(db_exec(c, Q_IMPORT_END,
	    ARGS(A(w->id), A(note == NULL ? "done" : "failed"), A(note))));
	/* One that stays is swept. */
	if (storage_remove(c, STORAGE_IMPORTS, w->file_name) != OK)
		problem_clear(c);
	return OK;
}

static enum err
open_file(struct ctx *c, struct work *w)
{
	int fd;

	TRY(storage_open(c, STORAGE_IMPORTS, w->file_name, &fd));
	TRY(import_open(c, fd, &w->reader));
	import_skip(w->reader, w->done);
	if (w->dry_run)
		w->job.seen = import_seen_new(c->arena, IMPORT_ROWS_MAX);
	return OK;
}

static void
queue_errors(struct ctx *c, const struct work *w, const struct batch *b)
{
	struct json j;
	struct buf text;

	buf_init(&text, c->arena, REPORT_MAX);
	j = js_to(&text);
	js_open(&j, '[');
	if (write_errors(&j, "line", b->rows, b->n,
		IMPORT_ERRORS_MAX - w->failed) == 0)
		return;
	js_close(&j, ']');
	db_queue(c, Q_IMPORT_ERRORS_ADD, ARGS(A(w->id), A(buf_text(&text))));
}

static enum err
write_batch(struct ctx *c, struct work *w, const struct batch *b,
    struct import_tally *t)
{
	int64_t n;
	SCRATCH_SCOPE(memory, c);
	TX_SCOPE(tx, c);

	TRY(import_merge(c, &w->job, b->rows, b->n, t));
	queue_errors(c, w, b);
	TRY(db_exec_n(c, Q_IMPORT_PROGRESS,
	    ARGS(A(w->id), A(w->done), A((int64_t)b->n), A(t->created),
		A(t->updated), A(t->failed)),
	    &n));
	if (n != 1)
		return fault(c, "an import is worked on twice");
	return tx_commit(&tx);
}

/* One batch; what somebody else changed meanwhile is read again. */
static enum err
work_some(struct ctx *c, struct work *w, bool *end)
{
	enum err err = ERR_TRY_AGAIN;
	struct import_tally t;
	struct batch b;
	SCRATCH_SCOPE(memory, c);

	read_batch(c, w->reader, &b);
	*end = b.n == 0;
	for (int i = 0; i < TRIES && err == ERR_TRY_AGAIN && !*end; i++) {
		t = (struct import_tally){ 0 };
		err = write_batch(c, w, &b, &t);
		/* A category that was just removed. */
		if (err == ERR_VALIDATION)
			err = ERR_TRY_AGAIN;
	}
	if (*end)
		return OK;
	TRY(err);
	w->done += (int64_t)b.n;
	w->failed += t.failed;
	return OK;
}

enum err
listing_import_work(struct ctx *c, struct uuid id, bool (*stop)(void),
    int64_t *rows)
{
	struct work w = { .id = id };
	int64_t before;
	bool end = false;
	enum err err;
	SCRATCH_SCOPE(memory, c);

	TRY(begin_work(c, &w));
	if (w.attempts > IMPORT_ATTEMPTS_MAX)
		return end_work(c, &w,
		    "Something of it could not be brought in, though we tried "
		    "several times.");
	err = open_file(c, &w);
	if (err == ERR_NOT_FOUND || err == ERR_VALIDATION)
		return end_work(c, &w, "The file is gone.");
	TRY(err);
	before = w.done;
	while (!end && !stop()) {
		err = work_some(c, &w, &end);
		*rows = w.done - before;
		if (err == ERR_SELLER_NOT_APPROVED)
			return end_work(c, &w, "The store is not approved.");
		TRY(err);
	}
	return end ? end_work(c, &w, NULL) : OK;
}

/* --- what a failure left behind ------------------------------------------- */

static enum err
sweep_one(struct ctx *c, const struct storage_entry *e, void *arg)
{
	int64_t *removed = arg;
	struct rows r;

	if (e->age_secs < ORPHAN_SECS)
		return OK;
	TRY(db_one(c, Q_IMPORT_FILE_IS_KNOWN, ARGS(A(e->name)), &r));
	if (col_bool(&r))
		return OK;
	(*removed)++;
	return storage_remove(c, STORAGE_IMPORTS, e->name);
}

enum err
listing_import_sweep(struct ctx *c, int64_t *removed)
{
	return storage_list(c, STORAGE_IMPORTS, sweep_one, removed);
}
