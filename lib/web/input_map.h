/*
 * input_map.h: objects of a body whose names are free.
 */
#ifndef HAAT_WEB_INPUT_MAP_H
#define HAAT_WEB_INPUT_MAP_H

#include <json-c/json.h>

#include "core/arena.h"
#include "core/field.h"

/* Binds an object to a struct map: names and values are short texts.  Gives
 * what is wrong, a sentence for people; NULL if nothing. */
const char *input_map(struct arena *a, const struct field *f,
    struct json_object *v, struct map *to);

/* The same for a FIELD_VALUES, whose values may be numbers too. */
const char *input_values(struct arena *a, const struct field *f,
    struct json_object *v, const char **to);

#endif
