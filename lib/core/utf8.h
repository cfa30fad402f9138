/*
 * utf8.h: strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing
 * above U+10FFFF.  Text is checked once, at the edge.
 */
#ifndef HAAT_CORE_UTF8_H
#define HAAT_CORE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

bool utf8_valid(const char *s, size_t len);

/* Characters (code points) in valid UTF-8 that ends in NUL. */
size_t utf8_length(const char *s);

/* Bytes of the first n characters, or of all if there are fewer. */
size_t utf8_prefix(const char *s, size_t n);

/* Whether nothing but white space stands in it (Unicode's White_Space). */
bool utf8_blank(const char *s);

#endif
