#include "core/token.h"

#include <json-c/json.h>
#include <jwt.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/config.h"
#include "core/json.h"
#include "core/text.h"

/* Ours have about 500 bytes; longer ones are not read. */
enum { TOKEN_MAX = 2048, SIGNATURE_CHARS = 43, KID_BYTES = 6 };

static void
free_jwt(void *jwt)
{
	jwt_free(jwt);
}

static const char *
type_name(enum token_type type)
{
	return type == TOKEN_ACCESS ? "access" : "refresh";
}

/* The name of a key: the beginning of an HMAC with it, which tells no more
 * about the key than a token does. */
static const char *
kid_of(struct ctx *c, const char *key)
{
	unsigned char mac[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state st;

	crypto_auth_hmacsha256_init(&st, (const unsigned char *)key,
	    strlen(key));
	crypto_auth_hmacsha256_update(&st, (const unsigned char *)"kid", 3);
	crypto_auth_hmacsha256_final(&st, mac);
	return text_base64url(c->arena, mac, KID_BYTES);
}

static int
add_uuid(jwt_t *jwt, const char *claim, struct uuid id)
{
	char text[UUID_TEXT];

	uuid_format(id, text);
	return jwt_add_grant(jwt, claim, text);
}

enum err
token_sign(struct ctx *c, const struct token *t, const char **out)
{
	const char *key = c->config->jwt_secret;
	jwt_t *jwt;
	char *text;

	if (jwt_new(&jwt) != 0)
		return fault(c, "token: out of memory");
	arena_defer(c->arena, free_jwt, jwt);
	if (jwt_set_alg(jwt, JWT_ALG_HS256, (const unsigned char *)key,
		(int)strlen(key)) != 0 ||
	    jwt_add_header(jwt, "kid", kid_of(c, key)) != 0 ||
	    jwt_add_grant(jwt, "iss", c->config->jwt_issuer) != 0 ||
	    jwt_add_grant(jwt, "aud", c->config->jwt_audience) != 0 ||
	    jwt_add_grant(jwt, "token_type", type_name(t->type)) != 0 ||
	    jwt_add_grant(jwt, "role", t->role) != 0 ||
	    add_uuid(jwt, "sub", t->subject) != 0 ||
	    add_uuid(jwt, "jti", t->id) != 0 ||
	    add_uuid(jwt, "sid", t->session_id) != 0 ||
	    jwt_add_grant_int(jwt, "iat", (long)t->issued_at_secs) != 0 ||
	    jwt_add_grant_int(jwt, "exp", (long)t->expires_at_secs) != 0)
		return fault(c, "token: cannot set claims");
	text = jwt_encode_str(jwt);
	if (text == NULL)
		return fault(c, "token: cannot sign");
	*out = arena_strdup(c->arena, text);
	free(text);
	return OK;
}

static enum err
invalid(struct ctx *c)
{
	return fail(c, ERR_INVALID_TOKEN, "The token is not valid.");
}

/* Three parts of base64url, the last as long as an HMAC-SHA256. */
static bool
well_formed(const char *text)
{
	size_t len = strnlen(text, TOKEN_MAX + 1), part = 0;
	int dots = 0;

	if (len > TOKEN_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		char ch = text[i];

		if (ch == '.') {
			if (part == 0 || ++dots > 2)
				return false;
			part = 0;
		} else if ((ch >= 'a' && ch <= 'z') ||
		    (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
		    ch == '-' || ch == '_') {
			part++;
		} else {
			return false;
		}
	}
	return dots == 2 && part == SIGNATURE_CHARS;
}

/* A part of the token as a JSON object, NULL if it is none. */
static struct json_object *
decode_part(struct ctx *c, const char *part, size_t chars)
{
	struct ctx quiet = *c;
	struct json_object *o;
	size_t len;
	char *bytes = text_unbase64url(c->arena,
	    arena_strndup(c->arena, part, chars), &len);

	if (bytes == NULL)
		return NULL;
	bytes[len] = '\0';
	if (json_parse(&quiet, bytes, len, &o) != OK ||
	    !json_object_is_type(o, json_type_object))
		return NULL;
	return o;
}

static const char *
text_of(struct json_object *o, const char *name)
{
	struct json_object *v;

	if (!json_object_object_get_ex(o, name, &v) ||
	    !json_object_is_type(v, json_type_string))
		return NULL;
	return json_object_get_string(v);
}

static bool
is_text(struct json_object *o, const char *name, const char *want)
{
	const char *v = text_of(o, name);

	return v != NULL && strcmp(v, want) == 0;
}

static bool
uuid_of(struct json_object *o, const char *name, struct uuid *out)
{
	const char *v = text_of(o, name);

	return v != NULL && uuid_parse(v, out);
}

/* A whole number of seconds in this millennium or the next. */
static bool
secs_of(struct json_object *o, const char *name, int64_t *out)
{
	struct json_object *v;

	if (!json_object_object_get_ex(o, name, &v) ||
	    !json_object_is_type(v, json_type_int))
		return false;
	*out = json_object_get_int64(v);
	return *out > 0 && *out < 32503680000;
}

/*
 * The key for a header that says HS256 and nothing beyond typ and kid: a
 * header that brings keys or addresses of keys is not ours.
 */
static const char *
key_for(struct ctx *c, struct json_object *header)
{
	const char *kid = text_of(header, "kid");
	int known = 1;

	if (!is_text(header, "alg", "HS256"))
		return NULL;
	if (json_object_object_get_ex(header, "typ", NULL)) {
		if (!is_text(header, "typ", "JWT"))
			return NULL;
		known++;
	}
	if (json_object_object_get_ex(header, "kid", NULL)) {
		if (kid == NULL)
			return NULL;
		known++;
	}
	if (json_object_object_length(header) != known)
		return NULL;
	if (kid == NULL || strcmp(kid, kid_of(c, c->config->jwt_secret)) == 0)
		return c->config->jwt_secret;
	if (strcmp(kid, kid_of(c, c->config->jwt_secret_previous)) == 0)
		return c->config->jwt_secret_previous;
	return NULL;
}

/* libjwt compares the signature in constant time. */
static bool
signature_holds(struct ctx *c, const char *text, const char *key)
{
	jwt_t *jwt;

	if (key == NULL || *key == '\0' ||
	    jwt_decode(&jwt, text, (const unsigned char *)key,
		(int)strlen(key)) != 0)
		return false;
	arena_defer(c->arena, free_jwt, jwt);
	return jwt_get_alg(jwt) == JWT_ALG_HS256;
}

static bool
read_claims(struct ctx *c, struct json_object *o, enum token_type type,
    struct token *t)
{
	t->type = type;
	t->role = text_of(o, "role");
	return is_text(o, "iss", c->config->jwt_issuer) &&
	    is_text(o, "aud", c->config->jwt_audience) &&
	    is_text(o, "token_type", type_name(type)) && t->role != NULL &&
	    uuid_of(o, "sub", &t->subject) && uuid_of(o, "jti", &t->id) &&
	    uuid_of(o, "sid", &t->session_id) &&
	    secs_of(o, "iat", &t->issued_at_secs) &&
	    secs_of(o, "exp", &t->expires_at_secs);
}

enum err
token_verify(struct ctx *c, const char *text, enum token_type type,
    struct token *out)
{
	int64_t now = clock_now_us() / 1000000, not_before;
	struct json_object *header, *claims;
	const char *dot, *second, *key;

	if (!well_formed(text))
		return invalid(c);
	dot = strchr(text, '.');
	second = strchr(dot + 1, '.');
	header = decode_part(c, text, (size_t)(dot - text));
	claims = decode_part(c, dot + 1, (size_t)(second - dot - 1));
	if (header == NULL || claims == NULL)
		return invalid(c);
	key = key_for(c, header);
	if (!signature_holds(c, text, key)) {
		/* Without a kid the key may also be the one before. */
		if (key != c->config->jwt_secret ||
		    json_object_object_get_ex(header, "kid", NULL) ||
		    !signature_holds(c, text, c->config->jwt_secret_previous))
			return invalid(c);
	}
	if (!read_claims(c, claims, type, out) || out->issued_at_secs > now)
		return invalid(c);
	if (json_object_object_get_ex(claims, "nbf", NULL) &&
	    (!secs_of(claims, "nbf", &not_before) || not_before > now))
		return invalid(c);
	if (out->expires_at_secs <= now)
		return fail(c, ERR_TOKEN_EXPIRED, "The token has expired.");
	return OK;
}
