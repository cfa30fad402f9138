/*
 * listing_import.h: many products at once, from a CSV file as
 * listing_export.h describes it.
 *
 * A file is read row by row in constant memory and written in batches, each a
 * transaction.  A small one is done within its request; a large one is kept
 * and done by the job import, which may be killed at any moment: each batch
 * is committed together with its place in the file, so that the next run goes
 * on where the last one ended.
 *
 * An empty cell clears what may be empty (brand, description, hsn_code,
 * compare_at_price, options, attributes, price_tiers) and leaves alone what
 * may not; a column that the file does not have is left alone.  A row without
 * product_id and name speaks of its variant only.
 */
#ifndef HAAT_SERVICES_LISTING_IMPORT_H
#define HAAT_SERVICES_LISTING_IMPORT_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/field.h"

enum {
	IMPORT_BYTES_MAX = 50 * 1024 * 1024,
	IMPORT_ROWS_MAX = 100000,
	IMPORT_ROWS_AT_ONCE = 1000, /* more are for the job */
	IMPORT_ERRORS_MAX = 1000,   /* rows whose faults are told */
	IMPORTS_OPEN_MAX = 3,       /* of one seller */
	IMPORT_ATTEMPTS_MAX = 10,   /* without a row done between them */
};

struct import_file {
	int fd;
	int64_t rows;
	bool dry_run;
};

extern const struct shape import_report_shape;
extern const struct shape product_import_shape;

/* How many rows a file has.  Errors: ERR_VALIDATION for "file". */
enum err listing_import_count(struct ctx *c, int fd, int64_t *rows);

/*
 * Brings in the caller's file, of IMPORT_ROWS_AT_ONCE rows at most, and writes
 * {created, updated, failed, errors}.  A dry run tells the same and changes
 * nothing.  Errors: ERR_VALIDATION for "file"; ERR_SELLER_NOT_APPROVED.
 */
enum err listing_import_now(struct ctx *c, const struct import_file *in,
    struct buf *out);

/* Keeps a larger one for the job, and writes how the import stands.  Errors:
 * ERR_INVALID_STATE while too many of the seller's files wait. */
enum err listing_import_later(struct ctx *c, const struct import_file *in,
    struct buf *out);

/* How an import of the caller's store stands.  Errors: ERR_NOT_FOUND. */
enum err listing_import_status(struct ctx *c, struct uuid id,
    struct buf *out);

/* --- for the job ---------------------------------------------------------- */

/* The import that waits longest of those after that one; zero if none
 * does. */
enum err listing_import_waiting(struct ctx *c, struct uuid after,
    struct uuid *id);

/* Works on it to its end, or until stop() says so; *rows is how many rows
 * were done.  What fails is tried again by the next call; one that has failed
 * too often is over. */
enum err listing_import_work(struct ctx *c, struct uuid id,
    bool (*stop)(void), int64_t *rows);

/* Removes files that no import knows of. */
enum err listing_import_sweep(struct ctx *c, int64_t *removed);

#endif
