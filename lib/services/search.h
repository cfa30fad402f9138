/*
 * search.h: products by what somebody typed.
 *
 * By relevance, the newest 500 matches are ranked and listed, after them the
 * next 500, and so on: the cost of a page depends neither on the word nor on
 * the number of products (search_reach.h), and up to 500 matches the ranking
 * is exact.
 *
 * Where nothing matches, words that no product has are taken for typing
 * errors, see search_words.h.
 */
#ifndef HAAT_SERVICES_SEARCH_H
#define HAAT_SERVICES_SEARCH_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/page.h"
#include "services/product_filter.h"

/* relevance, and those of product_sorts. */
extern const char *const search_sorts[];

/* Appends a page of product_summary to out; f is resolved, and has the terms
 * that were searched for afterwards.  Errors: ERR_VALIDATION, as
 * page_begin(). */
enum err search_products(struct ctx *c, struct product_filter *f,
    struct buf *out, struct page_out *page);

/* Writes the suggestions for what was typed so far: the last word may be
 * unfinished. */
enum err search_suggest(struct ctx *c, const char *q, struct buf *out);

#endif
