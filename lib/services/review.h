/*
 * review.h: what buyers say about products they received, and what sellers
 * answer.
 *
 * A product's rating_sum and rating_count are those of its published reviews
 * at every committed moment: each review that comes, goes or is hidden moves
 * them in its own transaction, as the last thing before the commit, since the
 * product's row is one that many wait for.
 */
#ifndef HAAT_SERVICES_REVIEW_H
#define HAAT_SERVICES_REVIEW_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/field.h"
#include "core/page.h"

extern const struct shape review_shape;
extern const char *const review_statuses[];

struct review_list {
	struct page_in paging;
	struct uuid product_id;
	struct opt_i64 rating;
	const char *sort;
};
extern const struct field review_list_fields[];

struct review_create {
	struct uuid product_id;
	int64_t rating;
	const char *title;
	const char *body;
};
extern const struct field review_create_fields[];

struct review_reply {
	struct uuid review_id;
	const char *body;
};
extern const struct field review_reply_fields[];

/* The published reviews of a listed product.  Errors: ERR_NOT_FOUND. */
enum err review_list(struct ctx *c, const struct review_list *in,
    struct buf *out, struct page_out *page);

/* Published at once; the seller is told.  Errors: ERR_NOT_FOUND,
 * ERR_PERMISSION_DENIED unless the caller received the product,
 * ERR_ALREADY_EXISTS. */
enum err review_create(struct ctx *c, const struct review_create *in,
    struct buf *out);

/* The answer of the product's seller, once.  Errors: ERR_NOT_FOUND, also for
 * a review that is not published; ERR_ALREADY_EXISTS. */
enum err review_reply(struct ctx *c, const struct review_reply *in,
    struct buf *out);

/* --- for administrators ------------------------------------------------- */

/* Both lists'. */
extern const char *const review_sorts[];

struct review_moderation_list {
	const char *sort;
	struct page_in paging;
	const char *status;
	struct uuid product_id;
};

/* Reviews in any state, newest first. */
enum err review_list_all(struct ctx *c,
    const struct review_moderation_list *in, struct buf *out,
    struct page_out *page);

/*
 * Shows or hides a review ("published", "hidden"); the product's rating
 * follows.  What is so already stays, without an entry in the audit trail.
 * Errors: ERR_NOT_FOUND.
 */
enum err review_set_status(struct ctx *c, struct uuid id, const char *status,
    struct buf *out);

#endif
