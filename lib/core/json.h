/*
 * json.h: JSON written by appending, read strictly.
 *
 * Writing: struct json keeps track of commas; the caller of open and close
 * keeps them in pairs.
 *
 * Reading: json_check() is a recogniser of RFC 8259 in front of json-c,
 * which lets through what the RFC refuses (NaN, single quotes, raw control
 * characters, duplicate keys).
 */
#ifndef HAAT_CORE_JSON_H
#define HAAT_CORE_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/ctx.h"

struct json {
	struct buf *b;
	bool comma;
};

static inline struct json
js_to(struct buf *b)
{
	return (struct json){ .b = b };
}

void js_open(struct json *j, char bracket);  /* '{' or '[' */
void js_close(struct json *j, char bracket); /* '}' or ']' */
/* Names are ours: they are not escaped. */
void js_key(struct json *j, const char *name);
void js_open_key(struct json *j, const char *name, char bracket);

/* Values; inside an object with their name, in a list with NULL. */
void js_str(struct json *j, const char *name, const char *v); /* or null */
void js_i64(struct json *j, const char *name, int64_t v);
void js_bool(struct json *j, const char *name, bool v);
void js_null(struct json *j, const char *name);
void js_uuid(struct json *j, const char *name, struct uuid v); /* or null */
void js_time(struct json *j, const char *name, int64_t at_us);
/* As js_time(), null for 0. */
void js_time_null(struct json *j, const char *name, int64_t at_us);
/* Tenths as a number with one decimal. */
void js_tenths(struct json *j, const char *name, int64_t tenths);
/* JSON that the database keeps (jsonb); null for NULL. */
void js_raw(struct json *j, const char *name, const char *v);

enum { JSON_DEPTH = 32 };

/*
 * Parses text of len bytes, which ends in NUL.  Errors: ERR_MALFORMED_JSON
 * with a detail.  The tree belongs to the arena of c.
 */
enum err json_parse(struct ctx *c, const char *text, size_t len,
    struct json_object **out);

/* Sorted keys, no spaces: two texts of one meaning give one form. */
void json_canonical(struct buf *b, struct json_object *o);

#endif
