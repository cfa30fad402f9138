/* From the query or a form to the members; see input_bind.h. */
#include <stdlib.h>
#include <string.h>

#include "core/utf8.h"
#include "web/form.h"
#include "web/input_bind.h"

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
			put_bool(f, to, true);
		else if (strcmp(v, "false") == 0 || strcmp(v, "0") == 0)
			put_bool(f, to, false);
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

	texts->v = ARENA_ARRAY(rq->ctx.arena, b->nparams, const char *);
	for (size_t i = 0; i < b->nparams; i++) {
		struct param *p = &b->params[i];

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

	map->names = ARENA_ARRAY(rq->ctx.arena, b->nparams, const char *);
	map->values = ARENA_ARRAY(rq->ctx.arena, b->nparams, const char *);
	for (size_t i = 0; i < b->nparams; i++) {
		struct param *p = &b->params[i];

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
	bool given = false;

	for (size_t i = 0; i < b->nparams; i++) {
		struct param *p = &b->params[i];

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

/* Whether something was said about that field while it was read. */
static bool
is_told(const struct binding *b, const struct field *f)
{
	for (const struct field_error *e = b->rq->ctx.problem.errors;
	     e != NULL; e = e->next)
		if (strcmp(e->field, f->name) == 0)
			return true;
	return false;
}

/* A file of the form; see form.c. */
static void
bind_file(const struct binding *b, const struct field *f, void *to)
{
	struct upload *file = form_file(b->rq, f);

	*(struct upload **)to = file;
	if (file == NULL && (f->flags & REQUIRED) && !is_told(b, f))
		WRONG(b, f, "This file is required.");
}

void
bind_params(const struct binding *b, const struct field *fields, void *in)
{
	put_defaults(fields, in);
	for (const struct field *f = fields; f->kind != FIELD_END; f++) {
		void *to = (char *)in + f->offset;

		if (f->kind == FIELD_TEXTS)
			bind_repeated(b, f, to);
		else if (f->kind == FIELD_ATTRS)
			bind_attributes(b, f, to);
		else if (f->kind == FIELD_FILE)
			bind_file(b, f, to);
		else if (!bind_single(b, f, to) && (f->flags & REQUIRED) &&
		    !is_told(b, f))
			WRONG(b, f, "This parameter is required.");
	}
}

void
refuse_unseen(const struct binding *b, const char *message)
{
	for (size_t i = 0; i < b->nparams; i++)
		if (!b->params[i].seen)
			(void)fail_field(&b->rq->ctx, b->params[i].name, "%s",
			    message);
}
