#include "web/openapi.h"

#include <stdio.h>
#include <string.h>

#include "core/config.h"
#include "core/json.h"
#include "web/openapi_example.h"
#include "web/openapi_schema.h"

/* --- operations --------------------------------------------------------- */

static void
write_parameter(struct openapi *w, const struct field *f)
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
	openapi_schema(w, f, false);
	if (f->example != NULL) {
		js_key(&w->j, "example");
		openapi_example(&w->j, f, true);
	}
	js_close(&w->j, '}');
}

static void
write_parameters(struct openapi *w, const struct route *r)
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
write_form(struct openapi *w, const struct route *r)
{
	js_open_key(&w->j, "multipart/form-data", '{');
	js_open_key(&w->j, "schema", '{');
	openapi_object(w, r->in, true);
	js_close(&w->j, '}');
	js_open_key(&w->j, "encoding", '{');
	for (const struct field *f = r->in; f->kind != FIELD_END; f++) {
		struct buf types;

		if (f->kind != FIELD_FILE)
			continue;
		buf_init(&types, w->arena, 1024);
		for (const char *const *v = f->values; *v != NULL; v++)
			buf_printf(&types, "%s%s", types.len > 0 ? ", " : "",
			    *v);
		js_open_key(&w->j, f->name, '{');
		js_str(&w->j, "contentType", buf_text(&types));
		js_close(&w->j, '}');
	}
	js_close(&w->j, '}');
	js_close(&w->j, '}');
}

static void
write_body(struct openapi *w, const struct route *r)
{
	bool required = false;

	if (r->method == GET || r->in == NULL)
		return;
	for (const struct field *f = r->in; f->kind != FIELD_END; f++)
		required = required || (f->flags & REQUIRED);
	js_open_key(&w->j, "requestBody", '{');
	js_bool(&w->j, "required", required);
	js_open_key(&w->j, "content", '{');
	if (r->multipart) {
		write_form(w, r);
	} else {
		js_open_key(&w->j, "application/json", '{');
		js_open_key(&w->j, "schema", '{');
		openapi_object(w, r->in, true);
		js_close(&w->j, '}');
		js_key(&w->j, "example");
		openapi_example_object(&w->j, r->in, true);
		js_close(&w->j, '}');
	}
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
		return r->method != GET && !r->raw_body && !r->multipart;
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
write_answer(struct openapi *w, const struct route *r)
{
	js_open_key(&w->j, "application/json", '{');
	js_key(&w->j, "schema");
	openapi_ref(w, r->out->name,
	    r->out_kind == OUT_IS_PAGE ? "_page" : "");
	js_key(&w->j, "example");
	if (r->out_kind == OUT_IS_PAGE)
		openapi_example_page(&w->j, r->out);
	else
		openapi_example_object(&w->j, r->out->fields, false);
	js_close(&w->j, '}');
}

/* A file that the caller saves. */
static void
write_file(struct openapi *w, const struct route *r)
{
	for (const char *const *type = r->media;
	     type != NULL && *type != NULL; type++) {
		js_open_key(&w->j, *type, '{');
		js_open_key(&w->j, "schema", '{');
		js_str(&w->j, "type", "string");
		js_str(&w->j, "format", "binary");
		js_close(&w->j, '}');
		js_close(&w->j, '}');
	}
}

static void
write_problem(struct openapi *w, const struct route *r, int status)
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
	openapi_ref(w, "problem", "");
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
write_success(struct openapi *w, const struct route *r)
{
	js_open_key(&w->j, arena_printf(w->arena, "%d", r->status), '{');
	js_str(&w->j, "description",
	    r->status == 201     ? "Created" :
		r->status == 202 ? "Accepted" :
				   "OK");
	if (r->out != NULL) {
		openapi_note(w, r->out, r->out_kind == OUT_IS_PAGE);
		js_open_key(&w->j, "content", '{');
		write_answer(w, r);
		write_file(w, r);
		js_close(&w->j, '}');
	} else if (r->media != NULL) {
		js_open_key(&w->j, "content", '{');
		write_file(w, r);
		js_close(&w->j, '}');
	}
	js_close(&w->j, '}');
}

static void
write_accepted(struct openapi *w, const struct route *r)
{
	struct route later = *r;

	later.status = 202;
	later.media = NULL;
	later.out = r->accepted;
	later.out_kind = OUT_IS_OBJECT;
	write_success(w, &later);
}

static void
write_responses(struct openapi *w, const struct route *r)
{
	js_open_key(&w->j, "responses", '{');
	write_success(w, r);
	if (r->accepted != NULL)
		write_accepted(w, r);
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
operation_id(struct openapi *w, const struct route *r)
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
write_operation(struct openapi *w, const struct app *app,
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
write_paths(struct openapi *w, const struct app *app)
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

void
openapi_fragment(struct arena *a, const struct app *app, struct buf *b)
{
	struct openapi *w = ARENA_NEW(a, struct openapi);

	w->arena = a;
	w->j = js_to(b);
	js_open(&w->j, '{');
	write_paths(w, app);
	openapi_shapes(w);
	js_close(&w->j, '}');
}
