/*
 * list.h: the lists of the API, by keyset.
 *
 * A list is put together from three kinds of fragments: its columns, its
 * source (from … where …, which says whose rows they are) and its filters
 * (and …).  The table that is listed is called t in all of them, and t.id is
 * its id.  The page and the count (exact up to COUNT_EXACT) go out together.
 *
 *	TRY(list_begin(c, &l, in, LIST_NEWEST, F_PAYMENT_COLUMNS));
 *	list_where(&l, F_PAYMENTS_OF_ACCOUNT, ARGS(A(c->caller.id)));
 *	TRY(list_fetch(c, &l));
 *	while (list_next(&l))
 *		list_at(&l, write_payment(&l.rows, &j));
 *	list_end(c, &l, page);
 */
#ifndef HAAT_DB_LIST_H
#define HAAT_DB_LIST_H

#include "core/page.h"
#include "db/db.h"
#include "db/page_rows.h"

/* How a list is sorted: where a page begins, and the order of its rows, both
 * ways.  The fragments that begin a page take the sort key and the id; those
 * of a list sorted by id, the id alone. */
struct list_order {
	const char *name; /* as in ?sort=, and in the cursor */
	enum { LIST_KEY_ID, LIST_KEY_I64, LIST_KEY_TEXT } key;
	enum fragment before; /* the rows that come after the cursor's */
	enum fragment after;  /* those in front of it, read backwards */
	enum fragment forwards;
	enum fragment backwards;
};

/* Newest first, by id. */
extern const struct list_order list_newest;
#define LIST_NEWEST (&list_newest)
/* Oldest first, by id. */
extern const struct list_order list_oldest;
#define LIST_OLDEST (&list_oldest)

/* ?sort= of a list that knows its two orders alone: "-created_at", which NULL
 * is too, and "created_at", under whatever name the time has. */
const struct list_order *list_by_age(const char *sort);

struct list_rows {
	const struct list_order *order;
	struct page page;
	int64_t key; /* of the cursor */
	struct compose select;
	struct compose count;
	struct rows rows; /* stands on the row of the walk */
	struct rows counted;
	/* Of a list that is dear to count, told by its rows: set before
	 * list_fetch(), and to the number while they are read. */
	bool tells_count;
	int64_t told;
	bool skips; /* list_columns_last() */
	struct page_rows walk;
};

/* Errors: ERR_VALIDATION, for a page that there is not. */
enum err list_begin(struct ctx *c, struct list_rows *l,
    const struct page_in *in, const struct list_order *order,
    enum fragment columns);

/*
 * Right after list_begin(), for columns that are dear and read t alone: of a
 * page by number, they are made for its rows and not for those before it.
 * rows begins the inner statement: "from ( select ...".
 */
void list_columns_last(struct list_rows *l, enum fragment rows);

/* The source first, then filters; for the page and the count. */
void list_where(struct list_rows *l, enum fragment f, struct args args);

/* Queues both statements, for a round trip that carries more. */
void list_queue(struct ctx *c, struct list_rows *l);
/* After the round trip: stands before the first row of the page. */
void list_walk(struct list_rows *l);
/* Both, and the round trip between. */
enum err list_fetch(struct ctx *c, struct list_rows *l);

bool list_next(struct list_rows *l);
/* The id, and for other orders the sort key, of the row just read. */
void list_at(struct list_rows *l, struct uuid id);
void list_at_key(struct list_rows *l, const char *key, struct uuid id);
/* The same where some of the orders go by a number. */
void list_at_i64(struct ctx *c, struct list_rows *l, int64_t key,
    struct uuid id);

void list_end(struct ctx *c, struct list_rows *l, struct page_out *out);

/* What a person typed as a pattern for like, found anywhere;
 * % and _ mean themselves. */
const char *list_pattern(struct ctx *c, const char *text);
/* The same, found at the beginning. */
const char *list_prefix(struct ctx *c, const char *text);

/* The ids of the page's rows, as an array for = any($1): for what belongs to
 * them.  Reads the first column of each row and stands before the first. */
const char *list_ids(struct ctx *c, struct list_rows *l);

#endif
