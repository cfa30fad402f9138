#include "web/io.h"

#include <errno.h>
#include <fastcgi.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum {
	/* Of so many requests in a row, one is waited for: signals are seen
	 * only then. */
	LOOK_AT_SIGNALS = 32,
	/* So many are waited for once there was none without waiting. */
	QUIET = 8,
};

struct io {
	bool fastcgi;
	bool served;
	bool aborted;
	bool sent;        /* the whole answer, with the record that ends it */
	unsigned taken;   /* requests */
	bool ready;       /* io_wait() saw somebody */
	unsigned quiet;   /* that are to be waited for */
	sigset_t waiting; /* signals held back while it waits */
	FCGX_Request request;
};

/*
 * The signals that say "end" come through while we wait for a request, and at
 * no other time: one that came during a request would only set libfcgi's flag,
 * and the next wait would not know.
 */
static void
hold_back_signals(struct io *io)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, &io->waiting);
	sigdelset(&io->waiting, SIGTERM);
	sigdelset(&io->waiting, SIGUSR1);
}

/* So that whether one waits is known without asking first. */
static bool
let_accept_fail(void)
{
	int flags = fcntl(STDIN_FILENO, F_GETFL);

	return flags >= 0 &&
	    fcntl(STDIN_FILENO, F_SETFL, flags | O_NONBLOCK) == 0;
}

struct io *
io_open(void)
{
	static struct io io;

	signal(SIGPIPE, SIG_IGN);
	io.fastcgi = FCGX_IsCGI() == 0;
	if (!io.fastcgi)
		return &io;
	hold_back_signals(&io);
	if (!let_accept_fail() || FCGX_Init() != 0 ||
	    FCGX_InitRequest(&io.request, 0, 0) != 0)
		return NULL;
	/* FCGX_Init sets its own handler. */
	signal(SIGPIPE, SIG_IGN);
	return &io;
}

bool
io_wait(struct io *io, int timeout_ms)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };

	struct timespec timeout = { .tv_sec = timeout_ms / 1000,
		.tv_nsec = (long)(timeout_ms % 1000) * 1000000 };

	io->ready = !io->fastcgi || ppoll(&p, 1, &timeout, &io->waiting) != 0;
	return io->ready;
}

/* Whether it is worth trying, one having waited or not. */
static bool
is_to_try(struct io *io)
{
	if (io->ready)
		return true;
	if (io->quiet > 0) {
		io->quiet--;
		return false;
	}
	return io->taken % LOOK_AT_SIGNALS != 0;
}

static enum io_next
take_fastcgi(struct io *io)
{
	bool ready = io->ready;

	if (!is_to_try(io))
		return IO_NONE;
	io->ready = false;
	errno = 0;
	if (FCGX_Accept_r(&io->request) >= 0) {
		io->taken++;
		return IO_REQUEST;
	}
	if (errno != EAGAIN && errno != EWOULDBLOCK)
		return IO_END;
	if (!ready)
		io->quiet = QUIET;
	return IO_NONE;
}

enum io_next
io_take(struct io *io)
{
	if (!io->fastcgi && io->served)
		return IO_END;
	io->aborted = io->sent = false;
	if (io->fastcgi)
		return take_fastcgi(io);
	io->served = true;
	return IO_REQUEST;
}

const char *
io_env(struct io *io, const char *name)
{
	return io->fastcgi ? FCGX_GetParam(name, io->request.envp) :
			     getenv(name);
}

static bool
stands_before(char **env, char **at)
{
	size_t len = strcspn(*at, "=") + 1;

	for (char **a = env; a != at; a++)
		if (strncmp(*a, *at, len) == 0)
			return true;
	return false;
}

bool
io_has_duplicate_headers(struct io *io)
{
	char **env = io->fastcgi ? io->request.envp : environ;
	uint64_t seen = 0;

	/* Names are compared only where a hash of six bits was there. */
	for (char **a = env; *a != NULL; a++) {
		uint32_t hash = 2166136261u;
		uint64_t bit;

		if (strncmp(*a, "HTTP_", 5) != 0)
			continue;
		for (const char *p = *a + 5; *p != '=' && *p != '\0'; p++)
			hash = (hash ^ (unsigned char)*p) * 16777619u;
		bit = UINT64_C(1) << (hash >> 26);
		if ((seen & bit) != 0 && stands_before(env, a))
			return true;
		seen |= bit;
	}
	return false;
}

size_t
io_read(struct io *io, void *p, size_t len)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n = io->fastcgi ?
		    FCGX_GetStr((char *)p + got, (int)(len - got),
			io->request.in) :
		    read(STDIN_FILENO, (char *)p + got, len - got);

		if (n <= 0)
			break;
		got += (size_t)n;
	}
	return got;
}

bool
io_write(struct io *io, const void *p, size_t len)
{
	if (io->fastcgi)
		return FCGX_PutStr(p, (int)len, io->request.out) == (int)len;
	while (len > 0) {
		ssize_t n = write(STDOUT_FILENO, p, len);

		if (n <= 0)
			return false;
		p = (const char *)p + n;
		len -= (size_t)n;
	}
	return true;
}

/* --- an answer in one piece ---------------------------------------------- */

/* All of it, whatever the kernel takes at a time. */
static bool
write_parts(int fd, struct iovec *v, int n)
{
	while (n > 0) {
		ssize_t done = writev(fd, v, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return false;
		for (; n > 0 && (size_t)done >= v->iov_len; v++, n--)
			done -= (ssize_t)v->iov_len;
		if (n > 0) {
			v->iov_base = (char *)v->iov_base + done;
			v->iov_len -= (size_t)done;
		}
	}
	return true;
}

static FCGI_Header
record(const struct io *io, int type, size_t len)
{
	return (FCGI_Header){ .version = FCGI_VERSION_1,
		.type = (unsigned char)type,
		.requestIdB1 = (unsigned char)(io->request.requestId >> 8),
		.requestIdB0 = (unsigned char)io->request.requestId,
		.contentLengthB1 = (unsigned char)(len >> 8),
		.contentLengthB0 = (unsigned char)len };
}

/* FastCGI specification, sections 3.3 and 5.5. */
static bool
send_records(struct io *io, struct iovec head, struct iovec body)
{
	struct {
		FCGI_Header end_of_stream;
		FCGI_EndRequestRecord end;
	} last = { .end_of_stream = record(io, FCGI_STDOUT, 0),
		.end.header = record(io, FCGI_END_REQUEST,
		    sizeof(last.end.body)) };
	bool more = true;

	while (more) {
		size_t room = FCGI_MAX_LENGTH - head.iov_len;
		size_t len = body.iov_len < room ? body.iov_len : room;
		FCGI_Header first = record(io, FCGI_STDOUT,
		    head.iov_len + len);
		struct iovec v[] = { { &first, sizeof(first) }, head,
			{ body.iov_base, len }, { &last, sizeof(last) } };

		more = len < body.iov_len;
		if (!write_parts(io->request.ipcFd, v, more ? 3 : 4))
			return false;
		head.iov_len = 0;
		body.iov_base = (char *)body.iov_base + len;
		body.iov_len -= len;
	}
	return true;
}

/* writev() does not write to what it is given. */
static struct iovec
part(const void *p, size_t len)
{
	union {
		const void *in;
		void *out;
	} same = { .in = p };

	return (struct iovec){ .iov_base = same.out, .iov_len = len };
}

void
io_send(struct io *io, const void *head, size_t head_len, const void *body,
    size_t body_len)
{
	/* Where it fails there is nobody to tell. */
	if (!io->fastcgi || head_len > FCGI_MAX_LENGTH) {
		if (io_write(io, head, head_len))
			(void)io_write(io, body, body_len);
		return;
	}
	io->sent = true;
	if (!send_records(io, part(head, head_len), part(body, body_len)))
		io->aborted = true;
}

/* --- the end ------------------------------------------------------------- */

/*
 * What is closed with something unread in it may take the answer with it, so
 * libfcgi waits for the other side to close.  Where all was read there is
 * nothing to wait for.
 */
static void
close_at_once_if_read(struct io *io)
{
	if (FCGX_GetChar(io->request.in) == EOF &&
	    FCGX_GetError(io->request.in) == 0)
		(void)FCGX_Detach(&io->request);
}

void
io_finish(struct io *io)
{
	if (!io->fastcgi)
		return;
	close_at_once_if_read(io);
	if (io->aborted || io->sent)
		/* Closed without the record that ends a request, or with
		 * the one that was sent. */
		FCGX_Free(&io->request, 1);
	else
		FCGX_Finish_r(&io->request);
}

void
io_abort(struct io *io)
{
	io->aborted = true;
}

bool
io_aborted(const struct io *io)
{
	return io->aborted;
}

bool
io_peer_gone(struct io *io)
{
	struct pollfd p = { .events = POLLRDHUP };

	if (!io->fastcgi)
		return false;
	p.fd = io->request.ipcFd;
	return poll(&p, 1, 0) > 0 &&
	    (p.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}
