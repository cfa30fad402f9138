/*
 * outbox.h: what must leave the house after a commit: mail and SMS.
 *
 * At least once: a message is claimed in a short transaction, sent outside of
 * any, and marked afterwards; who dies in between has it sent again, under
 * the same Message-ID.  A try that fails is repeated after half a minute and
 * then twice as long each time, up to four hours; the tenth, or a refusal for
 * good, makes it a dead letter, which is kept with its reason.
 *
 * Kinds are "mail.TYPE" and "sms.TYPE", with the type's template; the payload
 * is the data of the template, and its "to" the address where that is not
 * the account's own.
 */
#ifndef HAAT_SERVICES_OUTBOX_H
#define HAAT_SERVICES_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/ctx.h"

enum { OUTBOX_TRIES = 10, OUTBOX_BATCH = 20 };

struct outbox_message {
	struct uuid id;
	const char *kind;
	bool is_sms;
	const char *payload;
	int64_t attempts; /* this one included */
	int64_t created_us;
	/* Of the account; NULL without one. */
	const char *email;
	const char *full_name;
	const char *phone;
};

enum outbox_outcome {
	OUTBOX_SENT,
	OUTBOX_LATER,
	OUTBOX_AWAY, /* later, as all others that go the same way */
	OUTBOX_DEAD,
};

/* Up to OUTBOX_BATCH messages whose time has come, the oldest first. */
enum err outbox_claim(struct ctx *c, struct outbox_message **out, size_t *n);

/* Sends one and notes what came of it. */
enum err outbox_deliver(struct ctx *c, const struct outbox_message *m,
    enum outbox_outcome *outcome);

/* Claimed ones that were not tried wait a little, their tries uncounted. */
enum err outbox_put_back(struct ctx *c, const struct outbox_message *v,
    size_t n);

/* Makes dead letters of those whose every try ended without an outcome. */
enum err outbox_bury(struct ctx *c, int64_t *buried);

enum err outbox_due(struct ctx *c, int64_t *count);

/* Dead letters that are kept. */
enum err outbox_dead(struct ctx *c, int64_t *count);

/* Seconds until the next try; at random within a fifth, so that what failed
 * together does not come back together. */
int64_t outbox_wait_secs(int64_t attempts);

#endif
