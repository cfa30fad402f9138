#include "unit.h"

#include <string.h>

#include "core/buf.h"
#include "io/mail.h"

static struct ctx *
mailer(void)
{
	struct ctx *c = unit_ctx();

	unit_config(c)->mail_from = "Haat <post@haat.example>";
	return c;
}

static enum err
compose(struct ctx *c, const char *to, const char *subject, const char *text,
    enum mail_form form, struct buf *b)
{
	struct mail m = { .id = { { 1 } },
		.to = to,
		.subject = subject,
		.text = text,
		.html = "<p>hi</p>" };

	buf_init(b, c->arena, 1 << 20);
	return mail_compose(c, &m, form, b);
}

static void
headers_cannot_be_added(void **state)
{
	static const struct {
		const char *to, *subject;
		bool good;
	} rows[] = {
		{ "asha@example.com", "Hi", true },
		{ "asha@example.com", "Hi\r\nBcc: x@example.com", true },
		{ "asha@example.com", "\n.\nMAIL FROM:<x@example.com>",
		    true },
		{ "asha@example.com", "\xe0\xa4\xb9\nBcc: x", true },
		{ "asha@example.com", "=?UTF-8?Q?=0ABcc:_x?=", true },
		{ "asha@example.com\r\nBcc: x@example.com", "Hi", false },
		{ "asha@example.com, x@example.com", "Hi", false },
		{ "<asha@example.com>", "Hi", false },
		{ "-oQ@example.com", "Hi", false },
		{ "asha", "Hi", false },
		{ "", "Hi", false },
		{ "\xe0\xa4\xb9@example.com", "Hi", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ctx *c = mailer();
		struct buf b;
		enum err err = compose(c, rows[i].to, rows[i].subject, "hi\n",
		    MAIL_FOR_SMTP, &b);

		CHECK(err == (rows[i].good ? OK : ERR_VALIDATION), "row %zu",
		    i);
		CHECK(strstr(buf_text(&b), "\nBcc:") == NULL &&
			strstr(buf_text(&b), "\nMAIL") == NULL,
		    "row %zu: %s", i, buf_text(&b));
	}
}

/* Lines of at most 76 characters that end in CRLF, in seven bits. */
static void
smtp_gets_short_ascii_lines(void **state)
{
	struct ctx *c = mailer();
	const char *line, *next;
	struct buf b;
	char *text = arena_alloc(c->arena, 20001);

	(void)state;
	for (int i = 0; i < 20000; i++)
		text[i] = "ab =\xe0\xa4\xb9\n."[i % 9];
	assert_int_equal(compose(c, "asha@example.com", text, text,
			     MAIL_FOR_SMTP, &b),
	    OK);
	for (line = buf_text(&b); *line != '\0'; line = next) {
		size_t len = strcspn(line, "\r\n");

		CHECK(strncmp(line + len, "\r\n", 2) == 0 && len <= 76,
		    "%.*s", (int)len, line);
		for (size_t i = 0; i < len; i++)
			CHECK((unsigned char)line[i] < 0x7f, "%.*s", (int)len,
			    line);
		next = line + len + 2;
	}
}

static const struct CMUnitTest tests[] = {
	TEST("Neither an address nor a subject can add a header",
	    headers_cannot_be_added),
	TEST("SMTP gets short lines of ASCII that end in CRLF",
	    smtp_gets_short_ascii_lines),
};

UNIT_MAIN(tests)
