/*
 * The token reader.  A first byte "s" signs what follows (header, newline,
 * claims) with the right key, to come past the signature; anything else is a
 * token as it came.
 */
#include <sodium.h>

#include "core/text.h"
#include "core/token.h"
#include "core/utf8.h"
#include "fuzz.h"

static const char *
sign(struct ctx *c, const char *header, size_t header_len, const char *claims,
    size_t claims_len)
{
	const char *text = arena_printf(c->arena, "%s.%s",
	    text_base64url(c->arena, header, header_len),
	    text_base64url(c->arena, claims, claims_len));
	unsigned char tag[crypto_auth_hmacsha256_BYTES];

	crypto_auth_hmacsha256(tag, (const unsigned char *)text, strlen(text),
	    (const unsigned char *)c->config->jwt_secret);
	return arena_printf(c->arena, "%s.%s", text,
	    text_base64url(c->arena, tag, sizeof(tag)));
}

int HARNESS(const uint8_t *data, size_t size);

int
HARNESS(const uint8_t *data, size_t size)
{
	struct ctx *c = unit_ctx();
	const char *text = arena_strndup(c->arena, (const char *)data, size);
	const char *line = memchr(data, '\n', size);
	struct token t = { 0 };
	enum err err;

	if (size > 0 && data[0] == 's' && line != NULL) {
		size_t at = (size_t)(line - (const char *)data);

		err = token_verify(c,
		    sign(c, text + 1, at - 1, text + at + 1, size - at - 1),
		    TOKEN_ACCESS, &t);
		if (err == OK) {
			MUST(t.role != NULL &&
			    utf8_valid(t.role, strlen(t.role)));
			MUST(t.expires_at_secs > 0 && t.issued_at_secs > 0);
			return 0;
		}
	} else {
		err = token_verify(c, text, TOKEN_ACCESS, &t);
	}
	MUST(err == ERR_INVALID_TOKEN || err == ERR_TOKEN_EXPIRED);
	return 0;
}
