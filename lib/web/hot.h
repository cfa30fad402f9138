/*
 * hot.h: public answers, kept in the memory of the process for a moment.
 *
 * Of a route with .hot the answer depends on its path and query alone, for
 * everybody but sellers and administrators: who changes things is shown what
 * is there now, always, and is told nothing from memory.  For all others an
 * answer is kept HOT_ANSWERS_MS (1 s) at most, counted from before the
 * database was asked, so nobody sees anything older than that.
 *
 * What is kept is the body alone: whoever asks gets headers of their own.
 * Who accepts gzip gets it packed, which is done once for all.
 * A process answers one request at a time, so an answer that has expired is
 * made anew once in each process, however many wait for it.
 */
#ifndef HAAT_WEB_HOT_H
#define HAAT_WEB_HOT_H

#include "web/request.h"

/* Whether the request may be answered from memory, and its answer kept. */
bool hot_may_serve(struct request *rq);

/* Puts the answer from memory into rq->out and rq->etag, if there is one:
 * valid until the next hot_keep(). */
bool hot_find(struct request *rq);

/* Keeps the answer in rq->out; sets rq->etag. */
void hot_keep(struct request *rq);

#endif
