#include "core/config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct reader {
	FILE *faults;
	int count;
	bool demo;
};

__attribute__((format(printf, 2, 3))) static void
complain(struct reader *r, const char *fmt, ...)
{
	va_list ap;

	r->count++;
	if (r->faults == NULL)
		return;
	va_start(ap, fmt);
	vfprintf(r->faults, fmt, ap);
	va_end(ap);
	fputc('\n', r->faults);
}

static const char *
read_text(const char *name, const char *fallback)
{
	const char *v = getenv(name);

	return v != NULL && *v != '\0' ? v : fallback;
}

static bool
read_flag(struct reader *r, const char *name, bool fallback)
{
	const char *v = read_text(name, fallback ? "1" : "0");

	if (strcmp(v, "0") == 0 || strcasecmp(v, "false") == 0)
		return false;
	if (strcmp(v, "1") == 0 || strcasecmp(v, "true") == 0)
		return true;
	complain(r, "%s must be 0 or 1", name);
	return fallback;
}

static int64_t
read_number(struct reader *r, const char *name, int64_t fallback, int64_t min,
    int64_t max)
{
	const char *v = read_text(name, NULL);
	char *end;
	long long n;

	if (v == NULL)
		return fallback;
	errno = 0;
	if (strcmp(name, "RATE_LIMIT_SCALE") == 0) {
		double scale = strtod(v, &end);

		/* To the nearest hundredth, but 0 only for 0: a tiny factor
		 * must not switch the limits off. */
		n = scale >= 0 && scale <= 1e7 ?
		    (long long)(scale * 100 + 0.5) :
		    -1;
		if (n == 0 && scale > 0)
			n = 1;
	} else {
		n = strtoll(v, &end, 10);
	}
	if (errno != 0 || end == v || *end != '\0' || n < min || n > max) {
		complain(r, "%s is not a number in its range", name);
		return fallback;
	}
	return n;
}

static void
judge_secret(struct reader *r, const char *name, const char *v, size_t min)
{
	if (r->demo)
		return;
	if (strlen(v) < min)
		complain(r, "%s is shorter than %zu bytes", name, min);
	else if (strcasestr(v, "example") != NULL ||
	    strcasestr(v, "change-me") != NULL)
		complain(r, "%s is an example, not a secret", name);
}

static const char *
read_secret(struct reader *r, const char *name, size_t min)
{
	const char *v = read_text(name, "");

	if (*v == '\0') {
		/* Without a signing key nothing can run, demo or not. */
		if (!r->demo)
			complain(r, "%s is missing", name);
		return v;
	}
	judge_secret(r, name, v, min);
	return v;
}

static bool
is_this_machine(const char *host)
{
	static const char *const names[] = { "127.0.0.1", "[::1]",
		"localhost" };

	/* What looks like it may be a name and a password. */
	for (size_t i = 0;
	     strchr(host, '@') == NULL && i < sizeof(names) / sizeof(*names);
	     i++) {
		size_t len = strlen(names[i]);

		if (strncmp(host, names[i], len) == 0 &&
		    strchr(":/", host[len]) != NULL)
			return true;
	}
	return false;
}

/* Keys go there: encrypted, or not over any wire. */
static void
judge_address(struct reader *r, const char *name, const char *v)
{
	if (r->demo || *v == '\0' || strncmp(v, "https://", 8) == 0 ||
	    (strncmp(v, "http://", 7) == 0 && is_this_machine(v + 7)))
		return;
	complain(r, "%s must begin with https://", name);
}

int
config_load(struct config *c, FILE *faults)
{
	struct reader r = { 0 };

	/* It decides how secrets are judged, so it is read beforehand. */
	r.demo = read_flag(&r, "HAAT_DEMO", false);
	r.count = 0;
	r.faults = faults;
#define TEXT(member, name, fallback) c->member = read_text(name, fallback);
#define NUMBER(member, name, fallback, min, max)                             \
	c->member = read_number(&r, name, fallback, min, max);
#define FLAG(member, name, fallback)                                         \
	c->member = read_flag(&r, name, fallback);
#define SECRET(member, name, min) c->member = read_secret(&r, name, min);
#include "core/config.def"
#undef TEXT
#undef NUMBER
#undef FLAG
#undef SECRET
	if (*c->jwt_secret_previous != '\0')
		judge_secret(&r, "JWT_SECRET_PREVIOUS",
		    c->jwt_secret_previous, SECRET_MIN_BYTES);
	if (*c->document_key != '\0')
		judge_secret(&r, "DOCUMENT_KEY", c->document_key,
		    SECRET_MIN_BYTES);
	judge_address(&r, "RAZORPAY_API_URL", c->razorpay_api_url);
	judge_address(&r, "SMS_URL", c->sms_url);
	if (r.demo && (*c->jwt_secret == '\0' || *c->app_secret == '\0'))
		complain(&r, "JWT_SECRET and HAAT_SECRET are missing");
	return r.count;
}
