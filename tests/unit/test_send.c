/* The answer on its way out, as plain CGI sends it. */
#include "env.h"

#include "web/send.h"

static const char *const types[] = { "text/csv; charset=utf-8", NULL };
static const struct route export = { .method = GET,
	.path = "/x/",
	.allow = USER,
	.status = 200,
	.out_kind = OUT_IS_FILE,
	.media = types };

static int terminal = -1, caught = -1;

static void
catch_output(void)
{
	terminal = dup(STDOUT_FILENO);
	caught = memfd_create("answer", 0);
	assert_true(terminal >= 0 && caught >= 0);
	assert_int_equal(dup2(caught, STDOUT_FILENO), STDOUT_FILENO);
}

static const char *
caught_output(struct request *rq)
{
	char *text = arena_alloc(rq->ctx.arena, 1 << 20);
	ssize_t n = pread(caught, text, (1 << 20) - 1, 0);

	assert_int_equal(dup2(terminal, STDOUT_FILENO), STDOUT_FILENO);
	close(terminal);
	close(caught);
	assert_true(n >= 0);
	return text;
}

static struct request *
ready(bool head)
{
	struct request *rq = env_request(&export, NULL, NULL, NULL, 0);

	rq->status = 200;
	rq->content_type = "application/json";
	rq->is_head = head;
	return rq;
}

static void
pieces_go_out_as_they_come(void **state)
{
	struct request *rq = ready(false);
	struct sink sink = reply_stream(rq, types[0], "products.csv");
	const char *text, *body;

	(void)state;
	catch_output();
	assert_int_equal(sink_write(&sink, "a,b\r\n", 5), OK);
	assert_true(lseek(STDOUT_FILENO, 0, SEEK_CUR) > 5);
	assert_int_equal(sink_write(&sink, "1,2\r\n", 5), OK);
	send_reply(rq, OK);
	text = caught_output(rq);
	body = strstr(text, "\r\n\r\n");
	assert_non_null(body);
	assert_string_equal(body + 4, "a,b\r\n1,2\r\n");
	assert_non_null(strstr(text, "Status: 200 OK\r\n"));
	assert_non_null(
	    strstr(text, "Content-Type: text/csv; charset=utf-8\r\n"));
	assert_non_null(strstr(text,
	    "Content-Disposition: attachment; "
	    "filename=\"products.csv\"\r\n"));
	assert_non_null(strstr(text, "Cache-Control: no-store\r\n"));
	assert_non_null(strstr(text, "X-Content-Type-Options: nosniff\r\n"));
	assert_null(strstr(text, "Content-Length"));
	assert_false(io_aborted(rq->io));
}

static void
an_empty_stream_has_a_head(void **state)
{
	struct request *rq = ready(false);
	const char *text;

	(void)state;
	(void)reply_stream(rq, types[0], "products.csv");
	catch_output();
	send_reply(rq, OK);
	text = caught_output(rq);
	assert_non_null(strstr(text, "attachment; filename"));
	assert_string_equal(strstr(text, "\r\n\r\n"), "\r\n\r\n");
}

static void
head_sends_no_pieces(void **state)
{
	struct request *rq = ready(true);
	struct sink sink = reply_stream(rq, types[0], "products.csv");

	(void)state;
	catch_output();
	assert_int_equal(sink_write(&sink, "a,b\r\n", 5), OK);
	send_reply(rq, OK);
	assert_string_equal(strstr(caught_output(rq), "\r\n\r\n"),
	    "\r\n\r\n");
}

static void
an_error_before_the_first_piece_is_answered(void **state)
{
	struct request *rq = ready(false);
	const char *text;

	(void)state;
	(void)reply_stream(rq, types[0], "products.csv");
	rq->status = 404;
	rq->content_type = "application/problem+json";
	buf_lit(rq->out, "{}");
	catch_output();
	send_reply(rq, ERR_NOT_FOUND);
	text = caught_output(rq);
	assert_non_null(strstr(text, "Status: 404 Not Found\r\n"));
	assert_non_null(strstr(text, "Content-Length: 2\r\n"));
	assert_null(strstr(text, "Content-Disposition"));
	assert_false(io_aborted(rq->io));
}

static void
an_error_after_it_cuts_the_answer(void **state)
{
	struct request *rq = ready(false);
	struct sink sink = reply_stream(rq, types[0], "products.csv");

	(void)state;
	catch_output();
	assert_int_equal(sink_write(&sink, "a,b\r\n", 5), OK);
	buf_lit(rq->out, "{}");
	send_reply(rq, ERR_INTERNAL);
	assert_string_equal(strstr(caught_output(rq), "\r\n\r\n"),
	    "\r\n\r\na,b\r\n");
	assert_true(io_aborted(rq->io));
}

static const struct CMUnitTest tests[] = {
	TEST("Pieces go out as they come", pieces_go_out_as_they_come),
	TEST("An empty stream has a head", an_empty_stream_has_a_head),
	TEST("HEAD sends no pieces", head_sends_no_pieces),
	TEST("An error before the first piece is answered",
	    an_error_before_the_first_piece_is_answered),
	TEST("An error after it cuts the answer",
	    an_error_after_it_cuts_the_answer),
};

UNIT_MAIN(tests)
