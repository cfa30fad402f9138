/* What the sandbox holds. Its bounds on memory and calls stand only in builds
 * without a sanitizer: make MODE=release unit. */
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/sandbox.h"

static int
returns(const int *fds, void *arg)
{
	(void)fds;
	return *(int *)arg;
}

static int
breaks(const int *fds, void *arg)
{
	(void)fds;
	(void)arg;
	abort();
}

static int
never_ends(const int *fds, void *arg)
{
	(void)fds;
	while (*(volatile int *)arg)
		continue;
	return 0;
}

static int
sleeps(const int *fds, void *arg)
{
	char c;

	(void)arg;
	return (int)read(fds[0], &c, 1);
}

/* 1: a descriptor of the parent's is open; 2: the given ones are not. */
static int
looks_around(const int *fds, void *arg)
{
	for (int fd = 0; fd < 1024; fd++) {
		bool given = fd == fds[0] || fd == fds[1] || fd == 2;

		if ((fcntl(fd, F_GETFD) >= 0) != given)
			return given ? 2 : 1;
	}
	(void)arg;
	return 0;
}

static int
writes(const int *fds, void *arg)
{
	char piece[4096] = { 0 };

	(void)arg;
	for (int i = 0; i < 32; i++)
		if (write(fds[1], piece, sizeof(piece)) !=
		    (ssize_t)sizeof(piece))
			return i;
	return 99;
}

static struct sandbox_end
run(int (*work)(const int *fds, void *arg), void *arg)
{
	int in[2], out = memfd_create("out", 0);
	struct sandbox_end end;
	struct sandbox s = {
		.memory_bytes = 64 << 20,
		.file_bytes = 64 * 1024,
		.cpu_secs = 1,
		.wall_secs = 2,
		.work = work,
		.arg = arg,
	};

	assert_true(out >= 0);
	assert_int_equal(pipe(in), 0);
	s.fds[0] = in[0];
	s.fds[1] = out;
	s.fds[2] = s.fds[3] = -1;
	assert_int_equal(sandbox_run(unit_ctx(), &s, &end), OK);
	close(in[0]);
	close(in[1]);
	close(out);
	return end;
}

static void
it_ends_however_the_work_does(void **state)
{
	struct sandbox_end end;
	int status = 42;

	(void)state;
	end = run(returns, &status);
	assert_int_equal(end.status, 42);
	assert_int_equal(end.signal, 0);
	assert_true(end.peak_kib > 0 && end.us > 0);
	end = run(breaks, NULL);
	assert_int_equal(end.status, -1);
	assert_int_equal(end.signal, SIGABRT);
	end = run(never_ends, &status);
	assert_int_equal(end.status, -1);
	/* By either clock: the processors may be busy. */
	assert_true(end.signal == SIGXCPU || end.signal == SIGKILL ||
	    end.signal == SIGALRM);
	end = run(sleeps, NULL);
	assert_int_equal(end.status, -1);
	assert_int_equal(end.signal, SIGALRM);
}

static void
it_has_nothing_but_what_it_is_given(void **state)
{
	int secret = open("/dev/null", O_RDONLY);

	(void)state;
	assert_true(secret >= 0);
	assert_int_equal(run(looks_around, NULL).status, 0);
	close(secret);
}

static void
it_writes_no_more_than_it_may(void **state)
{
	(void)state;
	assert_int_equal(run(writes, NULL).status, 16);
}

#ifndef __SANITIZE_ADDRESS__
static int
grows(const int *fds, void *arg)
{
	static char *kept[99];

	(void)fds;
	(void)arg;
	for (int i = 1; i < 99; i++) {
		char *p = malloc(1 << 20);

		if (p == NULL)
			return i;
		memset(p, 1, 1 << 20);
		kept[i] = p;
	}
	return kept[1] == NULL;
}

static int
calls_out(const int *fds, void *arg)
{
	(void)fds;
	(void)arg;
	return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static int
opens(const int *fds, void *arg)
{
	(void)fds;
	return open(arg, O_RDONLY) >= 0;
}

static int
forks(const int *fds, void *arg)
{
	(void)fds;
	(void)arg;
	return fork() != 0;
}

static void
it_can_neither_grow_nor_reach_out(void **state)
{
	struct sandbox_end end = run(grows, NULL);

	(void)state;
	assert_true(end.status > 30 && end.status < 70);
	assert_int_equal(run(calls_out, NULL).signal, SIGSYS);
	assert_int_equal(run(opens, (char[]){ "/etc/passwd" }).signal,
	    SIGSYS);
	assert_int_equal(run(forks, NULL).signal, SIGSYS);
}
#endif

static const struct CMUnitTest tests[] = {
	TEST("It ends however the work does", it_ends_however_the_work_does),
	TEST("It has nothing but what it is given",
	    it_has_nothing_but_what_it_is_given),
	TEST("It writes no more than it may", it_writes_no_more_than_it_may),
#ifndef __SANITIZE_ADDRESS__
	TEST("It can neither grow nor reach out",
	    it_can_neither_grow_nor_reach_out),
#endif
};

UNIT_MAIN(tests)
