#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define GOOD "0123456789abcdef0123456789abcdef"

struct setting {
	const char *name, *value;
};

static const struct setting good[] = {
	{ "HAAT_DEMO", "0" },
	{ "JWT_SECRET", GOOD },
	{ "JWT_SECRET_PREVIOUS", "" },
	{ "HAAT_SECRET", GOOD },
	{ "RAZORPAY_KEY_SECRET", "EnLs21M47BllR3X8PSFtjtbd" },
	{ "RAZORPAY_WEBHOOK_SECRET", "a webhook's secret" },
	{ "RATE_LIMIT_SCALE", "" },
	{ "JWT_ACCESS_SECS", "" },
	{ "JWT_ROTATE_REFRESH", "" },
	{ "JWT_ISSUER", "" },
	{ "RAZORPAY_API_URL", "" },
	{ "SMS_URL", "" },
};

/* Faults with one setting changed, and what they say. */
static int
load_with(struct config *c, const char *name, const char *value, char *told,
    size_t size)
{
	FILE *f = fmemopen(told, size, "w");
	int faults;

	assert_non_null(f);
	for (size_t i = 0; i < COUNT(good); i++)
		assert_int_equal(setenv(good[i].name, good[i].value, 1), 0);
	if (name != NULL && value == NULL)
		assert_int_equal(unsetenv(name), 0);
	else if (name != NULL)
		assert_int_equal(setenv(name, value, 1), 0);
	faults = config_load(c, f);
	assert_int_equal(fclose(f), 0);
	return faults;
}

static void
defaults_fill_what_is_not_set(void **state)
{
	struct config c;
	char told[1000] = "";

	(void)state;
	assert_int_equal(load_with(&c, NULL, NULL, told, sizeof(told)), 0);
	assert_string_equal(told, "");
	assert_false(c.demo);
	assert_string_equal(c.jwt_secret, GOOD);
	assert_string_equal(c.jwt_issuer, "haat");
	assert_int_equal(c.jwt_access_secs, 900);
	assert_int_equal(c.rate_limit_scale_pct, 100);
	assert_false(c.jwt_rotate_refresh);
}

static void
each_fault_is_told_by_name(void **state)
{
	static const struct setting rows[] = {
		{ "HAAT_DEMO", "yes" },
		{ "HAAT_DEMO", "2" },
		{ "JWT_SECRET", NULL },
		{ "JWT_SECRET", "" },
		{ "JWT_SECRET", "0123456789abcdef0123456789abcde" },
		{ "JWT_SECRET", "example-jwt-secret-replace-me-replace-me" },
		{ "JWT_SECRET", "EXAMPLE-jwt-secret-replace-me-replace-me" },
		{ "JWT_SECRET", "change-me-change-me-change-me-change-me" },
		{ "JWT_SECRET_PREVIOUS", "brief" },
		{ "HAAT_SECRET", NULL },
		{ "RAZORPAY_KEY_SECRET", "too short" },
		{ "RAZORPAY_WEBHOOK_SECRET", NULL },
		{ "RATE_LIMIT_SCALE", "-1" },
		{ "RATE_LIMIT_SCALE", "nan" },
		{ "RATE_LIMIT_SCALE", "inf" },
		{ "RATE_LIMIT_SCALE", "1e8" },
		{ "RATE_LIMIT_SCALE", "2x" },
		{ "RATE_LIMIT_SCALE", "1,5" },
		{ "JWT_ACCESS_SECS", "0" },
		{ "JWT_ACCESS_SECS", "86401" },
		{ "JWT_ACCESS_SECS", "900s" },
		{ "JWT_ACCESS_SECS", "1e3" },
		{ "JWT_ACCESS_SECS", "99999999999999999999" },
		{ "JWT_ACCESS_SECS", "-5" },
		{ "JWT_ROTATE_REFRESH", "on" },
		{ "RAZORPAY_API_URL", "http://api.razorpay.com" },
		{ "RAZORPAY_API_URL", "api.razorpay.com" },
		{ "RAZORPAY_API_URL", "http://localhost.example.com/v1" },
		{ "RAZORPAY_API_URL", "http://127.0.0.1@example.com/v1" },
		{ "RAZORPAY_API_URL", "http://localhost:80@example.com/v1" },
		{ "SMS_URL", "http://sms.example.com/send" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct config c;
		char told[1000] = "";
		int faults = load_with(&c, rows[i].name, rows[i].value, told,
		    sizeof(told));

		CHECK(faults == 1 && strstr(told, rows[i].name) == told &&
			strchr(told, '\n') == told + strlen(told) - 1,
		    "%s=%s: %d faults: %s", rows[i].name,
		    rows[i].value != NULL ? rows[i].value : "", faults, told);
		CHECK(rows[i].value == NULL || strlen(rows[i].value) < 3 ||
			strstr(told, rows[i].value) == NULL,
		    "%s is shown", rows[i].name);
	}
}

static void
factors_are_kept_in_hundredths(void **state)
{
	static const struct {
		const char *in;
		int64_t want;
	} rows[] = {
		{ "0", 0 },
		{ "0.0", 0 },
		{ "1", 100 },
		{ "0.5", 50 },
		{ "10", 1000 },
		{ "0.29", 29 },
		{ "0.57", 57 },
		{ "0.01", 1 },
		{ "0.001", 1 },
		{ "1.999", 200 },
		{ "1e7", 1000000000 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct config c;
		char told[1000] = "";

		CHECK(load_with(&c, "RATE_LIMIT_SCALE", rows[i].in, told,
			  sizeof(told)) == 0,
		    "%s: %s", rows[i].in, told);
		CHECK(c.rate_limit_scale_pct == rows[i].want, "%s: %lld",
		    rows[i].in, (long long)c.rate_limit_scale_pct);
	}
}

static void
the_demo_takes_examples_but_no_empty_key(void **state)
{
	struct config c;
	char told[1000] = "";

	(void)state;
	assert_int_equal(load_with(&c, "HAAT_DEMO", "1", told, sizeof(told)),
	    0);
	assert_true(c.demo);
	assert_int_equal(setenv("JWT_SECRET", "example", 1), 0);
	assert_int_equal(config_load(&c, NULL), 0);
	assert_int_equal(setenv("RAZORPAY_KEY_SECRET", "", 1), 0);
	assert_int_equal(config_load(&c, NULL), 0);
	assert_int_equal(setenv("JWT_SECRET", "", 1), 0);
	assert_int_equal(config_load(&c, NULL), 1);
}

static void
keys_go_encrypted_or_nowhere(void **state)
{
	static const char *const urls[] = { "https://api.razorpay.com/v1",
		"http://127.0.0.1:8000/sandbox/razorpay", "http://[::1]:9/",
		"http://localhost" };
	struct config c;

	(void)state;
	for (size_t i = 0; i < COUNT(urls); i++) {
		char told[1000] = "";

		CHECK(load_with(&c, "RAZORPAY_API_URL", urls[i], told,
			  sizeof(told)) == 0,
		    "%s: %s", urls[i], told);
		assert_string_equal(c.razorpay_api_url, urls[i]);
	}
	assert_int_equal(setenv("HAAT_DEMO", "1", 1), 0);
	assert_int_equal(setenv("SMS_URL", "http://sms.example.com", 1), 0);
	assert_int_equal(config_load(&c, NULL), 0);
}

static const struct CMUnitTest tests[] = {
	TEST("Defaults fill what is not set", defaults_fill_what_is_not_set),
	TEST("Each fault is one line that begins with the name",
	    each_fault_is_told_by_name),
	TEST("A factor is kept in hundredths, and only 0 becomes 0",
	    factors_are_kept_in_hundredths),
	TEST("Keys go to others encrypted, or over no wire",
	    keys_go_encrypted_or_nowhere),
	TEST("The demo takes example secrets, but no empty key",
	    the_demo_takes_examples_but_no_empty_key),
};

UNIT_MAIN(tests)
