/*
 * razorpay_fault.h: what goes wrong on purpose.
 *
 * A rule names calls ("POST /v1/orders", with "*" for a segment or for all)
 * and a fault, for a number of times.  Random faults come besides, from a
 * seeded generator.  The routes of the tests and the checkout are spared,
 * the latter unless a rule names it.
 *
 * fault          executed  what the caller sees
 * timeout        no        nothing for timeout_ms, then the connection closes
 * reset          no        the connection is reset
 * 500, 400, 401  no        the provider's envelope
 * redirect       no        308 to location
 * slow-drip      yes       the answer, one byte each drip_ms
 * junk           yes       200 and what is no JSON
 * big-body       yes       200 and 5 MiB
 * slow           later     the answer after timeout_ms; until then its
 *                          idempotency key is busy
 *
 * "before-" in front of a name changes nothing; "after-" executes first.
 */
#ifndef HAAT_FAKES_RAZORPAY_FAULT_H
#define HAAT_FAKES_RAZORPAY_FAULT_H

#include "razorpay_call.h"

enum fault_kind {
	FAULT_NONE,
	FAULT_TIMEOUT,
	FAULT_RESET,
	FAULT_500,
	FAULT_400,
	FAULT_401,
	FAULT_REDIRECT,
	FAULT_SLOW_DRIP,
	FAULT_JUNK,
	FAULT_BIG_BODY,
	FAULT_SLOW,
	FAULT_KINDS
};

struct fault_chosen {
	enum fault_kind kind;
	bool executes;
	int64_t timeout_ms;
	int64_t drip_ms;
	const char *location;
};

/* How events are sent; kept by the sender too. */
struct webhook_knobs {
	int64_t duplicate; /* further copies of each event */
	int64_t missign;   /* tries of each event with a wrong signature */
	int64_t delay_ms;
	bool shuffle;
	bool hold;
};

struct faults *faults_new(struct arena *a);

/* The fault of this call; it is used up by that. */
struct fault_chosen faults_take(struct faults *f, const struct call *q);

bool faults_refunds_pend(const struct faults *f);
const struct webhook_knobs *faults_webhooks(const struct faults *f);

/* GET, POST and DELETE /v1/faults. */
void faults_show(struct call *q);
void faults_set(struct call *q);
void faults_clear(struct call *q);

/* Turns the answer of q into that of a fault that has one. */
void fault_answer(struct call *q, const struct fault_chosen *f);

#endif
