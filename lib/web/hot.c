#include "web/hot.h"

#include <string.h>

#include "core/memo.h"
#include "web/send.h"

enum { KEY_MAX = 1024, BODY_MAX_KEPT = 64 * 1024 };

struct answer {
	int64_t until_us;
	char etag[ETAG_TEXT];
	char body[]; /* with a NUL */
};

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
	size_t len, kept;
	const char *key = key_of(rq, &len);
	struct answer *a = key != NULL ?
	    memo_find(rq->answers, key, len, &kept) :
	    NULL;

	if (a == NULL || a->until_us <= rq->started_us)
		return false;
	kept -= sizeof(*a);
	rq->out = ARENA_NEW(rq->ctx.arena, struct buf);
	*rq->out = (struct buf){ .arena = rq->ctx.arena,
		.data = a->body,
		.len = kept - 1,
		.size = kept,
		.cap = kept - 1 };
	rq->etag = a->etag;
	rq->from_memory = true;
	return true;
}

/* The processes do not all forget an answer at once. */
static int64_t
time_to_keep(struct request *rq, const char *key, size_t len)
{
	return rq->ctx.config->hot_answers_ms *
	    (1000 - (int64_t)(memo_hash(rq->answers, key, len) % 256));
}

void
hot_keep(struct request *rq)
{
	size_t len, body_len = rq->out->len;
	const char *key = key_of(rq, &len);
	struct answer *a;

	if (rq->status != 200 || rq->headers != NULL ||
	    rq->attachment != NULL || !buf_ok(rq->out) || key == NULL ||
	    body_len > BODY_MAX_KEPT)
		return;
	a = memo_keep(rq->answers, key, len, sizeof(*a) + body_len + 1);
	if (a == NULL)
		return;
	a->until_us = rq->started_us + time_to_keep(rq, key, len);
	send_etag(rq->out, a->etag);
	memcpy(a->body, buf_text(rq->out), body_len + 1);
	rq->etag = a->etag;
}
