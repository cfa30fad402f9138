#include "env.h"

#include "web/idempotency.h"

static const struct route post = { .method = POST,
	.path = "/api/x/",
	.idempotency = IDEMPOTENCY_KEY };
static const struct route other = { .method = POST,
	.path = "/api/y/",
	.idempotency = IDEMPOTENCY_KEY };

static void
fingerprint(const struct route *route, const char *body,
    unsigned char print[32])
{
	struct request *rq = env_request(route, NULL, NULL, NULL, 0);

	if (body != NULL)
		assert_int_equal(json_parse(&rq->ctx, body, strlen(body),
				     &rq->json),
		    OK);
	idempotency_fingerprint(rq);
	memcpy(print, rq->fingerprint, 32);
}

static void
the_fingerprint_is_of_the_meaning(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{ "{\"a\":1,\"b\":[1,2]}", " { \"b\" : [ 1 ,2],\n\"a\":1}",
		    true },
		{ "{\"a\":\"\\u0041\"}", "{\"\\u0061\":\"A\"}", true },
		{ "{\"a\":{\"x\":1,\"y\":2}}", "{\"a\":{\"y\":2,\"x\":1}}",
		    true },
		{ "{\"a\":1}", "{\"a\":2}", false },
		{ "{\"a\":1}", "{\"a\":\"1\"}", false },
		{ "{\"a\":1}", "{\"b\":1}", false },
		{ "{\"a\":[1,2]}", "{\"a\":[2,1]}", false },
		{ "{\"a\":null}", "{}", false },
		{ "{\"a\":\"b\",\"c\":\"d\"}",
		    "{\"a\":\"b\\\",\\\"c\\\":"
		    "\\\"d\"}",
		    false },
		{ "{}", NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		unsigned char a[32], b[32];

		fingerprint(&post, rows[i].a, a);
		fingerprint(&post, rows[i].b, b);
		CHECK((memcmp(a, b, 32) == 0) == rows[i].same, "%s and %s",
		    rows[i].a, rows[i].b != NULL ? rows[i].b : "no body");
	}
}

static void
the_fingerprint_is_of_the_address_and_key(void **state)
{
	unsigned char a[32], b[32];
	struct request *rq;
	struct config config;

	(void)state;
	fingerprint(&post, "{}", a);
	fingerprint(&other, "{}", b);
	assert_memory_not_equal(a, b, 32);
	rq = env_request(&post, NULL, NULL, NULL, 0);
	config = *rq->ctx.config;
	config.app_secret = "another secret";
	rq->ctx.config = &config;
	assert_int_equal(json_parse(&rq->ctx, "{}", 2, &rq->json), OK);
	idempotency_fingerprint(rq);
	assert_memory_not_equal(a, rq->fingerprint, 32);
}

static void
the_order_of_parameters_does_not_count(void **state)
{
	struct param ab[] = { { "a", "1", false }, { "b", "2", false } };
	struct param ba[] = { { "b", "2", true }, { "a", "1", false } };
	struct param one[] = { { "a", "1&b=2", false } };
	struct {
		struct param *params;
		size_t n;
		unsigned char print[32];
	} rows[] = { { ab, 2, { 0 } }, { ba, 2, { 0 } }, { one, 1, { 0 } } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct request *rq = env_request(&post, NULL, NULL, NULL, 0);

		rq->params = rows[i].params;
		rq->nparams = rows[i].n;
		idempotency_fingerprint(rq);
		memcpy(rows[i].print, rq->fingerprint, 32);
	}
	assert_memory_equal(rows[0].print, rows[1].print, 32);
	assert_memory_not_equal(rows[0].print, rows[2].print, 32);
}

#define K255                                                                 \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"   \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"   \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"   \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde"

static void
keys_are_visible_ascii(void **state)
{
	static const struct {
		const char *in;
		const char *want; /* NULL: refused */
	} rows[] = {
		{ "a", "a" },
		{ "8e03978e-40d5-43e8-bc93-6894a57f9324",
		    "8e03978e-40d5-43e8-bc93-6894a57f9324" },
		{ "\"quoted\"", "quoted" },
		{ "!~", "!~" },
		{ K255, K255 },
		{ "\"" K255 "\"", K255 },
		{ K255 "f", NULL },
		{ "", NULL },
		{ "\"\"", NULL },
		{ "a b", NULL },
		{ " a", NULL },
		{ "a,b", NULL },
		{ "a\tb", NULL },
		{ "a\x7f", NULL },
		{ "\xc3\xa9", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct request *rq = env_request(&post, NULL, NULL, NULL, 0);
		enum err err;

		env_set("HTTP_IDEMPOTENCY_KEY", rows[i].in);
		err = idempotency_read(rq);
		CHECK(err ==
			(rows[i].want != NULL ? OK :
						ERR_INVALID_IDEMPOTENCY_KEY),
		    "'%s'", rows[i].in);
		CHECK(rq->keyed == (rows[i].want != NULL), "'%s'",
		    rows[i].in);
		CHECK(rows[i].want == NULL ||
			strcmp(rq->ctx.idem_key, rows[i].want) == 0,
		    "'%s'", rows[i].in);
	}
	env_set("HTTP_IDEMPOTENCY_KEY", NULL);
}

static void
a_key_is_asked_for_where_configured(void **state)
{
	static const struct {
		enum idempotency idempotency;
		bool required;
		enum err want;
	} rows[] = {
		{ IDEMPOTENCY_KEY, false, OK },
		{ IDEMPOTENCY_KEY, true, ERR_INVALID_IDEMPOTENCY_KEY },
		{ IDEMPOTENCY_MONEY, true, ERR_INVALID_IDEMPOTENCY_KEY },
		{ IDEMPOTENCY_NONE, true, OK },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct route route = { .method = POST,
			.path = "/x/",
			.idempotency = rows[i].idempotency };
		struct request *rq = env_request(&route, NULL, NULL, NULL, 0);
		struct config config = *rq->ctx.config;

		config.require_idempotency_key = rows[i].required;
		rq->ctx.config = &config;
		CHECK(idempotency_read(rq) == rows[i].want, "row %zu", i);
		CHECK(!rq->keyed, "row %zu", i);
	}
}

static const struct CMUnitTest tests[] = {
	TEST("The fingerprint is of what a body means",
	    the_fingerprint_is_of_the_meaning),
	TEST("The fingerprint is of the address, and needs our secret",
	    the_fingerprint_is_of_the_address_and_key),
	TEST("The order of parameters does not count",
	    the_order_of_parameters_does_not_count),
	TEST("A key is one value of visible ASCII", keys_are_visible_ascii),
	TEST("A key is asked for where configured",
	    a_key_is_asked_for_where_configured),
};

UNIT_MAIN(tests)
