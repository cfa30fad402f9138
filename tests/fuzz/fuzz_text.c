/* Checks, forms and escapes of short texts. */
#include "core/buf.h"
#include "core/clock.h"
#include "core/json.h"
#include "core/text.h"
#include "core/utf8.h"
#include "fuzz.h"

static void
check_checks(const char *s)
{
	size_t bytes = strlen(s);
	struct uuid id;
	int64_t at;

	if (text_check_email(s) == NULL)
		MUST(strpbrk(s, " \r\n\t<>,;") == NULL && bytes <= 318);
	(void)text_check_phone(s);
	if (text_check_postal_code(s) == NULL)
		MUST(bytes == 6);
	if (text_check_gstin(s) == NULL)
		MUST(bytes == 15);
	MUST((text_check_state(s) == NULL) == (text_state_code(s) != NULL));
	if (uuid_parse(s, &id)) {
		char text[UUID_TEXT];
		struct uuid again;

		uuid_format(id, text);
		MUST(uuid_parse(text, &again) && uuid_equal(id, again));
	}
	if (clock_parse_date(s, &at)) {
		char text[CLOCK_TEXT];

		clock_format(at, text);
		MUST(strncmp(text, s, 10) == 0);
	}
}

static void
check_slug(struct ctx *c, const char *s, size_t max)
{
	const char *slug = text_slug(c->arena, s, max);
	size_t len = strlen(slug);

	MUST(len <= max && strstr(slug, "--") == NULL);
	MUST(strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-") == len);
	MUST(len == 0 || (slug[0] != '-' && slug[len - 1] != '-'));
}

static void
check_base64(struct ctx *c, const char *s, size_t size)
{
	size_t len;
	const void *bytes = text_unbase64url(c->arena, s, &len);

	if (bytes != NULL)
		MUST(strcmp(text_base64url(c->arena, bytes, len), s) == 0);
	bytes = text_unbase64url(c->arena, text_base64url(c->arena, s, size),
	    &len);
	MUST(bytes != NULL && len == size && memcmp(bytes, s, len) == 0);
}

static void
check_utf8(struct ctx *c, const char *s, size_t size)
{
	struct json_object *o;
	struct buf b;
	size_t part;

	if (!utf8_valid(s, size))
		return;
	buf_init(&b, c->arena, 16 << 20);
	buf_json_strn(&b, s, size);
	MUST(json_parse(c, buf_text(&b), b.len, &o) == OK);
	MUST((size_t)json_object_get_string_len(o) == size &&
	    memcmp(json_object_get_string(o), s, size) == 0);
	part = utf8_prefix(s, 3);
	MUST(part <= strlen(s) && utf8_valid(s, part) &&
	    utf8_length(s) <= strlen(s));
	(void)utf8_blank(s);
}

int HARNESS(const uint8_t *data, size_t size);

int
HARNESS(const uint8_t *data, size_t size)
{
	struct ctx *c = unit_ctx();
	const char *s = arena_strndup(c->arena, (const char *)data, size);
	struct buf b;

	check_checks(s);
	check_slug(c, s, size > 0 ? data[0] % 90 : 0);
	check_base64(c, s, size);
	check_utf8(c, s, size);
	buf_init(&b, c->arena, 1000);
	buf_csv_cell(&b, s);
	buf_url_arg(&b, s);
	MUST(b.len <= 1000 && strlen(buf_text(&b)) == b.len);
	return 0;
}
