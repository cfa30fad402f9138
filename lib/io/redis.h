/*
 * redis.h: the cache, never the truth.
 *
 * Every call has 50 ms; after a failure the cache counts as away for a second
 * and calls return at once, so that its absence costs nothing but speed.
 * One connection per process, made when first needed; no call is repeated.
 */
#ifndef HAAT_IO_REDIS_H
#define HAAT_IO_REDIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/ctx.h"

struct redis *redis_new(struct arena *process);
void redis_close(struct redis *r);

/* *value in the arena, NULL if there is none.  False: the cache is away. */
bool redis_get(struct ctx *c, const char *key, const char **value,
    size_t *len);

/* Does not wait for the answer, nor tell whether it was kept. */
void redis_setex(struct ctx *c, const char *key, int64_t secs,
    const void *value, size_t len);
bool redis_del(struct ctx *c, const char *key);

/* Runs a script (SCRIPT LOAD once, then EVALSHA) with one key and arguments
 * that end in NULL; max integers of its array reply come back.  False: away,
 * or no such reply. */
bool redis_script(struct ctx *c, const char *script, const char *key,
    const char *const *args, int64_t *out, int max);

bool redis_ping(struct ctx *c);

#endif
