#include "services/comparison_check.h"

#include <string.h>
#include <time.h>

#include "core/json.h"
#include "db/array.h"
#include "db/db.h"

enum { ROOM_FIRST = 64, DOC_MAX = 4096 };

/* A payment or a refund on both sides. */
struct item {
	bool is_refund;
	const char *provider_id; /* there, or as we keep it; NULL: none */
	const char *ref;         /* our id of it; NULL: nothing here is it */
	struct uuid id;          /* the row it is, or that of its order */
	struct uuid payment_id;  /* of a refund */
	struct uuid order_id;
	const char *number;
	const char *key; /* of a refund, for the provider */
	struct side_there there;
	struct side_here here;
};

/* --- asking the provider ------------------------------------------------- */

bool
ask_again(enum provider_result result, int *tries)
{
	struct timespec wait = { .tv_sec = 1L << *tries };

	if (result == PROVIDER_OK || result == PROVIDER_REFUSED ||
	    ++*tries == ASK_TRIES)
		return false;
	(void)nanosleep(&wait, NULL); /* less will do */
	return true;
}

enum err
provider_unanswered(struct ctx *c, const struct provider_problem *why)
{
	return fail(c, ERR_PAYMENT_PROVIDER,
	    "The payment provider gives no books: %s", why->detail);
}

static void
payment_said(struct item *i, const struct provider_payment *p)
{
	i->provider_id = p->id;
	i->there = (struct side_there){ .known = true,
		.status = p->status,
		.currency = p->currency,
		.amount = p->amount,
		.refunded = p->amount_refunded > 0 ? p->amount_refunded : 0,
		.returned = provider_payment_returned(p) };
}

static void
refund_said(struct item *i, const struct provider_refund *r)
{
	i->provider_id = r->id;
	i->there = (struct side_there){ .known = true,
		.status = r->status,
		.currency = r->currency,
		.amount = r->amount,
		.payment_id = r->payment_id };
}

/* An id that is refused is one the provider does not have. */
static enum err
answered(struct ctx *c, enum provider_result result,
    const struct provider_problem *why)
{
	return result == PROVIDER_OK || result == PROVIDER_REFUSED ?
	    OK :
	    provider_unanswered(c, why);
}

static enum err
ask_payment(struct ctx *c, struct item *i, struct provider_payment *p)
{
	enum provider_result result;
	struct provider_problem why;
	int tries = 0;

	do
		result = provider_payment_fetch(c, i->provider_id, p, &why);
	while (ask_again(result, &tries));
	if (result == PROVIDER_OK)
		payment_said(i, p);
	return answered(c, result, &why);
}

static enum err
ask_refund(struct ctx *c, struct item *i, struct provider_refund *r)
{
	enum provider_result result;
	struct provider_problem why;
	int tries = 0;

	do
		result = provider_refund_fetch(c, i->provider_id, r, &why);
	while (ask_again(result, &tries));
	if (result == PROVIDER_OK)
		refund_said(i, r);
	return answered(c, result, &why);
}

static enum err
ask_refunds_of(struct ctx *c, const char *payment_id, int64_t skip,
    struct provider_refund **v, size_t *n)
{
	enum provider_result result;
	struct provider_problem why;
	int tries = 0;

	do
		result = provider_payment_refunds(c, payment_id, skip, v, n,
		    &why);
	while (ask_again(result, &tries));
	if (result == PROVIDER_REFUSED)
		*n = 0;
	return answered(c, result, &why);
}

/* --- looking up here ----------------------------------------------------- */

static bool
same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* The row of an order may be of another try than the one that is asked
 * for: then it says whose order it is, and no more. */
static void
take_payment(struct rows *r, struct item *i)
{
	const char *ref, *provider_id;

	i->id = col_uuid(r);
	i->order_id = col_uuid(r);
	i->number = col_text(r);
	ref = col_text(r);
	provider_id = col_text(r);
	if (i->provider_id == NULL)
		i->provider_id = provider_id;
	else if (provider_id != NULL && !same(provider_id, i->provider_id))
		return;
	i->ref = *ref != '\0' ? ref : NULL;
	i->here.known = !uuid_is_zero(i->id);
	i->here.status = col_text(r);
	i->here.currency = col_text(r);
	i->here.amount = col_i64(r);
	i->here.refunded = col_i64(r);
	i->here.booked = !col_is_null(r);
	i->here.booked_amount = col_i64(r);
	i->here.booked_currency = col_text(r);
}

static void
take_refund(struct rows *r, struct item *i)
{
	const char *ref, *provider_id;

	i->id = col_uuid(r);
	i->payment_id = col_uuid(r);
	i->order_id = col_uuid(r);
	i->number = col_text(r);
	ref = col_text(r);
	provider_id = col_text(r);
	if (i->provider_id == NULL)
		i->provider_id = provider_id;
	i->ref = *ref != '\0' ? ref : NULL;
	i->here.known = !uuid_is_zero(i->id);
	i->here.payment_id = col_text(r);
	i->key = col_text(r);
	i->here.status = col_text(r);
	i->here.currency = col_text(r);
	i->here.amount = col_i64(r);
	i->here.booked = !col_is_null(r);
	i->here.booked_amount = col_i64(r);
	i->here.booked_currency = col_text(r);
}

/* Names by which rows are looked for, "" where there is none. */
struct names {
	const char **ids;
	const char **others; /* the provider's order, or our key */
	const char **refs;
	const char **owners; /* the provider's payment of a refund */
	size_t n;
};

static struct names
names_for(struct ctx *c, size_t most)
{
	return (struct names){
		.ids = ARENA_ARRAY(c->arena, most + 1, const char *),
		.others = ARENA_ARRAY(c->arena, most + 1, const char *),
		.refs = ARENA_ARRAY(c->arena, most + 1, const char *),
		.owners = ARENA_ARRAY(c->arena, most + 1, const char *),
	};
}

static void
add_name(struct names *names, const struct item *i, const char *other,
    const char *ref)
{
	const char *owner = i->there.payment_id;

	names->ids[names->n] = i->provider_id != NULL ? i->provider_id : "";
	names->others[names->n] = other != NULL ? other : "";
	names->refs[names->n] = ref != NULL ? ref : "";
	names->owners[names->n++] = owner != NULL ? owner : "";
}

/* A row for each name, in their order. */
static enum err
look_up(struct ctx *c, bool refunds, const struct names *names,
    struct rows *r)
{
	const char *ids = array_texts(c->arena, names->ids, names->n);
	const char *others = array_texts(c->arena, names->others, names->n);
	const char *refs = array_texts(c->arena, names->refs, names->n);

	if (!refunds)
		return db_each(c, Q_COMPARISON_PAYMENTS_HERE,
		    ARGS(A(ids), A(others), A(refs)), r);
	return db_each(c, Q_COMPARISON_REFUNDS_HERE,
	    ARGS(A(ids), A(others), A(refs),
		A(array_texts(c->arena, names->owners, names->n))),
	    r);
}

static enum err
look_up_one(struct ctx *c, struct item *i, const char *other, const char *ref)
{
	struct names names = names_for(c, 1);
	struct rows r;

	add_name(&names, i, other, ref);
	TRY(look_up(c, i->is_refund, &names, &r));
	row_next(&r);
	if (i->is_refund)
		take_refund(&r, i);
	else
		take_payment(&r, i);
	return OK;
}

/* --- what differs -------------------------------------------------------- */

static const char *
there_doc(const struct comparison *cmp, const struct item *i)
{
	struct json j;
	struct buf b;

	if (!i->there.known)
		return NULL;
	buf_init(&b, cmp->arena, DOC_MAX);
	j = js_to(&b);
	js_open(&j, '{');
	js_str(&j, "status", i->there.status);
	js_i64(&j, "amount", i->there.amount);
	js_str(&j, "currency", i->there.currency);
	if (i->is_refund)
		js_str(&j, "payment_id", i->there.payment_id);
	else
		js_i64(&j, "refunded", i->there.refunded);
	js_close(&j, '}');
	return buf_text(&b);
}

static const char *
here_doc(const struct comparison *cmp, const struct item *i)
{
	const struct side_here *h = &i->here;
	struct json j;
	struct buf b;

	if (!h->known && !h->booked)
		return NULL;
	buf_init(&b, cmp->arena, DOC_MAX);
	j = js_to(&b);
	js_open(&j, '{');
	if (h->known) {
		js_str(&j, "status", h->status);
		js_i64(&j, "amount", h->amount);
		js_str(&j, "currency", h->currency);
		if (i->is_refund)
			js_str(&j, "payment_id", h->payment_id);
		else
			js_i64(&j, "refunded", h->refunded);
	}
	if (h->booked) {
		js_i64(&j, "booked", h->booked_amount);
		js_str(&j, "booked_currency", h->booked_currency);
	}
	js_close(&j, '}');
	return buf_text(&b);
}

static struct mismatch *
new_mismatch(struct comparison *cmp)
{
	struct mismatch *more;

	if (cmp->nfound == cmp->room) {
		cmp->room = cmp->room > 0 ? 2 * cmp->room : ROOM_FIRST;
		more = ARENA_ARRAY(cmp->arena, cmp->room, struct mismatch);
		for (size_t i = 0; i < cmp->nfound; i++)
			more[i] = cmp->found[i];
		cmp->found = more;
	}
	return &cmp->found[cmp->nfound++];
}

static void
add_mismatch(struct comparison *cmp, const struct item *i,
    enum mismatch_kind kind)
{
	struct mismatch *m = new_mismatch(cmp);

	m->is_refund = i->is_refund;
	m->ref = arena_strdup(cmp->arena,
	    i->provider_id != NULL ? i->provider_id : i->ref);
	m->kind = kind;
	m->order_id = i->order_id;
	m->refund_id = i->is_refund ? i->id : (struct uuid){ 0 };
	m->payment_id = i->is_refund ? i->payment_id : i->id;
	if (i->number != NULL)
		m->number = arena_strdup(cmp->arena, i->number);
	m->here = here_doc(cmp, i);
	m->there = there_doc(cmp, i);
}

/* Both names of it are looked at now; false if they were before. */
static bool
mark(struct comparison *cmp, const struct item *i)
{
	bool is_new = set_add(&cmp->seen, i->provider_id);

	return set_add(&cmp->seen, i->ref) || is_new;
}

/* One that nobody here knows may be of money that was never taken. */
static enum err
ask_whether_returned(struct ctx *c, struct item *i)
{
	struct item payment = { .provider_id = i->there.payment_id };
	struct provider_payment p = { 0 };

	if (i->here.known || !i->there.known)
		return OK;
	TRY(ask_payment(c, &payment, &p));
	i->there.returned = payment.there.returned;
	return OK;
}

static enum err
judge_one_refund(struct ctx *c, struct comparison *cmp, struct item *i)
{
	unsigned int kinds;

	if (!mark(cmp, i))
		return OK;
	TRY(ask_whether_returned(c, i));
	kinds = judge_refund(&i->there, &i->here);
	cmp->refunds++;
	for (int kind = 0; kind < MISMATCH_KINDS; kind++)
		if (kinds & 1U << kind)
			add_mismatch(cmp, i, (enum mismatch_kind)kind);
	return OK;
}

enum err
compare_refunds(struct ctx *c, struct comparison *cmp,
    const struct provider_refund *v, size_t n)
{
	struct names names = names_for(c, n);
	struct rows r;
	struct item *items = ARENA_ARRAY(c->arena, n + 1, struct item);

	for (size_t k = 0; k < n; k++) {
		items[k].is_refund = true;
		refund_said(&items[k], &v[k]);
		add_name(&names, &items[k], v[k].receipt, NULL);
	}
	TRY(look_up(c, true, &names, &r));
	for (size_t k = 0; k < n && row_next(&r); k++) {
		take_refund(&r, &items[k]);
		TRY(judge_one_refund(c, cmp, &items[k]));
	}
	return OK;
}

static enum err check_refund(struct ctx *c, struct comparison *cmp,
    const char *provider_id, const char *ref);

/* What there is of refunds on either side of one payment. */
static enum err
sum_there(struct ctx *c, struct comparison *cmp, const char *payment_id,
    int64_t *sum)
{
	struct provider_refund *v;
	int64_t skip = 0;
	size_t n;

	*sum = 0;
	do {
		TRY(ask_refunds_of(c, payment_id, skip, &v, &n));
		TRY(compare_refunds(c, cmp, v, n));
		for (size_t i = 0; i < n; i++)
			if (strcmp(v[i].status, "failed") != 0)
				*sum += v[i].amount;
		skip += (int64_t)n;
	} while (n == PROVIDER_PAGE);
	return OK;
}

static enum err
sum_here(struct ctx *c, struct comparison *cmp, struct uuid payment_id,
    int64_t *sum)
{
	const char *ref, *provider_id;
	struct rows r;

	*sum = 0;
	TRY(db_each(c, Q_COMPARISON_REFUNDS_OF_PAYMENT, ARGS(A(payment_id)),
	    &r));
	while (row_next(&r)) {
		ref = col_text(&r);
		provider_id = col_text(&r);
		*sum += col_i64(&r);
		TRY(check_refund(c, cmp, provider_id, ref));
	}
	return OK;
}

/*
 * The totals differ: by refunds that are told of one by one, or are under
 * way on both sides.  What these do not explain is wrong with the payment.
 */
static enum err
look_into_refunds(struct ctx *c, struct comparison *cmp, const struct item *i,
    bool *unexplained)
{
	int64_t there, here;

	TRY(sum_there(c, cmp, i->provider_id, &there));
	TRY(sum_here(c, cmp, i->id, &here));
	*unexplained = there != i->there.refunded || here != i->here.refunded;
	return OK;
}

static enum err
judge_one_payment(struct ctx *c, struct comparison *cmp, const struct item *i)
{
	unsigned int kinds = judge_payment(&i->there, &i->here);
	bool unexplained = true;

	if (!mark(cmp, i))
		return OK;
	cmp->payments++;
	if (kinds & 1U << OTHER_REFUNDS)
		TRY(look_into_refunds(c, cmp, i, &unexplained));
	for (int kind = 0; kind < MISMATCH_KINDS; kind++)
		if ((kinds & 1U << kind) != 0 &&
		    (kind != OTHER_REFUNDS || unexplained))
			add_mismatch(cmp, i, (enum mismatch_kind)kind);
	return OK;
}

enum err
compare_payments(struct ctx *c, struct comparison *cmp,
    const struct provider_payment *v, size_t n)
{
	struct names names = names_for(c, n);
	struct rows r;
	struct item *items = ARENA_ARRAY(c->arena, n + 1, struct item);

	for (size_t k = 0; k < n; k++) {
		payment_said(&items[k], &v[k]);
		add_name(&names, &items[k], v[k].order_id, NULL);
	}
	TRY(look_up(c, false, &names, &r));
	for (size_t k = 0; k < n && row_next(&r); k++) {
		take_payment(&r, &items[k]);
		TRY(judge_one_payment(c, cmp, &items[k]));
	}
	return OK;
}

/* --- one at a time ------------------------------------------------------- */

static bool
was_seen(const struct comparison *cmp, const char *provider_id,
    const char *ref)
{
	return set_has(&cmp->seen, provider_id) || set_has(&cmp->seen, ref);
}

static enum err
check_payment(struct ctx *c, struct comparison *cmp, const char *provider_id,
    const char *ref)
{
	struct item i = { .provider_id = provider_id };
	struct provider_payment p = { 0 };

	if (was_seen(cmp, provider_id, ref))
		return OK;
	if (provider_id != NULL)
		TRY(ask_payment(c, &i, &p));
	TRY(look_up_one(c, &i, p.order_id, ref));
	if (provider_id == NULL && i.provider_id != NULL)
		TRY(ask_payment(c, &i, &p));
	return judge_one_payment(c, cmp, &i);
}

/* A refund whose answer we never had is found by our key. */
static enum err
find_by_key(struct ctx *c, struct item *i)
{
	struct provider_refund *v;
	int64_t skip = 0;
	size_t n;

	if (i->key == NULL || i->here.payment_id == NULL)
		return OK;
	do {
		TRY(ask_refunds_of(c, i->here.payment_id, skip, &v, &n));
		for (size_t k = 0; k < n; k++)
			if (same(v[k].receipt, i->key))
				refund_said(i, &v[k]);
		skip += (int64_t)n;
	} while (n == PROVIDER_PAGE);
	return OK;
}

static enum err
check_refund(struct ctx *c, struct comparison *cmp, const char *provider_id,
    const char *ref)
{
	struct item i = { .is_refund = true, .provider_id = provider_id };
	struct provider_refund r = { 0 };

	if (was_seen(cmp, provider_id, ref))
		return OK;
	if (provider_id != NULL)
		TRY(ask_refund(c, &i, &r));
	TRY(look_up_one(c, &i, r.receipt, ref));
	if (provider_id == NULL && i.provider_id != NULL)
		TRY(ask_refund(c, &i, &r));
	else if (provider_id == NULL)
		TRY(find_by_key(c, &i));
	return judge_one_refund(c, cmp, &i);
}

enum err
compare_one(struct ctx *c, struct comparison *cmp, bool is_refund,
    const char *provider_id, const char *ref)
{
	return is_refund ? check_refund(c, cmp, provider_id, ref) :
			   check_payment(c, cmp, provider_id, ref);
}
