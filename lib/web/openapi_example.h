/*
 * openapi_example.h: examples from the field tables: a field's own example, its
 * default, or what fits its kind.
 */
#ifndef HAAT_WEB_OPENAPI_EXAMPLE_H
#define HAAT_WEB_OPENAPI_EXAMPLE_H

#include <stdbool.h>

#include "core/field.h"
#include "core/json.h"

void openapi_example(struct json *j, const struct field *f, bool in);
void openapi_example_object(struct json *j, const struct field *fields,
    bool in);
void openapi_example_page(struct json *j, const struct shape *s);

#endif
