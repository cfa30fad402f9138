/*
 * settlement.h: what sellers have, and how it is paid out.
 *
 * An earning is pending until its order is delivered and the return window
 * is over, then available (cron/mature.c).  A settlement claims everything
 * that is available, refunds of earlier earnings included: each line belongs
 * to one settlement at most.  Where more was paid back than earned, nothing
 * can be requested until sales make up for it.
 *
 * The transfer itself is made outside: a settlement is requested, and then
 * paid with the transfer's reference, or rejected, which frees its lines.
 */
#ifndef HAAT_SERVICES_SETTLEMENT_H
#define HAAT_SERVICES_SETTLEMENT_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/field.h"
#include "core/page.h"

extern const struct shape balance_shape;
extern const struct shape settlement_shape;
extern const struct shape settlement_detail_shape;
extern const char *const settlement_statuses[];
extern const char *const settlement_actions[];

/* --- for sellers -------------------------------------------------------- */

/* Writes {currency, pending, available, settled} of the caller's store. */
enum err settlement_balance(struct ctx *c, struct buf *out);

/* Writes the settlements of the caller's store, newest first. */
enum err settlement_list(struct ctx *c, const struct page_in *in,
    struct buf *out, struct page_out *page);

/* Asks for everything that is available; writes the settlement.  Errors:
 * ERR_NOTHING_TO_SETTLE, also for less than SETTLEMENT_MIN. */
enum err settlement_request(struct ctx *c, struct buf *out);

/* --- for administrators ------------------------------------------------- */

extern const char *const settlement_sorts[];

struct settlement_search {
	const char *status;
	struct uuid seller_id;
	const char *sort;
	struct page_in paging;
};
enum err settlement_search(struct ctx *c, const struct settlement_search *in,
    struct buf *out, struct page_out *page);

/* Writes one with its lines and its postings.  Errors: ERR_NOT_FOUND. */
enum err settlement_detail(struct ctx *c, struct uuid id, struct buf *out);

/*
 * The money was transferred: the seller is owed that much less.  Errors:
 * ERR_NOT_FOUND, ERR_INVALID_STATE (decided already), ERR_VALIDATION (the
 * reference stands on another settlement).
 */
enum err settlement_pay(struct ctx *c, struct uuid id, const char *reference);

/* No transfer: the lines are available again.  Errors: ERR_NOT_FOUND,
 * ERR_INVALID_STATE. */
enum err settlement_reject(struct ctx *c, struct uuid id, const char *reason);

struct settlement_process {
	struct uuid settlement_id;
	const char *action;    /* pay, reject */
	const char *reference; /* for pay */
	const char *reason;    /* for reject */
};
/* One of the two; writes the settlement.  Errors: theirs, ERR_VALIDATION
 * without what the action needs. */
enum err settlement_process(struct ctx *c,
    const struct settlement_process *in, struct buf *out);

#endif
