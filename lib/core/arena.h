/*
 * arena.h: all memory of one request, released at once.
 *
 * An arena owns blocks of zeroed memory and a list of deferred releases for
 * handles that other libraries own (PGresult, json_object, curl handles).
 * arena_reset() runs the deferred releases, last in first out, and keeps the
 * first block, so a process that serves thousands of requests settles at a
 * constant size.
 *
 * Allocation never fails visibly: requests and results are capped, so running
 * out of memory is a bug.  It is logged and the process ends; the web server
 * starts another.
 */
#ifndef HAAT_CORE_ARENA_H
#define HAAT_CORE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

/* A new arena; owned by the caller, released by arena_free(). */
struct arena *arena_new(void);
void arena_free(struct arena *a);

/* Runs the deferred releases and forgets all memory handed out. */
void arena_reset(struct arena *a);

/* Zeroed memory, aligned for any type; lives until the next reset. */
void *arena_alloc(struct arena *a, size_t size);

/* Zeroed memory for n elements; ends the process if the product overflows. */
void *arena_array(struct arena *a, size_t n, size_t size);

/* Copies; the results end in NUL. */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t len);
void *arena_memdup(struct arena *a, const void *p, size_t len);

/* Formatted text. */
char *arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/* Calls release(handle) at the next reset. */
void arena_defer(struct arena *a, void (*release)(void *), void *handle);

/* Bytes handed out since the last reset, for tests and the log. */
size_t arena_used(const struct arena *a);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, n, type) ((type *)arena_array((a), (n), sizeof(type)))

#endif
