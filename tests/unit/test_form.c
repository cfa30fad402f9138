/* A form on its way to the input struct. */
#include "env.h"

#include <sys/stat.h>

#include "web/form.h"
#include "web/idempotency.h"
#include "web/input.h"

static const char *const types[] = { "image/png", NULL };
static const char *const kinds[] = { "plain", "gift", NULL };

struct picture {
	struct uuid id;
	const char *alt;
	int64_t position;
	bool dry_run;
	const char *kind;
	struct texts tags;
	struct upload *file;
	struct upload *extra;
};
#define S struct picture
static const struct field picture_fields[] = {
	IN_UUID(id, OPTIONAL, "An id"),
	IN_TEXT(alt, OPTIONAL, 0, 10, "What is to be seen"),
	IN_I64(position, DEFAULT(7), 0, 99, "Its place"),
	IN_BOOL(dry_run, OPTIONAL, "Only try"),
	IN_ENUM(kind, OPTIONAL, kinds, "A kind"),
	IN_TEXTS(tags, OPTIONAL, 3, "Tags"),
	IN_FILE(file, REQUIRED, 1000, types, "The picture"),
	IN_FILE(extra, OPTIONAL, 500, types, "Another"),
	{ 0 },
};
#undef S

static const struct route post = { .method = POST,
	.path = "/x/",
	.multipart = true,
	INPUT(picture) };

#define PART(name) "--B\r\nContent-Disposition: form-data; name=" name
#define TEXT_PART(name, value) PART(name) "\r\n\r\n" value "\r\n"
#define FILE_PART(name, value)                                               \
	PART(name) "; filename=\"../../x\"\r\n\r\n" value "\r\n"
#define FILE_X FILE_PART("file", "x")
#define END "--B--\r\n"

static enum err
bind(const char *query, const char *body, size_t len, struct request **out)
{
	enum err err;

	*out = env_request(&post, query, "multipart/form-data; boundary=B",
	    body, len);
	err = input_query(*out);
	return err != OK ? err : input_bind(*out);
}

static void
values_and_files_arrive(void **state)
{
	static const char body[] = TEXT_PART("alt", "a b")
	    TEXT_PART("id", "0199A5B2-7c3e-7f10-8a54-2f6f5c1d9e01")
		TEXT_PART("dry_run", "true") TEXT_PART("kind", "gift")
		    TEXT_PART("tags", "1") TEXT_PART("tags", "2")
			FILE_PART("file", "x\0y") END;
	struct request *rq;
	struct picture *p;
	char bytes[8];

	(void)state;
	assert_int_equal(bind(NULL, body, sizeof(body) - 1, &rq), OK);
	p = rq->in;
	assert_string_equal(p->alt, "a b");
	assert_int_equal(p->id.bytes[1], 0x99);
	assert_int_equal(p->position, 7);
	assert_true(p->dry_run);
	assert_ptr_equal(p->kind, kinds[1]);
	assert_int_equal(p->tags.n, 2);
	assert_null(p->extra);
	assert_non_null(p->file);
	assert_int_equal(p->file->size, 3);
	assert_int_equal(pread(p->file->fd, bytes, sizeof(bytes), 0), 3);
	assert_memory_equal(bytes, "x\0y", 3);
}

static void
files_are_nameless_and_private(void **state)
{
	struct request *rq;
	struct stat st;
	struct picture *p;

	(void)state;
	assert_int_equal(bind(NULL, FILE_X END, strlen(FILE_X END), &rq), OK);
	p = rq->in;
	assert_int_equal(fstat(p->file->fd, &st), 0);
	assert_int_equal(st.st_nlink, 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void
faults_are_told_by_field(void **state)
{
	static const struct {
		const char *query, *body, *want;
	} rows[] = {
		{ NULL, END, "file: This file is required." },
		{ NULL, TEXT_PART("file", "x") END, "file: Must be a file." },
		{ NULL, FILE_PART("file", "") END,
		    "file: The file is empty." },
		{ NULL, FILE_X FILE_X END, "file: This stands twice." },
		{ NULL, FILE_X FILE_PART("other", "x") END,
		    "other: Unknown field." },
		{ NULL, FILE_X TEXT_PART("other", "x") END,
		    "other: Unknown field." },
		{ NULL, FILE_X FILE_PART("alt", "x") END,
		    "alt: Must be a text, not a file." },
		{ NULL,
		    FILE_X TEXT_PART("alt", "x") TEXT_PART("alt", "x") END,
		    "alt: This stands twice." },
		{ NULL, FILE_X TEXT_PART("alt", "\xff") END,
		    "alt: This must be UTF-8 without the character NUL." },
		{ NULL, FILE_X TEXT_PART("alt", "12345678901") END,
		    "alt: At most 10 characters." },
		{ NULL, FILE_X TEXT_PART("position", "1.5") END,
		    "position: Must be a whole number." },
		{ NULL, FILE_X TEXT_PART("position", "100") END,
		    "position: Must be from 0 to 99." },
		{ "a=1", FILE_X END, "a: Unknown parameter." },
		{ NULL, TEXT_PART("x", "1") TEXT_PART("position", "x") END,
		    "x: Unknown field.\nposition: Must be a whole number.\n"
		    "file: This file is required." },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct request *rq;
		struct buf b;
		enum err err = bind(rows[i].query, rows[i].body,
		    strlen(rows[i].body), &rq);

		buf_init(&b, rq->ctx.arena, 65536);
		for (const struct field_error *e = rq->ctx.problem.errors;
		     e != NULL; e = e->next)
			buf_printf(&b, "%s%s: %s", b.len > 0 ? "\n" : "",
			    e->field, e->message);
		CHECK(err == ERR_VALIDATION &&
			strcmp(buf_text(&b), rows[i].want) == 0,
		    "row %zu: %s %s", i, err_code(err), buf_text(&b));
	}
}

/* A file, or a text, of so many bytes. */
static enum err
bind_sized(bool file, size_t size, const char *behind)
{
	static char body[200000];
	struct request *rq;
	size_t len = (size_t)snprintf(body, sizeof(body), "%s",
	    file ? PART("file") "; filename=f\r\n\r\n" :
		   FILE_X PART("tags") "\r\n\r\n");

	memset(body + len, 'x', size);
	len += size;
	len += (size_t)snprintf(body + len, sizeof(body) - len, "\r\n%s",
	    behind);
	return bind(NULL, body, len, &rq);
}

static void
limits_are_exact(void **state)
{
	(void)state;
	assert_int_equal(bind_sized(true, 999, END), OK);
	assert_int_equal(bind_sized(true, 1000, END), OK);
	assert_int_equal(bind_sized(true, 1001, END), ERR_PAYLOAD_TOO_LARGE);
	assert_int_equal(bind_sized(false, 200, END), OK);
	assert_int_equal(bind_sized(false, 201, END), ERR_VALIDATION);
	assert_int_equal(bind_sized(false, BODY_MAX + 1, END),
	    ERR_PAYLOAD_TOO_LARGE);
	/* The whole body, before anything of it is looked at. */
	assert_int_equal(bind_sized(true, BODY_MAX + 1501, ""),
	    ERR_PAYLOAD_TOO_LARGE);
}

static void
fingerprint(const char *type, const char *body, unsigned char print[32])
{
	struct request *rq = env_request(&post, NULL, type, body,
	    strlen(body));

	assert_int_equal(input_query(rq), OK);
	assert_int_equal(input_bind(rq), OK);
	idempotency_fingerprint(rq);
	memcpy(print, rq->fingerprint, 32);
}

static void
the_fingerprint_is_of_the_parts(void **state)
{
	static const char type[] = "multipart/form-data; boundary=B";
	static const struct {
		const char *type, *body;
		bool same;
	} rows[] = {
		{ type, TEXT_PART("alt", "a") FILE_X END, true },
		/* Another order, another boundary, other headers. */
		{ type, FILE_X TEXT_PART("alt", "a") END, true },
		{ "multipart/form-data; boundary=C",
		    "--C\r\nContent-Type: image/png\r\nContent-Disposition: "
		    "form-data; name=\"file\"; filename=\"../../x\"\r\n\r\n"
		    "x\r\n--C\r\nContent-Disposition: form-data; name=\"alt\""
		    "\r\n\r\na\r\n--C--",
		    true },
		{ type, TEXT_PART("alt", "b") FILE_X END, false },
		{ type, TEXT_PART("alt", "a") FILE_PART("file", "y") END,
		    false },
		{ type,
		    TEXT_PART("alt", "a") PART("file") "; filename=z"
						       "\r\n\r\nx\r\n" END,
		    false },
		{ type, FILE_X END, false },
		{ type, TEXT_PART("kind", "gift") FILE_X END, false },
		{ type,
		    TEXT_PART("alt", "a") FILE_X FILE_PART("extra", "x") END,
		    false },
	};
	unsigned char first[32], other[32];

	(void)state;
	fingerprint(rows[0].type, rows[0].body, first);
	for (size_t i = 1; i < COUNT(rows); i++) {
		fingerprint(rows[i].type, rows[i].body, other);
		CHECK((memcmp(first, other, 32) == 0) == rows[i].same,
		    "row %zu", i);
	}
}

static void
a_body_cut_short_is_refused(void **state)
{
	struct request *rq = env_request(&post, NULL,
	    "multipart/form-data; boundary=B", FILE_X END,
	    strlen(FILE_X END) - 12);

	(void)state;
	env_set("CONTENT_LENGTH", "100");
	assert_int_equal(input_bind(rq), ERR_BAD_REQUEST);
}

static const struct CMUnitTest tests[] = {
	TEST("Values and files arrive", values_and_files_arrive),
	TEST("Files on their way are nameless and private",
	    files_are_nameless_and_private),
	TEST("Faults are told by field", faults_are_told_by_field),
	TEST("Limits of files, texts and bodies are exact", limits_are_exact),
	TEST("The fingerprint is of the parts, not of the bytes",
	    the_fingerprint_is_of_the_parts),
	TEST("A body that was cut short is refused",
	    a_body_cut_short_is_refused),
};

UNIT_MAIN(tests)
