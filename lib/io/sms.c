#include "io/sms.h"

#include <string.h>

#include "core/buf.h"
#include "core/config.h"
#include "core/json.h"
#include "io/http.h"

enum { DIGITS_MIN = 7, DIGITS_MAX = 15, DIGITS_INDIAN = 10 };

bool
sms_is_on(struct ctx *c)
{
	return *c->config->sms_url != '\0';
}

const char *
sms_number(struct ctx *c, const char *phone)
{
	bool international = phone[strspn(phone, " (")] == '+';
	const char *digits;
	struct buf b;
	size_t n;

	buf_init(&b, c->arena, 64);
	for (; *phone != '\0'; phone++)
		if (*phone >= '0' && *phone <= '9')
			buf_char(&b, *phone);
	digits = buf_text(&b);
	/* 00 and the country, or 0 and a number within it. */
	if (!international) {
		n = strspn(digits, "0");
		international = n >= 2;
		digits += n;
	}
	n = strlen(digits);
	if (!buf_ok(&b) || n < DIGITS_MIN || n > DIGITS_MAX)
		return NULL;
	return arena_printf(c->arena, "+%s%s",
	    !international && n == DIGITS_INDIAN ? "91" : "", digits);
}

static const char *
auth_header(struct ctx *c)
{
	const char *auth = c->config->sms_auth;

	if (strstr(auth, ": ") != NULL)
		return auth;
	return arena_printf(c->arena, "Authorization: %s", auth);
}

static const char *
body_of(struct ctx *c, const char *to, const char *text)
{
	struct json j;
	struct buf b;

	buf_init(&b, c->arena, 64 * 1024);
	j = js_to(&b);
	js_open(&j, '{');
	js_str(&j, "to", to);
	js_str(&j, "text", text);
	js_close(&j, '}');
	return buf_text(&b);
}

/* What cannot become right by itself is refused for good; a wrong sign-in
 * and too many calls can. */
static enum sms_result
judge(int status)
{
	if (status >= 200 && status < 300)
		return SMS_SENT;
	if (status == 401 || status == 403)
		return SMS_AWAY;
	if (status >= 400 && status < 500 && status != 408 && status != 425 &&
	    status != 429)
		return SMS_REFUSED;
	return SMS_LATER;
}

enum sms_result
sms_send(struct ctx *c, struct uuid id, const char *phone, const char *text,
    const char **why)
{
	const char *to = sms_number(c, phone);
	const char *headers[2];
	char key[UUID_TEXT];
	struct http_request in = { .name = "sms",
		.method = "POST",
		.url = c->config->sms_url,
		.headers = headers,
		.nheaders = *c->config->sms_auth != '\0' ? 2 : 1 };
	struct http_response out;
	enum http_result result;

	*why = "not a phone number";
	if (to == NULL)
		return SMS_REFUSED;
	uuid_format(id, key);
	headers[0] = arena_printf(c->arena, "Idempotency-Key: %s", key);
	headers[1] = auth_header(c);
	in.body = body_of(c, to, text);
	in.body_len = strlen(in.body);
	result = http_send(c, &in, &out);
	*why = http_result_name(result);
	if (result == HTTP_UNREACHABLE)
		return SMS_AWAY;
	if (result != HTTP_OK)
		return SMS_LATER;
	*why = arena_printf(c->arena, "status %d", out.status);
	return judge(out.status);
}
