#include "services/webhook.h"

#include <sodium.h>
#include <string.h>

#include "core/config.h"
#include "core/json.h"
#include "core/log.h"
#include "db/db.h"
#include "io/provider.h"
#include "services/payment.h"
#include "services/refund.h"

static const struct field webhook_fields[] = {
	OUT_TEXT("status", "Always ok", .example = "ok"),
	{ 0 },
};
const struct shape webhook_shape = { "webhook", "Received", webhook_fields };

/* --- storing ------------------------------------------------------------ */

static bool
is_signed(struct ctx *c, const struct webhook *in)
{
	return provider_signature_matches(in->body, in->len,
		   c->config->razorpay_webhook_secret, in->signature) ||
	    provider_signature_matches(in->body, in->len,
		c->config->razorpay_webhook_secret_previous, in->signature);
}

/* The id is not signed, so it only names; without one the body names
 * itself. */
static const char *
event_id(struct ctx *c, const struct webhook *in)
{
	unsigned char digest[crypto_hash_sha256_BYTES];
	struct buf b;

	if (in->event_id != NULL && *in->event_id != '\0' &&
	    strlen(in->event_id) <= 255)
		return in->event_id;
	crypto_hash_sha256(digest, (const unsigned char *)in->body, in->len);
	buf_init(&b, c->arena, 256);
	buf_lit(&b, "sha256:");
	buf_hex(&b, digest, sizeof(digest));
	return buf_text(&b);
}

static struct json_object *
member(struct json_object *o, const char *name)
{
	struct json_object *v = NULL;

	if (!json_object_is_type(o, json_type_object))
		return NULL;
	json_object_object_get_ex(o, name, &v);
	return v;
}

static const char *
text(struct json_object *o, const char *name)
{
	struct json_object *v = member(o, name);

	return json_object_is_type(v, json_type_string) ?
	    json_object_get_string(v) :
	    "";
}

static struct json_object *
parse(struct ctx *c, const char *body, size_t len)
{
	struct json_object *o;

	if (json_parse(c, body, len, &o) != OK)
		o = NULL;
	problem_clear(c);
	return o;
}

enum err
webhook_receive(struct ctx *c, const struct webhook *in)
{
	const char *id, *type;

	if (!is_signed(c, in)) {
		log_warn("webhook with a wrong signature refused "
			 "request_id=%s bytes=%zu",
		    c->request_id, in->len);
		return fail(c, ERR_INVALID_SIGNATURE,
		    "The signature does not match.");
	}
	id = event_id(c, in);
	type = text(parse(c, in->body, in->len), "event");
	TRY(db_exec(c, Q_WEBHOOK_ADD,
	    ARGS(A(id), A(type), arg_bytes(in->body, in->len))));
	/* Stored: whatever happens now, the job can do it again. */
	if (webhook_apply(c, id) != OK)
		log_warn("webhook %s waits for the job", id);
	problem_clear(c);
	return OK;
}

/* --- applying ----------------------------------------------------------- */

struct verdict {
	const char *state; /* applied ignored parked flagged */
	const char *note;
	const char *about; /* what a parked one waits for, or NULL */
};

static struct json_object *
entity(struct json_object *event, const char *kind)
{
	return member(member(member(event, "payload"), kind), "entity");
}

static int64_t
number(struct json_object *o, const char *name)
{
	struct json_object *v = member(o, name);

	return json_object_is_type(v, json_type_int) ?
	    json_object_get_int64(v) :
	    -1;
}

static const char *
text_or_null(struct json_object *o, const char *name)
{
	const char *v = text(o, name);

	return *v != '\0' ? v : NULL;
}

static enum err
apply_payment(struct ctx *c, struct json_object *p, enum money_state state,
    struct verdict *v)
{
	struct money_news news = { .state = state,
		.provider_order_id = text(p, "order_id"),
		.provider_payment_id = text(p, "id"),
		.amount = number(p, "amount"),
		.currency = text(p, "currency"),
		.method = text_or_null(p, "method"),
		.reason = text_or_null(p, "error_description") };
	enum money_outcome outcome;

	if (*news.provider_order_id == '\0' ||
	    *news.provider_payment_id == '\0') {
		*v = (struct verdict){ "ignored", "no payment of an order",
			NULL };
		return OK;
	}
	TRY(money_apply(c, &news, &outcome));
	if (outcome == MONEY_UNKNOWN_ORDER)
		*v = (struct verdict){ "parked", "unknown order",
			news.provider_order_id };
	else if (outcome == MONEY_MISMATCH)
		*v = (struct verdict){ "flagged", "amount or currency",
			NULL };
	return OK;
}

/* Of a payment that nobody captured there is nothing in our books. */
static bool
is_uncaptured(struct json_object *payment)
{
	struct json_object *captured = member(payment, "captured");

	return json_object_is_type(captured, json_type_boolean) &&
	    !json_object_get_boolean(captured);
}

static enum err
apply_refund(struct ctx *c, struct json_object *event, const char *status,
    struct verdict *v)
{
	struct json_object *r = entity(event, "refund");
	struct json_object *payment = entity(event, "payment");
	struct refund_said said = { .id = text(r, "id"),
		.payment_id = text(r, "payment_id"),
		.amount = number(r, "amount"),
		.status = status != NULL ? status : text(r, "status"),
		.key = text_or_null(r, "receipt") };
	bool known;

	if (is_uncaptured(payment))
		return apply_payment(c, payment, MONEY_RETURNED, v);

	if (*said.id == '\0') {
		*v = (struct verdict){ "ignored", "no refund", NULL };
		return OK;
	}
	TRY(refund_news(c, said.id, said.key, said.status, &known));
	if (!known)
		TRY(refund_adopt(c, &said, &known));
	if (!known)
		*v = (struct verdict){ "parked", "unknown refund",
			said.payment_id };
	return OK;
}

static enum err
apply_event(struct ctx *c, struct json_object *event, struct verdict *v)
{
	const char *type = text(event, "event");
	const char *account = c->config->razorpay_account_id;
	struct json_object *payment = entity(event, "payment");

	*v = (struct verdict){ "applied", NULL, NULL };
	if (*account != '\0' &&
	    strcmp(text(event, "account_id"), account) != 0)
		*v = (struct verdict){ "flagged", "another account", NULL };
	else if (strcmp(type, "payment.authorized") == 0)
		return apply_payment(c, payment, MONEY_AUTHORIZED, v);
	else if (strcmp(type, "payment.captured") == 0 ||
	    strcmp(type, "order.paid") == 0)
		return apply_payment(c, payment, MONEY_CAPTURED, v);
	else if (strcmp(type, "payment.failed") == 0)
		return apply_payment(c, payment, MONEY_FAILED, v);
	else if (strcmp(type, "refund.created") == 0 ||
	    strcmp(type, "refund.speed_changed") == 0)
		return apply_refund(c, event, NULL, v);
	else if (strcmp(type, "refund.processed") == 0)
		return apply_refund(c, event, "processed", v);
	else if (strcmp(type, "refund.failed") == 0)
		return apply_refund(c, event, "failed", v);
	else
		*v = (struct verdict){ "ignored", "not consumed", NULL };
	return OK;
}

enum err
webhook_apply(struct ctx *c, const char *id)
{
	struct json_object *event;
	struct verdict v;
	const char *hex;
	unsigned char *body;
	struct rows r;
	size_t chars, len = 0;
	bool found;
	TX_SCOPE(tx, c);

	TRY(db_maybe(c, Q_WEBHOOK_TAKE, ARGS(A(id)), &r, &found));
	if (!found)
		return tx_commit(&tx);
	hex = col_text(&r);
	chars = strlen(hex);
	body = arena_alloc(c->arena, chars / 2 + 1);
	if (chars > 2)
		sodium_hex2bin(body, chars / 2, hex + 2, chars - 2, NULL,
		    &len, NULL);
	event = parse(c, (const char *)body, len);
	if (event == NULL)
		v = (struct verdict){ "ignored", "not JSON", NULL };
	else
		TRY(apply_event(c, event, &v));
	db_queue(c, Q_WEBHOOK_SET_STATE,
	    ARGS(A(id), A(v.state), A(v.note), A(v.about)));
	return tx_commit(&tx);
}

enum err
webhook_put_off(struct ctx *c, const char *id, enum err err)
{
	const char *note = c->problem.detail;

	note = arena_strdup(c->arena, note != NULL ? note : err_code(err));
	problem_clear(c);
	return db_exec(c, Q_WEBHOOK_PUT_OFF, ARGS(A(id), A(note)));
}
