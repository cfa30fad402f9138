/*
 * memo.h: what a process remembers between requests, of bounded size: bytes
 * found by a key.
 *
 * The bytes lie in a ring, in which the oldest make room for the newest, and
 * are found through a table of four places for each key, in which the oldest
 * gives way too.  So anything may be forgotten at any time, and nothing here
 * is the truth of anything.  Whoever sends keys cannot make them meet: they
 * are hashed with a secret of the process (SipHash).
 */
#ifndef HAAT_CORE_MEMO_H
#define HAAT_CORE_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

struct memo;

/* An empty one with a ring of so many bytes, which it takes from the arena
 * when the first thing is kept. */
struct memo *memo_new(struct arena *a, size_t ring);

/* What was kept last under this key, NULL if that is forgotten; valid until
 * the next memo_keep(). */
void *memo_find(struct memo *m, const void *key, size_t key_len, size_t *len);

/* Room to write len bytes that are found by the key from now on, aligned for
 * any type; NULL where they are longer than an eighth of the ring. */
void *memo_keep(struct memo *m, const void *key, size_t key_len, size_t len);

/* A number of the process and the key that nobody can foretell. */
uint64_t memo_hash(struct memo *m, const void *key, size_t key_len);

#endif
