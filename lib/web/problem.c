#include "web/problem.h"

#include <string.h>

/* Messages of one field stand together, in the order of the fields. */
static void
write_errors(struct json *j, const struct field_error *errors)
{
	js_open_key(j, "errors", '{');
	for (const struct field_error *e = errors; e != NULL; e = e->next) {
		bool seen = false;

		for (const struct field_error *p = errors; p != e;
		     p = p->next)
			seen = seen || strcmp(p->field, e->field) == 0;
		if (seen)
			continue;
		/* Names of unknown fields are the caller's: escape them. */
		if (j->comma)
			buf_char(j->b, ',');
		buf_json_str(j->b, e->field);
		buf_char(j->b, ':');
		j->comma = false;
		js_open(j, '[');
		for (const struct field_error *p = e; p != NULL; p = p->next)
			if (strcmp(p->field, e->field) == 0)
				js_str(j, NULL, p->message);
		js_close(j, ']');
	}
	js_close(j, '}');
}

static const char *
default_detail(enum err err)
{
	switch (err) {
	case ERR_VALIDATION:
		return "Some fields are not valid.";
	case ERR_INTERNAL:
		return "Something broke on our side. Quote the request id.";
	case ERR_UNAVAILABLE:
	case ERR_TRY_AGAIN:
		return "The service is busy. Try again in a moment.";
	default:
		return err_title(err);
	}
}

static const char *
challenge(enum err err)
{
	switch (err) {
	case ERR_AUTHENTICATION_REQUIRED:
	case ERR_INVALID_CREDENTIALS:
		return "Bearer realm=\"haat\"";
	default:
		return "Bearer realm=\"haat\", error=\"invalid_token\"";
	}
}

void
problem_write(struct request *rq, enum err err)
{
	struct problem *p = &rq->ctx.problem;
	struct json j = js_to(rq->out);

	buf_clear(rq->out);
	rq->status = err_status(err);
	rq->content_type = "application/problem+json";
	js_open(&j, '{');
	js_str(&j, "type", "about:blank");
	js_str(&j, "title", err_title(err));
	js_i64(&j, "status", rq->status);
	js_str(&j, "detail",
	    p->detail != NULL && err != ERR_INTERNAL ? p->detail :
						       default_detail(err));
	js_str(&j, "code", err_code(err));
	js_str(&j, "request_id", rq->ctx.request_id);
	if (p->errors != NULL && err != ERR_INTERNAL)
		write_errors(&j, p->errors);
	js_close(&j, '}');
	if (rq->status == 401)
		reply_header(rq, "WWW-Authenticate", challenge(err));
	if (rq->status == 503 && p->retry_after_secs == 0)
		p->retry_after_secs = 1;
	if (p->retry_after_secs > 0)
		reply_header(rq, "Retry-After",
		    arena_printf(rq->ctx.arena, "%d", p->retry_after_secs));
}
