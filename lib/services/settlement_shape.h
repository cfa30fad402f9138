/*
 * settlement_shape.h: settlements as everybody sees them, one and in pages.
 */
#ifndef HAAT_SERVICES_SETTLEMENT_SHAPE_H
#define HAAT_SERVICES_SETTLEMENT_SHAPE_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/json.h"
#include "core/page.h"
#include "db/list.h"

/* Lines that one statement claims or frees. */
enum { SETTLEMENT_BATCH = 2000 };

struct settlement_written {
	struct uuid id;
	int64_t net;
};
/* The members of the row without the braces around them. */
struct settlement_written settlement_write_members(struct rows *r,
    struct json *j);

/* Errors: ERR_NOT_FOUND. */
enum err settlement_write(struct ctx *c, struct uuid id, struct buf *out);

/* Rows of a list that was begun with F_SETTLEMENT_COLUMNS and says whose they
 * are, comma-separated, into out. */
enum err settlement_page(struct ctx *c, struct list_rows *l, struct buf *out,
    struct page_out *page);

#endif
