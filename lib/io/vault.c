#include "io/vault.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "core/config.h"
#include "io/storage.h"

/* Its names are long. */
#define STREAM(what) crypto_secretstream_xchacha20poly1305_##what

enum {
	MAGIC = 8,
	KEY_ID = 8,
	KEY = STREAM(KEYBYTES),
	HEADER = STREAM(HEADERBYTES),
	HEAD = MAGIC + KEY_ID + HEADER,
	CHUNK = 64 * 1024,
	SEALED_CHUNK = CHUNK + STREAM(ABYTES)
};

static const char magic[MAGIC + 1] = "haatvlt1";

struct key {
	unsigned char id[KEY_ID];
	unsigned char bytes[KEY];
};

/* --- keys --------------------------------------------------------------- */

static void
wipe(void *key)
{
	sodium_memzero(key, sizeof(struct key));
}

static void
derive(const char *secret, size_t len, const char *what, unsigned char *out)
{
	crypto_auth_hmacsha256_state st;

	crypto_auth_hmacsha256_init(&st, (const unsigned char *)secret, len);
	crypto_auth_hmacsha256_update(&st, (const unsigned char *)what,
	    strlen(what));
	crypto_auth_hmacsha256_final(&st, out);
	sodium_memzero(&st, sizeof(st));
}

static struct key *
key_of(struct ctx *c, const char *secret, size_t len)
{
	struct key *k = ARENA_NEW(c->arena, struct key);
	unsigned char id[crypto_auth_hmacsha256_BYTES];

	arena_defer(c->arena, wipe, k);
	derive(secret, len, "haat documents 1: key", k->bytes);
	derive(secret, len, "haat documents 1: its name", id);
	memcpy(k->id, id, KEY_ID);
	return k;
}

/* The key that new files get. */
static struct key *
current_key(struct ctx *c)
{
	const char *secret = *c->config->document_key != '\0' ?
	    c->config->document_key :
	    c->config->app_secret;

	return key_of(c, secret, strlen(secret));
}

/* The key of that digest among all that are known; NULL if it is gone. */
static struct key *
key_named(struct ctx *c, const unsigned char *id)
{
	const char *list = c->config->document_keys_previous;
	struct key *k = current_key(c);

	while (memcmp(k->id, id, KEY_ID) != 0) {
		size_t len = strcspn(list, ",");

		if (len == 0)
			return NULL;
		k = key_of(c, list, len);
		list += len + strspn(list + len, ", ");
	}
	return k;
}

/* --- chunks ------------------------------------------------------------- */

/* Reads len bytes, fewer only at the end; -1 if it cannot. */
static ssize_t
read_full(int fd, unsigned char *p, size_t len)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n = read(fd, p + got, len - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

/* A stream under way, and a chunk of it in both forms. */
struct vault {
	STREAM(state) state;
	size_t name_len;
	const char *name;
	unsigned char head[HEAD];
	unsigned char plain[CHUNK];
	unsigned char sealed[SEALED_CHUNK];
};

static void
wipe_vault(void *handle)
{
	sodium_memzero(handle, sizeof(struct vault));
}

static struct vault *
vault_new(struct ctx *c, const char *name)
{
	struct vault *v = ARENA_NEW(c->arena, struct vault);

	arena_defer(c->arena, wipe_vault, v);
	v->name = name;
	v->name_len = strlen(name);
	return v;
}

enum err
vault_seal(struct ctx *c, int in, int out, const char *name)
{
	struct vault *v = vault_new(c, name);
	struct key *key = current_key(c);
	off_t left = lseek(in, 0, SEEK_END);

	if (left < 0 || lseek(in, 0, SEEK_SET) != 0)
		return fault(c, "vault: a spooled file cannot be rewound");
	memcpy(v->head, magic, MAGIC);
	memcpy(v->head + MAGIC, key->id, KEY_ID);
	STREAM(init_push)(&v->state, v->head + MAGIC + KEY_ID, key->bytes);
	TRY(storage_write(c, out, v->head, HEAD));
	do {
		ssize_t n = read_full(in, v->plain, CHUNK);
		unsigned long long len;

		if (n < 0 || (n < CHUNK && n != left))
			return fault(c, "vault: cannot read a spooled file");
		left -= n;
		STREAM(push)
		(&v->state, v->sealed, &len, v->plain, (size_t)n,
		    (const unsigned char *)name, v->name_len,
		    left == 0 ? STREAM(TAG_FINAL) : 0);
		TRY(storage_write(c, out, v->sealed, (size_t)len));
	} while (left > 0);
	return OK;
}

static enum err
damaged(struct ctx *c, const struct vault *v)
{
	return fault(c, "vault: %s is damaged", v->name);
}

static enum err
open_head(struct ctx *c, struct vault *v, int in)
{
	const struct key *key;

	if (lseek(in, 0, SEEK_SET) != 0 ||
	    read_full(in, v->head, HEAD) != HEAD ||
	    memcmp(v->head, magic, MAGIC) != 0)
		return damaged(c, v);
	key = key_named(c, v->head + MAGIC);
	if (key == NULL)
		return fault(c, "vault: the key of %s is not known", v->name);
	if (STREAM(init_pull)(&v->state, v->head + MAGIC + KEY_ID,
		key->bytes) != 0)
		return damaged(c, v);
	return OK;
}

enum err
vault_open(struct ctx *c, int in, const char *name, const struct sink *to)
{
	struct vault *v = vault_new(c, name);
	unsigned char tag = 0;

	TRY(open_head(c, v, in));
	while (tag != STREAM(TAG_FINAL)) {
		ssize_t n = read_full(in, v->sealed, SEALED_CHUNK);
		unsigned long long len;

		if (n <= 0 ||
		    STREAM(pull)(&v->state, v->plain, &len, &tag, v->sealed,
			(size_t)n, (const unsigned char *)name,
			v->name_len) != 0)
			return damaged(c, v);
		if (len > 0)
			TRY(sink_write(to, v->plain, (size_t)len));
	}
	/* Nothing stands behind the end. */
	return read_full(in, v->sealed, 1) == 0 ? OK : damaged(c, v);
}
