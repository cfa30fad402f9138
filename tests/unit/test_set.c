#include "unit.h"

#include <stdio.h>

#include "core/set.h"

static void
a_text_is_there_once(void **state)
{
	struct arena *a = arena_new();
	struct set s = set_in(a);
	char text[] = "pay_1";

	(void)state;
	assert_false(set_has(&s, "pay_1"));
	assert_true(set_add(&s, text));
	assert_false(set_add(&s, "pay_1"));
	/* It is a copy. */
	text[4] = '2';
	assert_true(set_has(&s, "pay_1"));
	assert_false(set_has(&s, text));
	assert_true(set_add(&s, ""));
	assert_true(set_has(&s, ""));
	assert_false(set_add(&s, NULL));
	assert_false(set_has(&s, NULL));
	arena_free(a);
}

static void
many_texts_stay_apart(void **state)
{
	enum { MANY = 20000 };
	struct arena *a = arena_new();
	struct set s = set_in(a);
	char text[32];

	(void)state;
	for (int i = 0; i < MANY; i++) {
		snprintf(text, sizeof(text), "pay_%d", i);
		assert_true(set_add(&s, text));
	}
	for (int i = 0; i < MANY; i++) {
		snprintf(text, sizeof(text), "pay_%d", i);
		assert_true(set_has(&s, text));
		snprintf(text, sizeof(text), "rfnd_%d", i);
		assert_false(set_has(&s, text));
	}
	assert_int_equal(s.used, MANY);
	arena_free(a);
}

static const struct CMUnitTest tests[] = {
	TEST("A text is in a set once, as a copy", a_text_is_there_once),
	TEST("A set grows and keeps what it has", many_texts_stay_apart),
};

UNIT_MAIN(tests)
