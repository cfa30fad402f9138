#include "unit.h"

#include <string.h>

static char order[16];
static size_t order_len;
static char letters[] = "abcz";
static struct arena *shared;

static void
note(void *what)
{
	order[order_len++] = *(const char *)what;
}

static void
defer_another(void *what)
{
	note(what);
	arena_defer(shared, note, &letters[3]);
}

static void
memory_is_zeroed_and_aligned(void **state)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 17, 4096, 65535, 65536,
		65537, 1 << 20, (1 << 20) + 1, 3 << 20 };
	struct arena *a = arena_new();

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < COUNT(sizes); i++) {
			unsigned char *p = arena_alloc(a, sizes[i]);

			CHECK((uintptr_t)p % 16 == 0, "size %zu", sizes[i]);
			for (size_t k = 0; k < sizes[i]; k++)
				CHECK(p[k] == 0, "size %zu at %zu", sizes[i],
				    k);
			memset(p, 0xff, sizes[i]);
		}
		arena_reset(a);
		assert_int_equal(arena_used(a), 0);
	}
	arena_free(a);
}

static void
blocks_do_not_overlap(void **state)
{
	struct arena *a = arena_new();
	unsigned char *p[500];

	(void)state;
	for (size_t i = 0; i < COUNT(p); i++) {
		p[i] = arena_alloc(a, 1 + i * 7);
		memset(p[i], (int)(i & 0xff), 1 + i * 7);
	}
	for (size_t i = 0; i < COUNT(p); i++)
		for (size_t k = 0; k < 1 + i * 7; k++)
			CHECK(p[i][k] == (i & 0xff), "block %zu at %zu", i,
			    k);
	arena_free(a);
}

static void
releases_run_last_in_first_out(void **state)
{
	(void)state;
	shared = arena_new();
	arena_defer(shared, note, &letters[0]);
	arena_defer(shared, defer_another, &letters[1]);
	arena_defer(shared, note, &letters[2]);
	arena_reset(shared);
	assert_int_equal(order_len, 4);
	assert_memory_equal(order, "cbza", 4);
	arena_reset(shared);
	assert_int_equal(order_len, 4);
	arena_free(shared);
	arena_free(NULL);
}

static void
copies_end_in_nul(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	assert_string_equal(arena_strdup(a, ""), "");
	assert_string_equal(arena_strdup(a, "haat"), "haat");
	assert_string_equal(arena_strndup(a, "haat", 2), "ha");
	assert_memory_equal(arena_memdup(a, "h\0t", 4), "h\0t", 4);
	assert_non_null(arena_memdup(a, NULL, 0));
	assert_string_equal(arena_printf(a, "%s-%d", "x", 7), "x-7");
	assert_int_equal(strlen(arena_printf(a, "%70000d", 1)), 70000);
	arena_free(a);
}

static const struct CMUnitTest tests[] = {
	TEST("Memory is zeroed and aligned, also after a reset",
	    memory_is_zeroed_and_aligned),
	TEST("Two allocations never overlap", blocks_do_not_overlap),
	TEST("Deferred releases run once, the last one first",
	    releases_run_last_in_first_out),
	TEST("Copies and formatted texts end in NUL", copies_end_in_nul),
};

UNIT_MAIN(tests)
