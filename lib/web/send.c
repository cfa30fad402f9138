#include "web/send.h"

#include <sodium.h>
#include <string.h>

#include "core/log.h"

enum { ETAG_BYTES = 12, HEAD_CAP = 64 * 1024 };

/* RFC 9110, section 15. */
static const char *
reason(int status)
{
	static const struct {
		int status;
		const char *text;
	} reasons[] = {
		{ 200, "OK" },
		{ 201, "Created" },
		{ 202, "Accepted" },
		{ 204, "No Content" },
		{ 304, "Not Modified" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 409, "Conflict" },
		{ 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" },
		{ 429, "Too Many Requests" },
		{ 500, "Internal Server Error" },
		{ 502, "Bad Gateway" },
		{ 503, "Service Unavailable" },
		{ 504, "Gateway Timeout" },
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return "Status";
}

static bool
is_cacheable(const struct request *rq)
{
	return rq->route != NULL && rq->route->method == GET &&
	    (rq->route->allow & PUBLIC) && !rq->has_token &&
	    rq->attachment == NULL;
}

static void
put_header(struct buf *b, const char *name, const char *value)
{
	buf_str(b, name);
	buf_lit(b, ": ");
	buf_str(b, value);
	buf_lit(b, "\r\n");
}

static void
put_number(struct buf *b, const char *name, int64_t v)
{
	buf_str(b, name);
	buf_lit(b, ": ");
	buf_i64(b, v);
	buf_lit(b, "\r\n");
}

const char *
send_cors_origin(struct request *rq)
{
	const char *origin = request_header(rq, "HTTP_ORIGIN");
	const char *list = rq->ctx.config->cors_origins;

	if (origin == NULL)
		return NULL;
	while (*list != '\0') {
		size_t len = strcspn(list, ", ");

		if (len > 0 && len == strlen(origin) &&
		    strncmp(list, origin, len) == 0)
			return origin;
		list += len + strspn(list + len, ", ");
	}
	return NULL;
}

static void
put_cors(struct request *rq, struct buf *b)
{
	const char *origin = send_cors_origin(rq);

	if (*rq->ctx.config->cors_origins == '\0')
		return;
	put_header(b, "Vary", "Origin");
	if (origin == NULL)
		return;
	put_header(b, "Access-Control-Allow-Origin", origin);
	put_header(b, "Access-Control-Allow-Credentials", "true");
	put_header(b, "Access-Control-Expose-Headers",
	    "ETag, Idempotent-Replayed, RateLimit-Limit, "
	    "RateLimit-Remaining, RateLimit-Reset, Retry-After, "
	    "X-Request-Id");
}

/*
 * The same in every process and after a restart; who can choose what is hashed
 * gains nothing by two texts with one tag, so the key need not be a secret.
 */
void
send_etag(const struct buf *body, char tag[ETAG_TEXT])
{
	static const unsigned char key[crypto_shorthash_siphashx24_KEYBYTES] =
	    "haat entity tag";
	unsigned char digest[crypto_shorthash_siphashx24_BYTES];
	char *end;

	(void)crypto_shorthash_siphashx24(digest,
	    (const unsigned char *)buf_text(body), body->len, key);
	tag[0] = '"';
	sodium_bin2hex(tag + 1, 2 * ETAG_BYTES + 1, digest, ETAG_BYTES);
	end = tag + 1 + 2 * ETAG_BYTES;
	end[0] = '"';
	end[1] = '\0';
}

/* ETag of a public answer; answers 304 where the client has it already. */
static void
put_etag(struct request *rq, struct buf *b)
{
	const char *known = request_header(rq, "HTTP_IF_NONE_MATCH");

	if (rq->etag == NULL) {
		char *tag = arena_alloc(rq->ctx.arena, ETAG_TEXT);

		send_etag(rq->out, tag);
		rq->etag = tag;
	}
	put_header(b, "ETag", rq->etag);
	if (known != NULL &&
	    (strcmp(known, "*") == 0 || strstr(known, rq->etag) != NULL))
		rq->status = 304;
}

static void
put_standard_headers(struct request *rq, struct buf *b)
{
	if (is_cacheable(rq) && rq->status == 200) {
		put_etag(rq, b);
		put_header(b, "Cache-Control", "public, no-cache");
		if (rq->route->allow & CALLER_OPTIONAL)
			put_header(b, "Vary", "Authorization");
		if (rq->route->hot)
			put_header(b, "Vary", "Accept-Encoding");
	} else {
		put_header(b, "Cache-Control", "no-store");
	}
	put_header(b, "X-Content-Type-Options", "nosniff");
	put_header(b, "X-Request-Id", rq->ctx.request_id);
	put_header(b, "Content-Security-Policy",
	    "default-src 'none'; frame-ancestors 'none'");
	put_cors(rq, b);
	if (rq->limit.counted) {
		put_number(b, "RateLimit-Limit", rq->limit.limit);
		put_number(b, "RateLimit-Remaining", rq->limit.remaining);
		put_number(b, "RateLimit-Reset", rq->limit.reset_secs);
	}
	for (const struct header *h = rq->headers; h != NULL; h = h->next)
		put_header(b, h->name, h->value);
}

static bool
has_body(const struct request *rq)
{
	return rq->status != 304 && rq->status != 204;
}

/* The head up to the empty line; len is that of the body, -1 if not known. */
static void
put_head(struct request *rq, struct buf *b, int64_t len)
{
	struct buf headers;

	/* First: the status may become 304. */
	buf_init(&headers, rq->ctx.arena, HEAD_CAP);
	put_standard_headers(rq, &headers);
	buf_lit(b, "Status: ");
	buf_i64(b, rq->status);
	buf_char(b, ' ');
	buf_str(b, reason(rq->status));
	buf_lit(b, "\r\n");
	if (has_body(rq))
		put_header(b, "Content-Type", rq->content_type);
	if (has_body(rq) && rq->encoding != NULL)
		put_header(b, "Content-Encoding", rq->encoding);
	if (has_body(rq) && len >= 0)
		put_number(b, "Content-Length", len);
	buf_raw(b, buf_text(&headers), headers.len);
	buf_lit(b, "\r\n");
}

/* --- answers in one piece ----------------------------------------------- */

static void
send_whole(struct request *rq)
{
	struct buf b;

	buf_init(&b, rq->ctx.arena, 2 * HEAD_CAP);
	put_head(rq, &b, (int64_t)rq->out->len);
	io_send(rq->io, buf_text(&b), b.len, buf_text(rq->out),
	    has_body(rq) && !rq->is_head ? rq->out->len : 0);
}

/* --- answers piece by piece --------------------------------------------- */

static void
begin_stream(struct request *rq)
{
	struct buf b;

	reply_header(rq, "Content-Disposition",
	    arena_printf(rq->ctx.arena, "attachment; filename=\"%s\"",
		rq->attachment));
	buf_init(&b, rq->ctx.arena, 2 * HEAD_CAP);
	put_head(rq, &b, -1);
	(void)io_write(rq->io, buf_text(&b), b.len); /* the next one tells */
	rq->streamed = true;
}

static enum err
stream_piece(void *arg, const void *p, size_t len)
{
	struct request *rq = arg;

	if (!rq->streamed)
		begin_stream(rq);
	if (!rq->is_head && !io_write(rq->io, p, len))
		return ERR_UNAVAILABLE; /* nobody listens any more */
	return OK;
}

struct sink
reply_stream(struct request *rq, const char *content_type,
    const char *filename)
{
	rq->content_type = content_type;
	rq->attachment = filename;
	return (struct sink){ .write = stream_piece, .arg = rq };
}

void
send_reply(struct request *rq, enum err err)
{
	if (rq->streamed && err != OK) {
		/* Half a file must not look like a whole one. */
		log_warn("answer cut short request_id=%s code=%s",
		    rq->ctx.request_id, err_code(err));
		io_abort(rq->io);
	} else if (rq->attachment != NULL && err == OK) {
		(void)stream_piece(rq, "", 0); /* an empty one has a head */
	} else {
		send_whole(rq);
	}
}
