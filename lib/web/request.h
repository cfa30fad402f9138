/*
 * request.h: one request on its way through the pipeline of app.c, which is
 * the only caller of handlers.
 *
 * A handler reads rq->in (a pointer to its input struct), calls services with
 * &rq->ctx, and leaves JSON in rq->out.
 */
#ifndef HAAT_WEB_REQUEST_H
#define HAAT_WEB_REQUEST_H

#include "core/buf.h"
#include "core/config.h"
#include "core/ctx.h"
#include "core/json.h"
#include "core/page.h"
#include "core/sink.h"
#include "io/limiter.h"
#include "web/io.h"
#include "web/route.h"

struct header {
	struct header *next;
	const char *name;
	const char *value;
};

/* A decoded name=value of the query. */
struct param {
	const char *name;
	const char *value;
	bool seen; /* bound to a field */
};

struct request {
	struct ctx ctx;
	struct io *io;
	const struct app *app;
	struct memo *answers; /* given before, see hot.h, idempotency.h */
	const struct route *route;
	const char *method;
	const char *path; /* normalised, ends in "/" */
	bool is_head;
	int64_t started_us;

	const char *raw_body;
	size_t raw_body_len;
	struct json_object *json;
	struct param *params;
	size_t nparams;
	struct form *form; /* of a multipart body, see form.h */

	void *in;        /* the bound input struct */
	struct buf *out; /* the answer's body */
	int status;
	const char *content_type;
	struct header *headers;
	const char *etag;     /* of the body, where it is known already */
	const char *encoding; /* of the body, NULL: as it is */
	bool from_memory;     /* the answer, see hot.h */
	bool has_token;
	bool caller_remembered; /* looked up a moment ago, not now */
	const char *attachment; /* its name, of an answer in pieces */
	bool streamed;          /* the first of them is gone */

	/* Idempotency, see idempotency.h. */
	bool replayed;
	bool keyed;
	unsigned char fingerprint[32];
	const char *keep;
	struct limit_state limit;
	const struct limit *limit_used;
	const char *limit_who;
};

/* Value of a request header by its CGI name ("HTTP_IF_NONE_MATCH"), NULL
 * without one. */
const char *request_header(struct request *rq, const char *cgi_name);

void reply_header(struct request *rq, const char *name, const char *value);

/* Wraps the rows already in rq->out (comma-separated objects) into the list
 * envelope, with links to the neighbours. */
void reply_page(struct request *rq, const struct page_out *page);
/* As reply_page(), with one more member after results ("facets"). */
void reply_page_with(struct request *rq, const struct page_out *page,
    const char *name, const char *json);

/*
 * A file for the caller to save, of a type that the route names in .media.
 * Nothing of it is held: each piece written to the sink goes out at once, the
 * headers in front of the first.  An error before that is answered as always;
 * after it the answer is cut off.  The file's name is ours: plain ASCII.
 */
struct sink reply_stream(struct request *rq, const char *content_type,
    const char *filename);

/* {"detail":"…"} */
extern const struct shape detail_shape;
void reply_detail(struct request *rq, const char *detail);

#endif
