/*
 * password.h: Argon2id by libsodium, with OWASP's parameters (2 passes,
 * 19 MiB), and what may be a password.
 */
#ifndef HAAT_SERVICES_PASSWORD_H
#define HAAT_SERVICES_PASSWORD_H

#include <stdbool.h>

#include "core/ctx.h"

enum { PASSWORD_MIN = 10, PASSWORD_MAX = 128 };

/*
 * Refuses what is blank, common, or the person's own e-mail address, as a
 * fault of the field.  Length is the input table's business.
 * Errors: ERR_VALIDATION.
 */
enum err password_check(struct ctx *c, const char *field,
    const char *password, const char *email);

/* The encoded hash, in the arena; about ten milliseconds of one core. */
enum err password_hash(struct ctx *c, const char *password, const char **out);

/*
 * Whether it is the password; takes as long for hash NULL (no such account).
 * *stale: the hash has other parameters and should be made anew.
 */
bool password_matches(const char *hash, const char *password, bool *stale);

#endif
