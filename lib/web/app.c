#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/fault.h"
#include "core/log.h"
#include "core/memo.h"
#include "db/db.h"
#include "io/redis.h"
#include "web/caller.h"
#include "web/hot.h"
#include "web/idempotency.h"
#include "web/input.h"
#include "web/limit.h"
#include "web/openapi.h"
#include "web/problem.h"
#include "web/request.h"
#include "web/send.h"

enum {
	TRIES = 3,
	IDLE_US = 300 * 1000 * 1000,
	IDLE_LOOK_MS = 1000,
	LOG_WAIT_MS = 20,
	WAITED_MAX_US = 60 * 1000 * 1000,
	ANSWERS_BYTES = 1024 * 1024,
};

/* What the process keeps between requests. */
struct process {
	const struct app *app;
	struct config config;
	struct arena *forever;
	struct arena *arena;
	struct db *db;
	struct redis *redis;
	struct memo *answers;
	struct io *io;
};

const char *
request_header(struct request *rq, const char *cgi_name)
{
	return io_env(rq->io, cgi_name);
}

/* --- the pipeline ------------------------------------------------------- */

static bool
is_method(const struct route *r, const char *method)
{
	return strcmp(method_name(r->method), method) == 0;
}

/* The paths of a table, as Allow lists them. */
static const char *
allowed_methods(struct request *rq)
{
	struct buf b;

	buf_init(&b, rq->ctx.arena, 256);
	for (size_t i = 0; i < rq->app->nroutes; i++) {
		const struct route *r = &rq->app->routes[i];

		if (strcmp(r->path, rq->path) != 0)
			continue;
		if (b.len > 0)
			buf_lit(&b, ", ");
		buf_str(&b, method_name(r->method));
		if (r->method == GET)
			buf_lit(&b, ", HEAD");
	}
	if (b.len > 0)
		buf_lit(&b, ", OPTIONS");
	return buf_text(&b);
}

/*
 * The path the web server decoded and normalised, with a "/" at its end.
 * Where the raw path is written in another way (encoded, doubled, dotted),
 * the request is for something we do not have.
 */
static bool
read_path(struct request *rq)
{
	const char *script = io_env(rq->io, "SCRIPT_NAME");
	const char *info = io_env(rq->io, "PATH_INFO");
	const char *raw = io_env(rq->io, "REQUEST_URI");
	size_t script_len = script != NULL ? strlen(script) : 0;
	size_t info_len = info != NULL ? strlen(info) : 0;
	size_t len = script_len + info_len;
	char *path = arena_alloc(rq->ctx.arena, len + 2);

	if (script_len > 0)
		memcpy(path, script, script_len);
	if (info_len > 0)
		memcpy(path + script_len, info, info_len);
	if (len == 0 || path[len - 1] != '/')
		path[len++] = '/';
	path[len] = '\0';
	rq->path = path;
	if (raw == NULL)
		return true;
	return strcspn(raw, "?") + 1 >= len && strcspn(raw, "?") <= len &&
	    strncmp(raw, path, strcspn(raw, "?")) == 0;
}

static enum err
route_match(struct request *rq)
{
	bool known = false;

	if (!read_path(rq))
		return fail(&rq->ctx, ERR_NOT_FOUND,
		    "There is nothing here.");
	for (size_t i = 0; i < rq->app->nroutes; i++) {
		const struct route *r = &rq->app->routes[i];

		if (strcmp(r->path, rq->path) != 0)
			continue;
		known = true;
		if (is_method(r, rq->method)) {
			rq->route = r;
			rq->status = r->status;
			return OK;
		}
	}
	if (!known)
		return fail(&rq->ctx, ERR_NOT_FOUND,
		    "There is nothing here.");
	reply_header(rq, "Allow", allowed_methods(rq));
	return fail(&rq->ctx, ERR_METHOD_NOT_ALLOWED,
	    "This address answers to %s.", allowed_methods(rq));
}

static enum err
refuse_odd_headers(struct request *rq)
{
	const char *expect = request_header(rq, "HTTP_EXPECT");

	if (io_has_duplicate_headers(rq->io))
		return fail(&rq->ctx, ERR_BAD_REQUEST,
		    "A header stands twice.");
	if (expect != NULL && strcasecmp(expect, "100-continue") != 0)
		return fail(&rq->ctx, ERR_BAD_REQUEST,
		    "This expectation cannot be met.");
	return OK;
}

/* The handler, again where the database asks for it. */
static enum err
run_handler(struct request *rq)
{
	struct buf *out = rq->out;
	enum err err = OK;

	for (int i = 0; i < TRIES; i++) {
		problem_clear(&rq->ctx);
		buf_clear(out);
		rq->out = out;
		rq->headers = NULL;
		rq->keep = NULL;
		rq->attachment = NULL;
		err = rq->keyed ? idempotency_run(rq, rq->route->handler) :
				  rq->route->handler(rq);
		if (err != ERR_TRY_AGAIN || rq->streamed)
			return err;
	}
	return err;
}

/* Where nobody waits for the answer any more, the work is not done. */
static enum err
still_awaited(struct request *rq)
{
	if (!io_peer_gone(rq->io))
		return OK;
	return fail(&rq->ctx, ERR_UNAVAILABLE,
	    "The client has gone. Send the request again.");
}

/* Before any work: whoever it is now, and not too often. */
static enum err
admit(struct request *rq)
{
	TRY(caller_confirm(rq));
	return limit_check(rq);
}

static enum err
serve(struct request *rq)
{
	bool hot, again;

	TRY(refuse_odd_headers(rq));
	TRY(route_match(rq));
	if (!rq->route->hot)
		TRY(still_awaited(rq));
	TRY(caller_check(rq));
	hot = hot_may_serve(rq);
	if (hot && hot_find(rq))
		return OK;
	if (rq->route->hot)
		TRY(still_awaited(rq));
	TRY(idempotency_read(rq));
	again = idempotency_remembers(rq);
	if (!again)
		TRY(admit(rq));
	TRY(input_query(rq));
	TRY(input_bind(rq));
	if (again && idempotency_replay(rq))
		return OK;
	if (again)
		TRY(admit(rq));
	TRY(run_handler(rq));
	if (hot)
		hot_keep(rq);
	return OK;
}

/* --- one request ------------------------------------------------------- */

static void
preflight(struct request *rq)
{
	const char *methods;

	rq->status = 204;
	if (!read_path(rq))
		return;
	methods = allowed_methods(rq);
	if (*methods == '\0') {
		rq->status = 404;
		problem_write(rq, ERR_NOT_FOUND);
		return;
	}
	reply_header(rq, "Allow", methods);
	if (send_cors_origin(rq) == NULL)
		return;
	reply_header(rq, "Access-Control-Allow-Methods", methods);
	reply_header(rq, "Access-Control-Allow-Headers",
	    "Authorization, Content-Type, Idempotency-Key, X-Request-Id");
	reply_header(rq, "Access-Control-Max-Age", "600");
}

static const char *
request_id(struct request *rq)
{
	const char *v = request_header(rq, "HTTP_X_REQUEST_ID");
	char *id;
	size_t len = v != NULL ? strnlen(v, 65) : 0;

	if (len >= 1 && len <= 64 &&
	    strspn(v,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789._-") == len)
		return arena_strdup(rq->ctx.arena, v);
	id = arena_alloc(rq->ctx.arena, UUID_TEXT);
	uuid_format(uuid_new(), id);
	return id;
}

/*
 * How long the request has waited for a process.  The web server notes when
 * it came, for the pools whose processes may all be busy for seconds; what
 * a step of the clock made of that is not believed.
 */
static int64_t
waited_us(struct io *io)
{
	const char *arrived = io_env(io, "ARRIVED_US");
	int64_t waited;

	if (arrived == NULL)
		return 0;
	waited = clock_now_us() - strtoll(arrived, NULL, 10);
	return waited >= 0 && waited <= WAITED_MAX_US ? waited : 0;
}

static void
begin(struct process *p, struct request *rq)
{
	struct ctx *c = &rq->ctx;
	const char *method;

	*rq = (struct request){ .io = p->io,
		.app = p->app,
		.answers = p->answers };
	rq->started_us = clock_mono_us();
	c->arena = p->arena;
	c->db = p->db;
	c->redis = p->redis;
	c->config = &p->config;
	c->deadline_us = rq->started_us - waited_us(p->io) +
	    p->config.provider_timeout_ms * 1000;
	c->request_id = request_id(rq);
	c->ip = io_env(p->io, "REMOTE_ADDR");
	c->ip = c->ip != NULL ? c->ip : "local";
	c->user_agent = io_env(p->io, "HTTP_USER_AGENT");
	method = io_env(p->io, "REQUEST_METHOD");
	rq->method = method != NULL ? method : "GET";
	rq->is_head = strcmp(rq->method, "HEAD") == 0;
	if (rq->is_head)
		rq->method = "GET";
	rq->path = "";
	rq->content_type = "application/json";
	rq->out = ARENA_NEW(c->arena, struct buf);
	buf_init(rq->out, c->arena, BUF_CAP_REPLY);
#ifdef HAAT_FAULTS
	fault_reset(io_env(p->io, "HTTP_X_HAAT_FAULT"));
#endif
}

/* The line of the log.  By hand: with printf() it costs as much as an answer
 * from memory. */
static const char *
log_line(const struct request *rq)
{
	const struct ctx *c = &rq->ctx;
	struct buf b;

	buf_init(&b, c->arena, 16 * 1024);
	buf_str(&b, rq->is_head ? "HEAD" : rq->method);
	buf_char(&b, ' ');
	buf_str(&b, rq->path);
	buf_lit(&b, " status=");
	buf_i64(&b, rq->status);
	buf_lit(&b, " us=");
	buf_i64(&b, clock_mono_us() - rq->started_us);
	buf_lit(&b, " request_id=");
	buf_str(&b, c->request_id);
	buf_lit(&b, " ip=");
	buf_str(&b, c->ip);
	buf_lit(&b, " account=");
	if (uuid_is_zero(c->caller.id))
		buf_char(&b, '-');
	else
		buf_uuid(&b, c->caller.id);
	if (rq->replayed)
		buf_lit(&b, " replayed=1");
	if (rq->from_memory)
		buf_lit(&b, " memory=1");
	if (rq->status >= 400 && c->problem.err != OK) {
		buf_lit(&b, " code=");
		buf_str(&b, err_code(c->problem.err));
	}
	return buf_text(&b);
}

static void
handle(struct process *p)
{
	struct request rq;
	bool changes;
	enum err err = OK;

	begin(p, &rq);
	if (strcmp(rq.method, "OPTIONS") == 0)
		preflight(&rq);
	else
		err = serve(&rq);
	if (err == OK && !buf_ok(rq.out))
		err = fault(&rq.ctx, "the answer is too long");
	if (err != OK)
		problem_write(&rq, err);
	/* Of a change the log tells before the client knows; of what was only
	 * read the client need not wait for the log, and what costs nothing is
	 * not worth a write of its own. */
	changes = !rq.from_memory && strcmp(rq.method, "GET") != 0;
	if (changes)
		log_text(log_line(&rq));
	send_reply(&rq, err);
	if (rq.from_memory)
		log_gather(log_line(&rq));
	else if (!changes)
		log_text(log_line(&rq));
	io_finish(p->io);
	db_request_end(&rq.ctx);
}

/*
 * While requests come one upon the other, nothing else is done: lines of the
 * log that were gathered are written once nobody came for a moment.
 */
static enum io_next
next_request(struct process *p)
{
	enum io_next next = io_take(p->io,
	    log_is_gathered() ? LOG_WAIT_MS : IDLE_LOOK_MS);

	while (next == IO_NONE) {
		log_flush();
		db_close_idle(p->db, IDLE_US);
		next = io_take(p->io, IDLE_LOOK_MS);
	}
	return next;
}

static int
run(struct process *p)
{
	for (int64_t n = 0; n < p->config.max_requests; n++) {
		if (next_request(p) != IO_REQUEST)
			break;
		handle(p);
		arena_reset(p->arena);
	}
	log_flush();
	return io_aborted(p->io);
}

/* --- about itself ------------------------------------------------------- */

static int
print_routes(const struct app *app)
{
	for (size_t i = 0; i < app->nroutes; i++) {
		const struct route *r = &app->routes[i];

		printf("%s\t%s\t%s\t%s\t%s\t%s\n", method_name(r->method),
		    r->path, route_caller(r), route_idempotency(r), app->name,
		    route_pool(app, r));
	}
	return 0;
}

static int
print_openapi(struct arena *a, const struct app *app)
{
	struct buf b;

	buf_init(&b, a, BUF_CAP_REPLY);
	openapi_fragment(a, app, &b);
	puts(buf_text(&b));
	return buf_ok(&b) ? 0 : 1;
}

static int
tell(struct process *p, int argc, char **argv)
{
	const struct app *app = p->app;
	const char *what = argv[1];

	if (strcmp(what, "--routes") == 0)
		return print_routes(app);
	if (strcmp(what, "--openapi") == 0)
		return print_openapi(p->forever, app);
	if (strcmp(what, "--openapi-merge") == 0)
		return openapi_merge(p->forever, argv + 2, argc - 2);
	if (strcmp(what, "--check") == 0)
		return route_check(app) != 0;
	if (strcmp(what, "--check-config") == 0)
		return config_load(&p->config, stdout) != 0;
	fprintf(stderr,
	    "usage: %s [--routes | --openapi | --check | "
	    "--check-config | --openapi-merge FILE ...]\n",
	    app->name);
	return 2;
}

int
app_main(int argc, char **argv, const struct app *app)
{
	static struct process p;
	int status;

	/* Ids are made by the thousand: from a generator in the process, which
	 * the system's seeds. */
	if (randombytes_set_implementation(
		&randombytes_internal_implementation) != 0 ||
	    sodium_init() < 0)
		return 1;
	log_open(app->name);
	p.app = app;
	p.forever = arena_new();
	if (argc > 1) {
		status = tell(&p, argc, argv);
		arena_free(p.forever);
		return status;
	}
	if (config_load(&p.config, stderr) != 0)
		return 1;
	p.arena = arena_new();
	p.db = db_new(p.forever);
	p.redis = redis_new(p.forever);
	p.answers = memo_new(p.forever, ANSWERS_BYTES);
	p.io = io_open();
	if (p.io == NULL)
		return 1;
	status = run(&p);
	db_close(p.db);
	redis_close(p.redis);
	arena_free(p.arena);
	arena_free(p.forever);
	return status;
}
