/*
 * razorpay_state.h: what the sandbox remembers: orders, payments, refunds,
 * events.  Everything is in memory, found by hash tables; every change is
 * first a line of JSON in an append-only journal, which is read again at the
 * start.  A change counts once state_sync() has returned: answers and events
 * leave after that.
 *
 * A line that a crash cut off is dropped, and with it the change nobody was
 * told of.  An event's body stays in the journal only and is read from there
 * when it is sent, so that it is the same bytes on every try.
 */
#ifndef HAAT_FAKES_RAZORPAY_STATE_H
#define HAAT_FAKES_RAZORPAY_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "core/arena.h"

enum { ID_TEXT = 24, ID_RANDOM = 14, EVENT_NAME = 40, KEY_HASH = 32 };

enum order_status { ORDER_CREATED, ORDER_ATTEMPTED, ORDER_PAID };

enum payment_status {
	PAYMENT_AUTHORIZED,
	PAYMENT_CAPTURED,
	PAYMENT_REFUNDED, /* in full */
	PAYMENT_FAILED,
	PAYMENT_STATUSES
};

enum refund_status {
	REFUND_PENDING,
	REFUND_PROCESSED,
	REFUND_FAILED,
	REFUND_STATUSES
};

enum method { UPI, CARD, NETBANKING, WALLET, METHODS };

extern const char *const order_status_names[];
extern const char *const payment_status_names[];
extern const char *const refund_status_names[];
extern const char *const method_names[];

/* Where name stands among the first n names, -1 if nowhere. */
int name_index(const char *const *names, int n, const char *name);

struct order {
	char id[ID_TEXT];
	int64_t amount;
	int64_t amount_paid;
	int64_t created_at_secs;
	int attempts;
	enum order_status status;
	const char *receipt;      /* or NULL */
	const char *notes;        /* JSON; "[]" when there are none */
	struct payment *payments; /* the newest first */
};

struct payment {
	char id[ID_TEXT];
	struct order *order;
	struct payment *next; /* of the order */
	int64_t amount;
	int64_t amount_refunded; /* by refunds that did not fail */
	int64_t created_at_secs;
	enum payment_status status;
	enum method method;
	bool returned;          /* never captured: it went back by itself */
	struct refund *refunds; /* the newest first */
};

struct refund {
	char id[ID_TEXT];
	struct payment *payment;
	struct refund *next; /* of the payment */
	int64_t amount;
	int64_t created_at_secs;
	enum refund_status status;
	enum refund_status first_status; /* as first answered */
	bool optimum;                    /* the speed asked for */
	const char *receipt;             /* or NULL */
	const char *notes;               /* JSON */
	const char *key;                 /* X-Refund-Idempotency, or NULL */
	uint8_t key_hash[KEY_HASH];      /* of the request under that key */
};

struct event {
	TAILQ_ENTRY(event) entry; /* of the sender's lists */
	const char *id;
	char name[EVENT_NAME];
	int64_t seq; /* from 0 in the order of creation */
	int64_t body_at;
	size_t body_len;
	int64_t due_us; /* monotonic */
	int attempts;
	int missigned;
	int copies; /* accepted so far */
	bool sent;
	bool released; /* once held, not to be held again */
};

struct list {
	void **items;
	size_t n;
	size_t size;
};

struct state;

/*
 * Opens $folder/sandbox/razorpay.journal, making both, and reads it.  NULL
 * after a log line if it cannot be had; it belongs to one process.
 */
struct state *state_open(const char *folder);

/*
 * Writes what has changed and waits for the disk, except for what is only
 * about events that have been sent: a crash sends them twice.  Ends the
 * process if that fails.
 */
void state_sync(struct state *s);

/* The arena of everything that stays. */
struct arena *state_arena(struct state *s);

/* A new id: prefix and 14 letters or digits. */
void state_new_id(const char *prefix, char id[ID_TEXT]);

/* Look-ups; NULL if there is none. */
struct order *state_order(struct state *s, const char *id);
struct order *state_order_by_receipt(struct state *s, const char *receipt);
struct payment *state_payment(struct state *s, const char *id);
struct refund *state_refund(struct state *s, const char *id);
struct refund *state_refund_by_key(struct state *s, const char *key);
struct event *state_event(struct state *s, const char *id);

/* All of them, the oldest first. */
const struct list *state_orders(const struct state *s);
const struct list *state_payments(const struct state *s);
const struct list *state_refunds(const struct state *s);
const struct list *state_events(const struct state *s);

/*
 * Changes.  The texts of a draft are copied; ids and times are made here.
 * The rules of the provider are the caller's.
 */
struct order *state_add_order(struct state *s, const struct order *draft);
struct payment *state_add_payment(struct state *s, struct order *o,
    enum method method, enum payment_status status);
void state_capture(struct state *s, struct payment *p);
void state_return(struct state *s, struct payment *p);
struct refund *state_add_refund(struct state *s, struct payment *p,
    const struct refund *draft);
void state_refund_move(struct state *s, struct refund *r,
    enum refund_status status);
struct event *state_add_event(struct state *s, const char *id,
    const char *name, const char *body);
void state_event_sent(struct state *s, struct event *e);

/* The body of an event whose line is on the disk; NULL if it is not. */
const char *state_event_body(struct state *s, const struct event *e,
    struct arena *a);

#endif
