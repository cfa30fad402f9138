#include "web/multipart.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "core/utf8.h"

enum {
	WINDOW = 64 * 1024,
	DELIMITER_MAX = MULTIPART_BOUNDARY_MAX + 4,
	NAME_MAX_BYTES = 200
};

/* Bytes from..to of data are read and not yet used. */
struct reader {
	struct ctx *c;
	const struct multipart_ends *ends;
	char *data;
	size_t from, to;
	bool at_end;
	char delimiter[DELIMITER_MAX + 1]; /* "\r\n--boundary" */
	size_t delimiter_len;
};

/* Bytes of a header, not ended by NUL. */
struct slice {
	const char *p;
	const char *end;
};

static enum err
malformed(struct ctx *c, const char *why)
{
	return fail(c, ERR_BAD_REQUEST, "The form cannot be read: %s.", why);
}

/* --- parameters of a header --------------------------------------------- */

static void
skip_space(struct slice *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t'))
		s->p++;
}

/* RFC 9110, section 5.6.2. */
static bool
is_token_char(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
	    (ch >= '0' && ch <= '9') ||
	    (ch != '\0' && strchr("!#$%&'*+-.^_`|~", ch) != NULL);
}

static struct slice
take_token(struct slice *s)
{
	struct slice token = { s->p, s->p };

	while (s->p < s->end && is_token_char(*s->p))
		s->p++;
	token.end = s->p;
	return token;
}

static bool
slice_is(struct slice s, const char *text)
{
	size_t len = strlen(text);

	return (size_t)(s.end - s.p) == len &&
	    strncasecmp(s.p, text, len) == 0;
}

struct text {
	const char *p; /* ends in NUL, and may hold others */
	size_t len;
};

/* The quote that closes; NULL if none does.  Looked for first: a header may
 * hold many of them, and each takes the memory of its own length alone. */
static const char *
quote_end(const char *p, const char *end)
{
	for (; p < end && *p != '"'; p++)
		if (*p == '\\' && end - p > 1 && p[1] == '"')
			p++;
	return p < end ? p : NULL;
}

/*
 * What stands between quotes.  Browsers write a quote as %22, older programs
 * as \"; any other backslash is one (a path of Windows).
 */
static bool
take_quoted(struct ctx *c, struct slice *s, struct text *out)
{
	const char *end = quote_end(s->p + 1, s->end);
	char *to;
	size_t n = 0;

	if (end == NULL)
		return false;
	to = arena_alloc(c->arena, (size_t)(end - s->p));
	for (s->p++; s->p < end; s->p++) {
		if (*s->p == '\\' && s->p[1] == '"' && s->p + 1 < end)
			s->p++;
		to[n++] = *s->p;
	}
	s->p++;
	*out = (struct text){ to, n };
	return true;
}

/* "; name=value" with either form of value; false at the end or if it is
 * none, which *good tells. */
static bool
take_parameter(struct ctx *c, struct slice *s, struct slice *name,
    struct text *value, bool *good)
{
	struct slice token;

	skip_space(s);
	*good = s->p == s->end;
	if (*good || *s->p++ != ';')
		return false;
	skip_space(s);
	*name = take_token(s);
	if (name->p == name->end || s->p == s->end || *s->p++ != '=')
		return false;
	if (s->p < s->end && *s->p == '"')
		return *good = take_quoted(c, s, value);
	token = take_token(s);
	value->len = (size_t)(token.end - token.p);
	value->p = arena_strndup(c->arena, token.p, value->len);
	return *good = value->len > 0;
}

/* --- the boundary ------------------------------------------------------- */

/* RFC 2046, section 5.1.1. */
static bool
is_boundary(struct text b)
{
	if (b.len < 1 || b.len > MULTIPART_BOUNDARY_MAX ||
	    b.p[b.len - 1] == ' ')
		return false;
	for (size_t i = 0; i < b.len; i++)
		if (!is_token_char(b.p[i]) &&
		    (b.p[i] == '\0' || strchr(" (),/:=?", b.p[i]) == NULL))
			return false;
	return true;
}

static enum err
read_boundary(struct reader *r, const char *type)
{
	struct slice s = { type, type != NULL ? type + strlen(type) : type };
	struct slice name;
	struct text value;
	bool good, found = false;

	if (type == NULL || strncasecmp(type, "multipart/form-data", 19) != 0)
		return fail(r->c, ERR_UNSUPPORTED_MEDIA_TYPE,
		    "Send multipart/form-data.");
	s.p += 19;
	while (take_parameter(r->c, &s, &name, &value, &good)) {
		if (!slice_is(name, "boundary"))
			continue;
		if (found || !is_boundary(value))
			return malformed(r->c,
			    "its boundary must be one of 1 to 70 characters");
		found = true;
		memcpy(r->delimiter, "\r\n--", 4);
		memcpy(r->delimiter + 4, value.p, value.len);
		r->delimiter_len = 4 + value.len;
	}
	if (!good)
		return fail(r->c, ERR_UNSUPPORTED_MEDIA_TYPE,
		    "The Content-Type is not one.");
	return found ? OK : malformed(r->c, "its boundary is missing");
}

/* --- the window --------------------------------------------------------- */

static void
fill(struct reader *r)
{
	size_t want, got;

	if (r->at_end)
		return;
	memmove(r->data, r->data + r->from, r->to - r->from);
	r->to -= r->from;
	r->from = 0;
	want = WINDOW - r->to;
	got = r->ends->read(r->ends->arg, r->data + r->to, want);
	r->to += got;
	r->at_end = got < want;
}

/* Whether text comes next; takes it if so. */
static bool
take(struct reader *r, const char *text, size_t len)
{
	if (r->to - r->from < len)
		fill(r);
	if (r->to - r->from < len ||
	    memcmp(r->data + r->from, text, len) != 0)
		return false;
	r->from += len;
	return true;
}

/* --- the headers of a part ---------------------------------------------- */

struct headers {
	bool has_disposition, has_type, has_encoding;
	struct multipart_part part;
};

static bool
is_name(struct text t)
{
	for (size_t i = 0; i < t.len; i++)
		if ((unsigned char)t.p[i] < 0x20 || t.p[i] == 0x7f)
			return false;
	return t.len > 0 && t.len <= NAME_MAX_BYTES && utf8_valid(t.p, t.len);
}

static enum err
read_disposition(struct ctx *c, struct slice s, struct headers *h)
{
	struct multipart_part *part = &h->part;
	struct slice name;
	struct text value;
	bool good;

	if (h->has_disposition || !slice_is(take_token(&s), "form-data"))
		return malformed(c, "a part is no form-data");
	h->has_disposition = true;
	while (take_parameter(c, &s, &name, &value, &good)) {
		if (slice_is(name, "name")) {
			if (part->name != NULL || !is_name(value))
				return malformed(c, "a part's name");
			part->name = value.p;
		} else if (slice_is(name, "filename")) {
			if (part->filename != NULL)
				return malformed(c, "two names of one file");
			part->filename = value.p;
			part->filename_len = value.len;
		}
	}
	if (!good || part->name == NULL)
		return malformed(c, "a part without a name");
	return OK;
}

static enum err
read_type(struct ctx *c, struct slice s, struct headers *h)
{
	if (h->has_type)
		return malformed(c, "two types of one part");
	h->has_type = true;
	if (s.end - s.p >= 10 && strncasecmp(s.p, "multipart/", 10) == 0)
		return malformed(c, "parts inside a part");
	return OK;
}

/* Deprecated by RFC 7578, section 4.7; only those that change nothing. */
static enum err
read_encoding(struct ctx *c, struct slice s, struct headers *h)
{
	struct slice token = take_token(&s);

	if (h->has_encoding || s.p != s.end ||
	    !(slice_is(token, "binary") || slice_is(token, "8bit") ||
		slice_is(token, "7bit")))
		return malformed(c, "an encoded part");
	h->has_encoding = true;
	return OK;
}

static enum err
read_header(struct ctx *c, struct slice line, struct headers *h)
{
	struct slice name = take_token(&line);

	if (name.p == name.end || line.p == line.end || *line.p++ != ':')
		return malformed(c, "a line that is no header");
	skip_space(&line);
	while (line.end > line.p &&
	    (line.end[-1] == ' ' || line.end[-1] == '\t'))
		line.end--;
	if (memchr(line.p, '\r', (size_t)(line.end - line.p)) != NULL ||
	    memchr(line.p, '\n', (size_t)(line.end - line.p)) != NULL)
		return malformed(c, "a line that does not end in CRLF");
	if (slice_is(name, "content-disposition"))
		return read_disposition(c, line, h);
	if (slice_is(name, "content-type"))
		return read_type(c, line, h);
	if (slice_is(name, "content-transfer-encoding"))
		return read_encoding(c, line, h);
	return OK; /* RFC 7578, section 4.8: ignored */
}

static enum err
read_headers(struct reader *r, struct headers *h)
{
	const char *p, *end, *line_end;

	if (r->to - r->from < MULTIPART_HEADERS_MAX)
		fill(r);
	p = r->data + r->from;
	end = memmem(p, r->to - r->from, "\r\n\r\n", 4);
	if (end == NULL && r->to - r->from < MULTIPART_HEADERS_MAX)
		return malformed(r->c,
		    "it ends within the headers of a part");
	if (end == NULL || end + 4 - p > MULTIPART_HEADERS_MAX)
		return fail(r->c, ERR_PAYLOAD_TOO_LARGE,
		    "The headers of a part may have %d bytes at most.",
		    MULTIPART_HEADERS_MAX);
	for (; p < end + 2; p = line_end + 2) {
		line_end = memmem(p, (size_t)(end + 2 - p), "\r\n", 2);
		TRY(read_header(r->c, (struct slice){ p, line_end }, h));
	}
	r->from = (size_t)(end + 4 - r->data);
	if (!h->has_disposition)
		return malformed(r->c, "a part without Content-Disposition");
	return OK;
}

/* --- the parts ---------------------------------------------------------- */

/* Hands on what comes before the next delimiter, and takes that. */
static enum err
read_content(struct reader *r)
{
	for (;;) {
		char *p = r->data + r->from;
		size_t left = r->to - r->from, n;
		char *end = memmem(p, left, r->delimiter, r->delimiter_len);

		if (end == NULL && r->at_end)
			return malformed(r->c,
			    "its last boundary is missing");
		n = end != NULL           ? (size_t)(end - p) :
		    left >= DELIMITER_MAX ? left - DELIMITER_MAX :
					    0;
		if (n > 0)
			TRY(r->ends->data(r->ends->arg, p, n));
		r->from += n;
		if (end != NULL) {
			r->from += r->delimiter_len;
			return OK;
		}
		fill(r);
	}
}

static enum err
read_part(struct reader *r)
{
	struct headers h = { 0 };

	TRY(read_headers(r, &h));
	TRY(r->ends->begin(r->ends->arg, &h.part));
	TRY(read_content(r));
	return r->ends->end(r->ends->arg);
}

enum err
multipart_read(struct ctx *c, const char *content_type,
    const struct multipart_ends *ends)
{
	struct reader *r = ARENA_NEW(c->arena, struct reader);

	r->c = c;
	r->ends = ends;
	TRY(read_boundary(r, content_type));
	r->data = arena_alloc(c->arena, WINDOW);
	if (!take(r, r->delimiter + 2, r->delimiter_len - 2))
		return malformed(c, "it does not begin with its boundary");
	for (int parts = 0; !take(r, "--", 2); parts++) {
		if (!take(r, "\r\n", 2))
			return malformed(c, "a line that is no boundary");
		if (parts == MULTIPART_PARTS_MAX)
			return fail(c, ERR_PAYLOAD_TOO_LARGE,
			    "A form may have %d parts at most.",
			    MULTIPART_PARTS_MAX);
		TRY(read_part(r));
	}
	(void)take(r, "\r\n", 2); /* some leave it away */
	fill(r);
	if (r->from != r->to)
		return malformed(c, "something behind its last boundary");
	return OK;
}
