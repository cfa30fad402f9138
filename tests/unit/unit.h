/*
 * unit.h: what the unit tests share.  Tables of rows, one loop, and the row
 * that failed on the terminal.  cmocka's fail() would shadow ours.
 */
#ifndef HAAT_UNIT_H
#define HAAT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail

#include <sodium.h>

#include "context.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Fails the test with a line that says which row and what came out. */
#define CHECK(good, ...)                                                     \
	do {                                                                 \
		if (!(good)) {                                               \
			print_error(__VA_ARGS__);                            \
			print_error(" (%s)\n", #good);                       \
			_fail(__FILE__, __LINE__);                           \
		}                                                            \
	} while (0)

/* A test by the sentence it proves. */
#define TEST(sentence, function)                                             \
	{                                                                    \
		(sentence), (function), NULL, NULL, NULL                     \
	}

#define UNIT_MAIN(tests)                                                     \
	int main(void)                                                       \
	{                                                                    \
		if (sodium_init() < 0)                                       \
			return 1;                                            \
		return cmocka_run_group_tests(tests, NULL, NULL) != 0;       \
	}

#endif
