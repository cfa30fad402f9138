#include "core/set.h"

#include <stdint.h>
#include <string.h>

enum { SIZE_FIRST = 64 };

struct set
set_in(struct arena *a)
{
	return (struct set){ .arena = a };
}

/* FNV-1a. */
static uint64_t
hash(const char *text)
{
	uint64_t h = 14695981039346656037U;

	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * 1099511628211U;
	return h;
}

/* Where it stands, or where it would. */
static const char **
slot_of(const struct set *s, const char *text)
{
	size_t at = hash(text) & (s->size - 1);

	while (s->slots[at] != NULL && strcmp(s->slots[at], text) != 0)
		at = (at + 1) & (s->size - 1);
	return &s->slots[at];
}

static void
grow(struct set *s)
{
	struct set old = *s;

	s->size = old.size > 0 ? old.size * 2 : SIZE_FIRST;
	s->slots = ARENA_ARRAY(s->arena, s->size, const char *);
	for (size_t i = 0; i < old.size; i++)
		if (old.slots[i] != NULL)
			*slot_of(s, old.slots[i]) = old.slots[i];
}

bool
set_add(struct set *s, const char *text)
{
	const char **slot;

	if (text == NULL)
		return false;
	/* At most half full, so that every search ends soon. */
	if (2 * s->used >= s->size)
		grow(s);
	slot = slot_of(s, text);
	if (*slot != NULL)
		return false;
	*slot = arena_strdup(s->arena, text);
	s->used++;
	return true;
}

bool
set_has(const struct set *s, const char *text)
{
	return text != NULL && s->size > 0 && *slot_of(s, text) != NULL;
}
