#include "razorpay_journal.h"

#include <sodium.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"

static const char *
text_of(struct json_object *o, const char *name)
{
	return json_object_get_string(json_object_object_get(o, name));
}

static int64_t
number_of(struct json_object *o, const char *name)
{
	return json_object_get_int64(json_object_object_get(o, name));
}

static void
id_of(struct json_object *o, char id[ID_TEXT])
{
	const char *text = text_of(o, "id");

	snprintf(id, ID_TEXT, "%s", text != NULL ? text : "");
}

static bool
read_order(struct state *s, struct json_object *o)
{
	struct order draft = {
		.amount = number_of(o, "amount"),
		.created_at_secs = number_of(o, "at"),
		.receipt = text_of(o, "receipt"),
		.notes = text_of(o, "notes"),
	};

	id_of(o, draft.id);
	put_order(s, &draft);
	return true;
}

static bool
read_payment(struct state *s, struct json_object *o)
{
	struct payment draft = {
		.order = state_order(s, text_of(o, "order")),
		.created_at_secs = number_of(o, "at"),
	};
	int status = name_index(payment_status_names, PAYMENT_STATUSES,
	    text_of(o, "status"));
	int method = name_index(method_names, METHODS, text_of(o, "method"));

	if (draft.order == NULL || status < 0 || method < 0)
		return false;
	id_of(o, draft.id);
	draft.status = (enum payment_status)status;
	draft.method = (enum method)method;
	put_payment(s, &draft);
	return true;
}

static bool
read_capture(struct state *s, struct json_object *o)
{
	struct payment *p = state_payment(s, text_of(o, "id"));

	if (p != NULL)
		put_capture(p);
	return p != NULL;
}

static bool
read_return(struct state *s, struct json_object *o)
{
	struct payment *p = state_payment(s, text_of(o, "id"));

	if (p != NULL)
		put_return(p);
	return p != NULL;
}

static bool
read_refund(struct state *s, struct json_object *o)
{
	struct refund draft = {
		.payment = state_payment(s, text_of(o, "payment")),
		.amount = number_of(o, "amount"),
		.created_at_secs = number_of(o, "at"),
		.optimum = json_object_get_boolean(
		    json_object_object_get(o, "optimum")),
		.receipt = text_of(o, "receipt"),
		.notes = text_of(o, "notes"),
		.key = text_of(o, "key"),
	};
	const char *hash = text_of(o, "hash");
	int status = name_index(refund_status_names, REFUND_STATUSES,
	    text_of(o, "status"));

	if (draft.payment == NULL || status < 0)
		return false;
	if (hash != NULL)
		sodium_hex2bin(draft.key_hash, KEY_HASH, hash, strlen(hash),
		    NULL, NULL, NULL);
	id_of(o, draft.id);
	draft.status = draft.first_status = (enum refund_status)status;
	put_refund(s, &draft);
	return true;
}

static bool
read_refund_status(struct state *s, struct json_object *o)
{
	struct refund *r = state_refund(s, text_of(o, "id"));
	int status = name_index(refund_status_names, REFUND_STATUSES,
	    text_of(o, "status"));

	if (r == NULL || status < 0)
		return false;
	put_refund_status(r, (enum refund_status)status);
	return true;
}

/* Their lines are the most and the longest; no parser sees them. */
static bool
read_event(struct state *s, const char *line, size_t len, int64_t at)
{
	const char *id = line + strlen(EVENT_HEAD);
	const char *body = memmem(id, len - strlen(EVENT_HEAD), EVENT_BODY,
	    strlen(EVENT_BODY));
	const char *name, *end;

	if (body == NULL)
		return false;
	id = arena_strndup(s->arena, id, (size_t)(body - id));
	body += strlen(EVENT_BODY);
	len -= (size_t)(body - line) + 1;
	name = memmem(body, len, "\"event\":\"", 9);
	if (name == NULL)
		return false;
	name += 9;
	end = memchr(name, '"', len - (size_t)(name - body));
	if (end == NULL)
		return false;
	name = arena_strndup(s->lines_arena, name, (size_t)(end - name));
	put_event(s, id, name, at + (body - line), len);
	return true;
}

static bool
read_sent(struct state *s, const char *line)
{
	size_t seq = strtoul(line + strlen(SENT_HEAD), NULL, 10);

	if (seq >= s->event_list.n)
		return false;
	((struct event *)s->event_list.items[seq])->sent = true;
	return true;
}

static bool
read_line(struct state *s, const char *line, size_t len, int64_t at)
{
	static const struct {
		const char *type;
		bool (*read)(struct state *s, struct json_object *o);
	} kinds[] = {
		{ "order", read_order },
		{ "payment", read_payment },
		{ "capture", read_capture },
		{ "return", read_return },
		{ "refund", read_refund },
		{ "refund_status", read_refund_status },
	};
	struct ctx c = { .arena = s->lines_arena };
	struct json_object *o;
	const char *type;

	if (len > strlen(EVENT_HEAD) &&
	    memcmp(line, EVENT_HEAD, strlen(EVENT_HEAD)) == 0)
		return read_event(s, line, len, at);
	if (len > strlen(SENT_HEAD) &&
	    memcmp(line, SENT_HEAD, strlen(SENT_HEAD)) == 0)
		return read_sent(s, line);
	line = arena_strndup(s->lines_arena, line, len);
	if (json_parse(&c, line, len, &o) != OK)
		return false;
	type = text_of(o, "t");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (type != NULL && strcmp(kinds[i].type, type) == 0)
			return kinds[i].read(s, o);
	return false;
}

/* Returns where the last whole line ends. */
static int64_t
read_lines(struct state *s, const char *text, int64_t size)
{
	int64_t at = 0;

	while (at < size) {
		const char *line = text + at;
		const char *end = memchr(line, '\n', (size_t)(size - at));

		if (end == NULL)
			break;
		if (!read_line(s, line, (size_t)(end - line), at))
			log_warn("journal: no sense in the line at byte %lld",
			    (long long)at);
		arena_reset(s->lines_arena);
		at += end - line + 1;
	}
	return at;
}

bool
read_journal(struct state *s)
{
	struct stat st;
	char *text;

	if (fstat(s->fd, &st) != 0)
		return false;
	if (st.st_size == 0)
		return true;
	text = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, s->fd,
	    0);
	if (text == MAP_FAILED)
		return false;
	s->size = read_lines(s, text, st.st_size);
	munmap(text, (size_t)st.st_size);
	return s->size == st.st_size || ftruncate(s->fd, s->size) == 0;
}
