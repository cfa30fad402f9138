/*
 * refund_shape.h: refunds as everybody sees them, one and in pages.
 */
#ifndef HAAT_SERVICES_REFUND_SHAPE_H
#define HAAT_SERVICES_REFUND_SHAPE_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/json.h"
#include "core/page.h"
#include "db/list.h"

struct refund_written {
	struct uuid id;
	int64_t amount;
};
/* A row of F_REFUND_COLUMNS with those of the items that are its own. */
struct refund_written refund_row_write(struct rows *r, struct rows *items,
    struct json *j);

/* Errors: ERR_NOT_FOUND. */
enum err refund_write(struct ctx *c, struct uuid id, struct buf *out);

/* Rows of a list that was begun with F_REFUND_COLUMNS and says whose they
 * are, comma-separated, into out. */
enum err refund_page(struct ctx *c, struct list_rows *l, struct buf *out,
    struct page_out *page);

#endif
