#include "services/refund_split.h"

#include "core/money.h"

typedef __int128 wide;

static int64_t
left(const struct refund_line *l)
{
	return l->net - l->refunded;
}

/* The commission that has returned once so much of the line was refunded;
 * at the whole line it is the whole commission. */
static int64_t
returned(const struct refund_line *l, int64_t refunded)
{
	return l->net == 0 ?
	    0 :
	    (int64_t)((wide)l->commission * refunded / l->net);
}

static void
take(struct refund_line *l, int64_t amount, int64_t quantity)
{
	l->take = amount;
	l->take_quantity = quantity;
	l->take_commission = returned(l, l->refunded + amount) -
	    returned(l, l->refunded);
}

int64_t
refund_take_all(struct refund_line *lines, size_t n)
{
	int64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		take(&lines[i], left(&lines[i]),
		    lines[i].quantity - lines[i].refunded_quantity);
		sum += lines[i].take;
	}
	return sum;
}

bool
refund_take_units(struct refund_line *l, int64_t quantity)
{
	int64_t units = l->refunded_quantity + quantity;
	int64_t amount;

	if (quantity < 1 || units > l->quantity)
		return false;
	if (units == l->quantity) {
		take(l, left(l), quantity);
		return true;
	}
	amount = (int64_t)((wide)l->net * units / l->quantity) -
	    (int64_t)((wide)l->net * l->refunded_quantity / l->quantity);
	if (amount > left(l))
		amount = left(l);
	take(l, amount, quantity);
	return true;
}

bool
refund_take_amount(struct refund_line *lines, size_t n, int64_t amount)
{
	int64_t rest = amount;
	wide sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += left(&lines[i]);
	if (amount > sum)
		return false;
	if (amount == sum) {
		refund_take_all(lines, n);
		return true;
	}
	for (size_t i = 0; i < n; i++) {
		lines[i].take = (int64_t)(amount * (wide)left(&lines[i]) /
		    sum);
		rest -= lines[i].take;
	}
	for (size_t i = n; i-- > 0 && rest > 0;) {
		int64_t room = left(&lines[i]) - lines[i].take;
		int64_t more = room < rest ? room : rest;

		lines[i].take += more;
		rest -= more;
	}
	/* Money alone came back: no unit did. */
	for (size_t i = 0; i < n; i++)
		take(&lines[i], lines[i].take, 0);
	return true;
}
