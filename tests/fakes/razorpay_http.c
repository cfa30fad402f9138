#include "razorpay_http.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"
#include "razorpay_fault.h"
#include "razorpay_front.h"
#include "razorpay_webhook.h"

enum {
	CONNS_MAX = 1024,
	HEAD_MAX = 32 * 1024,
	BODY_MAX = 1024 * 1024,
	ANSWER_MAX = 8 * 1024 * 1024,
	FRONTS_FREE = 4,
	FRONTS_MANY = 16,
	FRONTS_MAX = 256
};

#define PREFIX "/sandbox/razorpay"

enum conn_state {
	READING,
	SILENT, /* a fault: closes at due_us without an answer */
	LATER,  /* a fault: is served at due_us */
	WRITING
};

struct conn {
	TAILQ_ENTRY(conn) entry;
	int fd;
	bool front;
	bool last; /* closes after this answer */
	enum conn_state state;
	struct arena *arena;
	char *in; /* ends in NUL */
	size_t in_len, in_size;
	size_t need; /* bytes of head and body, 0: unknown */
	struct call call;
	struct buf answer;
	size_t sent;
	int64_t due_us;
	int64_t drip_us; /* 0: as fast as it goes */
};

TAILQ_HEAD(conn_list, conn);

struct server {
	struct sandbox *sandbox;
	int listener;
	struct conn_list conns;
	struct conn_list spare;
	int nconns;
	int nfronts;
	struct curl_waitfd fds[CONNS_MAX + 1];
};

/* --- connections --------------------------------------------------------- */

/* For the first or the next request. */
static void
conn_again(struct conn *c)
{
	arena_reset(c->arena);
	c->in = NULL;
	c->in_len = c->in_size = c->need = c->sent = 0;
	c->due_us = c->drip_us = 0;
	c->call = (struct call){ .status = 0 };
	c->state = READING;
}

static void
conn_open(struct server *s, int fd, bool front)
{
	struct conn *c = TAILQ_FIRST(&s->spare);
	int on = 1;

	if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
		close(fd);
		return;
	}
	if (!front)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on,
		    sizeof(on)); /* only faster */
	if (c != NULL) {
		TAILQ_REMOVE(&s->spare, c, entry);
	} else {
		c = ARENA_NEW(state_arena(s->sandbox->state), struct conn);
		c->arena = arena_new();
	}
	c->fd = fd;
	c->front = front;
	c->last = false;
	conn_again(c);
	TAILQ_INSERT_TAIL(&s->conns, c, entry);
	s->nconns++;
	s->nfronts += front;
}

static void
conn_close(struct server *s, struct conn *c)
{
	close(c->fd);
	arena_reset(c->arena);
	TAILQ_REMOVE(&s->conns, c, entry);
	TAILQ_INSERT_HEAD(&s->spare, c, entry);
	s->nconns--;
	s->nfronts -= c->front;
}

/* The peer gets ECONNRESET. */
static void
conn_reset(struct server *s, struct conn *c)
{
	struct linger none = { .l_onoff = 1, .l_linger = 0 };

	(void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &none,
	    sizeof(none)); /* a socket pair has no such thing */
	conn_close(s, c);
}

/* --- answers ------------------------------------------------------------- */

static const char *
reason(int status)
{
	switch (status) {
	case 200:
		return "OK";
	case 308:
		return "Permanent Redirect";
	case 400:
		return "Bad Request";
	case 401:
		return "Unauthorized";
	case 409:
		return "Conflict";
	case 413:
		return "Content Too Large";
	default:
		return "Internal Server Error";
	}
}

static void
answer(struct server *s, struct conn *c)
{
	const struct call *q = &c->call;

	c->last = c->last || (c->front && s->nfronts > FRONTS_MANY);
	buf_init(&c->answer, c->arena, ANSWER_MAX);
	buf_printf(&c->answer, "HTTP/1.1 %d %s\r\n", q->status,
	    reason(q->status));
	buf_lit(&c->answer, "Content-Type: application/json\r\n");
	if (q->status == 401)
		buf_lit(&c->answer,
		    "WWW-Authenticate: Basic realm=\"Razorpay\"\r\n");
	if (q->location != NULL)
		buf_printf(&c->answer, "Location: %s\r\n", q->location);
	if (c->last)
		buf_lit(&c->answer, "Connection: close\r\n");
	buf_printf(&c->answer, "Content-Length: %zu\r\n\r\n", q->out.len);
	buf_raw(&c->answer, buf_text(&q->out), q->out.len);
	c->sent = 0;
	c->state = WRITING;
}

/* A request that is none: answered, then closed. */
static void
answer_bad(struct server *s, struct conn *c, int status)
{
	buf_init(&c->call.out, c->arena, ANSWER_MAX);
	c->last = true;
	c->call.arena = c->arena;
	REFUSE(&c->call, .status = status, .description = "Bad request");
	answer(s, c);
}

/* Another connection that waits with the same idempotency key. */
static bool
key_is_busy(struct server *s, const struct conn *self)
{
	struct conn *c;

	TAILQ_FOREACH(c, &s->conns, entry)
	{
		if (c != self && c->state == LATER &&
		    c->call.idempotency_key != NULL &&
		    strcmp(c->call.idempotency_key,
			self->call.idempotency_key) == 0)
			return true;
	}
	return false;
}

static void
serve(struct server *s, struct conn *c)
{
	c->call.busy = c->call.idempotency_key != NULL && key_is_busy(s, c);
	call_serve(&c->call);
}

static void
wait_until(struct conn *c, enum conn_state state, int64_t ms)
{
	c->state = state;
	c->due_us = clock_mono_us() + ms * 1000;
}

/* A whole request is there.  May close the connection. */
static void
dispatch(struct server *s, struct conn *c)
{
	struct call *q = &c->call;
	struct fault_chosen f;

	if (!call_admit(q)) {
		answer(s, c);
		return;
	}
	f = faults_take(s->sandbox->faults, q);
	if (f.kind == FAULT_SLOW) {
		wait_until(c, LATER, f.timeout_ms);
		return;
	}
	if (f.kind == FAULT_NONE || f.executes)
		serve(s, c);
	if (f.kind == FAULT_TIMEOUT) {
		wait_until(c, SILENT, f.timeout_ms);
		return;
	}
	if (f.kind == FAULT_RESET) {
		conn_reset(s, c);
		return;
	}
	fault_answer(q, &f);
	if (f.kind == FAULT_SLOW_DRIP)
		c->drip_us = f.drip_ms * 1000;
	answer(s, c);
}

/* --- requests ------------------------------------------------------------ */

/* The value of the header line if it is of that name. */
static const char *
header(char *line, const char *name)
{
	size_t n = strlen(name);

	if (strncasecmp(line, name, n) != 0 || line[n] != ':')
		return NULL;
	line += n + 1;
	return line + strspn(line, " \t");
}

static void
read_header(struct conn *c, char *line, size_t *length)
{
	struct call *q = &c->call;
	const char *v;

	if ((v = header(line, "Content-Length")) != NULL)
		*length = strtoul(v, NULL, 10);
	else if (header(line, "Transfer-Encoding") != NULL)
		*length = SIZE_MAX;
	else if ((v = header(line, "Authorization")) != NULL)
		q->authorization = v;
	else if ((v = header(line, "Content-Type")) != NULL)
		q->content_type = v;
	else if ((v = header(line, "X-Refund-Idempotency")) != NULL)
		q->idempotency_key = v;
	else if ((v = header(line, "Connection")) != NULL)
		c->last = c->last || strcasecmp(v, "close") == 0;
}

/* Method and target; false if that is no HTTP/1. */
static bool
read_first_line(struct conn *c, char *line)
{
	struct call *q = &c->call;
	char *target = strchr(line, ' '), *version, *query;

	if (target == NULL)
		return false;
	*target++ = '\0';
	version = strchr(target, ' ');
	if (version == NULL || strncmp(version, " HTTP/1.", 8) != 0)
		return false;
	*version = '\0';
	c->last = version[8] == '0';
	query = strchr(target, '?');
	if (query != NULL)
		*query++ = '\0';
	if (strncmp(target, PREFIX "/", strlen(PREFIX) + 1) == 0)
		target += strlen(PREFIX);
	q->method = line;
	q->path = target;
	q->query = query != NULL ? query : "";
	return true;
}

/*
 * The texts of the call point into a copy of the head: the buffer may move
 * while the body comes.  Returns 0 or the status to refuse with.
 */
static int
read_head(struct server *s, struct conn *c, size_t head_len)
{
	char *line = arena_strndup(c->arena, c->in, head_len - 2);
	size_t length = 0;
	bool first = true;

	c->call = (struct call){ .arena = c->arena, .sandbox = s->sandbox };
	buf_init(&c->call.out, c->arena, ANSWER_MAX);
	while (*line != '\0') {
		char *end = strstr(line, "\r\n");

		if (end == NULL)
			break;
		*end = '\0';
		if (first && !read_first_line(c, line))
			return 400;
		if (!first)
			read_header(c, line, &length);
		first = false;
		line = end + 2;
	}
	if (first)
		return 400;
	if (length > BODY_MAX)
		return 413;
	c->need = head_len + length;
	return 0;
}

/* Looks at what has come.  May close the connection. */
static void
conn_look(struct server *s, struct conn *c)
{
	if (c->need == 0) {
		char *end = strstr(c->in, "\r\n\r\n");
		int status;

		if (end == NULL) {
			if (c->in_len > HEAD_MAX)
				answer_bad(s, c, 400);
			return;
		}
		status = read_head(s, c, (size_t)(end - c->in) + 4);
		if (status != 0) {
			answer_bad(s, c, status);
			return;
		}
		c->call.body_len = c->need - (size_t)(end - c->in) - 4;
	}
	if (c->in_len < c->need)
		return;
	/* Nobody here sends requests ahead of answers. */
	c->last = c->last || c->in_len > c->need;
	c->in[c->need] = '\0';
	c->call.body = c->in + c->need - c->call.body_len;
	dispatch(s, c);
}

static void
make_room(struct conn *c)
{
	char *bigger;

	if (c->in_size - c->in_len > 4096)
		return;
	c->in_size = c->in_size == 0 ? 16 * 1024 : c->in_size * 2;
	bigger = arena_alloc(c->arena, c->in_size);
	if (c->in_len > 0)
		memcpy(bigger, c->in, c->in_len);
	c->in = bigger;
}

static void
conn_read(struct server *s, struct conn *c)
{
	ssize_t n;

	make_room(c);
	n = read(c->fd, c->in + c->in_len, c->in_size - c->in_len - 1);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		conn_close(s, c);
		return;
	}
	c->in_len += (size_t)n;
	c->in[c->in_len] = '\0';
	conn_look(s, c);
}

static void
conn_write(struct server *s, struct conn *c)
{
	size_t left = c->answer.len - c->sent;
	ssize_t n;

	if (c->drip_us > 0)
		left = 1;
	n = send(c->fd, c->answer.data + c->sent, left, MSG_NOSIGNAL);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		conn_close(s, c);
		return;
	}
	c->sent += (size_t)n;
	c->due_us = c->drip_us > 0 ? clock_mono_us() + c->drip_us : 0;
	if (c->sent < c->answer.len)
		return;
	if (c->last)
		conn_close(s, c);
	else
		conn_again(c);
}

/* --- the loop ------------------------------------------------------------ */

static void
accept_all(struct server *s)
{
	while (s->nconns < CONNS_MAX) {
		int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0)
			return;
		conn_open(s, fd, false);
	}
}

/* A front that waits in a fault is no help to other requests. */
static void
keep_fronts(struct server *s)
{
	struct conn *c;
	int free_fronts = 0;

	TAILQ_FOREACH(c, &s->conns, entry)
	{
		free_fronts += c->front && c->state == READING;
	}
	while (free_fronts++ < FRONTS_FREE && s->nfronts < FRONTS_MAX) {
		int fd = front_start();

		if (fd < 0)
			return;
		conn_open(s, fd, true);
	}
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
}

/* What to wait for, and no longer than until the next thing is due. */
static unsigned int
prepare(struct server *s, int *timeout_ms)
{
	int64_t now = clock_mono_us();
	unsigned int n = 0;
	struct conn *c;

	*timeout_ms = sender_timeout_ms(s->sandbox->sender);
	if (s->listener >= 0)
		s->fds[n++] = (struct curl_waitfd){ .fd = s->listener,
			.events = s->nconns < CONNS_MAX ? CURL_WAIT_POLLIN :
							  0 };
	TAILQ_FOREACH(c, &s->conns, entry)
	{
		int64_t wait_ms = (c->due_us - now + 999) / 1000;
		bool waits = c->due_us > now;

		/* One that waits is left out, so that a peer that has gone
		 * does not wake us again and again. */
		s->fds[n++] = (struct curl_waitfd){ .fd = waits ? -1 : c->fd,
			.events = c->state == READING ? CURL_WAIT_POLLIN :
							CURL_WAIT_POLLOUT };
		if (c->due_us > 0 && wait_ms < *timeout_ms)
			*timeout_ms = wait_ms > 0 ? (int)wait_ms : 0;
	}
	return n;
}

static void
handle(struct server *s, unsigned int n)
{
	int64_t now = clock_mono_us();
	unsigned int i = s->listener >= 0;
	struct conn *c = TAILQ_FIRST(&s->conns), *next;

	for (; c != NULL && i < n; c = next, i++) {
		next = TAILQ_NEXT(c, entry);
		if (c->state == SILENT && c->due_us <= now) {
			conn_close(s, c);
		} else if (c->state == LATER && c->due_us <= now) {
			c->due_us = 0;
			serve(s, c);
			answer(s, c);
		} else if (c->state == READING &&
		    (s->fds[i].revents & CURL_WAIT_POLLIN) != 0) {
			conn_read(s, c);
		}
	}
	if (s->listener >= 0)
		accept_all(s);
}

/* After the journal has been written, not before. */
static void
write_answers(struct server *s)
{
	int64_t now = clock_mono_us();
	struct conn *c = TAILQ_FIRST(&s->conns), *next;

	for (; c != NULL; c = next) {
		next = TAILQ_NEXT(c, entry);
		if (c->state == WRITING && c->due_us <= now)
			conn_write(s, c);
	}
}

struct server *
server_new(struct sandbox *sandbox, int listener)
{
	struct server *s = ARENA_NEW(state_arena(sandbox->state),
	    struct server);

	s->sandbox = sandbox;
	s->listener = listener;
	TAILQ_INIT(&s->conns);
	TAILQ_INIT(&s->spare);
	return s;
}

void
server_run(struct server *s, const volatile int *stop)
{
	while (!*stop) {
		unsigned int n;
		int timeout_ms;

		if (s->listener < 0)
			keep_fronts(s);
		n = prepare(s, &timeout_ms);
		curl_multi_poll(sender_multi(s->sandbox->sender), s->fds, n,
		    timeout_ms, NULL);
		handle(s, n);
		state_sync(s->sandbox->state);
		write_answers(s);
		sender_step(s->sandbox->sender);
	}
	state_sync(s->sandbox->state);
	while (!TAILQ_EMPTY(&s->conns))
		conn_close(s, TAILQ_FIRST(&s->conns));
}
