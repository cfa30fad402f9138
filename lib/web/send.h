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

/* Sends what stands in rq, or ends what was sent in pieces. */
void send_reply(struct request *rq, enum err err);

/* The request's Origin if it is one of the configured ones, else NULL. */
const char *send_cors_origin(struct request *rq);

#endif
