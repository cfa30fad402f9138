#include "razorpay_table.h"

/* FNV-1a, 64 bits. */
static uint64_t
hash(const char *key)
{
	uint64_t h = 0xcbf29ce484222325;

	for (; *key != '\0'; key++)
		h = (h ^ (unsigned char)*key) * 0x100000001b3;
	return h ^ h >> 32;
}

static struct table_slot *
slot_of(const struct table *t, const char *key)
{
	size_t i = hash(key) & (t->size - 1);

	while (t->slots[i].key != NULL && strcmp(t->slots[i].key, key) != 0)
		i = (i + 1) & (t->size - 1);
	return &t->slots[i];
}

void *
table_get(const struct table *t, const char *key)
{
	return t->size == 0 ? NULL : slot_of(t, key)->value;
}

static void
grow(struct table *t, struct arena *a)
{
	struct table bigger = { .size = t->size == 0 ? 1024 : t->size * 2,
		.used = t->used };

	bigger.slots = ARENA_ARRAY(a, bigger.size, struct table_slot);
	for (size_t i = 0; i < t->size; i++)
		if (t->slots[i].key != NULL)
			*slot_of(&bigger, t->slots[i].key) = t->slots[i];
	*t = bigger;
}

void
table_put(struct table *t, struct arena *a, const char *key, void *value)
{
	struct table_slot *slot;

	if (t->used >= t->size / 2)
		grow(t, a);
	slot = slot_of(t, key);
	if (slot->key == NULL)
		t->used++;
	*slot = (struct table_slot){ key, value };
}

void
list_add(struct list *l, struct arena *a, void *item)
{
	if (l->n == l->size) {
		void **items;

		l->size = l->size == 0 ? 1024 : l->size * 2;
		items = ARENA_ARRAY(a, l->size, void *);
		if (l->n > 0)
			memcpy(items, l->items, l->n * sizeof(*items));
		l->items = items;
	}
	l->items[l->n++] = item;
}
