/*
 * sandbox.h: work on hostile bytes in a process of its own.
 *
 * The process has the descriptors it is given and no others, a bound on
 * memory, time and what it writes, and (on Linux x86-64 and arm64) may call
 * the kernel for memory, for reading and for writing, and for nothing else.
 * It dies with the one that started it.  Whatever happens to it, the caller
 * gets an answer.
 */
#ifndef HAAT_IO_SANDBOX_H
#define HAAT_IO_SANDBOX_H

#include <stddef.h>

#include "core/ctx.h"

enum { SANDBOX_FDS_MAX = 4 };

struct sandbox {
	size_t memory_bytes; /* beyond what the process has already */
	size_t file_bytes;   /* of each file it writes */
	int cpu_secs;
	int wall_secs;
	int fds[SANDBOX_FDS_MAX]; /* -1: none */
	/* Gives the exit status, 0 to 99, from copies of fds. */
	int (*work)(const int *fds, void *arg);
	void *arg;
};

/* How it ended. */
struct sandbox_end {
	int status; /* what work() returned; -1: it did not live to */
	int signal; /* that killed it, 0: none */
	int64_t peak_kib;
	int64_t us;
};

/* Runs it to its end.  Errors: ERR_UNAVAILABLE if no process can be had. */
enum err sandbox_run(struct ctx *c, const struct sandbox *s,
    struct sandbox_end *end);

#endif
