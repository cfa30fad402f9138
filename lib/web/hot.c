#include "web/hot.h"

#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST
#include <zlib.h>

#include "core/memo.h"
#include "web/send.h"

enum {
	KEY_MAX = 1024,
	BODY_MAX_KEPT = 64 * 1024,
	/* A short body fits one packet as it is. */
	PACK_MIN = 1024,
	PACK_LEVEL = 5,
	PACK_WINDOW_BITS = 13 + 16, /* 8 KiB, and the format is gzip */
	PACK_MEMORY_LEVEL = 6,      /* 64 KiB while it packs */
};

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
	if (query != NULL)
		memcpy(key + path_len + 1, query, query_len + 1);
	return key;
}

/* --- packed ------------------------------------------------------------- */

/* RFC 9110, section 12.5.3; a weight that is not plainly zero counts. */
static bool
accepts_gzip(struct request *rq)
{
	const char *p = request_header(rq, "HTTP_ACCEPT_ENCODING");

	while (p != NULL && *p != '\0') {
		size_t len = strcspn(p, ",");
		const char *name = p + strspn(p, " \t");

		if (strncmp(name, "gzip", 4) == 0 &&
		    strchr(" \t;,", name[4]) != NULL) {
			const char *q = strstr(name, "q=");

			return q == NULL || q > p + len ||
			    strtod(q + 2, NULL) > 0;
		}
		p += len + (p[len] == ',');
	}
	return false;
}

/* The body packed, in the arena; NULL where that does not pay. */
static unsigned char *
pack(struct arena *a, const char *body, size_t len, size_t *packed_len)
{
	z_stream z = { .next_in = (const unsigned char *)body,
		.avail_in = (uInt)len };
	unsigned char *out = arena_alloc(a, len);
	int status;

	if (deflateInit2(&z, PACK_LEVEL, Z_DEFLATED, PACK_WINDOW_BITS,
		PACK_MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		return NULL;
	z.next_out = out;
	z.avail_out = (uInt)len;
	status = deflate(&z, Z_FINISH);
	*packed_len = len - z.avail_out;
	(void)deflateEnd(&z); /* tells only whether it was finished */
	return status == Z_STREAM_END ? out : NULL;
}

/* A body of another form is another thing to a cache: it has a tag of its
 * own. */
static void
packed_tag(const struct answer *a, char tag[ETAG_TEXT])
{
	size_t len = strlen(a->etag);

	memcpy(tag, a->etag, len - 1);
	memcpy(tag + len - 1, "-gz\"", 5);
}

/* The packed form of an answer, made when it is first asked for; NULL without
 * one.  The plain form may be gone then. */
static const struct answer *
find_packed(struct request *rq, const char *key, size_t key_len,
    const struct answer *plain, size_t body_len, size_t *len)
{
	struct answer head = { .until_us = plain->until_us };
	char *packed_key = arena_printf(rq->ctx.arena, "gzip %s", key);
	struct answer *a = memo_find(rq->answers, packed_key, key_len + 5,
	    len);
	unsigned char *packed;

	packed_tag(plain, head.etag);
	if (a != NULL && strcmp(a->etag, head.etag) == 0 &&
	    a->until_us == plain->until_us) {
		*len -= sizeof(*a);
		return a;
	}
	packed = pack(rq->ctx.arena, plain->body, body_len, len);
	if (packed == NULL)
		return NULL;
	a = memo_keep(rq->answers, packed_key, key_len + 5,
	    sizeof(*a) + *len);
	if (a == NULL)
		return NULL;
	*a = head;
	memcpy(a->body, packed, *len);
	return a;
}

/* --- the whole ---------------------------------------------------------- */

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

static void
take(struct request *rq, const struct answer *a, size_t len)
{
	rq->out = ARENA_NEW(rq->ctx.arena, struct buf);
	*rq->out = (struct buf){ .arena = rq->ctx.arena,
		.data = (char *)a->body, /* nobody appends to it */
		.len = len,
		.size = len,
		.cap = len };
	rq->etag = a->etag;
	rq->from_memory = true;
}

bool
hot_find(struct request *rq)
{
	size_t len, kept, packed_len;
	const char *key = key_of(rq, &len);
	const struct answer *packed = NULL;
	const struct answer *a = key != NULL ?
	    memo_find(rq->answers, key, len, &kept) :
	    NULL;

	if (a == NULL || a->until_us <= rq->started_us)
		return false;
	kept -= sizeof(*a) + 1;
	if (kept >= PACK_MIN && accepts_gzip(rq)) {
		packed = find_packed(rq, key, len, a, kept, &packed_len);
		/* Making it may have taken the room of the plain one. */
		a = memo_find(rq->answers, key, len, &kept);
		if (packed == NULL && a == NULL)
			return false;
		kept -= a != NULL ? sizeof(*a) + 1 : 0;
	}
	rq->encoding = packed != NULL ? "gzip" : NULL;
	take(rq, packed != NULL ? packed : a,
	    packed != NULL ? packed_len : kept);
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
