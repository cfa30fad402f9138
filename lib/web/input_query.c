/* Splitting and decoding the query; see input.h. */
#include <string.h>

#include "core/utf8.h"
#include "web/input.h"

enum { PARAMS_MAX = 100 };

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* NULL for a broken escape, NUL, or what is not UTF-8. */
static const char *
decode(struct arena *a, const char *s, size_t len)
{
	char *out = arena_alloc(a, len + 1);
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (c == '+') {
			c = ' ';
		} else if (c == '%') {
			if (len - i < 3 || hex_digit(s[i + 1]) < 0 ||
			    hex_digit(s[i + 2]) < 0)
				return NULL;
			c = (char)(hex_digit(s[i + 1]) << 4 |
			    hex_digit(s[i + 2]));
			i += 2;
		}
		if (c == '\0')
			return NULL;
		out[n++] = c;
	}
	return utf8_valid(out, n) ? out : NULL;
}

static enum err
add_param(struct request *rq, const char *part, size_t len)
{
	struct arena *a = rq->ctx.arena;
	const char *eq = memchr(part, '=', len);
	size_t name_len = eq != NULL ? (size_t)(eq - part) : len;
	const char *name = decode(a, part, name_len);
	const char *value = eq != NULL ?
	    decode(a, eq + 1, len - name_len - 1) :
	    "";

	if (name == NULL)
		return fail_field(&rq->ctx, "query",
		    "A parameter name is not valid UTF-8.");
	if (value == NULL)
		return fail_field(&rq->ctx, name,
		    "This is not percent-encoded UTF-8.");
	if (rq->nparams == PARAMS_MAX)
		return fail_field(&rq->ctx, "query", "Too many parameters.");
	rq->params[rq->nparams++] = (struct param){ .name = name,
		.value = value };
	return OK;
}

enum err
input_query(struct request *rq)
{
	const char *q = io_env(rq->io, "QUERY_STRING");

	rq->params = ARENA_ARRAY(rq->ctx.arena, PARAMS_MAX, struct param);
	if (q == NULL)
		return OK;
	while (*q != '\0') {
		size_t len = strcspn(q, "&");

		if (len > 0)
			TRY(add_param(rq, q, len));
		q += len + (q[len] == '&');
	}
	return OK;
}
