/*
 * razorpay_front.h: between FastCGI and the server of razorpay_http.h.
 *
 * libfcgi serves one request at a time, and a fault may keep one for ten
 * seconds.  So the process that lighttpd starts keeps the state and answers
 * HTTP, and forks fronts: each takes requests from lighttpd's socket, passes
 * them on through a socket pair, and gives back what comes.  Where nothing
 * comes it ends without a word, which lighttpd makes a 500 of.
 */
#ifndef HAAT_FAKES_RAZORPAY_FRONT_H
#define HAAT_FAKES_RAZORPAY_FRONT_H

/* Starts one; returns the server's end of the pair, -1 if that failed. */
int front_start(void);

#endif
