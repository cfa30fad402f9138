/*
 * input_bind.h: how values reach the members of the input struct; shared by
 * the readers of JSON (input.c), of queries and of forms (input_params.c).
 */
#ifndef HAAT_WEB_INPUT_BIND_H
#define HAAT_WEB_INPUT_BIND_H

#include "web/request.h"

struct binding {
	struct request *rq;
	const char *prefix; /* "" or "items.0." */
	/* Of the query or the form. */
	struct param *params;
	size_t nparams;
};

/* The name of a field as the caller wrote it. */
const char *path_of(const struct binding *b, const char *name);

#define WRONG(b, f, ...)                                                     \
	(void)fail_field(&(b)->rq->ctx, path_of((b), (f)->name), __VA_ARGS__)

/* Put v at to, or say what is wrong with it. */
void put_i64(const struct binding *b, const struct field *f, void *to,
    int64_t v);
void put_bool(const struct field *f, void *to, bool v);
/* Text of any kind that is written as text; false if f is not of one. */
bool put_textual(const struct binding *b, const struct field *f, void *to,
    const char *v);
void put_defaults(const struct field *fields, void *in);

/* NULL if there is none of that name. */
const struct field *field_named(const struct field *fields, const char *name);

/* Binds b->params; what no field takes is left unseen. */
void bind_params(const struct binding *b, const struct field *fields,
    void *in);
/* Says of each parameter that no field took: what it is. */
void refuse_unseen(const struct binding *b, const char *message);

#endif
