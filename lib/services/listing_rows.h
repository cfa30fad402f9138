/*
 * listing_rows.h: the rows of a file of products: found by its header, read
 * one after the other, and every fault of each told.
 *
 * Rows that follow each other and name the same product (by product_id, else
 * by name) are one run: what the first of them says of the product, the
 * others may leave empty or repeat.  A run is known from the text alone, so
 * that a reader that begins anew comes to the same rows.
 */
#ifndef HAAT_SERVICES_LISTING_ROWS_H
#define HAAT_SERVICES_LISTING_ROWS_H

#include "core/ctx.h"
#include "core/field.h"
#include "services/listing_export.h"

struct import_fault {
	struct import_fault *next;
	const char *column; /* "row" for the whole of it */
	const char *message;
};

/* Whether the file has the column at all, and the row a value in it. */
enum cell_state { CELL_ABSENT, CELL_EMPTY, CELL_GIVEN };

struct import_row {
	int64_t line;
	struct import_fault *faults;
	struct import_fault **faults_end;
	struct import_fault **read_end; /* of those that its text has */
	enum cell_state state[COL_COUNT];
	const char *text[COL_COUNT]; /* of those that are given */
	int64_t number[COL_COUNT];   /* of those that are numbers */
	struct uuid product_id;
	/* Canonical JSON; options, attributes and price_tiers. */
	const char *json[COL_COUNT];
	/* It names a product: what it says of one is meant so. */
	bool names_product;
};

void import_fault_add(struct ctx *c, struct import_row *row,
    const char *column, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

struct import_reader;

/*
 * Reads from a descriptor, from its beginning; the reader lives in the arena
 * of c.  Errors: ERR_VALIDATION for "file" where the header is not one.
 */
enum err import_open(struct ctx *c, int fd, struct import_reader **out);

/* Passes over n rows. */
void import_skip(struct import_reader *r, int64_t n);

/* How many rows there are from here on; stops counting above max. */
int64_t import_count(struct import_reader *r, int64_t max);

/* The next row with all its texts in the arena of c and its faults; false at
 * the end.  *bytes grows by what it takes. */
bool import_next(struct ctx *c, struct import_reader *r,
    struct import_row *row, size_t *bytes);

#endif
