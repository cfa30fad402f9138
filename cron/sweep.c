/* sweep: removes uploaded files that no row knows, which is what a request
 * leaves behind that died between the two, files that were never finished,
 * and what accounts uploaded on days that are over. */
#include <string.h>

#include "db/array.h"
#include "db/db.h"
#include "io/storage.h"
#include "job/job.h"

enum {
	ORPHAN_SECS = 3600, /* a request is over long before */
	BATCH = 200,
	STEM = 32, /* hex digits; a picture and its small form have one row */
	NAME_MAX_BYTES = 64
};

/* Files that are old enough, until there are enough of them to ask about. */
struct sweep {
	struct job_counts *counts;
	bool dry_run;
	enum storage_area area;
	enum query ask;      /* which of these stems no row knows */
	const char *counted; /* as what */
	char names[BATCH][NAME_MAX_BYTES];
	char stems[BATCH][STEM + 1];
	size_t n;
};

static enum err
remove_file(struct ctx *c, struct sweep *s, const char *name,
    const char *counted)
{
	job_count(s->counts, counted, 1);
	return s->dry_run ? OK : storage_remove(c, s->area, name);
}

static enum err
remove_of_stem(struct ctx *c, struct sweep *s, const char *stem)
{
	for (size_t i = 0; i < s->n; i++) {
		if (strcmp(s->stems[i], stem) != 0)
			continue;
		TRY(remove_file(c, s, s->names[i], s->counted));
		s->stems[i][0] = '\0';
	}
	return OK;
}

static enum err
remove_orphans(struct ctx *c, struct sweep *s)
{
	const char *stems[BATCH];
	struct rows r;
	ROW_SCOPE(row, c);

	for (size_t i = 0; i < s->n; i++)
		stems[i] = s->stems[i];
	TRY(db_each(c, s->ask, ARGS(A(array_texts(c->arena, stems, s->n))),
	    &r));
	while (row_next(&r))
		TRY(remove_of_stem(c, s, col_text(&r)));
	s->n = 0;
	return OK;
}

static enum err
take_entry(struct ctx *c, const struct storage_entry *e, void *arg)
{
	struct sweep *s = arg;

	if (e->age_secs < ORPHAN_SECS || strlen(e->name) >= NAME_MAX_BYTES ||
	    job_stopping())
		return OK;
	if (e->unfinished) {
		ROW_SCOPE(row, c);

		return remove_file(c, s, e->name, "unfinished");
	}
	snprintf(s->names[s->n], NAME_MAX_BYTES, "%s", e->name);
	snprintf(s->stems[s->n], STEM + 1, "%.*s", STEM, e->name);
	s->n++;
	return s->n == BATCH ? remove_orphans(c, s) : OK;
}

static enum err
sweep_area(struct ctx *c, struct sweep *s)
{
	job_count(s->counts, s->counted, 0);
	TRY(storage_list(c, s->area, take_entry, s));
	return s->n > 0 ? remove_orphans(c, s) : OK;
}

static enum err
run(struct ctx *c, struct job_counts *counts, bool dry_run)
{
	struct sweep pictures = { .counts = counts,
		.dry_run = dry_run,
		.area = STORAGE_MEDIA,
		.ask = Q_SWEEP_MEDIA,
		.counted = "pictures" };
	struct sweep documents = { .counts = counts,
		.dry_run = dry_run,
		.area = STORAGE_DOCUMENTS,
		.ask = Q_SWEEP_DOCUMENTS,
		.counted = "documents" };
	int64_t days = 0;

	job_count(counts, "unfinished", 0);
	TRY(sweep_area(c, &pictures));
	TRY(sweep_area(c, &documents));
	if (!dry_run)
		TRY(db_exec_n(c, Q_SWEEP_UPLOAD_DAYS, NO_ARGS, &days));
	job_count(counts, "days", days);
	return OK;
}

int
main(int argc, char **argv)
{
	static const struct job job = { .name = "sweep",
		.summary = "Remove files that no row knows",
		.period_secs = 3600,
		.run = run };

	return job_main(argc, argv, &job);
}
