#include "web/route.h"

#include <stdio.h>
#include <string.h>

const char *
method_name(enum method m)
{
	static const char *const names[] = { "", "GET", "POST", "PUT",
		"DELETE" };

	return names[m];
}

const char *
route_caller(const struct route *r)
{
	if (r->allow & PUBLIC)
		return "public";
	if (r->allow & USER)
		return "user";
	if (r->allow & SELLER)
		return "seller";
	if (r->allow & APPROVED)
		return "approved";
	return r->allow & ADMIN ? "admin" : "provider";
}

const char *
route_pool(const struct app *app, const struct route *r)
{
	return r->pool != NULL ? r->pool : app->name;
}

const char *
route_idempotency(const struct route *r)
{
	switch (r->idempotency) {
	case IDEMPOTENCY_KEY:
		return "yes";
	case IDEMPOTENCY_MONEY:
		return "money";
	default:
		return "-";
	}
}

static int
complain(const struct app *app, const struct route *r, const char *why)
{
	fprintf(stderr, "%s: %s: %s\n", app->name,
	    r->path != NULL ? r->path : "?", why);
	return 1;
}

static int
check_field(const struct app *app, const struct route *r,
    const struct field *fields, const struct field *f)
{
	if (f->name == NULL || *f->name == '\0')
		return complain(app, r, "a field without a name");
	for (const struct field *p = fields; p != f; p++)
		if (p->name != NULL && strcmp(p->name, f->name) == 0)
			return complain(app, r, "a field stands twice");
	if (f->kind == FIELD_I64 && f->min > f->max)
		return complain(app, r, "a number without a range");
	if (f->kind == FIELD_ENUM && f->values == NULL)
		return complain(app, r, "a choice without values");
	if (f->kind != FIELD_FILE)
		return 0;
	if (!r->multipart || fields != r->in)
		return complain(app, r, "a file outside of a form");
	if (f->max < 1 || f->values == NULL || f->values[0] == NULL)
		return complain(app, r, "a file without limit or types");
	return 0;
}

static int
check_fields(const struct app *app, const struct route *r,
    const struct field *fields)
{
	int faults = 0;

	for (const struct field *f = fields; f->kind != FIELD_END; f++) {
		faults += check_field(app, r, fields, f);
		if (f->help == NULL || *f->help == '\0')
			faults += complain(app, r, "a field without help");
		if (!(f->flags & (REQUIRED | OPTIONAL)))
			faults += complain(app, r,
			    "a field neither required nor optional");
		if (f->fields != NULL)
			faults += check_fields(app, r, f->fields);
	}
	return faults;
}

/* What a form cannot carry, and where there can be none. */
static int
check_form(const struct app *app, const struct route *r)
{
	int faults = 0;

	if (!r->multipart)
		return 0;
	if (r->method == GET || r->raw_body || r->in == NULL)
		return complain(app, r, "a form where there can be none");
	for (const struct field *f = r->in; f->kind != FIELD_END; f++)
		if (f->kind == FIELD_OBJ || f->kind == FIELD_LIST ||
		    f->kind == FIELD_MAP || f->kind == FIELD_VALUES ||
		    f->kind == FIELD_ATTRS)
			faults += complain(app, r, "a form with an object");
	return faults;
}

static int
check_route(const struct app *app, const struct route *r)
{
	int faults = 0;
	size_t len;

	if (r->path == NULL || r->path[0] != '/')
		return complain(app, r, "no path");
	len = strlen(r->path);
	if (r->path[len - 1] != '/')
		faults += complain(app, r, "the path does not end in /");
	if (r->method == METHOD_UNSET)
		faults += complain(app, r, "no method");
	if (r->allow == 0)
		faults += complain(app, r, "nobody may call");
	if (r->idempotency == IDEMPOTENCY_UNSET)
		faults += complain(app, r, "idempotency is left open");
	if (r->method == GET && r->idempotency != IDEMPOTENCY_NONE)
		faults += complain(app, r, "a read with a key");
	if (r->hot && (r->method != GET || !(r->allow & PUBLIC)))
		faults += complain(app, r, "kept, but not a public read");
	if (r->status == 0 || r->summary == NULL || r->handler == NULL)
		faults += complain(app, r, "status, summary or handler");
	if (r->out == NULL && r->out_kind != OUT_IS_PLAIN &&
	    r->out_kind != OUT_IS_FILE)
		faults += complain(app, r, "the answer is not described");
	if (r->out_kind == OUT_IS_FILE &&
	    (r->media == NULL || r->media[0] == NULL))
		faults += complain(app, r, "a file has types");
	if (r->out_kind == OUT_IS_PLAIN && r->media != NULL)
		faults += complain(app, r, "a document with other types");
	faults += check_form(app, r);
	if ((r->in == NULL) != (r->in_size == 0))
		faults += complain(app, r, "in and in_size");
	return faults + (r->in != NULL ? check_fields(app, r, r->in) : 0);
}

int
route_check(const struct app *app)
{
	int faults = 0;

	for (size_t i = 0; i < app->nroutes; i++) {
		const struct route *r = &app->routes[i];

		faults += check_route(app, r);
		for (size_t k = 0; k < i && r->path != NULL; k++)
			if (app->routes[k].method == r->method &&
			    app->routes[k].path != NULL &&
			    strcmp(app->routes[k].path, r->path) == 0)
				faults += complain(app, r, "stands twice");
	}
	return faults;
}
