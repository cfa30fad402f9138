#include "web/caller.h"

#include <string.h>
#include <strings.h>

#include "core/token.h"
#include "db/db.h"

static enum err
no_session(struct ctx *c)
{
	return fail(c, ERR_INVALID_TOKEN, "The session has ended.");
}

static enum role
role_named(const char *name)
{
	if (strcmp(name, "admin") == 0)
		return ROLE_ADMIN;
	return strcmp(name, "seller") == 0 ? ROLE_SELLER : ROLE_CUSTOMER;
}

static enum err
load_caller(struct ctx *c, const struct token *t)
{
	struct rows r;
	bool found;

	TRY(db_maybe(c, Q_CALLER_BY_SESSION,
	    ARGS(A(t->session_id), A(t->subject)), &r, &found));
	if (!found)
		return no_session(c);
	c->caller.id = t->subject;
	c->caller.session_id = t->session_id;
	c->caller.role = role_named(col_text(&r));
	c->caller.is_business = col_bool(&r);
	c->caller.seller_id = col_uuid(&r);
	c->caller.has_seller = !uuid_is_zero(c->caller.seller_id);
	c->caller.seller_approved = col_bool(&r);
	return OK;
}

static enum err
permit(struct ctx *c, unsigned allow)
{
	const struct caller *caller = &c->caller;

	if (allow & (PUBLIC | USER))
		return OK;
	if ((allow & ADMIN) && caller->role == ROLE_ADMIN)
		return OK;
	if ((allow & SELLER) && caller->has_seller)
		return OK;
	if ((allow & APPROVED) && caller->has_seller) {
		if (caller->seller_approved)
			return OK;
		return fail(c, ERR_SELLER_NOT_APPROVED,
		    "This store is not approved.");
	}
	return fail(c, ERR_PERMISSION_DENIED,
	    "This account may not do that.");
}

enum err
caller_check(struct request *rq)
{
	struct ctx *c = &rq->ctx;
	unsigned allow = rq->route->allow;
	const char *header;
	struct token t;

	if ((allow & PROVIDER) ||
	    ((allow & PUBLIC) && !(allow & CALLER_OPTIONAL)))
		return OK;
	header = request_header(rq, "HTTP_AUTHORIZATION");
	if (header == NULL) {
		if (allow & PUBLIC)
			return OK;
		return fail(c, ERR_AUTHENTICATION_REQUIRED,
		    "Send a bearer token in the Authorization header.");
	}
	rq->has_token = true;
	if (strncasecmp(header, "Bearer ", 7) != 0)
		return fail(c, ERR_INVALID_TOKEN,
		    "The Authorization header holds no bearer token.");
	TRY(token_verify(c, header + 7, TOKEN_ACCESS, &t));
	TRY(load_caller(c, &t));
	return permit(c, allow);
}
