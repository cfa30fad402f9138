#include "core/json.h"

#include <stdlib.h>
#include <string.h>

#include "core/utf8.h"

/* --- writing ------------------------------------------------------------ */

static void
separate(struct json *j, const char *name)
{
	bool comma = j->comma;
	size_t len;
	char *at;

	j->comma = true;
	if (name == NULL) {
		if (comma)
			buf_char(j->b, ',');
		return;
	}
	len = strlen(name);
	at = buf_space(j->b, comma + 1 + len + 2);
	if (at == NULL)
		return;
	if (comma)
		*at++ = ',';
	*at++ = '"';
	memcpy(at, name, len);
	at[len] = '"';
	at[len + 1] = ':';
}

void
js_open(struct json *j, char bracket)
{
	separate(j, NULL);
	buf_char(j->b, bracket);
	j->comma = false;
}

void
js_close(struct json *j, char bracket)
{
	buf_char(j->b, bracket);
	j->comma = true;
}

void
js_key(struct json *j, const char *name)
{
	separate(j, name);
	j->comma = false;
}

void
js_open_key(struct json *j, const char *name, char bracket)
{
	js_key(j, name);
	js_open(j, bracket);
}

void
js_str(struct json *j, const char *name, const char *v)
{
	separate(j, name);
	if (v == NULL)
		buf_lit(j->b, "null");
	else
		buf_json_str(j->b, v);
}

void
js_i64(struct json *j, const char *name, int64_t v)
{
	separate(j, name);
	buf_i64(j->b, v);
}

void
js_bool(struct json *j, const char *name, bool v)
{
	separate(j, name);
	buf_str(j->b, v ? "true" : "false");
}

void
js_null(struct json *j, const char *name)
{
	separate(j, name);
	buf_lit(j->b, "null");
}

void
js_uuid(struct json *j, const char *name, struct uuid v)
{
	if (uuid_is_zero(v)) {
		js_null(j, name);
		return;
	}
	separate(j, name);
	buf_char(j->b, '"');
	buf_uuid(j->b, v);
	buf_char(j->b, '"');
}

void
js_time(struct json *j, const char *name, int64_t at_us)
{
	separate(j, name);
	buf_char(j->b, '"');
	buf_time(j->b, at_us);
	buf_char(j->b, '"');
}

void
js_time_null(struct json *j, const char *name, int64_t at_us)
{
	if (at_us == 0)
		js_null(j, name);
	else
		js_time(j, name, at_us);
}

void
js_tenths(struct json *j, const char *name, int64_t tenths)
{
	separate(j, name);
	/* -0.5 has its sign before a whole part of 0. */
	if (tenths < 0 && tenths > -10)
		buf_char(j->b, '-');
	buf_i64(j->b, tenths / 10);
	buf_char(j->b, '.');
	buf_char(j->b, (char)('0' + llabs(tenths % 10)));
}

void
js_raw(struct json *j, const char *name, const char *v)
{
	separate(j, name);
	buf_str(j->b, v != NULL ? v : "null");
}

/* --- recognising -------------------------------------------------------- */

struct scan {
	const char *p;
	const char *end;
	int depth;
	int64_t members; /* of all objects */
	const char *why;
};

static bool scan_value(struct scan *s);

static bool
refuse(struct scan *s, const char *why)
{
	if (s->why == NULL)
		s->why = why;
	return false;
}

static void
skip_space(struct scan *s)
{
	while (s->p < s->end &&
	    (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
		s->p++;
}

static bool
scan_char(struct scan *s, char c)
{
	if (s->p >= s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

static bool
scan_digits(struct scan *s)
{
	const char *from = s->p;

	while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		s->p++;
	return s->p > from;
}

static bool
scan_number(struct scan *s)
{
	scan_char(s, '-');
	if (!scan_char(s, '0') && !scan_digits(s))
		return refuse(s, "a number without digits");
	if (scan_char(s, '.') && !scan_digits(s))
		return refuse(s, "a number without decimals");
	if (scan_char(s, 'e') || scan_char(s, 'E')) {
		if (!scan_char(s, '+'))
			scan_char(s, '-');
		if (!scan_digits(s))
			return refuse(s, "a number without exponent");
	}
	return true;
}

static int
hex4(const char *p)
{
	int v = 0;

	for (int i = 0; i < 4; i++) {
		char c = p[i];
		int d = c >= '0' && c <= '9' ? c - '0' :
		    c >= 'a' && c <= 'f'     ? c - 'a' + 10 :
		    c >= 'A' && c <= 'F'     ? c - 'A' + 10 :
					       -1;

		if (d < 0)
			return -1;
		v = v * 16 + d;
	}
	return v;
}

/* The escape after a backslash. */
static bool
scan_escape(struct scan *s, bool is_key)
{
	int v;

	if (s->p >= s->end)
		return refuse(s, "an unfinished string");
	if (*s->p != 'u') {
		if (*s->p == '\0' || strchr("\"\\/bfnrt", *s->p) == NULL)
			return refuse(s, "an unknown escape");
		s->p++;
		return true;
	}
	s->p++;
	if (s->end - s->p < 4 || (v = hex4(s->p)) < 0)
		return refuse(s, "an unknown escape");
	s->p += 4;
	if (v == 0 && is_key)
		return refuse(s, "a name with NUL");
	if (v >= 0xdc00 && v <= 0xdfff)
		return refuse(s, "a lone surrogate");
	if (v < 0xd800 || v > 0xdbff)
		return true;
	if (s->end - s->p < 6 || s->p[0] != '\\' || s->p[1] != 'u')
		return refuse(s, "a lone surrogate");
	v = hex4(s->p + 2);
	s->p += 6;
	return (v >= 0xdc00 && v <= 0xdfff) || refuse(s, "a lone surrogate");
}

static bool
scan_string(struct scan *s, bool is_key)
{
	if (!scan_char(s, '"'))
		return refuse(s, "no string where one must be");
	while (s->p < s->end) {
		unsigned char c = (unsigned char)*s->p++;

		if (c == '"')
			return true;
		if (c < 0x20)
			return refuse(s, "a control character in a string");
		if (c == '\\' && !scan_escape(s, is_key))
			return false;
	}
	return refuse(s, "an unfinished string");
}

static bool
scan_object(struct scan *s)
{
	skip_space(s);
	if (scan_char(s, '}'))
		return true;
	do {
		skip_space(s);
		s->members++;
		if (!scan_string(s, true))
			return false;
		skip_space(s);
		if (!scan_char(s, ':'))
			return refuse(s, "no colon after a name");
		if (!scan_value(s))
			return false;
	} while (scan_char(s, ','));
	return scan_char(s, '}') || refuse(s, "an unfinished object");
}

static bool
scan_array(struct scan *s)
{
	skip_space(s);
	if (scan_char(s, ']'))
		return true;
	do {
		if (!scan_value(s))
			return false;
	} while (scan_char(s, ','));
	return scan_char(s, ']') || refuse(s, "an unfinished array");
}

static bool
scan_word(struct scan *s, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
		return refuse(s, "an unknown word");
	s->p += n;
	return true;
}

static bool
scan_nested(struct scan *s)
{
	bool object = *s->p++ == '{';
	bool good;

	if (++s->depth > JSON_DEPTH)
		return refuse(s, "values nested too deeply");
	good = object ? scan_object(s) : scan_array(s);
	s->depth--;
	return good;
}

/* One value with the white space around it. */
static bool
scan_value(struct scan *s)
{
	bool good;

	skip_space(s);
	if (s->p >= s->end)
		return refuse(s, "no value where one must be");
	switch (*s->p) {
	case '{':
	case '[':
		good = scan_nested(s);
		break;
	case '"':
		good = scan_string(s, false);
		break;
	case 't':
		good = scan_word(s, "true");
		break;
	case 'f':
		good = scan_word(s, "false");
		break;
	case 'n':
		good = scan_word(s, "null");
		break;
	default:
		good = scan_number(s);
	}
	skip_space(s);
	return good;
}

/* --- reading ------------------------------------------------------------ */

static int64_t
count_members(struct json_object *o)
{
	int64_t n = 0;

	if (json_object_is_type(o, json_type_object)) {
		json_object_object_foreach(o, key, value) {
			(void)key;
			n += 1 + count_members(value);
		}
	} else if (json_object_is_type(o, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(o); i++)
			n += count_members(json_object_array_get_idx(o, i));
	}
	return n;
}

static void
put_object(void *o)
{
	json_object_put(o);
}

static void
free_tokener(void *t)
{
	json_tokener_free(t);
}

enum err
json_parse(struct ctx *c, const char *text, size_t len,
    struct json_object **out)
{
	struct scan s = { .p = text, .end = text + len };
	struct json_tokener *t;
	struct json_object *o;

	if (!utf8_valid(text, len))
		return fail(c, ERR_MALFORMED_JSON, "The body is not UTF-8.");
	if (!scan_value(&s) || s.p < s.end)
		return fail(c, ERR_MALFORMED_JSON,
		    "The body is not JSON: %s at byte %td.",
		    s.why != NULL ? s.why : "something after the value",
		    s.p - text);
	t = json_tokener_new_ex(JSON_DEPTH + 2);
	if (t == NULL)
		return fault(c, "json: out of memory");
	arena_defer(c->arena, free_tokener, t);
	/* The NUL tells the tokener that a number has ended. */
	o = json_tokener_parse_ex(t, text, (int)len + 1);
	if (o != NULL)
		arena_defer(c->arena, put_object, o);
	if (json_tokener_get_error(t) != json_tokener_success)
		return fail(c, ERR_MALFORMED_JSON, "The body is not JSON.");
	if (count_members(o) != s.members)
		return fail(c, ERR_MALFORMED_JSON,
		    "A name stands twice in one object.");
	*out = o;
	return OK;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
canonical_object(struct buf *b, struct json_object *o)
{
	size_t n = (size_t)json_object_object_length(o), i = 0;
	const char **names = ARENA_ARRAY(b->arena, n, const char *);

	json_object_object_foreach(o, key, value) {
		(void)value;
		names[i++] = key;
	}
	if (n > 0)
		qsort(names, n, sizeof(*names), compare_names);
	buf_char(b, '{');
	for (i = 0; i < n; i++) {
		struct json_object *member;

		if (i > 0)
			buf_char(b, ',');
		buf_json_str(b, names[i]);
		buf_char(b, ':');
		if (json_object_object_get_ex(o, names[i], &member))
			json_canonical(b, member);
	}
	buf_char(b, '}');
}

void
json_canonical(struct buf *b, struct json_object *o)
{
	switch (json_object_get_type(o)) {
	case json_type_object:
		canonical_object(b, o);
		break;
	case json_type_array:
		buf_char(b, '[');
		for (size_t i = 0; i < json_object_array_length(o); i++) {
			if (i > 0)
				buf_char(b, ',');
			json_canonical(b, json_object_array_get_idx(o, i));
		}
		buf_char(b, ']');
		break;
	case json_type_string:
		buf_json_strn(b, json_object_get_string(o),
		    (size_t)json_object_get_string_len(o));
		break;
	default:
		buf_str(b,
		    o != NULL ? json_object_to_json_string_ext(o,
				    JSON_C_TO_STRING_PLAIN) :
				"null");
	}
}
