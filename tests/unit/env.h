/*
 * env.h: a request as plain CGI brings it, for tests of what reads one.  The
 * variables are the process's own, the body is its standard input.
 */
#ifndef HAAT_UNIT_ENV_H
#define HAAT_UNIT_ENV_H

#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "web/io.h"
#include "web/request.h"

static inline void
env_set(const char *name, const char *value)
{
	int failed = value != NULL ? setenv(name, value, 1) : unsetenv(name);

	assert_int_equal(failed, 0);
}

/* Puts the bytes on standard input, whole. */
static inline void
env_stdin(const void *p, size_t len)
{
	int fd = memfd_create("body", 0);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, p, len, 0), len);
	assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
	close(fd);
}

/* A fresh request; body may be NULL. */
static inline struct request *
env_request(const struct route *route, const char *query, const char *type,
    const char *body, size_t len)
{
	struct ctx *c = unit_ctx();
	struct request *rq = ARENA_NEW(c->arena, struct request);

	env_stdin(body != NULL ? body : "", len);
	env_set("QUERY_STRING", query);
	env_set("CONTENT_TYPE", type);
	env_set("CONTENT_LENGTH",
	    body == NULL ? NULL : arena_printf(c->arena, "%zu", len));
	rq->ctx = *c;
	rq->io = io_open();
	assert_non_null(rq->io);
	rq->route = route;
	rq->method = method_name(route->method);
	rq->path = route->path;
	rq->out = ARENA_NEW(c->arena, struct buf);
	buf_init(rq->out, c->arena, BUF_CAP_REPLY);
	return rq;
}

#endif
