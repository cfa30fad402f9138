/*
 * session.h: sign-in, sign-out, and the tokens in between.
 *
 * A session is one sign-in; its access and refresh tokens carry its id, and
 * ending it ends them all from the next request on.
 */
#ifndef HAAT_SERVICES_SESSION_H
#define HAAT_SERVICES_SESSION_H

#include "core/ctx.h"
#include "core/field.h"

extern const struct shape tokens_shape;

struct tokens {
	const char *access;
	const char *refresh; /* NULL where none is answered */
};

struct credentials {
	const char *email;
	const char *password;
};

/* A new session with its first tokens; inside the caller's transaction. */
enum err session_open(struct ctx *c, struct uuid account_id, const char *role,
    struct tokens *out);

/*
 * Checks the password; the same time and answer for a wrong one and for an
 * unknown address.  Errors: ERR_INVALID_CREDENTIALS, ERR_ACCOUNT_BLOCKED,
 * ERR_RATE_LIMITED after five failures for this account from this address.
 */
enum err session_sign_in(struct ctx *c, const struct credentials *in,
    struct uuid *account_id, struct tokens *out);

/*
 * A new access token, and with JWT_ROTATE_REFRESH a new refresh token in
 * place of the old one.  Errors: ERR_INVALID_TOKEN, ERR_TOKEN_EXPIRED,
 * ERR_TOKEN_REUSED (which, later than ten seconds after the rotation, also
 * ends the session).
 */
enum err session_refresh(struct ctx *c, const char *refresh,
    struct tokens *out);

/* Ends the session of a refresh token of the caller's.  Errors:
 * ERR_INVALID_TOKEN. */
enum err session_sign_out(struct ctx *c, const char *refresh);

#endif
