#include "web/limit.h"

static const struct limit limits[] = {
	[LIMIT_AUTO] = { "write", 300, 60 },
	[LIMIT_REGISTER] = { "register", 10, 3600 },
	[LIMIT_PASSWORD] = { "password", 20, 3600 },
	[LIMIT_SEARCH] = { "search", 60, 60 },
	[LIMIT_INITIATE] = { "initiate", 10, 60 },
	[LIMIT_UPLOAD] = { "upload", 60, 60 },
};
static const struct limit search_signed_in = { "search", 300, 60 };

static const struct limit *
limit_of(struct request *rq)
{
	const struct route *r = rq->route;
	bool anonymous = uuid_is_zero(rq->ctx.caller.id);

	if (r->limit == LIMIT_NONE || (r->allow & PROVIDER))
		return NULL;
	if (r->limit == LIMIT_SEARCH && !anonymous)
		return &search_signed_in;
	/* Reads are bounded by their cost, public writes by their services. */
	if (r->limit == LIMIT_AUTO && (r->method == GET || anonymous))
		return NULL;
	return &limits[r->limit];
}

enum err
limit_check(struct request *rq)
{
	struct ctx *c = &rq->ctx;
	const struct limit *l = limit_of(rq);

	if (l == NULL)
		return OK;
	if (uuid_is_zero(c->caller.id)) {
		rq->limit_who = c->ip;
	} else {
		char *who = arena_alloc(c->arena, UUID_TEXT);

		uuid_format(c->caller.id, who);
		rq->limit_who = who;
	}
	rq->limit_used = l;
	rq->limit = limiter_take(c, l, rq->limit_who, 100);
	return limiter_verdict(c, rq->limit);
}

void
limit_give_back(struct request *rq)
{
	if (rq->limit_used != NULL && rq->limit.counted)
		rq->limit = limiter_take(&rq->ctx, rq->limit_used,
		    rq->limit_who, -90);
}
