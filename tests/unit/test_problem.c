#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "web/problem.h"

static struct request *
request(void)
{
	struct ctx *c = unit_ctx();
	struct request *rq = ARENA_NEW(c->arena, struct request);

	rq->ctx = *c;
	rq->out = ARENA_NEW(c->arena, struct buf);
	buf_init(rq->out, c->arena, BUF_CAP_REPLY);
	return rq;
}

static const char *
header(const struct request *rq, const char *name)
{
	for (const struct header *h = rq->headers; h != NULL; h = h->next)
		if (strcmp(h->name, name) == 0)
			return h->value;
	return NULL;
}

static void
every_error_has_status_code_and_title(void **state)
{
	(void)state;
	for (enum err e = OK + 1; e < ERR_COUNT; e++) {
		struct request *rq = request();
		struct json_object *o, *v;

		problem_write(rq, e);
		CHECK(rq->status >= 400 && rq->status <= 599, "error %d", e);
		CHECK(*err_title(e) != '\0', "error %d", e);
		CHECK(strspn(err_code(e), "abcdefghijklmnopqrstuvwxyz_") ==
			    strlen(err_code(e)) &&
			*err_code(e) != '\0',
		    "error %d", e);
		CHECK(json_parse(&rq->ctx, buf_text(rq->out), rq->out->len,
			  &o) == OK,
		    "%s", buf_text(rq->out));
		CHECK(json_object_object_get_ex(o, "code", &v) &&
			strcmp(json_object_get_string(v), err_code(e)) == 0,
		    "error %d", e);
		CHECK(json_object_object_get_ex(o, "detail", &v) &&
			json_object_get_string_len(v) > 0,
		    "error %d", e);
		CHECK(strcmp(rq->content_type, "application/problem+json") ==
			0,
		    "error %d", e);
		CHECK((header(rq, "WWW-Authenticate") != NULL) ==
			(rq->status == 401),
		    "error %d", e);
		CHECK((header(rq, "Retry-After") != NULL) ==
			(rq->status == 503),
		    "error %d", e);
	}
}

static void
the_answer_is_problem_json(void **state)
{
	struct request *rq = request();
	struct ctx *c = &rq->ctx;

	(void)state;
	buf_lit(rq->out, "{\"half\":");
	(void)fail(c, ERR_INSUFFICIENT_STOCK, "Only %d \"left\".", 2);
	problem_write(rq, ERR_INSUFFICIENT_STOCK);
	assert_string_equal(buf_text(rq->out),
	    "{\"type\":\"about:blank\",\"title\":\"Conflict\","
	    "\"status\":409,\"detail\":\"Only 2 \\\"left\\\".\","
	    "\"code\":\"insufficient_stock\",\"request_id\":\"unit\"}");
}

static void
messages_stand_by_field(void **state)
{
	struct request *rq = request();
	struct ctx *c = &rq->ctx;
	const char *errors;

	(void)state;
	assert_int_equal(fail_field(c, "name", "One."), ERR_VALIDATION);
	assert_int_equal(fail_field(c, "a\"b", "Two."), ERR_VALIDATION);
	assert_int_equal(fail_field(c, "name", "Three."), ERR_VALIDATION);
	problem_write(rq, ERR_VALIDATION);
	errors = strstr(buf_text(rq->out), "\"errors\"");
	assert_non_null(errors);
	assert_string_equal(errors,
	    "\"errors\":{\"name\":[\"One.\",\"Three.\"],"
	    "\"a\\\"b\":[\"Two.\"]}}");
}

static void
a_hundred_faults_are_enough(void **state)
{
	struct request *rq = request();
	struct ctx *c = &rq->ctx;
	struct json_object *o, *errors;

	(void)state;
	for (int i = 0; i < 20000; i++)
		assert_int_equal(fail_field(c,
				     arena_printf(c->arena, "f%d", i),
				     "Unknown field."),
		    ERR_VALIDATION);
	problem_write(rq, ERR_VALIDATION);
	assert_int_equal(json_parse(c, buf_text(rq->out), rq->out->len, &o),
	    OK);
	assert_true(json_object_object_get_ex(o, "errors", &errors));
	assert_int_equal(json_object_object_length(errors), FIELD_ERRORS_MAX);
}

static void
a_fault_tells_the_client_nothing(void **state)
{
	struct request *rq = request();
	struct ctx *c = &rq->ctx;

	(void)state;
	(void)fail_field(c, "name", "secret one");
	(void)fail(c, ERR_VALIDATION, "secret two");
	assert_int_equal(fault(c, "secret %s", "three"), ERR_INTERNAL);
	problem_write(rq, ERR_INTERNAL);
	assert_null(strstr(buf_text(rq->out), "secret"));
	assert_non_null(strstr(buf_text(rq->out), "internal_error"));
}

static void
nothing_is_left_for_a_second_try(void **state)
{
	struct ctx *c = unit_ctx();

	(void)state;
	(void)fail_field(c, "name", "One.");
	c->problem.retry_after_secs = 5;
	problem_clear(c);
	assert_int_equal(c->problem.err, OK);
	assert_null(c->problem.errors);
	assert_null(c->problem.detail);
	assert_int_equal(c->problem.retry_after_secs, 0);
	(void)fail_field(c, "name", "Two.");
	assert_string_equal(c->problem.errors->message, "Two.");
	assert_null(c->problem.errors->next);
}

static const struct CMUnitTest tests[] = {
	TEST("Every error has a status, a code, a title and a sentence",
	    every_error_has_status_code_and_title),
	TEST("A problem replaces what was written (RFC 9457)",
	    the_answer_is_problem_json),
	TEST("Messages stand by field, in the order of the fields",
	    messages_stand_by_field),
	TEST("An answer names a hundred faults at most",
	    a_hundred_faults_are_enough),
	TEST("A fault tells the client nothing",
	    a_fault_tells_the_client_nothing),
	TEST("Nothing of a first try is left for the second",
	    nothing_is_left_for_a_second_try),
};

UNIT_MAIN(tests)
