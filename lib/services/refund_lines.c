#include "services/refund_lines.h"

#include "db/db.h"
#include "services/refund.h"

enum err
refund_exceeds(struct ctx *c)
{
	return fail(c, ERR_REFUND_EXCEEDS_CAPTURED,
	    "More than was paid and not yet refunded.");
}

enum err
refund_check_least(struct ctx *c, const struct refund_payment *p,
    int64_t amount)
{
	if (p->is_cod || amount >= REFUND_MIN)
		return OK;
	return fail(c, ERR_INVALID_STATE,
	    "The payment provider pays back %d at least, and this comes to "
	    "%lld.",
	    REFUND_MIN, (long long)amount);
}

const char *
refund_gateway_key(struct ctx *c, struct uuid id)
{
	char text[UUID_TEXT];

	uuid_format(id, text);
	return arena_printf(c->arena, "rf-%s", text);
}

/* --- the money ---------------------------------------------------------- */

enum err
refund_payments_hold(struct ctx *c, struct uuid order_id,
    struct refund_payments *out)
{
	struct rows r;

	TRY(db_each(c, Q_PAYMENTS_CAPTURED_OF_ORDER, ARGS(A(order_id)), &r));
	out->n = 0;
	out->v = ARENA_ARRAY(c->arena, (size_t)r.count,
	    struct refund_payment);
	while (row_next(&r)) {
		struct refund_payment *p = &out->v[out->n++];

		p->id = col_uuid(&r);
		p->is_cod = col_bool(&r);
		p->left = col_i64(&r);
		p->is_stray = col_bool(&r);
	}
	return OK;
}

const struct refund_payment *
refund_payment_of_lines(const struct refund_payments *p)
{
	return p->n > 0 && !p->v[0].is_stray ? &p->v[0] : NULL;
}

/* --- the lines ---------------------------------------------------------- */

enum err
refund_lines_read(struct ctx *c, struct uuid order_id,
    struct refund_lines *out)
{
	struct rows r;

	TRY(db_each(c, Q_REFUND_LINES_OF_ORDER, ARGS(A(order_id)), &r));
	out->n = 0;
	out->v = ARENA_ARRAY(c->arena, (size_t)r.count, struct refund_line);
	while (row_next(&r)) {
		struct refund_line *l = &out->v[out->n++];

		l->id = col_uuid(&r);
		l->seller_order_id = col_uuid(&r);
		l->name = col_text(&r);
		l->quantity = col_i64(&r);
		l->refunded_quantity = col_i64(&r);
		l->net = col_i64(&r);
		l->refunded = col_i64(&r);
		l->commission = col_i64(&r);
		l->tax = col_i64(&r);
		l->commission_reversed = col_i64(&r);
		l->tax_reversed = col_i64(&r);
	}
	return OK;
}

struct refund_line *
refund_line_of(const struct refund_lines *lines, struct uuid id)
{
	for (size_t i = 0; i < lines->n; i++)
		if (uuid_equal(lines->v[i].id, id))
			return &lines->v[i];
	return NULL;
}

int64_t
refund_lines_sum(const struct refund_lines *lines)
{
	int64_t sum = 0;

	for (size_t i = 0; i < lines->n; i++)
		sum += lines->v[i].take;
	return sum;
}

struct uuid
refund_lines_part(const struct refund_lines *lines)
{
	struct uuid id = { 0 };

	for (size_t i = 0; i < lines->n; i++) {
		const struct refund_line *l = &lines->v[i];

		if (l->take == 0)
			continue;
		if (uuid_is_zero(id))
			id = l->seller_order_id;
		else if (!uuid_equal(id, l->seller_order_id))
			return (struct uuid){ 0 };
	}
	return id;
}

enum err
refund_promise(struct ctx *c, const struct refund_payment *p,
    const struct refund_lines *lines, struct uuid refund_id)
{
	int64_t reserved;

	TRY(db_exec_n(c, Q_PAYMENT_RESERVE_REFUND,
	    ARGS(A(p->id), A(refund_lines_sum(lines))), &reserved));
	if (reserved == 0)
		return refund_exceeds(c);
	for (size_t i = 0; i < lines->n; i++) {
		const struct refund_line *l = &lines->v[i];

		if (l->take == 0)
			continue;
		db_queue(c, Q_REFUND_ITEM_ADD,
		    ARGS(A(refund_id), A(l->id), A(l->take_quantity),
			A(l->take), A(l->take_commission), A(l->take_tax)));
		db_queue(c, Q_ORDER_ITEM_ADD_REFUND,
		    ARGS(A(l->id), A(l->take_quantity), A(l->take)));
	}
	return OK;
}
