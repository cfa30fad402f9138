/*
 * webhook.h: events of the payment provider.
 *
 * An event is stored first, under its id, and applied second, at once or by
 * the job: so it is answered within a second, and a repeat changes nothing.
 * Events for orders that are not known (yet) are parked for a day.
 */
#ifndef HAAT_SERVICES_WEBHOOK_H
#define HAAT_SERVICES_WEBHOOK_H

#include <stddef.h>

#include "core/ctx.h"
#include "core/field.h"

extern const struct shape webhook_shape;

struct webhook {
	const char *body; /* as signed */
	size_t len;
	const char *signature; /* X-Razorpay-Signature, NULL without one */
	const char *event_id;  /* x-razorpay-event-id, NULL without one */
};

/*
 * Verifies, stores and applies.  Errors: ERR_INVALID_SIGNATURE (nothing is
 * stored), ERR_UNAVAILABLE (the provider sends it again).  What cannot be
 * applied now is left to the job.
 */
enum err webhook_receive(struct ctx *c, const struct webhook *in);

/* Applies one stored event in a transaction of its own. */
enum err webhook_apply(struct ctx *c, const char *id);

/* It failed with that error: later again, so that others have their turn. */
enum err webhook_put_off(struct ctx *c, const char *id, enum err err);

#endif
