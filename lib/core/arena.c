#include "core/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"

/*
 * Under AddressSanitizer only what was handed out may be touched, with a gap
 * behind each piece: so it sees an overrun inside a block, and a use after
 * the reset.
 */
#if defined(__SANITIZE_ADDRESS__)
#define HAAT_ASAN
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAAT_ASAN
#endif
#endif
#ifdef HAAT_ASAN
#include <sanitizer/asan_interface.h>
#define FORBID(p, size) ASAN_POISON_MEMORY_REGION((p), (size))
#define PERMIT(p, size) ASAN_UNPOISON_MEMORY_REGION((p), (size))
enum { GAP = 16 };
#else
#define FORBID(p, size) ((void)(p), (void)(size))
#define PERMIT(p, size) ((void)(p), (void)(size))
enum { GAP = 0 };
#endif

enum { FIRST_BLOCK = 64 * 1024, ALIGN = 16 };

struct block {
	struct block *next;
	size_t size;
	size_t used;
	/* Keeps data[] aligned to 16 bytes. */
	size_t pad;
	unsigned char data[];
};

struct deferred {
	struct deferred *next;
	void (*release)(void *);
	void *handle;
};

struct arena {
	struct block *first;
	struct block *current;
	struct deferred *deferred;
	size_t used;
};

static void
out_of_memory(size_t size)
{
	log_error("out of memory: %zu bytes", size);
	abort();
}

static struct block *
block_new(size_t size)
{
	struct block *b = malloc(sizeof(*b) + size);

	if (b == NULL) {
		out_of_memory(size);
		return NULL;
	}
	b->next = NULL;
	b->size = size;
	b->used = 0;
	FORBID(b->data, size);
	return b;
}

struct arena *
arena_new(void)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (a == NULL) {
		out_of_memory(sizeof(*a));
		return NULL;
	}
	a->first = a->current = block_new(FIRST_BLOCK);
	return a;
}

void
arena_reset(struct arena *a)
{
	/* A release may defer another one, so take them one at a time. */
	while (a->deferred != NULL) {
		struct deferred *d = a->deferred;

		a->deferred = d->next;
		d->release(d->handle);
	}
	for (struct block *b = a->first->next, *next; b != NULL; b = next) {
		next = b->next;
		PERMIT(b->data, b->size);
		free(b);
	}
	FORBID(a->first->data, a->first->size);
	a->first->next = NULL;
	a->first->used = 0;
	a->current = a->first;
	a->used = 0;
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	arena_reset(a);
	PERMIT(a->first->data, a->first->size);
	free(a->first);
	free(a);
}

void *
arena_alloc(struct arena *a, size_t size)
{
	struct block *b = a->current;
	unsigned char *p;
	size_t taken;

	if (size > SIZE_MAX / 4)
		out_of_memory(size);
	taken = ((size + ALIGN - 1) & ~(size_t)(ALIGN - 1)) + GAP;
	if (taken > b->size - b->used) {
		size_t want = b->size * 2;

		if (want > 1024 * 1024)
			want = 1024 * 1024;
		b->next = block_new(taken > want ? taken : want);
		b = a->current = b->next;
	}
	p = b->data + b->used;
	b->used += taken;
	a->used += taken;
	PERMIT(p, size);
	memset(p, 0, size);
	return p;
}

void *
arena_array(struct arena *a, size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total))
		out_of_memory(SIZE_MAX);
	return arena_alloc(a, total);
}

void *
arena_memdup(struct arena *a, const void *p, size_t len)
{
	void *copy = arena_alloc(a, len);

	if (len > 0)
		memcpy(copy, p, len);
	return copy;
}

char *
arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *copy = arena_alloc(a, len + 1);

	if (len > 0)
		memcpy(copy, s, len);
	return copy;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *
arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	char *text;
	int len;

	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (len < 0)
		len = 0;
	text = arena_alloc(a, (size_t)len + 1);
	if (vsnprintf(text, (size_t)len + 1, fmt, ap) < 0)
		text[0] = '\0';
	return text;
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return text;
}

void
arena_defer(struct arena *a, void (*release)(void *), void *handle)
{
	struct deferred *d = ARENA_NEW(a, struct deferred);

	d->release = release;
	d->handle = handle;
	d->next = a->deferred;
	a->deferred = d;
}

size_t
arena_used(const struct arena *a)
{
	return a->used;
}
