#include "razorpay_control.h"

#include "razorpay_shape.h"
#include "razorpay_webhook.h"

enum { EVENT_BODY_MAX = 1024 * 1024, EVENT_ID_MAX = 64, NAMES_MAX = 32 };

/* --- books --------------------------------------------------------------- */

struct tally {
	int64_t count;
	int64_t amount;
};

static void
show_tallies(struct json *j, const char *name, const struct tally *t,
    const char *const *names, size_t n)
{
	js_open_key(j, name, '[');
	for (size_t i = 0; i < n; i++) {
		js_open(j, '{');
		js_str(j, "status", names[i]);
		js_i64(j, "count", t[i].count);
		js_i64(j, "amount", t[i].amount);
		js_close(j, '}');
	}
	js_close(j, ']');
}

void
books_show(struct call *q)
{
	struct state *s = q->sandbox->state;
	const struct list *payments = state_payments(s);
	const struct list *refunds = state_refunds(s);
	struct tally paid[PAYMENT_STATUSES] = { 0 };
	struct tally back[REFUND_STATUSES] = { 0 };
	int64_t taken = 0, given_back = 0, fees = 0, taxes = 0;
	struct json j;

	for (size_t i = 0; i < payments->n; i++) {
		const struct payment *p = payments->items[i];

		paid[p->status].count++;
		paid[p->status].amount += p->amount;
		if (!payment_is_taken(p))
			continue;
		taken += p->amount;
		fees += fee_of(p->amount);
		taxes += tax_of(p->amount);
	}
	for (size_t i = 0; i < refunds->n; i++) {
		const struct refund *r = refunds->items[i];

		back[r->status].count++;
		back[r->status].amount += r->amount;
		if (r->status == REFUND_PROCESSED && !r->payment->returned)
			given_back += r->amount;
	}
	j = call_answer(q);
	js_str(&j, "currency", "INR");
	js_i64(&j, "orders", (int64_t)state_orders(s)->n);
	js_i64(&j, "captured", taken);
	js_i64(&j, "refunded", given_back);
	js_i64(&j, "refund_pending", back[REFUND_PENDING].amount);
	js_i64(&j, "fees", fees);
	js_i64(&j, "taxes", taxes);
	show_tallies(&j, "payments", paid, payment_status_names,
	    PAYMENT_STATUSES);
	show_tallies(&j, "refunds", back, refund_status_names,
	    REFUND_STATUSES);
	js_close(&j, '}');
}

/* --- events -------------------------------------------------------------- */

void
webhooks_show(struct call *q)
{
	struct sender_counts c = sender_counts(q->sandbox->sender);
	struct json j = call_answer(q);

	js_i64(&j, "events", (int64_t)state_events(q->sandbox->state)->n);
	js_i64(&j, "held", c.held);
	js_i64(&j, "waiting", c.waiting);
	js_i64(&j, "sent", c.sent);
	js_i64(&j, "refused", c.refused);
	js_close(&j, '}');
}

static void
answer_event(struct call *q, const struct event *e)
{
	struct json j = call_answer(q);

	js_str(&j, "event_id", e->id);
	js_str(&j, "event", e->name);
	js_close(&j, '}');
}

/* Text that needs no escape, in the journal or in a header. */
static bool
plain(const char *text, size_t max)
{
	return *text != '\0' && strlen(text) <= max &&
	    strspn(text,
		"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP"
		"QRSTUVWXYZ._:-") == strlen(text);
}

static struct event *
make_event(struct call *q, const char *id, const char *name)
{
	struct json_object *payload = call_member(q, "payload");
	struct json_object *contains = call_member(q, "contains");
	struct buf body;
	struct json j;

	buf_init(&body, q->arena, EVENT_BODY_MAX);
	j = event_open(q->sandbox, &body, name);
	if (contains != NULL) {
		js_raw(&j, "contains",
		    json_object_to_json_string_ext(contains,
			JSON_C_TO_STRING_PLAIN));
	} else {
		js_open_key(&j, "contains", '[');
		json_object_object_foreach(payload, key, value) {
			(void)value;
			js_str(&j, NULL, key);
		}
		js_close(&j, ']');
	}
	js_raw(&j, "payload",
	    json_object_to_json_string_ext(payload, JSON_C_TO_STRING_PLAIN));
	return event_close(q->sandbox, &j, id, name);
}

void
webhooks_send(struct call *q)
{
	const char *id = call_text(q, "event_id");
	const char *name = call_text(q, "event");
	struct event *old = state_event(q->sandbox->state, id);

	if (old != NULL && name == NULL) {
		sender_again(q->sandbox->sender, old);
		answer_event(q, old);
		return;
	}
	if (name == NULL || !plain(name, EVENT_NAME - 1) ||
	    (id != NULL && !plain(id, EVENT_ID_MAX)) ||
	    !json_object_is_type(call_member(q, "payload"),
		json_type_object)) {
		REFUSE(q,
		    .description = "An event needs a name and a payload");
		return;
	}
	answer_event(q, make_event(q, id, name));
}

void
webhooks_release(struct call *q)
{
	struct json_object *order = call_member(q, "order");
	const char *names[NAMES_MAX];
	size_t n = 0;

	if (json_object_is_type(order, json_type_array))
		for (size_t i = 0;
		     i < json_object_array_length(order) && n < NAMES_MAX;
		     i++) {
			const char *name = json_object_get_string(
			    json_object_array_get_idx(order, i));

			if (name != NULL)
				names[n++] = name;
		}
	sender_release(q->sandbox->sender, names, n);
	webhooks_show(q);
}
