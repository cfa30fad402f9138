#include "services/payment.h"

#include <sodium.h>
#include <string.h>

#include "core/config.h"
#include "db/db.h"
#include "db/list.h"
#include "io/provider.h"
#include "services/order_step.h"
#include "services/provider_news.h"
#include "services/recovery.h"

static const char *const providers[] = { "razorpay", "cod", NULL };
static const char *const statuses[] = { "created", "authorized", "captured",
	"failed", "partially_refunded", "refunded", NULL };

static const struct field payment_fields[] = {
	OUT_UUID("id", "Payment"),
	OUT_UUID("order_id", "Order"),
	OUT_ENUM("provider", providers, "Who takes the money"),
	OUT_TEXT_NULL("provider_order_id", "The provider's name for it"),
	OUT_TEXT_NULL("provider_payment_id", "The provider's payment"),
	OUT_I64("amount", "To pay"),
	OUT_I64("refunded_amount", "Paid back"),
	OUT_TEXT("currency", "ISO 4217", .example = "INR"),
	OUT_TEXT_NULL("method", "card, upi, netbanking …"),
	OUT_ENUM("status", statuses, "Where it stands"),
	OUT_TEXT_NULL("failure_reason", "Of the last failed try"),
	OUT_TIME("created_at", "When it was opened"),
	OUT_TIME_NULL("captured_at", "When the money came"),
	{ 0 },
};
const struct shape payment_shape = { "payment", "A payment", payment_fields };

static const struct field checkout_fields[] = {
	OUT_TEXT("key_id", "Public key of the shop"),
	OUT_TEXT("order_id", "The provider's order", .example = "order_Abc"),
	OUT_I64("amount", "To pay"),
	OUT_TEXT("currency", "ISO 4217", .example = "INR"),
	OUT_TEXT("name", "Shown in the checkout", .example = "haat"),
	{ 0 },
};
static const struct shape checkout_shape = { "checkout",
	"What the provider's checkout is opened with", checkout_fields };

static const struct field initiated_fields[] = {
	OUT_OBJ("payment", &payment_shape, "The open payment"),
	OUT_OBJ("checkout", &checkout_shape, "For the provider's checkout"),
	{ 0 },
};
const struct shape payment_initiated_shape = { "payment_initiated",
	"A payment that waits for its buyer", initiated_fields };

/* --- showing ------------------------------------------------------------ */

struct uuid
payment_row_write(struct rows *r, struct json *j)
{
	struct uuid id = col_uuid(r);

	js_open(j, '{');
	js_uuid(j, "id", id);
	js_uuid(j, "order_id", col_uuid(r));
	js_str(j, "provider", col_text(r));
	js_str(j, "provider_order_id", col_text(r));
	js_str(j, "provider_payment_id", col_text(r));
	js_i64(j, "amount", col_i64(r));
	js_i64(j, "refunded_amount", col_i64(r));
	js_str(j, "currency", col_text(r));
	js_str(j, "method", col_text(r));
	js_str(j, "status", col_text(r));
	js_str(j, "failure_reason", col_text(r));
	js_time(j, "created_at", col_i64(r));
	js_time_null(j, "captured_at", col_i64(r));
	js_close(j, '}');
	return id;
}

static enum err
no_payment(struct ctx *c)
{
	return fail(c, ERR_NOT_FOUND, "There is no such payment.");
}

static enum err
write_by_id(struct ctx *c, struct uuid id, struct json *j)
{
	struct rows r;
	bool found;

	TRY(db_maybe(c, Q_PAYMENT_BY_ID, ARGS(A(id), A_NULL), &r, &found));
	if (!found)
		return no_payment(c);
	payment_row_write(&r, j);
	return OK;
}

enum err
payment_status(struct ctx *c, const struct payment_find *in, struct buf *out)
{
	struct json j = js_to(out);
	struct rows r;
	bool found;

	if (uuid_is_zero(in->id) == uuid_is_zero(in->order_id))
		return fail_field(c, "id", "Give either id or order_id.");
	if (uuid_is_zero(in->id))
		TRY(db_maybe(c, Q_PAYMENT_LATEST_OF_ORDER,
		    ARGS(A(in->order_id), A(c->caller.id)), &r, &found));
	else
		TRY(db_maybe(c, Q_PAYMENT_BY_ID,
		    ARGS(A(in->id), A(c->caller.id)), &r, &found));
	if (!found)
		return no_payment(c);
	payment_row_write(&r, &j);
	return OK;
}

enum err
payment_history(struct ctx *c, const struct page_in *in, struct buf *out,
    struct page_out *page)
{
	struct json j = js_to(out);
	struct list_rows l;

	TRY(list_begin(c, &l, in, LIST_NEWEST, F_PAYMENT_COLUMNS));
	list_where(&l, F_PAYMENTS_OF_ACCOUNT, ARGS(A(c->caller.id)));
	TRY(list_fetch(c, &l));
	while (list_next(&l))
		list_at(&l, payment_row_write(&l.rows, &j));
	list_end(c, &l, page);
	return OK;
}

/* --- opening ------------------------------------------------------------ */

/* A payment on its way to the provider. */
struct opening {
	struct uuid id;
	struct uuid order_id;
	const char *receipt;
	const char *provider_order_id; /* NULL: not known yet */
	int64_t amount;
	const char *currency;
	bool is_new; /* nobody can have sent it before */
};

static enum err
find_live(struct ctx *c, struct opening *p, bool *found)
{
	struct rows r;

	TRY(db_maybe(c, Q_PAYMENT_LIVE_OF_ORDER, ARGS(A(p->order_id)), &r,
	    found));
	if (!*found)
		return OK;
	p->id = col_uuid(&r);
	p->provider_order_id = col_text(&r);
	p->receipt = col_text(&r);
	p->amount = col_i64(&r);
	p->currency = col_text(&r);
	return OK;
}

static void
queue_new(struct ctx *c, const struct held_order *o, struct opening *p)
{
	char id[UUID_TEXT];

	p->id = uuid_new();
	uuid_format(p->id, id);
	p->receipt = arena_printf(c->arena, "pa_%s", id);
	p->amount = o->total;
	p->currency = "INR";
	p->is_new = true;
	db_queue(c, Q_PAYMENT_ADD,
	    ARGS(A(p->id), A(p->order_id), A(o->account_id), A(p->receipt),
		A(p->amount), A(c->idem_principal), A(c->idem_key)));
}

/* The intent: the open payment of the order, or a new one. */
static enum err
begin_opening(struct ctx *c, struct opening *p)
{
	struct held_order o;
	struct rows r;
	bool found;
	TX_SCOPE(tx, c);

	TRY(order_hold_own(c, p->order_id, &o));
	TRY(db_one(c, Q_ORDER_PAYABLE, ARGS(A(p->order_id)), &r));
	if (!col_bool(&r))
		return fail(c, ERR_INVALID_STATE,
		    "This order does not wait for a payment online.");
	TRY(find_live(c, p, &found));
	if (!found)
		queue_new(c, &o, p);
	answer_begun(c, recovery_text(c, "initiate", p->id));
	return tx_commit(&tx);
}

static enum err
provider_err(struct ctx *c, enum provider_result result,
    const struct provider_problem *why)
{
	provider_tell(c, why);
	if (result == PROVIDER_UNKNOWN)
		return fail(c, ERR_OUTCOME_UNKNOWN,
		    "The payment provider did not answer. Send the same key "
		    "again to learn the outcome.");
	return fail(c, ERR_PAYMENT_PROVIDER,
	    "The payment provider cannot be used at the moment.");
}

/* The call: an earlier one may have arrived, so its receipt is looked for
 * before another is made. */
static enum err
call_provider(struct ctx *c, struct opening *p)
{
	struct provider_problem why;
	enum provider_result result = PROVIDER_OK;
	struct provider_order order;
	bool found = false;

	if (p->provider_order_id != NULL)
		return OK;
	if (!p->is_new)
		result = provider_order_find(c, p->receipt, &order, &found,
		    &why);
	if (result == PROVIDER_OK && !found)
		result = provider_order_create(c, p->amount, p->currency,
		    p->receipt, &order, &why);
	if (result != PROVIDER_OK)
		return provider_err(c, result, &why);
	if (order.amount != p->amount ||
	    strcmp(order.currency, p->currency) != 0)
		return fault(c,
		    "payment: the provider's order has another "
		    "amount");
	p->provider_order_id = order.id;
	return OK;
}

static enum err
finish_opening(struct ctx *c, const struct opening *p, struct buf *out)
{
	struct json j = js_to(out);
	TX_SCOPE(tx, c);

	db_queue(c, Q_PAYMENT_SET_PROVIDER_ORDER,
	    ARGS(A(p->id), A(p->provider_order_id)));
	db_queue(c, Q_WEBHOOKS_WAKE, ARGS(A(p->provider_order_id)));
	js_open(&j, '{');
	js_key(&j, "payment");
	TRY(write_by_id(c, p->id, &j));
	js_open_key(&j, "checkout", '{');
	js_str(&j, "key_id", c->config->razorpay_key_id);
	js_str(&j, "order_id", p->provider_order_id);
	js_i64(&j, "amount", p->amount);
	js_str(&j, "currency", p->currency);
	js_str(&j, "name", "haat");
	js_close(&j, '}');
	js_close(&j, '}');
	answer_ready(c);
	return tx_commit(&tx);
}

static int64_t
lock_of(struct uuid order_id)
{
	int64_t lock;

	crypto_generichash((unsigned char *)&lock, sizeof(lock),
	    order_id.bytes, sizeof(order_id.bytes), NULL, 0);
	return lock;
}

/* Calls about one order follow each other, so that two clicks do not open
 * two orders at the provider. */
static enum err
open_locked(struct ctx *c, struct opening *p, bool begun, struct buf *out)
{
	struct rows r;
	enum err err;

	TRY(db_one(c, Q_PAYMENT_CALLS_LOCK, ARGS(A(lock_of(p->order_id))),
	    &r));
	err = begun ? OK : begin_opening(c, p);
	if (err == OK)
		err = call_provider(c, p);
	if (err == OK)
		err = finish_opening(c, p, out);
	if (db_one(c, Q_PAYMENT_CALLS_UNLOCK, ARGS(A(lock_of(p->order_id))),
		&r) != OK)
		db_close(c->db);
	return err;
}

enum err
payment_initiate(struct ctx *c, struct uuid order_id, struct buf *out)
{
	struct opening p = { .order_id = order_id };

	return open_locked(c, &p, false, out);
}

/* Whether it is still the one that its order waits for. */
static enum err
is_wanted(struct ctx *c, struct opening *p, struct uuid id, bool *wanted)
{
	struct rows r;
	TX_SCOPE(tx, c);

	TRY(db_one(c, Q_ORDER_PAYABLE, ARGS(A(p->order_id)), &r));
	*wanted = col_bool(&r);
	if (*wanted)
		TRY(find_live(c, p, wanted));
	*wanted = *wanted && uuid_equal(p->id, id);
	return tx_commit(&tx);
}

enum err
payment_resume_initiate(struct ctx *c, struct uuid payment_id,
    struct buf *out)
{
	struct opening p = { .id = payment_id };
	struct rows r;
	bool found;

	TRY(db_maybe(c, Q_PAYMENT_BY_ID, ARGS(A(payment_id), A_NULL), &r,
	    &found));
	if (!found)
		return no_payment(c);
	col_skip(&r);
	p.order_id = col_uuid(&r);
	TRY(is_wanted(c, &p, payment_id, &found));
	if (!found)
		return no_payment(c);
	return open_locked(c, &p, true, out);
}

/* --- the checkout's word ------------------------------------------------ */

static enum err
check_signature(struct ctx *c, const struct payment_verify *in)
{
	if (provider_checkout_matches(c, in->razorpay_order_id,
		in->razorpay_payment_id, in->razorpay_signature))
		return OK;
	return fail(c, ERR_INVALID_SIGNATURE,
	    "The signature does not match.");
}

/* The payment as the provider has it; one that is authorized is captured. */
static bool
fetch_captured(struct ctx *c, const struct payment_verify *in,
    struct provider_payment *p)
{
	struct provider_problem why = { 0 };
	bool known = provider_payment_fetch(c, in->razorpay_payment_id, p,
			 &why) == PROVIDER_OK &&
	    strcmp(p->order_id, in->razorpay_order_id) == 0;

	if (known && strcmp(p->status, "authorized") == 0)
		known = provider_payment_capture(c, p->id, p->amount,
			    p->currency, p, &why) == PROVIDER_OK;
	provider_tell(c, &why);
	return known;
}

/* What the provider says now; without it, what the signature says. */
static void
ask_provider(struct ctx *c, const struct payment_verify *in, int64_t amount,
    struct money_news *news)
{
	struct provider_payment p;

	*news = (struct money_news){ .state = MONEY_AUTHORIZED,
		.provider_order_id = in->razorpay_order_id,
		.provider_payment_id = in->razorpay_payment_id,
		.amount = amount,
		.currency = "INR" };
	if (!fetch_captured(c, in, &p))
		return;
	news->amount = p.amount;
	news->currency = p.currency;
	news->method = *p.method != '\0' ? p.method : NULL;
	if (provider_payment_taken(&p))
		news->state = MONEY_CAPTURED;
	else if (provider_payment_returned(&p))
		news->state = MONEY_RETURNED;
}

enum err
payment_verify(struct ctx *c, const struct payment_verify *in,
    struct buf *out)
{
	struct json j = js_to(out);
	enum money_outcome outcome;
	struct money_news news;
	struct uuid id;
	struct rows r;
	bool found;

	TRY(db_maybe(c, Q_PAYMENT_OF_PROVIDER_ORDER,
	    ARGS(A(in->razorpay_order_id)), &r, &found));
	if (!found)
		return no_payment(c);
	id = col_uuid(&r);
	col_skip(&r);
	if (!uuid_equal(col_uuid(&r), c->caller.id))
		return no_payment(c);
	TRY(check_signature(c, in));
	TRY(db_maybe(c, Q_PAYMENT_BY_ID, ARGS(A(id), A_NULL), &r, &found));
	for (int i = 0; i < 5; i++)
		col_skip(&r);
	ask_provider(c, in, col_i64(&r), &news);
	TX_SCOPE(tx, c);
	TRY(money_apply(c, &news, &outcome));
	TRY(write_by_id(c, id, &j));
	answer_ready(c);
	return tx_commit(&tx);
}
