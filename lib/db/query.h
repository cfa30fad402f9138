/*
 * query.h: the table that sql/gen.c makes of sql/queries/.
 */
#ifndef HAAT_DB_QUERY_H
#define HAAT_DB_QUERY_H

#include "queries.h"

enum row_kind { ROWS_NONE, ROWS_ONE, ROWS_MAYBE, ROWS_MANY };

struct query_def {
	const char *name;
	const char *args; /* "user_id uuid, quantity bigint" */
	int nargs;
	enum row_kind rows;
	const char *where; /* file:line */
	const char *text;
};

/* One more than there are, so that an empty folder still compiles. */
extern const struct query_def queries[Q_COUNT + 1];
extern const struct query_def fragments[F_COUNT + 1];

#endif
