#include "web/caller.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "core/clock.h"
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

/* --- callers of a moment ago -------------------------------------------- */

enum { REMEMBERED = 256, REMEMBER_US = 250 * 1000 };

/*
 * A token that was found good, by its hash: it is not kept itself.  That it
 * is good holds until it expires; that its session is alive, for a moment.
 */
struct remembered {
	unsigned char token[crypto_generichash_BYTES];
	struct caller caller;
	int64_t expires_at_secs; /* 0: free */
	int64_t until_us;        /* of the monotonic clock */
};

static void
hash_token(const char *token, unsigned char hash[crypto_generichash_BYTES])
{
	crypto_generichash(hash, crypto_generichash_BYTES,
	    (const unsigned char *)token, strlen(token), NULL, 0);
}

static struct remembered *
place_of(const unsigned char hash[crypto_generichash_BYTES])
{
	static struct remembered callers[REMEMBERED];

	return &callers[hash[0]];
}

static const struct remembered *
recall(const unsigned char hash[crypto_generichash_BYTES])
{
	const struct remembered *m = place_of(hash);

	return m->expires_at_secs > clock_now_us() / 1000000 &&
		memcmp(m->token, hash, sizeof(m->token)) == 0 ?
	    m :
	    NULL;
}

static void
remember(struct request *rq,
    const unsigned char hash[crypto_generichash_BYTES],
    int64_t expires_at_secs)
{
	struct remembered *m = place_of(hash);

	memcpy(m->token, hash, sizeof(m->token));
	m->caller = rq->ctx.caller;
	m->expires_at_secs = expires_at_secs;
	m->until_us = rq->started_us + REMEMBER_US;
}

/* --- the whole ---------------------------------------------------------- */

static const char bearer[] = "Bearer ";
enum { BEARER = sizeof(bearer) - 1 };

static enum err
look_up(struct request *rq, const char *token)
{
	unsigned char hash[crypto_generichash_BYTES];
	const struct remembered *m;
	struct token t;

	hash_token(token, hash);
	m = recall(hash);
	if (m != NULL)
		t = (struct token){ .subject = m->caller.id,
			.session_id = m->caller.session_id,
			.expires_at_secs = m->expires_at_secs };
	else
		TRY(token_verify(&rq->ctx, token, TOKEN_ACCESS, &t));
	TRY(load_caller(&rq->ctx, &t));
	remember(rq, hash, t.expires_at_secs);
	return permit(&rq->ctx, rq->route->allow);
}

/* For answers that need no query, a session that was alive a moment ago is. */
static bool
is_remembered(struct request *rq, const char *token)
{
	unsigned char hash[crypto_generichash_BYTES];
	const struct remembered *m;

	if (!rq->route->hot &&
	    request_header(rq, "HTTP_IDEMPOTENCY_KEY") == NULL)
		return false;
	hash_token(token, hash);
	m = recall(hash);
	if (m == NULL || m->until_us <= rq->started_us)
		return false;
	rq->ctx.caller = m->caller;
	return true;
}

enum err
caller_check(struct request *rq)
{
	struct ctx *c = &rq->ctx;
	unsigned allow = rq->route->allow;
	const char *header;

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
	if (strncasecmp(header, bearer, BEARER) != 0)
		return fail(c, ERR_INVALID_TOKEN,
		    "The Authorization header holds no bearer token.");
	rq->caller_remembered = is_remembered(rq, header + BEARER);
	if (!rq->caller_remembered)
		return look_up(rq, header + BEARER);
	/* What was refused a moment ago may be granted now. */
	return permit(c, allow) == OK ? OK : caller_confirm(rq);
}

enum err
caller_confirm(struct request *rq)
{
	if (!rq->caller_remembered)
		return OK;
	rq->caller_remembered = false;
	problem_clear(&rq->ctx);
	rq->ctx.caller = (struct caller){ 0 };
	return look_up(rq, request_header(rq, "HTTP_AUTHORIZATION") + BEARER);
}
