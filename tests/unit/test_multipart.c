#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "web/multipart.h"

/* Reads a body and writes down what it meant: name(filename)=content| */
struct script {
	struct ctx *c;
	const char *body;
	size_t len, at;
	struct buf told;
};

static size_t
script_read(void *arg, void *p, size_t len)
{
	struct script *s = arg;
	size_t n = s->len - s->at < len ? s->len - s->at : len;

	memcpy(p, s->body + s->at, n);
	s->at += n;
	return n;
}

static enum err
script_begin(void *arg, const struct multipart_part *part)
{
	struct script *s = arg;

	buf_str(&s->told, part->name);
	if (part->filename == NULL) {
		buf_char(&s->told, '=');
		return OK;
	}
	buf_char(&s->told, '(');
	buf_raw(&s->told, part->filename, part->filename_len);
	buf_lit(&s->told, ")=");
	return OK;
}

static enum err
script_data(void *arg, const void *p, size_t len)
{
	buf_raw(&((struct script *)arg)->told, p, len);
	return OK;
}

static enum err
script_end(void *arg)
{
	buf_char(&((struct script *)arg)->told, '|');
	return OK;
}

static enum err
read_body(struct script *s, const char *type, const char *body, size_t len)
{
	const struct multipart_ends ends = { script_read, script_begin,
		script_data, script_end, s };

	s->c = unit_ctx();
	s->body = body;
	s->len = len;
	s->at = 0;
	buf_init(&s->told, s->c->arena, 4 << 20);
	return multipart_read(s->c, type, &ends);
}

#define TYPE "multipart/form-data; boundary=B"
#define PART "--B\r\nContent-Disposition: form-data; name=\"a\""
#define END "\r\n--B--\r\n"

static void
forms_are_read(void **state)
{
	static const struct {
		const char *type, *body, *want;
	} rows[] = {
		{ TYPE, PART "\r\n\r\nx" END, "a=x|" },
		{ TYPE, PART "\r\n\r\n" END, "a=|" },
		{ TYPE, PART "\r\n\r\nx\r\n--B--", "a=x|" },
		{ TYPE, PART "\r\n\r\n\r\n\r\n" END, "a=\r\n\r\n|" },
		{ TYPE, PART "\r\n\r\nx\r\n-\r\n--\r\n--C\n--B" END,
		    "a=x\r\n-\r\n--\r\n--C\n--B|" },
		{ TYPE, PART "\r\n\r\nx\r\n" PART "\r\n\r\ny" END,
		    "a=x|a=y|" },
		{ TYPE, PART "; filename=\"f.png\"\r\n\r\nx" END,
		    "a(f.png)=x|" },
		{ TYPE, PART "; filename=\"\"\r\n\r\n" END, "a()=|" },
		{ TYPE, PART "; filename=f.png\r\n\r\nx" END, "a(f.png)=x|" },
		{ TYPE, PART ";filename=\"C:\\t\\\"q\\\".png\"\r\n\r\nx" END,
		    "a(C:\\t\"q\".png)=x|" },
		{ TYPE,
		    PART "; filename=\"a; name=\\\"b\"\r\n\r\n"
			 "x" END,
		    "a(a; name=\"b)=x|" },
		/* The encoded name is not for forms; only the plain one is. */
		{ TYPE,
		    PART "; filename=\"f\"; filename*=UTF-8''g\r\n\r\nx" END,
		    "a(f)=x|" },
		{ TYPE,
		    "--B\r\ncontent-type: image/png\r\nX-Y: 1\r\n"
		    "CONTENT-DISPOSITION:form-data;  name=a \r\n"
		    "Content-Transfer-Encoding: BINARY\r\n\r\nx" END,
		    "a=x|" },
		{ TYPE,
		    "--B\r\nContent-Disposition: form-data; "
		    "name=\"\xe0\xa4\xb9\"\r\n\r\nx" END,
		    "\xe0\xa4\xb9=x|" },
		{ "Multipart/Form-Data; charset=utf-8; Boundary=\"a b:?\"",
		    "--a b:?\r\nContent-Disposition: form-data; name=a\r\n\r\n"
		    "x\r\n--a b:?--",
		    "a=x|" },
		{ "multipart/form-data;boundary="
		  "1234567890123456789012345678901234567890"
		  "123456789012345678901234567890",
		    "--1234567890123456789012345678901234567890"
		    "123456789012345678901234567890--",
		    "" },
		{ TYPE, "--B--\r\n", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct script s;
		enum err err = read_body(&s, rows[i].type, rows[i].body,
		    strlen(rows[i].body));

		CHECK(err == OK &&
			strcmp(buf_text(&s.told), rows[i].want) == 0,
		    "row %zu: %s %s", i, err_code(err), buf_text(&s.told));
	}
}

static void
what_is_no_form_is_refused(void **state)
{
	static const struct {
		const char *type, *body;
		enum err want;
	} rows[] = {
		{ NULL, PART "\r\n\r\nx" END, ERR_UNSUPPORTED_MEDIA_TYPE },
		{ "application/json", "{}", ERR_UNSUPPORTED_MEDIA_TYPE },
		{ "multipart/form-datax; boundary=B", PART "\r\n\r\nx" END,
		    ERR_UNSUPPORTED_MEDIA_TYPE },
		{ "multipart/mixed; boundary=B", PART "\r\n\r\nx" END,
		    ERR_UNSUPPORTED_MEDIA_TYPE },
		{ "multipart/form-data", PART "\r\n\r\nx" END,
		    ERR_BAD_REQUEST },
		{ "multipart/form-data; charset=B", PART "\r\n\r\nx" END,
		    ERR_BAD_REQUEST },
		{ "multipart/form-data; boundary=", "----",
		    ERR_UNSUPPORTED_MEDIA_TYPE },
		{ "multipart/form-data; boundary=\"\"", "----",
		    ERR_BAD_REQUEST },
		{ "multipart/form-data; boundary=\"B \"", "--B --",
		    ERR_BAD_REQUEST },
		{ "multipart/form-data; boundary=\"B\n\"", "--B\n--",
		    ERR_BAD_REQUEST },
		{ TYPE "; boundary=C", PART "\r\n\r\nx" END,
		    ERR_BAD_REQUEST },
		{ "multipart/form-data; boundary="
		  "1234567890123456789012345678901234567890"
		  "1234567890123456789012345678901",
		    "--1234567890123456789012345678901234567890"
		    "1234567890123456789012345678901--",
		    ERR_BAD_REQUEST },
		{ TYPE, "", ERR_BAD_REQUEST },
		{ TYPE, "--", ERR_BAD_REQUEST },
		{ TYPE, "--B", ERR_BAD_REQUEST },
		{ TYPE, "--B-", ERR_BAD_REQUEST },
		{ TYPE, "\r\n" PART "\r\n\r\nx" END, ERR_BAD_REQUEST },
		{ TYPE, "hello\r\n" PART "\r\n\r\nx" END, ERR_BAD_REQUEST },
		{ TYPE, PART "\r\n\r\nx" END "more", ERR_BAD_REQUEST },
		{ TYPE, PART "\r\n\r\nx" END "\r\n", ERR_BAD_REQUEST },
		{ TYPE, PART "\r\n\r\nx", ERR_BAD_REQUEST },
		{ TYPE, PART "\r\n\r\nx\r\n", ERR_BAD_REQUEST },
		{ TYPE, PART "\r\n\r\nx\r\n--", ERR_BAD_REQUEST },
		{ TYPE, PART "\r\n\r\nx\r\n--B", ERR_BAD_REQUEST },
		{ TYPE, PART "\r\n\r\nx\r\n--Bx", ERR_BAD_REQUEST },
		{ TYPE, PART "\r\n\r\nx\r\n--B \r\n", ERR_BAD_REQUEST },
		{ TYPE, PART "\r\n\r\nx\n--B--\r\n", ERR_BAD_REQUEST },
		{ TYPE, PART "\r\n", ERR_BAD_REQUEST },
		{ TYPE, PART, ERR_BAD_REQUEST },
		/* Lines that end in LF alone. */
		{ TYPE,
		    "--B\nContent-Disposition: form-data; name=a\n\nx\n"
		    "--B--\n",
		    ERR_BAD_REQUEST },
		{ TYPE, PART "\n\nx" END, ERR_BAD_REQUEST },
		{ TYPE, PART "\nX: y\r\n\r\nx" END, ERR_BAD_REQUEST },
		{ TYPE, PART "\rX: y\r\n\r\nx" END, ERR_BAD_REQUEST },
		/* Headers. */
		{ TYPE, "--B\r\n\r\nx" END, ERR_BAD_REQUEST },
		{ TYPE, "--B\r\nX: y\r\n\r\nx" END, ERR_BAD_REQUEST },
		{ TYPE, PART "\r\n; filename=f\r\n\r\nx" END,
		    ERR_BAD_REQUEST },
		{ TYPE, PART ";\r\n  filename=f\r\n\r\nx" END,
		    ERR_BAD_REQUEST },
		{ TYPE, PART "\r\nnonsense\r\n\r\nx" END, ERR_BAD_REQUEST },
		{ TYPE, PART "\r\nName : x\r\n\r\nx" END, ERR_BAD_REQUEST },
		{ TYPE,
		    PART "\r\nContent-Disposition: form-data; name=b"
			 "\r\n\r\nx" END,
		    ERR_BAD_REQUEST },
		{ TYPE, PART "; name=b\r\n\r\nx" END, ERR_BAD_REQUEST },
		{ TYPE, PART "; filename=f; filename=g\r\n\r\nx" END,
		    ERR_BAD_REQUEST },
		{ TYPE, PART ";\r\n\r\nx" END, ERR_BAD_REQUEST },
		{ TYPE, PART "; filename\r\n\r\nx" END, ERR_BAD_REQUEST },
		{ TYPE, PART "; filename=\"f\r\n\r\nx" END, ERR_BAD_REQUEST },
		{ TYPE, PART "x\r\n\r\nx" END, ERR_BAD_REQUEST },
		{ TYPE, "--B\r\nContent-Disposition: form-data\r\n\r\nx" END,
		    ERR_BAD_REQUEST },
		{ TYPE,
		    "--B\r\nContent-Disposition: form-data; name=\"\""
		    "\r\n\r\nx" END,
		    ERR_BAD_REQUEST },
		{ TYPE,
		    "--B\r\nContent-Disposition: form-data; "
		    "name=\"\xff\"\r\n\r\nx" END,
		    ERR_BAD_REQUEST },
		{ TYPE,
		    "--B\r\nContent-Disposition: attachment; name=a"
		    "\r\n\r\nx" END,
		    ERR_BAD_REQUEST },
		/* Parts that are not what they are. */
		{ TYPE,
		    PART "\r\nContent-Type: Multipart/mixed; boundary=C"
			 "\r\n\r\n--C--" END,
		    ERR_BAD_REQUEST },
		{ TYPE,
		    PART "\r\nContent-Transfer-Encoding: "
			 "quoted-printable\r\n\r\n=41" END,
		    ERR_BAD_REQUEST },
		{ TYPE,
		    PART "\r\nContent-Transfer-Encoding: base64"
			 "\r\n\r\nQQ==" END,
		    ERR_BAD_REQUEST },
		{ TYPE,
		    PART "\r\nContent-Type: a/b\r\nContent-Type: a/b"
			 "\r\n\r\nx" END,
		    ERR_BAD_REQUEST },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct script s;
		enum err err = read_body(&s, rows[i].type, rows[i].body,
		    strlen(rows[i].body));

		CHECK(err == rows[i].want, "row %zu: %s %s", i, err_code(err),
		    rows[i].body);
	}
}

/* n parts, each of them x. */
static enum err
read_parts(size_t n)
{
	static char body[1 << 20];
	struct script s;
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(body + len, sizeof(body) - len,
		    PART "\r\n\r\nx\r\n");
	len += (size_t)snprintf(body + len, sizeof(body) - len, "--B--\r\n");
	return read_body(&s, TYPE, body, len);
}

/* A part with n bytes of headers, the empty line included. */
static enum err
read_head(size_t n)
{
	static char body[1 << 20];
	static const char first[] =
	    "--B\r\nContent-Disposition: form-data; name=a\r\nX: ";
	struct script s;
	size_t len = sizeof(first) - 1;
	size_t more = n - (len - 5) - 4;

	memcpy(body, first, len);
	memset(body + len, 'y', more);
	len += more;
	memcpy(body + len, "\r\n\r\nx" END, sizeof("\r\n\r\nx" END) - 1);
	return read_body(&s, TYPE, body, len + sizeof("\r\n\r\nx" END) - 1);
}

static void
limits_are_exact(void **state)
{
	(void)state;
	assert_int_equal(read_parts(MULTIPART_PARTS_MAX), OK);
	assert_int_equal(read_parts(MULTIPART_PARTS_MAX + 1),
	    ERR_PAYLOAD_TOO_LARGE);
	assert_int_equal(read_parts(10000), ERR_PAYLOAD_TOO_LARGE);
	assert_int_equal(read_head(MULTIPART_HEADERS_MAX), OK);
	assert_int_equal(read_head(MULTIPART_HEADERS_MAX + 1),
	    ERR_PAYLOAD_TOO_LARGE);
	assert_int_equal(read_head(1000000), ERR_PAYLOAD_TOO_LARGE);
}

/* Headers full of parameters take no more memory than they are long. */
static void
many_parameters_take_little_memory(void **state)
{
	static char body[1 << 20];
	struct script s;
	size_t len = 0;

	(void)state;
	for (size_t i = 0; i < MULTIPART_PARTS_MAX; i++) {
		size_t end = len + MULTIPART_HEADERS_MAX - 16;

		len += (size_t)snprintf(body + len, sizeof(body) - len, PART);
		while (len < end)
			len += (size_t)snprintf(body + len,
			    sizeof(body) - len, ";a=\"\"");
		len += (size_t)snprintf(body + len, sizeof(body) - len,
		    "\r\n\r\nx\r\n");
	}
	len += (size_t)snprintf(body + len, sizeof(body) - len, "--B--\r\n");
	assert_int_equal(read_body(&s, TYPE, body, len), OK);
	CHECK(arena_used(s.c->arena) < 16 * len, "%zu bytes for %zu",
	    arena_used(s.c->arena), len);
}

/* Contents of every length around the window, of bytes that look like the
 * delimiter all the time. */
static void
long_contents_arrive_whole(void **state)
{
	static char content[300000], body[310000];

	(void)state;
	for (size_t i = 0; i < sizeof(content); i++)
		content[i] = "\r\n--"[i % 4];
	for (size_t len = 65300; len < 65700; len++) {
		struct script s;
		size_t n = (size_t)snprintf(body, sizeof(body),
		    PART "; filename=f\r\n\r\n");
		size_t at = n;

		memcpy(body + n, content, len);
		n += len;
		memcpy(body + n, END, sizeof(END) - 1);
		n += sizeof(END) - 1;
		CHECK(read_body(&s, TYPE, body, n) == OK, "%zu", len);
		CHECK(s.told.len == len + 6 &&
			memcmp(buf_text(&s.told) + 5, body + at, len) == 0,
		    "%zu", len);
	}
	assert_true(arena_used(unit_ctx()->arena) < 1 << 20);
}

static void
memory_does_not_grow_with_the_body(void **state)
{
	static char body[8 << 20];
	struct script s = { .c = unit_ctx() };
	const struct multipart_ends ends = { script_read, script_begin,
		script_data, script_end, &s };

	(void)state;
	memset(body, 'x', sizeof(body));
	memcpy(body, PART "\r\n\r\n", sizeof(PART "\r\n\r\n") - 1);
	memcpy(body + sizeof(body) - sizeof(END) + 1, END, sizeof(END) - 1);
	buf_init(&s.told, s.c->arena, 16); /* what is told is not the point */
	s.body = body;
	s.len = sizeof(body);
	assert_int_equal(multipart_read(s.c, TYPE, &ends), OK);
	assert_true(arena_used(s.c->arena) < 200000);
}

static const struct CMUnitTest tests[] = {
	TEST("Forms are read", forms_are_read),
	TEST("What is no form is refused", what_is_no_form_is_refused),
	TEST("Limits of parts and headers are exact", limits_are_exact),
	TEST("Long contents arrive whole", long_contents_arrive_whole),
	TEST("Many parameters take little memory",
	    many_parameters_take_little_memory),
	TEST("Memory does not grow with the body",
	    memory_does_not_grow_with_the_body),
};

UNIT_MAIN(tests)
