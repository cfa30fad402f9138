/*
 * fuzz.h: a harness gets bytes and feeds them to one reader of what comes
 * from outside.  It must neither crash nor break what MUST() says.
 *
 * Linked with libFuzzer it searches; tests/unit/test_corpus.c runs all of them
 * over the committed corpora.
 */
#ifndef HAAT_FUZZ_H
#define HAAT_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/context.h"

#ifndef HARNESS
#define HARNESS LLVMFuzzerTestOneInput
#endif

#define MUST(good)                                                           \
	do {                                                                 \
		if (!(good)) {                                               \
			fprintf(stderr, "broken: %s\n", #good);              \
			abort();                                             \
		}                                                            \
	} while (0)

#endif
