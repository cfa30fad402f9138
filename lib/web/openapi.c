#include "web/openapi.h"

#include <stdio.h>
#include <string.h>

#include "core/config.h"
#include "core/json.h"
#include "web/openapi_example.h"

enum { SHAPES_MAX = 200 };

struct writer {
	struct arena *arena;
	struct json j;
	/* Shapes met so far: each is written once. */
	const struct shape *shapes[SHAPES_MAX];
	bool as_page[SHAPES_MAX];
	size_t nshapes;
};

static void write_schema(struct writer *w, const struct field *f, bool in);

static void
note_shape(struct writer *w, const struct shape *s, bool page)
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
			note_shape(w, f->shape, false);
}

static void
write_ref(struct writer *w, const char *name, const char *suffix)
{
	js_open(&w->j, '{');
	js_str(&w->j, "$ref",
	    arena_printf(w->arena, "#/components/schemas/%s%s", name,
		suffix));
	js_close(&w->j, '}');
}

static void
write_type(struct writer *w, const struct field *f, const char *type, bool in)
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

static void
write_object(struct writer *w, const struct field *fields, bool in)
{
	bool any = false;

	js_str(&w->j, "type", "object");
	js_open_key(&w->j, "properties", '{');
	for (const struct field *f = fields; f->kind != FIELD_END; f++) {
		js_key(&w->j, f->name);
		write_schema(w, f, in);
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
write_text_limits(struct writer *w, const struct field *f)
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
write_scalar(struct writer *w, const struct field *f, bool in)
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
write_items(struct writer *w, const struct field *f, bool in)
{
	js_key(&w->j, "items");
	if (f->shape != NULL) {
		note_shape(w, f->shape, false);
		write_ref(w, f->shape->name, "");
		return;
	}
	js_open(&w->j, '{');
	if (f->fields != NULL)
		write_object(w, f->fields, in);
	else
		js_str(&w->j, "type", "string");
	js_close(&w->j, '}');
}

static void
write_shape_ref(struct writer *w, const struct field *f)
{
	note_shape(w, f->shape, false);
	if (!(f->flags & NULLABLE)) {
		write_ref(w, f->shape->name, "");
		return;
	}
	js_open(&w->j, '{');
	js_open_key(&w->j, "anyOf", '[');
	write_ref(w, f->shape->name, "");
	js_open(&w->j, '{');
	js_str(&w->j, "type", "null");
	js_close(&w->j, '}');
	js_close(&w->j, ']');
	js_close(&w->j, '}');
}

static void
write_schema(struct writer *w, const struct field *f, bool in)
{
	if (f->kind == FIELD_OBJ && f->shape != NULL) {
		write_shape_ref(w, f);
		return;
	}
	js_open(&w->j, '{');
	switch (f->kind) {
	case FIELD_OBJ:
		write_object(w, f->fields, in);
		break;
	case FIELD_LIST:
	case FIELD_TEXTS:
		write_type(w, f, "array", in);
		write_items(w, f, in);
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

/* --- operations --------------------------------------------------------- */

static void
write_parameter(struct writer *w, const struct field *f)
{
	js_open(&w->j, '{');
	js_str(&w->j, "name", f->kind == FIELD_ATTRS ? "attr" : f->name);
	js_str(&w->j, "in", "query");
	js_str(&w->j, "description", f->help);
	js_bool(&w->j, "required", (f->flags & REQUIRED) != 0);
	if (f->kind == FIELD_TEXTS)
		js_bool(&w->j, "explode", true);
	if (f->kind == FIELD_ATTRS) {
		/* attr.NAME=VALUE cannot be said in a parameter's style. */
		js_str(&w->j, "style", "form");
		js_bool(&w->j, "explode", true);
	}
	js_key(&w->j, "schema");
	write_schema(w, f, false);
	if (f->example != NULL) {
		js_key(&w->j, "example");
		openapi_example(&w->j, f, true);
	}
	js_close(&w->j, '}');
}

static void
write_parameters(struct writer *w, const struct route *r)
{
	js_open_key(&w->j, "parameters", '[');
	if (r->method == GET && r->in != NULL)
		for (const struct field *f = r->in; f->kind != FIELD_END; f++)
			write_parameter(w, f);
	if (r->idempotency >= IDEMPOTENCY_KEY) {
		js_open(&w->j, '{');
		js_str(&w->j, "$ref",
		    "#/components/parameters/IdempotencyKey");
		js_close(&w->j, '}');
	}
	js_close(&w->j, ']');
}

static void
write_body(struct writer *w, const struct route *r)
{
	bool required = false;

	if (r->method == GET || r->in == NULL)
		return;
	for (const struct field *f = r->in; f->kind != FIELD_END; f++)
		required = required || (f->flags & REQUIRED);
	js_open_key(&w->j, "requestBody", '{');
	js_bool(&w->j, "required", required);
	js_open_key(&w->j, "content", '{');
	js_open_key(&w->j, "application/json", '{');
	js_open_key(&w->j, "schema", '{');
	write_object(w, r->in, true);
	js_close(&w->j, '}');
	js_key(&w->j, "example");
	openapi_example_object(&w->j, r->in, true);
	js_close(&w->j, '}');
	js_close(&w->j, '}');
	js_close(&w->j, '}');
}

static bool
may_fail(const struct route *r, enum err e)
{
	bool token = !(r->allow & (PUBLIC | PROVIDER)) ||
	    (r->allow & CALLER_OPTIONAL);

	for (const enum err *p = r->errors; p && *p != OK; p++)
		if (*p == e)
			return true;
	switch (e) {
	case ERR_VALIDATION:
		return !r->raw_body;
	case ERR_BAD_REQUEST:
	case ERR_INTERNAL:
	case ERR_UNAVAILABLE:
		return true;
	case ERR_MALFORMED_JSON:
	case ERR_UNSUPPORTED_MEDIA_TYPE:
		return r->method != GET && !r->raw_body;
	case ERR_PAYLOAD_TOO_LARGE:
	case ERR_OUTCOME_UNKNOWN:
		return r->method != GET;
	case ERR_AUTHENTICATION_REQUIRED:
		return token && !(r->allow & PUBLIC);
	case ERR_INVALID_TOKEN:
	case ERR_TOKEN_EXPIRED:
		return token;
	case ERR_PERMISSION_DENIED:
		return (r->allow & (SELLER | APPROVED | ADMIN)) != 0;
	case ERR_SELLER_NOT_APPROVED:
		return (r->allow & APPROVED) != 0;
	case ERR_INVALID_IDEMPOTENCY_KEY:
	case ERR_IDEMPOTENCY_KEY_REUSED:
	case ERR_IDEMPOTENCY_IN_PROGRESS:
		return r->idempotency >= IDEMPOTENCY_KEY;
	case ERR_RATE_LIMITED:
		return r->limit != LIMIT_NONE &&
		    (r->limit != LIMIT_AUTO ||
			(r->method != GET && !(r->allow & PUBLIC)));
	default:
		return false;
	}
}

/* What the route gives, by its type. */
static void
write_answer(struct writer *w, const struct route *r)
{
	js_open_key(&w->j, "application/json", '{');
	js_key(&w->j, "schema");
	write_ref(w, r->out->name, r->out_kind == OUT_IS_PAGE ? "_page" : "");
	js_key(&w->j, "example");
	if (r->out_kind == OUT_IS_PAGE)
		openapi_example_page(&w->j, r->out);
	else
		openapi_example_object(&w->j, r->out->fields, false);
	js_close(&w->j, '}');
}

/* A file that the caller saves. */
static void
write_file(struct writer *w, const struct route *r)
{
	js_open_key(&w->j, "content", '{');
	for (const char *const *type = r->media; *type != NULL; type++) {
		js_open_key(&w->j, *type, '{');
		js_open_key(&w->j, "schema", '{');
		js_str(&w->j, "type", "string");
		js_str(&w->j, "format", "binary");
		js_close(&w->j, '}');
		js_close(&w->j, '}');
	}
	js_close(&w->j, '}');
}

static void
write_problem(struct writer *w, const struct route *r, int status)
{
	js_open_key(&w->j, arena_printf(w->arena, "%d", status), '{');
	js_key(&w->j, "description");
	w->j.comma = false;
	buf_char(w->j.b, '"');
	for (enum err e = OK + 1, n = 0; e < ERR_TRY_AGAIN; e++) {
		if (err_status(e) != status || !may_fail(r, e))
			continue;
		if (n++ > 0)
			buf_lit(w->j.b, ", ");
		buf_str(w->j.b, err_code(e));
	}
	buf_char(w->j.b, '"');
	w->j.comma = true;
	js_open_key(&w->j, "content", '{');
	js_open_key(&w->j, "application/problem+json", '{');
	js_key(&w->j, "schema");
	write_ref(w, "problem", "");
	js_open_key(&w->j, "examples", '{');
	for (enum err e = OK + 1; e < ERR_TRY_AGAIN; e++) {
		if (err_status(e) != status || !may_fail(r, e))
			continue;
		js_open_key(&w->j, err_code(e), '{');
		js_open_key(&w->j, "value", '{');
		js_str(&w->j, "type", "about:blank");
		js_str(&w->j, "title", err_title(e));
		js_i64(&w->j, "status", status);
		js_str(&w->j, "detail", err_title(e));
		js_str(&w->j, "code", err_code(e));
		js_str(&w->j, "request_id", "c0ffee");
		js_close(&w->j, '}');
		js_close(&w->j, '}');
	}
	js_close(&w->j, '}');
	js_close(&w->j, '}');
	if (status == r->other_status)
		write_answer(w, r);
	js_close(&w->j, '}');
	js_close(&w->j, '}');
}

static void
write_success(struct writer *w, const struct route *r)
{
	js_open_key(&w->j, arena_printf(w->arena, "%d", r->status), '{');
	js_str(&w->j, "description", r->status == 201 ? "Created" : "OK");
	if (r->out != NULL) {
		note_shape(w, r->out, r->out_kind == OUT_IS_PAGE);
		js_open_key(&w->j, "content", '{');
		write_answer(w, r);
		js_close(&w->j, '}');
	} else if (r->media != NULL) {
		write_file(w, r);
	}
	js_close(&w->j, '}');
}

static void
write_responses(struct writer *w, const struct route *r)
{
	js_open_key(&w->j, "responses", '{');
	write_success(w, r);
	for (int status = 400; status < 600; status++) {
		bool any = false;

		for (enum err e = OK + 1; e < ERR_TRY_AGAIN; e++)
			any = any ||
			    (err_status(e) == status && may_fail(r, e));
		if (any)
			write_problem(w, r, status);
	}
	js_close(&w->j, '}');
}

/* "cart_add_post" of POST /api/cart/add/. */
static const char *
operation_id(struct writer *w, const struct route *r)
{
	const char *path = strncmp(r->path, "/api/", 5) == 0 ? r->path + 5 :
							       r->path + 1;
	char *id = arena_printf(w->arena, "%s%s", path,
	    method_name(r->method));

	for (char *p = id; *p != '\0'; p++) {
		if (*p == '/' || *p == '-')
			*p = '_';
		else if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p | 0x20);
	}
	return id;
}

static void
write_operation(struct writer *w, const struct app *app,
    const struct route *r)
{
	js_key(&w->j,
	    method_name(r->method) == NULL ? "" :
		r->method == GET           ? "get" :
		r->method == POST          ? "post" :
		r->method == PUT           ? "put" :
					     "delete");
	js_open(&w->j, '{');
	js_str(&w->j, "operationId", operation_id(w, r));
	js_open_key(&w->j, "tags", '[');
	js_str(&w->j, NULL, app->name);
	js_close(&w->j, ']');
	js_str(&w->j, "summary", r->summary);
	js_str(&w->j, "description",
	    r->description != NULL ? r->description :
				     arena_printf(w->arena, "%s. Caller: %s.",
					 r->summary, route_caller(r)));
	js_str(&w->j, "x-caller", route_caller(r));
	js_str(&w->j, "x-idempotency", route_idempotency(r));
	js_open_key(&w->j, "security", '[');
	if (!(r->allow & (PUBLIC | PROVIDER)) ||
	    (r->allow & CALLER_OPTIONAL)) {
		if (r->allow & CALLER_OPTIONAL) {
			js_open(&w->j, '{');
			js_close(&w->j, '}');
		}
		js_open(&w->j, '{');
		js_open_key(&w->j, "bearer", '[');
		js_close(&w->j, ']');
		js_close(&w->j, '}');
	}
	js_close(&w->j, ']');
	write_parameters(w, r);
	write_body(w, r);
	write_responses(w, r);
	js_close(&w->j, '}');
}

static void
write_paths(struct writer *w, const struct app *app)
{
	js_open_key(&w->j, "paths", '{');
	for (size_t i = 0; i < app->nroutes; i++) {
		const struct route *r = &app->routes[i];
		bool first = true;

		for (size_t k = 0; k < i; k++)
			first = first &&
			    strcmp(app->routes[k].path, r->path) != 0;
		if (!first)
			continue;
		js_open_key(&w->j, r->path, '{');
		for (size_t k = i; k < app->nroutes; k++)
			if (strcmp(app->routes[k].path, r->path) == 0)
				write_operation(w, app, &app->routes[k]);
		js_close(&w->j, '}');
	}
	js_close(&w->j, '}');
}

static void
write_page_schema(struct writer *w, const struct shape *s)
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
	write_ref(w, s->name, "");
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
write_shapes(struct writer *w)
{
	js_open_key(&w->j, "schemas", '{');
	for (size_t i = 0; i < w->nshapes; i++) {
		const struct shape *s = w->shapes[i];

		js_open_key(&w->j, s->name, '{');
		js_str(&w->j, "description", s->help);
		write_object(w, s->fields, false);
		js_close(&w->j, '}');
		if (w->as_page[i])
			write_page_schema(w, s);
	}
	js_close(&w->j, '}');
}

void
openapi_fragment(struct arena *a, const struct app *app, struct buf *b)
{
	struct writer *w = ARENA_NEW(a, struct writer);

	w->arena = a;
	w->j = js_to(b);
	js_open(&w->j, '{');
	write_paths(w, app);
	write_shapes(w);
	js_close(&w->j, '}');
}
