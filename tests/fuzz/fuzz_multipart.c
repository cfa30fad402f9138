/* Forms.  The first line, up to its CRLF, is the Content-Type, the rest the
 * body.  What arrives lies in the body as it stands, in its order. */
#include "core/utf8.h"
#include "fuzz.h"
#include "web/multipart.h"

struct body {
	const char *p, *at, *end;
	const char *seen; /* contents up to here were handed on */
	int parts;
	bool open;
};

static size_t
body_read(void *arg, void *p, size_t len)
{
	struct body *b = arg;
	size_t left = (size_t)(b->end - b->at);
	size_t n = left < len ? left : len;

	memcpy(p, b->at, n);
	b->at += n;
	return n;
}

static enum err
body_begin(void *arg, const struct multipart_part *part)
{
	struct body *b = arg;
	size_t len = strlen(part->name);

	MUST(!b->open && ++b->parts <= MULTIPART_PARTS_MAX);
	MUST(len > 0 && utf8_valid(part->name, len));
	if (part->filename != NULL)
		MUST(part->filename[part->filename_len] == '\0' &&
		    part->filename_len < MULTIPART_HEADERS_MAX);
	b->open = true;
	return OK;
}

static enum err
body_data(void *arg, const void *p, size_t len)
{
	struct body *b = arg;
	const char *found;

	MUST(b->open && len > 0);
	found = memmem(b->seen, (size_t)(b->end - b->seen), p, len);
	MUST(found != NULL);
	b->seen = found + len;
	return OK;
}

static enum err
body_end(void *arg)
{
	struct body *b = arg;

	MUST(b->open);
	b->open = false;
	return OK;
}

int HARNESS(const uint8_t *data, size_t size);

int
HARNESS(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *line = memmem(text, size, "\r\n", 2);
	struct ctx *c = unit_ctx();
	struct body b = { 0 };
	const struct multipart_ends ends = { body_read, body_begin, body_data,
		body_end, &b };
	enum err err;

	if (line == NULL)
		return 0;
	b.p = b.at = b.seen = line + 2;
	b.end = text + size;
	err = multipart_read(c,
	    arena_strndup(c->arena, text, (size_t)(line - text)), &ends);
	MUST(err == OK || err == ERR_BAD_REQUEST ||
	    err == ERR_PAYLOAD_TOO_LARGE ||
	    err == ERR_UNSUPPORTED_MEDIA_TYPE);
	MUST(err != OK || (!b.open && b.at == b.end));
	MUST(arena_used(c->arena) < 256 * 1024 + 40 * size);
	return 0;
}
