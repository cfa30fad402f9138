/*
 * uuid.h: identifiers, UUID version 7 (RFC 9562): time first, so that the
 * order of ids is the order of creation, also within one millisecond of one
 * process.
 */
#ifndef HAAT_CORE_UUID_H
#define HAAT_CORE_UUID_H

#include <stdbool.h>
#include <stdint.h>

struct uuid {
	uint8_t bytes[16];
};

enum { UUID_TEXT = 37 };

/* A new id.  Ends the process if the system has no randomness. */
struct uuid uuid_new(void);

/* The canonical form only, either case; false and *out untouched otherwise. */
bool uuid_parse(const char *text, struct uuid *out);

void uuid_format(struct uuid id, char text[UUID_TEXT]);

bool uuid_is_zero(struct uuid id);
bool uuid_equal(struct uuid a, struct uuid b);
int uuid_compare(struct uuid a, struct uuid b);

#endif
