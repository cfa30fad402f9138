/*
 * sqlstate.h: what a failed statement means to a caller, decided once.
 */
#ifndef HAAT_DB_SQLSTATE_H
#define HAAT_DB_SQLSTATE_H

#include "core/ctx.h"
#include "core/err.h"

/*
 * By SQLSTATE, and for class 23 by the constraint's name.  Logs what is not
 * a caller's doing; name is the statement's.
 */
enum err sqlstate_to_err(struct ctx *c, const char *sqlstate,
    const char *constraint, const char *message, const char *name);

#endif
