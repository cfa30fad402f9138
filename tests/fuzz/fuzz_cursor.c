/* Cursors: what is read as one is written as one that reads the same. */
#include "core/page.h"
#include "core/text.h"
#include "core/utf8.h"
#include "fuzz.h"

static void
cursor_check(struct ctx *c, const char *text)
{
	struct page_in in = { .page_size = 20, .cursor = text };
	struct page one, two;

	if (page_begin(c, &in, "name", &one) != OK) {
		MUST(c->problem.err == ERR_VALIDATION);
		return;
	}
	MUST(one.cursor.given && strcmp(one.cursor.sort, "name") == 0);
	MUST(utf8_valid(one.cursor.key, strlen(one.cursor.key)));
	/* A page's own cursors are short: longer ones are not written. */
	if (strlen(one.cursor.key) > 1400)
		return;
	in.cursor = page_cursor(c, &one.cursor);
	MUST(page_begin(c, &in, "name", &two) == OK);
	MUST(one.cursor.backwards == two.cursor.backwards &&
	    uuid_equal(one.cursor.id, two.cursor.id) &&
	    strcmp(one.cursor.key, two.cursor.key) == 0);
}

int HARNESS(const uint8_t *data, size_t size);

int
HARNESS(const uint8_t *data, size_t size)
{
	struct ctx *c = unit_ctx();

	cursor_check(c, arena_strndup(c->arena, (const char *)data, size));
	cursor_check(c, text_base64url(c->arena, data, size));
	return 0;
}
