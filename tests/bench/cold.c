/*
 * cold: how long a FastCGI program takes from its start to its first answer.
 *
 *	cold SOCKET TIMES PROGRAM
 *
 * The program inherits the environment, and a listening socket as a web server
 * gives it.  It is asked for an address that it does not have, which needs no
 * database.  Prints the microseconds of the middle one of so many starts, and those
 * that it had a processor.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TIMES_MAX = 100 };

static double
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void
die(const char *words)
{
	perror(words);
	exit(EXIT_FAILURE);
}

/* A record of FastCGI 1.0: version, type, request 1, length. */
static size_t
put_record(char *out, int type, const char *content, size_t len)
{
	const char head[8] = { 1, (char)type, 0, 1, (char)(len >> 8),
		(char)(len & 255), 0, 0 };

	memcpy(out, head, sizeof(head));
	memcpy(out + sizeof(head), content, len);
	return sizeof(head) + len;
}

/* Without its NUL. */
static size_t
put_text(char *out, const char *text)
{
	size_t n = 0;

	for (; text[n] != '\0'; n++)
		out[n] = text[n];
	return n;
}

static size_t
put_param(char *out, const char *name, const char *value)
{
	size_t n = 2;

	out[0] = (char)strlen(name);
	out[1] = (char)strlen(value);
	n += put_text(out + n, name);
	return n + put_text(out + n, value);
}

static size_t
make_request(char *out)
{
	static const char begin[8] = { 0, 1 }; /* a responder */
	char params[512];
	size_t n = 0, len = put_record(out, 1, begin, sizeof(begin));

	n += put_param(params + n, "REQUEST_METHOD", "GET");
	n += put_param(params + n, "SCRIPT_NAME", "/api/none/");
	n += put_param(params + n, "REQUEST_URI", "/api/none/");
	n += put_param(params + n, "SERVER_PROTOCOL", "HTTP/1.1");
	n += put_param(params + n, "REMOTE_ADDR", "127.0.0.1");
	len += put_record(out + len, 4, params, n);
	len += put_record(out + len, 4, "", 0);
	return len + put_record(out + len, 5, "", 0);
}

static int
listen_at(const struct sockaddr_un *at)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	unlink(at->sun_path);
	if (fd < 0 ||
	    bind(fd, (const struct sockaddr *)at, sizeof(*at)) != 0 ||
	    listen(fd, 8) != 0)
		die("listen");
	return fd;
}

static pid_t
start(int listener, char *const *program)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid > 0)
		return pid;
	if (dup2(listener, 0) < 0)
		_exit(EXIT_FAILURE);
	execv(program[0], program);
	_exit(EXIT_FAILURE);
}

static double
used_us(const struct rusage *r)
{
	return (double)(r->ru_utime.tv_sec + r->ru_stime.tv_sec) * 1e6 +
	    (double)(r->ru_utime.tv_usec + r->ru_stime.tv_usec);
}

static double
one_start(const struct sockaddr_un *at, char *const *program, double *used)
{
	struct rusage usage;

	char request[1024], answer[64];
	size_t len = make_request(request);
	int listener = listen_at(at), fd;
	double began = now_us(), took;
	pid_t pid = start(listener, program);

	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd < 0 ||
	    connect(fd, (const struct sockaddr *)at, sizeof(*at)) != 0 ||
	    write(fd, request, len) != (ssize_t)len ||
	    read(fd, answer, sizeof(answer)) <= 0)
		die("no answer");
	took = now_us() - began;
	close(fd);
	close(listener);
	kill(pid, SIGKILL);
	wait4(pid, NULL, 0, &usage);
	*used = used_us(&usage);
	return took;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int
main(int argc, char **argv)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	double times[TIMES_MAX], used[TIMES_MAX];
	size_t n;

	if (argc != 4 || strlen(argv[1]) >= sizeof(at.sun_path))
		return EXIT_FAILURE;
	memcpy(at.sun_path, argv[1], strlen(argv[1]) + 1);
	n = strtoul(argv[2], NULL, 10);
	if (n < 1 || n > TIMES_MAX)
		return EXIT_FAILURE;
	for (size_t i = 0; i < n; i++)
		times[i] = one_start(&at, argv + 3, &used[i]);
	qsort(times, n, sizeof(*times), by_value);
	qsort(used, n, sizeof(*used), by_value);
	printf("%.0f %.0f\n", times[n / 2], used[n / 2]);
	unlink(at.sun_path);
	return EXIT_SUCCESS;
}
