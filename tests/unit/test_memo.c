/* What a process remembers: the newest, in bounded room. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "core/memo.h"

enum { RING = 1024 * 1024 };

static void
keep(struct memo *m, const char *key, const char *text)
{
	char *p = memo_keep(m, key, strlen(key), strlen(text) + 1);

	assert_non_null(p);
	memcpy(p, text, strlen(text) + 1);
}

static const char *
found(struct memo *m, const char *key)
{
	size_t len = 0;
	const char *p = memo_find(m, key, strlen(key), &len);

	if (p != NULL)
		assert_int_equal(len, strlen(p) + 1);
	return p;
}

static void
the_last_under_a_key_is_found(void **state)
{
	struct arena *a = arena_new();
	struct memo *m = memo_new(a, RING);

	(void)state;
	assert_null(found(m, "a"));
	keep(m, "a", "of a");
	keep(m, "b", "");
	keep(m, "", "of nothing");
	assert_string_equal(found(m, "a"), "of a");
	assert_string_equal(found(m, "b"), "");
	assert_string_equal(found(m, ""), "of nothing");
	assert_null(found(m, "A"));
	assert_null(found(m, "ab"));
	keep(m, "a", "another, longer one");
	assert_string_equal(found(m, "a"), "another, longer one");
	arena_free(a);
}

static void
what_is_too_long_is_not_kept(void **state)
{
	struct arena *a = arena_new();
	struct memo *m = memo_new(a, RING);

	(void)state;
	assert_non_null(memo_keep(m, "k", 1, RING / 8 - 16));
	assert_null(memo_keep(m, "long", 4, RING / 8));
	assert_null(found(m, "long"));
	arena_free(a);
}

/* Whatever is found is what was kept last, or nothing. */
static void
the_oldest_make_room(void **state)
{
	enum { N = 2000, LEN = 9000 };
	static char text[LEN + 1];
	struct arena *a = arena_new();
	struct memo *m = memo_new(a, RING);
	char key[32];
	int there = 0;

	(void)state;
	for (int i = 0; i < N; i++) {
		memset(text, 'a' + i % 26, sizeof(text));
		text[LEN - i % 1000] = '\0';
		snprintf(key, sizeof(key), "n=%d", i);
		keep(m, key, text);
		CHECK(found(m, key) != NULL, "row %d", i);
	}
	for (int i = 0; i < N; i++) {
		const char *p;
		size_t len = LEN - (size_t)(i % 1000);

		snprintf(key, sizeof(key), "n=%d", i);
		p = found(m, key);
		if (p == NULL)
			continue;
		there++;
		CHECK(strlen(p) == len && p[0] == 'a' + i % 26 &&
			p[len - 1] == 'a' + i % 26,
		    "row %d", i);
	}
	/* About as many as fit into the ring. */
	assert_in_range(there, 90, 140);
	assert_null(found(m, "n=0"));
	arena_free(a);
}

static const struct CMUnitTest tests[] = {
	TEST("the last under a key is found", the_last_under_a_key_is_found),
	TEST("what is too long is not kept", what_is_too_long_is_not_kept),
	TEST("the oldest make room", the_oldest_make_room),
};

UNIT_MAIN(tests)
