#include "core/fault.h"

#ifdef HAAT_FAULTS
#include <stdlib.h>

#include "core/log.h"

static long countdown;

void
fault_reset(const char *header)
{
	const char *n = header != NULL ? header : getenv("FAULT");

	countdown = n != NULL ? strtol(n, NULL, 10) : 0;
}

bool
fault_point(const char *kind)
{
	if (countdown == 0 || --countdown > 0)
		return false;
	log_warn("failing on purpose: %s", kind);
	return true;
}
#endif
