/*
 * text.h: checks and forms of short texts: e-mail, phone, GSTIN, slugs.
 *
 * The check functions return NULL when the text is good, else a sentence for
 * the person who typed it.
 */
#ifndef HAAT_CORE_TEXT_H
#define HAAT_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

/* local@domain in ASCII, with a dot in the domain; RFC 5321's lengths.  The
 * addresses of RFC 6531 are refused: no mail could be sent to them. */
const char *text_check_email(const char *text);

/* Digits with an optional + and separators, 7 to 15 digits; E.164. */
const char *text_check_phone(const char *text);

/* Indian postal code: six digits, the first not 0. */
const char *text_check_postal_code(const char *text);

/*
 * GSTIN: 2 digits of the state, 10 characters of a PAN, an entity digit, Z,
 * and a check character (mod 36 with weights 1 and 2).
 */
const char *text_check_gstin(const char *text);

/* PAN: five letters, four digits, a letter, in upper case. */
const char *text_check_pan(const char *text);

/* IFSC of a bank's branch: four letters, 0, six letters or digits. */
const char *text_check_ifsc(const char *text);

/* Number of an Indian bank account: 9 to 18 digits. */
const char *text_check_bank_account(const char *text);

/* All but the last four characters as X, in the arena; NULL for NULL.  A text
 * of four or fewer is hidden whole. */
char *text_mask(struct arena *a, const char *text);

/* The GST state code ("29") of a state or union territory's name, in any
 * case; NULL if there is none of that name. */
const char *text_state_code(const char *name);
const char *text_check_state(const char *text);

/* "IN". */
const char *text_check_country(const char *text);

/* A whole number with nothing around it, as an int64. */
bool text_i64(const char *text, int64_t *out);

/* ASCII letters of text in lower case, in the arena. */
char *text_lower(struct arena *a, const char *text);

/* Lower-case ASCII words joined by "-", at most max bytes; "" if nothing of
 * it can be kept. */
char *text_slug(struct arena *a, const char *text, size_t max);

/* The pattern of LIKE for what holds text anywhere, in the arena. */
char *text_like(struct arena *a, const char *text);

/* base64url without padding (RFC 4648, section 5), in the arena. */
char *text_base64url(struct arena *a, const void *p, size_t len);
/* NULL if it is not that. */
void *text_unbase64url(struct arena *a, const char *text, size_t *len);

#endif
