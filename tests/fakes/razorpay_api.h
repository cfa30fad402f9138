/*
 * razorpay_api.h: the routes of the provider that the shop uses, and the
 * customer at the checkout.  Each handler answers its call.
 */
#ifndef HAAT_FAKES_RAZORPAY_API_H
#define HAAT_FAKES_RAZORPAY_API_H

#include "razorpay_call.h"

void order_create(struct call *q);
void order_list(struct call *q);
void order_show(struct call *q);
void order_payments(struct call *q);

void payment_list(struct call *q);
void payment_show(struct call *q);
void payment_capture(struct call *q);
void payment_refunds(struct call *q);

void refund_create(struct call *q);
void refund_list(struct call *q);
void refund_show(struct call *q);

/* POST /v1/checkout/pay {order_id, method, outcome, again}: the customer.
 * With again, also where the order is paid: two windows, or a bank that was
 * late. */
void checkout_pay(struct call *q);

/* POST /v1/payments/play {payment_id}: nobody captured it in time, and the
 * provider gives it back by itself. */
void payment_play(struct call *q);

/* POST /v1/refunds/play {refund_id, outcome}: the bank, later. */
void refund_play(struct call *q);

/* The checks that several make; false after a refusal. */
bool check_notes(struct call *q, const char **notes);
bool check_members(struct call *q, const char *const *known);
struct payment *find_payment(struct call *q);

#endif
