#include "web/io.h"

#include <fcgiapp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct io {
	bool fastcgi;
	bool served;
	bool aborted;
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

struct io *
io_open(void)
{
	static struct io io;

	signal(SIGPIPE, SIG_IGN);
	io.fastcgi = FCGX_IsCGI() == 0;
	if (!io.fastcgi)
		return &io;
	hold_back_signals(&io);
	if (FCGX_Init() != 0 || FCGX_InitRequest(&io.request, 0, 0) != 0)
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

	return !io->fastcgi || ppoll(&p, 1, &timeout, &io->waiting) != 0;
}

bool
io_accept(struct io *io)
{
	if (!io->fastcgi && io->served)
		return false;
	io->aborted = false;
	if (io->fastcgi)
		return FCGX_Accept_r(&io->request) >= 0;
	io->served = true;
	return true;
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

void
io_finish(struct io *io)
{
	if (!io->fastcgi)
		return;
	if (io->aborted)
		/* Closed without the record that ends a request. */
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
