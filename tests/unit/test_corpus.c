/* The inputs that tests/fuzz has collected: a reader that broke on one of
 * them does so no more. */
#include "unit.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#define HARNESS fuzz_cursor
#include "../fuzz/fuzz_cursor.c"
#undef HARNESS
#define HARNESS fuzz_input
#include "../fuzz/fuzz_input.c"
#undef HARNESS
#define HARNESS fuzz_json
#include "../fuzz/fuzz_json.c"
#undef HARNESS
#define HARNESS fuzz_multipart
#include "../fuzz/fuzz_multipart.c"
#undef HARNESS
#define HARNESS fuzz_text
#include "../fuzz/fuzz_text.c"
#undef HARNESS
#define HARNESS fuzz_token
#include "../fuzz/fuzz_token.c"
#undef HARNESS

/* From memory of the exact size, so that a byte too far is seen. */
static void
replay(int (*harness)(const uint8_t *, size_t), const char *path)
{
	static uint8_t bytes[1 << 20];
	FILE *f = fopen(path, "rb");
	uint8_t *copy;
	size_t n;

	CHECK(f != NULL, "%s", path);
	n = fread(bytes, 1, sizeof(bytes), f);
	CHECK(fclose(f) == 0, "%s", path);
	copy = malloc(n > 0 ? n : 1);
	assert_non_null(copy);
	memcpy(copy, bytes, n);
	assert_int_equal(harness(copy, n), 0);
	free(copy);
}

static void
replay_folder(int (*harness)(const uint8_t *, size_t), const char *folder)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	int files = 0;

	CHECK(d != NULL, "%s", folder);
	while ((e = readdir(d)) != NULL) {
		char path[600];

		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		replay(harness, path);
		files++;
	}
	closedir(d);
	CHECK(files > 0, "%s", folder);
}

#define CORPUS(name)                                                         \
	static void name##_corpus(void **state)                              \
	{                                                                    \
		(void)state;                                                 \
		replay_folder(fuzz_##name, "tests/fuzz/corpus/" #name);      \
	}
CORPUS(cursor)
CORPUS(input)
CORPUS(json)
CORPUS(multipart)
CORPUS(text)
CORPUS(token)

static const struct CMUnitTest tests[] = {
	TEST("No collected cursor breaks its reader", cursor_corpus),
	TEST("No collected request breaks the binding", input_corpus),
	TEST("No collected JSON breaks its reader", json_corpus),
	TEST("No collected form breaks its reader", multipart_corpus),
	TEST("No collected text breaks a check", text_corpus),
	TEST("No collected token breaks its reader", token_corpus),
};

UNIT_MAIN(tests)
