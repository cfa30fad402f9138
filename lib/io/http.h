/*
 * http.h: every request that leaves the house over HTTP.
 *
 * One handle of libcurl per process, kept for its open connections.  No
 * redirects, no proxy, certificates verified, http and https only, and what
 * comes back is capped.  Neither bodies nor headers are logged, nor more of
 * an address than its host.
 *
 * A connection that is used a second time may be dead already, and then the
 * request goes out once more by itself.  So only what may arrive twice uses
 * one again: GET, and what carries an idempotency key (.repeatable).
 */
#ifndef HAAT_IO_HTTP_H
#define HAAT_IO_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/ctx.h"

enum http_result {
	HTTP_OK,          /* an answer came, with whatever status */
	HTTP_UNREACHABLE, /* nothing was sent: certainly not done */
	HTTP_UNKNOWN,     /* sent, but no whole answer: done or not */
	HTTP_TOO_LARGE,   /* sent; the answer is longer than we take */
	HTTP_JUNK,        /* sent; what answered does not speak HTTP */
};

enum {
	HTTP_CONNECT_MS = 2000,
	HTTP_TOTAL_MS = 8000,
	HTTP_ANSWER_MAX = 256 * 1024,
	HTTP_HEADERS_MAX = 32 * 1024
};

/* What is left zero takes the default. */
struct http_request {
	const char *name;   /* for the log: "razorpay create order" */
	const char *method; /* "GET", "POST", … */
	const char *url;
	const char *body; /* NULL: none */
	size_t body_len;
	const char *content_type;   /* "application/json" */
	const char *basic_user;     /* NULL: no sign-in */
	const char *basic_password; /* NULL with a user: empty */
	/* "Name: value" each, nheaders of them. */
	const char *const *headers;
	size_t nheaders;
	bool repeatable; /* GET always is */
	int64_t connect_ms;
	int64_t total_ms;
	size_t answer_max; /* bytes */
};

struct http_response {
	int status;       /* 302 too: redirects are not followed */
	const char *body; /* never NULL, ends in NUL */
	size_t len;
	const char *headers; /* as they came, for http_header() */
};

/* out lives in the arena of c; with anything but HTTP_OK it is empty, except
 * that status tells what was seen of it. */
enum http_result http_send(struct ctx *c, const struct http_request *in,
    struct http_response *out);

/* The first header of that name, in any case; NULL if there is none. */
const char *http_header(struct ctx *c, const struct http_response *r,
    const char *name);

/* "unreachable", for the log and for last_error. */
const char *http_result_name(enum http_result result);

/* Closes what is open; the next call opens anew. */
void http_close(void);

#endif
