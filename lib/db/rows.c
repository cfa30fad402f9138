/* Reading the rows of an answer; see db.h. */
#include <libpq-fe.h>
#include <stdlib.h>

#include "core/log.h"
#include "db/db.h"

bool
row_next(struct rows *r)
{
	if (r->row + 1 >= r->count)
		return false;
	r->row++;
	r->column = 0;
	return true;
}

bool
col_is_null(struct rows *r)
{
	return PQgetisnull(r->result, r->row, r->column) == 1;
}

void
col_skip(struct rows *r)
{
	r->column++;
}

size_t
col_len(const struct rows *r)
{
	return (size_t)PQgetlength(r->result, r->row, r->column);
}

const char *
col_text(struct rows *r)
{
	bool null = col_is_null(r);
	const char *v = PQgetvalue(r->result, r->row, r->column);

	r->column++;
	return null ? NULL : v;
}

int64_t
col_i64(struct rows *r)
{
	const char *v = col_text(r);

	return v != NULL ? strtoll(v, NULL, 10) : 0;
}

bool
col_bool(struct rows *r)
{
	const char *v = col_text(r);

	return v != NULL && *v == 't';
}

struct uuid
col_uuid(struct rows *r)
{
	const char *v = col_text(r);
	struct uuid id = { 0 };

	if (v != NULL && !uuid_parse(v, &id))
		log_error("database: not a uuid: %.40s", v);
	return id;
}
