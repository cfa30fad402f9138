#include "io/provider.h"

#include <sodium.h>
#include <string.h>

#include "core/clock.h"
#include "core/config.h"
#include "core/json.h"
#include "core/log.h"
#include "io/http.h"

/* A hundred things with all their notes. */
enum { PAGE_BYTES = 1024 * 1024 };

/* --- one call ----------------------------------------------------------- */

static const char *
address(struct ctx *c, const char *path)
{
	const char *base = c->config->razorpay_api_url;
	size_t len = strlen(base);

	if (len > 0 && base[len - 1] == '/')
		len--;
	if (len >= 3 && strncmp(base + len - 3, "/v1", 3) == 0)
		len -= 3;
	return arena_printf(c->arena, "%.*s/v1%s", (int)len, base, path);
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

/* "" where there is no such text. */
static const char *
text(struct json_object *o, const char *name)
{
	struct json_object *v = member(o, name);

	return json_object_is_type(v, json_type_string) ?
	    json_object_get_string(v) :
	    "";
}

static int64_t
number(struct json_object *o, const char *name)
{
	struct json_object *v = member(o, name);

	return json_object_is_type(v, json_type_int) ?
	    json_object_get_int64(v) :
	    -1;
}

static enum provider_result
broken(struct ctx *c, struct provider_problem *why, const char *name,
    const char *detail)
{
	why->detail = detail;
	log_error("provider: %s: %s request_id=%s", name, detail,
	    c->request_id != NULL ? c->request_id : "-");
	return PROVIDER_BROKEN;
}

/* What a status and a body mean; 401 is a fault of our keys. */
static enum provider_result
judge(struct ctx *c, const char *name, const struct http_response *r,
    struct json_object **out, struct provider_problem *why)
{
	struct ctx quiet = *c;
	const char *detail;

	if (json_parse(&quiet, r->body, r->len, out) != OK ||
	    !json_object_is_type(*out, json_type_object))
		return broken(c, why, name,
		    r->status < 300 ?
			"the answer is not JSON" :
			arena_printf(c->arena, "status %d", r->status));
	if (r->status >= 200 && r->status < 300)
		return PROVIDER_OK;
	detail = text(member(*out, "error"), "description");
	why->keys_refused = r->status == 401 || r->status == 403;
	if (why->keys_refused)
		return broken(c, why, name,
		    "the provider does not accept our keys");
	if (r->status < 400 || r->status >= 500)
		return broken(c, why, name,
		    arena_printf(c->arena, "status %d", r->status));
	why->detail = *detail != '\0' ? detail : "refused";
	log_warn("provider: %s: refused: %s request_id=%s", name, why->detail,
	    c->request_id != NULL ? c->request_id : "-");
	/* 409: the same key is being worked on; 429: later. */
	return r->status == 409 || r->status == 429 ? PROVIDER_UNKNOWN :
						      PROVIDER_REFUSED;
}

/* What the request has left, at most the whole.  Not to be begun with less
 * than a quarter of that: it would be sent and then given up. */
static int64_t
time_left_ms(const struct ctx *c)
{
	int64_t whole = c->config->provider_timeout_ms;
	int64_t left = (c->deadline_us - clock_mono_us()) / 1000;

	if (c->deadline_us == 0 || left > whole)
		return whole;
	return left >= whole / 4 ? left : 0;
}

static enum provider_result
no_answer(const struct http_request *in, struct provider_problem *why,
    const char *detail)
{
	why->detail = detail;
	log_error("provider: %s: %s", in->name, detail);
	return PROVIDER_UNKNOWN;
}

static enum provider_result
call(struct ctx *c, struct http_request *in, struct json_object **out,
    struct provider_problem *why)
{
	struct http_response r;
	enum http_result result;

	*why = (struct provider_problem){ 0 };
	in->total_ms = time_left_ms(c);
	if (in->total_ms == 0)
		return no_answer(in, why, "no time is left for it");
	in->basic_user = c->config->razorpay_key_id;
	in->basic_password = c->config->razorpay_key_secret;
	in->content_type = in->body != NULL ? "application/json" : NULL;
	result = http_send(c, in, &r);
	switch (result) {
	case HTTP_OK:
		return judge(c, in->name, &r, out, why);
	case HTTP_UNKNOWN:
		return no_answer(in, why, "no answer came");
	default:
		return broken(c, why, in->name, http_result_name(result));
	}
}

static enum provider_result
get(struct ctx *c, const char *name, const char *path,
    struct json_object **out, struct provider_problem *why)
{
	struct http_request in = { .name = name,
		.method = "GET",
		.url = address(c, path) };

	return call(c, &in, out, why);
}

/* The members of a collection. */
static enum provider_result
get_list(struct ctx *c, const char *name, const char *path,
    struct json_object **items, struct provider_problem *why)
{
	struct http_request in = { .name = name,
		.method = "GET",
		.url = address(c, path),
		.answer_max = PAGE_BYTES };
	enum provider_result result;
	struct json_object *o;

	result = call(c, &in, &o, why);
	if (result != PROVIDER_OK)
		return result;
	*items = member(o, "items");
	if (json_object_is_type(*items, json_type_array))
		return PROVIDER_OK;
	return broken(c, why, name, "the answer is no list");
}

static const char *
span_path(struct ctx *c, const char *what, const struct provider_span *s)
{
	return arena_printf(c->arena,
	    "/%s?from=%lld&to=%lld&count=%d&skip=%lld", what,
	    (long long)s->from_secs, (long long)s->to_secs, PROVIDER_PAGE,
	    (long long)s->skip);
}

/* --- orders ------------------------------------------------------------- */

static enum provider_result
read_order(struct ctx *c, struct json_object *o, struct provider_order *out,
    struct provider_problem *why)
{
	out->id = text(o, "id");
	out->status = text(o, "status");
	out->amount = number(o, "amount");
	out->currency = text(o, "currency");
	if (strncmp(out->id, "order_", 6) != 0 || out->amount < 0)
		return broken(c, why, "order", "the answer is no order");
	return PROVIDER_OK;
}

enum provider_result
provider_order_create(struct ctx *c, int64_t amount, const char *currency,
    const char *receipt, struct provider_order *out,
    struct provider_problem *why)
{
	struct http_request in = { .name = "create order",
		.method = "POST",
		.url = address(c, "/orders") };
	enum provider_result result;
	struct json_object *o;
	struct json j;
	struct buf b;

	buf_init(&b, c->arena, 4096);
	j = js_to(&b);
	js_open(&j, '{');
	js_i64(&j, "amount", amount);
	js_str(&j, "currency", currency);
	js_str(&j, "receipt", receipt);
	js_close(&j, '}');
	in.body = buf_text(&b);
	in.body_len = b.len;
	result = call(c, &in, &o, why);
	return result != PROVIDER_OK ? result : read_order(c, o, out, why);
}

enum provider_result
provider_order_find(struct ctx *c, const char *receipt,
    struct provider_order *out, bool *found, struct provider_problem *why)
{
	struct json_object *items;
	enum provider_result result;
	struct buf path;

	*found = false;
	buf_init(&path, c->arena, 4096);
	buf_lit(&path, "/orders?receipt=");
	buf_url_arg(&path, receipt);
	result = get_list(c, "find order", buf_text(&path), &items, why);
	if (result != PROVIDER_OK)
		return result;
	/* Another's order with our amount must never be taken for ours. */
	for (size_t i = 0; i < json_object_array_length(items); i++) {
		struct json_object *o = json_object_array_get_idx(items, i);

		if (strcmp(text(o, "receipt"), receipt) != 0)
			continue;
		*found = true;
		return read_order(c, o, out, why);
	}
	return PROVIDER_OK;
}

/* --- payments ----------------------------------------------------------- */

static enum provider_result
read_payment(struct ctx *c, struct json_object *o,
    struct provider_payment *out, struct provider_problem *why)
{
	out->id = text(o, "id");
	out->order_id = text(o, "order_id");
	out->amount = number(o, "amount");
	out->currency = text(o, "currency");
	out->status = text(o, "status");
	out->method = text(o, "method");
	out->failure = text(o, "error_description");
	out->amount_refunded = number(o, "amount_refunded");
	out->captured = json_object_get_boolean(member(o, "captured"));
	if (strncmp(out->id, "pay_", 4) != 0 || out->amount < 0)
		return broken(c, why, "payment", "the answer is no payment");
	return PROVIDER_OK;
}

bool
provider_payment_taken(const struct provider_payment *p)
{
	return strcmp(p->status, "captured") == 0 ||
	    (strcmp(p->status, "refunded") == 0 && p->captured);
}

bool
provider_payment_returned(const struct provider_payment *p)
{
	return strcmp(p->status, "refunded") == 0 && !p->captured;
}

static enum provider_result
list_payments(struct ctx *c, const char *name, const char *path,
    struct provider_payment **out, size_t *n, struct provider_problem *why)
{
	enum provider_result result;
	struct json_object *items;
	size_t length;

	*n = 0;
	result = get_list(c, name, path, &items, why);
	if (result != PROVIDER_OK)
		return result;
	length = json_object_array_length(items);
	*out = ARENA_ARRAY(c->arena, length, struct provider_payment);
	for (; *n < length && result == PROVIDER_OK; ++*n)
		result = read_payment(c, json_object_array_get_idx(items, *n),
		    &(*out)[*n], why);
	return result;
}

enum provider_result
provider_order_payments(struct ctx *c, const char *order_id,
    struct provider_payment **out, size_t *n, struct provider_problem *why)
{
	return list_payments(c, "payments of order",
	    arena_printf(c->arena, "/orders/%s/payments", order_id), out, n,
	    why);
}

enum provider_result
provider_payments(struct ctx *c, const struct provider_span *span,
    struct provider_payment **out, size_t *n, struct provider_problem *why)
{
	return list_payments(c, "list payments",
	    span_path(c, "payments", span), out, n, why);
}

enum provider_result
provider_payment_fetch(struct ctx *c, const char *id,
    struct provider_payment *out, struct provider_problem *why)
{
	struct json_object *o;
	enum provider_result result = get(c, "fetch payment",
	    arena_printf(c->arena, "/payments/%s", id), &o, why);

	return result != PROVIDER_OK ? result : read_payment(c, o, out, why);
}

enum provider_result
provider_payment_capture(struct ctx *c, const char *id, int64_t amount,
    const char *currency, struct provider_payment *out,
    struct provider_problem *why)
{
	struct http_request in = { .name = "capture payment",
		.method = "POST" };
	enum provider_result result;
	struct json_object *o;
	struct json j;
	struct buf b;

	in.url = address(c,
	    arena_printf(c->arena, "/payments/%s/capture", id));
	buf_init(&b, c->arena, 4096);
	j = js_to(&b);
	js_open(&j, '{');
	js_i64(&j, "amount", amount);
	js_str(&j, "currency", currency);
	js_close(&j, '}');
	in.body = buf_text(&b);
	in.body_len = b.len;
	result = call(c, &in, &o, why);
	return result != PROVIDER_OK ? result : read_payment(c, o, out, why);
}

/* --- refunds ------------------------------------------------------------ */

static enum provider_result
read_refund(struct ctx *c, struct json_object *o, struct provider_refund *out,
    struct provider_problem *why)
{
	out->id = text(o, "id");
	out->payment_id = text(o, "payment_id");
	out->amount = number(o, "amount");
	out->currency = text(o, "currency");
	out->status = text(o, "status");
	out->receipt = text(o, "receipt");
	if (strncmp(out->id, "rfnd_", 5) != 0 || out->amount < 0)
		return broken(c, why, "refund", "the answer is no refund");
	return PROVIDER_OK;
}

enum provider_result
provider_refund_create(struct ctx *c, const char *payment_id, int64_t amount,
    const char *key, struct provider_refund *out,
    struct provider_problem *why)
{
	const char *headers[] = { arena_printf(c->arena,
	    "X-Refund-Idempotency: %s", key) };
	struct http_request in = { .name = "create refund",
		.method = "POST",
		.headers = headers,
		.nheaders = 1,
		.repeatable = true };
	enum provider_result result;
	struct json_object *o;
	struct json j;
	struct buf b;

	in.url = address(c,
	    arena_printf(c->arena, "/payments/%s/refund", payment_id));
	buf_init(&b, c->arena, 4096);
	j = js_to(&b);
	js_open(&j, '{');
	js_i64(&j, "amount", amount);
	js_str(&j, "speed", "normal");
	js_str(&j, "receipt", key);
	js_close(&j, '}');
	in.body = buf_text(&b);
	in.body_len = b.len;
	result = call(c, &in, &o, why);
	return result != PROVIDER_OK ? result : read_refund(c, o, out, why);
}

enum provider_result
provider_refund_fetch(struct ctx *c, const char *id,
    struct provider_refund *out, struct provider_problem *why)
{
	struct json_object *o;
	enum provider_result result = get(c, "fetch refund",
	    arena_printf(c->arena, "/refunds/%s", id), &o, why);

	return result != PROVIDER_OK ? result : read_refund(c, o, out, why);
}

static enum provider_result
list_refunds(struct ctx *c, const char *name, const char *path,
    struct provider_refund **out, size_t *n, struct provider_problem *why)
{
	enum provider_result result;
	struct json_object *items;
	size_t length;

	*n = 0;
	result = get_list(c, name, path, &items, why);
	if (result != PROVIDER_OK)
		return result;
	length = json_object_array_length(items);
	*out = ARENA_ARRAY(c->arena, length, struct provider_refund);
	for (; *n < length && result == PROVIDER_OK; ++*n)
		result = read_refund(c, json_object_array_get_idx(items, *n),
		    &(*out)[*n], why);
	return result;
}

enum provider_result
provider_refunds(struct ctx *c, const struct provider_span *span,
    struct provider_refund **out, size_t *n, struct provider_problem *why)
{
	return list_refunds(c, "list refunds", span_path(c, "refunds", span),
	    out, n, why);
}

enum provider_result
provider_payment_refunds(struct ctx *c, const char *payment_id, int64_t skip,
    struct provider_refund **out, size_t *n, struct provider_problem *why)
{
	return list_refunds(c, "refunds of payment",
	    arena_printf(c->arena, "/payments/%s/refunds?count=%d&skip=%lld",
		payment_id, PROVIDER_PAGE, (long long)skip),
	    out, n, why);
}

/* --- signatures --------------------------------------------------------- */

bool
provider_signature_matches(const void *data, size_t len, const char *secret,
    const char *signature)
{
	unsigned char mac[crypto_auth_hmacsha256_BYTES];
	char hex[2 * crypto_auth_hmacsha256_BYTES + 1];
	crypto_auth_hmacsha256_state st;

	if (signature == NULL || *secret == '\0' ||
	    strlen(signature) != sizeof(hex) - 1)
		return false;
	crypto_auth_hmacsha256_init(&st, (const unsigned char *)secret,
	    strlen(secret));
	crypto_auth_hmacsha256_update(&st, data, len);
	crypto_auth_hmacsha256_final(&st, mac);
	sodium_bin2hex(hex, sizeof(hex), mac, sizeof(mac));
	return sodium_memcmp(hex, signature, sizeof(hex) - 1) == 0;
}

bool
provider_checkout_matches(struct ctx *c, const char *order_id,
    const char *payment_id, const char *signature)
{
	const char *text = arena_printf(c->arena, "%s|%s", order_id,
	    payment_id);

	return provider_signature_matches(text, strlen(text),
	    c->config->razorpay_key_secret, signature);
}
