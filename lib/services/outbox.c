#include "services/outbox.h"

#include <sodium.h>
#include <string.h>

#include "core/config.h"
#include "core/json.h"
#include "core/log.h"
#include "core/template.h"
#include "core/utf8.h"
#include "db/array.h"
#include "db/db.h"
#include "io/mail.h"
#include "io/sms.h"

enum {
	WAIT_FIRST_SECS = 30,
	WAIT_MOST_SECS = 4 * 3600,
	AWAY_SECS = 30,
	SMS_BYTES = 480, /* three messages' worth */
};

int64_t
outbox_wait_secs(int64_t attempts)
{
	int64_t wait = WAIT_FIRST_SECS;

	for (int64_t i = 1; i < attempts && wait < WAIT_MOST_SECS; i++)
		wait *= 2;
	if (wait > WAIT_MOST_SECS)
		wait = WAIT_MOST_SECS;
	/* 80 to 120 in the hundred. */
	return wait * (80 + randombytes_uniform(41)) / 100;
}

/* --- claiming ----------------------------------------------------------- */

enum err
outbox_claim(struct ctx *c, struct outbox_message **out, size_t *n)
{
	struct rows r;

	TRY(db_each(c, Q_OUTBOX_CLAIM, ARGS(A(OUTBOX_BATCH), A(OUTBOX_TRIES)),
	    &r));
	*out = ARENA_ARRAY(c->arena, (size_t)r.count, struct outbox_message);
	*n = 0;
	while (row_next(&r)) {
		struct outbox_message *m = &(*out)[(*n)++];

		m->id = col_uuid(&r);
		m->kind = col_text(&r);
		m->is_sms = strncmp(m->kind, "sms.", 4) == 0;
		m->payload = col_text(&r);
		m->attempts = col_i64(&r);
		m->created_us = col_i64(&r);
		m->email = col_text(&r);
		m->full_name = col_text(&r);
		m->phone = col_text(&r);
	}
	return OK;
}

enum err
outbox_put_back(struct ctx *c, const struct outbox_message *v, size_t n)
{
	struct uuid *ids = ARENA_ARRAY(c->arena, n + 1, struct uuid);

	for (size_t i = 0; i < n; i++)
		ids[i] = v[i].id;
	return db_exec(c, Q_OUTBOX_PUT_BACK,
	    ARGS(A(array_uuids(c->arena, ids, n)), A(AWAY_SECS)));
}

enum err
outbox_bury(struct ctx *c, int64_t *buried)
{
	return db_exec_n(c, Q_OUTBOX_BURY, ARGS(A(OUTBOX_TRIES)), buried);
}

enum err
outbox_due(struct ctx *c, int64_t *count)
{
	struct rows r;

	TRY(db_one(c, Q_OUTBOX_DUE, NO_ARGS, &r));
	*count = col_i64(&r);
	return OK;
}

enum err
outbox_dead(struct ctx *c, int64_t *count)
{
	struct rows r;

	TRY(db_one(c, Q_OUTBOX_DEAD_COUNT, NO_ARGS, &r));
	*count = col_i64(&r);
	return OK;
}

/* --- the words ---------------------------------------------------------- */

static void
add_value(struct json_object *data, const char *name, const char *value)
{
	struct json_object *v = value == NULL ? NULL :
						json_object_new_string(value);

	if (v != NULL && json_object_object_add(data, name, v) != 0)
		json_object_put(v);
}

/* The payload with what every template may show. */
static enum err
read_data(struct ctx *c, const struct outbox_message *m,
    struct json_object **data)
{
	const char *url = c->config->public_url;
	size_t len = strlen(url);

	TRY(json_parse(c, m->payload, strlen(m->payload), data));
	while (len > 0 && url[len - 1] == '/')
		len--;
	add_value(*data, "full_name", m->full_name);
	add_value(*data, "public_url", arena_strndup(c->arena, url, len));
	return OK;
}

static const char *
fill(struct ctx *c, const char *text, struct json_object *data,
    enum template_form form)
{
	struct buf b;

	buf_init(&b, c->arena, TEMPLATE_OUT_MAX);
	template_fill(&b, text, data, form);
	return buf_text(&b);
}

static const char *
fill_page(struct ctx *c, const struct template *t, struct json_object *data)
{
	struct buf b;

	buf_init(&b, c->arena, TEMPLATE_OUT_MAX);
	template_page(&b, t, data);
	return buf_text(&b);
}

/* --- the ways ----------------------------------------------------------- */

struct attempt {
	const struct outbox_message *m;
	const struct template *t;
	struct json_object *data;
	const char *why;
};

static enum outbox_outcome
by_mail(struct ctx *c, struct attempt *a)
{
	struct json_object *to;
	struct mail mail = {
		.id = a->m->id,
		.at_us = a->m->created_us,
		.to = a->m->email,
		.subject = fill(c, a->t->title, a->data, TEMPLATE_LINE),
		.text = fill(c, a->t->text, a->data, TEMPLATE_TEXT),
		.html = fill_page(c, a->t, a->data),
	};

	if (json_object_object_get_ex(a->data, "to", &to))
		mail.to = json_object_get_string(to);
	a->why = "no address";
	if (mail.to == NULL)
		return OUTBOX_DEAD;
	switch (mail_send(c, &mail, &a->why)) {
	case MAIL_SENT:
		return OUTBOX_SENT;
	case MAIL_AWAY:
		return OUTBOX_AWAY;
	case MAIL_LATER:
		return OUTBOX_LATER;
	case MAIL_REFUSED:
		break;
	}
	return OUTBOX_DEAD;
}

static enum outbox_outcome
by_sms(struct ctx *c, struct attempt *a)
{
	const char *text = fill(c, a->t->brief, a->data, TEMPLATE_LINE);

	a->why = "no phone number";
	if (a->m->phone == NULL)
		return OUTBOX_DEAD;
	a->why = "SMS_URL is not set";
	if (!sms_is_on(c))
		return OUTBOX_AWAY;
	if (strlen(text) > SMS_BYTES)
		text = arena_strndup(c->arena, text,
		    utf8_prefix(text, SMS_BYTES / 3));
	switch (sms_send(c, a->m->id, a->m->phone, text, &a->why)) {
	case SMS_SENT:
		return OUTBOX_SENT;
	case SMS_AWAY:
		return OUTBOX_AWAY;
	case SMS_LATER:
		return OUTBOX_LATER;
	case SMS_REFUSED:
		break;
	}
	return OUTBOX_DEAD;
}

/* What is wrong with a message itself does not get better by waiting, but a
 * template may come back with the next installation. */
static enum outbox_outcome
send_one(struct ctx *c, struct attempt *a)
{
	const char *dot = strchr(a->m->kind, '.');

	a->why = "of no known kind";
	if (dot == NULL ||
	    (!a->m->is_sms && strncmp(a->m->kind, "mail.", 5) != 0) ||
	    strspn(dot + 1, "abcdefghijklmnopqrstuvwxyz_") != strlen(dot + 1))
		return OUTBOX_DEAD;
	a->why = "its payload cannot be read";
	if (read_data(c, a->m, &a->data) != OK)
		return OUTBOX_DEAD;
	a->why = "its template cannot be read";
	if (template_find(c, dot + 1, &a->t) != OK)
		return OUTBOX_LATER;
	return a->m->is_sms ? by_sms(c, a) : by_mail(c, a);
}

/* --- what came of it ---------------------------------------------------- */

static enum err
note(struct ctx *c, const struct attempt *a, enum outbox_outcome outcome)
{
	struct uuid id = a->m->id;

	switch (outcome) {
	case OUTBOX_SENT:
		return db_exec(c, Q_OUTBOX_SENT, ARGS(A(id)));
	case OUTBOX_DEAD:
		return db_exec(c, Q_OUTBOX_DEAD, ARGS(A(id), A(a->why)));
	case OUTBOX_LATER:
	case OUTBOX_AWAY:
		break;
	}
	return db_exec(c, Q_OUTBOX_LATER,
	    ARGS(A(id), A(outbox_wait_secs(a->m->attempts)), A(a->why)));
}

enum err
outbox_deliver(struct ctx *c, const struct outbox_message *m,
    enum outbox_outcome *outcome)
{
	struct attempt a = { .m = m };
	char id[UUID_TEXT];

	*outcome = send_one(c, &a);
	problem_clear(c);
	if (*outcome != OUTBOX_SENT && m->attempts >= OUTBOX_TRIES)
		*outcome = OUTBOX_DEAD;
	if (*outcome != OUTBOX_SENT) {
		uuid_format(m->id, id);
		log_warn("%s %s %s: %s attempt=%lld",
		    *outcome == OUTBOX_DEAD ? "dead" : "later", m->kind, id,
		    a.why, (long long)m->attempts);
	}
	return note(c, &a, *outcome);
}
