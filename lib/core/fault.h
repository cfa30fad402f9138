/*
 * fault.h: failures on purpose.
 *
 * With FAULT=n in the environment of a build made with HAAT_FAULTS, the n-th
 * call to the database, the cache or another server fails, counted from the
 * last fault_reset() (a request's start).  Other builds have no such call.
 */
#ifndef HAAT_CORE_FAULT_H
#define HAAT_CORE_FAULT_H

#include <stdbool.h>

#ifdef HAAT_FAULTS
bool fault_point(const char *kind);
void fault_reset(const char *header);
#else
static inline bool
fault_point(const char *kind)
{
	(void)kind;
	return false;
}
#endif

#endif
