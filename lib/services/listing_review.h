/*
 * listing_review.h: what administrators decide about products.
 *
 * Two things wait: a product that is not approved yet, and the changes of one
 * that is (pending_changes).  What waits longest comes first: the order of
 * product.pending_since.  The seller is told of each decision.
 */
#ifndef HAAT_SERVICES_LISTING_REVIEW_H
#define HAAT_SERVICES_LISTING_REVIEW_H

#include "core/ctx.h"

/*
 * Approves a product that is pending or was rejected, or takes over the
 * changes of one that is approved.  Errors: ERR_NOT_FOUND; ERR_INVALID_STATE
 * for a draft, an archived one, and where nothing waits.
 */
enum err listing_approve(struct ctx *c, struct uuid product_id);

/*
 * Rejects a product that is pending, drops the changes of one that is
 * approved, or takes one off sale that is approved and has none.  Errors:
 * ERR_NOT_FOUND; ERR_INVALID_STATE for any other.
 */
enum err listing_reject(struct ctx *c, struct uuid product_id,
    const char *reason);

#endif
