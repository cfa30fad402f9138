/*
 * set.h: a set of texts, in an arena, for as long as that lasts.  Nothing is
 * taken out.
 */
#ifndef HAAT_CORE_SET_H
#define HAAT_CORE_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"

struct set {
	struct arena *arena;
	const char **slots;
	size_t size; /* a power of two, or 0 */
	size_t used;
};

/* Empty. */
struct set set_in(struct arena *a);

/* Copies the text; NULL is no member.  False if it was there. */
bool set_add(struct set *s, const char *text);

bool set_has(const struct set *s, const char *text);

#endif
