#include "io/mail.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/config.h"
#include "core/fault.h"
#include "core/log.h"
#include "core/utf8.h"

enum {
	CONNECT_MS = 5000,
	TOTAL_MS = 20000,
	IDLE_SECS = 20,
	MESSAGE_MAX = 2 * 1024 * 1024,
	/* RFC 5322, 2.1.1, and RFC 2045, 6.7. */
	LINE_MAX_BYTES = 998,
	QP_LINE = 76,
	/* What of a text stands in one encoded word, so that its line has no
	 * more than 76 characters behind "Subject: " (RFC 2047, section 2). */
	WORD_BYTES = 39,
};

/* --- headers ------------------------------------------------------------ */

static bool
is_plain(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || (unsigned char)*s >= 0x7f)
			return false;
	return true;
}

/* Bytes of the longest piece that ends between two characters. */
static size_t
word_length(const char *s)
{
	size_t len = strlen(s);

	if (len <= WORD_BYTES)
		return len;
	len = WORD_BYTES;
	while (len > 1 && ((unsigned char)s[len] & 0xc0) == 0x80)
		len--;
	return len;
}

/* Text of people: one line of ASCII as it is, all else as encoded words on
 * lines of their own (RFC 2047, section 2). */
static void
put_words(struct ctx *c, struct buf *b, const char *text)
{
	char *line = arena_strdup(c->arena, text);
	char word[sodium_base64_ENCODED_LEN(WORD_BYTES,
	    sodium_base64_VARIANT_ORIGINAL)];
	const char *gap = "";

	for (char *p = line; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
	/* What looks like an encoded word would be taken for one. */
	if (is_plain(line) && strlen(line) < 200 && !strstr(line, "=?")) {
		buf_str(b, line);
		return;
	}
	while (*line != '\0') {
		size_t len = word_length(line);

		sodium_bin2base64(word, sizeof(word),
		    (const unsigned char *)line, len,
		    sodium_base64_VARIANT_ORIGINAL);
		buf_printf(b, "%s=?UTF-8?B?%s?=", gap, word);
		gap = "\n ";
		line += len;
	}
}

static void
put_date(struct buf *b, int64_t at_us)
{
	time_t at = (time_t)(at_us / 1000000);
	char text[64];
	struct tm tm;

	gmtime_r(&at, &tm);
	if (strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S +0000", &tm) >
	    0)
		buf_printf(b, "Date: %s\n", text);
}

/* An address in a header and in a command must not end either of them. */
static bool
is_address(const char *s)
{
	const char *at = strrchr(s, '@');

	return at != NULL && at > s && at[1] != '\0' && *s != '-' &&
	    strlen(s) <= 254 && is_plain(s) &&
	    strpbrk(s, " <>\"(),:;\\[]") == NULL;
}

struct sender {
	const char *name; /* "" without one */
	const char *address;
};

/* MAIL_FROM: "name <address>" or the address alone. */
static struct sender
sender_of(struct ctx *c)
{
	const char *from = c->config->mail_from;
	const char *open = strchr(from, '<');
	size_t name = open != NULL ? (size_t)(open - from) : 0;
	struct sender s = { "", from };

	if (open != NULL)
		s.address = arena_strndup(c->arena, open + 1,
		    strcspn(open + 1, ">"));
	while (name > 0 && strchr(" \t\"", from[name - 1]) != NULL)
		name--;
	while (name > 0 && *from == '"') {
		from++;
		name--;
	}
	s.name = arena_strndup(c->arena, from, name);
	return s;
}

static void
put_from(struct ctx *c, struct buf *b, const struct sender *s)
{
	buf_lit(b, "From: ");
	if (*s->name == '\0') {
		buf_printf(b, "%s\n", s->address);
		return;
	}
	/* A name with one of the specials of RFC 5322 needs its quotes. */
	if (is_plain(s->name) && strpbrk(s->name, "\\\"") == NULL)
		buf_printf(b, "\"%s\"", s->name);
	else
		put_words(c, b, s->name);
	buf_printf(b, " <%s>\n", s->address);
}

/* --- bodies ------------------------------------------------------------- */

static bool
fits_as_it_is(const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		if (len > LINE_MAX_BYTES || memchr(text, '\r', len) != NULL)
			return false;
		text += len + (text[len] == '\n');
	}
	return true;
}

/* Quoted-printable; RFC 2045, section 6.7. */
static void
put_quoted(struct buf *b, const char *text)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t column = 0;

	for (const char *p = text; *p != '\0'; p++) {
		unsigned char ch = (unsigned char)*p;
		bool last = p[1] == '\n' || p[1] == '\0';
		bool plain = ch == '\t' ||
		    (ch >= 0x20 && ch < 0x7f && ch != '=');

		if (ch == '\n') {
			buf_char(b, '\n');
			column = 0;
			continue;
		}
		if (last && (ch == ' ' || ch == '\t'))
			plain = false;
		if (column + (plain ? 1 : 3) > QP_LINE - 1) {
			buf_lit(b, "=\n");
			column = 0;
		}
		if (plain) {
			buf_char(b, (char)ch);
			column++;
			continue;
		}
		buf_char(b, '=');
		buf_char(b, hex[ch >> 4]);
		buf_char(b, hex[ch & 15]);
		column += 3;
	}
}

static void
put_part(struct buf *b, const char *boundary, const char *type,
    const char *text, enum mail_form form)
{
	bool as_it_is = form == MAIL_FOR_FOLDER && fits_as_it_is(text);

	buf_printf(b,
	    "--%s\nContent-Type: text/%s; charset=utf-8\n"
	    "Content-Transfer-Encoding: %s\n\n",
	    boundary, type, as_it_is ? "8bit" : "quoted-printable");
	if (as_it_is)
		buf_str(b, text);
	else
		put_quoted(b, text);
	buf_lit(b, "\n");
}

static void
put_message(struct ctx *c, const struct mail *m, enum mail_form form,
    struct buf *b)
{
	struct sender from = sender_of(c);
	char id[UUID_TEXT], boundary[UUID_TEXT + 2];

	uuid_format(m->id, id);
	/* Quoted-printable never holds "=_"; as it is, no text of ours
	 * names the mail it stands in. */
	snprintf(boundary, sizeof(boundary), "=_%s", id);
	put_from(c, b, &from);
	buf_printf(b, "To: %s\nSubject: ", m->to);
	put_words(c, b, m->subject);
	buf_char(b, '\n');
	put_date(b, m->at_us);
	buf_printf(b, "Message-ID: <%s@%s>\n", id,
	    strrchr(from.address, '@') + 1);
	/* No answers from holiday programs; RFC 3834. */
	buf_lit(b, "Auto-Submitted: auto-generated\nMIME-Version: 1.0\n");
	buf_printf(b,
	    "Content-Type: multipart/alternative;\n"
	    " boundary=\"%s\"\n\n",
	    boundary);
	put_part(b, boundary, "plain", m->text, form);
	put_part(b, boundary, "html", m->html, form);
	buf_printf(b, "--%s--\n", boundary);
}

static void
put_crlf(struct buf *b, const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		buf_raw(b, text, len);
		buf_lit(b, "\r\n");
		text += len + (text[len] == '\n');
	}
}

enum err
mail_compose(struct ctx *c, const struct mail *m, enum mail_form form,
    struct buf *out)
{
	struct buf b;

	if (!is_address(m->to))
		return fail(c, ERR_VALIDATION,
		    "No mail can go to this address.");
	if (!is_address(sender_of(c).address))
		return fault(c, "MAIL_FROM holds no address");
	if (form == MAIL_FOR_FOLDER) {
		put_message(c, m, form, out);
	} else {
		buf_init(&b, c->arena, MESSAGE_MAX);
		put_message(c, m, form, &b);
		put_crlf(out, buf_text(&b));
	}
	return buf_ok(out) ? OK : fault(c, "a mail is too long");
}

/* --- the folder --------------------------------------------------------- */

static const char *
file_name(struct ctx *c, const struct mail *m)
{
	time_t at = (time_t)(m->at_us / 1000000);
	char stamp[32], id[UUID_TEXT];
	struct tm tm;

	gmtime_r(&at, &tm);
	uuid_format(m->id, id);
	if (strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm) == 0)
		stamp[0] = '\0';
	return arena_printf(c->arena, "%s-%s.eml", stamp, id);
}

static bool
write_all(int fd, const char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
	return fsync(fd) == 0;
}

/* Whole under its name, or not there. */
static bool
store(int folder, const char *name, const char *temporary,
    const struct buf *b)
{
	int fd = openat(folder, temporary,
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool good;

	if (fd < 0)
		return false;
	good = write_all(fd, buf_text(b), b->len);
	good = close(fd) == 0 && good;
	return good && renameat(folder, temporary, folder, name) == 0 &&
	    fsync(folder) == 0;
}

static enum mail_result
keep_in_folder(struct ctx *c, const struct mail *m, const struct buf *b,
    const char **why)
{
	const char *path = arena_printf(c->arena, "%s/mail",
	    c->config->state_dir);
	const char *name = file_name(c, m);
	bool good;
	int folder;

	if (mkdir(path, 0700) != 0 && errno != EEXIST) {
		*why = strerror(errno);
		return MAIL_AWAY;
	}
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	good = folder >= 0 &&
	    store(folder, name, arena_printf(c->arena, ".%s.new", name), b);
	if (!good)
		*why = strerror(errno);
	if (folder >= 0)
		close(folder);
	return good ? MAIL_SENT : MAIL_AWAY;
}

/* --- SMTP --------------------------------------------------------------- */

/* The process's connection to the mail server. */
static CURL *easy;

struct upload {
	const char *p;
	size_t left;
};

static size_t
give(char *to, size_t size, size_t n, void *arg)
{
	struct upload *u = arg;

	n *= size;
	if (n > u->left)
		n = u->left;
	memcpy(to, u->p, n);
	u->p += n;
	u->left -= n;
	return n;
}

static void
free_slist(void *list)
{
	curl_slist_free_all(list);
}

/* A password travels encrypted only.  To this machine itself nothing needs
 * to, and its certificate is rarely one that can be verified. */
static long
encryption(const char *url)
{
	static const char *const ours[] = { "127.0.0.1", "[::1]",
		"localhost" };
	const char *host = strstr(url, "://");

	if (host == NULL || strchr(host, '@') != NULL)
		return CURLUSESSL_ALL;
	host += 3;
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		size_t len = strlen(ours[i]);

		if (strncmp(host, ours[i], len) == 0 &&
		    strchr(":/", host[len]) != NULL)
			return CURLUSESSL_NONE;
	}
	return CURLUSESSL_TRY;
}

#define SET(option, value)                                                   \
	(curl_easy_setopt(easy, CURLOPT_##option, (value)) == CURLE_OK)

static bool
set_rules(struct ctx *c)
{
	const char *url = c->config->smtp_url;
	const char *ca = c->config->smtp_ca_file;

	return SET(URL, url) && SET(PROTOCOLS_STR, "smtp,smtps") &&
	    SET(NOSIGNAL, 1L) && SET(PROXY, "") &&
	    SET(USE_SSL, encryption(url)) && SET(SSL_VERIFYPEER, 1L) &&
	    SET(SSL_VERIFYHOST, 2L) &&
	    SET(SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
	    (*ca == '\0' || SET(CAINFO, ca)) &&
	    SET(CONNECTTIMEOUT_MS, (long)CONNECT_MS) &&
	    SET(TIMEOUT_MS, (long)TOTAL_MS) &&
	    SET(MAXAGE_CONN, (long)IDLE_SECS);
}

static bool
set_message(struct ctx *c, const struct mail *m, struct upload *u)
{
	const char *from = arena_printf(c->arena, "<%s>",
	    sender_of(c).address);
	struct curl_slist *to = curl_slist_append(NULL,
	    arena_printf(c->arena, "<%s>", m->to));

	if (to == NULL)
		return false;
	arena_defer(c->arena, free_slist, to);
	return SET(MAIL_FROM, from) && SET(MAIL_RCPT, to) &&
	    SET(UPLOAD, 1L) && SET(READFUNCTION, give) && SET(READDATA, u);
}

static bool
ready(void)
{
	if (easy != NULL) {
		/* Forgets the mail before, keeps its connection. */
		curl_easy_reset(easy);
		return true;
	}
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return false;
	easy = curl_easy_init();
	return easy != NULL;
}

static enum mail_result
judge(CURLcode code, long reply)
{
	switch (code) {
	case CURLE_OK:
		return MAIL_SENT;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_URL_MALFORMAT:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_USE_SSL_FAILED:
	case CURLE_LOGIN_DENIED:
		return MAIL_AWAY;
	default:
		/* 421 says goodbye to all; 5xx says no to this one. */
		if (reply == 421)
			return MAIL_AWAY;
		return reply >= 500 && reply < 600 ? MAIL_REFUSED :
						     MAIL_LATER;
	}
}

static enum mail_result
send_by_smtp(struct ctx *c, const struct mail *m, const struct buf *b,
    const char **why)
{
	struct upload u = { buf_text(b), b->len };
	enum mail_result result;
	CURLcode code;
	long reply = 0;

	*why = "no connection could be set up";
	if (!ready() || !set_rules(c) || !set_message(c, m, &u))
		return MAIL_AWAY;
	code = curl_easy_perform(easy);
	if (curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &reply) !=
	    CURLE_OK)
		reply = 0;
	result = judge(code, reply);
	*why = arena_printf(c->arena, "%s (SMTP %ld)",
	    curl_easy_strerror(code), reply);
	return result;
}

enum mail_result
mail_send(struct ctx *c, const struct mail *m, const char **why)
{
	bool folder = *c->config->smtp_url == '\0';
	enum mail_result result;
	enum err err;
	struct buf b;

	*why = "failing on purpose";
	/* Twice: on the way there, and on the way back. */
	if (fault_point("mail"))
		return MAIL_AWAY;
	buf_init(&b, c->arena, MESSAGE_MAX);
	err = mail_compose(c, m, folder ? MAIL_FOR_FOLDER : MAIL_FOR_SMTP,
	    &b);
	if (err != OK) {
		*why = c->problem.detail != NULL ? c->problem.detail :
						   "it cannot be composed";
		return err == ERR_VALIDATION ? MAIL_REFUSED : MAIL_LATER;
	}
	result = folder ? keep_in_folder(c, m, &b, why) :
			  send_by_smtp(c, m, &b, why);
	if (result == MAIL_SENT && fault_point("mail answer")) {
		*why = "failing on purpose";
		return MAIL_LATER;
	}
	return result;
}

void
mail_close(void)
{
	if (easy != NULL)
		curl_easy_cleanup(easy);
	easy = NULL;
}
