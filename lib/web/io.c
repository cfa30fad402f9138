#include "web/io.h"

#include <errno.h>
#include <fastcgi.h>
#include <fcgiapp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

enum { ENV_SLOTS = 128, ENV_MOST = 96 };

struct io {
	bool fastcgi;
	bool served;
	bool aborted;
	bool sent;      /* the whole answer, with the record that ends it */
	int timeout_ms; /* of accept() */
	FCGX_Request request;
	/* The variables of the request by their names, "NAME=value"; not all
	 * of them where there are too many. */
	const char *env[ENV_SLOTS];
	bool env_whole;
	bool env_twice; /* two headers have one name */
};

/*
 * The signals that say "end" come through while we wait for a request, and at
 * no other time: in the middle of one they would only break its system calls.
 * One that comes just before accept() waits for it, a second at most.
 */
static void
let_signals_in(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	sigprocmask(how, &set, NULL);
}

/* libfcgi's handler, but what it interrupts goes on; accept() does not, which
 * has a timeout (signal(7)). */
static void
let_reads_go_on(int sig)
{
	struct sigaction how;

	if (sigaction(sig, NULL, &how) != 0)
		return;
	how.sa_flags |= SA_RESTART;
	sigaction(sig, &how, NULL);
}

struct io *
io_open(void)
{
	static struct io io;

	signal(SIGPIPE, SIG_IGN);
	io.fastcgi = FCGX_IsCGI() == 0;
	if (!io.fastcgi)
		return &io;
	let_signals_in(SIG_BLOCK);
	if (FCGX_Init() != 0 || FCGX_InitRequest(&io.request, 0, 0) != 0)
		return NULL;
	let_reads_go_on(SIGTERM);
	let_reads_go_on(SIGUSR1);
	/* FCGX_Init sets its own handler. */
	signal(SIGPIPE, SIG_IGN);
	return &io;
}

static bool
set_timeout(struct io *io, int ms)
{
	struct timeval t = { .tv_sec = ms / 1000,
		.tv_usec = (suseconds_t)(ms % 1000) * 1000 };

	if (ms == io->timeout_ms)
		return true;
	io->timeout_ms = ms;
	return setsockopt(STDIN_FILENO, SOL_SOCKET, SO_RCVTIMEO, &t,
		   sizeof(t)) == 0;
}

/* errno says why there is none; 0: it is to end. */
static bool
accept_request(struct io *io)
{
	bool taken;
	int why;

	let_signals_in(SIG_UNBLOCK);
	errno = 0;
	taken = FCGX_Accept_r(&io->request) >= 0;
	why = errno;
	let_signals_in(SIG_BLOCK);
	errno = why;
	return taken;
}

/* --- variables ----------------------------------------------------------- */

/* FNV-1a; the name ends with its text or at "=". */
static uint32_t
hash_name(const char *name)
{
	uint32_t hash = 2166136261u;

	for (; *name != '=' && *name != '\0'; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619u;
	return hash;
}

/* The place of a name: what has it, or a free one. */
static const char **
env_place(struct io *io, const char *name, size_t len)
{
	uint32_t at = hash_name(name);

	for (;; at++) {
		const char **place = &io->env[at % ENV_SLOTS];

		if (*place == NULL ||
		    (strncmp(*place, name, len) == 0 && (*place)[len] == '='))
			return place;
	}
}

/* Of names that stand twice, the first one counts. */
static void
read_env(struct io *io)
{
	char **env = io->fastcgi ? io->request.envp : environ;
	size_t n = 0;

	memset(io->env, 0, sizeof(io->env));
	io->env_twice = false;
	for (; *env != NULL && n < ENV_MOST; env++, n++) {
		const char **place = env_place(io, *env, strcspn(*env, "="));

		if (*place == NULL)
			*place = *env;
		else if (strncmp(*env, "HTTP_", 5) == 0)
			io->env_twice = true;
	}
	io->env_whole = *env == NULL;
}

const char *
io_env(struct io *io, const char *name)
{
	size_t len = strlen(name);
	const char *found = *env_place(io, name, len);

	if (found != NULL)
		return found + len + 1;
	if (io->env_whole)
		return NULL;
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

	if (io->env_whole || io->env_twice)
		return io->env_twice;
	for (char **a = env; *a != NULL; a++)
		if (strncmp(*a, "HTTP_", 5) == 0 && stands_before(env, a))
			return true;
	return false;
}

/* --- the next one -------------------------------------------------------- */

enum io_next
io_take(struct io *io, int timeout_ms)
{
	if (!io->fastcgi && io->served)
		return IO_END;
	io->aborted = io->sent = false;
	io->served = true;
	if (io->fastcgi && !set_timeout(io, timeout_ms))
		return IO_END;
	if (!io->fastcgi || accept_request(io)) {
		read_env(io);
		return IO_REQUEST;
	}
	return errno == EAGAIN || errno == EWOULDBLOCK ? IO_NONE : IO_END;
}

/* --- input and output ---------------------------------------------------- */

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
