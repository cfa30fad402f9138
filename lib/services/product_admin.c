#include "services/product_admin.h"

#include <ctype.h>
#include <string.h>

#include "core/utf8.h"
#include "db/array.h"
#include "db/list.h"
#include "services/names.h"
#include "services/product_whole.h"

static const char *const sorts[] = { "-created_at", "created_at", NULL };

#define S struct product_search
const struct field product_search_fields[] = {
	IN_ENUM(status, OPTIONAL, product_statuses, "Only those in it"),
	IN_TEXT(seller, OPTIONAL, 1, TEXT_MAX, "Id or slug of a store",
	    .example = "asha-handlooms"),
	IN_TEXT(q, OPTIONAL, 1, TEXT_MAX,
	    "A part of the name, of a SKU or of the store's name; the "
	    "beginning of one, where it has one or two characters (of a SKU "
	    "two). Without a letter or digit nothing is found",
	    .example = "cotton"),
	IN_ENUM(sort, OPTIONAL, sorts, "Newest first unless said"),
	IN_PAGE,
	{ 0 },
};
#undef S

static const struct field review_fields[] = {
	PRODUCT_FIELDS,
	OUT_TIME_NULL("pending_since",
	    "Since when it waits for a decision; null where nothing does"),
	OUT_OBJ_NULL("pending_category", &category_name_shape,
	    "The category of pending_changes, where that is to change"),
	{ 0 },
};
const struct shape product_review_shape = { "product_review",
	"A product as administrators decide about it", review_fields };

static const struct list_order waiting = {
	.name = "pending_since",
	.key = LIST_KEY_I64,
	.before = F_AFTER_WAITING,
	.after = F_BEFORE_WAITING,
	.forwards = F_ORDER_WAITING,
	.backwards = F_ORDER_WAITING_BACK,
};

/* --- all of them --------------------------------------------------------- */

/* What narrows the list beside words. */
struct narrow {
	const char *status;
	bool has_seller;
	struct uuid seller_id;
};

static void
add_narrow(struct compose *s, const struct narrow *n)
{
	if (n->status != NULL)
		compose_add(s, F_PRODUCT_WITH_STATUS, ARGS(A(n->status)));
	if (n->has_seller)
		compose_add(s, F_PRODUCTS_OF_SELLER, ARGS(A(n->seller_id)));
}

/* Words, and the stores that have them in their names. */
struct words {
	const char *pattern;
	const char *sellers; /* an array's text, NULL without any */
	bool is_letter;      /* too many SKUs begin with it */
};

enum { WHOLE_PATTERN = 3 };

/* Signs alone stand in no index: each product would be looked at. */
static bool
has_letters(const char *q)
{
	for (; *q != '\0'; q++)
		if (isalnum((unsigned char)*q) || (*q & 0x80) != 0)
			return true;
	return false;
}

/* Shorter than that, no index knows where in a text they stand. */
static enum err
read_words(struct ctx *c, const char *q, struct words *w)
{
	struct uuid *ids;
	struct rows r;
	size_t n = 0;

	w->pattern = utf8_length(q) < WHOLE_PATTERN ? list_prefix(c, q) :
						      list_pattern(c, q);
	TRY(db_each(c, Q_SELLERS_NAMED, ARGS(A(w->pattern)), &r));
	ids = ARENA_ARRAY(c->arena, (size_t)r.count + 1, struct uuid);
	while (row_next(&r))
		ids[n++] = col_uuid(&r);
	w->sellers = n > 0 ? array_uuids(c->arena, ids, n) : NULL;
	w->is_letter = utf8_length(q) < 2;
	return OK;
}

enum way { BY_NAME, BY_SKU, BY_STORE, WAYS };

static bool
add_way(struct compose *s, enum way way, const struct words *w)
{
	if ((way == BY_STORE && w->sellers == NULL) ||
	    (way == BY_SKU && w->is_letter))
		return false;
	if (way == BY_NAME)
		compose_add(s, F_PRODUCTS_NAMED, ARGS(A(w->pattern)));
	else if (way == BY_SKU)
		compose_add(s, F_PRODUCTS_WITH_SKU, ARGS(A(w->pattern)));
	else
		compose_add(s, F_PRODUCTS_OF_STORES, ARGS(A(w->sellers)));
	return true;
}

/* The first of each way, as many as the page can need. */
static void
select_found(struct list_rows *l, const struct narrow *n,
    const struct words *w)
{
	const struct cursor *at = &l->page.cursor;
	bool back = at->given && at->backwards;
	const struct list_order *o = l->order;
	struct compose *s = &l->select;

	compose_add(s, F_PRODUCTS_ALL, NO_ARGS);
	compose_add(s, F_PRODUCTS_FOUND, NO_ARGS);
	for (enum way way = 0; way < WAYS; way++) {
		if (!add_way(s, way, w))
			continue;
		add_narrow(s, n);
		if (at->given)
			compose_add(s, back ? o->after : o->before,
			    ARGS(A(at->id)));
		compose_add(s, back ? o->backwards : o->forwards, NO_ARGS);
		compose_add(s, F_PRODUCTS_MOST,
		    ARGS(A(l->page.offset + l->page.size + 1)));
	}
	compose_add(s, F_PRODUCTS_FOUND_END, NO_ARGS);
}

static void
count_found(struct list_rows *l, const struct narrow *n,
    const struct words *w)
{
	struct compose *s = &l->count;

	compose_add(s, F_PRODUCTS_COUNTED, NO_ARGS);
	for (enum way way = 0; way < WAYS; way++) {
		if (!add_way(s, way, w))
			continue;
		add_narrow(s, n);
		compose_add(s, F_PRODUCTS_MOST, ARGS(A(COUNT_EXACT + 1)));
	}
	compose_add(s, F_PRODUCTS_COUNTED_END, NO_ARGS);
}

static enum err
add_filters(struct ctx *c, struct list_rows *l, const struct narrow *n,
    const char *q)
{
	struct words w;

	/* The good plan depends on how common the values are. */
	l->select.custom_plan = true;
	l->count.custom_plan = true;
	if (q == NULL || !has_letters(q)) {
		list_where(l, F_PRODUCTS_ALL, NO_ARGS);
		if (q != NULL)
			list_where(l, F_PRODUCTS_NONE, NO_ARGS);
		add_narrow(&l->select, n);
		add_narrow(&l->count, n);
		return OK;
	}
	TRY(read_words(c, q, &w));
	select_found(l, n, &w);
	count_found(l, n, &w);
	return OK;
}

enum err
product_search(struct ctx *c, const struct product_search *in,
    struct buf *out, struct page_out *page)
{
	struct narrow n = { .status = in->status };
	struct list_rows l;

	TRY(product_whole_list_begin(c, &l, &in->paging,
	    list_by_age(in->sort)));
	if (in->seller != NULL) {
		n.has_seller = true;
		TRY(names_seller(c, in->seller, &n.seller_id));
	}
	TRY(add_filters(c, &l, &n, in->q));
	return product_whole_list(c, &l, PRODUCT_REVIEW, out, page);
}

/* --- the queue, and one -------------------------------------------------- */

enum err
product_queue(struct ctx *c, const struct page_in *in, struct buf *out,
    struct page_out *page)
{
	struct list_rows l;

	TRY(product_whole_list_begin(c, &l, in, &waiting));
	list_where(&l, F_PRODUCTS_WAITING, NO_ARGS);
	return product_whole_list(c, &l, PRODUCT_REVIEW, out, page);
}

enum err
product_review(struct ctx *c, struct uuid id, struct buf *out)
{
	bool found;

	TRY(product_write(c, id, PRODUCT_REVIEW, out, &found));
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such product.");
	return OK;
}
