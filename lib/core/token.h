/*
 * token.h: JSON Web Tokens (RFC 7519), HS256 only (RFC 8725's advice).
 *
 * The key is JWT_SECRET's bytes; tokens carry a "kid" made from them, so that
 * JWT_SECRET_PREVIOUS, where set, still verifies what it signed while it was
 * the current one.  A token without a kid is tried with both.  Leeway is 0.
 */
#ifndef HAAT_CORE_TOKEN_H
#define HAAT_CORE_TOKEN_H

#include "core/ctx.h"

enum token_type { TOKEN_ACCESS, TOKEN_REFRESH };

struct token {
	enum token_type type;
	struct uuid subject;    /* sub: the account */
	struct uuid id;         /* jti */
	struct uuid session_id; /* sid */
	const char *role;
	int64_t issued_at_secs;
	int64_t expires_at_secs;
};

/* The signed text, in the arena. */
enum err token_sign(struct ctx *c, const struct token *t, const char **out);

/*
 * Verifies form, header, signature, issuer, audience, type and times.
 * Errors: ERR_TOKEN_EXPIRED for a good token past its time, else
 * ERR_INVALID_TOKEN.
 */
enum err token_verify(struct ctx *c, const char *text, enum token_type type,
    struct token *out);

#endif
