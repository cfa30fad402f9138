#include "services/audit.h"

#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/log.h"

enum { BATCH = 5000 };

/* --- writing ------------------------------------------------------------ */

static bool
is_same(const struct arg *a, const struct arg *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case ARG_NULL:
		return true;
	case ARG_TEXT:
		return strcmp(a->text, b->text) == 0;
	case ARG_I64:
		return a->i64 == b->i64;
	case ARG_UUID:
		return uuid_equal(a->uuid, b->uuid);
	case ARG_BOOL:
		return a->flag == b->flag;
	default:
		return false;
	}
}

static void
write_value(struct json *j, const struct arg *v)
{
	switch (v->kind) {
	case ARG_NULL:
		js_null(j, NULL);
		break;
	case ARG_TEXT:
		js_str(j, NULL, v->text);
		break;
	case ARG_I64:
		js_i64(j, NULL, v->i64);
		break;
	case ARG_UUID:
		js_uuid(j, NULL, v->uuid);
		break;
	case ARG_BOOL:
		js_bool(j, NULL, v->flag);
		break;
	default:
		log_error("bytes are no value of an audit entry");
		abort();
	}
}

/* {"status":["requested","rejected"]} */
static const char *
describe(struct ctx *c, struct audit_changes changes)
{
	struct json j;
	struct buf b;

	buf_init(&b, c->arena, 64 * 1024);
	j = js_to(&b);
	js_open(&j, '{');
	for (size_t i = 0; i < changes.n; i++) {
		const struct audit_change *one = &changes.v[i];

		if (is_same(&one->before, &one->after))
			continue;
		js_open_key(&j, one->field, '[');
		write_value(&j, &one->before);
		write_value(&j, &one->after);
		js_close(&j, ']');
	}
	js_close(&j, '}');
	return buf_text(&b);
}

void
audit_queue(struct ctx *c, const char *action, const char *entity,
    struct uuid entity_id, struct audit_changes changes)
{
	db_queue_last(c, Q_AUDIT_ADD,
	    ARGS(A(uuid_new()), A(c->caller.id), A(action), A(entity),
		A(entity_id), A(describe(c, changes)), A(c->ip),
		A(c->request_id)));
}

/* --- verifying ---------------------------------------------------------- */

/* Adds what a statement tells of broken entries: the first, and how many. */
static void
add_broken(struct rows *r, struct audit_verdict *v)
{
	int64_t first = col_i64(r);

	v->broken += col_i64(r);
	if (first > 0 && (v->first == 0 || first < v->first))
		v->first = first;
}

enum err
audit_verify(struct ctx *c, enum audit_note note, struct audit_verdict *v)
{
	struct rows r;
	bool found;

	*v = (struct audit_verdict){ 0 };
	/* First the checkpoints: entries only ever get more. */
	TRY(db_one(c, Q_AUDIT_CHECKPOINT_LOST, NO_ARGS, &r));
	add_broken(&r, v);
	TRY(db_maybe(c, Q_AUDIT_HEAD, NO_ARGS, &r, &found));
	if (!found)
		return OK;
	v->checked = col_i64(&r);
	v->head = col_text(&r);
	for (int64_t at = 0; at < v->checked; at += BATCH) {
		int64_t upto = at + BATCH < v->checked ? at + BATCH :
							 v->checked;

		TRY(db_one(c, Q_AUDIT_BROKEN_WITHIN, ARGS(A(at), A(upto)),
		    &r));
		add_broken(&r, v);
	}
	if (note == AUDIT_LOOK || v->broken > 0)
		return OK;
	return db_exec(c, Q_AUDIT_CHECKPOINT_ADD, ARGS(A(v->checked)));
}
