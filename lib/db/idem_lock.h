/*
 * idem_lock.h: the advisory lock of an idempotency key, the same for the
 * request that works under it and for the job that finishes what a dead
 * process left.
 */
#ifndef HAAT_DB_IDEM_LOCK_H
#define HAAT_DB_IDEM_LOCK_H

#include <stdint.h>

#include "core/ctx.h"

int64_t idem_lock_of(struct ctx *c, const char *principal, const char *key);

#endif
