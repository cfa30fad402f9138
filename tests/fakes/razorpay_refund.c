#include <sodium.h>

#include "razorpay_api.h"
#include "razorpay_fault.h"
#include "razorpay_shape.h"

/* In test mode the provider fails refunds of this amount. */
enum { FAILING_AMOUNT = 2468, AMOUNT_LEAST = 100, KEY_LEAST = 10 };

static void
answer_refund(struct call *q, const struct refund *r,
    enum refund_status status)
{
	struct json j = js_to(&q->out);

	q->status = 200;
	shape_refund(&j, NULL, r, status);
}

static void
tell(struct call *q, const char *name, const struct refund *r)
{
	event_of(q->sandbox, q->arena,
	    &(struct happening){ .name = name,
		.refund = r,
		.payment = r->payment });
}

static bool
check_key(struct call *q, const char *key)
{
	static const char allowed[] =
	    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "-_";

	if (strlen(key) < KEY_LEAST)
		REFUSE(q,
		    .description = "The idempotency key must be at least 10 "
				   "characters long.");
	else if (strspn(key, allowed) != strlen(key))
		REFUSE(q,
		    .description =
			"The idempotency key must only contain "
			"alphanumeric characters, underscores, and "
			"hyphens");
	else if (q->busy)
		REFUSE(q, .status = 409,
		    .description =
			"Another request with the same idempotency "
			"key is still in progress.");
	else
		return true;
	return false;
}

static void
hash_request(const struct call *q, uint8_t hash[KEY_HASH])
{
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const unsigned char *)q->path,
	    strlen(q->path) + 1);
	crypto_hash_sha256_update(&state, (const unsigned char *)q->body,
	    q->body_len);
	crypto_hash_sha256_final(&state, hash);
}

/* Whether the key has been used; then the call is answered. */
static bool
repeated(struct call *q, struct refund *draft)
{
	const struct refund *r;

	if (q->idempotency_key == NULL)
		return false;
	if (!check_key(q, q->idempotency_key))
		return true;
	draft->key = q->idempotency_key;
	hash_request(q, draft->key_hash);
	r = state_refund_by_key(q->sandbox->state, draft->key);
	if (r == NULL)
		return false;
	if (memcmp(r->key_hash, draft->key_hash, KEY_HASH) == 0)
		answer_refund(q, r, r->first_status);
	else
		REFUSE(q, .source = "NA", .step = "NA", .reason = "NA",
		    .description = "Different request with the same "
				   "idempotency key has already been "
				   "processed.");
	return true;
}

static bool
check_refundable(struct call *q, const struct payment *p, int64_t amount)
{
	if (p->status != PAYMENT_CAPTURED && p->status != PAYMENT_REFUNDED)
		REFUSE(q,
		    .description =
			"The payment status should be captured for "
			"action to be taken");
	else if (p->status == PAYMENT_REFUNDED)
		REFUSE(q,
		    .description =
			"The payment has been fully refunded already");
	else if (amount < AMOUNT_LEAST)
		REFUSE(q, .field = "amount",
		    .description = "The amount must be atleast INR 1.00");
	else if (amount > p->amount)
		REFUSE(q, .field = "amount",
		    .description = "The refund amount provided is greater "
				   "than amount captured");
	else if (amount > p->amount - p->amount_refunded)
		REFUSE(q, .field = "amount",
		    .description = "The total refund amount is greater than "
				   "the refund payment amount");
	else
		return true;
	return false;
}

/* Fills the draft from the body. */
static bool
check_refund(struct call *q, const struct payment *p, struct refund *draft)
{
	static const char *const known[] = { "amount", "speed", "notes",
		"receipt", NULL };
	const char *speed = call_text(q, "speed");

	draft->amount = p->amount - p->amount_refunded;
	draft->receipt = call_text(q, "receipt");
	if (!check_members(q, known) || !check_notes(q, &draft->notes))
		return false;
	if (call_amount(q, "amount", &draft->amount) == MALFORMED) {
		REFUSE(q, .field = "amount",
		    .description = "The amount must be an integer.");
		return false;
	}
	draft->optimum = speed != NULL && strcmp(speed, "optimum") == 0;
	if (speed != NULL && !draft->optimum &&
	    strcmp(speed, "normal") != 0) {
		REFUSE(q, .field = "speed",
		    .description = "The selected speed is invalid.");
		return false;
	}
	return check_refundable(q, p, draft->amount);
}

/*
 * Made: it is "processed" at once, or "pending" where the tests want to play
 * the bank, and also where it is going to fail.
 */
void
refund_create(struct call *q)
{
	struct state *s = q->sandbox->state;
	struct payment *p = find_payment(q);
	struct refund draft = { .status = REFUND_PROCESSED }, *r;

	if (p == NULL || repeated(q, &draft) || !check_refund(q, p, &draft))
		return;
	if (draft.amount == FAILING_AMOUNT ||
	    faults_refunds_pend(q->sandbox->faults))
		draft.status = REFUND_PENDING;
	r = state_add_refund(s, p, &draft);
	answer_refund(q, r, r->status);
	tell(q, "refund.created", r);
	if (r->status == REFUND_PROCESSED) {
		tell(q, "refund.processed", r);
	} else if (r->amount == FAILING_AMOUNT) {
		state_refund_move(s, r, REFUND_FAILED);
		tell(q, "refund.failed", r);
	}
}

/* Of money that was never taken, so that it stands in nobody's books. */
void
payment_play(struct call *q)
{
	struct state *s = q->sandbox->state;
	struct payment *p = state_payment(s, call_text(q, "payment_id"));
	struct refund draft = { .status = REFUND_PROCESSED }, *r;

	if (p == NULL || p->status != PAYMENT_AUTHORIZED) {
		REFUSE(q,
		    .description = p == NULL ?
			"The id provided does not exist" :
			"The payment is not authorized");
		return;
	}
	draft.amount = p->amount;
	draft.notes = "[]";
	state_return(s, p);
	r = state_add_refund(s, p, &draft);
	tell(q, "refund.created", r);
	tell(q, "refund.processed", r);
	answer_refund(q, r, r->status);
}

void
refund_play(struct call *q)
{
	const char *id = call_text(q, "refund_id");
	int outcome = name_index(refund_status_names, REFUND_STATUSES,
	    call_text(q, "outcome"));
	struct refund *r = state_refund(q->sandbox->state, id);

	if (r == NULL || outcome <= REFUND_PENDING) {
		REFUSE(q,
		    .description = r == NULL ?
			"The id provided does not exist" :
			"The selected outcome is invalid.");
		return;
	}
	if ((int)r->status == outcome || r->payment->returned ||
	    (r->status == REFUND_FAILED &&
		r->amount >
		    r->payment->amount - r->payment->amount_refunded)) {
		REFUSE(q, .description = "The refund cannot go there");
		return;
	}
	state_refund_move(q->sandbox->state, r, (enum refund_status)outcome);
	tell(q,
	    outcome == REFUND_FAILED ? "refund.failed" : "refund.processed",
	    r);
	answer_refund(q, r, r->status);
}
