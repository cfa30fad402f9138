#include "db/array.h"

#include "core/buf.h"

enum { ARRAY_MAX = 1024 * 1024 };

const char *
array_uuids(struct arena *a, const struct uuid *ids, size_t n)
{
	struct buf b;

	buf_init(&b, a, ARRAY_MAX);
	buf_char(&b, '{');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_char(&b, ',');
		buf_uuid(&b, ids[i]);
	}
	buf_char(&b, '}');
	return buf_text(&b);
}

const char *
array_texts(struct arena *a, const char *const *texts, size_t n)
{
	struct buf b;

	buf_init(&b, a, ARRAY_MAX);
	buf_char(&b, '{');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_char(&b, ',');
		buf_char(&b, '"');
		for (const char *p = texts[i]; *p != '\0'; p++) {
			if (*p == '"' || *p == '\\')
				buf_char(&b, '\\');
			buf_char(&b, *p);
		}
		buf_char(&b, '"');
	}
	buf_char(&b, '}');
	return buf_text(&b);
}
