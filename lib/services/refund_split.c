#include "services/refund_split.h"

#include "core/money.h"

typedef __int128 wide;

static int64_t
left(const struct refund_line *l)
{
	return l->net - l->refunded;
}

/* What of a whole must have returned once so much of the line is refunded,
 * less what has. */
static int64_t
returning(const struct refund_line *l, int64_t whole, int64_t reversed)
{
	int64_t due = l->net == 0 ?
	    0 :
	    (int64_t)((wide)whole * (l->refunded + l->take) / l->net);

	return due > reversed ? due - reversed : 0;
}

static void
take(struct refund_line *l, int64_t amount, int64_t quantity)
{
	l->take = amount;
	l->take_quantity = quantity;
	l->take_commission = returning(l, l->commission,
	    l->commission_reversed);
	l->take_tax = returning(l, l->tax, l->tax_reversed);
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
refund_take_agreed(struct refund_line *l, int64_t quantity, int64_t amount)
{
	if (quantity < 0 || amount < 1 || amount > left(l) ||
	    quantity > l->quantity - l->refunded_quantity)
		return false;
	take(l, amount, quantity);
	return true;
}

/* What could not be given in proportion, to the last lines that take part
 * and have room. */
static int64_t
give_rest(struct refund_line *lines, size_t n, int64_t rest)
{
	for (size_t i = n; i-- > 0 && rest > 0;) {
		int64_t room = left(&lines[i]) - lines[i].take;
		int64_t more = room < rest ? room : rest;

		lines[i].take += more;
		rest -= more;
	}
	return rest;
}

bool
refund_take_instead(struct refund_line *lines, size_t n, int64_t amount)
{
	int64_t rest = amount;
	wide sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += lines[i].take;
	for (size_t i = 0; i < n; i++) {
		struct refund_line *l = &lines[i];
		int64_t share = sum == 0 ?
		    0 :
		    (int64_t)(amount * (wide)l->take / sum);

		l->take = share < left(l) ? share : left(l);
		rest -= l->take;
	}
	for (size_t i = n; i-- > 0 && rest > 0;)
		if (lines[i].take_quantity > 0)
			rest = give_rest(&lines[i], 1, rest);
	for (size_t i = 0; i < n; i++)
		take(&lines[i], lines[i].take, lines[i].take_quantity);
	return rest == 0;
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
	give_rest(lines, n, rest);
	/* Money alone came back: no unit did. */
	for (size_t i = 0; i < n; i++)
		take(&lines[i], lines[i].take, 0);
	return true;
}
