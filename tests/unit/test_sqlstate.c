#include "unit.h"

#include <string.h>

#include "db/sqlstate.h"

static void
a_state_means_one_error(void **state)
{
	static const struct {
		const char *sqlstate, *constraint;
		enum err want;
	} rows[] = {
		{ "23505", "account_email_once", ERR_EMAIL_TAKEN },
		{ "23505", "idempotency_key_pk", ERR_TRY_AGAIN },
		{ "23514", "stock_reserved_fits", ERR_INSUFFICIENT_STOCK },
		{ "23505", "no_such_constraint", ERR_INTERNAL },
		{ "23502", "", ERR_INTERNAL },
		{ "40001", "", ERR_TRY_AGAIN },
		{ "40P01", "", ERR_TRY_AGAIN },
		{ "08000", "", ERR_UNAVAILABLE },
		{ "08006", "", ERR_UNAVAILABLE },
		{ "53300", "", ERR_UNAVAILABLE },
		{ "57014", "", ERR_UNAVAILABLE },
		{ "57P01", "", ERR_UNAVAILABLE },
		{ "55P03", "", ERR_UNAVAILABLE },
		{ "25P03", "", ERR_UNAVAILABLE },
		{ "25P02", "", ERR_INTERNAL },
		{ "42P01", "", ERR_INTERNAL },
		{ "22003", "", ERR_INTERNAL },
		{ "XX000", "", ERR_INTERNAL },
		{ "", "", ERR_INTERNAL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ctx *c = unit_ctx();
		enum err err = sqlstate_to_err(c, rows[i].sqlstate,
		    rows[i].constraint, "a message with secrets", "unit");

		CHECK(err == rows[i].want, "%s %s: %s", rows[i].sqlstate,
		    rows[i].constraint, err_code(err));
		CHECK(c->problem.detail == NULL ||
			(*c->problem.detail != '\0' &&
			    strstr(c->problem.detail, "secret") == NULL),
		    "%s %s: detail", rows[i].sqlstate, rows[i].constraint);
	}
}

static void
a_constraint_is_listed_once(void **state)
{
	static const char *const names[] = {
#define CONSTRAINT(name, err, detail) name,
#include "db/constraints.def"
#undef CONSTRAINT
	};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		for (size_t k = 0; k < i; k++)
			CHECK(strcmp(names[i], names[k]) != 0, "%s",
			    names[i]);
}

static const struct CMUnitTest tests[] = {
	TEST("A state of the database means one error",
	    a_state_means_one_error),
	TEST("A constraint is listed once", a_constraint_is_listed_once),
};

UNIT_MAIN(tests)
