/* outbox: sends what waits to leave the house.  Rules live in
 * services/outbox.h. */
#include "services/outbox.h"
#include "core/log.h"
#include "io/mail.h"
#include "job/job.h"

static const char *const outcome_names[] = {
	[OUTBOX_SENT] = "sent",
	[OUTBOX_LATER] = "later",
	[OUTBOX_AWAY] = "later",
	[OUTBOX_DEAD] = "dead",
};

static enum err
deliver(struct ctx *c, const struct outbox_message *m,
    struct job_counts *counts, enum outbox_outcome *outcome)
{
	ROW_SCOPE(row, c);

	TRY(outbox_deliver(c, m, outcome));
	job_count(counts, outcome_names[*outcome], 1);
	return OK;
}

/* Where a way out is closed, what else goes that way waits untried. */
static enum err
send_batch(struct ctx *c, struct job_counts *counts)
{
	bool closed[2] = { false, false };
	struct outbox_message *v;
	size_t n, left = 0;

	TRY(outbox_claim(c, &v, &n));
	for (size_t i = 0; i < n; i++) {
		enum outbox_outcome outcome = OUTBOX_SENT;

		if (closed[v[i].is_sms] || job_stopping()) {
			v[left++] = v[i];
			continue;
		}
		TRY(deliver(c, &v[i], counts, &outcome));
		closed[v[i].is_sms] = outcome == OUTBOX_AWAY;
	}
	counts->more = n == OUTBOX_BATCH && left < n;
	return left > 0 ? outbox_put_back(c, v, left) : OK;
}

/* Once a run: they stay until a person has looked after them. */
static enum err
tell_dead(struct ctx *c)
{
	static bool told;
	int64_t n = 0;

	if (!told)
		TRY(outbox_dead(c, &n));
	told = true;
	if (n > 0)
		log_warn("%lld dead letters are kept; make dead-letters "
			 "lists them",
		    (long long)n);
	return OK;
}

static enum err
run(struct ctx *c, struct job_counts *counts, bool dry_run)
{
	int64_t n;

	TRY(tell_dead(c));
	if (dry_run) {
		TRY(outbox_due(c, &n));
		job_count(counts, "due", n);
		return OK;
	}
	job_count(counts, "sent", 0);
	TRY(outbox_bury(c, &n));
	job_count(counts, "dead", n);
	return send_batch(c, counts);
}

int
main(int argc, char **argv)
{
	static const struct job job = { .name = "outbox",
		.summary = "Send mail and short messages that wait",
		.period_secs = 60,
		.run = run };
	int status = job_main(argc, argv, &job);

	mail_close();
	return status;
}
