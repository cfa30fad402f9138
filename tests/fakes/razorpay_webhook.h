/*
 * razorpay_webhook.h: sends events to the shop, one at a time and in order,
 * until each has had a 2xx.  Nothing here waits: the loop of the program
 * turns it.
 *
 * An event that is refused is sent again after 50 ms, 100 ms and so on.
 * After five refusals it no longer holds up those behind it, and is tried
 * every ten seconds, for a day.
 */
#ifndef HAAT_FAKES_RAZORPAY_WEBHOOK_H
#define HAAT_FAKES_RAZORPAY_WEBHOOK_H

#include <curl/curl.h>

#include "razorpay_fault.h"

struct sender;

/* Takes up what the journal holds as not sent. */
struct sender *sender_new(struct sandbox *s);

void sender_add(struct sender *s, struct event *e);
void sender_knobs(struct sender *s, const struct webhook_knobs *k);

/*
 * Lets go what is held, although the knob stays; those of the n names first,
 * in the order of these.
 */
void sender_release(struct sender *s, const char *const *names, size_t n);

/* Sends an event again that has been sent. */
void sender_again(struct sender *s, struct event *e);

struct sender_counts {
	int64_t held;
	int64_t waiting;
	int64_t sent; /* accepted by the shop since the start */
	int64_t refused;
};
struct sender_counts sender_counts(const struct sender *s);

/* For the loop: what to wait with, how long, and what to do then. */
CURLM *sender_multi(struct sender *s);
int sender_timeout_ms(struct sender *s);
void sender_step(struct sender *s);

#endif
