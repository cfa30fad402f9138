/* Tokens are made here by hand, with libsodium's HMAC, so that the one of
 * the signer is checked against another. */
#include "unit.h"

#include <string.h>

#include "core/buf.h"
#include "core/clock.h"
#include "core/text.h"
#include "core/token.h"

#define KEY "0123456789abcdef0123456789abcdef"
#define OTHER_KEY "another key of more than 32 bytes, for a rotation"
#define SUB "0199a5b2-7c3e-7f10-8a54-2f6f5c1d9e01"
#define HEADER "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"

static int64_t
now_secs(void)
{
	return clock_now_us() / 1000000;
}

static const char *
encode(struct ctx *c, const char *text)
{
	return text_base64url(c->arena, text, strlen(text));
}

/* The signature of the text over it. */
static const char *
mac(struct ctx *c, const char *key, const char *text)
{
	unsigned char tag[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state st;

	crypto_auth_hmacsha256_init(&st, (const unsigned char *)key,
	    strlen(key));
	crypto_auth_hmacsha256_update(&st, (const unsigned char *)text,
	    strlen(text));
	crypto_auth_hmacsha256_final(&st, tag);
	return text_base64url(c->arena, tag, sizeof(tag));
}

static const char *
make(struct ctx *c, const char *key, const char *header, const char *claims)
{
	const char *text = arena_printf(c->arena, "%s.%s", encode(c, header),
	    encode(c, claims));

	return arena_printf(c->arena, "%s.%s", text, mac(c, key, text));
}

/* Good claims, with one of them replaced, added, or left out (NULL). */
static const char *
claims_with(struct ctx *c, const char *name, const char *value)
{
	const struct {
		const char *name, *value;
	} good[] = {
		{ "iss", "\"haat\"" },
		{ "aud", "\"haat\"" },
		{ "token_type", "\"access\"" },
		{ "role", "\"customer\"" },
		{ "sub", "\"" SUB "\"" },
		{ "jti", "\"" SUB "\"" },
		{ "sid", "\"" SUB "\"" },
		{ "iat",
		    arena_printf(c->arena, "%lld",
			(long long)now_secs() - 10) },
		{ "exp",
		    arena_printf(c->arena, "%lld",
			(long long)now_secs() + 900) },
	};
	struct buf b;
	bool known = *name == '\0';

	buf_init(&b, c->arena, 8192);
	for (size_t i = 0; i < COUNT(good); i++) {
		bool this = strcmp(good[i].name, name) == 0;

		known = known || this;
		if (this && value == NULL)
			continue;
		buf_printf(&b, "%s\"%s\":%s", b.len > 0 ? "," : "{",
		    good[i].name, this ? value : good[i].value);
	}
	if (!known)
		buf_printf(&b, ",\"%s\":%s", name, value);
	buf_char(&b, '}');
	return buf_text(&b);
}

static const char *
good_claims(struct ctx *c)
{
	return claims_with(c, "", NULL);
}

static struct token
some_token(enum token_type type)
{
	struct token t = { .type = type,
		.role = "seller",
		.subject = uuid_new(),
		.id = uuid_new(),
		.session_id = uuid_new(),
		.issued_at_secs = now_secs(),
		.expires_at_secs = now_secs() + 900 };

	return t;
}

static void
a_token_is_read_as_it_was_signed(void **state)
{
	(void)state;
	for (int type = TOKEN_ACCESS; type <= TOKEN_REFRESH; type++) {
		struct ctx *c = unit_ctx();
		struct token t = some_token((enum token_type)type), got;
		const char *text;

		assert_int_equal(token_sign(c, &t, &text), OK);
		assert_int_equal(token_verify(c, text, t.type, &got), OK);
		assert_int_equal(got.type, t.type);
		assert_true(uuid_equal(got.subject, t.subject));
		assert_true(uuid_equal(got.id, t.id));
		assert_true(uuid_equal(got.session_id, t.session_id));
		assert_string_equal(got.role, t.role);
		assert_int_equal(got.issued_at_secs, t.issued_at_secs);
		assert_int_equal(got.expires_at_secs, t.expires_at_secs);
		assert_int_equal(token_verify(c, text,
				     t.type == TOKEN_ACCESS ? TOKEN_REFRESH :
							      TOKEN_ACCESS,
				     &got),
		    ERR_INVALID_TOKEN);
	}
}

static void
only_our_headers_are_read(void **state)
{
	static const struct {
		const char *in;
		bool good;
	} rows[] = {
		{ HEADER, true },
		{ "{\"typ\":\"JWT\",\"alg\":\"HS256\"}", true },
		{ "{\"alg\":\"HS256\"}", true },
		{ "{\"alg\":\"none\"}", false },
		{ "{\"alg\":\"None\",\"typ\":\"JWT\"}", false },
		{ "{\"alg\":\"nOnE\",\"typ\":\"JWT\"}", false },
		{ "{\"alg\":\"\",\"typ\":\"JWT\"}", false },
		{ "{\"alg\":\"hs256\",\"typ\":\"JWT\"}", false },
		{ "{\"alg\":\"Hs256\",\"typ\":\"JWT\"}", false },
		{ "{\"alg\":\"HS384\",\"typ\":\"JWT\"}", false },
		{ "{\"alg\":\"HS512\",\"typ\":\"JWT\"}", false },
		{ "{\"alg\":\"RS256\",\"typ\":\"JWT\"}", false },
		{ "{\"alg\":\"ES256\",\"typ\":\"JWT\"}", false },
		{ "{\"alg\":\"HS256 \",\"typ\":\"JWT\"}", false },
		{ "{\"alg\":\"HS256\\u0000\",\"typ\":\"JWT\"}", false },
		{ "{\"alg\":[\"HS256\"],\"typ\":\"JWT\"}", false },
		{ "{\"alg\":256,\"typ\":\"JWT\"}", false },
		{ "{\"alg\":null,\"typ\":\"JWT\"}", false },
		{ "{\"typ\":\"JWT\"}", false },
		{ "{}", false },
		{ "[]", false },
		{ "\"HS256\"", false },
		{ "null", false },
		{ "{\"alg\":\"HS256\",\"alg\":\"HS256\"}", false },
		{ "{\"alg\":\"none\",\"alg\":\"HS256\"}", false },
		{ "{\"alg\":\"HS256\",\"typ\":\"jwt\"}", false },
		{ "{\"alg\":\"HS256\",\"typ\":\"JOSE\"}", false },
		{ "{\"alg\":\"HS256\",\"typ\":1}", false },
		{ "{\"alg\":\"HS256\",\"kid\":\"\"}", false },
		{ "{\"alg\":\"HS256\",\"kid\":null}", false },
		{ "{\"alg\":\"HS256\",\"kid\":1}", false },
		{ "{\"alg\":\"HS256\",\"kid\":\"a\"}", false },
		{ "{\"alg\":\"HS256\",\"kid\":\"../../dev/null\"}", false },
		{ "{\"alg\":\"HS256\",\"kid\":\"' or 1=1 --\"}", false },
		{ "{\"alg\":\"HS256\",\"jku\":\"https://x.example/k\"}",
		    false },
		{ "{\"alg\":\"HS256\",\"jwk\":{\"kty\":\"oct\","
		  "\"k\":\"MDEy\"}}",
		    false },
		{ "{\"alg\":\"HS256\",\"x5u\":\"https://x.example\"}",
		    false },
		{ "{\"alg\":\"HS256\",\"x5c\":[]}", false },
		{ "{\"alg\":\"HS256\",\"crit\":[\"exp\"]}", false },
		{ "{\"alg\":\"HS256\",\"b64\":false}", false },
		{ "{\"alg\":\"HS256\",\"zip\":\"DEF\"}", false },
		{ "{\"alg\":\"HS256\",\"cty\":\"JWT\"}", false },
		{ "{\"alg\":\"HS256\"}x", false },
		{ "\xef\xbb\xbf{\"alg\":\"HS256\"}", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ctx *c = unit_ctx();
		struct token t;
		enum err err = token_verify(c,
		    make(c, KEY, rows[i].in, good_claims(c)), TOKEN_ACCESS,
		    &t);

		CHECK(err == (rows[i].good ? OK : ERR_INVALID_TOKEN),
		    "%s: %s", rows[i].in, err_code(err));
	}
}

static void
every_claim_is_checked(void **state)
{
	static const struct {
		const char *name, *value;
		bool good;
	} rows[] = {
		{ "", NULL, true },
		{ "extra", "{\"a\":[1]}", true },
		{ "iss", NULL, false },
		{ "iss", "\"\"", false },
		{ "iss", "\"haat2\"", false },
		{ "iss", "\"haat\\u0000\"", false },
		{ "iss", "null", false },
		{ "iss", "[\"haat\"]", false },
		{ "aud", NULL, false },
		{ "aud", "\"other\"", false },
		{ "aud", "[\"haat\"]", false },
		{ "token_type", NULL, false },
		{ "token_type", "\"refresh\"", false },
		{ "token_type", "\"Access\"", false },
		{ "token_type", "1", false },
		{ "role", NULL, false },
		{ "role", "null", false },
		{ "role", "7", false },
		{ "sub", NULL, false },
		{ "sub", "\"\"", false },
		{ "sub", "\"1\"", false },
		{ "sub", "1", false },
		{ "sub", "\"' or 1=1\"", false },
		{ "jti", NULL, false },
		{ "jti", "\"x\"", false },
		{ "sid", NULL, false },
		{ "sid", "[]", false },
		{ "iat", NULL, false },
		{ "iat", "\"1\"", false },
		{ "iat", "99999999999", false },
		{ "iat", "32503679999", false },
		{ "iat", "0", false },
		{ "iat", "-1", false },
		{ "exp", NULL, false },
		{ "exp", "null", false },
		{ "exp", "\"1893456000\"", false },
		{ "exp", "1893456000.5", false },
		{ "exp", "1.9e9", false },
		{ "exp", "true", false },
		{ "exp", "[1893456000]", false },
		{ "exp", "9223372036854775807", false },
		{ "exp", "9223372036854775808", false },
		{ "exp", "18446744073709551616", false },
		{ "exp", "-1", false },
		{ "exp", "0", false },
		{ "nbf", "1", true },
		{ "nbf", "32503679999", false },
		{ "nbf", "\"1\"", false },
		{ "nbf", "1.5", false },
		{ "nbf", "null", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ctx *c = unit_ctx();
		struct token t;
		enum err err = token_verify(c,
		    make(c, KEY, HEADER,
			claims_with(c, rows[i].name, rows[i].value)),
		    TOKEN_ACCESS, &t);

		CHECK(err == (rows[i].good ? OK : ERR_INVALID_TOKEN),
		    "%s %s: %s", rows[i].name,
		    rows[i].value != NULL ? rows[i].value : "left out",
		    err_code(err));
	}
}

static void
a_token_ends_with_its_second(void **state)
{
	static const struct {
		const char *name;
		int64_t from_now;
		enum err want;
	} rows[] = {
		{ "exp", 60, OK },
		{ "exp", 0, ERR_TOKEN_EXPIRED },
		{ "exp", -1, ERR_TOKEN_EXPIRED },
		{ "exp", -3600, ERR_TOKEN_EXPIRED },
		{ "iat", 0, OK },
		{ "iat", 60, ERR_INVALID_TOKEN },
		{ "nbf", 0, OK },
		{ "nbf", 60, ERR_INVALID_TOKEN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ctx *c = unit_ctx();
		struct token t;
		const char *at = arena_printf(c->arena, "%lld",
		    (long long)now_secs() + (long long)rows[i].from_now);
		enum err err = token_verify(c,
		    make(c, KEY, HEADER, claims_with(c, rows[i].name, at)),
		    TOKEN_ACCESS, &t);

		CHECK(err == rows[i].want, "%s %+lld: %s", rows[i].name,
		    (long long)rows[i].from_now, err_code(err));
	}
}

static void
an_expired_forgery_is_a_forgery(void **state)
{
	struct ctx *c = unit_ctx();
	struct token t;

	(void)state;
	assert_int_equal(token_verify(c,
			     make(c, OTHER_KEY, HEADER,
				 claims_with(c, "exp", "1000000000")),
			     TOKEN_ACCESS, &t),
	    ERR_INVALID_TOKEN);
}

static void
only_the_compact_form_is_read(void **state)
{
	struct ctx *c = unit_ctx();
	const char *good = make(c, KEY, HEADER, good_claims(c));
	const char *claims = strchr(good, '.') + 1;
	const char *tag = strchr(claims, '.') + 1;
	const char *text = arena_strndup(c->arena, good,
	    (size_t)(tag - good - 1));
	struct token t;
	const struct {
		const char *why, *token;
	} rows[] = {
		{ "empty", "" },
		{ "dots alone", ".." },
		{ "no signature", arena_printf(c->arena, "%s.", text) },
		{ "two parts", text },
		{ "a fourth part", arena_printf(c->arena, "%s.x", good) },
		{ "a fourth empty part",
		    arena_printf(c->arena, "%s.", good) },
		{ "padding", arena_printf(c->arena, "%s=", good) },
		{ "a space behind", arena_printf(c->arena, "%s ", good) },
		{ "a space before", arena_printf(c->arena, " %s", good) },
		{ "a tab", arena_printf(c->arena, "%s\t", good) },
		{ "a line end", arena_printf(c->arena, "%s\r\n", good) },
		{ "no header", arena_printf(c->arena, ".%s", claims) },
		{ "no claims",
		    arena_printf(c->arena, "%s..%s", encode(c, HEADER),
			tag) },
		{ "another alphabet",
		    arena_printf(c->arena, "%s.+/%s", text, tag + 2) },
		{ "a shorter signature",
		    arena_printf(c->arena, "%s.%.42s", text, tag) },
		{ "a longer signature", arena_printf(c->arena, "%sA", good) },
		{ "half a signature",
		    arena_printf(c->arena, "%s.%.21s", text, tag) },
		{ "a signature of zeros",
		    arena_printf(c->arena, "%s.%043d", text, 0) },
		{ "hexadecimal",
		    arena_printf(c->arena, "%s.%064d", text, 0) },
		{ "the signature of the claims",
		    arena_printf(c->arena, "%s.%s", text,
			mac(c, KEY, encode(c, good_claims(c)))) },
		{ "bytes above ASCII", "\xff\xff.\xff\xff.\xff\xff" },
		{ "JSON form", "{\"payload\":\"\"}" },
		{ "very long", arena_printf(c->arena, "%s%04000d", good, 0) },
	};

	(void)state;
	assert_int_equal(token_verify(c, good, TOKEN_ACCESS, &t), OK);
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK(token_verify(c, rows[i].token, TOKEN_ACCESS, &t) ==
			ERR_INVALID_TOKEN,
		    "%s", rows[i].why);
}

/* The last character of a signature has two bits that say nothing; a token
 * has one text all the same. */
static void
no_changed_character_passes(void **state)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij"
				       "klmnopqrstuvwxyz0123456789-_";
	struct ctx *c = unit_ctx();
	char *text = arena_strdup(c->arena,
	    make(c, KEY, HEADER, good_claims(c)));
	size_t len = strlen(text);
	struct token t;

	(void)state;
	for (size_t i = 0; i < len; i++) {
		char was = text[i];
		bool tail = i + 2 > len;

		for (size_t k = 0; k < 64; k += tail ? 1 : 13) {
			if (alphabet[k] == was)
				continue;
			text[i] = alphabet[k];
			CHECK(token_verify(c, text, TOKEN_ACCESS, &t) ==
				ERR_INVALID_TOKEN,
			    "at %zu of %zu", i, len);
		}
		text[i] = was;
	}
	assert_int_equal(token_verify(c, text, TOKEN_ACCESS, &t), OK);
}

/* Keys around the block of SHA-256 (64 bytes) are where HMACs differ. */
static void
two_hmacs_agree_on_keys_of_any_length(void **state)
{
	static const size_t rows[] = { 1, 31, 32, 33, 63, 64, 65, 127, 128,
		129, 1000 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ctx *c = unit_ctx();
		char *key = arena_alloc(c->arena, rows[i] + 1);
		struct token t;
		const char *text, *last;

		for (size_t k = 0; k < rows[i]; k++)
			key[k] = (char)(1 + (k * 37 + i) % 255);
		unit_config(c)->jwt_secret = key;
		CHECK(token_verify(c, make(c, key, HEADER, good_claims(c)),
			  TOKEN_ACCESS, &t) == OK,
		    "%zu bytes", rows[i]);
		t = some_token(TOKEN_ACCESS);
		assert_int_equal(token_sign(c, &t, &text), OK);
		last = strrchr(text, '.');
		CHECK(strcmp(last + 1,
			  mac(c, key,
			      arena_strndup(c->arena, text,
				  (size_t)(last - text)))) == 0,
		    "%zu bytes", rows[i]);
	}
}

static void
the_empty_key_signs_nothing(void **state)
{
	struct ctx *c = unit_ctx();
	struct token t;

	(void)state;
	assert_int_equal(token_verify(c, make(c, "", HEADER, good_claims(c)),
			     TOKEN_ACCESS, &t),
	    ERR_INVALID_TOKEN);
	unit_config(c)->jwt_secret = "";
	assert_int_equal(token_verify(c, make(c, "", HEADER, good_claims(c)),
			     TOKEN_ACCESS, &t),
	    ERR_INVALID_TOKEN);
}

static void
the_previous_key_still_verifies(void **state)
{
	struct ctx *c = unit_ctx();
	struct token t = some_token(TOKEN_REFRESH), got;
	const char *old, *plain = make(c, KEY, HEADER, good_claims(c));

	(void)state;
	assert_int_equal(token_sign(c, &t, &old), OK);
	unit_config(c)->jwt_secret = OTHER_KEY;
	assert_int_equal(token_verify(c, old, TOKEN_REFRESH, &got),
	    ERR_INVALID_TOKEN);
	assert_int_equal(token_verify(c, plain, TOKEN_ACCESS, &got),
	    ERR_INVALID_TOKEN);
	unit_config(c)->jwt_secret_previous = KEY;
	assert_int_equal(token_verify(c, old, TOKEN_REFRESH, &got), OK);
	assert_true(uuid_equal(got.id, t.id));
	assert_int_equal(token_verify(c, plain, TOKEN_ACCESS, &got), OK);
}

static const struct CMUnitTest tests[] = {
	TEST("A token is read as it was signed, and only as its type",
	    a_token_is_read_as_it_was_signed),
	TEST("Only headers of our own making are read",
	    only_our_headers_are_read),
	TEST("Every claim is there, of its type and in its range",
	    every_claim_is_checked),
	TEST("Times count to the second, without leeway",
	    a_token_ends_with_its_second),
	TEST("A forgery past its time is invalid, not expired",
	    an_expired_forgery_is_a_forgery),
	TEST("Only the compact form of three parts is read",
	    only_the_compact_form_is_read),
	TEST("No changed character passes", no_changed_character_passes),
	TEST("Two HMACs agree on keys of any length",
	    two_hmacs_agree_on_keys_of_any_length),
	TEST("The empty key signs nothing", the_empty_key_signs_nothing),
	TEST("What the previous key signed still counts while it is set",
	    the_previous_key_still_verifies),
};

UNIT_MAIN(tests)
