/*
 * context.h: a context as a request has one, without connections.
 */
#ifndef HAAT_UNIT_CONTEXT_H
#define HAAT_UNIT_CONTEXT_H

#include "core/config.h"
#include "core/ctx.h"

struct unit {
	struct ctx ctx;
	struct config config;
};

static inline struct ctx *
unit_ctx(void)
{
	static struct unit u;
	static struct arena *arena;

	if (arena == NULL)
		arena = arena_new();
	arena_reset(arena);
	u = (struct unit){ .config = {
			       .state_dir = "build",
			       .media_dir = "",
			       .document_dir = "/tmp",
			       .document_key = "",
			       .document_keys_previous = "",
			       .database_url = "",
			       .redis_url = "",
			       .cors_origins = "",
			       .jwt_secret =
				   "0123456789abcdef0123456789abcdef",
			       .jwt_secret_previous = "",
			       .jwt_issuer = "haat",
			       .jwt_audience = "haat",
			       .jwt_access_secs = 900,
			       .jwt_refresh_secs = 1209600,
			       .app_secret =
				   "fedcba9876543210fedcba9876543210",
			       .rate_limit_scale_pct = 100,
			   } };
	u.ctx.arena = arena;
	u.ctx.config = &u.config;
	u.ctx.request_id = "unit";
	return &u.ctx;
}

/* The settings of unit_ctx(), to change. */
static inline struct config *
unit_config(struct ctx *c)
{
	return &((struct unit *)c)->config;
}

#endif
