/*
 * openapi.h: the OpenAPI 3.1 document, from the same tables that serve.
 */
#ifndef HAAT_WEB_OPENAPI_H
#define HAAT_WEB_OPENAPI_H

#include "core/arena.h"
#include "core/buf.h"
#include "web/route.h"

/* {"paths":{…},"schemas":{…}} of one executable. */
void openapi_fragment(struct arena *a, const struct app *app, struct buf *b);

/* The whole document from the files of all fragments, on standard output.
 * Exit status. */
int openapi_merge(struct arena *a, char **files, int n);

#endif
