/*
 * seller_admin.h: stores as administrators see and decide on them.
 *
 * Each decision is one transaction with its entry in the audit trail, and
 * with the message that tells the seller.  The states are those of seller.h.
 */
#ifndef HAAT_SERVICES_SELLER_ADMIN_H
#define HAAT_SERVICES_SELLER_ADMIN_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/field.h"
#include "core/page.h"

struct seller_list {
	const char *sort;
	struct page_in paging;
	const char *status;
	const char *q; /* a part of a name, or a GSTIN or e-mail address */
	bool waits;
};
extern const struct field seller_list_fields[];

struct seller_decision {
	struct uuid seller_id;
	const char *reason;
};

struct seller_approval {
	struct uuid seller_id;
	struct opt_i64 commission_rate_bps;
};

enum err seller_list(struct ctx *c, const struct seller_list *in,
    struct buf *out, struct page_out *page);

/*
 * From pending, rejected or suspended; an approved store only while changes
 * wait.  Takes waiting changes over, accepts the documents, lets the products
 * of a suspended store back into the shop, and sets the store's commission
 * where it is given.  Errors: ERR_NOT_FOUND, ERR_INVALID_STATE.
 */
enum err seller_approve(struct ctx *c, const struct seller_approval *in,
    struct buf *out);

/*
 * Refuses what waits: a pending store, or the changes of one that was
 * approved, which stays what it is.  Errors: ERR_NOT_FOUND,
 * ERR_INVALID_STATE.
 */
enum err seller_reject(struct ctx *c, const struct seller_decision *in,
    struct buf *out);

/* Takes an approved store's products out of the shop; running orders go on.
 * Errors: ERR_NOT_FOUND, ERR_INVALID_STATE. */
enum err seller_suspend(struct ctx *c, const struct seller_decision *in,
    struct buf *out);

#endif
