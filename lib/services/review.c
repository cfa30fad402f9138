#include "services/review.h"

#include <string.h>

#include "core/json.h"
#include "db/array.h"
#include "db/list.h"
#include "services/audit.h"
#include "services/notification.h"
#include "services/product_shape.h"

const char *const review_statuses[] = { "published", "pending", "hidden",
	NULL };
const char *const review_sorts[] = { "-created_at", "created_at", "-rating",
	"rating", NULL };

#define S struct review_list
const struct field review_list_fields[] = {
	IN_UUID(product_id, REQUIRED, "Product"),
	{ .name = "rating",
	    .kind = FIELD_I64,
	    .offset = FIELD_AT(rating, struct opt_i64),
	    .min = 1,
	    .max = 5,
	    .help = "Only those that give it",
	    .flags = OPTIONAL,
	    .optional_i64 = true },
	IN_ENUM(sort, DEFAULT(0), review_sorts, "Order"),
	IN_PAGE,
	{ 0 },
};
#undef S

#define S struct review_create
const struct field review_create_fields[] = {
	IN_UUID(product_id, REQUIRED, "Product that was received"),
	IN_I64(rating, REQUIRED, 1, 5, "From 1, bad, to 5, good"),
	IN_TEXT(title, OPTIONAL, 0, TEXT_MAX, "In a few words",
	    .example = "Exactly as shown"),
	IN_TEXT(body, OPTIONAL, 0, LONG_MAX_CHARS, "In more words"),
	{ 0 },
};
#undef S

#define S struct review_reply
const struct field review_reply_fields[] = {
	IN_UUID(review_id, REQUIRED, "Review of one of the own products"),
	IN_TEXT(body, REQUIRED, 1, LONG_MAX_CHARS, "The answer",
	    .example = "Thank you!"),
	{ 0 },
};
#undef S

static const struct field reply_fields[] = {
	OUT_TEXT("body", "The answer"),
	OUT_TIME("created_at", "When it was given"),
	{ 0 },
};
static const struct shape reply_shape = { "review_reply",
	"What the seller answered", reply_fields };

static const struct field review_fields[] = {
	OUT_UUID("id", "Review"),
	OUT_UUID("product_id", "Product"),
	OUT_I64("rating", "From 1 to 5", .example = "5"),
	OUT_TEXT_NULL("title", "In a few words"),
	OUT_TEXT_NULL("body", "In more words"),
	OUT_LIST("media", &image_shape, "Pictures"),
	OUT_TEXT("author_name", "Who wrote it", .example = "Asha R."),
	OUT_BOOL("is_verified_purchase", "Whether the product was received"),
	OUT_ENUM("status", review_statuses, "Whether it is shown"),
	OUT_OBJ_NULL("reply", &reply_shape, "What the seller answered"),
	OUT_TIME("created_at", "When it was written"),
	{ 0 },
};
const struct shape review_shape = { "review", "What a buyer says",
	review_fields };

/* --- showing ------------------------------------------------------------ */

static void
write_media(struct json *j, struct uuid review, struct rows *r)
{
	js_open_key(j, "media", '[');
	for (r->row = -1; row_next(r);) {
		if (!uuid_equal(col_uuid(r), review))
			continue;
		js_open(j, '{');
		js_uuid(j, "id", col_uuid(r));
		js_str(j, "url", col_text(r));
		js_str(j, "thumbnail_url", col_text(r));
		js_str(j, "alt", col_text(r));
		js_i64(j, "position", col_i64(r));
		js_close(j, '}');
	}
	js_close(j, ']');
}

static void
write_reply(struct json *j, const char *body, int64_t at_us)
{
	if (body == NULL) {
		js_null(j, "reply");
		return;
	}
	js_open_key(j, "reply", '{');
	js_str(j, "body", body);
	js_time(j, "created_at", at_us);
	js_close(j, '}');
}

struct written {
	struct uuid id;
	int64_t rating;
};

static struct written
write_review(struct rows *r, struct rows *media, struct json *j)
{
	struct written w = { .id = col_uuid(r) };
	const char *reply;

	js_open(j, '{');
	js_uuid(j, "id", w.id);
	js_uuid(j, "product_id", col_uuid(r));
	w.rating = col_i64(r);
	js_i64(j, "rating", w.rating);
	js_str(j, "title", col_text(r));
	js_str(j, "body", col_text(r));
	write_media(j, w.id, media);
	js_str(j, "author_name", col_text(r));
	js_bool(j, "is_verified_purchase", col_bool(r));
	js_str(j, "status", col_text(r));
	reply = col_text(r);
	write_reply(j, reply, col_i64(r));
	js_time(j, "created_at", col_i64(r));
	js_close(j, '}');
	return w;
}

static enum err
write_by_id(struct ctx *c, struct uuid id, struct buf *out)
{
	struct json j = js_to(out);
	struct rows r, media;
	struct compose s;

	db_queue_rows(c, Q_REVIEW_MEDIA_OF,
	    ARGS(A(array_uuids(c->arena, &id, 1))), &media);
	compose_begin(c, &s);
	compose_add(&s, F_REVIEW_COLUMNS, NO_ARGS);
	compose_add(&s, F_REVIEWS, NO_ARGS);
	compose_add(&s, F_REVIEW_WITH_ID, ARGS(A(id)));
	TRY(compose_each(c, &s, &r));
	if (!row_next(&r))
		return fault(c, "a review that was written is not there");
	write_review(&r, &media, &j);
	return OK;
}

/* --- lists -------------------------------------------------------------- */

static const struct list_order orders[] = {
	{ .name = "-created_at",
	    .before = F_LIST_BEFORE,
	    .after = F_LIST_AFTER,
	    .forwards = F_LIST_NEWEST,
	    .backwards = F_LIST_OLDEST },
	{ .name = "created_at",
	    .before = F_LIST_AFTER,
	    .after = F_LIST_BEFORE,
	    .forwards = F_LIST_OLDEST,
	    .backwards = F_LIST_NEWEST },
	{ .name = "-rating",
	    .key = LIST_KEY_I64,
	    .before = F_REVIEW_BEFORE_RATING,
	    .after = F_REVIEW_AFTER_RATING,
	    .forwards = F_REVIEW_ORDER_RATING_BACK,
	    .backwards = F_REVIEW_ORDER_RATING },
	{ .name = "rating",
	    .key = LIST_KEY_I64,
	    .before = F_REVIEW_AFTER_RATING,
	    .after = F_REVIEW_BEFORE_RATING,
	    .forwards = F_REVIEW_ORDER_RATING,
	    .backwards = F_REVIEW_ORDER_RATING_BACK },
};

static const struct list_order *
order_named(const char *name)
{
	for (size_t i = 0;
	     name != NULL && i < sizeof(orders) / sizeof(orders[0]); i++)
		if (strcmp(orders[i].name, name) == 0)
			return &orders[i];
	return &orders[0];
}

/* After the page's statement: the rest of it. */
static enum err
write_page(struct ctx *c, struct list_rows *l, struct buf *out,
    struct page_out *page)
{
	struct json j = js_to(out);
	struct rows media;

	TRY(db_each(c, Q_REVIEW_MEDIA_OF, ARGS(A(list_ids(c, l))), &media));
	while (list_next(l)) {
		struct written w = write_review(&l->rows, &media, &j);

		list_at_i64(c, l, w.rating, w.id);
	}
	list_end(c, l, page);
	return OK;
}

enum err
review_list(struct ctx *c, const struct review_list *in, struct buf *out,
    struct page_out *page)
{
	struct list_rows l;
	struct rows listed;

	TRY(list_begin(c, &l, &in->paging, order_named(in->sort),
	    F_REVIEW_COLUMNS));
	list_where(&l, F_REVIEWS, NO_ARGS);
	list_where(&l, F_REVIEW_IS_PUBLISHED, NO_ARGS);
	list_where(&l, F_REVIEWS_OF_PRODUCT, ARGS(A(in->product_id)));
	if (in->rating.set)
		list_where(&l, F_REVIEW_WITH_RATING, ARGS(A(in->rating.v)));
	list_queue(c, &l);
	TRY(db_one(c, Q_REVIEW_PRODUCT_LISTED, ARGS(A(in->product_id)),
	    &listed));
	if (!col_bool(&listed))
		return fail(c, ERR_NOT_FOUND, "There is no such product.");
	list_walk(&l);
	return write_page(c, &l, out, page);
}

enum err
review_list_all(struct ctx *c, const struct review_moderation_list *in,
    struct buf *out, struct page_out *page)
{
	struct list_rows l;

	TRY(list_begin(c, &l, &in->paging, order_named(in->sort),
	    F_REVIEW_COLUMNS));
	list_where(&l, F_REVIEWS, NO_ARGS);
	if (in->status != NULL)
		list_where(&l, F_REVIEW_WITH_STATUS, ARGS(A(in->status)));
	if (!uuid_is_zero(in->product_id))
		list_where(&l, F_REVIEWS_OF_PRODUCT, ARGS(A(in->product_id)));
	TRY(list_fetch(c, &l));
	return write_page(c, &l, out, page);
}

/* --- writing ------------------------------------------------------------ */

struct subject {
	const char *product_name;
	struct uuid owner_id;
	bool is_listed;
	bool received;
};

static enum err
find_subject(struct ctx *c, struct uuid product_id, struct subject *s)
{
	struct rows r;
	bool found;

	TRY(db_maybe(c, Q_REVIEW_SUBJECT,
	    ARGS(A(product_id), A(c->caller.id)), &r, &found));
	if (found) {
		s->product_name = col_text(&r);
		s->owner_id = col_uuid(&r);
		s->is_listed = col_bool(&r);
		s->received = col_bool(&r);
	}
	/* What left the shop is still there for who has it. */
	if (!found || (!s->is_listed && !s->received))
		return fail(c, ERR_NOT_FOUND, "There is no such product.");
	if (!s->received)
		return fail(c, ERR_PERMISSION_DENIED,
		    "Only who received this product may review it.");
	return OK;
}

static void
tell_seller(struct ctx *c, const struct review_create *in, struct uuid id,
    const struct subject *s)
{
	struct news n = { .type = "review_received",
		.account_id = s->owner_id,
		.source_id = id };
	struct buf b;
	struct json j;

	buf_init(&b, c->arena, 16 * 1024);
	j = js_to(&b);
	js_open(&j, '{');
	js_uuid(&j, "review_id", id);
	js_uuid(&j, "product_id", in->product_id);
	js_str(&j, "product_name", s->product_name);
	js_i64(&j, "rating", in->rating);
	if (in->title != NULL)
		js_str(&j, "title", in->title);
	js_close(&j, '}');
	n.data = buf_text(&b);
	notification_queue(c, &n);
}

enum err
review_create(struct ctx *c, const struct review_create *in, struct buf *out)
{
	struct uuid id = uuid_new();
	struct subject s = { 0 };
	TX_SCOPE(tx, c);

	TRY(find_subject(c, in->product_id, &s));
	db_queue(c, Q_REVIEW_ADD,
	    ARGS(A(id), A(in->product_id), A(c->caller.id), A(in->rating),
		A(in->title), A(in->body)));
	tell_seller(c, in, id, &s);
	db_queue_last(c, Q_REVIEW_RATE_PRODUCT,
	    ARGS(A(in->product_id), A(in->rating), A(1)));
	TRY(write_by_id(c, id, out));
	return tx_commit(&tx);
}

enum err
review_reply(struct ctx *c, const struct review_reply *in, struct buf *out)
{
	struct rows r;
	bool found;
	TX_SCOPE(tx, c);

	TRY(db_maybe(c, Q_REVIEW_OF_SELLER,
	    ARGS(A(in->review_id), A(c->caller.seller_id)), &r, &found));
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such review.");
	if (col_bool(&r))
		return fail(c, ERR_ALREADY_EXISTS,
		    "This review was answered before.");
	db_queue(c, Q_REVIEW_REPLY, ARGS(A(in->review_id), A(in->body)));
	TRY(write_by_id(c, in->review_id, out));
	return tx_commit(&tx);
}

/* --- for administrators ------------------------------------------------- */

/* What a review in this state adds to its product's. */
static int64_t
weight(const char *status)
{
	return strcmp(status, "published") == 0;
}

enum err
review_set_status(struct ctx *c, struct uuid id, const char *status,
    struct buf *out)
{
	struct uuid product_id;
	const char *was;
	struct rows r;
	int64_t rating, more;
	bool found;
	TX_SCOPE(tx, c);

	TRY(db_maybe(c, Q_REVIEW_TO_MOVE, ARGS(A(id)), &r, &found));
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such review.");
	product_id = col_uuid(&r);
	rating = col_i64(&r);
	was = col_text(&r);
	more = weight(status) - weight(was);
	if (strcmp(was, status) != 0) {
		db_queue(c, Q_REVIEW_MOVE, ARGS(A(id), A(status)));
		db_queue_last(c, Q_REVIEW_RATE_PRODUCT,
		    ARGS(A(product_id), A(rating * more), A(more)));
		audit_queue(c, "review.set_status", "review", id,
		    CHANGES({ "status", A(was), A(status) }));
	}
	TRY(write_by_id(c, id, out));
	return tx_commit(&tx);
}
