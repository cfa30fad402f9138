/*
 * problem.h: errors as application/problem+json (RFC 9457).
 */
#ifndef HAAT_WEB_PROBLEM_H
#define HAAT_WEB_PROBLEM_H

#include "web/request.h"

/* Replaces the answer by a problem: status, body and headers. */
void problem_write(struct request *rq, enum err err);

#endif
