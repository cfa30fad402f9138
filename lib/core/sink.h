/*
 * sink.h: where bytes go that are too many to hold: a long answer, a file.
 */
#ifndef HAAT_CORE_SINK_H
#define HAAT_CORE_SINK_H

#include <stddef.h>

#include "core/err.h"

struct sink {
	enum err (*write)(void *arg, const void *p, size_t len);
	void *arg;
};

static inline enum err
sink_write(const struct sink *s, const void *p, size_t len)
{
	return s->write(s->arg, p, len);
}

#endif
