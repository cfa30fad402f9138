/* Values into members; see input_bind.h. */
#include <string.h>

#include "core/clock.h"
#include "core/utf8.h"
#include "web/input_bind.h"

const char *
path_of(const struct binding *b, const char *name)
{
	return *b->prefix == '\0' ?
	    name :
	    arena_printf(b->rq->ctx.arena, "%s%s", b->prefix, name);
}

const struct field *
field_named(const struct field *fields, const char *name)
{
	for (const struct field *f = fields;
	     f != NULL && f->kind != FIELD_END; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

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

void
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

void
put_bool(const struct field *f, void *to, bool v)
{
	if (f->optional_bool)
		*(struct opt_bool *)to = (struct opt_bool){ true, v };
	else
		*(bool *)to = v;
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

bool
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

void
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
