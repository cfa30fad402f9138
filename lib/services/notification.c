#include "services/notification.h"

#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/log.h"
#include "db/array.h"
#include "db/db.h"
#include "db/list.h"
#include "io/sms.h"

enum way { MAIL = 1 << 0, SMS = 1 << 1 };

static const struct kind {
	const char *type;
	unsigned ways;
	const char *names;
} kinds[] = {
#define NEWS(type, ways, names) { #type, ways, names },
	NEWS_TYPES(NEWS)
#undef NEWS
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]), ADMINS_MAX = 50 };

const char *
notification_type(size_t i)
{
	return i < KINDS ? kinds[i].type : NULL;
}

const char *
notification_names(size_t i)
{
	return i < KINDS ? kinds[i].names : NULL;
}

/* --- telling ------------------------------------------------------------ */

static const struct kind *
kind_of(const char *type)
{
	for (size_t i = 0; i < KINDS; i++)
		if (strcmp(kinds[i].type, type) == 0)
			return &kinds[i];
	log_error("no such news: %s", type);
	abort();
}

/* "order_paid" -> "Order paid", where there is no better text. */
static const char *
words_of(struct ctx *c, const char *type)
{
	char *words = arena_strdup(c->arena, type);

	for (char *p = words; *p != '\0'; p++)
		if (*p == '_')
			*p = ' ';
	if (*words >= 'a' && *words <= 'z')
		*words = (char)(*words - 'a' + 'A');
	return words;
}

static const char *
fill(struct ctx *c, const char *text, struct json_object *data)
{
	struct buf *b = ARENA_NEW(c->arena, struct buf);

	buf_init(b, c->arena, TEMPLATE_OUT_MAX);
	template_fill(b, text, data, TEMPLATE_LINE);
	return buf_text(b);
}

/* Whoever was told of the event inside the transaction must not be told of a
 * problem of ours on top. */
static void
write_texts(struct ctx *c, const struct news *n, const char **title,
    const char **brief)
{
	struct problem problem = c->problem;
	const struct template *t;
	struct json_object *data;

	*title = words_of(c, n->type);
	*brief = "";
	if (template_find(c, n->type, &t) == OK &&
	    json_parse(c, n->data, strlen(n->data), &data) == OK) {
		const char *filled = fill(c, t->title, data);

		/* Of what was to be named, all may be missing. */
		if (*filled != '\0')
			*title = filled;
		*brief = fill(c, t->brief, data);
	}
	c->problem = problem;
}

void
notification_queue(struct ctx *c, const struct news *n)
{
	static const struct uuid none;
	const struct kind *kind = kind_of(n->type);
	bool sms = (kind->ways & SMS) && sms_is_on(c);
	const char *title, *brief;

	write_texts(c, n, &title, &brief);
	db_queue(c, Q_NOTIFICATION_ADD,
	    ARGS(A(uuid_new()), A(n->account_id), A(n->type), A(title),
		A(brief), A(n->data), A(n->source_id),
		A(kind->ways & MAIL ? uuid_new() : none),
		A(sms ? uuid_new() : none)));
}

static const char *
new_ids(struct ctx *c, size_t n)
{
	struct uuid *ids = ARENA_ARRAY(c->arena, n + 1, struct uuid);

	for (size_t i = 0; i < n; i++)
		ids[i] = uuid_new();
	return array_uuids(c->arena, ids, n);
}

void
notification_queue_admins(struct ctx *c, const struct news *n)
{
	const char *title, *brief;

	write_texts(c, n, &title, &brief);
	/* Who they are is found by the statement, so the ids come along. */
	db_queue(c, Q_NOTIFICATION_ADD_ADMINS,
	    ARGS(A(n->type), A(title), A(brief), A(n->data), A(n->source_id),
		A(new_ids(c, ADMINS_MAX)), A(new_ids(c, ADMINS_MAX))));
}

void
notification_queue_low_stock(struct ctx *c, struct uuid order_id,
    struct uuid low_id, size_t nlines)
{
	struct problem problem = c->problem;
	const char *title = words_of(c, "low_stock"), *brief = "";
	const struct template *t;

	if (template_find(c, "low_stock", &t) == OK) {
		title = t->title;
		brief = t->brief;
	}
	c->problem = problem;
	db_queue_last(c, Q_NOTIFICATION_ADD_LOW_STOCK,
	    ARGS(A(order_id), A(low_id), A(title), A(brief),
		A(new_ids(c, nlines)), A(new_ids(c, nlines))));
}

/* --- the inbox ---------------------------------------------------------- */

static const struct field out_fields[] = {
	OUT_UUID("id", "Message"),
	OUT_TEXT("type", "What it tells of", .example = "order_paid"),
	OUT_TEXT("title", "One line",
	    .example = "Payment received for order H-7K2M9Q"),
	OUT_TEXT("body", "One sentence",
	    .example = "We have your payment of ₹1,250.00."),
	OUT("data", FIELD_MAP, 0, "What it is about: ids, numbers, amounts"),
	OUT_BOOL("is_read", "Whether it was marked as read"),
	OUT_TIME("created_at", "When it was told"),
	{ 0 },
};
const struct shape notification_shape = { "notification",
	"A message of the inbox", out_fields };

static struct uuid
write_row(struct rows *r, struct json *j)
{
	struct uuid id = col_uuid(r);

	js_open(j, '{');
	js_uuid(j, "id", id);
	js_str(j, "type", col_text(r));
	js_str(j, "title", col_text(r));
	js_str(j, "body", col_text(r));
	js_raw(j, "data", col_text(r));
	js_bool(j, "is_read", col_bool(r));
	js_time(j, "created_at", col_i64(r));
	js_close(j, '}');
	return id;
}

/* Newest first; its cursors are not those of the whole list. */
static const struct list_order unread_order = {
	.name = "-id unread",
	.before = F_LIST_BEFORE,
	.after = F_LIST_AFTER,
	.forwards = F_LIST_NEWEST,
	.backwards = F_LIST_OLDEST,
};

enum err
notification_list(struct ctx *c, const struct page_in *in, bool unread,
    struct buf *out, struct page_out *page)
{
	struct json j = js_to(out);
	struct list_rows l;

	TRY(list_begin(c, &l, in, unread ? &unread_order : LIST_NEWEST,
	    F_NOTIFICATION_COLUMNS));
	list_where(&l, F_NOTIFICATIONS_OF_ACCOUNT, ARGS(A(c->caller.id)));
	if (unread)
		list_where(&l, F_NOTIFICATION_IS_UNREAD, NO_ARGS);
	TRY(list_fetch(c, &l));
	while (list_next(&l))
		list_at(&l, write_row(&l.rows, &j));
	list_end(c, &l, page);
	return OK;
}

enum err
notification_unread(struct ctx *c, int64_t *count)
{
	struct rows r;

	TRY(db_one(c, Q_NOTIFICATION_COUNT_UNREAD, ARGS(A(c->caller.id)),
	    &r));
	*count = col_i64(&r);
	return OK;
}

/* --- marking ------------------------------------------------------------ */

static enum err
read_ids(struct ctx *c, const struct notification_mark *in, struct uuid **ids,
    size_t *n)
{
	enum err err = OK;

	*n = in->ids.n;
	if ((*n > 0) == !uuid_is_zero(in->id))
		return fail_field(c, *n > 0 ? "ids" : "id",
		    "Give either an id or a list of ids.");
	*ids = ARENA_ARRAY(c->arena, *n + 1, struct uuid);
	for (size_t i = 0; i < *n; i++)
		if (!uuid_parse(in->ids.v[i], &(*ids)[i]))
			err = fail_field(c,
			    arena_printf(c->arena, "ids.%zu", i),
			    "This is not an id.");
	if (*n == 0)
		(*ids)[(*n)++] = in->id;
	return err;
}

enum err
notification_mark_read(struct ctx *c, const struct notification_mark *in,
    struct notification_marked *out)
{
	struct uuid *ids = NULL;
	struct rows found;
	size_t n = 0;
	TX_SCOPE(tx, c);

	TRY(read_ids(c, in, &ids, &n));
	db_queue_rows(c, Q_NOTIFICATION_FIND,
	    ARGS(A(ids[0]), A(c->caller.id)), &found);
	TRY(db_exec_n(c, Q_NOTIFICATION_MARK_READ,
	    ARGS(A(c->caller.id), A(array_uuids(c->arena, ids, n))),
	    &out->updated));
	if (in->ids.n == 0 && found.count == 0)
		return fail(c, ERR_NOT_FOUND, "There is no such message.");
	TRY(notification_unread(c, &out->unread_count));
	return tx_commit(&tx);
}

enum err
notification_mark_all_read(struct ctx *c, struct notification_marked *out)
{
	TX_SCOPE(tx, c);

	TRY(db_exec_n(c, Q_NOTIFICATION_MARK_ALL_READ, ARGS(A(c->caller.id)),
	    &out->updated));
	TRY(notification_unread(c, &out->unread_count));
	return tx_commit(&tx);
}
