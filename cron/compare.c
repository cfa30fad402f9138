/* compare: holds the payment provider's books against ours, both ways, and
 * prints each difference.  Rules live in services/comparison.h. */
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "job/job.h"
#include "services/comparison.h"

static struct comparison_days days;

static bool
option(const char *name, const char *value)
{
	int64_t first, last;

	if (strcmp(name, "--from") == 0)
		days.first = value;
	else if (strcmp(name, "--to") == 0)
		days.last = value;
	else
		return false;
	if (!clock_parse_date(value, &first))
		return false;
	return days.first == NULL || days.last == NULL ||
	    (clock_parse_date(days.first, &first) &&
		clock_parse_date(days.last, &last) && first <= last);
}

static void
print(const struct comparison *cmp)
{
	for (size_t i = 0; i < cmp->nfound; i++) {
		const struct mismatch *m = &cmp->found[i];

		log_warn("%s %s %s order=%s here=%s there=%s",
		    m->is_new ? "new" : "open", mismatch_kind_names[m->kind],
		    m->ref, m->number != NULL ? m->number : "-",
		    m->here != NULL ? m->here : "-",
		    m->there != NULL ? m->there : "-");
	}
	for (size_t i = 0; i < cmp->nresolved; i++)
		log_info("resolved %s %s", cmp->resolved[i].kind,
		    cmp->resolved[i].ref);
}

static enum err
step(struct ctx *c, struct comparison *cmp)
{
	ROW_SCOPE(row, c);

	return comparison_step(c, cmp);
}

static enum err
run(struct ctx *c, struct job_counts *counts, bool dry_run)
{
	bool by_hand = days.first != NULL || days.last != NULL;
	struct comparison *cmp;

	TRY(comparison_begin(c, &days, &cmp));
	while (cmp->stage != COMPARISON_DONE) {
		/* Half a comparison says nothing of the other half. */
		if (cmp->skip > 0 && job_stopping())
			return fail(c, ERR_UNAVAILABLE, "told to end");
		TRY(step(c, cmp));
	}
	TRY(comparison_end(c, cmp, dry_run));
	print(cmp);
	job_count(counts, "payments", cmp->payments);
	job_count(counts, "refunds", cmp->refunds);
	job_count(counts, "mismatches", (int64_t)cmp->nfound);
	job_count(counts, "new", cmp->nnew);
	job_count(counts, "resolved", (int64_t)cmp->nresolved);
	/* The next run by the schedule does not count it. */
	if (by_hand)
		job_count(counts, "by_hand", 1);
	return OK;
}

int
main(int argc, char **argv)
{
	static const struct job job = { .name = "compare",
		.summary = "Hold the provider's books against ours; days are "
			   "the shop's, both included",
		.options = " [--from DATE] [--to DATE]",
		.option = option,
		.period_secs = 86400,
		.run = run };

	return job_main(argc, argv, &job);
}
