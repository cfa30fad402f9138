/*
 * values.h: free names with short texts and numbers, as products have them
 * for attributes: {"Material":"Cotton","Weight":250}.
 */
#ifndef HAAT_CORE_VALUES_H
#define HAAT_CORE_VALUES_H

#include <json-c/json.h>

#include "core/arena.h"
#include "core/field.h"

/* What is wrong with an object of at most max such members, a sentence for
 * people; NULL if nothing.  With numbers false, its values are texts alone. */
const char *values_check(struct arena *a, struct json_object *o, int64_t max,
    bool numbers);

/* The one form of its JSON: sorted names, no spaces. */
const char *values_text(struct arena *a, struct json_object *o);

#endif
