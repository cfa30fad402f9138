/*
 * provider_news.h: what administrators must hear of the payment provider.
 */
#ifndef HAAT_SERVICES_PROVIDER_NEWS_H
#define HAAT_SERVICES_PROVIDER_NEWS_H

#include "core/ctx.h"
#include "io/provider.h"

/*
 * To be called after a call that did not succeed, outside of any transaction:
 * where our keys are refused, administrators are told, once an hour.  Other
 * problems pass by themselves.  Where it cannot be told, the log has it.
 */
void provider_tell(struct ctx *c, const struct provider_problem *why);

#endif
