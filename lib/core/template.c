#include "core/template.h"

#include <stdio.h>
#include <string.h>

#include "core/config.h"
#include "core/log.h"

/* --- values ------------------------------------------------------------- */

void
template_money(struct buf *b, int64_t amount_minor, const char *currency)
{
	bool rupee = strcmp(currency, "INR") == 0;
	uint64_t v = amount_minor < 0 ? -(uint64_t)amount_minor :
					(uint64_t)amount_minor;
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%llu",
	    (unsigned long long)(v / 100));

	if (amount_minor < 0)
		buf_char(b, '-');
	if (rupee)
		buf_lit(b, "₹");
	else
		buf_printf(b, "%s ", currency);
	for (int i = 0; i < n; i++) {
		int left = n - i;

		/* 12,34,567: three digits at the end, pairs before them. */
		if (i > 0 &&
		    (left == 3 ||
			(left > 3 &&
			    (rupee ? left % 2 == 1 : left % 3 == 0))))
			buf_char(b, ',');
		buf_char(b, digits[i]);
	}
	buf_printf(b, ".%02d", (int)(v % 100));
}

static void
put_html(struct buf *b, const char *v)
{
	for (; *v != '\0'; v++) {
		switch (*v) {
		case '&':
			buf_lit(b, "&amp;");
			break;
		case '<':
			buf_lit(b, "&lt;");
			break;
		case '>':
			buf_lit(b, "&gt;");
			break;
		case '"':
			buf_lit(b, "&quot;");
			break;
		case '\'':
			buf_lit(b, "&#39;");
			break;
		default:
			buf_char(b, *v);
		}
	}
}

static void
put_value(struct buf *b, const char *v, enum template_form form)
{
	if (form == TEMPLATE_HTML) {
		put_html(b, v);
		return;
	}
	for (; *v != '\0'; v++) {
		bool control = (unsigned char)*v < 0x20 || *v == 0x7f;

		if (form == TEMPLATE_TEXT && (*v == '\n' || *v == '\t'))
			control = false;
		if (form == TEMPLATE_TEXT && v[0] == '\r' && v[1] == '\n')
			continue;
		buf_char(b, (char)(control ? ' ' : *v));
	}
}

static const char *
value_of(struct json_object *data, const char *name)
{
	struct json_object *v;

	if (!json_object_object_get_ex(data, name, &v) || v == NULL)
		return "";
	return json_object_get_string(v);
}

/* Fills in what stands between the braces; whether there was a value. */
static bool
put_tag(struct buf *b, const char *tag, size_t len, struct json_object *data,
    enum template_form form)
{
	char name[64];
	const char *v, *currency;
	struct json_object *amount;
	bool money = len > 6 && strncmp(tag, "money ", 6) == 0;

	if (money) {
		tag += 6;
		len -= 6;
	}
	if (len >= sizeof(name))
		return false;
	memcpy(name, tag, len);
	name[len] = '\0';
	v = value_of(data, name);
	if (*v == '\0')
		return false;
	if (!money || !json_object_object_get_ex(data, name, &amount)) {
		put_value(b, v, form);
		return true;
	}
	currency = value_of(data, "currency");
	template_money(b, json_object_get_int64(amount),
	    *currency != '\0' ? currency : "INR");
	return true;
}

/* --- filling in --------------------------------------------------------- */

/* One line with its end; goes back to where it was, and says so, if all its
 * names were empty. */
static bool
fill_line(struct buf *b, const char *line, size_t len,
    struct json_object *data, enum template_form form)
{
	size_t start = b->len;
	int tags = 0, filled = 0;
	const char *end = line + len;

	while (line < end) {
		const char *close,
		    *open = memmem(line, (size_t)(end - line), "{{", 2);

		close = open == NULL ?
		    NULL :
		    memmem(open, (size_t)(end - open), "}}", 2);
		if (close == NULL)
			break;
		buf_raw(b, line, (size_t)(open - line));
		tags++;
		filled += put_tag(b, open + 2, (size_t)(close - open - 2),
		    data, form);
		line = close + 2;
	}
	buf_raw(b, line, (size_t)(end - line));
	if (tags == 0 || filled > 0)
		return true;
	if (b->data != NULL) {
		b->len = start;
		b->data[start] = '\0';
	}
	return false;
}

static bool
ends_blank(const struct buf *b)
{
	return b->len >= 2 && memcmp(b->data + b->len - 2, "\n\n", 2) == 0;
}

void
template_fill(struct buf *b, const char *text, struct json_object *data,
    enum template_form form)
{
	bool kept_last = true;

	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		len += text[len] == '\n';
		/* Around a line left out, one empty line is enough. */
		if (kept_last || *text != '\n' || !ends_blank(b))
			kept_last = fill_line(b, text, len, data, form);
		text += len;
	}
}

void
template_page(struct buf *b, const struct template *t,
    struct json_object *data)
{
	template_fill(b, t->before, data, TEMPLATE_HTML);
	template_fill(b, t->html, data, TEMPLATE_HTML);
	template_fill(b, t->behind, data, TEMPLATE_HTML);
}

/* --- reading ------------------------------------------------------------ */

struct loaded {
	struct loaded *next;
	const char *name;
	struct template t;
};

/* What was read from files that do not change while the process lives. */
static struct {
	struct arena *arena;
	struct loaded *first;
} kept;

static enum err
read_file(struct ctx *c, const char *name, const char *ending,
    const char **out)
{
	const char *path = arena_printf(c->arena, "%s/%s%s",
	    c->config->template_dir, name, ending);
	FILE *f = fopen(path, "re");
	char *text;
	size_t n;

	if (f == NULL)
		return fault(c, "cannot open %s", path);
	text = arena_alloc(c->arena, TEMPLATE_FILE_MAX + 1);
	n = fread(text, 1, TEMPLATE_FILE_MAX, f);
	if (fclose(f) != 0 || n == TEMPLATE_FILE_MAX || n == 0)
		return fault(c, "cannot read %s", path);
	*out = arena_strndup(kept.arena, text, n);
	return OK;
}

/* The value of "Name: value" among the first lines; "" without it. */
static const char *
head_line(const char *text, const char *name)
{
	size_t len = strlen(name);

	while (*text != '\0' && *text != '\n') {
		size_t line = strcspn(text, "\n");

		if (line > len + 2 && strncmp(text, name, len) == 0 &&
		    text[len] == ':')
			return arena_strndup(kept.arena, text + len + 2,
			    line - len - 2);
		text += line + (text[line] == '\n');
	}
	return "";
}

static enum err
load(struct ctx *c, struct loaded *l)
{
	static const char mark[] = "{{content}}";
	const char *text, *layout, *body, *at;

	TRY(read_file(c, l->name, ".txt", &text));
	TRY(read_file(c, l->name, ".html", &l->t.html));
	TRY(read_file(c, "layout", ".html", &layout));
	l->t.title = head_line(text, "Title");
	l->t.brief = head_line(text, "Short");
	body = strstr(text, "\n\n");
	at = strstr(layout, mark);
	if (*l->t.title == '\0' || *l->t.brief == '\0' || body == NULL ||
	    at == NULL)
		return fault(c, "template %s is not complete", l->name);
	l->t.text = body + 2;
	l->t.before = arena_strndup(kept.arena, layout,
	    (size_t)(at - layout));
	l->t.behind = at + sizeof(mark) - 1;
	return OK;
}

enum err
template_find(struct ctx *c, const char *name, const struct template **out)
{
	struct loaded *l;

	for (l = kept.first; l != NULL; l = l->next) {
		if (strcmp(l->name, name) == 0) {
			*out = &l->t;
			return OK;
		}
	}
	if (kept.arena == NULL)
		kept.arena = arena_new();
	l = ARENA_NEW(kept.arena, struct loaded);
	l->name = arena_strdup(kept.arena, name);
	TRY(load(c, l));
	l->next = kept.first;
	kept.first = l;
	*out = &l->t;
	return OK;
}
