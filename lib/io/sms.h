/*
 * sms.h: short messages through any provider that takes a JSON POST.
 *
 * SMS_URL gets {"to":"+919812345678","text":"…"} with an Idempotency-Key;
 * SMS_AUTH is the value of its Authorization header, or a whole header
 * ("X-Api-Key: …").  Without SMS_URL there are no short messages.
 */
#ifndef HAAT_IO_SMS_H
#define HAAT_IO_SMS_H

#include "core/ctx.h"

enum sms_result {
	SMS_SENT,
	SMS_REFUSED, /* for good */
	SMS_LATER,
	SMS_AWAY, /* nobody can be reached now */
};

bool sms_is_on(struct ctx *c);

/* The digits of a phone number with + in front, an Indian one where no
 * country is given; NULL if there are too few or too many. */
const char *sms_number(struct ctx *c, const char *phone);

/* Never inside a transaction.  why is set unless it was sent. */
enum sms_result sms_send(struct ctx *c, struct uuid id, const char *phone,
    const char *text, const char **why);

#endif
