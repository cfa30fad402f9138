/*
 * Every statement of sql/queries/ against a migrated database: PostgreSQL
 * must understand it, see the types that -- args: says, and give columns
 * unless -- rows: says none.  Skipped without DATABASE_URL.
 */
#include "unit.h"

#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "db/query.h"

static PGconn *conn;

static int
connect_once(void **state)
{
	const char *url = getenv("DATABASE_URL");

	(void)state;
	if (url == NULL || *url == '\0') {
		print_message("SKIP: DATABASE_URL is not set\n");
		return 0;
	}
	conn = PQconnectdb(url);
	if (PQstatus(conn) == CONNECTION_OK)
		return 0;
	print_error("%s", PQerrorMessage(conn));
	return -1;
}

static int
disconnect(void **state)
{
	(void)state;
	PQfinish(conn);
	return 0;
}

/* Complains about a statement; 1, to be counted. */
static int
wrong(const struct query_def *q, const char *what, const char *more)
{
	print_error("%s: %s: %s%s\n", q->where, q->name, what, more);
	return 1;
}

/* 0 if there is no such type. */
static Oid
type_named(const char *name)
{
	PGresult *r = PQexecParams(conn, "select to_regtype($1)::oid", 1,
	    NULL, &name, NULL, NULL, 0);
	Oid oid = PQresultStatus(r) == PGRES_TUPLES_OK ?
	    (Oid)strtoul(PQgetvalue(r, 0, 0), NULL, 10) :
	    0;

	PQclear(r);
	return oid;
}

static int
wrong_type(const struct query_def *q, const char *arg, Oid seen)
{
	char text[20];
	const char *values[] = { text };
	PGresult *r;
	int fault;

	snprintf(text, sizeof(text), "%u", seen);
	r = PQexecParams(conn, "select $1::oid::regtype", 1, NULL, values,
	    NULL, NULL, 0);
	fault = wrong(q, arg,
	    PQresultStatus(r) == PGRES_TUPLES_OK ?
		arena_printf(unit_ctx()->arena, ", but PostgreSQL sees %s",
		    PQgetvalue(r, 0, 0)) :
		PQresultErrorMessage(r));
	PQclear(r);
	return fault;
}

static int
check_args(const struct query_def *q, const PGresult *described)
{
	const char *p = q->args;
	int faults = 0;

	if (PQnparams(described) != q->nargs)
		return wrong(q, "another number of parameters", "");
	for (int i = 0; i < q->nargs; i++) {
		char arg[200];
		size_t len = strcspn(p, ",");
		Oid want;

		snprintf(arg, sizeof(arg), "%.*s", (int)len, p);
		p += len;
		p += strspn(p, ", ");
		want = type_named(strchr(arg, ' ') + 1);
		if (want == 0)
			faults += wrong(q, "no such type: ", arg);
		else if (want != PQparamtype(described, i))
			faults += wrong_type(q, arg,
			    PQparamtype(described, i));
	}
	return faults;
}

static int
check_statement(const struct query_def *q)
{
	PGresult *r = PQprepare(conn, q->name, q->text, 0, NULL);
	int faults;

	if (PQresultStatus(r) != PGRES_COMMAND_OK) {
		faults = wrong(q, "", PQresultErrorMessage(r));
		PQclear(r);
		return faults;
	}
	PQclear(r);
	r = PQdescribePrepared(conn, q->name);
	if (PQresultStatus(r) != PGRES_COMMAND_OK)
		faults = wrong(q, "", PQresultErrorMessage(r));
	else
		faults = check_args(q, r) +
		    ((q->rows == ROWS_NONE) != (PQnfields(r) == 0) ?
			    wrong(q, "-- rows: does not fit its columns",
				"") :
			    0);
	PQclear(r);
	return faults;
}

static void
every_statement_can_be_prepared(void **state)
{
	int faults = 0;

	(void)state;
	if (conn == NULL)
		skip();
	for (int i = 0; i < Q_COUNT; i++)
		faults += check_statement(&queries[i]);
	assert_int_equal(faults, 0);
}

static const struct CMUnitTest tests[] = {
	TEST("PostgreSQL understands every statement as it is annotated",
	    every_statement_can_be_prepared),
};

int
main(void)
{
	return cmocka_run_group_tests(tests, connect_once, disconnect) != 0;
}
