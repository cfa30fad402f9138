/*
 * search_words.h: from what somebody typed to a text search.
 *
 * Terms are the text form of a tsquery, for to_tsquery(): quoted words
 * joined by & and |.  The database takes stems and drops stop words.
 */
#ifndef HAAT_SERVICES_SEARCH_WORDS_H
#define HAAT_SERVICES_SEARCH_WORDS_H

#include "core/ctx.h"
#include "core/field.h"

/* All words of q, as typed. */
const char *search_terms(struct ctx *c, const char *q);

/*
 * The same with each word that no listed product has replaced by words of
 * product names and brands: one edit away (a letter more, less, other, or
 * two swapped), else those that it begins, else those that look like it.
 * NULL if there is nothing to replace.
 */
enum err search_correct(struct ctx *c, const char *q, const char **terms);

/* Words of names and brands that begin like this, the most used first; at
 * most 8. */
enum err search_complete(struct ctx *c, const char *prefix,
    struct texts *words);

/* What is one edit away from a word of ASCII letters and digits; none for
 * words that are too short or too long. */
struct texts search_edits(struct arena *a, const char *word);

#endif
