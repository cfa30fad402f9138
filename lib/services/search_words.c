#include "services/search_words.h"

#include <string.h>

#include "core/buf.h"
#include "core/text.h"
#include "core/utf8.h"
#include "db/array.h"
#include "db/db.h"

enum {
	WORDS_MAX = 8, /* of a query are looked at for typing errors */
	EDIT_MIN = 3,
	EDIT_MAX = 24, /* characters of words that are edited */
	LIKE_MIN = 4,
	TERMS_MAX = 64 * 1024,
};

/* A word that stands in quotes of a tsquery. */
static void
quote_word(struct buf *b, const char *word, size_t len)
{
	buf_char(b, '\'');
	for (size_t i = 0; i < len; i++) {
		if (word[i] == '\'' || word[i] == '\\')
			buf_char(b, word[i]);
		buf_char(b, word[i]);
	}
	buf_char(b, '\'');
}

const char *
search_terms(struct ctx *c, const char *q)
{
	static const char space[] = " \t\r\n\f\v";
	struct buf b;

	buf_init(&b, c->arena, TERMS_MAX);
	for (q += strspn(q, space); *q != '\0'; q += strspn(q, space)) {
		size_t len = strcspn(q, space);

		if (b.len > 0)
			buf_lit(&b, " & ");
		quote_word(&b, q, len);
		q += len;
	}
	/* One search, whatever the letters: it is remembered by its terms. */
	return text_lower(c->arena, buf_text(&b));
}

/* --- edits -------------------------------------------------------------- */

struct edits {
	struct arena *arena;
	struct texts out;
	const char *word;
	size_t len;
};

/* The first n bytes of the word, then letter (unless 0), then the rest from
 * byte rest. */
static void
put_edit(struct edits *e, size_t n, char letter, size_t rest)
{
	char *to = arena_alloc(e->arena, e->len + 2);

	memcpy(to, e->word, n);
	if (letter != '\0')
		to[n++] = letter;
	memcpy(to + n, e->word + rest, e->len - rest);
	e->out.v[e->out.n++] = to;
}

static void
put_swap(struct edits *e, size_t at)
{
	char *to = arena_strndup(e->arena, e->word, e->len);

	to[at] = e->word[at + 1];
	to[at + 1] = e->word[at];
	e->out.v[e->out.n++] = to;
}

struct texts
search_edits(struct arena *a, const char *word)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	struct edits e = { .arena = a, .word = word, .len = strlen(word) };

	if (e.len < EDIT_MIN || e.len > EDIT_MAX ||
	    strspn(word, letters) != e.len)
		return e.out;
	e.out.v = ARENA_ARRAY(a, (2 * e.len + 1) * sizeof(letters),
	    const char *);
	for (size_t i = 0; i <= e.len; i++) {
		for (const char *l = letters; *l != '\0'; l++) {
			put_edit(&e, i, *l, i);
			if (i < e.len)
				put_edit(&e, i, *l, i + 1);
		}
		if (i < e.len)
			put_edit(&e, i, '\0', i + 1);
		if (i + 1 < e.len)
			put_swap(&e, i);
	}
	return e.out;
}

/* --- correcting --------------------------------------------------------- */

/* A word of the query, and what is found out about it. */
struct lexeme {
	const char *word;
	bool stop; /* a stop word: not searched for */
	struct rows any;
	struct rows near;
	struct rows longer;
	struct rows like;
	bool known;
};

static void
queue_any_product(struct ctx *c, struct lexeme *l)
{
	struct compose s;
	struct buf b;

	buf_init(&b, c->arena, TERMS_MAX);
	quote_word(&b, l->word, strlen(l->word));
	compose_begin(c, &s);
	s.custom_plan = true;
	compose_add(&s, F_ANY_PRODUCT, NO_ARGS);
	compose_add(&s, F_PRODUCT_WITH_TERMS, ARGS(A(buf_text(&b))));
	compose_add(&s, F_ANY_PRODUCT_END, NO_ARGS);
	compose_queue(c, &s, &l->any);
}

/* Edits of the word, and of what a plural may be made of. */
static struct texts
edits_of(struct ctx *c, const char *word)
{
	struct texts all = search_edits(c->arena, word), more, sum;
	size_t len = strlen(word);

	if (len <= LIKE_MIN || word[len - 1] != 's')
		return all;
	more = search_edits(c->arena, arena_strndup(c->arena, word, len - 1));
	sum.v = ARENA_ARRAY(c->arena, all.n + more.n, const char *);
	sum.n = all.n + more.n;
	for (size_t i = 0; i < sum.n; i++)
		sum.v[i] = i < all.n ? all.v[i] : more.v[i - all.n];
	return sum;
}

static void
queue_beginning(struct ctx *c, const char *prefix, struct rows *out)
{
	/* Above every text that begins so, in the order of bytes. */
	const char *above = arena_printf(c->arena, "%s\U0010FFFF", prefix);

	db_queue_rows(c, Q_SEARCH_WORDS_BEGINNING, ARGS(A(prefix), A(above)),
	    out);
}

static void
queue_similar(struct ctx *c, struct lexeme *l)
{
	struct texts edits = edits_of(c, l->word);

	db_queue_rows(c, Q_SEARCH_WORDS_AMONG,
	    ARGS(A(array_texts(c->arena, edits.v, edits.n))), &l->near);
	queue_beginning(c, l->word, &l->longer);
}

static enum err
read_lexemes(struct ctx *c, const char *q, struct lexeme *words, size_t *n)
{
	struct rows r;

	*n = 0;
	TRY(db_each(c, Q_SEARCH_LEXEMES, ARGS(A(q)), &r));
	while (*n < WORDS_MAX && row_next(&r)) {
		words[*n].word = col_text(&r);
		words[(*n)++].stop = col_bool(&r);
	}
	return OK;
}

/* Asks for what may stand in place of the words nobody has. */
static enum err
look_up(struct ctx *c, struct lexeme *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!words[i].stop)
			queue_any_product(c, &words[i]);
	TRY(db_flush(c));
	for (size_t i = 0; i < n; i++) {
		words[i].known = words[i].stop || words[i].any.count > 0;
		if (!words[i].known)
			queue_similar(c, &words[i]);
	}
	TRY(db_flush(c));
	for (size_t i = 0; i < n; i++) {
		struct lexeme *l = &words[i];

		if (!l->known && l->near.count + l->longer.count == 0 &&
		    utf8_length(l->word) >= LIKE_MIN)
			db_queue_rows(c, Q_SEARCH_WORDS_LIKE,
			    ARGS(A(l->word)), &l->like);
	}
	return db_flush(c);
}

/* ('a' | 'b'), or the word itself; whether it was replaced. */
static bool
put_alternatives(struct buf *b, struct lexeme *l)
{
	struct rows *r = l->near.count > 0 ? &l->near :
	    l->longer.count > 0            ? &l->longer :
					     &l->like;
	bool first = true;

	if (l->known || r->count == 0) {
		quote_word(b, l->word, strlen(l->word));
		return false;
	}
	buf_char(b, '(');
	while (row_next(r)) {
		const char *word = col_text(r);

		if (!first)
			buf_lit(b, " | ");
		first = false;
		quote_word(b, word, strlen(word));
	}
	buf_char(b, ')');
	return true;
}

enum err
search_correct(struct ctx *c, const char *q, const char **terms)
{
	struct lexeme *words = ARENA_ARRAY(c->arena, WORDS_MAX,
	    struct lexeme);
	bool replaced = false;
	struct buf b;
	size_t n;

	*terms = NULL;
	TRY(read_lexemes(c, q, words, &n));
	TRY(look_up(c, words, n));
	buf_init(&b, c->arena, TERMS_MAX);
	for (size_t i = 0; i < n; i++) {
		if (b.len > 0)
			buf_lit(&b, " & ");
		if (put_alternatives(&b, &words[i]))
			replaced = true;
	}
	if (replaced)
		*terms = buf_text(&b);
	return OK;
}

enum err
search_complete(struct ctx *c, const char *prefix, struct texts *words)
{
	struct rows r;

	*words = (struct texts){ 0 };
	queue_beginning(c, prefix, &r);
	TRY(db_flush(c));
	words->v = ARENA_ARRAY(c->arena, (size_t)r.count, const char *);
	while (row_next(&r))
		words->v[words->n++] = col_text(&r);
	return OK;
}
