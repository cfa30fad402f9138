#include "core/values.h"

#include <math.h>
#include <string.h>

#include "core/json.h"
#include "core/utf8.h"

enum { VALUES_TEXT_MAX = 256 * 1024 };

static bool
is_short(const char *text, size_t len)
{
	return strlen(text) == len && utf8_length(text) <= TEXT_MAX;
}

static bool
is_text(struct json_object *v)
{
	return json_object_is_type(v, json_type_string) &&
	    is_short(json_object_get_string(v),
		(size_t)json_object_get_string_len(v));
}

/* What a double holds exactly enough to be shown again: its size is that of
 * the numbers JavaScript counts with. */
static bool
is_number(struct json_object *v)
{
	double d;

	if (!json_object_is_type(v, json_type_int) &&
	    !json_object_is_type(v, json_type_double))
		return false;
	d = json_object_get_double(v);
	return isfinite(d) && fabs(d) <= 9007199254740991.0 &&
	    strlen(json_object_get_string(v)) <= 40;
}

const char *
values_check(struct arena *a, struct json_object *o, int64_t max,
    bool numbers)
{
	if (json_object_object_length(o) > max)
		return arena_printf(a, "At most %lld entries.",
		    (long long)max);
	json_object_object_foreach(o, key, v) {
		if (!is_short(key, strlen(key)) || utf8_blank(key) ||
		    (!numbers && !is_text(v)))
			return "Names and values must be short texts.";
		if (!is_text(v) && !is_number(v))
			return "Values must be short texts or numbers.";
	}
	return NULL;
}

const char *
values_text(struct arena *a, struct json_object *o)
{
	struct buf b;

	buf_init(&b, a, VALUES_TEXT_MAX);
	json_canonical(&b, o);
	return buf_text(&b);
}
