#include "razorpay_call.h"

#include <sodium.h>
#include <strings.h>

/* --- input --------------------------------------------------------------- */

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' :
	    c >= 'a' && c <= 'f'    ? c - 'a' + 10 :
	    c >= 'A' && c <= 'F'    ? c - 'A' + 10 :
				      -1;
}

/* A piece of application/x-www-form-urlencoded. */
static char *
decode(struct arena *a, const char *s, size_t len)
{
	char *text = arena_alloc(a, len + 1), *p = text;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '+') {
			*p++ = ' ';
		} else if (s[i] == '%' && i + 2 < len &&
		    hex_digit(s[i + 1]) >= 0 && hex_digit(s[i + 2]) >= 0) {
			*p++ = (char)(hex_digit(s[i + 1]) * 16 +
			    hex_digit(s[i + 2]));
			i += 2;
		} else {
			*p++ = s[i];
		}
	}
	return text;
}

/* "a[b]=v" becomes {"a": {"b": "v"}}. */
static void
add_member(struct json_object *o, char *name, const char *value)
{
	char *inner = strchr(name, '[');
	struct json_object *nested;

	if (inner != NULL && name[strlen(name) - 1] == ']') {
		*inner++ = '\0';
		inner[strlen(inner) - 1] = '\0';
		nested = json_object_object_get(o, name);
		if (!json_object_is_type(nested, json_type_object)) {
			nested = json_object_new_object();
			json_object_object_add(o, name, nested);
		}
		o = nested;
		name = inner;
	}
	json_object_object_add(o, name, json_object_new_string(value));
}

static void
put_object(void *o)
{
	json_object_put(o);
}

static struct json_object *
parse_form(struct arena *a, const char *text)
{
	struct json_object *o = json_object_new_object();

	arena_defer(a, put_object, o);
	while (*text != '\0') {
		size_t len = strcspn(text, "&");
		const char *sign = memchr(text, '=', len);
		size_t name = sign != NULL ? (size_t)(sign - text) : len;

		if (name > 0)
			add_member(o, decode(a, text, name),
			    sign != NULL ?
				decode(a, sign + 1, len - name - 1) :
				"");
		text += len;
		text += *text == '&';
	}
	return o;
}

bool
call_parse(struct call *q)
{
	struct ctx c = { .arena = q->arena };
	const char *type = q->content_type != NULL ? q->content_type : "";

	q->args = parse_form(q->arena, q->query);
	q->in = NULL;
	if (q->body_len == 0)
		return true;
	if (strncasecmp(type, "application/x-www-form-urlencoded", 33) == 0) {
		q->in = parse_form(q->arena, q->body);
		return true;
	}
	if (json_parse(&c, q->body, q->body_len, &q->in) == OK &&
	    json_object_is_type(q->in, json_type_object))
		return true;
	REFUSE(q, .description = "The api sent is invalid json");
	return false;
}

struct json_object *
call_member(const struct call *q, const char *name)
{
	return json_object_object_get(q->in, name);
}

const char *
call_text(const struct call *q, const char *name)
{
	struct json_object *o = call_member(q, name);

	return o != NULL ? json_object_get_string(o) : NULL;
}

enum input
call_amount(const struct call *q, const char *name, int64_t *v)
{
	struct json_object *o = call_member(q, name);
	const char *text;
	char *end;

	if (o == NULL)
		return ABSENT;
	text = json_object_get_string(o);
	if ((!json_object_is_type(o, json_type_int) &&
		!json_object_is_type(o, json_type_string)) ||
	    *text == '\0' || strspn(text, "-0123456789") != strlen(text) ||
	    strlen(text) > 18)
		return MALFORMED;
	*v = strtoll(text, &end, 10);
	return *end == '\0' ? GIVEN : MALFORMED;
}

int64_t
call_arg(const struct call *q, const char *name, int64_t fallback)
{
	struct json_object *o = json_object_object_get(q->args, name);
	const char *text = o != NULL ? json_object_get_string(o) : "";
	char *end;
	int64_t v = strtoll(text, &end, 10);

	return *text != '\0' && *end == '\0' && v >= 0 ? v : fallback;
}

/* --- answers ------------------------------------------------------------- */

struct json
call_answer(struct call *q)
{
	struct json j = js_to(&q->out);

	buf_clear(&q->out);
	q->status = 200;
	js_open(&j, '{');
	return j;
}

static const char *
or_else(const char *text, const char *fallback)
{
	return text != NULL ? text : fallback;
}

void
call_refuse(struct call *q, const struct refusal *r)
{
	struct json j = call_answer(q);

	q->status = r->status != 0 ? r->status : 400;
	js_open_key(&j, "error", '{');
	js_str(&j, "code", or_else(r->code, "BAD_REQUEST_ERROR"));
	js_str(&j, "description", r->description);
	if (q->status != 401) {
		js_str(&j, "source", or_else(r->source, "business"));
		js_str(&j, "step", or_else(r->step, "payment_initiation"));
		js_str(&j, "reason",
		    or_else(r->reason, "input_validation_failed"));
		js_open_key(&j, "metadata", '{');
		if (r->payment_id != NULL)
			js_str(&j, "payment_id", r->payment_id);
		if (r->order_id != NULL)
			js_str(&j, "order_id", r->order_id);
		js_close(&j, '}');
		if (r->field != NULL)
			js_str(&j, "field", r->field);
	}
	js_close(&j, '}');
	js_close(&j, '}');
}

bool
call_authorized(struct call *q)
{
	const struct settings *s = &q->sandbox->settings;
	const char *want = arena_printf(q->arena, "%s:%s", s->key_id,
	    s->key_secret);
	const char *text = q->authorization;
	char got[512] = "";
	size_t len = 0;

	if (text != NULL && strncasecmp(text, "Basic ", 6) == 0 &&
	    sodium_base642bin((unsigned char *)got, sizeof(got) - 1, text + 6,
		strlen(text + 6), NULL, &len, NULL,
		sodium_base64_VARIANT_ORIGINAL) == 0 &&
	    len == strlen(want) && sodium_memcmp(got, want, len) == 0)
		return true;
	REFUSE(q, .status = 401, .description = "Authentication failed");
	return false;
}

void
sign_hex(const char *secret, const char *text, size_t len, char hex[65])
{
	unsigned char mac[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, (const unsigned char *)secret,
	    strlen(secret));
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)text,
	    len);
	crypto_auth_hmacsha256_final(&state, mac);
	sodium_bin2hex(hex, 65, mac, sizeof(mac));
}
