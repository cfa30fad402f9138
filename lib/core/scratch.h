/*
 * scratch.h: memory for one part of the work, released at the end of a scope.
 *
 * What streams (a file's rows, a table's pages) would else fill the request's
 * arena.  Inside the scope c->arena is another one; what was said of an error
 * is copied out of it.  Nothing may be left queued for the database.
 */
#ifndef HAAT_CORE_SCRATCH_H
#define HAAT_CORE_SCRATCH_H

#include "core/ctx.h"

struct scratch {
	struct ctx *c;
	struct arena *outer;
};

struct scratch scratch_begin(struct ctx *c);
void scratch_end(struct scratch *s);
#define SCRATCH_SCOPE(name, ctx)                                             \
	__attribute__((unused,                                               \
	    cleanup(scratch_end))) struct scratch name = scratch_begin(ctx)

#endif
