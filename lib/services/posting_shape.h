/*
 * posting_shape.h: lines of the ledger as administrators see them.
 */
#ifndef HAAT_SERVICES_POSTING_SHAPE_H
#define HAAT_SERVICES_POSTING_SHAPE_H

#include "core/field.h"
#include "core/json.h"
#include "db/db.h"

extern const struct shape posting_shape;

/* All rows of a statement that selects what settlement_postings selects, as
 * the member "ledger". */
void postings_write(struct rows *r, struct json *j);

#endif
