/* Suggestions while somebody types; see search.h. */
#include <string.h>

#include "core/json.h"
#include "core/text.h"
#include "db/db.h"
#include "services/search.h"
#include "services/search_words.h"

enum { WORDS = 5 };

/* What was typed, in two parts. */
struct typed {
	const char *before; /* finished words with a space behind, or "" */
	const char *last;   /* in lower case */
};

struct suggestions {
	struct texts words; /* that the last one may become */
	struct rows *any;   /* for each: whether products have it all */
	struct rows products;
};

static struct typed
split(struct ctx *c, const char *q)
{
	size_t len = strlen(q), at;

	while (len > 0 && q[len - 1] == ' ')
		len--;
	for (at = len; at > 0 && q[at - 1] != ' '; at--)
		;
	return (struct typed){
		.before = arena_strndup(c->arena, q, at),
		.last = text_lower(c->arena,
		    arena_strndup(c->arena, q + at, len - at)),
	};
}

/* The finished words and one of these. */
static const char *
terms_of(struct ctx *c, const struct typed *t, const struct texts *words)
{
	const char *before = search_terms(c, t->before);
	struct buf b;

	buf_init(&b, c->arena, 64 * 1024);
	if (*before != '\0') {
		buf_str(&b, before);
		buf_lit(&b, " & ");
	}
	buf_char(&b, '(');
	for (size_t i = 0; i < words->n; i++) {
		if (i > 0)
			buf_lit(&b, " | ");
		buf_str(&b, search_terms(c, words->v[i]));
	}
	buf_char(&b, ')');
	return buf_text(&b);
}

static void
queue_products(struct ctx *c, const char *terms, struct rows *out)
{
	struct compose s;

	compose_begin(c, &s);
	s.custom_plan = true;
	compose_add(&s, F_SUGGEST_BEGIN, NO_ARGS);
	compose_add(&s, F_PRODUCT_WITH_TERMS, ARGS(A(terms)));
	compose_add(&s, F_SUGGEST_END, NO_ARGS);
	compose_queue(c, &s, out);
}

static void
queue_any(struct ctx *c, const char *terms, struct rows *out)
{
	struct compose s;

	compose_begin(c, &s);
	s.custom_plan = true;
	compose_add(&s, F_ANY_PRODUCT, NO_ARGS);
	compose_add(&s, F_PRODUCT_WITH_TERMS, ARGS(A(terms)));
	compose_add(&s, F_ANY_PRODUCT_END, NO_ARGS);
	compose_queue(c, &s, out);
}

static enum err
look_up(struct ctx *c, const struct typed *t, struct suggestions *s)
{
	struct texts all;

	TRY(search_complete(c, t->last, &s->words));
	all.v = ARENA_ARRAY(c->arena, s->words.n + 1, const char *);
	all.n = s->words.n + 1;
	all.v[0] = t->last;
	memcpy(all.v + 1, s->words.v, s->words.n * sizeof(*all.v));
	if (s->words.n > WORDS)
		s->words.n = WORDS;
	s->any = ARENA_ARRAY(c->arena, s->words.n, struct rows);
	for (size_t i = 0; i < s->words.n; i++) {
		struct texts one = { s->words.v + i, 1 };

		queue_any(c, terms_of(c, t, &one), &s->any[i]);
	}
	queue_products(c, terms_of(c, t, &all), &s->products);
	return db_flush(c);
}

static void
write_suggestion(struct json *j, const char *text, struct uuid product)
{
	js_open(j, '{');
	js_str(j, "text", text);
	js_uuid(j, "product_id", product);
	js_close(j, '}');
}

static void
write_suggestions(struct ctx *c, const struct typed *t, struct suggestions *s,
    struct buf *out)
{
	struct json j = js_to(out);

	js_open(&j, '{');
	js_open_key(&j, "results", '[');
	for (size_t i = 0; i < s->words.n; i++)
		if (s->any[i].count > 0)
			write_suggestion(&j,
			    arena_printf(c->arena, "%s%s", t->before,
				s->words.v[i]),
			    (struct uuid){ 0 });
	while (row_next(&s->products)) {
		const char *name = col_text(&s->products);

		write_suggestion(&j, name, col_uuid(&s->products));
	}
	js_close(&j, ']');
	js_close(&j, '}');
}

enum err
search_suggest(struct ctx *c, const char *q, struct buf *out)
{
	struct typed t = split(c, q);
	struct suggestions s = { 0 };
	const char *corrected;

	if (*t.last != '\0')
		TRY(look_up(c, &t, &s));
	if (*t.last != '\0' && s.products.count == 0) {
		TRY(search_correct(c, q, &corrected));
		if (corrected != NULL) {
			queue_products(c, corrected, &s.products);
			TRY(db_flush(c));
		}
	}
	write_suggestions(c, &t, &s, out);
	return OK;
}
