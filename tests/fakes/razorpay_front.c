#include "razorpay_front.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/log.h"
#include "web/io.h"

enum {
	SERVER_FD = 3,
	BODY_MAX = 1024 * 1024,
	HEAD_MAX = 64 * 1024,
	WAIT_MS = 60 * 1000,
};

static const char *
env(struct io *io, const char *name)
{
	const char *v = io_env(io, name);

	return v != NULL ? v : "";
}

static void
pass_header(struct io *io, struct buf *b, const char *name,
    const char *header)
{
	const char *v = io_env(io, name);

	if (v != NULL && *v != '\0')
		buf_printf(b, "%s: %s\r\n", header, v);
}

/* Decoded by the web server, so it may hold anything. */
static void
pass_path(struct buf *b, const char *path)
{
	for (; *path != '\0'; path++) {
		if (*path > ' ' && *path < 0x7f && *path != '%')
			buf_char(b, *path);
		else
			buf_printf(b, "%%%02X", (unsigned char)*path);
	}
}

/* False: too large. */
static bool
make_request(struct io *io, struct arena *a, struct buf *b)
{
	long len = strtol(env(io, "CONTENT_LENGTH"), NULL, 10);
	char *body;

	if (len < 0 || len > BODY_MAX)
		return false;
	body = arena_alloc(a, (size_t)len + 1);
	len = (long)io_read(io, body, (size_t)len);
	buf_init(b, a, BODY_MAX + HEAD_MAX);
	buf_printf(b, "%s ", env(io, "REQUEST_METHOD"));
	pass_path(b, env(io, "SCRIPT_NAME"));
	pass_path(b, env(io, "PATH_INFO"));
	buf_printf(b, "?%s HTTP/1.1\r\n", env(io, "QUERY_STRING"));
	pass_header(io, b, "HTTP_AUTHORIZATION", "Authorization");
	pass_header(io, b, "CONTENT_TYPE", "Content-Type");
	pass_header(io, b, "HTTP_X_REFUND_IDEMPOTENCY",
	    "X-Refund-Idempotency");
	buf_printf(b, "Content-Length: %ld\r\n\r\n", len);
	buf_raw(b, body, (size_t)len);
	return buf_ok(b);
}

static bool
send_all(const char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(SERVER_FD, p, len);

		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

/* Reads on until the head is there; where the body begins, NULL without. */
static char *
read_head(char *head, size_t *have)
{
	*have = 0;
	while (*have < HEAD_MAX - 1) {
		ssize_t n = read(SERVER_FD, head + *have,
		    HEAD_MAX - 1 - *have);
		char *end;

		if (n <= 0)
			return NULL;
		*have += (size_t)n;
		head[*have] = '\0';
		end = strstr(head, "\r\n\r\n");
		if (end != NULL)
			return end + 4;
	}
	return NULL;
}

/*
 * "HTTP/1.1 200 OK" becomes "Status: 200 OK"; the rest is passed as it comes.
 * False: the server hung up before the end.  *last: it does so after this.
 */
static bool
pass_answer(struct io *io, struct arena *a, bool *last)
{
	char *head = arena_alloc(a, HEAD_MAX);
	size_t have, left;
	char *body = read_head(head, &have), *length;

	if (body == NULL)
		return false;
	length = strcasestr(head, "\r\nContent-Length:");
	left = length != NULL && length < body ?
	    strtoul(length + 17, NULL, 10) :
	    0;
	*last = strcasestr(head, "\r\nConnection: close") != NULL;
	io_write(io, "Status:", 7);
	io_write(io, head + strlen("HTTP/1.1"), have - strlen("HTTP/1.1"));
	have -= (size_t)(body - head);
	left -= have < left ? have : left;
	while (left > 0) {
		ssize_t n = read(SERVER_FD, head,
		    left < HEAD_MAX ? left : HEAD_MAX);

		if (n <= 0)
			return false;
		io_write(io, head, (size_t)n);
		left -= (size_t)n;
	}
	return true;
}

static void
serve(struct io *io, struct arena *a)
{
	static const char large[] = "Status: 413 Content Too Large\r\n"
				    "Content-Type: text/plain\r\n\r\n"
				    "Too large.\n";
	struct buf b;
	bool last;

	if (!make_request(io, a, &b)) {
		io_write(io, large, sizeof(large) - 1);
		io_finish(io);
		return;
	}
	if (!send_all(buf_text(&b), b.len) || !pass_answer(io, a, &last))
		_exit(1);
	io_finish(io);
	if (last)
		_exit(0);
}

static void
front_main(void)
{
	struct arena *a = arena_new();
	struct io *io = io_open();
	enum io_next next;

	while (io != NULL && (next = io_take(io, WAIT_MS)) != IO_END) {
		if (next == IO_NONE)
			continue;
		serve(io, a);
		arena_reset(a);
	}
	_exit(0);
}

int
front_start(void)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
		return -1;
	pid = fork();
	if (pid < 0) {
		log_error("cannot fork: %m");
		close(pair[0]);
		close(pair[1]);
		return -1;
	}
	if (pid == 0) {
		signal(SIGTERM, SIG_DFL);
		signal(SIGINT, SIG_DFL);
		signal(SIGUSR1, SIG_DFL);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (pair[1] != SERVER_FD && dup2(pair[1], SERVER_FD) < 0)
			_exit(1);
		close_range(SERVER_FD + 1, ~0U, 0);
		front_main();
	}
	close(pair[1]);
	return pair[0];
}
