/*
 * unit.h: what the unit tests share.  Tables of rows, one loop, and the row
 * that failed on the terminal.  cmocka's fail() would shadow ours.
 */
#ifndef HAAT_UNIT_H
#define HAAT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail

#include <sodium.h>

#include "core/config.h"
#include "core/ctx.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Fails the test with a line that says which row and what came out. */
#define CHECK(good, ...)                                                     \
	do {                                                                 \
		if (!(good)) {                                               \
			print_error(__VA_ARGS__);                            \
			print_error(" (%s)\n", #good);                      \
			_fail(__FILE__, __LINE__);                           \
		}                                                            \
	} while (0)


/* A test by the sentence it proves. */
#define TEST(sentence, function)                                             \
	{ (sentence), (function), NULL, NULL, NULL }

/* A context without connections, as a request has one. */
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
		.database_url = "", .redis_url = "", .cors_origins = "",
		.jwt_secret = "0123456789abcdef0123456789abcdef",
		.jwt_secret_previous = "", .jwt_issuer = "haat",
		.jwt_audience = "haat", .jwt_access_secs = 900,
		.jwt_refresh_secs = 1209600,
		.app_secret = "fedcba9876543210fedcba9876543210",
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

#define UNIT_MAIN(tests)                                                     \
	int                                                                  \
	main(void)                                                           \
	{                                                                    \
		if (sodium_init() < 0)                                       \
			return 1;                                            \
		return cmocka_run_group_tests(tests, NULL, NULL) != 0;       \
	}

#endif
