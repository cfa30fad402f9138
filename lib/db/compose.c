/* Statements put together from fragments; see db.h. */
#include <stdlib.h>

#include "core/log.h"
#include "db/internal.h"

void
compose_begin(struct ctx *c, struct compose *s)
{
	buf_init(&s->text, c->arena, 64 * 1024);
	s->n = 0;
	s->custom_plan = false;
}

void
compose_add(struct compose *s, enum fragment f, struct args args)
{
	const char *p = fragments[f].text;
	size_t base = s->n;

	if (args.n != (size_t)fragments[f].nargs ||
	    base + args.n > sizeof(s->args) / sizeof(s->args[0])) {
		log_error("%s: %s takes %d arguments", fragments[f].where,
		    fragments[f].name, fragments[f].nargs);
		abort();
	}
	for (size_t i = 0; i < args.n; i++)
		s->args[s->n++] = args.v[i];
	while (*p != '\0') {
		char *end;

		if (*p != '$' || p[1] < '1' || p[1] > '9') {
			buf_char(&s->text, *p++);
			continue;
		}
		buf_char(&s->text, '$');
		buf_i64(&s->text, (int64_t)base + strtol(p + 1, &end, 10));
		p = end;
	}
	buf_char(&s->text, '\n');
}

static uint64_t
hash_text(const char *s)
{
	uint64_t h = 1469598103934665603u;

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211u;
	return h != 0 ? h : 1;
}

/* Where a combination is remembered; NULL once there are too many. */
static struct composed *
composed_slot(struct db *db, uint64_t hash)
{
	for (size_t i = 0; i < 8; i++) {
		struct composed *s = &db->composed[(hash + i) % COMPOSED_MAX];

		if (s->hash == hash)
			return s;
		if (s->hash == 0) {
			s->hash = hash;
			snprintf(s->name, sizeof(s->name), "c%016llx",
			    (unsigned long long)hash);
			return s;
		}
	}
	return NULL;
}

void
compose_queue(struct ctx *c, struct compose *s, struct rows *out)
{
	struct args args = { s->args, s->n };
	struct op *op = db_op_new(c, args, out);
	struct composed *slot;

	*out = (struct rows){ .row = -1 };
	op->text = buf_text(&s->text);
	op->kind = ROWS_MANY;
	slot = s->custom_plan ? NULL :
				composed_slot(c->db, hash_text(op->text));
	if (slot != NULL) {
		op->name = slot->name;
		op->prepared = &slot->prepared;
	}
	db_list_append(&c->db->queue, op);
}

enum err
compose_each(struct ctx *c, struct compose *s, struct rows *out)
{
	compose_queue(c, s, out);
	return db_flush(c);
}

/* --- in pieces ---------------------------------------------------------- */

void
cursor_begin(struct ctx *c, struct compose *s)
{
	compose_begin(c, s);
	compose_add(s, F_CURSOR_DECLARE, NO_ARGS);
	s->custom_plan = true;
}

enum err
cursor_open(struct ctx *c, struct compose *s)
{
	struct rows none;

	return compose_each(c, s, &none);
}

enum err
cursor_fetch(struct ctx *c, struct rows *out)
{
	struct compose s;

	compose_begin(c, &s);
	compose_add(&s, F_CURSOR_FETCH, NO_ARGS);
	s.custom_plan = true;
	return compose_each(c, &s, out);
}
