/*
 * mismatch_list.h: where the provider's books and ours differ, as the daily
 * comparison (cron/compare.c) found and keeps it.
 */
#ifndef HAAT_SERVICES_MISMATCH_LIST_H
#define HAAT_SERVICES_MISMATCH_LIST_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/field.h"
#include "core/page.h"

extern const struct shape mismatch_shape;

struct mismatch_search {
	const char *resolved; /* "true", "false", NULL: both */
	const char *sort;
	struct page_in paging;
};
/* Writes them, those found last first. */
enum err mismatch_list(struct ctx *c, const struct mismatch_search *in,
    struct buf *out, struct page_out *page);

#endif
