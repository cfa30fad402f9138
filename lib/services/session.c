#include "services/session.h"

#include <string.h>

#include "core/clock.h"
#include "core/config.h"
#include "core/log.h"
#include "core/text.h"
#include "core/token.h"
#include "db/db.h"
#include "io/limiter.h"
#include "services/password.h"

static const struct field tokens_fields[] = {
	OUT_TEXT("access", "Access token"),
	OUT_TEXT("refresh", "Refresh token"),
	{ 0 },
};
const struct shape tokens_shape = { "tokens", "A pair of tokens",
	tokens_fields };

/* --- tokens ------------------------------------------------------------- */

static enum err
sign(struct ctx *c, struct token t, int64_t valid_secs, const char **out)
{
	t.issued_at_secs = clock_now_us() / 1000000;
	t.expires_at_secs = t.issued_at_secs + valid_secs;
	return token_sign(c, &t, out);
}

static enum err
sign_access(struct ctx *c, struct uuid account_id, struct uuid session_id,
    const char *role, struct tokens *out)
{
	struct token t = { .type = TOKEN_ACCESS,
		.subject = account_id,
		.session_id = session_id,
		.id = uuid_new(),
		.role = role };

	return sign(c, t, c->config->jwt_access_secs, &out->access);
}

/* Queues the row of a new refresh token and signs it. */
static enum err
sign_refresh(struct ctx *c, struct uuid account_id, struct uuid session_id,
    struct uuid parent, const char *role, struct tokens *out)
{
	struct token t = { .type = TOKEN_REFRESH,
		.subject = account_id,
		.session_id = session_id,
		.id = uuid_new(),
		.role = role };
	int64_t valid_secs = c->config->jwt_refresh_secs;

	db_queue(c, Q_REFRESH_ADD,
	    ARGS(A(t.id), A(session_id), A(parent), A(valid_secs)));
	return sign(c, t, valid_secs, &out->refresh);
}

enum err
session_open(struct ctx *c, struct uuid account_id, const char *role,
    struct tokens *out)
{
	struct uuid session_id = uuid_new();
	const char *agent = c->user_agent;

	if (agent != NULL)
		agent = arena_strndup(c->arena, agent, strnlen(agent, 200));
	db_queue(c, Q_SESSION_ADD,
	    ARGS(A(session_id), A(account_id), A(c->config->jwt_refresh_secs),
		A(c->ip), A(agent)));
	TRY(sign_refresh(c, account_id, session_id, (struct uuid){ 0 }, role,
	    out));
	return sign_access(c, account_id, session_id, role, out);
}

/* --- signing in --------------------------------------------------------- */

enum { WINDOW_SECS = 900 };

/*
 * Failures are counted per account and address, so that nobody can lock an
 * account out from elsewhere; per address over all accounts; and per account
 * over all addresses, which only makes the first rule stricter.
 */
static const struct limit by_pair = { "login", 5, WINDOW_SECS };
static const struct limit by_address = { "login_ip", 100, WINDOW_SECS };
static const struct limit by_account = { "login_account", 20, WINDOW_SECS };

struct attempt {
	const char *pair;
	const char *account;
};

/* While the cache is away failures are counted in the database. */
static enum err
counted_failures(struct ctx *c, const struct attempt *a,
    struct limit_state *s)
{
	struct rows r;

	TRY(db_one(c, Q_LOGIN_FAILURE_COUNT, ARGS(A(a->pair), A(WINDOW_SECS)),
	    &r));
	s->allowed = col_i64(&r) < s->limit;
	s->retry_after_secs = WINDOW_SECS;
	return OK;
}

static enum err
check_attempts(struct ctx *c, const struct attempt *a)
{
	struct limit_state pair = limiter_take(c, &by_pair, a->pair, 0);
	struct limit_state account;

	if (pair.counted && pair.local)
		TRY(counted_failures(c, a, &pair));
	TRY(limiter_verdict(c, pair));
	TRY(limiter_verdict(c, limiter_take(c, &by_address, c->ip, 0)));
	account = limiter_take(c, &by_account, a->account, 0);
	if (!account.allowed && pair.remaining < pair.limit)
		return limiter_verdict(c, account);
	return OK;
}

static enum err
note_failure(struct ctx *c, const struct attempt *a)
{
	struct limit_state s = limiter_take(c, &by_pair, a->pair, 100);

	limiter_take(c, &by_address, c->ip, 100);
	limiter_take(c, &by_account, a->account, 100);
	if (s.counted && s.local)
		TRY(db_exec(c, Q_LOGIN_FAILURE_ADD, ARGS(A(a->pair))));
	return fail(c, ERR_INVALID_CREDENTIALS,
	    "The e-mail address or the password is wrong.");
}

struct account {
	struct uuid id;
	const char *role;
	bool is_blocked;
	const char *hash; /* NULL: no such account */
};

static enum err
find_account(struct ctx *c, const char *email, struct account *out)
{
	struct rows r;
	bool found;

	*out = (struct account){ 0 };
	TRY(db_maybe(c, Q_ACCOUNT_CREDENTIALS_BY_EMAIL, ARGS(A(email)), &r,
	    &found));
	if (!found)
		return OK;
	out->id = col_uuid(&r);
	out->role = col_text(&r);
	out->is_blocked = col_bool(&r);
	out->hash = col_text(&r);
	return OK;
}

enum err
session_sign_in(struct ctx *c, const struct credentials *in,
    struct uuid *account_id, struct tokens *out)
{
	struct attempt a = { .account = text_lower(c->arena, in->email) };
	const char *new_hash;
	struct account account;
	bool stale;
	TX_SCOPE(tx, c);

	a.pair = arena_printf(c->arena, "%s|%s", a.account, c->ip);
	TRY(check_attempts(c, &a));
	TRY(find_account(c, in->email, &account));
	if (!password_matches(account.hash, in->password, &stale)) {
		enum err err = note_failure(c, &a);

		TRY(tx_commit(&tx));
		return err;
	}
	limiter_clear(c, &by_pair, a.pair);
	if (account.is_blocked)
		return fail(c, ERR_ACCOUNT_BLOCKED,
		    "This account is blocked.");
	if (stale) {
		TRY(password_hash(c, in->password, &new_hash));
		db_queue(c, Q_ACCOUNT_SET_PASSWORD,
		    ARGS(A(account.id), A(new_hash)));
	}
	db_queue(c, Q_ACCOUNT_SIGNED_IN, ARGS(A(account.id)));
	TRY(session_open(c, account.id, account.role, out));
	*account_id = account.id;
	return tx_commit(&tx);
}

/* --- refreshing --------------------------------------------------------- */

static enum err
ended(struct ctx *c)
{
	return fail(c, ERR_INVALID_TOKEN, "The session has ended.");
}

struct refresh_state {
	struct uuid session_id;
	const char *role;
	bool good;
	bool used;
	bool just_used; /* its successor waits unused: two tabs, one retry */
};

static enum err
find_refresh(struct ctx *c, const struct token *t, struct refresh_state *out)
{
	struct rows r;
	bool found;

	TRY(db_maybe(c, Q_REFRESH_FIND, ARGS(A(t->id), A(t->subject)), &r,
	    &found));
	if (!found)
		return ended(c);
	out->session_id = col_uuid(&r);
	out->role = col_text(&r);
	out->good = col_bool(&r);
	out->used = col_bool(&r);
	out->just_used = col_bool(&r);
	return out->good ? OK : ended(c);
}

/* An old token again: stolen, or sent twice.  Later than ten seconds after
 * its rotation the session ends for whoever holds it. */
static enum err
reused(struct ctx *c, const struct token *t, const struct refresh_state *s)
{
	if (!s->just_used) {
		log_warn("refresh token used again, session ended "
			 "request_id=%s",
		    c->request_id);
		TRY(db_exec(c, Q_SESSION_REVOKE,
		    ARGS(A(s->session_id), A(t->subject),
			A("refresh token used again"))));
	}
	return fail(c, ERR_TOKEN_REUSED,
	    "This refresh token was used before.");
}

static enum err
rotate(struct ctx *c, const struct token *t, struct refresh_state *s,
    struct tokens *out)
{
	struct rows r;
	bool won;

	TRY(db_maybe(c, Q_REFRESH_USE, ARGS(A(t->id)), &r, &won));
	if (!won) {
		/* Somebody was faster: look again at what is there now. */
		TRY(find_refresh(c, t, s));
		return reused(c, t, s);
	}
	db_queue(c, Q_SESSION_EXTEND,
	    ARGS(A(s->session_id), A(c->config->jwt_refresh_secs)));
	return sign_refresh(c, t->subject, s->session_id, t->id, s->role,
	    out);
}

enum err
session_refresh(struct ctx *c, const char *refresh, struct tokens *out)
{
	struct refresh_state s;
	struct token t;
	enum err err;
	TX_SCOPE(tx, c);

	TRY(token_verify(c, refresh, TOKEN_REFRESH, &t));
	TRY(find_refresh(c, &t, &s));
	if (c->config->jwt_rotate_refresh) {
		err = rotate(c, &t, &s, out);
		if (err == ERR_TOKEN_REUSED)
			TRY(tx_commit(&tx));
		TRY(err);
	} else if (s.used) {
		/* Rotated while rotation was on. */
		err = reused(c, &t, &s);
		TRY(tx_commit(&tx));
		return err;
	}
	TRY(sign_access(c, t.subject, s.session_id, s.role, out));
	return tx_commit(&tx);
}

enum err
session_sign_out(struct ctx *c, const char *refresh)
{
	struct token t;
	enum err err = token_verify(c, refresh, TOKEN_REFRESH, &t);

	/* An expired one still names the session to end. */
	if (err != OK && err != ERR_TOKEN_EXPIRED)
		return err;
	problem_clear(c);
	if (!uuid_equal(t.subject, c->caller.id))
		return ended(c);
	return db_exec(c, Q_SESSION_REVOKE,
	    ARGS(A(t.session_id), A(t.subject), A("signed out")));
}
