#include "services/comparison.h"

#include <string.h>

#include "core/config.h"
#include "core/json.h"
#include "db/array.h"
#include "db/db.h"
#include "services/comparison_check.h"
#include "services/notification.h"

enum { BATCH = 500, FLUSH_EACH = 50 };

enum err
comparison_begin(struct ctx *c, const struct comparison_days *days,
    struct comparison **out)
{
	struct comparison *cmp = ARENA_NEW(c->arena, struct comparison);
	struct rows r;

	*out = cmp;
	cmp->arena = c->arena;
	cmp->seen = set_in(c->arena);
	if (*c->config->razorpay_key_id == '\0') {
		cmp->stage = COMPARISON_DONE;
		return OK;
	}
	TRY(db_one(c, Q_COMPARISON_SPAN,
	    ARGS(A(c->config->shop_timezone), A(days->first), A(days->last)),
	    &r));
	cmp->span.from_secs = col_i64(&r);
	cmp->span.to_secs = col_i64(&r);
	return OK;
}

/* --- the stages ---------------------------------------------------------- */

static struct provider_span
page_of(const struct comparison *cmp)
{
	return (struct provider_span){ .from_secs = cmp->span.from_secs,
		.to_secs = cmp->span.to_secs,
		.skip = cmp->skip };
}

static void
page_done(struct comparison *cmp, size_t n)
{
	cmp->skip += (int64_t)n;
	if (n == PROVIDER_PAGE)
		return;
	cmp->skip = 0;
	cmp->stage++;
}

static enum err
step_payments(struct ctx *c, struct comparison *cmp)
{
	struct provider_span span = page_of(cmp);
	enum provider_result result;
	struct provider_problem why;
	struct provider_payment *v;
	int tries = 0;
	size_t n;

	do
		result = provider_payments(c, &span, &v, &n, &why);
	while (ask_again(result, &tries));
	if (result != PROVIDER_OK)
		return provider_unanswered(c, &why);
	TRY(compare_payments(c, cmp, v, n));
	page_done(cmp, n);
	return OK;
}

static enum err
step_refunds(struct ctx *c, struct comparison *cmp)
{
	struct provider_span span = page_of(cmp);
	enum provider_result result;
	struct provider_problem why;
	struct provider_refund *v;
	int tries = 0;
	size_t n;

	do
		result = provider_refunds(c, &span, &v, &n, &why);
	while (ask_again(result, &tries));
	if (result != PROVIDER_OK)
		return provider_unanswered(c, &why);
	TRY(compare_refunds(c, cmp, v, n));
	page_done(cmp, n);
	return OK;
}

static enum err
step_booked(struct ctx *c, struct comparison *cmp)
{
	const char *ref;
	struct rows r;
	bool is_refund;

	TRY(db_each(c, Q_COMPARISON_BOOKED,
	    ARGS(A(cmp->span.from_secs), A(cmp->span.to_secs), A(cmp->after),
		A((int64_t)BATCH)),
	    &r));
	while (row_next(&r)) {
		cmp->after = col_uuid(&r);
		is_refund = col_bool(&r);
		ref = col_text(&r);
		TRY(compare_one(c, cmp, is_refund, col_text(&r), ref));
	}
	if (r.count < BATCH)
		cmp->stage++;
	return OK;
}

static enum err
step_open(struct ctx *c, struct comparison *cmp)
{
	const char *ref;
	struct rows r;
	bool is_refund;

	TRY(db_each(c, Q_COMPARISON_OPEN, ARGS(A(cmp->span.to_secs)), &r));
	while (row_next(&r)) {
		is_refund = col_bool(&r);
		ref = col_text(&r);
		TRY(compare_one(c, cmp, is_refund, col_text(&r), ref));
	}
	cmp->stage++;
	return OK;
}

/* What differed before, wherever in time it lies. */
static enum err
step_again(struct ctx *c, struct comparison *cmp)
{
	const char *ref;
	struct rows r;
	bool is_refund, theirs;

	TRY(db_each(c, Q_MISMATCHES_OPEN, NO_ARGS, &r));
	while (row_next(&r)) {
		col_skip(&r);
		is_refund = col_bool(&r);
		ref = col_text(&r);
		theirs = strncmp(ref, is_refund ? "rfnd_" : "pay_",
			     is_refund ? 5 : 4) == 0;
		TRY(compare_one(c, cmp, is_refund, theirs ? ref : NULL,
		    theirs ? NULL : ref));
	}
	cmp->stage++;
	return OK;
}

enum err
comparison_step(struct ctx *c, struct comparison *cmp)
{
	static enum err (*const steps[])(struct ctx * c,
	    struct comparison * cmp) = {
		[COMPARISON_PAYMENTS] = step_payments,
		[COMPARISON_REFUNDS] = step_refunds,
		[COMPARISON_BOOKED] = step_booked,
		[COMPARISON_OPEN] = step_open,
		[COMPARISON_AGAIN] = step_again,
	};

	return cmp->stage == COMPARISON_DONE ? OK : steps[cmp->stage](c, cmp);
}

/* --- the end ------------------------------------------------------------- */

static struct mismatch *
find(struct comparison *cmp, const char *ref, const char *kind)
{
	for (size_t i = 0; i < cmp->nfound; i++)
		if (strcmp(cmp->found[i].ref, ref) == 0 &&
		    strcmp(mismatch_kind_names[cmp->found[i].kind], kind) ==
			0)
			return &cmp->found[i];
	return NULL;
}

/* What is open was known before, or is no longer seen. */
static enum err
sort_out(struct ctx *c, struct comparison *cmp)
{
	const char *ref, *kind;
	struct mismatch *m;
	struct uuid id;
	struct rows r;

	TRY(db_each(c, Q_MISMATCHES_OPEN, NO_ARGS, &r));
	cmp->resolved = ARENA_ARRAY(c->arena, (size_t)r.count,
	    struct mismatch_resolved);
	for (size_t i = 0; i < cmp->nfound; i++)
		cmp->found[i].is_new = true;
	cmp->nnew = (int64_t)cmp->nfound;
	while (row_next(&r)) {
		id = col_uuid(&r);
		col_skip(&r);
		ref = col_text(&r);
		kind = col_text(&r);
		m = find(cmp, ref, kind);
		if (m != NULL) {
			m->is_new = false;
			cmp->nnew--;
		} else if (set_has(&cmp->seen, ref)) {
			cmp->resolved[cmp->nresolved++] =
			    (struct mismatch_resolved){ id, ref, kind };
		}
	}
	return OK;
}

static void
queue_resolved(struct ctx *c, const struct comparison *cmp)
{
	struct uuid *ids = ARENA_ARRAY(c->arena, cmp->nresolved + 1,
	    struct uuid);

	for (size_t i = 0; i < cmp->nresolved; i++)
		ids[i] = cmp->resolved[i].id;
	db_queue(c, Q_MISMATCHES_RESOLVE,
	    ARGS(A(array_uuids(c->arena, ids, cmp->nresolved))));
}

static enum err
queue_found(struct ctx *c, const struct comparison *cmp)
{
	for (size_t i = 0; i < cmp->nfound; i++) {
		const struct mismatch *m = &cmp->found[i];

		db_queue(c, Q_MISMATCH_SEEN,
		    ARGS(A(uuid_new()),
			A(m->is_refund ? "refund" : "payment"), A(m->ref),
			A(mismatch_kind_names[m->kind]), A(m->order_id),
			A(m->payment_id), A(m->refund_id), A(m->here),
			A(m->there)));
		/* A pipeline of tens, not of thousands. */
		if (i % FLUSH_EACH == FLUSH_EACH - 1)
			TRY(db_flush(c));
	}
	return OK;
}

static void
queue_news(struct ctx *c, const struct comparison *cmp)
{
	struct news n = { .type = "books_differ" };
	struct json j;
	struct buf b;

	buf_init(&b, c->arena, 1024);
	j = js_to(&b);
	js_open(&j, '{');
	js_i64(&j, "mismatches", cmp->nnew);
	js_i64(&j, "open", (int64_t)cmp->nfound);
	js_close(&j, '}');
	n.data = buf_text(&b);
	notification_queue_admins(c, &n);
}

enum err
comparison_end(struct ctx *c, struct comparison *cmp, bool dry_run)
{
	TRY(sort_out(c, cmp));
	if (dry_run || cmp->nfound + cmp->nresolved == 0)
		return OK;
	TX_SCOPE(tx, c);
	TRY(queue_found(c, cmp));
	if (cmp->nresolved > 0)
		queue_resolved(c, cmp);
	if (cmp->nnew > 0)
		queue_news(c, cmp);
	return tx_commit(&tx);
}
