/*
 * razorpay_http.h: the sandbox's own small HTTP server: one process, one
 * loop, HTTP/1.1 with Content-Length, bodies of up to 1 MiB.  It waits for
 * its connections and for the sender of events together; answers leave when
 * the journal is on the disk.
 *
 * Under lighttpd the connections are those of the fronts (razorpay_front.h),
 * which this loop starts: always a few that are free, and one more for each
 * that a fault keeps waiting.
 */
#ifndef HAAT_FAKES_RAZORPAY_HTTP_H
#define HAAT_FAKES_RAZORPAY_HTTP_H

#include "razorpay_call.h"

struct server;

/* listener: a listening TCP socket, or -1 for fronts. */
struct server *server_new(struct sandbox *s, int listener);

/* Serves until *stop is set by a signal. */
void server_run(struct server *s, const volatile int *stop);

#endif
