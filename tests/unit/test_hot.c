/* Answers kept in memory: found again, made room for, forgotten. */
#include "env.h"

#include "core/memo.h"
#include "web/hot.h"

static const struct route shelf = { .method = GET,
	.path = "/shelf/",
	.allow = PUBLIC | CALLER_OPTIONAL,
	.hot = true,
	.status = 200 };
static const struct route board = { .method = GET,
	.path = "/board/",
	.allow = PUBLIC,
	.hot = true,
	.status = 200 };
static const struct route cold = { .method = GET,
	.path = "/cold/",
	.allow = PUBLIC,
	.status = 200 };

static struct memo *answers;
static int64_t now_us = 1000000;

static struct request *
ask(const struct route *route, const char *query)
{
	struct request *rq = env_request(route, query, NULL, NULL, 0);
	struct config *config = ARENA_NEW(rq->ctx.arena, struct config);

	if (answers == NULL)
		answers = memo_new(arena_new(), 1024 * 1024);
	*config = *rq->ctx.config;
	config->hot_answers_ms = 1000;
	rq->ctx.config = config;
	rq->answers = answers;
	rq->started_us = now_us;
	rq->status = 200;
	return rq;
}

static void
keep(const char *query, const char *body)
{
	struct request *rq = ask(&shelf, query);

	buf_str(rq->out, body);
	hot_keep(rq);
}

static const char *
found(const char *query)
{
	struct request *rq = ask(&shelf, query);

	return hot_find(rq) ? buf_text(rq->out) : NULL;
}

static void
an_answer_is_found_by_its_whole_address(void **state)
{
	(void)state;
	assert_null(found("q=a"));
	keep("q=a", "answer a");
	keep("q=b", "");
	assert_string_equal(found("q=a"), "answer a");
	assert_string_equal(found("q=b"), "");
	assert_null(found("q=A"));
	assert_null(found("q=a&"));
	assert_null(found(NULL));
	keep("q=a", "another");
	assert_string_equal(found("q=a"), "another");
}

static void
an_answer_has_the_tag_of_its_body(void **state)
{
	struct request *rq = ask(&shelf, "tag");
	char tag[64];

	(void)state;
	buf_str(rq->out, "body");
	hot_keep(rq);
	snprintf(tag, sizeof(tag), "%s", rq->etag);
	rq = ask(&shelf, "tag");
	assert_true(hot_find(rq));
	assert_int_equal(rq->out->len, 4);
	assert_string_equal(rq->etag, tag);
	keep("other", "other body");
	rq = ask(&shelf, "other");
	assert_true(hot_find(rq));
	assert_string_not_equal(rq->etag, tag);
}

static void
an_answer_is_forgotten_within_its_time(void **state)
{
	(void)state;
	keep("time", "then");
	now_us += 700 * 1000;
	assert_string_equal(found("time"), "then");
	now_us += 300 * 1000;
	assert_null(found("time"));
	keep("time", "now");
	assert_string_equal(found("time"), "now");
}

static void
who_accepts_gzip_gets_it_packed(void **state)
{
	static const struct {
		const char *accepted;
		bool packed;
	} rows[] = {
		{ NULL, false },
		{ "", false },
		{ "gzip", true },
		{ "gzip, deflate, br", true },
		{ "br;q=1.0, gzip;q=0.8, *;q=0.1", true },
		{ "deflate,gzip", true },
		{ "gzip;q=0", false },
		{ "gzip; q=0.0, br", false },
		{ "gzip;q=0.001", true },
		{ "xgzip, gzipped", false },
		{ "br", false },
	};
	static char body[20000];

	(void)state;
	memset(body, 'b', sizeof(body) - 1);
	keep("packed", body);
	keep("short", "short");
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct request *rq = ask(&shelf, "packed");
		const unsigned char *out;

		env_set("HTTP_ACCEPT_ENCODING", rows[i].accepted);
		assert_true(hot_find(rq));
		out = (const unsigned char *)rq->out->data;
		CHECK((rq->encoding != NULL) == rows[i].packed, "row %zu", i);
		CHECK((rq->out->len < 1000) == rows[i].packed, "row %zu", i);
		CHECK((strstr(rq->etag, "-gz\"") != NULL) == rows[i].packed,
		    "row %zu", i);
		CHECK(out[0] == (rows[i].packed ? 0x1f : 'b'), "row %zu", i);
	}
	env_set("HTTP_ACCEPT_ENCODING", "gzip");
	assert_string_equal(found("short"), "short");
	/* Another answer has another packed form. */
	body[0] = 'a';
	keep("packed", body);
	assert_non_null(found("packed"));
	now_us += 1000 * 1000;
	assert_null(found("packed"));
	env_set("HTTP_ACCEPT_ENCODING", NULL);
}

static void
long_ones_are_not_kept(void **state)
{
	static char text[70000];

	(void)state;
	memset(text, 'x', 65537);
	keep("long", text);
	assert_null(found("long"));
	text[65536] = '\0';
	keep("long", text);
	assert_non_null(found("long"));
	text[1100] = '\0';
	keep(text, "of a long address");
	assert_null(found(text));
}

static void
only_whole_good_answers_are_kept(void **state)
{
	struct request *rq;

	(void)state;
	rq = ask(&shelf, "bad");
	rq->status = 404;
	buf_str(rq->out, "x");
	hot_keep(rq);
	assert_null(found("bad"));
	rq = ask(&shelf, "bad");
	buf_str(rq->out, "x");
	reply_header(rq, "Retry-After", "1");
	hot_keep(rq);
	assert_null(found("bad"));
	rq = ask(&shelf, "bad");
	rq->attachment = "file.csv";
	hot_keep(rq);
	assert_null(found("bad"));
}

static void
who_may_be_answered_from_memory(void **state)
{
	static const struct {
		const char *who;
		const struct route *route;
		const char *header;
		struct caller caller;
		bool want;
	} rows[] = {
		{ "nobody", &shelf, NULL, { .role = ROLE_NONE }, true },
		{ "a buyer", &shelf, "Bearer x", { .role = ROLE_CUSTOMER },
		    true },
		{ "an administrator", &shelf, "Bearer x",
		    { .role = ROLE_ADMIN }, false },
		{ "a seller", &shelf, "Bearer x",
		    { .role = ROLE_SELLER, .has_seller = true }, false },
		{ "a buyer with a store", &shelf, "Bearer x",
		    { .role = ROLE_CUSTOMER, .has_seller = true }, false },
		{ "nobody", &board, NULL, { .role = ROLE_NONE }, true },
		{ "a token not read", &board, "Bearer x",
		    { .role = ROLE_NONE }, false },
		{ "a cold route", &cold, NULL, { .role = ROLE_NONE }, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct request *rq = ask(rows[i].route, NULL);

		env_set("HTTP_AUTHORIZATION", rows[i].header);
		rq->ctx.caller = rows[i].caller;
		rq->has_token = rows[i].header != NULL &&
		    rows[i].route == &shelf;
		CHECK(hot_may_serve(rq) == rows[i].want, "%s, %s",
		    rows[i].who, rows[i].route->path);
	}
	env_set("HTTP_AUTHORIZATION", NULL);
}

static void
nothing_is_kept_where_it_is_switched_off(void **state)
{
	struct request *rq = ask(&shelf, NULL);
	struct config config = *rq->ctx.config;

	(void)state;
	config.hot_answers_ms = 0;
	rq->ctx.config = &config;
	assert_false(hot_may_serve(rq));
}

static const struct CMUnitTest tests[] = {
	TEST("an answer is found by its whole address",
	    an_answer_is_found_by_its_whole_address),
	TEST("an answer has the tag of its body",
	    an_answer_has_the_tag_of_its_body),
	TEST("an answer is forgotten within its time",
	    an_answer_is_forgotten_within_its_time),
	TEST("who accepts gzip gets it packed",
	    who_accepts_gzip_gets_it_packed),
	TEST("long ones are not kept", long_ones_are_not_kept),
	TEST("only whole good answers are kept",
	    only_whole_good_answers_are_kept),
	TEST("sellers and administrators are told nothing from memory",
	    who_may_be_answered_from_memory),
	TEST("nothing is kept where it is switched off",
	    nothing_is_kept_where_it_is_switched_off),
};

UNIT_MAIN(tests)
