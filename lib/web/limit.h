/*
 * limit.h: limits by route class and caller, before any work is done.
 */
#ifndef HAAT_WEB_LIMIT_H
#define HAAT_WEB_LIMIT_H

#include "web/request.h"

/* Errors: ERR_RATE_LIMITED. */
enum err limit_check(struct request *rq);

/* A replayed answer costs a tenth of an executed one: gives back the rest. */
void limit_give_back(struct request *rq);

#endif
