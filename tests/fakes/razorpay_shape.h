/*
 * razorpay_shape.h: the provider's entities, and the events that carry them.
 * https://razorpay.com/docs/api/ and https://razorpay.com/docs/webhooks/ name
 * the fields.
 */
#ifndef HAAT_FAKES_RAZORPAY_SHAPE_H
#define HAAT_FAKES_RAZORPAY_SHAPE_H

#include "razorpay_call.h"

void shape_order(struct json *j, const char *name, const struct order *o);
void shape_payment(struct json *j, const char *name, const struct payment *p);
/* status: the refund's own, or its first one for a repeated answer. */
void shape_refund(struct json *j, const char *name, const struct refund *r,
    enum refund_status status);

/* Whether the money of it was taken, whatever went back since. */
bool payment_is_taken(const struct payment *p);

/* The provider's fee for a captured amount, tax included: 2 % and 18 % GST on
 * that; and the tax alone. */
int64_t fee_of(int64_t amount);
int64_t tax_of(int64_t amount);

/*
 * Makes an event of the things as they are now, those that are not NULL, and
 * hands it to the sender.
 */
struct happening {
	const char *name; /* "payment.captured" */
	const struct payment *payment;
	const struct order *order;
	const struct refund *refund;
};
void event_of(struct sandbox *s, struct arena *a, const struct happening *h);

/* The head of an event up to "contains", which the caller goes on with. */
struct json event_open(struct sandbox *s, struct buf *body, const char *name);
/* Writes the time, closes the event and hands it over.  id may be NULL. */
struct event *event_close(struct sandbox *s, struct json *j, const char *id,
    const char *name);

#endif
