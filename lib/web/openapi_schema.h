/*
 * openapi_schema.h: fields and shapes as JSON Schema; used by openapi.c alone.
 */
#ifndef HAAT_WEB_OPENAPI_SCHEMA_H
#define HAAT_WEB_OPENAPI_SCHEMA_H

#include "core/field.h"
#include "core/json.h"

enum { SHAPES_MAX = 200 };

/* The document of one executable while it is written. */
struct openapi {
	struct arena *arena;
	struct json j;
	/* Shapes met so far: each is written once. */
	const struct shape *shapes[SHAPES_MAX];
	bool as_page[SHAPES_MAX];
	size_t nshapes;
};

/* The schema of one field, as input (in) or as output. */
void openapi_schema(struct openapi *w, const struct field *f, bool in);
/* The members of an object's schema, without its brackets. */
void openapi_object(struct openapi *w, const struct field *fields, bool in);

/* {"$ref":…} to a shape; it, and what is inside, is to be noted too. */
void openapi_ref(struct openapi *w, const char *name, const char *suffix);
void openapi_note(struct openapi *w, const struct shape *s, bool page);

/* "schemas":{…} of all that was noted. */
void openapi_shapes(struct openapi *w);

#endif
