#include "core/err.h"

#include <stdarg.h>

#include "core/ctx.h"
#include "core/log.h"

#ifdef __clang_analyzer__
#undef fail
#undef fail_field
#undef fail_field_as
#undef fault
#endif

static const struct {
	int status;
	const char *code;
	const char *title;
} errors[] = {
	[OK] = { 200, "", "" },
#define ERROR(name, status, code, title) [name] = { status, code, title },
#include "core/errors.def"
#undef ERROR
};

int
err_status(enum err err)
{
	return errors[err].status;
}

const char *
err_code(enum err err)
{
	return errors[err].code;
}

const char *
err_title(enum err err)
{
	return errors[err].title;
}

void
problem_clear(struct ctx *c)
{
	c->problem = (struct problem){ 0 };
}

enum err
fail(struct ctx *c, enum err err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	c->problem.err = err;
	c->problem.detail = arena_vprintf(c->arena, fmt, ap);
	va_end(ap);
	return err;
}

__attribute__((format(printf, 4, 0))) static enum err
add_field(struct ctx *c, enum err err, const char *field, const char *fmt,
    va_list ap)
{
	struct field_error *e;

	c->problem.err = err;
	if (c->problem.nerrors == FIELD_ERRORS_MAX)
		return err;
	c->problem.nerrors++;
	e = ARENA_NEW(c->arena, struct field_error);
	e->field = arena_strdup(c->arena, field);
	e->message = arena_vprintf(c->arena, fmt, ap);
	if (c->problem.errors == NULL)
		c->problem.errors_end = &c->problem.errors;
	*c->problem.errors_end = e;
	c->problem.errors_end = &e->next;
	return err;
}

enum err
fail_field(struct ctx *c, const char *field, const char *fmt, ...)
{
	va_list ap;
	enum err err;

	va_start(ap, fmt);
	err = add_field(c, ERR_VALIDATION, field, fmt, ap);
	va_end(ap);
	return err;
}

enum err
fail_field_as(struct ctx *c, enum err err, const char *field, const char *fmt,
    ...)
{
	va_list ap;

	va_start(ap, fmt);
	err = add_field(c, err, field, fmt, ap);
	va_end(ap);
	return err;
}

enum err
fault(struct ctx *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_error("fault request_id=%s %s",
	    c->request_id != NULL ? c->request_id : "-",
	    arena_vprintf(c->arena, fmt, ap));
	va_end(ap);
	c->problem.err = ERR_INTERNAL;
	return ERR_INTERNAL;
}
