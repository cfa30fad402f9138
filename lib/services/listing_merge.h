/*
 * listing_merge.h: a batch of a file's rows into a seller's products, inside
 * the caller's transaction.
 *
 * A row whose SKU is on sale changes that variant; one with a new SKU joins
 * the product of its product_id or, where that is empty, the product of its
 * name, else makes one.  A row that does not hold leaves nothing of itself.
 */
#ifndef HAAT_SERVICES_LISTING_MERGE_H
#define HAAT_SERVICES_LISTING_MERGE_H

#include "core/ctx.h"
#include "services/listing_rows.h"

struct import_tally {
	int64_t created; /* rows that made a variant */
	int64_t updated; /* rows that met one */
	int64_t failed;
};

/* What a trial would have made so far; NULL where it is no trial. */
struct import_seen;
struct import_seen *import_seen_new(struct arena *a, int64_t rows);

struct import_job {
	struct uuid seller_id;
	struct import_seen *seen;
};

/*
 * Adds to the tally, and to the rows what was found wrong with them.  Errors:
 * ERR_SELLER_NOT_APPROVED; ERR_TRY_AGAIN where somebody else changed the same
 * things meanwhile.
 */
enum err import_merge(struct ctx *c, const struct import_job *job,
    struct import_row *rows, size_t n, struct import_tally *tally);

#endif
