#include "web/input_map.h"

#include "core/values.h"

const char *
input_map(struct arena *a, const struct field *f, struct json_object *v,
    struct map *to)
{
	const char *wrong = values_check(a, v, f->max, false);
	size_t n = (size_t)json_object_object_length(v);

	if (wrong != NULL)
		return wrong;
	to->names = ARENA_ARRAY(a, n, const char *);
	to->values = ARENA_ARRAY(a, n, const char *);
	json_object_object_foreach(v, key, e) {
		to->names[to->n] = key;
		to->values[to->n++] = json_object_get_string(e);
	}
	return NULL;
}

const char *
input_values(struct arena *a, const struct field *f, struct json_object *v,
    const char **to)
{
	const char *wrong = values_check(a, v, f->max, true);

	if (wrong == NULL)
		*to = values_text(a, v);
	return wrong;
}
