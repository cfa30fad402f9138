#include "db/idem_lock.h"

#include <sodium.h>
#include <string.h>

int64_t
idem_lock_of(struct ctx *c, const char *principal, const char *key)
{
	unsigned char digest[crypto_hash_sha256_BYTES];
	const char *text = arena_printf(c->arena, "%s\n%s", principal, key);
	int64_t lock;

	crypto_hash_sha256(digest, (const unsigned char *)text, strlen(text));
	memcpy(&lock, digest, sizeof(lock));
	return lock;
}
