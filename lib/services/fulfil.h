/*
 * fulfil.h: the steps of a seller's part of an order, from confirmed to
 * delivered, or cancelled.
 *
 * Which step may follow which is one table in fulfil.c.  Each step is one
 * transaction under the order's lock: its history, what it does to stock and
 * money, the order's own status, which follows from its parts, and what the
 * buyer is told.
 */
#ifndef HAAT_SERVICES_FULFIL_H
#define HAAT_SERVICES_FULFIL_H

#include "core/buf.h"
#include "core/ctx.h"

extern const char *const fulfil_statuses[];

struct tracking {
	const char *carrier;
	const char *tracking_number;
	const char *tracking_url;
};

struct fulfil_step {
	struct uuid id; /* of the part */
	const char *status;
	struct tracking *tracking; /* with shipped only; or NULL */
	const char *note;
};

/* "https://…" or "http://…", without blanks. */
const char *fulfil_check_url(const char *text);

/*
 * Moves the part of the caller's store and writes it.  shipped takes the
 * units off the shelf; delivered captures cash and starts the return window;
 * cancelled returns the stock and opens the refund of what was paid, with
 * the provider called afterwards: what it does not answer is left to the
 * job.  Errors: ERR_NOT_FOUND, ERR_VALIDATION (tracking of another step),
 * ERR_INVALID_TRANSITION, which names the legal steps.
 */
enum err fulfil_step(struct ctx *c, const struct fulfil_step *in,
    struct buf *out);

#endif
