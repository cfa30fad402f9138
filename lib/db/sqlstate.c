#include "db/sqlstate.h"

#include <string.h>

#include "core/log.h"

static const struct {
	const char *name;
	enum err err;
	const char *detail;
} constraints[] = {
#define CONSTRAINT(name, err, detail) { name, err, detail },
#include "db/constraints.def"
#undef CONSTRAINT
};

static enum err
by_constraint(struct ctx *c, const char *constraint, const char *message,
    const char *name)
{
	size_t n = sizeof(constraints) / sizeof(constraints[0]);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(constraints[i].name, constraint) != 0)
			continue;
		if (constraints[i].err == ERR_TRY_AGAIN)
			return ERR_TRY_AGAIN;
		return fail(c, constraints[i].err, "%s",
		    constraints[i].detail);
	}
	return fault(c, "statement=%s constraint=%s: %s", name, constraint,
	    message);
}

enum err
sqlstate_to_err(struct ctx *c, const char *sqlstate, const char *constraint,
    const char *message, const char *name)
{
	if (strncmp(sqlstate, "23", 2) == 0)
		return by_constraint(c, constraint, message, name);
	if (strcmp(sqlstate, "40001") == 0 || strcmp(sqlstate, "40P01") == 0)
		return ERR_TRY_AGAIN;
	/* 08 connection, 53 resources, 57 operator intervention and time
	 * outs, 55P03 lock not available: it may work in a moment. */
	if (strncmp(sqlstate, "08", 2) == 0 ||
	    strncmp(sqlstate, "53", 2) == 0 ||
	    strncmp(sqlstate, "57", 2) == 0 ||
	    strcmp(sqlstate, "55P03") == 0 ||
	    strcmp(sqlstate, "25P03") == 0) {
		log_warn("database statement=%s sqlstate=%s: %s", name,
		    sqlstate, message);
		return fail(c, ERR_UNAVAILABLE,
		    "The service is busy. Try again in a moment.");
	}
	return fault(c, "statement=%s sqlstate=%s: %s", name, sqlstate,
	    message);
}
