/* How a FastCGI process is told to end. */
#include "unit.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "web/io.h"

enum { PATIENCE_SECS = 20, LONG_MS = 600 * 1000 };

/* As the web server starts it: its socket is standard input. */
static struct io *
open_as_fastcgi(void)
{
	struct sockaddr_un any = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_STREAM, 0);

	if (s < 0 || bind(s, (struct sockaddr *)&any, sizeof(sa_family_t)) ||
	    listen(s, 8) || dup2(s, STDIN_FILENO) != STDIN_FILENO)
		return NULL;
	close(s);
	return io_open();
}

/* The exit status of a child that gets a signal before it waits. */
static int
end_by(int signal_number)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		struct io *io = open_as_fastcgi();

		alarm(PATIENCE_SECS);
		if (io == NULL || raise(signal_number) != 0)
			_exit(1);
		/* Nobody ever calls; it must not wait for that. */
		_exit(io_take(io, LONG_MS) == IO_END ? 0 : 2);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void
a_signal_that_comes_during_a_request_ends_the_wait_after_it(void **state)
{
	(void)state;
	assert_int_equal(end_by(SIGTERM), 0);
	assert_int_equal(end_by(SIGUSR1), 0);
}

static const struct CMUnitTest tests[] = {
	TEST("a signal that comes during a request ends the wait after it",
	    a_signal_that_comes_during_a_request_ends_the_wait_after_it),
};

UNIT_MAIN(tests)
