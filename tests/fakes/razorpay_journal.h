/*
 * razorpay_journal.h: what razorpay_state.c, which writes the journal, and
 * razorpay_replay.c, which reads it, have in common.
 */
#ifndef HAAT_FAKES_RAZORPAY_JOURNAL_H
#define HAAT_FAKES_RAZORPAY_JOURNAL_H

#include "core/json.h"
#include "razorpay_state.h"
#include "razorpay_table.h"

struct state {
	struct arena *arena;
	struct arena *lines_arena;
	struct buf lines; /* not yet in the file */
	bool matters;     /* whether the disk must have them */
	int fd;
	int64_t size; /* of the file */
	struct table orders, receipts, payments, refunds, keys, events;
	struct list order_list, payment_list, refund_list, event_list;
};

enum { LINES_MAX = 256 * 1024 * 1024 };

#define EVENT_HEAD "{\"t\":\"event\",\"id\":\""
#define EVENT_BODY "\",\"body\":"
#define SENT_HEAD "{\"t\":\"sent\",\"seq\":"

/* What a change does in memory, at work and when it is read again. */
struct order *put_order(struct state *s, const struct order *draft);
struct payment *put_payment(struct state *s, const struct payment *draft);
void put_capture(struct payment *p);
void put_return(struct payment *p);
struct refund *put_refund(struct state *s, const struct refund *draft);
void put_refund_status(struct refund *r, enum refund_status status);
/* id stays where it is. */
struct event *put_event(struct state *s, const char *id, const char *name,
    int64_t body_at, size_t body_len);

/* Reads the file and cuts off what is no whole line. */
bool read_journal(struct state *s);

#endif
