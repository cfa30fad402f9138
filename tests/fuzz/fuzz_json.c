/* The JSON reader: what it accepts has one canonical form, which it accepts
 * as well. */
#include "core/json.h"
#include "core/utf8.h"
#include "fuzz.h"

int HARNESS(const uint8_t *data, size_t size);

int
HARNESS(const uint8_t *data, size_t size)
{
	struct ctx *c = unit_ctx();
	struct json_object *o, *again;
	struct buf first, second;
	char *text = arena_strndup(c->arena, (const char *)data, size);

	if (json_parse(c, text, size, &o) != OK) {
		MUST(c->problem.err == ERR_MALFORMED_JSON);
		MUST(
		    utf8_valid(c->problem.detail, strlen(c->problem.detail)));
		return 0;
	}
	buf_init(&first, c->arena, 16 << 20);
	json_canonical(&first, o);
	MUST(buf_ok(&first) && utf8_valid(buf_text(&first), first.len));
	MUST(json_parse(c, buf_text(&first), first.len, &again) == OK);
	buf_init(&second, c->arena, 16 << 20);
	json_canonical(&second, again);
	MUST(first.len == second.len &&
	    memcmp(buf_text(&first), buf_text(&second), first.len) == 0);
	return 0;
}
