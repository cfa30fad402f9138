/*
 * config.h: settings from the environment, read once at start.
 *
 * Texts point into the environment and are never NULL.  A secret's bytes as
 * written are the key.  RATE_LIMIT_SCALE is written as a decimal factor
 * ("0.5", "10", "0") and kept in hundredths.
 */
#ifndef HAAT_CORE_CONFIG_H
#define HAAT_CORE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct config {
#define TEXT(member, name, fallback) const char *member;
#define NUMBER(member, name, fallback, min, max) int64_t member;
#define FLAG(member, name, fallback) bool member;
#define SECRET(member, name, min) const char *member;
#include "core/config.def"
#undef TEXT
#undef NUMBER
#undef FLAG
#undef SECRET
};

enum { SECRET_MIN_BYTES = 32 };

/*
 * Reads the environment.  Writes one line per fault to faults (which may be
 * NULL) and returns how many there are: a number out of range, and, outside
 * the demo, a secret that is missing, short or an example.
 */
int config_load(struct config *c, FILE *faults);

#endif
