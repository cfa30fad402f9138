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
 * A decision says what the product is to be; one that would change nothing is
 * refused.
 *
 *	             approve              reject
 *	draft        refused              refused
 *	pending      on sale              rejected
 *	rejected     on sale              refused
 *	approved     refused              off sale: rejected
 *	 + changes   takes them over      drops them; stays on sale
 *	archived     refused              refused
 *
 * Errors: ERR_NOT_FOUND, ERR_INVALID_STATE where it is refused.
 */
enum err listing_approve(struct ctx *c, struct uuid product_id);
enum err listing_reject(struct ctx *c, struct uuid product_id,
    const char *reason);

struct listing_decision {
	struct uuid product_id;
	bool approved;
	const char *reason; /* of a rejection */
};

/* One of both.  Errors: also ERR_VALIDATION for a rejection without a
 * reason. */
enum err listing_decide(struct ctx *c, const struct listing_decision *in);

#endif
