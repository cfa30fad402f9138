/*
 * array.h: lists as one argument of a statement, for any($1::uuid[]).
 */
#ifndef HAAT_DB_ARRAY_H
#define HAAT_DB_ARRAY_H

#include <stddef.h>

#include "core/arena.h"
#include "core/uuid.h"

/* PostgreSQL's text form of an array, in the arena. */
const char *array_uuids(struct arena *a, const struct uuid *ids, size_t n);
const char *array_texts(struct arena *a, const char *const *texts, size_t n);

#endif
