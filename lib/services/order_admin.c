#include "services/order_admin.h"

#include <string.h>
#include <strings.h>

#include "core/config.h"
#include "core/json.h"
#include "db/list.h"
#include "services/names.h"
#include "services/order_rows.h"
#include "services/payment.h"
#include "services/posting_shape.h"
#include "services/refund.h"
#include "services/refund_shape.h"

static const struct field buyer_fields[] = {
	OUT_UUID("id", "Account"),
	OUT_TEXT("email", "Address", .example = "asha@example.com"),
	OUT_TEXT("full_name", "Name", .example = "Asha Rao"),
	{ 0 },
};
static const struct shape buyer_shape = { "order_buyer", "Who ordered",
	buyer_fields };

static const struct field step_fields[] = {
	OUT("seller_order_id", FIELD_UUID, NULLABLE,
	    "The part; null for the whole order"),
	OUT_TEXT_NULL("number", "Of the part"),
	OUT_TEXT_NULL("from_status", "What it was"),
	OUT_TEXT("status", "What it became"),
	OUT_TIME("at", "When"),
	OUT_TEXT("actor_role", "Who did it", .example = "seller"),
	OUT_TEXT_NULL("note", "Why"),
	{ 0 },
};
static const struct shape step_shape = { "order_step",
	"A step of an order or of a part", step_fields };

static const struct field detail_fields[] = {
	ORDER_FIELDS,
	OUT_OBJ("buyer", &buyer_shape, "Who ordered"),
	OUT_LIST("payments", &payment_shape, "All tries, oldest first"),
	OUT_LIST("refunds", &refund_shape, "Oldest first"),
	OUT_LIST("ledger", &posting_shape, "Oldest first"),
	OUT_LIST("history", &step_shape, "Oldest first"),
	{ 0 },
};
const char *const order_sorts[] = { "-placed_at", "placed_at", "-total",
	"total", NULL };

const struct shape order_detail_shape = { "order_detail",
	"An order with the money behind it", detail_fields };

/* --- the list ----------------------------------------------------------- */

static const struct list_order last_placed = {
	.name = "-placed_at",
	.key = LIST_KEY_I64,
	.before = F_ORDERS_PLACED_BEFORE,
	.after = F_ORDERS_PLACED_AFTER,
	.forwards = F_ORDERS_PLACED_LAST,
	.backwards = F_ORDERS_PLACED_FIRST,
};

static const struct list_order first_placed = {
	.name = "placed_at",
	.key = LIST_KEY_I64,
	.before = F_ORDERS_PLACED_AFTER,
	.after = F_ORDERS_PLACED_BEFORE,
	.forwards = F_ORDERS_PLACED_FIRST,
	.backwards = F_ORDERS_PLACED_LAST,
};

static bool
has_prefix(const char *q)
{
	return strncasecmp(q, "HT", 2) == 0;
}

/* A piece of a number, HT261122-000042: digits and dashes, with the letters
 * that all begin with or without them.  "HT Media" is a name, and more digits
 * than stand between dashes are somebody's address. */
static bool
looks_like_number(const char *q)
{
	enum { DIGITS_MOST = 7 };
	const char *rest = has_prefix(q) ? q + 2 : q;
	size_t n = strlen(rest);

	if (n == 0 || strspn(rest, "0123456789-") < n)
		return false;
	return rest != q || n <= DIGITS_MOST || strchr(q, '-') != NULL;
}

static void
add_words(struct ctx *c, struct list_rows *l, const char *q)
{
	if (!looks_like_number(q))
		list_where(l, F_ORDERS_OF_ACCOUNTS_LIKE,
		    ARGS(A(list_pattern(c, q))));
	else if (has_prefix(q))
		list_where(l, F_ORDERS_NUMBERED, ARGS(A(list_prefix(c, q))));
	else
		list_where(l, F_ORDERS_NUMBERED, ARGS(A(list_pattern(c, q))));
}

static void
add_days(struct ctx *c, struct list_rows *l, const struct order_search *in)
{
	const char *zone = c->config->shop_timezone;

	if (in->from != NULL)
		list_where(l, F_ORDERS_FROM, ARGS(A(in->from), A(zone)));
	if (in->to != NULL)
		list_where(l, F_ORDERS_TO, ARGS(A(in->to), A(zone)));
}

static bool
has_days(const struct order_search *in)
{
	return in->from != NULL || in->to != NULL;
}

static enum err
add_filters(struct ctx *c, struct list_rows *l, const struct order_search *in)
{
	struct uuid seller_id;

	/* The good plan depends on how common the values are. */
	if (in->q != NULL || in->seller != NULL || has_days(in)) {
		l->select.custom_plan = true;
		l->count.custom_plan = true;
	}
	if (in->status != NULL)
		list_where(l, F_ORDERS_WITH_STATUS, ARGS(A(in->status)));
	if (in->payment_status != NULL)
		list_where(l, F_ORDERS_PAID_SO, ARGS(A(in->payment_status)));
	if (!uuid_is_zero(in->user))
		list_where(l, F_ORDERS_BY_BUYER, ARGS(A(in->user)));
	if (in->seller != NULL) {
		TRY(names_seller(c, in->seller, &seller_id));
		list_where(l, F_ORDERS_WITH_SELLER, ARGS(A(seller_id)));
	}
	add_days(c, l, in);
	if (in->q != NULL)
		add_words(c, l, in->q);
	return OK;
}

/* The largest first, and the other way round. */
static const struct list_order largest = {
	.name = "-total",
	.key = LIST_KEY_I64,
	.before = F_ORDERS_BELOW,
	.after = F_ORDERS_ABOVE,
	.forwards = F_ORDERS_LARGEST,
	.backwards = F_ORDERS_SMALLEST,
};
static const struct list_order smallest = {
	.name = "total",
	.key = LIST_KEY_I64,
	.before = F_ORDERS_ABOVE,
	.after = F_ORDERS_BELOW,
	.forwards = F_ORDERS_SMALLEST,
	.backwards = F_ORDERS_LARGEST,
};

static const struct list_order *
order_of(const struct order_search *in)
{
	const char *sort = in->sort;

	if (sort != NULL && strcmp(sort, largest.name) == 0)
		return &largest;
	if (sort != NULL && strcmp(sort, smallest.name) == 0)
		return &smallest;
	if (!has_days(in))
		return list_by_age(sort);
	return sort == NULL || strcmp(sort, last_placed.name) == 0 ?
	    &last_placed :
	    &first_placed;
}

enum err
order_search(struct ctx *c, const struct order_search *in, struct buf *out,
    struct page_out *page)
{
	struct json j = js_to(out);
	struct list_rows l;
	struct order o;

	TRY(list_begin(c, &l, &in->paging, order_of(in), F_ORDER_COLUMNS));
	list_where(&l, F_ORDERS_ALL, NO_ARGS);
	TRY(add_filters(c, &l, in));
	TRY(list_fetch(c, &l));
	while (list_next(&l)) {
		order_read(&l.rows, &o);
		order_write(&j, &o, false);
		list_at_i64(c, &l,
		    l.order == &last_placed || l.order == &first_placed ?
			o.placed_at :
			o.totals.total,
		    o.id);
	}
	list_end(c, &l, page);
	return OK;
}

/* --- one ---------------------------------------------------------------- */

static enum err
find(struct ctx *c, const struct order_find *in, struct order *o)
{
	struct rows r;
	bool found;

	if (uuid_is_zero(in->id) == (in->number == NULL))
		return fail_field(c, "id", "Give either id or number.");
	TRY(db_maybe(c, Q_ORDER_FOR_ADMIN, ARGS(A(in->id), A(in->number)), &r,
	    &found));
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such order.");
	order_read(&r, o);
	return OK;
}

static void
write_buyer(struct rows *r, struct json *j)
{
	js_open_key(j, "buyer", '{');
	if (row_next(r)) {
		js_uuid(j, "id", col_uuid(r));
		js_str(j, "email", col_text(r));
		js_str(j, "full_name", col_text(r));
	}
	js_close(j, '}');
}

static void
write_steps(struct rows *r, struct json *j)
{
	js_open_key(j, "history", '[');
	while (row_next(r)) {
		js_open(j, '{');
		js_uuid(j, "seller_order_id", col_uuid(r));
		js_str(j, "number", col_text(r));
		js_str(j, "from_status", col_text(r));
		js_str(j, "status", col_text(r));
		js_time(j, "at", col_i64(r));
		js_str(j, "actor_role", col_text(r));
		js_str(j, "note", col_text(r));
		js_close(j, '}');
	}
	js_close(j, ']');
}

/* What belongs to an order, read in one round trip with its parts. */
struct money {
	struct rows buyer, commissions, payments, refunds, refund_items,
	    postings, steps;
};

static void
queue_money(struct ctx *c, struct uuid id, struct money *m)
{
	struct args args = ARGS(A(id));

	db_queue_rows(c, Q_ORDER_BUYER, args, &m->buyer);
	db_queue_rows(c, Q_ORDER_COMMISSIONS, args, &m->commissions);
	db_queue_rows(c, Q_ORDER_PAYMENTS, args, &m->payments);
	db_queue_rows(c, Q_ORDER_REFUNDS, args, &m->refunds);
	db_queue_rows(c, Q_ORDER_REFUND_ITEMS, args, &m->refund_items);
	db_queue_rows(c, Q_ORDER_POSTINGS, args, &m->postings);
	db_queue_rows(c, Q_ORDER_STEPS, args, &m->steps);
}

static void
write_money(struct money *m, struct json *j)
{
	write_buyer(&m->buyer, j);
	js_open_key(j, "payments", '[');
	while (row_next(&m->payments))
		payment_row_write(&m->payments, j);
	js_close(j, ']');
	js_open_key(j, "refunds", '[');
	while (row_next(&m->refunds))
		refund_row_write(&m->refunds, &m->refund_items, j);
	js_close(j, ']');
	postings_write(&m->postings, j);
	write_steps(&m->steps, j);
}

enum err
order_admin_detail(struct ctx *c, const struct order_find *in,
    struct buf *out)
{
	struct json j = js_to(out);
	struct order o;
	struct money m;

	TRY(find(c, in, &o));
	queue_money(c, o.id, &m);
	TRY(order_read_parts(c, &o));
	for (size_t i = 0; i < o.nitems && row_next(&m.commissions); i++) {
		o.items[i].commission_rate_bps = col_i64(&m.commissions);
		o.items[i].commission_scope = col_text(&m.commissions);
		o.items[i].commission = col_i64(&m.commissions);
	}
	js_open(&j, '{');
	order_write_members(&j, &o, true);
	write_money(&m, &j);
	js_close(&j, '}');
	return OK;
}
