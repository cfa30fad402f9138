/*
 * razorpay_table.h: a hash table of things by text, and growing lists.  Keys
 * are not copied; nothing is ever taken out.
 */
#ifndef HAAT_FAKES_RAZORPAY_TABLE_H
#define HAAT_FAKES_RAZORPAY_TABLE_H

#include "razorpay_state.h"

struct table_slot {
	const char *key;
	void *value;
};

struct table {
	struct table_slot *slots;
	size_t size; /* a power of two, or 0 */
	size_t used;
};

void *table_get(const struct table *t, const char *key);

/* Replaces what stood under an equal key. */
void table_put(struct table *t, struct arena *a, const char *key,
    void *value);

void list_add(struct list *l, struct arena *a, void *item);

#endif
