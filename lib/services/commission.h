/*
 * commission.h: what the marketplace takes of a sale, in basis points.
 *
 * A seller's own rate beats the category's (its own, then its parents'),
 * which beats the whole market's.  A rate holds from the moment it was set;
 * rows are only added, and an order line keeps the rate of its moment.
 */
#ifndef HAAT_SERVICES_COMMISSION_H
#define HAAT_SERVICES_COMMISSION_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/field.h"

extern const struct shape commission_shape;
extern const char *const commission_scopes[];

/* Whose rate decides; zero: not said. */
struct commission_find {
	struct uuid seller_id;
	struct uuid category_id;
};

/* Writes the rates in force, and which one would win for a sale.  Errors:
 * ERR_NOT_FOUND. */
enum err commission_get(struct ctx *c, const struct commission_find *in,
    struct buf *out);

struct commission_set {
	const char *scope; /* global category seller */
	struct uuid category_id;
	struct uuid seller_id;
	int64_t rate_bps;
};

/* Sets one, writes an audit entry and the rates.  Errors: ERR_VALIDATION (a
 * target that is missing or too much), ERR_NOT_FOUND. */
enum err commission_set(struct ctx *c, const struct commission_set *in,
    struct buf *out);

/*
 * For another change that sets a seller's rate with it, inside its
 * transaction: first the turn, before the rate that was is read; then the
 * rate, whose entry is the change's own.
 */
enum err commission_turn(struct ctx *c);
void commission_queue_seller(struct ctx *c, struct uuid seller_id,
    int64_t rate_bps);

#endif
