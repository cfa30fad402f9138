/*
 * audit_list.h: the audit trail as administrators read it.
 */
#ifndef HAAT_SERVICES_AUDIT_LIST_H
#define HAAT_SERVICES_AUDIT_LIST_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/field.h"
#include "core/page.h"

extern const struct shape audit_entry_shape;

struct audit_search {
	const char *actor;  /* id or e-mail address */
	const char *action; /* "refund.open", or "refund." for all of them */
	const char *entity;
	const char *entity_id;
	const char *from; /* days of the shop, both included */
	const char *to;
	const char *sort;
	struct page_in paging;
};

/* Newest first. */
enum err audit_list(struct ctx *c, const struct audit_search *in,
    struct buf *out, struct page_out *page);

#endif
