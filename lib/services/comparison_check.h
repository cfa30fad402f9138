/*
 * comparison_check.h: how services/comparison.c holds single payments and
 * refunds against each other; its own matter.  Nothing is looked at twice.
 */
#ifndef HAAT_SERVICES_COMPARISON_CHECK_H
#define HAAT_SERVICES_COMPARISON_CHECK_H

#include "io/provider.h"
#include "services/comparison.h"

enum { ASK_TRIES = 3 };

/* After each try, from 0: waits and says true where an answer that did not
 * come, or was no answer, may come the next time. */
bool ask_again(enum provider_result result, int *tries);
enum err provider_unanswered(struct ctx *c,
    const struct provider_problem *why);

/* What the provider lists, held against ours. */
enum err compare_payments(struct ctx *c, struct comparison *cmp,
    const struct provider_payment *v, size_t n);
enum err compare_refunds(struct ctx *c, struct comparison *cmp,
    const struct provider_refund *v, size_t n);

/* One that either side names, asked for there and looked up here: by the
 * provider's id, our own, or both; NULL where there is none. */
enum err compare_one(struct ctx *c, struct comparison *cmp, bool is_refund,
    const char *provider_id, const char *ref);

#endif
