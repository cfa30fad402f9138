#include "razorpay_shape.h"

#include "core/clock.h"
#include "razorpay_webhook.h"

enum { EVENT_MAX = 1024 * 1024 };

int64_t
tax_of(int64_t amount)
{
	/* 18 % of 2 %, rounded half up. */
	return (amount * 36 + 5000) / 10000;
}

int64_t
fee_of(int64_t amount)
{
	return (amount * 200 + 5000) / 10000 + tax_of(amount);
}

bool
payment_is_taken(const struct payment *p)
{
	return !p->returned &&
	    (p->status == PAYMENT_CAPTURED || p->status == PAYMENT_REFUNDED);
}

void
shape_order(struct json *j, const char *name, const struct order *o)
{
	if (name != NULL)
		js_key(j, name);
	js_open(j, '{');
	js_str(j, "id", o->id);
	js_str(j, "entity", "order");
	js_i64(j, "amount", o->amount);
	js_i64(j, "amount_paid", o->amount_paid);
	js_i64(j, "amount_due", o->amount - o->amount_paid);
	js_str(j, "currency", "INR");
	js_str(j, "receipt", o->receipt);
	js_null(j, "offer_id");
	js_str(j, "status", order_status_names[o->status]);
	js_i64(j, "attempts", o->attempts);
	js_raw(j, "notes", o->notes);
	js_i64(j, "created_at", o->created_at_secs);
	js_close(j, '}');
}

/* A number of 12 digits that always belongs to this id. */
static void
reference(const char *id, char digits[13])
{
	uint64_t h = 14695981039346656037U;

	for (; *id != '\0'; id++)
		h = (h ^ (unsigned char)*id) * 1099511628211U;
	snprintf(digits, 13, "%012llu",
	    (unsigned long long)(h % 1000000000000U));
}

static void
shape_acquirer(struct json *j, const struct payment *p)
{
	static const char *const names[METHODS] = { "rrn", "auth_code",
		"bank_transaction_id", "transaction_id" };
	char digits[13];

	reference(p->id, digits);
	js_open_key(j, "acquirer_data", '{');
	js_str(j, names[p->method],
	    p->status != PAYMENT_FAILED ? digits : NULL);
	js_close(j, '}');
}

/* Known once the money is taken. */
static void
shape_fee(struct json *j, const struct payment *p, bool captured)
{
	if (!captured) {
		js_null(j, "fee");
		js_null(j, "tax");
		return;
	}
	js_i64(j, "fee", fee_of(p->amount));
	js_i64(j, "tax", tax_of(p->amount));
}

static void
shape_error(struct json *j, const struct payment *p)
{
	bool failed = p->status == PAYMENT_FAILED;

	js_str(j, "error_code", failed ? "BAD_REQUEST_ERROR" : NULL);
	js_str(j, "error_description",
	    failed ? "Your payment has been cancelled. Try again or complete "
		     "the payment later." :
		     NULL);
	js_str(j, "error_source", failed ? "customer" : NULL);
	js_str(j, "error_step", failed ? "payment_authentication" : NULL);
	js_str(j, "error_reason", failed ? "payment_cancelled" : NULL);
}

static void
shape_instrument(struct json *j, const struct payment *p)
{
	char card[ID_TEXT] = "card_";

	memcpy(card + 5, p->id + 4, ID_RANDOM + 1);
	js_str(j, "card_id", p->method == CARD ? card : NULL);
	js_str(j, "bank", p->method == NETBANKING ? "HDFC" : NULL);
	js_str(j, "wallet", p->method == WALLET ? "payzapp" : NULL);
	js_str(j, "vpa", p->method == UPI ? "success@razorpay" : NULL);
	js_str(j, "email", "buyer@example.com");
	js_str(j, "contact", "+919000090000");
}

void
shape_payment(struct json *j, const char *name, const struct payment *p)
{
	bool captured = payment_is_taken(p);
	const char *refunded = p->amount_refunded == 0 ? NULL :
	    p->amount_refunded < p->amount             ? "partial" :
							 "full";

	if (name != NULL)
		js_key(j, name);
	js_open(j, '{');
	js_str(j, "id", p->id);
	js_str(j, "entity", "payment");
	js_i64(j, "amount", p->amount);
	js_str(j, "currency", "INR");
	js_str(j, "status", payment_status_names[p->status]);
	js_str(j, "order_id", p->order->id);
	js_null(j, "invoice_id");
	js_bool(j, "international", false);
	js_str(j, "method", method_names[p->method]);
	js_i64(j, "amount_refunded", p->amount_refunded);
	js_str(j, "refund_status", refunded);
	js_bool(j, "captured", captured);
	js_null(j, "description");
	shape_instrument(j, p);
	js_raw(j, "notes", p->order->notes);
	shape_fee(j, p, captured);
	shape_error(j, p);
	shape_acquirer(j, p);
	js_i64(j, "created_at", p->created_at_secs);
	js_close(j, '}');
}

void
shape_refund(struct json *j, const char *name, const struct refund *r,
    enum refund_status status)
{
	char digits[13];

	reference(r->id, digits);
	if (name != NULL)
		js_key(j, name);
	js_open(j, '{');
	js_str(j, "id", r->id);
	js_str(j, "entity", "refund");
	js_i64(j, "amount", r->amount);
	js_str(j, "currency", "INR");
	js_str(j, "payment_id", r->payment->id);
	js_raw(j, "notes", r->notes);
	js_str(j, "receipt", r->receipt);
	js_open_key(j, "acquirer_data", '{');
	js_str(j, "arn", status == REFUND_PROCESSED ? digits : NULL);
	js_close(j, '}');
	js_i64(j, "created_at", r->created_at_secs);
	js_null(j, "batch_id");
	js_str(j, "status", refund_status_names[status]);
	js_str(j, "speed_requested", r->optimum ? "optimum" : "normal");
	js_str(j, "speed_processed",
	    status != REFUND_PROCESSED ? NULL :
		r->optimum             ? "instant" :
					 "normal");
	js_close(j, '}');
}

/* --- events -------------------------------------------------------------- */

struct json
event_open(struct sandbox *s, struct buf *body, const char *name)
{
	struct json j = js_to(body);

	js_open(&j, '{');
	js_str(&j, "entity", "event");
	js_str(&j, "account_id", s->settings.account_id);
	js_str(&j, "event", name);
	return j;
}

struct event *
event_close(struct sandbox *s, struct json *j, const char *id,
    const char *name)
{
	char made[ID_TEXT];
	struct event *e;

	js_i64(j, "created_at", clock_now_us() / 1000000);
	js_close(j, '}');
	state_new_id("", made);
	e = state_add_event(s->state, id != NULL ? id : made, name,
	    buf_text(j->b));
	sender_add(s->sender, e);
	return e;
}

void
event_of(struct sandbox *s, struct arena *a, const struct happening *h)
{
	struct buf body;
	struct json j;

	buf_init(&body, a, EVENT_MAX);
	j = event_open(s, &body, h->name);
	js_open_key(&j, "contains", '[');
	if (h->refund != NULL)
		js_str(&j, NULL, "refund");
	if (h->payment != NULL)
		js_str(&j, NULL, "payment");
	if (h->order != NULL)
		js_str(&j, NULL, "order");
	js_close(&j, ']');
	js_open_key(&j, "payload", '{');
	if (h->refund != NULL) {
		js_open_key(&j, "refund", '{');
		shape_refund(&j, "entity", h->refund, h->refund->status);
		js_close(&j, '}');
	}
	if (h->payment != NULL) {
		js_open_key(&j, "payment", '{');
		shape_payment(&j, "entity", h->payment);
		js_close(&j, '}');
	}
	if (h->order != NULL) {
		js_open_key(&j, "order", '{');
		shape_order(&j, "entity", h->order);
		js_close(&j, '}');
	}
	js_close(&j, '}');
	event_close(s, &j, NULL, h->name);
}
