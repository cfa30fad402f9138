/* reconcile: asks the provider about payments that stayed open, in case its
 * events were lost.  Rules live in services/payment.h. */
#include <string.h>

#include "core/log.h"
#include "db/db.h"
#include "io/provider.h"
#include "job/job.h"
#include "services/payment.h"
#include "services/provider_news.h"

enum { BATCH = 200, OLD_SECS = 900 };

/* What the provider says of one try, as news; false if it says nothing. */
static bool
news_of(struct ctx *c, struct provider_payment *p, struct money_news *n)
{
	struct provider_problem why;

	if (strcmp(p->status, "authorized") == 0 &&
	    provider_payment_capture(c, p->id, p->amount, p->currency, p,
		&why) != PROVIDER_OK) {
		provider_tell(c, &why);
		return false;
	}
	*n = (struct money_news){ .provider_order_id = p->order_id,
		.provider_payment_id = p->id,
		.amount = p->amount,
		.currency = p->currency,
		.method = *p->method != '\0' ? p->method : NULL,
		.reason = *p->failure != '\0' ? p->failure : NULL };
	if (provider_payment_taken(p))
		n->state = MONEY_CAPTURED;
	else if (provider_payment_returned(p))
		n->state = MONEY_RETURNED;
	else if (strcmp(p->status, "failed") == 0)
		n->state = MONEY_FAILED;
	else
		return false;
	return true;
}

static enum err
apply(struct ctx *c, struct provider_payment *tries, size_t n,
    struct job_counts *counts)
{
	enum money_outcome outcome;
	struct money_news news;

	for (size_t i = 0; i < n; i++) {
		if (!news_of(c, &tries[i], &news))
			continue;
		TRY(money_apply(c, &news, &outcome));
		job_count(counts,
		    news.state == MONEY_CAPTURED ? "captured" : "failed", 1);
	}
	return OK;
}

static enum err
ask(struct ctx *c, struct uuid id, const char *provider_order_id,
    struct job_counts *counts)
{
	struct provider_payment *tries;
	struct provider_problem why;
	size_t n;
	enum err err;
	ROW_SCOPE(row, c);

	job_count(counts, "asked", 1);
	TRY(db_exec(c, Q_PAYMENT_TOUCH, ARGS(A(id))));
	if (provider_order_payments(c, provider_order_id, &tries, &n, &why) !=
	    PROVIDER_OK) {
		provider_tell(c, &why);
		job_count(counts, "unanswered", 1);
		return OK;
	}
	/* It is asked about again, after the others. */
	err = apply(c, tries, n, counts);
	if (err != OK)
		log_warn("payments of %s: %s", provider_order_id,
		    err_code(err));
	job_count(counts, "broken", err != OK);
	return OK;
}

static enum err
run(struct ctx *c, struct job_counts *counts, bool dry_run)
{
	struct rows r;

	job_count(counts, "asked", 0);
	TRY(db_each(c, Q_PAYMENTS_TO_RECONCILE,
	    ARGS(A((int64_t)OLD_SECS), A((int64_t)BATCH)), &r));
	if (dry_run) {
		job_count(counts, "due", r.count);
		return OK;
	}
	while (row_next(&r) && !job_stopping()) {
		struct uuid id = col_uuid(&r);

		col_skip(&r);
		TRY(ask(c, id, col_text(&r), counts));
	}
	return OK;
}

int
main(int argc, char **argv)
{
	static const struct job job = { .name = "reconcile",
		.summary = "Ask the provider about open payments",
		.period_secs = 300,
		.run = run };

	return job_main(argc, argv, &job);
}
