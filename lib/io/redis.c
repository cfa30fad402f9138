#include "io/redis.h"

#include <hiredis/hiredis.h>
#include <string.h>

#include "core/buf.h"
#include "core/clock.h"
#include "core/config.h"
#include "core/fault.h"
#include "core/log.h"

enum { BUDGET_US = 50 * 1000, AWAY_US = 1000 * 1000, ARGS_MAX = 12 };

struct redis {
	redisContext *conn;
	int64_t away_until;
	int unread; /* answers that nobody has waited for */
};

struct redis *
redis_new(struct arena *process)
{
	return ARENA_NEW(process, struct redis);
}

void
redis_close(struct redis *r)
{
	if (r->conn != NULL)
		redisFree(r->conn);
	r->conn = NULL;
	r->unread = 0;
}

static bool
away(struct redis *r, const char *why)
{
	log_warn("cache: %s", why);
	redis_close(r);
	r->away_until = clock_mono_us() + AWAY_US;
	return false;
}

/*
 * redis://host:port/db, unix:///path; a path alone is a unix socket too.
 */
static redisContext *
dial(struct ctx *c)
{
	const char *url = c->config->redis_url;
	struct timeval budget = { .tv_usec = BUDGET_US };
	const char *host, *port;
	size_t len;

	if (strncmp(url, "unix://", 7) == 0)
		return redisConnectUnixWithTimeout(url + 7, budget);
	if (url[0] == '/')
		return redisConnectUnixWithTimeout(url, budget);
	host = strncmp(url, "redis://", 8) == 0 ? url + 8 : url;
	if (strchr(host, '@') != NULL)
		host = strchr(host, '@') + 1;
	len = strcspn(host, ":/");
	port = host[len] == ':' ? host + len + 1 : "6379";
	return redisConnectWithTimeout(arena_strndup(c->arena, host, len),
	    (int)strtol(port, NULL, 10), budget);
}

/* The password of redis://user:password@host, NULL without one. */
static const char *
password(struct ctx *c)
{
	const char *url = c->config->redis_url;
	const char *at = strchr(url, '@');
	const char *colon;

	if (strncmp(url, "redis://", 8) != 0 || at == NULL)
		return NULL;
	colon = memchr(url + 8, ':', (size_t)(at - url - 8));
	if (colon == NULL)
		return NULL;
	return arena_strndup(c->arena, colon + 1, (size_t)(at - colon - 1));
}

/* The number after the host: redis://host:port/2. */
static const char *
database(const char *url)
{
	const char *slash;

	if (strncmp(url, "redis://", 8) != 0)
		return NULL;
	slash = strchr(url + 8, '/');
	return slash != NULL && slash[1] != '\0' && strcmp(slash, "/0") != 0 ?
	    slash + 1 :
	    NULL;
}

static bool
greet(struct redis *r, const char *verb, const char *word)
{
	redisReply *reply;
	bool ok;

	if (word == NULL)
		return true;
	reply = redisCommand(r->conn, "%s %s", verb, word);
	ok = reply != NULL && reply->type != REDIS_REPLY_ERROR;
	if (reply != NULL)
		freeReplyObject(reply);
	return ok;
}

static bool
ensure_connected(struct ctx *c)
{
	struct redis *r = c->redis;
	struct timeval budget = { .tv_usec = BUDGET_US };

	if (r == NULL || clock_mono_us() < r->away_until ||
	    *c->config->redis_url == '\0')
		return false;
	if (fault_point("redis"))
		return away(r, "failing on purpose");
	if (r->conn != NULL)
		return true;
	r->conn = dial(c);
	if (r->conn == NULL)
		return away(r, "out of memory");
	if (r->conn->err != 0)
		return away(r, r->conn->errstr);
	if (redisSetTimeout(r->conn, budget) != REDIS_OK ||
	    !greet(r, "AUTH", password(c)) ||
	    !greet(r, "SELECT", database(c->config->redis_url)))
		return away(r, "refused");
	return true;
}

static void
free_reply(void *reply)
{
	freeReplyObject(reply);
}

/* Takes the answers that are still to come, so that the next is one's own. */
static bool
catch_up(struct redis *r)
{
	while (r->unread > 0) {
		void *reply = NULL;

		if (redisGetReply(r->conn, &reply) != REDIS_OK)
			return away(r, r->conn->errstr);
		freeReplyObject(reply);
		r->unread--;
	}
	return true;
}

/* NULL: the cache is away. */
static redisReply *
command(struct ctx *c, int n, const char **argv, const size_t *lens)
{
	redisReply *reply;

	if (!ensure_connected(c) || !catch_up(c->redis))
		return NULL;
	reply = redisCommandArgv(c->redis->conn, n, argv, lens);
	if (reply == NULL) {
		away(c->redis, c->redis->conn->errstr);
		return NULL;
	}
	arena_defer(c->arena, free_reply, reply);
	return reply;
}

static redisReply *
words(struct ctx *c, int n, const char **argv)
{
	size_t lens[ARGS_MAX];

	for (int i = 0; i < n; i++)
		lens[i] = strlen(argv[i]);
	return command(c, n, argv, lens);
}

bool
redis_get(struct ctx *c, const char *key, const char **value, size_t *len)
{
	redisReply *reply = words(c, 2, (const char *[]){ "GET", key });

	*value = NULL;
	*len = 0;
	if (reply == NULL || reply->type == REDIS_REPLY_ERROR)
		return false;
	if (reply->type == REDIS_REPLY_STRING) {
		*value = reply->str;
		*len = reply->len;
	}
	return true;
}

void
redis_setex(struct ctx *c, const char *key, int64_t secs, const void *value,
    size_t len)
{
	const char *ttl = arena_printf(c->arena, "%lld", (long long)secs);
	const char *argv[] = { "SETEX", key, ttl, value };
	size_t lens[] = { 5, strlen(key), strlen(ttl), len };
	struct redis *r = c->redis;
	int done = 0;

	if (!ensure_connected(c))
		return;
	if (redisAppendCommandArgv(r->conn, 4, argv, lens) != REDIS_OK) {
		away(r, r->conn->errstr);
		return;
	}
	r->unread++;
	while (!done)
		if (redisBufferWrite(r->conn, &done) != REDIS_OK) {
			away(r, r->conn->errstr);
			return;
		}
}

bool
redis_del(struct ctx *c, const char *key)
{
	redisReply *reply = words(c, 2, (const char *[]){ "DEL", key });

	return reply != NULL && reply->type != REDIS_REPLY_ERROR;
}

static redisReply *
evaluate(struct ctx *c, const char *verb, const char *what, const char *key,
    const char *const *args)
{
	const char *argv[ARGS_MAX] = { verb, what, "1", key };
	int n = 4;

	while (*args != NULL && n < ARGS_MAX)
		argv[n++] = *args++;
	return words(c, n, argv);
}

/* SHA-1 names a script in the protocol; asking SCRIPT LOAD for it keeps the
 * arithmetic out of here. */
static const char *
script_name(struct ctx *c, const char *script)
{
	redisReply *reply = words(c, 3,
	    (const char *[]){ "SCRIPT", "LOAD", script });

	return reply != NULL && reply->type == REDIS_REPLY_STRING ?
	    reply->str :
	    NULL;
}

bool
redis_script(struct ctx *c, const char *script, const char *key,
    const char *const *args, int64_t *out, int max)
{
	/* One script per process is hot; its name is kept. */
	static const char *known_script;
	static char known_name[64];
	redisReply *reply;
	bool same = known_script != NULL && known_script == script;

	reply = same ? evaluate(c, "EVALSHA", known_name, key, args) : NULL;
	if (same && reply == NULL)
		return false;
	if (reply == NULL ||
	    (reply->type == REDIS_REPLY_ERROR &&
		strncmp(reply->str, "NOSCRIPT", 8) == 0)) {
		const char *name = script_name(c, script);

		if (name == NULL || strlen(name) >= sizeof(known_name))
			return false;
		memcpy(known_name, name, strlen(name) + 1);
		known_script = script;
		reply = evaluate(c, "EVALSHA", known_name, key, args);
	}
	if (reply == NULL)
		return false;
	if (reply->type != REDIS_REPLY_ARRAY || (int)reply->elements < max) {
		log_error("cache: script: %s",
		    reply->type == REDIS_REPLY_ERROR ? reply->str : "reply");
		return false;
	}
	for (int i = 0; i < max; i++)
		out[i] = reply->element[i]->integer;
	return true;
}

bool
redis_ping(struct ctx *c)
{
	redisReply *reply = words(c, 1, (const char *[]){ "PING" });

	return reply != NULL && reply->type == REDIS_REPLY_STATUS;
}
