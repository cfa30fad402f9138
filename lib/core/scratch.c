#include "core/scratch.h"

struct scratch
scratch_begin(struct ctx *c)
{
	struct scratch s = { .c = c, .outer = c->arena };

	c->arena = arena_new();
	return s;
}

/* The same words in memory that stays. */
static void
keep_problem(struct problem *p, struct arena *a)
{
	struct field_error **to = &p->errors;

	if (p->detail != NULL)
		p->detail = arena_strdup(a, p->detail);
	for (const struct field_error *e = p->errors; e != NULL;
	     e = e->next) {
		struct field_error *copy = ARENA_NEW(a, struct field_error);

		copy->field = arena_strdup(a, e->field);
		copy->message = arena_strdup(a, e->message);
		*to = copy;
		to = &copy->next;
	}
	p->errors_end = to;
}

void
scratch_end(struct scratch *s)
{
	struct arena *inner = s->c->arena;

	s->c->arena = s->outer;
	keep_problem(&s->c->problem, s->outer);
	arena_free(inner);
}
