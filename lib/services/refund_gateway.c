/*
 * Refunds that the provider tells of and nobody here has asked for: made in
 * its dashboard, or by itself.  The money is gone all the same.
 */
#include <string.h>

#include "db/db.h"
#include "services/order_news.h"
#include "services/refund.h"

/* Ours carry the key under which we asked. */
static bool
is_ours(const struct refund_said *said)
{
	return said->key != NULL && strncmp(said->key, "rf-", 3) == 0;
}

static const struct refund_payment *
find(const struct refund_payments *payments, struct uuid id)
{
	for (size_t i = 0; i < payments->n; i++)
		if (uuid_equal(payments->v[i].id, id))
			return &payments->v[i];
	return NULL;
}

/* Where less is left than went back, a refund of ours is under way that will
 * be refused: what is told now is true after that. */
static enum err
open_told(struct ctx *c, const struct held_order *o, struct uuid payment_id,
    const struct refund_said *said, struct refund_made *out)
{
	struct refund_plan plan = { .amount = said->amount,
		.reason = "Paid back at the payment provider.",
		.source = "gateway" };
	struct refund_payments payments;
	const struct refund_payment *p;
	enum err err;

	*out = (struct refund_made){ 0 };
	TRY(refund_payments_hold(c, o->id, &payments));
	p = find(&payments, payment_id);
	if (p == NULL || p->left < said->amount)
		return OK;
	if (p->is_stray)
		return refund_open_stray(c, o->id, p->id, &plan, out);
	err = refund_open(c, o, &plan, out);
	if (err != ERR_REFUND_EXCEEDS_CAPTURED && err != ERR_INVALID_STATE)
		return err;
	problem_clear(c);
	return OK;
}

/*
 * Nothing came of it, and by now its money may have gone another way: it is
 * only written down, so that what else is told of it finds that out.
 */
static enum err
note_failed(struct ctx *c, const struct held_order *o, struct uuid payment_id,
    const struct refund_said *said)
{
	struct uuid id = uuid_new();

	db_queue(c, Q_REFUND_ADD,
	    ARGS(A(id), A(o->id), A_NULL, A(payment_id), A(said->amount),
		A("Paid back at the payment provider."), A("failed"),
		A("gateway"), A(false), A_NULL, A_NULL, A_NULL, A_NULL));
	db_queue(c, Q_REFUND_SET_PROVIDER_ID, ARGS(A(id), A(said->id)));
	db_queue(c, Q_WEBHOOKS_WAKE, ARGS(A(said->payment_id)));
	order_tell_admins(c, o->id, o->number,
	    &(struct order_alert){ "payment_mismatch", id, said->amount,
		"A refund failed at the provider." });
	return db_flush(c);
}

enum err
refund_adopt(struct ctx *c, const struct refund_said *said, bool *known)
{
	struct refund_made made;
	struct held_order o;
	struct uuid payment_id;
	struct rows r;

	*known = false;
	if (is_ours(said) || said->amount <= 0)
		return OK;
	TRY(db_maybe(c, Q_PAYMENT_OF_PROVIDER_PAYMENT,
	    ARGS(A(said->payment_id)), &r, known));
	if (!*known)
		return OK;
	payment_id = col_uuid(&r);
	TRY(order_hold(c, col_uuid(&r), &o));
	/* Its other event may have been quicker. */
	TRY(refund_news(c, said->id, NULL, said->status, known));
	if (*known)
		return OK;
	if (strcmp(said->status, "failed") == 0) {
		*known = true;
		return note_failed(c, &o, payment_id, said);
	}
	TRY(open_told(c, &o, payment_id, said, &made));
	if (uuid_is_zero(made.id))
		return OK;
	db_queue(c, Q_REFUND_SET_PROVIDER_ID, ARGS(A(made.id), A(said->id)));
	return refund_news(c, said->id, NULL, said->status, known);
}
