#include "web/input.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/clock.h"
#include "core/utf8.h"

/* --- values ------------------------------------------------------------- */

struct binding {
	struct request *rq;
	const char *prefix; /* "" or "items.0." */
};

static const char *
path_of(const struct binding *b, const char *name)
{
	return *b->prefix == '\0' ?
	    name :
	    arena_printf(b->rq->ctx.arena, "%s%s", b->prefix, name);
}

#define WRONG(b, f, ...)                                                     \
	(void)fail_field(&(b)->rq->ctx, path_of((b), (f)->name), __VA_ARGS__)

static void
put_text(const struct binding *b, const struct field *f, void *to,
    const char *v)
{
	size_t len = utf8_length(v);
	const char *wrong;

	/* A REQUIRED text is not blank, nor one with a least length; secrets
	 * have rules of their own. */
	if (((f->flags & REQUIRED) || f->min > 0) && !(f->flags & SECRET) &&
	    utf8_blank(v)) {
		WRONG(b, f, "This may not be blank.");
		return;
	}
	if ((int64_t)len > f->max) {
		WRONG(b, f, "At most %lld characters.", (long long)f->max);
		return;
	}
	if ((int64_t)len < f->min) {
		WRONG(b, f, "At least %lld characters.", (long long)f->min);
		return;
	}
	wrong = f->check != NULL ? f->check(v) : NULL;
	if (wrong != NULL) {
		WRONG(b, f, "%s", wrong);
		return;
	}
	*(const char **)to = v;
}

static void
put_i64(const struct binding *b, const struct field *f, void *to, int64_t v)
{
	if (v < f->min || v > f->max) {
		WRONG(b, f, "Must be from %lld to %lld.", (long long)f->min,
		    (long long)f->max);
		return;
	}
	if (f->optional_i64)
		*(struct opt_i64 *)to = (struct opt_i64){ true, v };
	else
		*(int64_t *)to = v;
}

static void
put_enum(const struct binding *b, const struct field *f, void *to,
    const char *v)
{
	struct buf names;

	buf_init(&names, b->rq->ctx.arena, 1024);
	for (const char *const *p = f->values; *p != NULL; p++) {
		if (strcmp(*p, v) == 0) {
			*(const char **)to = *p;
			return;
		}
		if (names.len > 0)
			buf_lit(&names, ", ");
		buf_str(&names, *p);
	}
	WRONG(b, f, "Must be one of: %s.", buf_text(&names));
}

static void
put_uuid(const struct binding *b, const struct field *f, void *to,
    const char *v)
{
	struct uuid id;

	if (!uuid_parse(v, &id) || uuid_is_zero(id))
		WRONG(b, f, "This is not an id.");
	else
		*(struct uuid *)to = id;
}

static void
put_date(const struct binding *b, const struct field *f, void *to,
    const char *v)
{
	int64_t at;

	if (!clock_parse_date(v, &at))
		WRONG(b, f, "Enter a date as YYYY-MM-DD.");
	else
		*(const char **)to = v;
}

/* Text of any kind that is written as text; false if f is not of one. */
static bool
put_textual(const struct binding *b, const struct field *f, void *to,
    const char *v)
{
	switch (f->kind) {
	case FIELD_TEXT:
		put_text(b, f, to, v);
		return true;
	case FIELD_ENUM:
		put_enum(b, f, to, v);
		return true;
	case FIELD_UUID:
		put_uuid(b, f, to, v);
		return true;
	case FIELD_DATE:
		put_date(b, f, to, v);
		return true;
	default:
		return false;
	}
}

static void
put_defaults(const struct field *fields, void *in)
{
	for (const struct field *f = fields; f->kind != FIELD_END; f++) {
		void *to = (char *)in + f->offset;

		if (!(f->flags & HAS_DEFAULT))
			continue;
		if (f->kind == FIELD_I64)
			*(int64_t *)to = f->fallback;
		else if (f->kind == FIELD_BOOL)
			*(bool *)to = f->fallback != 0;
		else if (f->kind == FIELD_ENUM)
			*(const char **)to = f->values[f->fallback];
	}
}

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
			    path_of(b, f->name), i) };
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
	struct map *map = to;
	size_t n = (size_t)json_object_object_length(v);

	if ((int64_t)n > f->max) {
		WRONG(b, f, "At most %lld entries.", (long long)f->max);
		return;
	}
	map->names = ARENA_ARRAY(b->rq->ctx.arena, n, const char *);
	map->values = ARENA_ARRAY(b->rq->ctx.arena, n, const char *);
	json_object_object_foreach(v, key, e) {
		const char *s = json_object_is_type(e, json_type_string) ?
		    plain_string(e) :
		    NULL;

		if (s == NULL || utf8_length(s) > TEXT_MAX ||
		    utf8_length(key) > TEXT_MAX || utf8_blank(key)) {
			WRONG(b, f, "Names and values must be short texts.");
			return;
		}
		map->names[map->n] = key;
		map->values[map->n++] = s;
	}
}

static void
bind_nested(const struct binding *b, const struct field *f, void *to,
    struct json_object *v)
{
	struct binding inner = { b->rq,
		arena_printf(b->rq->ctx.arena, "%s.", path_of(b, f->name)) };
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
			*(bool *)to = json_object_get_boolean(v) != 0;
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

static const struct field *
field_named(const struct field *fields, const char *name)
{
	for (const struct field *f = fields;
	     f != NULL && f->kind != FIELD_END; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
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

/* --- from the query ----------------------------------------------------- */

/* "-?[0-9]{1,18}" and nothing else. */
static bool
parse_i64(const char *s, int64_t *out)
{
	size_t digits;

	digits = strspn(*s == '-' ? s + 1 : s, "0123456789");
	if (digits < 1 || digits > 18 ||
	    (*s == '-' ? s + 1 : s)[digits] != '\0')
		return false;
	*out = strtoll(s, NULL, 10);
	return true;
}

static void
bind_param(const struct binding *b, const struct field *f, void *to,
    const char *v)
{
	int64_t n;

	if (f->kind == FIELD_I64) {
		if (parse_i64(v, &n))
			put_i64(b, f, to, n);
		else
			WRONG(b, f, "Must be a whole number.");
	} else if (f->kind == FIELD_BOOL) {
		if (strcmp(v, "true") == 0 || strcmp(v, "1") == 0)
			*(bool *)to = true;
		else if (strcmp(v, "false") == 0 || strcmp(v, "0") == 0)
			*(bool *)to = false;
		else
			WRONG(b, f, "Must be true or false.");
	} else {
		put_textual(b, f, to, v);
	}
}

static void
bind_repeated(const struct binding *b, const struct field *f, void *to)
{
	struct request *rq = b->rq;
	struct texts *texts = to;
	bool good = true;

	texts->v = ARENA_ARRAY(rq->ctx.arena, rq->nparams, const char *);
	for (size_t i = 0; i < rq->nparams; i++) {
		struct param *p = &rq->params[i];

		if (strcmp(p->name, f->name) != 0)
			continue;
		p->seen = true;
		good = good && (int64_t)texts->n < f->max &&
		    utf8_length(p->value) <= TEXT_MAX;
		if (good)
			texts->v[texts->n++] = p->value;
	}
	if (!good)
		WRONG(b, f, "At most %lld short texts.", (long long)f->max);
}

static void
bind_attributes(const struct binding *b, const struct field *f, void *to)
{
	struct request *rq = b->rq;
	struct map *map = to;
	size_t skip = strlen(f->name) + 1;
	bool good = true;

	map->names = ARENA_ARRAY(rq->ctx.arena, rq->nparams, const char *);
	map->values = ARENA_ARRAY(rq->ctx.arena, rq->nparams, const char *);
	for (size_t i = 0; i < rq->nparams; i++) {
		struct param *p = &rq->params[i];

		if (strncmp(p->name, "attr.", 5) != 0)
			continue;
		p->seen = true;
		good = good && (int64_t)map->n < f->max &&
		    p->name[skip] != '\0' &&
		    utf8_length(p->name) <= TEXT_MAX &&
		    utf8_length(p->value) <= TEXT_MAX;
		if (!good)
			continue;
		map->names[map->n] = p->name + skip;
		map->values[map->n++] = p->value;
	}
	if (!good)
		WRONG(b, f, "At most %lld attributes, by short names.",
		    (long long)f->max);
}

static bool
bind_single(const struct binding *b, const struct field *f, void *to)
{
	struct request *rq = b->rq;
	bool given = false;

	for (size_t i = 0; i < rq->nparams; i++) {
		struct param *p = &rq->params[i];

		if (strcmp(p->name, f->name) != 0)
			continue;
		p->seen = true;
		if (given)
			WRONG(b, f, "This stands twice.");
		else
			bind_param(b, f, to, p->value);
		given = true;
	}
	return given;
}

static void
bind_query(struct request *rq, const struct field *fields, void *in)
{
	struct binding b = { rq, "" };

	put_defaults(fields, in);
	for (const struct field *f = fields; f->kind != FIELD_END; f++) {
		void *to = (char *)in + f->offset;

		if (f->kind == FIELD_TEXTS)
			bind_repeated(&b, f, to);
		else if (f->kind == FIELD_ATTRS)
			bind_attributes(&b, f, to);
		else if (!bind_single(&b, f, to) && (f->flags & REQUIRED))
			WRONG(&b, f, "This parameter is required.");
	}
}

static void
refuse_unseen(struct request *rq)
{
	for (size_t i = 0; i < rq->nparams; i++)
		if (!rq->params[i].seen)
			(void)fail_field(&rq->ctx, rq->params[i].name,
			    "Unknown parameter.");
}

/* --- the whole ---------------------------------------------------------- */

static size_t
content_length(struct request *rq)
{
	const char *v = io_env(rq->io, "CONTENT_LENGTH");

	return v != NULL ? strtoull(v, NULL, 10) : 0;
}

static void
drain(struct request *rq, size_t len)
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
	size_t len = content_length(rq);
	char *body;

	if (len > max) {
		drain(rq, len);
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

enum err
input_bind(struct request *rq)
{
	const struct route *r = rq->route;
	const struct field *fields = r->in != NULL ? r->in : no_fields;
	struct binding b = { rq, "" };

	rq->in = arena_alloc(rq->ctx.arena, r->in_size);
	if (r->raw_body)
		return read_body(rq);
	if (r->method == GET) {
		bind_query(rq, fields, rq->in);
	} else {
		TRY(parse_body(rq));
		/* No body: a DELETE takes its fields from the query, others
		 * learn which ones they lack. */
		if (rq->json == NULL && r->method != DELETE)
			TRY(json_parse(&rq->ctx, "{}", 2, &rq->json));
		if (rq->json != NULL)
			bind_object(&b, fields, rq->in, rq->json);
		else
			bind_query(rq, fields, rq->in);
	}
	refuse_unseen(rq);
	return rq->ctx.problem.err;
}
