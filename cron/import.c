/* import: brings in the products of large files.  Rules live in
 * services/listing_import.h. */
#include "services/listing_import.h"

#include "core/log.h"
#include "job/job.h"

/* One that fails must not keep those behind it from their turn; it is told at
 * the end. */
static enum err
work_all(struct ctx *c, struct job_counts *counts)
{
	struct uuid id = { 0 };
	enum err worst = OK;

	while (!job_stopping()) {
		int64_t rows = 0;
		enum err err;

		TRY(listing_import_waiting(c, id, &id));
		if (uuid_is_zero(id))
			return worst;
		err = listing_import_work(c, id, job_stopping, &rows);
		job_count(counts, "files", 1);
		job_count(counts, "rows", rows);
		if (err == OK)
			continue;
		log_error("an import has stopped: %s", err_code(err));
		problem_clear(c);
		worst = err;
	}
	return worst;
}

static enum err
run(struct ctx *c, struct job_counts *counts, bool dry_run)
{
	static bool swept; /* once a process */
	int64_t removed = 0;
	struct uuid id = { 0 };

	if (dry_run) {
		TRY(listing_import_waiting(c, id, &id));
		job_count(counts, "due", !uuid_is_zero(id));
		return OK;
	}
	job_count(counts, "rows", 0);
	if (!swept)
		TRY(listing_import_sweep(c, &removed));
	swept = true;
	job_count(counts, "swept", removed);
	return work_all(c, counts);
}

int
main(int argc, char **argv)
{
	static const struct job job = { .name = "import",
		.summary = "Bring in the products of large files",
		.period_secs = 60,
		.run = run };

	return job_main(argc, argv, &job);
}
