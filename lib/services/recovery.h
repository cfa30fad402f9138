/*
 * recovery.h: how work that calls another server is found again: kept with
 * its idempotency key from answer_begun() on, until the key is finished.
 */
#ifndef HAAT_SERVICES_RECOVERY_H
#define HAAT_SERVICES_RECOVERY_H

#include "core/ctx.h"

/* {"kind":"refund","id":"…"}, for answer_begun(). */
const char *recovery_text(struct ctx *c, const char *kind, struct uuid id);

#endif
