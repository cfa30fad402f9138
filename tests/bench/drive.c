/*
 * drive: sends prepared requests over kept connections, each connection one
 * after the other, and tells how they went.
 *
 *	drive PORT CONNECTIONS SECONDS FILE [RATE PATIENCE]
 *
 * FILE holds requests, each behind a line with its length; request i belongs
 * to connection i modulo CONNECTIONS, in this order.  The run ends after so
 * many SECONDS, or as soon as a connection has sent all that it has.  With a
 * RATE, all connections together send no more than that a second, endlessly,
 * and give a request up after PATIENCE seconds.  The result is one line of
 * JSON; times are microseconds.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEAD_MAX = 16 * 1024, STATUS_MAX = 600, TIMES_MAX = 8 * 1024 * 1024 };

struct message {
	const char *text;
	size_t len;
};

struct connection {
	int fd;
	size_t next; /* message */
	bool busy;
	bool reused; /* it answered a request before */
	bool waits;  /* to be writable */
	size_t sent;
	int64_t began_us;
	int64_t due_us;
	char head[HEAD_MAX];
	size_t head_len;
	bool head_read;
	bool closes; /* after this answer */
	int status;
	int64_t body_left;
};

static struct {
	struct sockaddr_in to;
	int epoll;
	struct message *messages;
	size_t nmessages;
	struct connection *connections;
	size_t nconnections;
	int64_t interval_us; /* of a connection; 0: no pause */
	int64_t patience_us;
	int64_t ends_us;
	bool done;
	uint32_t *times;
	size_t ntimes;
	int64_t statuses[STATUS_MAX];
	int64_t failed, given_up;
} run;

static int64_t
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
die(const char *words)
{
	fprintf(stderr, "drive: %s\n", words);
	exit(EXIT_FAILURE);
}

/* --- the requests ------------------------------------------------------- */

static char *
read_file(const char *name, size_t *len)
{
	FILE *f = fopen(name, "r");
	char *text = NULL;
	long size = 0;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 1)
		die("cannot read the requests");
	rewind(f);
	*len = (size_t)size;
	text = malloc(*len + 1);
	if (text == NULL || fread(text, 1, *len, f) != *len)
		die("cannot read the requests");
	text[*len] = '\0';
	fclose(f);
	return text;
}

static void
read_messages(const char *name)
{
	size_t len, room = 0;
	char *text = read_file(name, &len), *p = text, *end;

	while (p < text + len) {
		size_t n = strtoul(p, &end, 10);

		if (*end != '\n' || n == 0 ||
		    n > (size_t)(text + len - end - 1))
			die("the requests are broken");
		if (run.nmessages == room) {
			room = room * 2 + 1024;
			run.messages = realloc(run.messages,
			    room * sizeof(*run.messages));
			if (run.messages == NULL)
				die("out of memory");
		}
		run.messages[run.nmessages++] = (struct message){ end + 1,
			n };
		p = end + 1 + n;
	}
}

/* --- one connection ----------------------------------------------------- */

static void
watch(struct connection *c, int how, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.ptr = c };

	if (epoll_ctl(run.epoll, how, c->fd, &e) != 0)
		die("epoll_ctl");
}

static void
open_connection(struct connection *c)
{
	int one = 1;

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0);
	if (c->fd < 0)
		die("socket");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(c->fd, (struct sockaddr *)&run.to, sizeof(run.to)) != 0 &&
	    errno != EINPROGRESS)
		die("connect");
	c->reused = false;
	c->waits = true;
	watch(c, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
}

static void
close_connection(struct connection *c)
{
	close(c->fd);
	open_connection(c);
}

static void
begin_answer(struct connection *c)
{
	c->sent = 0;
	c->head_len = 0;
	c->head_read = false;
	c->closes = false;
	c->body_left = 0;
}

static void
wait_to_write(struct connection *c, bool waits)
{
	if (c->waits == waits)
		return;
	c->waits = waits;
	watch(c, EPOLL_CTL_MOD, waits ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void
send_more(struct connection *c)
{
	ssize_t n;

	if (c->busy) {
		const struct message *m = &run.messages[c->next];

		n = send(c->fd, m->text + c->sent, m->len - c->sent,
		    MSG_NOSIGNAL);
		if (n > 0)
			c->sent += (size_t)n;
		wait_to_write(c, c->sent < m->len);
	} else {
		wait_to_write(c, false);
	}
}

/* The next request of a connection, unless it is too early or there is none. */
static void
begin_request(struct connection *c)
{
	int64_t now = now_us();

	if (c->due_us > now)
		return;
	if (run.interval_us > 0) {
		c->due_us += run.interval_us;
		if (c->due_us < now)
			c->due_us = now;
		if (c->next >= run.nmessages)
			c->next %= run.nmessages;
	} else if (c->next >= run.nmessages) {
		run.done = true;
		return;
	}
	c->busy = true;
	c->began_us = now;
	begin_answer(c);
	send_more(c);
}

static void
end_request(struct connection *c)
{
	c->busy = false;
	c->next += run.nconnections;
	if (run.interval_us > 0)
		c->next %= run.nmessages;
}

static void
finish(struct connection *c)
{
	int64_t took = now_us() - c->began_us;

	if (run.ntimes < TIMES_MAX)
		run.times[run.ntimes++] = (uint32_t)took;
	run.statuses[c->status]++;
	end_request(c);
	c->reused = true;
	if (c->closes)
		close_connection(c);
	begin_request(c);
}

/* The connection ended before its answer did. */
static void
lose(struct connection *c)
{
	bool again = c->busy && c->reused && c->head_len == 0;

	close_connection(c);
	if (!c->busy)
		return;
	if (!again) {
		run.failed++;
		end_request(c);
		begin_request(c);
		return;
	}
	begin_answer(c);
}

static void
read_head(struct connection *c, char *end)
{
	const char *length;

	*end = '\0';
	if (strncmp(c->head, "HTTP/1.1 ", 9) != 0)
		die("not an answer");
	c->status = (int)strtol(c->head + 9, NULL, 10);
	if (c->status < 100 || c->status >= STATUS_MAX)
		die("not a status");
	length = strcasestr(c->head, "\r\nContent-Length:");
	c->body_left = length != NULL ? strtoll(length + 17, NULL, 10) : 0;
	if (c->status == 304 || c->status == 204)
		c->body_left = 0;
	else if (length == NULL)
		die("an answer without Content-Length");
	c->closes = strcasestr(c->head, "\r\nConnection: close") != NULL;
	c->head_read = true;
}

static void
receive(struct connection *c)
{
	static char rest[256 * 1024];
	char *to = c->head_read ? rest : c->head + c->head_len;
	size_t room = c->head_read ? sizeof(rest) :
				     HEAD_MAX - 1 - c->head_len;
	ssize_t n = recv(c->fd, to, room, 0);
	char *end;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		lose(c);
		return;
	}
	if (!c->busy)
		die("an answer that nobody asked for");
	if (c->head_read) {
		c->body_left -= n;
	} else {
		c->head_len += (size_t)n;
		c->head[c->head_len] = '\0';
		end = strstr(c->head, "\r\n\r\n");
		if (end == NULL)
			return;
		read_head(c, end);
		c->body_left -= c->head + c->head_len - (end + 4);
	}
	if (c->body_left <= 0)
		finish(c);
}

/* --- the run ------------------------------------------------------------ */

static void
look_after_time(void)
{
	int64_t now = now_us();

	for (size_t i = 0; i < run.nconnections; i++) {
		struct connection *c = &run.connections[i];

		if (!c->busy) {
			begin_request(c);
		} else if (run.patience_us > 0 &&
		    now - c->began_us > run.patience_us) {
			run.given_up++;
			end_request(c);
			close_connection(c);
		}
	}
}

static void
drive(void)
{
	struct epoll_event events[256];
	int64_t looked = 0;

	while (!run.done && now_us() < run.ends_us) {
		int n = epoll_wait(run.epoll, events, 256,
		    run.interval_us > 0 ? 1 : 100);

		for (int i = 0; i < n && !run.done; i++) {
			struct connection *c = events[i].data.ptr;

			if (events[i].events & EPOLLOUT)
				send_more(c);
			if (events[i].events &
			    (EPOLLIN | EPOLLHUP | EPOLLERR))
				receive(c);
		}
		if (run.interval_us > 0 && now_us() - looked > 1000) {
			look_after_time();
			looked = now_us();
		}
	}
}

static int
by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void
tell(double seconds)
{
	size_t n = run.ntimes;
	const char *comma = "";

	qsort(run.times, n, sizeof(*run.times), by_value);
	printf("{\"requests\":%zu,\"seconds\":%.3f,\"p50\":%u,\"p99\":%u,"
	       "\"max\":%u,\"failed\":%lld,\"given_up\":%lld,\"statuses\":{",
	    n, seconds, n > 0 ? run.times[n / 2] : 0,
	    n > 0 ? run.times[n * 99 / 100] : 0, n > 0 ? run.times[n - 1] : 0,
	    (long long)run.failed, (long long)run.given_up);
	for (int i = 0; i < STATUS_MAX; i++) {
		if (run.statuses[i] == 0)
			continue;
		printf("%s\"%d\":%lld", comma, i, (long long)run.statuses[i]);
		comma = ",";
	}
	printf("}}\n");
}

static void
open_all(int64_t start)
{
	run.epoll = epoll_create1(EPOLL_CLOEXEC);
	run.connections = calloc(run.nconnections, sizeof(*run.connections));
	run.times = malloc(TIMES_MAX * sizeof(*run.times));
	if (run.epoll < 0 || run.connections == NULL || run.times == NULL)
		die("out of memory");
	for (size_t i = 0; i < run.nconnections; i++) {
		struct connection *c = &run.connections[i];

		c->next = i;
		c->due_us = run.interval_us == 0 ? 0 :
						   start +
			run.interval_us * (int64_t)i /
			    (int64_t)run.nconnections;
		open_connection(c);
	}
}

/* A thousand connections are more than a process may open at first. */
static void
open_many(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
		r.rlim_cur = r.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &r);
	}
}

int
main(int argc, char **argv)
{
	int64_t start;
	double rate;

	if (argc != 5 && argc != 7)
		die("PORT CONNECTIONS SECONDS FILE [RATE PATIENCE]");
	run.to = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	run.nconnections = strtoul(argv[2], NULL, 10);
	read_messages(argv[4]);
	if (run.nconnections < 1 || run.nmessages < run.nconnections)
		die("fewer requests than connections");
	rate = argc == 7 ? strtod(argv[5], NULL) : 0;
	run.patience_us = argc == 7 ? (int64_t)(strtod(argv[6], NULL) * 1e6) :
				      0;
	run.interval_us = rate > 0 ?
	    (int64_t)(1e6 * (double)run.nconnections / rate) :
	    0;
	open_many();
	start = now_us();
	run.ends_us = start + (int64_t)(strtod(argv[3], NULL) * 1e6);
	open_all(start);
	for (size_t i = 0; i < run.nconnections; i++)
		begin_request(&run.connections[i]);
	drive();
	tell((double)(now_us() - start) / 1e6);
	return EXIT_SUCCESS;
}
