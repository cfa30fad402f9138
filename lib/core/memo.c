#include "core/memo.h"

#include <sodium.h>
#include <string.h>

enum { WAYS = 4, ALIGN = 16, BYTES_OF_A_SLOT = 1024 };

/* Its bytes begin at begin, which only grows, of the ring; its key follows. */
struct slot {
	uint64_t hash;
	uint64_t begin; /* 0: free */
	size_t key_len;
	size_t len;
};

struct memo {
	struct arena *arena;
	char *ring;
	size_t size;
	uint64_t end;
	struct slot *slots;
	size_t nslots; /* a power of two */
	unsigned char hash_key[crypto_shorthash_KEYBYTES];
};

struct memo *
memo_new(struct arena *a, size_t ring)
{
	struct memo *m = ARENA_NEW(a, struct memo);

	m->arena = a;
	m->size = ring;
	m->end = ALIGN;
	m->nslots = 64;
	while (m->nslots * BYTES_OF_A_SLOT < ring)
		m->nslots *= 2;
	crypto_shorthash_keygen(m->hash_key);
	return m;
}

uint64_t
memo_hash(struct memo *m, const void *key, size_t key_len)
{
	unsigned char out[crypto_shorthash_BYTES];
	uint64_t hash;

	crypto_shorthash(out, key, key_len, m->hash_key);
	memcpy(&hash, out, sizeof(hash));
	return hash;
}

static size_t
padded(size_t len)
{
	return (len + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

static char *
bytes_of(const struct memo *m, const struct slot *s)
{
	return m->ring + s->begin % m->size;
}

/* Not overwritten since. */
static bool
is_there(const struct memo *m, const struct slot *s)
{
	return s->begin != 0 && s->begin + m->size >= m->end;
}

static struct slot *
way(const struct memo *m, uint64_t hash, size_t i)
{
	return &m->slots[(hash + i) & (m->nslots - 1)];
}

static struct slot *
find(const struct memo *m, uint64_t hash, const void *key, size_t key_len)
{
	for (size_t i = 0; i < WAYS; i++) {
		struct slot *s = way(m, hash, i);

		if (s->hash == hash && s->key_len == key_len &&
		    is_there(m, s) &&
		    memcmp(bytes_of(m, s) + padded(s->len), key, key_len) ==
			0)
			return s;
	}
	return NULL;
}

/* The place of a key: its own, else a free one, else the oldest. */
static struct slot *
place(const struct memo *m, uint64_t hash, const void *key, size_t key_len)
{
	struct slot *s = find(m, hash, key, key_len);

	for (size_t i = 0; s == NULL && i < WAYS; i++)
		if (!is_there(m, way(m, hash, i)))
			s = way(m, hash, i);
	if (s != NULL)
		return s;
	s = way(m, hash, 0);
	for (size_t i = 1; i < WAYS; i++)
		if (way(m, hash, i)->begin < s->begin)
			s = way(m, hash, i);
	return s;
}

/* So many bytes in one piece; what lay there is gone. */
static uint64_t
take(struct memo *m, size_t size)
{
	uint64_t begin = m->end;

	if (begin % m->size + size > m->size)
		begin += m->size - begin % m->size;
	m->end = begin + size;
	return begin;
}

void *
memo_find(struct memo *m, const void *key, size_t key_len, size_t *len)
{
	const struct slot *s;

	if (m->ring == NULL)
		return NULL;
	s = find(m, memo_hash(m, key, key_len), key, key_len);
	if (s == NULL)
		return NULL;
	*len = s->len;
	return bytes_of(m, s);
}

void *
memo_keep(struct memo *m, const void *key, size_t key_len, size_t len)
{
	size_t size = padded(len) + padded(key_len);
	uint64_t hash;
	struct slot *s;

	if (size > m->size / 8)
		return NULL;
	if (m->ring == NULL) {
		m->ring = arena_alloc(m->arena, m->size);
		m->slots = ARENA_ARRAY(m->arena, m->nslots, struct slot);
	}
	hash = memo_hash(m, key, key_len);
	s = place(m, hash, key, key_len);
	*s = (struct slot){ .hash = hash,
		.begin = take(m, size),
		.key_len = key_len,
		.len = len };
	memcpy(bytes_of(m, s) + padded(len), key, key_len);
	return bytes_of(m, s);
}
