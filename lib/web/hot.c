#include "web/hot.h"

#include <sodium.h>
#include <string.h>

#include "core/clock.h"
#include "web/send.h"

enum {
	RING = 1024 * 1024,
	BODY_MAX_KEPT = 64 * 1024,
	KEY_MAX = 1024,
	SLOTS = 1024, /* a power of two */
	WAYS = 4,
};

/* One answer: in the ring at begin lie its key and its body, each with a
 * NUL.  begin only grows; the ring holds the last RING bytes of it. */
struct answer {
	uint64_t hash;
	uint64_t begin;
	size_t key_len;
	size_t body_len;
	int64_t until_us;
	char etag[ETAG_TEXT];
};

static struct {
	char *ring;
	uint64_t end;
	unsigned char hash_key[crypto_shorthash_KEYBYTES];
	struct answer answers[SLOTS];
} memory;

/* What an answer is found by; NULL for an address too long to keep. */
static const char *
key_of(struct request *rq, size_t *len)
{
	const char *query = io_env(rq->io, "QUERY_STRING");
	size_t path_len = strlen(rq->path);
	size_t query_len = query != NULL ? strlen(query) : 0;
	char *key;

	*len = path_len + 1 + query_len;
	if (*len > KEY_MAX)
		return NULL;
	key = arena_alloc(rq->ctx.arena, *len + 1);
	memcpy(key, rq->path, path_len);
	key[path_len] = '?';
	if (query_len > 0)
		memcpy(key + path_len + 1, query, query_len);
	return key;
}

/* Nobody who sends addresses can know which ones meet in the table. */
static uint64_t
hash_of(const char *key, size_t len)
{
	unsigned char out[crypto_shorthash_BYTES];
	uint64_t hash;

	if (memory.end == 0) {
		/* Begins at one: an answer that begins at 0 is none. */
		crypto_shorthash_keygen(memory.hash_key);
		memory.end = 1;
	}
	crypto_shorthash(out, (const unsigned char *)key, len,
	    memory.hash_key);
	memcpy(&hash, out, sizeof(hash));
	return hash;
}

static char *
text_of(const struct answer *a)
{
	return memory.ring + a->begin % RING;
}

/* Not overwritten since. */
static bool
is_there(const struct answer *a)
{
	return a->begin != 0 && a->begin + RING >= memory.end;
}

static struct answer *
way(uint64_t hash, size_t i)
{
	return &memory.answers[(hash + i) & (SLOTS - 1)];
}

static struct answer *
find(uint64_t hash, const char *key, size_t len)
{
	for (size_t i = 0; i < WAYS; i++) {
		struct answer *a = way(hash, i);

		if (a->hash == hash && a->key_len == len && is_there(a) &&
		    memcmp(text_of(a), key, len) == 0)
			return a;
	}
	return NULL;
}

/* The place of an answer: its own, else that of the oldest around. */
static struct answer *
place(uint64_t hash, const char *key, size_t len)
{
	struct answer *a = find(hash, key, len);

	for (size_t i = 0; a == NULL && i < WAYS; i++)
		if (!is_there(way(hash, i)))
			a = way(hash, i);
	if (a != NULL)
		return a;
	a = way(hash, 0);
	for (size_t i = 1; i < WAYS; i++)
		if (way(hash, i)->begin < a->begin)
			a = way(hash, i);
	return a;
}

/* So many bytes in one piece; what lay there is gone. */
static uint64_t
take(size_t size)
{
	uint64_t begin = memory.end;

	if (begin % RING + size > RING)
		begin += RING - begin % RING;
	memory.end = begin + size;
	return begin;
}

bool
hot_may_serve(struct request *rq)
{
	const struct caller *caller = &rq->ctx.caller;

	if (!rq->route->hot || rq->ctx.config->hot_answers_ms == 0)
		return false;
	/* A token that the route does not read may be anybody's. */
	if (!rq->has_token)
		return (rq->route->allow & CALLER_OPTIONAL) ||
		    request_header(rq, "HTTP_AUTHORIZATION") == NULL;
	return caller->role != ROLE_ADMIN && !caller->has_seller;
}

bool
hot_find(struct request *rq)
{
	size_t len;
	const char *key = key_of(rq, &len);
	const struct answer *a = key == NULL ?
	    NULL :
	    find(hash_of(key, len), key, len);

	if (a == NULL || a->until_us <= rq->started_us)
		return false;
	rq->out = ARENA_NEW(rq->ctx.arena, struct buf);
	*rq->out = (struct buf){ .arena = rq->ctx.arena,
		.data = text_of(a) + len + 1,
		.len = a->body_len,
		.size = a->body_len + 1,
		.cap = a->body_len };
	rq->etag = a->etag;
	rq->from_memory = true;
	return true;
}

void
hot_keep(struct request *rq)
{
	size_t len, body_len = rq->out->len;
	const char *key = key_of(rq, &len);
	struct answer *a;
	uint64_t hash;
	char *text;

	if (rq->status != 200 || rq->headers != NULL ||
	    rq->attachment != NULL || !buf_ok(rq->out) || key == NULL ||
	    body_len > BODY_MAX_KEPT)
		return;
	if (memory.ring == NULL)
		memory.ring = arena_alloc(rq->forever, RING);
	hash = hash_of(key, len);
	a = place(hash, key, len);
	*a = (struct answer){
		.hash = hash,
		.begin = take(len + 1 + body_len + 1),
		.key_len = len,
		.body_len = body_len,
		/* The processes do not all forget it at once. */
		.until_us = rq->started_us +
		    rq->ctx.config->hot_answers_ms *
			(1000 - (int64_t)(hash % 256)),
	};
	text = text_of(a);
	memcpy(text, key, len + 1);
	memcpy(text + len + 1, buf_text(rq->out), body_len + 1);
	send_etag(rq->out, a->etag);
	rq->etag = a->etag;
}
