/*
 * product_filter.h: which products a list shows, put into statements.
 *
 * A query is what the caller asked; resolving it finds the ids behind names.
 * Only the filters that are there become part of a statement.
 */
#ifndef HAAT_SERVICES_PRODUCT_FILTER_H
#define HAAT_SERVICES_PRODUCT_FILTER_H

#include "core/ctx.h"
#include "core/field.h"
#include "core/page.h"
#include "db/db.h"

/* The inputs of list, filter and search; each declares those it takes. */
struct product_query {
	struct page_in paging;
	const char *q;
	const char *category; /* slug or id; with its descendants */
	const char *seller;   /* slug or id */
	struct texts brand;   /* any of them, in any case */
	struct opt_i64 min_price, max_price;
	struct opt_i64 rating; /* stars, at least */
	bool in_stock;
	struct map attr;
	const char *sort;
	bool facets;
};

struct product_filter {
	const struct product_query *query;
	/* Nothing can match: there is no such category or seller. */
	bool none;
	struct uuid *categories;
	size_t ncategories; /* 0: all */
	struct uuid seller_id;
	const char *terms; /* a text search, see search_words.h, or NULL */
};

/* Errors: those of the database. */
enum err product_filter_resolve(struct ctx *c, const struct product_query *q,
    struct product_filter *f);

/* Adds "and …" for each filter there is. */
void product_filter_add(struct ctx *c, struct compose *s,
    const struct product_filter *f);
/* The same without the categories, for statements that take them apart. */
void product_filter_add_but_category(struct ctx *c, struct compose *s,
    const struct product_filter *f);

/* Bytes that are the same for the same filters, and only for them. */
void product_filter_key(struct ctx *c, const struct product_filter *f,
    struct buf *key);

/*
 * The cursors of a list carry its count, so that only the first page counts.
 * A key with the count of this filter's matches behind it; and the count
 * behind a key, -1 if there is none or it is of other filters.
 */
const char *product_filter_carry(struct ctx *c,
    const struct product_filter *f, const char *key, int64_t count);
int64_t product_filter_carried(struct ctx *c, const struct product_filter *f,
    const char *key);

/* Whether at most categories narrow it. */
bool product_filter_is_category(const struct product_filter *f);
/* Whether nothing narrows it but categories and seller. */
bool product_filter_is_plain(const struct product_filter *f);
/* Whether the index of its categories or brands holds all that narrows it. */
bool product_filter_is_indexed(const struct product_filter *f);
/* Whether nothing narrows it but the terms. */
bool product_filter_is_text(const struct product_filter *f);

#endif
