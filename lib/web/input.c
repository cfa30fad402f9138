#include "web/input.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/utf8.h"
#include "web/form.h"
#include "web/input_bind.h"
#include "web/input_map.h"

/* --- from JSON ---------------------------------------------------------- */

static void bind_object(const struct binding *b, const struct field *fields,
    void *in, struct json_object *o);

/* NULL if the string holds NUL, which no text of ours may. */
static const char *
plain_string(struct json_object *v)
{
	const char *s = json_object_get_string(v);

	return strlen(s) == (size_t)json_object_get_string_len(v) ? s : NULL;
}

static void
bind_texts(const struct binding *b, const struct field *f, void *to,
    struct json_object *v)
{
	struct texts *texts = to;
	size_t n = json_object_array_length(v);

	if ((int64_t)n > f->max) {
		WRONG(b, f, "At most %lld entries.", (long long)f->max);
		return;
	}
	texts->v = ARENA_ARRAY(b->rq->ctx.arena, n, const char *);
	for (size_t i = 0; i < n; i++) {
		struct json_object *e = json_object_array_get_idx(v, i);
		const char *s = json_object_is_type(e, json_type_string) ?
		    plain_string(e) :
		    NULL;

		if (s == NULL || utf8_length(s) > TEXT_MAX) {
			WRONG(b, f, "Every entry must be a short text.");
			return;
		}
		texts->v[texts->n++] = s;
	}
}

static void
bind_list(const struct binding *b, const struct field *f, void *to,
    struct json_object *v)
{
	struct list *list = to;
	size_t n = json_object_array_length(v);

	if ((int64_t)n < f->min || (int64_t)n > f->max) {
		WRONG(b, f, "From %lld to %lld entries.", (long long)f->min,
		    (long long)f->max);
		return;
	}
	list->v = arena_array(b->rq->ctx.arena, n, f->size);
	list->n = n;
	for (size_t i = 0; i < n; i++) {
		struct binding inner = { b->rq,
			arena_printf(b->rq->ctx.arena, "%s.%zu.",
			    path_of(b, f->name), i),
			NULL, 0 };
		struct json_object *e = json_object_array_get_idx(v, i);

		if (!json_object_is_type(e, json_type_object))
			WRONG(b, f, "Every entry must be an object.");
		else
			bind_object(&inner, f->fields,
			    (char *)list->v + i * f->size, e);
	}
}

static void
bind_map(const struct binding *b, const struct field *f, void *to,
    struct json_object *v)
{
	const char *wrong = f->kind == FIELD_MAP ?
	    input_map(b->rq->ctx.arena, f, v, to) :
	    input_values(b->rq->ctx.arena, f, v, to);

	if (wrong != NULL)
		WRONG(b, f, "%s", wrong);
}

static void
bind_nested(const struct binding *b, const struct field *f, void *to,
    struct json_object *v)
{
	struct binding inner = { b->rq,
		arena_printf(b->rq->ctx.arena, "%s.", path_of(b, f->name)),
		NULL, 0 };
	void *nested = arena_alloc(b->rq->ctx.arena, f->size);

	bind_object(&inner, f->fields, nested, v);
	*(void **)to = nested;
}

static bool
is_kind(const struct binding *b, const struct field *f, struct json_object *v,
    enum json_type type, const char *what)
{
	if (json_object_is_type(v, type))
		return true;
	WRONG(b, f, "Must be %s.", what);
	return false;
}

static void
bind_value(const struct binding *b, const struct field *f, void *to,
    struct json_object *v)
{
	const char *s;

	switch (f->kind) {
	case FIELD_I64:
		if (is_kind(b, f, v, json_type_int, "a whole number"))
			put_i64(b, f, to, json_object_get_int64(v));
		return;
	case FIELD_BOOL:
		if (is_kind(b, f, v, json_type_boolean, "true or false"))
			put_bool(f, to, json_object_get_boolean(v) != 0);
		return;
	case FIELD_OBJ:
		if (is_kind(b, f, v, json_type_object, "an object"))
			bind_nested(b, f, to, v);
		return;
	case FIELD_LIST:
		if (is_kind(b, f, v, json_type_array, "a list"))
			bind_list(b, f, to, v);
		return;
	case FIELD_TEXTS:
		if (is_kind(b, f, v, json_type_array, "a list"))
			bind_texts(b, f, to, v);
		return;
	case FIELD_MAP:
	case FIELD_VALUES:
		if (is_kind(b, f, v, json_type_object, "an object"))
			bind_map(b, f, to, v);
		return;
	default:
		if (!is_kind(b, f, v, json_type_string, "a text"))
			return;
	}
	s = plain_string(v);
	if (s == NULL)
		WRONG(b, f, "This may not hold the character NUL.");
	else
		put_textual(b, f, to, s);
}

static void
bind_object(const struct binding *b, const struct field *fields, void *in,
    struct json_object *o)
{
	put_defaults(fields, in);
	json_object_object_foreach(o, key, ignored) {
		(void)ignored;
		if (field_named(fields, key) == NULL)
			(void)fail_field(&b->rq->ctx, path_of(b, key),
			    "Unknown field.");
	}
	for (const struct field *f = fields; f->kind != FIELD_END; f++) {
		struct json_object *v = NULL;
		bool given = json_object_object_get_ex(o, f->name, &v);

		if (given && v != NULL)
			bind_value(b, f, (char *)in + f->offset, v);
		else if (given && f->null_offset != 0)
			*(bool *)((char *)in + f->null_offset) = true;
		else if (f->flags & REQUIRED)
			WRONG(b, f, "This field is required.");
	}
}

/* --- the whole ---------------------------------------------------------- */

size_t
input_length(struct request *rq)
{
	const char *v = io_env(rq->io, "CONTENT_LENGTH");

	return v != NULL ? strtoull(v, NULL, 10) : 0;
}

void
input_drain(struct request *rq, size_t len)
{
	char *p = arena_alloc(rq->ctx.arena, 16384);

	while (len > 0) {
		size_t n = io_read(rq->io, p, len < 16384 ? len : 16384);

		if (n == 0)
			return;
		len -= n;
	}
}

static bool
is_json_type(const char *v)
{
	size_t n = strlen("application/json");

	if (v == NULL || strncasecmp(v, "application/json", n) != 0)
		return false;
	v += n + strspn(v + n, " \t");
	if (*v == '\0')
		return true;
	if (*v++ != ';')
		return false;
	v += strspn(v, " \t");
	return *v == '\0' || strcasecmp(v, "charset=utf-8") == 0 ||
	    strcasecmp(v, "charset=\"utf-8\"") == 0;
}

static enum err
read_body(struct request *rq)
{
	size_t max = rq->route->raw_body ? RAW_BODY_MAX : BODY_MAX;
	size_t len = input_length(rq);
	char *body;

	if (len > max) {
		input_drain(rq, len);
		return fail(&rq->ctx, ERR_PAYLOAD_TOO_LARGE,
		    "The body may have %zu bytes at most.", max);
	}
	body = arena_alloc(rq->ctx.arena, len + 1);
	rq->raw_body = body;
	rq->raw_body_len = io_read(rq->io, body, len);
	if (rq->raw_body_len < len)
		return fail(&rq->ctx, ERR_BAD_REQUEST,
		    "The body is shorter than announced.");
	return OK;
}

static enum err
parse_body(struct request *rq)
{
	const char *type = io_env(rq->io, "CONTENT_TYPE");

	TRY(read_body(rq));
	/* Some web servers hand on an empty type where there is none. */
	if (rq->raw_body_len == 0 && (type == NULL || *type == '\0'))
		return OK;
	if (!is_json_type(type))
		return fail(&rq->ctx, ERR_UNSUPPORTED_MEDIA_TYPE,
		    "Send application/json in UTF-8.");
	if (rq->raw_body_len == 0)
		return OK;
	TRY(json_parse(&rq->ctx, rq->raw_body, rq->raw_body_len, &rq->json));
	if (!json_object_is_type(rq->json, json_type_object))
		return fail_field(&rq->ctx, "body", "Must be an object.");
	return OK;
}

static const struct field no_fields[] = { { 0 } };

static enum err
bind_form(struct request *rq, const struct field *fields)
{
	struct binding query = { rq, "", rq->params, rq->nparams };
	struct binding b = { rq, "", NULL, 0 };

	refuse_unseen(&query, "Unknown parameter.");
	TRY(form_read(rq));
	b.params = rq->form->texts;
	b.nparams = rq->form->ntexts;
	bind_params(&b, fields, rq->in);
	return rq->ctx.problem.err;
}

enum err
input_bind(struct request *rq)
{
	const struct route *r = rq->route;
	const struct field *fields = r->in != NULL ? r->in : no_fields;
	struct binding b = { rq, "", rq->params, rq->nparams };

	rq->in = arena_alloc(rq->ctx.arena, r->in_size);
	if (r->raw_body)
		return read_body(rq);
	if (r->multipart)
		return bind_form(rq, fields);
	if (r->method == GET) {
		bind_params(&b, fields, rq->in);
	} else {
		TRY(parse_body(rq));
		/* No body: a DELETE takes its fields from the query, others
		 * learn which ones they lack. */
		if (rq->json == NULL && r->method != DELETE)
			TRY(json_parse(&rq->ctx, "{}", 2, &rq->json));
		if (rq->json != NULL)
			bind_object(&b, fields, rq->in, rq->json);
		else
			bind_params(&b, fields, rq->in);
	}
	refuse_unseen(&b, "Unknown parameter.");
	return rq->ctx.problem.err;
}
