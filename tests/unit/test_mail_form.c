#include "unit.h"

#include <string.h>

#include "core/json.h"
#include "io/mail.h"
#include "io/sms.h"
#include "services/outbox.h"

static struct ctx *
mail_ctx(const char *from)
{
	struct ctx *c = unit_ctx();

	unit_config(c)->mail_from = from;
	return c;
}

static struct mail
mail_of(const char *to, const char *subject, const char *text)
{
	struct mail m = { .at_us = 1795342775000000,
		.to = to,
		.subject = subject,
		.text = text,
		.html = "<p>x</p>" };

	assert_true(
	    uuid_parse("01a2045c-9541-7391-90cd-7494e4a08155", &m.id));
	return m;
}

static const char *
composed(struct ctx *c, const struct mail *m, enum mail_form form)
{
	struct buf b;

	buf_init(&b, c->arena, 1 << 20);
	CHECK(mail_compose(c, m, form, &b) == OK, "%s", m->to);
	return buf_text(&b);
}

static void
a_plain_mail_looks_like_this(void **state)
{
	struct ctx *c = mail_ctx("The shop <shop@haat.example>");
	struct mail m = mail_of("a@b.example", "Hello", "One\nTwo ₹5\n");

	(void)state;
	assert_string_equal(composed(c, &m, MAIL_FOR_FOLDER),
	    "From: \"The shop\" <shop@haat.example>\n"
	    "To: a@b.example\n"
	    "Subject: Hello\n"
	    "Date: Sun, 22 Nov 2026 10:19:35 +0000\n"
	    "Message-ID: <01a2045c-9541-7391-90cd-7494e4a08155@haat.example>\n"
	    "Auto-Submitted: auto-generated\n"
	    "MIME-Version: 1.0\n"
	    "Content-Type: multipart/alternative;\n"
	    " boundary=\"=_01a2045c-9541-7391-90cd-7494e4a08155\"\n"
	    "\n"
	    "--=_01a2045c-9541-7391-90cd-7494e4a08155\n"
	    "Content-Type: text/plain; charset=utf-8\n"
	    "Content-Transfer-Encoding: 8bit\n"
	    "\n"
	    "One\nTwo ₹5\n"
	    "\n"
	    "--=_01a2045c-9541-7391-90cd-7494e4a08155\n"
	    "Content-Type: text/html; charset=utf-8\n"
	    "Content-Transfer-Encoding: 8bit\n"
	    "\n"
	    "<p>x</p>\n"
	    "--=_01a2045c-9541-7391-90cd-7494e4a08155--\n");
}

static void
senders_are_read(void **state)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "a@b.example", "From: a@b.example\n" },
		{ "<a@b.example>", "From: a@b.example\n" },
		{ "Shop <a@b.example>", "From: \"Shop\" <a@b.example>\n" },
		{ "\"My, shop\" <a@b.example>",
		    "From: \"My, shop\" <a@b.example>\n" },
		{ "हाट <a@b.example>",
		    "From: =?UTF-8?B?4KS54KS+4KSf?= <a@b.example>\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ctx *c = mail_ctx(rows[i].in);
		struct mail m = mail_of("x@y.example", "s", "t");
		const char *got = composed(c, &m, MAIL_FOR_FOLDER);

		CHECK(strncmp(got, rows[i].want, strlen(rows[i].want)) == 0,
		    "%s: %.60s", rows[i].in, got);
	}
}

static void
subjects_are_one_header(void **state)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "Plain", "\nSubject: Plain\nDate" },
		{ "A\r\nBcc: x@y.example",
		    "\nSubject: A  Bcc: x@y.example\nDate" },
		{ "Bezahlt ₹5", "\nSubject: =?UTF-8?B?QmV6YWhsdCDigrk1?=\n" },
		{ "=?UTF-8?B?QQ==?=", "\nSubject: =?UTF-8?B?PT9VVEYt" },
		/* 41 bytes: the last character starts another word, so that
		 * no line of words has more than 76 (RFC 2047). */
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa₹",
		    "\nSubject: =?UTF-8?B?YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"
		    "YWFhYWFhYWFhYWE=?=\n =?UTF-8?B?4oK5?=\nDate" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ctx *c = mail_ctx("a@b.example");
		struct mail m = mail_of("x@y.example", rows[i].in, "t");
		const char *got = composed(c, &m, MAIL_FOR_FOLDER);

		CHECK(strstr(got, rows[i].want) != NULL, "%s: %s", rows[i].in,
		    got);
	}
}

static void
over_smtp_lines_are_short_and_seven_bits(void **state)
{
	static char text[4000];
	struct ctx *c = mail_ctx("a@b.example");
	struct mail m = mail_of("x@y.example", "s", text);
	const char *got;

	(void)state;
	for (int i = 0; i < 900; i++)
		text[i] = "word=. "[i % 7];
	memcpy(text + 900, " \n₹ ₹\t\n.\n", 14);
	got = composed(c, &m, MAIL_FOR_SMTP);
	assert_non_null(strstr(got, "word=3D. word=3D."));
	assert_non_null(
	    strstr(got, "=20\r\n=E2=82=B9 =E2=82=B9=09\r\n.\r\n"));
	while (*got != '\0') {
		size_t len = strcspn(got, "\r\n");

		CHECK(len <= 76 && strncmp(got + len, "\r\n", 2) == 0, "%.*s",
		    (int)len, got);
		for (size_t i = 0; i < len; i++)
			CHECK((unsigned char)got[i] < 0x80, "%.*s", (int)len,
			    got);
		got += len + 2;
	}
}

static void
phone_numbers_are_international(void **state)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "98123 45678", "+919812345678" },
		{ "+91 98123-45678", "+919812345678" },
		{ "(+44) 20 7946 0958", "+442079460958" },
		{ "0091 98123 45678", "+919812345678" },
		{ "098123 45678", "+919812345678" },
		{ "12345", NULL },
		{ "1234567890123456", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *got = sms_number(unit_ctx(), rows[i].in);

		CHECK((got == NULL) == (rows[i].want == NULL) &&
			(got == NULL || strcmp(got, rows[i].want) == 0),
		    "%s: %s", rows[i].in, got != NULL ? got : "none");
	}
}

static void
each_try_waits_longer(void **state)
{
	static const int64_t want[] = { 30, 60, 120, 240, 480, 960, 1920,
		3840, 7680, 14400, 14400 };

	(void)state;
	for (size_t i = 0; i < COUNT(want); i++) {
		for (int n = 0; n < 100; n++) {
			int64_t got = outbox_wait_secs((int64_t)i + 1);

			CHECK(got >= want[i] * 8 / 10 &&
				got <= want[i] * 12 / 10,
			    "attempt %zu: %lld", i + 1, (long long)got);
		}
	}
}

static const struct CMUnitTest tests[] = {
	TEST("A plain mail looks like this", a_plain_mail_looks_like_this),
	TEST("The sender is a name and an address", senders_are_read),
	TEST("A subject is one header, whatever stands in it",
	    subjects_are_one_header),
	TEST("Over SMTP lines are short, end in CRLF and have seven bits",
	    over_smtp_lines_are_short_and_seven_bits),
	TEST("Phone numbers become international",
	    phone_numbers_are_international),
	TEST("Each try waits twice as long, up to four hours",
	    each_try_waits_longer),
};

UNIT_MAIN(tests)
