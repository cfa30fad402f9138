#include "unit.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/http.h"

/* A server in a process of its own, which does what the path says. */
struct server {
	pid_t pid;
	int port;
	int *seen; /* requests it read, shared memory */
};

static void
say(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		text += n;
		len -= (size_t)n;
	}
}

#define SAY(fd, literal) say((fd), literal, sizeof(literal) - 1)

static void
say_much(int fd)
{
	static char piece[1024];

	memset(piece, 'x', sizeof(piece));
	SAY(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < 300; i++) {
		SAY(fd, "400\r\n");
		say(fd, piece, sizeof(piece));
		SAY(fd, "\r\n");
	}
}

static void
hang_up_hard(int fd)
{
	struct linger at_once = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

/* False when the connection is to be closed. */
static bool
answer(int fd, const char *request)
{
	if (strstr(request, " /ok ") != NULL) {
		SAY(fd,
		    "HTTP/1.1 201 Created\r\nX-Seen: 7\r\n"
		    "Content-Length: 2\r\n\r\n{}");
		return true;
	}
	if (strstr(request, " /redirect ") != NULL) {
		SAY(fd,
		    "HTTP/1.1 302 Found\r\nLocation: /ok\r\n"
		    "Content-Length: 0\r\n\r\n");
		return true;
	}
	if (strstr(request, " /signed ") != NULL) {
		if (strstr(request, "Authorization: Basic dTpw\r\n") &&
		    strstr(request, "X-Key: k1\r\n") &&
		    strstr(request, "Content-Type: application/json\r\n") &&
		    strncmp(request, "POST ", 5) == 0 &&
		    strstr(request, "\r\n\r\n{\"a\":1}"))
			SAY(fd,
			    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
		else
			SAY(fd,
			    "HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n");
		return true;
	}
	if (strstr(request, " /slow ") != NULL)
		sleep(2);
	else if (strstr(request, " /drip ") != NULL)
		for (const char *p = "HTTP/1.1 200 OK\r\n"; *p; p++) {
			say(fd, p, 1);
			usleep(100 * 1000);
		}
	else if (strstr(request, " /reset ") != NULL)
		hang_up_hard(fd);
	else if (strstr(request, " /long ") != NULL)
		SAY(fd,
		    "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\nx");
	else if (strstr(request, " /much ") != NULL)
		say_much(fd);
	else if (strstr(request, " /junk ") != NULL)
		SAY(fd, "hello, who is there?\r\n");
	else if (strstr(request, " /cut ") != NULL)
		SAY(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
	return false;
}

static void
serve(int fd, int *seen)
{
	char request[4096];
	ssize_t n;

	while ((n = recv(fd, request, sizeof(request) - 1, 0)) > 0) {
		request[n] = '\0';
		++*seen;
		if (!answer(fd, request))
			break;
	}
	close(fd);
}

static void
run_server(int listener, int *seen)
{
	setpgid(0, 0);
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd >= 0 && fork() == 0) {
			serve(fd, seen);
			_exit(0);
		}
		close(fd);
	}
}

static int
start(void **state)
{
	static struct server s;
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	s.seen = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (listener < 0 || s.seen == MAP_FAILED ||
	    bind(listener, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    listen(listener, 10) != 0 ||
	    getsockname(listener, (struct sockaddr *)&at, &len) != 0)
		return -1;
	s.port = ntohs(at.sin_port);
	s.pid = fork();
	if (s.pid == 0) {
		run_server(listener, s.seen);
		_exit(0);
	} else
		setpgid(s.pid, s.pid);
	close(listener);
	*state = &s;
	return s.pid < 0 ? -1 : 0;
}

static int
stop(void **state)
{
	const struct server *s = *state;

	http_close();
	kill(-s->pid, SIGKILL);
	return waitpid(s->pid, NULL, 0) == s->pid ? 0 : -1;
}

static const char *
address(struct ctx *c, const struct server *s, const char *path)
{
	return arena_printf(c->arena, "http://127.0.0.1:%d%s", s->port, path);
}

static void
each_end_of_a_call_is_told_apart(void **state)
{
	static const struct {
		const char *path;
		enum http_result want;
		int status;
	} rows[] = {
		{ "/ok", HTTP_OK, 201 },
		{ "/redirect", HTTP_OK, 302 },
		{ "/reset", HTTP_UNKNOWN, 0 },
		{ "/close", HTTP_UNKNOWN, 0 },
		{ "/slow", HTTP_UNKNOWN, 0 },
		{ "/drip", HTTP_UNKNOWN, 0 },
		{ "/cut", HTTP_UNKNOWN, 200 },
		{ "/long", HTTP_TOO_LARGE, 200 },
		{ "/much", HTTP_TOO_LARGE, 200 },
		{ "/junk", HTTP_JUNK, 0 },
	};
	struct server *s = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ctx *c = unit_ctx();
		struct http_request in = { .name = "unit",
			.method = "POST",
			.url = address(c, s, rows[i].path),
			.body = "{}",
			.body_len = 2,
			.total_ms = 300 };
		struct http_response out;
		enum http_result got = http_send(c, &in, &out);

		CHECK(got == rows[i].want && out.status == rows[i].status,
		    "%s: %s %d", rows[i].path, http_result_name(got),
		    out.status);
	}
}

static void
what_was_never_sent_is_unreachable(void **state)
{
	static const char *const rows[] = {
		"http://127.0.0.1:1/",
		"http://no.such.host.invalid/",
		"file:///etc/hostname",
		"ftp://127.0.0.1/",
		"gopher://x/",
		"http://",
		"",
		"https://127.0.0.1:%d/ok",
	};
	struct server *s = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ctx *c = unit_ctx();
		struct http_request in = { .name = "unit",
			.method = "GET",
			.url = rows[i],
			.total_ms = 2000 };
		struct http_response out;
		enum http_result got;

		if (strstr(in.url, "%d") != NULL)
			in.url = arena_printf(c->arena,
			    "https://127.0.0.1:%d/ok", s->port);
		got = http_send(c, &in, &out);
		CHECK(got == HTTP_UNREACHABLE, "%s: %s", in.url,
		    http_result_name(got));
	}
}

static void
sign_in_headers_and_body_arrive(void **state)
{
	struct ctx *c = unit_ctx();
	const char *const headers[] = { "X-Key: k1" };
	struct http_request in = { .method = "POST",
		.url = address(c, *state, "/signed"),
		.body = "{\"a\":1}",
		.body_len = 7,
		.basic_user = "u",
		.basic_password = "p",
		.headers = headers,
		.nheaders = 1 };
	const char *const two[] = { "X-Key: k1\r\nX-Other: 2" };
	struct http_response out;

	assert_int_equal(http_send(c, &in, &out), HTTP_OK);
	assert_int_equal(out.status, 200);
	in.headers = two;
	assert_int_equal(http_send(c, &in, &out), HTTP_UNREACHABLE);
}

static void
headers_are_found_in_any_case(void **state)
{
	struct ctx *c = unit_ctx();
	struct http_request in = { .method = "GET",
		.url = address(c, *state, "/ok") };
	struct http_response out;

	assert_int_equal(http_send(c, &in, &out), HTTP_OK);
	assert_string_equal(out.body, "{}");
	assert_string_equal(http_header(c, &out, "x-seen"), "7");
	assert_null(http_header(c, &out, "x-see"));
	assert_null(http_header(c, &out, "x-missing"));
}

/* After "/ok" the connection stays open; the server resets it at the next
 * request, and libcurl would send that again on a new one. */
static void
what_must_not_arrive_twice_is_sent_once(void **state)
{
	struct server *s = *state;
	struct ctx *c = unit_ctx();
	struct http_request in = { .method = "POST",
		.url = address(c, s, "/ok"),
		.body = "{}",
		.body_len = 2 };
	struct http_response out;
	int before;

	assert_int_equal(http_send(c, &in, &out), HTTP_OK);
	before = *s->seen;
	in.url = address(c, s, "/close");
	assert_int_equal(http_send(c, &in, &out), HTTP_UNKNOWN);
	assert_int_equal(*s->seen - before, 1);
	in.url = address(c, s, "/ok");
	in.repeatable = true;
	assert_int_equal(http_send(c, &in, &out), HTTP_OK);
	before = *s->seen;
	in.url = address(c, s, "/close");
	assert_int_equal(http_send(c, &in, &out), HTTP_UNKNOWN);
	assert_true(*s->seen - before >= 2);
}

static const struct CMUnitTest tests[] = {
	TEST("Each way in which a call ends is told apart",
	    each_end_of_a_call_is_told_apart),
	TEST("What was never sent is unreachable",
	    what_was_never_sent_is_unreachable),
	TEST("Sign-in, headers and body arrive; a header is one line",
	    sign_in_headers_and_body_arrive),
	TEST("Headers are found in any case", headers_are_found_in_any_case),
	TEST("Only what may arrive twice is sent again by itself",
	    what_must_not_arrive_twice_is_sent_once),
};

int
main(void)
{
	return cmocka_run_group_tests(tests, start, stop) != 0;
}
