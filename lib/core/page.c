#include "core/page.h"

#include <string.h>

#include "core/buf.h"
#include "core/text.h"
#include "core/utf8.h"

/* Text form before base64url: direction, sort, id, key, joined by NUL-free
 * separators; the key comes last since it may hold anything. */
const char *
page_cursor(struct ctx *c, const struct cursor *cursor)
{
	struct buf b;

	buf_init(&b, c->arena, 4096);
	buf_char(&b, cursor->backwards ? '<' : '>');
	buf_str(&b, cursor->sort);
	buf_char(&b, '|');
	buf_uuid(&b, cursor->id);
	buf_str(&b, cursor->key);
	return text_base64url(c->arena, buf_text(&b), b.len);
}

static bool
cursor_parse(struct ctx *c, const char *text, struct cursor *out)
{
	size_t len;
	char *p = text_unbase64url(c->arena, text, &len);
	char *bar;

	if (p == NULL || strlen(p) != len || !utf8_valid(p, len) ||
	    (*p != '<' && *p != '>'))
		return false;
	out->given = true;
	out->backwards = *p == '<';
	bar = strchr(p, '|');
	if (bar == NULL || strlen(bar + 1) < UUID_TEXT - 1)
		return false;
	out->sort = arena_strndup(c->arena, p + 1, (size_t)(bar - p - 1));
	out->key = bar + UUID_TEXT;
	return uuid_parse(arena_strndup(c->arena, bar + 1, UUID_TEXT - 1),
	    &out->id);
}

enum err
page_begin(struct ctx *c, const struct page_in *in, const char *sort,
    struct page *out)
{
	*out = (struct page){ .size = in->page_size };
	if (in->cursor != NULL) {
		if (in->page.set)
			return fail_field(c, "page",
			    "Give either page or cursor.");
		if (!cursor_parse(c, in->cursor, &out->cursor) ||
		    strcmp(out->cursor.sort, sort) != 0)
			return fail_field(c, "cursor",
			    "This is not a cursor of this list.");
		return OK;
	}
	if (in->page.set)
		out->offset = (in->page.v - 1) * in->page_size;
	if (out->offset + out->size > PAGE_ROWS_DEEP && out->offset > 0)
		return fail_field(c, "page",
		    "Pages reach %d rows deep. Follow next, which holds a "
		    "cursor, to go further.",
		    PAGE_ROWS_DEEP);
	return OK;
}

void
page_end(struct ctx *c, const struct page *p, const struct page_walk *w,
    int64_t count, struct page_out *out)
{
	bool back = p->cursor.given && p->cursor.backwards;
	struct cursor first = w->first, last = w->last;
	bool has_next = back || w->more;
	bool has_previous = back ? w->more : p->cursor.given || p->offset > 0;

	*out = (struct page_out){
		.count = count > COUNT_EXACT ? COUNT_EXACT : count,
		.count_is_estimate = count > COUNT_EXACT,
	};
	if (w->rows == 0)
		return;
	first.backwards = true;
	last.backwards = false;
	if (has_next)
		out->next = page_cursor(c, &last);
	if (has_previous)
		out->previous = page_cursor(c, &first);
}
