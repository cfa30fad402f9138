/*
 * system.h: liveness and readiness, and the OpenAPI document.
 *
 * Liveness needs nothing.  Readiness is "down" (503) without the database or
 * with migrations missing, "degraded" without the cache or with late jobs.
 */
#ifndef HAAT_SERVICES_SYSTEM_H
#define HAAT_SERVICES_SYSTEM_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/field.h"

extern const struct shape health_shape;
extern const struct shape ready_shape;

void system_health(struct buf *out);

/* Writes the answer; returns 200 or 503. */
int system_ready(struct ctx *c, struct buf *out);

/* The document as the build made it, from SCHEMA_FILE. */
enum err system_schema(struct ctx *c, struct buf *out);

#endif
