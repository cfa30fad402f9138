#include "services/comparison_judge.h"

#include <string.h>

const char *const mismatch_kind_names[] = {
	[MISSING_HERE] = "missing_here",
	[MISSING_THERE] = "missing_there",
	[OTHER_AMOUNT] = "amount",
	[OTHER_CURRENCY] = "currency",
	[OTHER_STATUS] = "status",
	[OTHER_REFUNDS] = "refunded",
};

static bool
is(const char *status, const char *name)
{
	return status != NULL && name != NULL && strcmp(status, name) == 0;
}

static unsigned int
kind_if(bool wrong, enum mismatch_kind kind)
{
	return wrong ? 1U << kind : 0;
}

/* A ledger that nets to nothing holds nothing. */
static bool
in_ledger(const struct side_here *h)
{
	return h->booked && h->booked_amount != 0;
}

static bool
other_currency(const struct side_there *t, const struct side_here *h)
{
	return !is(t->currency, h->currency) ||
	    (in_ledger(h) && !is(t->currency, h->booked_currency));
}

/* --- payments ------------------------------------------------------------ */

static bool
is_taken(const struct side_there *t)
{
	return t->known && !t->returned &&
	    (is(t->status, "captured") || is(t->status, "refunded"));
}

/* Money came on both sides. */
static unsigned int
judge_taken(const struct side_there *t, const struct side_here *h)
{
	bool taken_here = is(h->status, "captured") ||
	    is(h->status, "partially_refunded") || is(h->status, "refunded");

	return kind_if(t->amount != h->amount ||
		       t->amount != h->booked_amount,
		   OTHER_AMOUNT) |
	    kind_if(other_currency(t, h), OTHER_CURRENCY) |
	    kind_if(!taken_here, OTHER_STATUS) |
	    kind_if(t->refunded != h->refunded, OTHER_REFUNDS);
}

/* No money came on either side.  Of several tries for an order we keep the
 * last, so one of another id says nothing. */
static unsigned int
judge_tries(const struct side_there *t, const struct side_here *h)
{
	if (is(t->status, "authorized"))
		return h->known ?
		    kind_if(!is(h->status, "authorized"), OTHER_STATUS) :
		    1U << MISSING_HERE;
	if (is(t->status, "failed"))
		return kind_if(h->known && !is(h->status, "failed"),
		    OTHER_STATUS);
	return kind_if(t->returned && h->known && is(h->status, "authorized"),
	    OTHER_STATUS);
}

unsigned int
judge_payment(const struct side_there *t, const struct side_here *h)
{
	bool taken_here = in_ledger(h) || (h->known && h->amount > 0);

	if (!t->known)
		return kind_if(taken_here ||
			(h->known && is(h->status, "authorized")),
		    MISSING_THERE);
	if (is_taken(t))
		return h->known && in_ledger(h) ? judge_taken(t, h) :
						  1U << MISSING_HERE;
	return taken_here ? 1U << OTHER_STATUS : judge_tries(t, h);
}

/* --- refunds ------------------------------------------------------------- */

static bool
is_under_way(const struct side_here *h)
{
	return is(h->status, "processing") || is(h->status, "approved");
}

static bool
same_status(const struct side_there *t, const struct side_here *h)
{
	if (is(t->status, "pending"))
		return is_under_way(h);
	return is(h->status, t->status);
}

unsigned int
judge_refund(const struct side_there *t, const struct side_here *h)
{
	bool done = is(t->status, "processed");
	int64_t booked = h->booked ? h->booked_amount : 0;

	if (!t->known)
		return kind_if(in_ledger(h) ||
			(h->known &&
			    (is_under_way(h) || is(h->status, "processed"))),
		    MISSING_THERE);
	if (!h->known)
		return kind_if(!is(t->status, "failed") && !t->returned,
		    MISSING_HERE);
	if (done && is(h->status, "processed") && booked == 0)
		return 1U << MISSING_HERE;
	return kind_if(!is(t->payment_id, h->payment_id), OTHER_REFUNDS) |
	    kind_if(t->amount != h->amount ||
		    (same_status(t, h) && booked != (done ? t->amount : 0)),
		OTHER_AMOUNT) |
	    kind_if(other_currency(t, h), OTHER_CURRENCY) |
	    kind_if(!same_status(t, h), OTHER_STATUS);
}
