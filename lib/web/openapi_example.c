#include "web/openapi_example.h"

#include <stdlib.h>

void
openapi_example_object(struct json *j, const struct field *fields, bool in)
{
	js_open(j, '{');
	for (const struct field *f = fields; f->kind != FIELD_END; f++) {
		bool shown = in ?
		    (f->flags & (REQUIRED | HAS_DEFAULT)) || f->example :
		    !(f->flags & OPTIONAL);

		if (!shown)
			continue;
		js_key(j, f->name);
		openapi_example(j, f, in);
	}
	js_close(j, '}');
}

void
openapi_example(struct json *j, const struct field *f, bool in)
{
	const char *text = f->example;

	switch (f->kind) {
	case FIELD_OBJ:
		if (f->flags & NULLABLE) {
			js_null(j, NULL);
			return;
		}
		openapi_example_object(j,
		    f->shape != NULL ? f->shape->fields : f->fields, in);
		break;
	case FIELD_LIST:
	case FIELD_TEXTS:
		js_open(j, '[');
		if (f->shape != NULL)
			openapi_example_object(j, f->shape->fields, in);
		else if (f->fields != NULL)
			openapi_example_object(j, f->fields, in);
		else
			js_str(j, NULL, text != NULL ? text : "text");
		js_close(j, ']');
		break;
	case FIELD_MAP:
	case FIELD_VALUES:
	case FIELD_ATTRS:
		js_open(j, '{');
		js_str(j, "Colour", "Red");
		js_close(j, '}');
		break;
	case FIELD_I64:
		js_i64(j, NULL,
		    text != NULL               ? strtoll(text, NULL, 10) :
			f->flags & HAS_DEFAULT ? f->fallback :
			f->min > 0             ? f->min :
						 1);
		break;
	case FIELD_NUMBER:
		js_tenths(j, NULL, 45);
		break;
	case FIELD_BOOL:
		js_bool(j, NULL, f->fallback != 0);
		break;
	case FIELD_UUID:
		text = text != NULL ? text :
				      "0199a5b2-7c3e-7f10-8a54-2f6f5c1d9e01";
		/* fall through */
	default:
		if (text == NULL && f->kind == FIELD_TIME)
			text = "2026-11-22T10:19:35Z";
		if (text == NULL && f->kind == FIELD_DATE)
			text = "2026-11-22";
		if (text == NULL && f->kind == FIELD_ENUM)
			text = f->values[0];
		js_str(j, NULL, text != NULL ? text : "text");
	}
}

void
openapi_example_page(struct json *j, const struct shape *s)
{
	js_open(j, '{');
	js_i64(j, "count", 1);
	js_null(j, "next");
	js_null(j, "previous");
	js_open_key(j, "results", '[');
	openapi_example_object(j, s->fields, false);
	js_close(j, ']');
	js_close(j, '}');
}
