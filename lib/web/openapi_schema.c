#include "web/openapi_schema.h"

void
openapi_note(struct openapi *w, const struct shape *s, bool page)
{
	for (size_t i = 0; i < w->nshapes; i++) {
		if (w->shapes[i] == s) {
			w->as_page[i] = w->as_page[i] || page;
			return;
		}
	}
	if (w->nshapes == SHAPES_MAX)
		return;
	w->shapes[w->nshapes] = s;
	w->as_page[w->nshapes++] = page;
	for (const struct field *f = s->fields; f->kind != FIELD_END; f++)
		if (f->shape != NULL)
			openapi_note(w, f->shape, false);
	for (size_t i = 0; s->any_of != NULL && s->any_of[i] != NULL; i++)
		openapi_note(w, s->any_of[i], false);
}

void
openapi_ref(struct openapi *w, const char *name, const char *suffix)
{
	js_open(&w->j, '{');
	js_str(&w->j, "$ref",
	    arena_printf(w->arena, "#/components/schemas/%s%s", name,
		suffix));
	js_close(&w->j, '}');
}

static void
write_type(struct openapi *w, const struct field *f, const char *type,
    bool in)
{
	if ((f->flags & NULLABLE) || (in && (f->flags & OPTIONAL))) {
		js_open_key(&w->j, "type", '[');
		js_str(&w->j, NULL, type);
		js_str(&w->j, NULL, "null");
		js_close(&w->j, ']');
	} else {
		js_str(&w->j, "type", type);
	}
}

void
openapi_object(struct openapi *w, const struct field *fields, bool in)
{
	bool any = false;

	js_str(&w->j, "type", "object");
	js_open_key(&w->j, "properties", '{');
	for (const struct field *f = fields; f->kind != FIELD_END; f++) {
		js_key(&w->j, f->name);
		openapi_schema(w, f, in);
		any = any ||
		    (in ? f->flags & REQUIRED : !(f->flags & OPTIONAL));
	}
	js_close(&w->j, '}');
	if (any) {
		js_open_key(&w->j, "required", '[');
		for (const struct field *f = fields; f->kind != FIELD_END;
		     f++)
			if (in ? f->flags & REQUIRED : !(f->flags & OPTIONAL))
				js_str(&w->j, NULL, f->name);
		js_close(&w->j, ']');
	}
	js_bool(&w->j, "additionalProperties", false);
}

static void
write_text_limits(struct openapi *w, const struct field *f)
{
	int64_t min = (f->flags & REQUIRED) && f->min < 1 ? 1 : f->min;

	if (min > 0)
		js_i64(&w->j, "minLength", min);
	if (f->max > 0)
		js_i64(&w->j, "maxLength", f->max);
	if (f->flags & EMAIL)
		js_str(&w->j, "format", "email");
	if (f->flags & SECRET) {
		js_str(&w->j, "format", "password");
		js_bool(&w->j, "writeOnly", true);
	}
}

static void
write_scalar(struct openapi *w, const struct field *f, bool in)
{
	switch (f->kind) {
	case FIELD_UUID:
		write_type(w, f, "string", in);
		js_str(&w->j, "format", "uuid");
		break;
	case FIELD_DATE:
		write_type(w, f, "string", in);
		js_str(&w->j, "format", "date");
		break;
	case FIELD_TIME:
		write_type(w, f, "string", in);
		js_str(&w->j, "format", "date-time");
		break;
	case FIELD_ENUM:
		write_type(w, f, "string", in);
		js_open_key(&w->j, "enum", '[');
		for (const char *const *v = f->values; *v != NULL; v++)
			js_str(&w->j, NULL, *v);
		if ((f->flags & NULLABLE) || (in && (f->flags & OPTIONAL)))
			js_null(&w->j, NULL);
		js_close(&w->j, ']');
		if (f->flags & HAS_DEFAULT)
			js_str(&w->j, "default", f->values[f->fallback]);
		break;
	case FIELD_I64:
		write_type(w, f, "integer", in);
		js_str(&w->j, "format", "int64");
		if (in) {
			js_i64(&w->j, "minimum", f->min);
			js_i64(&w->j, "maximum", f->max);
		}
		if (f->flags & HAS_DEFAULT)
			js_i64(&w->j, "default", f->fallback);
		break;
	case FIELD_NUMBER:
		write_type(w, f, "number", in);
		break;
	case FIELD_FILE:
		js_str(&w->j, "type", "string");
		js_str(&w->j, "format", "binary");
		js_i64(&w->j, "maxLength", f->max);
		break;
	case FIELD_BOOL:
		write_type(w, f, "boolean", in);
		if (f->flags & HAS_DEFAULT)
			js_bool(&w->j, "default", f->fallback != 0);
		break;
	default:
		write_type(w, f, "string", in);
		write_text_limits(w, f);
	}
}

static void
write_items(struct openapi *w, const struct field *f, bool in)
{
	js_key(&w->j, "items");
	if (f->shape != NULL) {
		openapi_note(w, f->shape, false);
		openapi_ref(w, f->shape->name, "");
		return;
	}
	js_open(&w->j, '{');
	if (f->fields != NULL)
		openapi_object(w, f->fields, in);
	else
		js_str(&w->j, "type", "string");
	js_close(&w->j, '}');
}

static void
write_shape_ref(struct openapi *w, const struct field *f)
{
	openapi_note(w, f->shape, false);
	if (!(f->flags & NULLABLE)) {
		openapi_ref(w, f->shape->name, "");
		return;
	}
	js_open(&w->j, '{');
	js_open_key(&w->j, "anyOf", '[');
	openapi_ref(w, f->shape->name, "");
	js_open(&w->j, '{');
	js_str(&w->j, "type", "null");
	js_close(&w->j, '}');
	js_close(&w->j, ']');
	js_close(&w->j, '}');
}

/* Of an object with free names. */
static void
write_values(struct openapi *w)
{
	js_open_key(&w->j, "additionalProperties", '{');
	js_open_key(&w->j, "type", '[');
	js_str(&w->j, NULL, "string");
	js_str(&w->j, NULL, "number");
	js_close(&w->j, ']');
	js_close(&w->j, '}');
}

void
openapi_schema(struct openapi *w, const struct field *f, bool in)
{
	if (f->kind == FIELD_OBJ && f->shape != NULL) {
		write_shape_ref(w, f);
		return;
	}
	js_open(&w->j, '{');
	switch (f->kind) {
	case FIELD_OBJ:
		openapi_object(w, f->fields, in);
		break;
	case FIELD_LIST:
	case FIELD_TEXTS:
		write_type(w, f, "array", in);
		write_items(w, f, in);
		break;
	case FIELD_VALUES:
		write_type(w, f, "object", in);
		write_values(w);
		break;
	case FIELD_MAP:
	case FIELD_ATTRS:
		write_type(w, f, "object", in);
		if (in) {
			js_open_key(&w->j, "additionalProperties", '{');
			js_str(&w->j, "type", "string");
			js_close(&w->j, '}');
		}
		break;
	default:
		write_scalar(w, f, in);
	}
	js_str(&w->j, "description", f->help);
	js_close(&w->j, '}');
}

static void
write_page_schema(struct openapi *w, const struct shape *s)
{
	js_open_key(&w->j, arena_printf(w->arena, "%s_page", s->name), '{');
	js_str(&w->j, "type", "object");
	js_str(&w->j, "description",
	    arena_printf(w->arena, "A page of %s", s->name));
	js_open_key(&w->j, "properties", '{');
	js_open_key(&w->j, "count", '{');
	js_str(&w->j, "type", "integer");
	js_str(&w->j, "description", "Exact up to 10,000");
	js_close(&w->j, '}');
	js_open_key(&w->j, "count_is_estimate", '{');
	js_str(&w->j, "type", "boolean");
	js_close(&w->j, '}');
	for (int i = 0; i < 2; i++) {
		js_open_key(&w->j, i == 0 ? "next" : "previous", '{');
		js_open_key(&w->j, "type", '[');
		js_str(&w->j, NULL, "string");
		js_str(&w->j, NULL, "null");
		js_close(&w->j, ']');
		js_str(&w->j, "description",
		    "Link relative to the host, null at the end");
		js_close(&w->j, '}');
	}
	js_open_key(&w->j, "results", '{');
	js_str(&w->j, "type", "array");
	js_key(&w->j, "items");
	openapi_ref(w, s->name, "");
	js_close(&w->j, '}');
	js_open_key(&w->j, "facets", '{');
	js_str(&w->j, "type", "object");
	js_str(&w->j, "description", "Only where facets were asked for");
	js_close(&w->j, '}');
	js_close(&w->j, '}');
	js_open_key(&w->j, "required", '[');
	js_str(&w->j, NULL, "count");
	js_str(&w->j, NULL, "next");
	js_str(&w->j, NULL, "previous");
	js_str(&w->j, NULL, "results");
	js_close(&w->j, ']');
	js_bool(&w->j, "additionalProperties", false);
	js_close(&w->j, '}');
}

static void
write_any_of(struct openapi *w, const struct shape *const *shapes)
{
	js_open_key(&w->j, "anyOf", '[');
	for (; *shapes != NULL; shapes++)
		openapi_ref(w, (*shapes)->name, "");
	js_close(&w->j, ']');
}

void
openapi_shapes(struct openapi *w)
{
	js_open_key(&w->j, "schemas", '{');
	for (size_t i = 0; i < w->nshapes; i++) {
		const struct shape *s = w->shapes[i];

		js_open_key(&w->j, s->name, '{');
		js_str(&w->j, "description", s->help);
		if (s->any_of != NULL)
			write_any_of(w, s->any_of);
		else
			openapi_object(w, s->fields, false);
		js_close(&w->j, '}');
		if (w->as_page[i])
			write_page_schema(w, s);
	}
	js_close(&w->j, '}');
}
