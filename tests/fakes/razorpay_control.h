/*
 * razorpay_control.h: routes for the tests, which the provider does not have:
 * its books, and events by hand.
 */
#ifndef HAAT_FAKES_RAZORPAY_CONTROL_H
#define HAAT_FAKES_RAZORPAY_CONTROL_H

#include "razorpay_call.h"

/* GET /v1/books: the totals, to hold against a ledger. */
void books_show(struct call *q);

/* GET /v1/webhooks: how many are held, waiting, sent and refused. */
void webhooks_show(struct call *q);

/*
 * POST /v1/webhooks/send {event_id, event, payload, contains}: any event,
 * well signed; with nothing but the id of an old one, that one again.
 */
void webhooks_send(struct call *q);

/* POST /v1/webhooks/release {order: [name…]}: what is held goes. */
void webhooks_release(struct call *q);

#endif
