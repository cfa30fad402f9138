/*
 * listing_variants.h: the variants of one product, from what is there and
 * what its seller asks for to what is to be; see listing.h for the rules.
 */
#ifndef HAAT_SERVICES_LISTING_VARIANTS_H
#define HAAT_SERVICES_LISTING_VARIANTS_H

#include "services/listing.h"
#include "services/listing_plan.h"

/* The variants of a product: those on sale, and those off sale that are
 * named. */
struct variant_plan {
	struct listing_variant *v;
	size_t n;
};

/* Reads the rows of listing_variants. */
void variant_plan_read(struct ctx *c, struct rows *r, struct variant_plan *p);

/* Applies what is asked for; sets the product's options too.  What is wrong
 * is noted in the context, every fault by its field. */
void variant_plan_make(struct ctx *c, const struct listing_in *in,
    struct listing *l, struct variant_plan *p);

#endif
