#include "razorpay_api.h"

#include "core/utf8.h"
#include "razorpay_shape.h"

enum {
	AMOUNT_LEAST = 100,
	NOTES_MAX = 15,
	NOTE_TEXT = 256,
	RECEIPT_MAX = 40,
	COUNT_DEFAULT = 10,
	COUNT_MAX = 100
};
static const int64_t amount_most = 1000000000000;
/* The times that a list may be asked for. */
static const int64_t time_least = 946684800, time_most = 4765046400;

/* --- what is checked ----------------------------------------------------- */

bool
check_members(struct call *q, const char *const *known)
{
	if (q->in == NULL)
		return true;
	json_object_object_foreach(q->in, name, value) {
		const char *const *k = known;

		(void)value;
		while (*k != NULL && strcmp(*k, name) != 0)
			k++;
		if (*k != NULL)
			continue;
		REFUSE(q, .reason = "extra_field_sent",
		    .description = arena_printf(q->arena,
			"%s is/are not required and should not be sent",
			name));
		return false;
	}
	return true;
}

/* The provider gives a list for no notes, else an object. */
bool
check_notes(struct call *q, const char **notes)
{
	struct json_object *o = call_member(q, "notes");

	*notes = "[]";
	if (o == NULL ||
	    (json_object_is_type(o, json_type_array) &&
		json_object_array_length(o) == 0))
		return true;
	if (!json_object_is_type(o, json_type_object)) {
		REFUSE(q, .field = "notes",
		    .description = "The notes must be an array.");
		return false;
	}
	if (json_object_object_length(o) > NOTES_MAX) {
		REFUSE(q, .field = "notes",
		    .description = "Number of fields in notes should be less "
				   "than or equal to 15");
		return false;
	}
	json_object_object_foreach(o, name, value) {
		bool nested = json_object_is_type(value, json_type_object) ||
		    json_object_is_type(value, json_type_array);
		const char *text = value != NULL ?
		    json_object_get_string(value) :
		    "";

		if (!nested && utf8_length(text) <= NOTE_TEXT)
			continue;
		REFUSE(q, .field = "notes",
		    .description = arena_printf(q->arena,
			nested ? "notes.%s must be a string" :
				 "The notes.%s may not be greater than 256 "
				 "characters.",
			name));
		return false;
	}
	if (json_object_object_length(o) > 0)
		*notes = arena_strdup(q->arena,
		    json_object_to_json_string_ext(o,
			JSON_C_TO_STRING_PLAIN |
			    JSON_C_TO_STRING_NOSLASHESCAPE));
	return true;
}

static bool
check_amount(struct call *q, int64_t *amount)
{
	enum input given = call_amount(q, "amount", amount);

	if (given == ABSENT)
		REFUSE(q, .field = "amount",
		    .description = "The amount field is required.");
	else if (given == MALFORMED)
		REFUSE(q, .field = "amount",
		    .description = "The amount must be an integer.");
	else if (*amount < AMOUNT_LEAST)
		REFUSE(q, .step = "order_creation", .field = "amount",
		    .reason = "amount_less_than_minimum_amount",
		    .description = "Order amount less than minimum amount "
				   "allowed");
	else if (*amount > amount_most)
		REFUSE(q, .field = "amount",
		    .description = "Amount exceeds maximum amount allowed.");
	else
		return true;
	return false;
}

static bool
check_currency(struct call *q, bool required)
{
	const char *currency = call_text(q, "currency");

	if (currency == NULL && !required)
		return true;
	if (currency != NULL && strcmp(currency, "INR") == 0)
		return true;
	REFUSE(q, .field = "currency",
	    .description = currency == NULL ?
		"The currency field is required." :
		"Currency is not supported");
	return false;
}

/* An id of the right form that nobody has, or one of no form. */
static void
refuse_id(struct call *q, const char *prefix, const char *id)
{
	size_t n = strlen(prefix);

	if (strncmp(id, prefix, n) == 0 && strlen(id) == n + ID_RANDOM &&
	    strspn(id + n,
		"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLM"
		"NOPQRSTUVWXYZ") == ID_RANDOM)
		REFUSE(q, .description = "The id provided does not exist");
	else
		REFUSE(q,
		    .description = arena_printf(q->arena,
			"%s is not a valid id", id));
}

static struct order *
find_order(struct call *q, const char *id)
{
	struct order *o = state_order(q->sandbox->state, id);

	if (o == NULL)
		refuse_id(q, "order_", id);
	return o;
}

struct payment *
find_payment(struct call *q)
{
	struct payment *p = state_payment(q->sandbox->state, q->id[0]);

	if (p == NULL)
		refuse_id(q, "pay_", q->id[0]);
	return p;
}

/* --- lists --------------------------------------------------------------- */

static struct json
collection_open(struct call *q, size_t count)
{
	struct json j = call_answer(q);

	js_str(&j, "entity", "collection");
	js_i64(&j, "count", (int64_t)count);
	js_open_key(&j, "items", '[');
	return j;
}

static void
collection_close(struct json *j)
{
	js_close(j, ']');
	js_close(j, '}');
}

struct window {
	int64_t from, to, skip, count;
};

/* A time in seconds; fallback where none is given. */
static bool
check_time(struct call *q, const char *name, int64_t fallback, int64_t *v)
{
	*v = call_arg(q, name, -1);
	if (*v < 0 && !json_object_object_get_ex(q->args, name, NULL)) {
		*v = fallback;
		return true;
	}
	if (*v >= time_least && *v <= time_most)
		return true;
	REFUSE(q,
	    .description = arena_printf(q->arena,
		"%s must be between %lld and %lld", name,
		(long long)time_least, (long long)time_most));
	return false;
}

static bool
check_window(struct call *q, struct window *w)
{
	if (!check_time(q, "from", 0, &w->from) ||
	    !check_time(q, "to", INT64_MAX, &w->to))
		return false;
	w->skip = call_arg(q, "skip", 0);
	w->count = call_arg(q, "count", COUNT_DEFAULT);
	if (w->count >= 1 && w->count <= COUNT_MAX)
		return true;
	REFUSE(q, .field = "count",
	    .description = w->count < 1 ?
		"The count must be at least 1." :
		"The count may not be greater than 100.");
	return false;
}

/* Whether the next thing, the newest first, is in the window; moves it on. */
static bool
in_window(struct window *w, int64_t at)
{
	if (at < w->from || at > w->to || w->count == 0)
		return false;
	if (w->skip > 0) {
		w->skip--;
		return false;
	}
	w->count--;
	return true;
}

/* Those of list in the window that pass. */
static size_t
pick(const struct list *l, struct window *w,
    int64_t (*when)(const void *thing), void **picked)
{
	size_t n = 0;

	for (size_t i = l->n; i-- > 0 && w->count > 0;)
		if (in_window(w, when(l->items[i])))
			picked[n++] = l->items[i];
	return n;
}

static int64_t
order_when(const void *thing)
{
	return ((const struct order *)thing)->created_at_secs;
}

static int64_t
payment_when(const void *thing)
{
	return ((const struct payment *)thing)->created_at_secs;
}

static int64_t
refund_when(const void *thing)
{
	return ((const struct refund *)thing)->created_at_secs;
}

void
order_list(struct call *q)
{
	struct json_object *receipt;
	struct window w;
	void *picked[COUNT_MAX];
	size_t n;
	struct json j;

	if (!check_window(q, &w))
		return;
	if (json_object_object_get_ex(q->args, "receipt", &receipt)) {
		struct order *o = state_order_by_receipt(q->sandbox->state,
		    json_object_get_string(receipt));

		n = o != NULL && in_window(&w, o->created_at_secs);
		picked[0] = o;
	} else {
		n = pick(state_orders(q->sandbox->state), &w, order_when,
		    picked);
	}
	j = collection_open(q, n);
	for (size_t i = 0; i < n; i++)
		shape_order(&j, NULL, picked[i]);
	collection_close(&j);
}

void
payment_list(struct call *q)
{
	struct window w;
	void *picked[COUNT_MAX];
	size_t n;
	struct json j;

	if (!check_window(q, &w))
		return;
	n = pick(state_payments(q->sandbox->state), &w, payment_when, picked);
	j = collection_open(q, n);
	for (size_t i = 0; i < n; i++)
		shape_payment(&j, NULL, picked[i]);
	collection_close(&j);
}

static void
list_refunds(struct call *q, void **refunds, size_t n)
{
	struct json j = collection_open(q, n);

	for (size_t i = 0; i < n; i++) {
		const struct refund *r = refunds[i];

		shape_refund(&j, NULL, r, r->status);
	}
	collection_close(&j);
}

void
refund_list(struct call *q)
{
	struct window w;
	void *picked[COUNT_MAX];

	if (!check_window(q, &w))
		return;
	list_refunds(q, picked,
	    pick(state_refunds(q->sandbox->state), &w, refund_when, picked));
}

void
payment_refunds(struct call *q)
{
	struct payment *p = find_payment(q);
	struct window w;
	void *picked[COUNT_MAX];
	size_t n = 0;

	if (p == NULL || !check_window(q, &w))
		return;
	for (struct refund *r = p->refunds; r != NULL; r = r->next)
		if (in_window(&w, r->created_at_secs))
			picked[n++] = r;
	list_refunds(q, picked, n);
}

void
order_payments(struct call *q)
{
	struct order *o = find_order(q, q->id[0]);
	size_t n = 0;
	struct json j;

	if (o == NULL)
		return;
	for (struct payment *p = o->payments; p != NULL; p = p->next)
		n++;
	j = collection_open(q, n);
	for (struct payment *p = o->payments; p != NULL; p = p->next)
		shape_payment(&j, NULL, p);
	collection_close(&j);
}

/* --- one thing ----------------------------------------------------------- */

static void
answer_order(struct call *q, const struct order *o)
{
	struct json j = js_to(&q->out);

	q->status = 200;
	shape_order(&j, NULL, o);
}

static void
answer_payment(struct call *q, const struct payment *p)
{
	struct json j = js_to(&q->out);

	q->status = 200;
	shape_payment(&j, NULL, p);
}

void
order_show(struct call *q)
{
	struct order *o = find_order(q, q->id[0]);

	if (o != NULL)
		answer_order(q, o);
}

void
payment_show(struct call *q)
{
	struct payment *p = find_payment(q);

	if (p != NULL)
		answer_payment(q, p);
}

void
refund_show(struct call *q)
{
	/* /payments/:id/refunds/:id has two. */
	const char *id = q->id[q->id[1] != NULL];
	struct refund *r = state_refund(q->sandbox->state, id);
	struct json j = js_to(&q->out);

	if (r == NULL ||
	    (q->id[1] != NULL && strcmp(r->payment->id, q->id[0]) != 0)) {
		refuse_id(q, "rfnd_", id);
		return;
	}
	q->status = 200;
	shape_refund(&j, NULL, r, r->status);
}

/* --- orders -------------------------------------------------------------- */

static bool
check_receipt(struct call *q, const char *receipt)
{
	struct order *o = state_order_by_receipt(q->sandbox->state, receipt);

	if (receipt != NULL && utf8_length(receipt) > RECEIPT_MAX)
		REFUSE(q, .field = "receipt",
		    .description = "The receipt may not be greater than 40 "
				   "characters.");
	else if (o != NULL)
		REFUSE(q, .order_id = o->id,
		    .description = "Order receipt should be unique.");
	else
		return true;
	return false;
}

void
order_create(struct call *q)
{
	static const char *const known[] = { "amount", "currency", "receipt",
		"notes", "partial_payment", "payment_capture", "payment",
		"customer_details", NULL };
	struct order draft = { .receipt = call_text(q, "receipt") };

	if (!check_members(q, known) || !check_amount(q, &draft.amount) ||
	    !check_currency(q, true) || !check_notes(q, &draft.notes) ||
	    !check_receipt(q, draft.receipt))
		return;
	answer_order(q, state_add_order(q->sandbox->state, &draft));
}

/* --- payments ------------------------------------------------------------ */

/* Takes the money and tells about it. */
static void
capture(struct call *q, struct payment *p)
{
	struct sandbox *s = q->sandbox;

	state_capture(s->state, p);
	event_of(s, q->arena,
	    &(struct happening){ .name = "payment.captured", .payment = p });
	event_of(s, q->arena,
	    &(struct happening){ .name = "order.paid",
		.payment = p,
		.order = p->order });
}

void
payment_capture(struct call *q)
{
	static const char *const known[] = { "amount", "currency", NULL };
	struct payment *p = find_payment(q);
	int64_t amount;

	if (p == NULL || !check_members(q, known) ||
	    !check_amount(q, &amount) || !check_currency(q, false))
		return;
	if (p->status == PAYMENT_CAPTURED || p->status == PAYMENT_REFUNDED)
		REFUSE(q,
		    .description = "This payment has already been captured");
	else if (p->status != PAYMENT_AUTHORIZED)
		REFUSE(q,
		    .description =
			"Only payments which have been authorized and "
			"not yet captured can be captured");
	else if (amount != p->amount)
		REFUSE(q, .field = "amount",
		    .description = "Capture amount must be equal to the "
				   "amount authorized");
	else if (p->order->status == ORDER_PAID)
		REFUSE(q, .reason = "order_already_paid",
		    .description = "Payment already done for this order.");
	else {
		capture(q, p);
		answer_payment(q, p);
	}
}

/* What the checkout gives to the shop's page. */
static void
answer_checkout(struct call *q, const struct payment *p)
{
	const char *text = arena_printf(q->arena, "%s|%s", p->order->id,
	    p->id);
	char signature[65];
	struct json j = call_answer(q);

	sign_hex(q->sandbox->settings.key_secret, text, strlen(text),
	    signature);
	js_str(&j, "razorpay_payment_id", p->id);
	js_str(&j, "razorpay_order_id", p->order->id);
	js_str(&j, "razorpay_signature", signature);
	js_close(&j, '}');
}

static void
fail_payment(struct call *q, struct order *o, enum method method)
{
	struct payment *p = state_add_payment(q->sandbox->state, o, method,
	    PAYMENT_FAILED);

	event_of(q->sandbox, q->arena,
	    &(struct happening){ .name = "payment.failed", .payment = p });
	REFUSE(q, .source = "customer", .step = "payment_authentication",
	    .reason = "payment_cancelled", .payment_id = p->id,
	    .order_id = o->id,
	    .description = "Your payment has been cancelled. Try again or "
			   "complete the payment later.");
}

void
checkout_pay(struct call *q)
{
	static const char *const known[] = { "order_id", "method", "outcome",
		NULL };
	static const char *const outcomes[] = { "captured", "authorized",
		"failed" };
	const char *id = call_text(q, "order_id");
	const char *name = call_text(q, "method");
	const char *wish = call_text(q, "outcome");
	int method = name != NULL ? name_index(method_names, METHODS, name) :
				    UPI;
	int outcome = wish != NULL ? name_index(outcomes, 3, wish) : 0;
	struct order *o;
	struct payment *p;

	if (!check_members(q, known))
		return;
	if (method < 0 || outcome < 0 || id == NULL) {
		REFUSE(q,
		    .description = id == NULL ?
			"The order_id field is required." :
			method < 0 ? "The selected method is invalid." :
				     "The selected outcome is invalid.");
		return;
	}
	o = find_order(q, id);
	if (o == NULL)
		return;
	if (o->status == ORDER_PAID) {
		REFUSE(q, .reason = "order_already_paid", .order_id = o->id,
		    .description = "Payment already done for this order.");
		return;
	}
	if (outcome == 2) {
		fail_payment(q, o, (enum method)method);
		return;
	}
	p = state_add_payment(q->sandbox->state, o, (enum method)method,
	    PAYMENT_AUTHORIZED);
	event_of(q->sandbox, q->arena,
	    &(struct happening){ .name = "payment.authorized",
		.payment = p });
	if (outcome == 0)
		capture(q, p);
	answer_checkout(q, p);
}
