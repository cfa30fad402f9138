#include "services/password.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "core/utf8.h"

enum { PASSES = 2, MEMORY_BYTES = 19 * 1024 * 1024 };

/* Sorted; made at build from a list of passwords seen in leaks. */
static const char *const common[] = {
#include "common_passwords.h"
};

/* Verified against for unknown accounts, so that they take as long. */
static const char *
dummy_hash(void)
{
	static char hash[crypto_pwhash_STRBYTES];

	if (hash[0] == '\0' &&
	    crypto_pwhash_str(hash, "no account has this", 19, PASSES,
		MEMORY_BYTES) != 0)
		abort();
	return hash;
}

static int
compare(const void *key, const void *element)
{
	return strcmp(key, *(const char *const *)element);
}

static bool
is_common(const char *lower)
{
	return bsearch(lower, common, sizeof(common) / sizeof(common[0]),
		   sizeof(common[0]), compare) != NULL;
}

static bool
is_one_character(const char *password)
{
	return strspn(password, (char[]){ password[0], '\0' }) ==
	    strlen(password);
}

enum err
password_check(struct ctx *c, const char *field, const char *password,
    const char *email)
{
	const char *lower = text_lower(c->arena, password);

	if (utf8_blank(password) || is_one_character(password))
		return fail_field(c, field,
		    "This password is too easy to guess.");
	if (is_common(lower))
		return fail_field(c, field,
		    "This password is on the list of common passwords.");
	if (email != NULL && strcmp(lower, text_lower(c->arena, email)) == 0)
		return fail_field(c, field,
		    "The password may not be the e-mail address.");
	return OK;
}

enum err
password_hash(struct ctx *c, const char *password, const char **out)
{
	char *hash = arena_alloc(c->arena, crypto_pwhash_STRBYTES);

	if (crypto_pwhash_str(hash, password, strlen(password), PASSES,
		MEMORY_BYTES) != 0)
		return fault(c, "password: out of memory");
	*out = hash;
	return OK;
}

bool
password_matches(const char *hash, const char *password, bool *stale)
{
	const char *against = hash != NULL ? hash : dummy_hash();
	bool good = crypto_pwhash_str_verify(against, password,
			strlen(password)) == 0;

	*stale = crypto_pwhash_str_needs_rehash(against, PASSES,
		     MEMORY_BYTES) != 0;
	return good && hash != NULL;
}
