/*
 * send.h: the answer on its way out: status line, headers, body.
 *
 * Most answers go out in one piece.  A long one (reply_stream() of request.h)
 * goes out as its pieces are made; one that fails halfway is cut off, so that
 * nobody takes it for a whole one.
 */
#ifndef HAAT_WEB_SEND_H
#define HAAT_WEB_SEND_H

#include "web/request.h"

enum { ETAG_TEXT = 32 };

/* The tag of a body: a hash of it, in quotes (RFC 9110, section 8.8.3). */
void send_etag(const struct buf *body, char tag[ETAG_TEXT]);

/* Sends what stands in rq, or ends what was sent in pieces. */
void send_reply(struct request *rq, enum err err);

/* The request's Origin if it is one of the configured ones, else NULL. */
const char *send_cors_origin(struct request *rq);

#endif
