/*
 * runner: a cron for one crontab, for any user, in the foreground.
 *
 *	runner [--pid FILE] CRONTAB
 *
 * Every entry also runs once at the start, so that what came due while
 * nothing ran is caught up.  An entry that comes due while it still runs
 * starts again when it has ended, once.  Each runs in a process group of its
 * own; SIGTERM is handed on and waited for.  The command is for the shell;
 * CRON_DIR names the folder of this program, where the jobs are.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/arena.h"
#include "core/log.h"
#include "job/crontab.h"

enum { ENTRIES = 64, LINE = 1024, LOOK_SECS = 10, END_SECS = 15 };

struct entry {
	struct cron_when when;
	const char *command;
	pid_t pid; /* 0: it does not run */
	bool due;
};

static struct {
	struct entry v[ENTRIES];
	size_t n;
} entries;

/* --- the file ----------------------------------------------------------- */

static bool
add_line(struct arena *a, const char *file, const char *line, int number)
{
	const char *command;
	struct entry *e = &entries.v[entries.n];

	switch (cron_parse(line, &e->when, &command)) {
	case CRON_EMPTY:
		return true;
	case CRON_ENTRY:
		break;
	case CRON_WRONG:
		log_error("%s:%d: not an entry", file, number);
		return false;
	}
	if (++entries.n == ENTRIES) {
		log_error("%s:%d: too many entries", file, number);
		return false;
	}
	e->command = arena_strndup(a, command, strcspn(command, "\n"));
	e->due = true;
	return true;
}

static bool
read_crontab(struct arena *a, const char *file)
{
	FILE *f = fopen(file, "re");
	char line[LINE];
	bool good = f != NULL;
	int number = 0;

	if (f == NULL) {
		log_error("cannot open %s: %s", file, strerror(errno));
		return false;
	}
	while (good && fgets(line, sizeof(line), f) != NULL)
		good = add_line(a, file, line, ++number);
	return fclose(f) == 0 && good;
}

/* --- processes ---------------------------------------------------------- */

static void
become(const struct entry *e, pid_t parent)
{
	sigset_t none;

	sigemptyset(&none);
	/* Should the runner be killed, its jobs end too. */
	if (setpgid(0, 0) != 0 || prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 ||
	    getppid() != parent || sigprocmask(SIG_SETMASK, &none, NULL) != 0)
		_exit(126);
	execl("/bin/sh", "sh", "-c", e->command, (char *)NULL);
	_exit(127);
}

static void
start(struct entry *e)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid == 0)
		become(e, parent);
	if (pid < 0) {
		log_error("cannot fork: %s", strerror(errno));
		return;
	}
	/* Here too: whichever of both comes first. */
	if (setpgid(pid, pid) != 0 && errno != EACCES && errno != ESRCH)
		log_warn("setpgid: %s", strerror(errno));
	e->pid = pid;
	e->due = false;
}

static void
start_due(void)
{
	for (size_t i = 0; i < entries.n; i++)
		if (entries.v[i].due && entries.v[i].pid == 0)
			start(&entries.v[i]);
}

static struct entry *
entry_of(pid_t pid)
{
	for (size_t i = 0; i < entries.n; i++)
		if (entries.v[i].pid == pid)
			return &entries.v[i];
	return NULL;
}

static void
collect(void)
{
	struct entry *e;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		e = entry_of(pid);
		if (e == NULL)
			continue;
		e->pid = 0;
		if (WIFSIGNALED(status))
			log_warn("signal %d ended: %s", WTERMSIG(status),
			    e->command);
		else if (WEXITSTATUS(status) != 0)
			log_warn("status %d: %s", WEXITSTATUS(status),
			    e->command);
	}
}

static size_t
running(void)
{
	size_t n = 0;

	for (size_t i = 0; i < entries.n; i++)
		n += entries.v[i].pid != 0;
	return n;
}

static void
signal_all(int signal)
{
	for (size_t i = 0; i < entries.n; i++)
		if (entries.v[i].pid != 0 &&
		    kill(-entries.v[i].pid, signal) != 0 && errno != ESRCH)
			log_warn("kill: %s", strerror(errno));
}

/* --- time --------------------------------------------------------------- */

static void
mark_due(time_t now)
{
	struct tm at;

	localtime_r(&now, &at);
	for (size_t i = 0; i < entries.n; i++)
		if (cron_matches(&entries.v[i].when, &at))
			entries.v[i].due = true;
}

/* False when told to end. */
static bool
wait_for(const sigset_t *signals, time_t secs)
{
	struct timespec most = { .tv_sec = secs };
	int signal = sigtimedwait(signals, NULL, &most);

	collect();
	return signal != SIGTERM && signal != SIGINT;
}

static void
run(const sigset_t *signals)
{
	time_t last = time(NULL) / 60;

	start_due();
	for (;;) {
		time_t now = time(NULL);
		time_t left = 60 - now % 60;

		if (!wait_for(signals, left < LOOK_SECS ? left : LOOK_SECS))
			return;
		now = time(NULL);
		if (now / 60 != last) {
			last = now / 60;
			mark_due(now);
		}
		start_due();
	}
}

static void
end_all(const sigset_t *signals)
{
	time_t end = time(NULL) + END_SECS;

	signal_all(SIGTERM);
	collect();
	while (running() > 0 && time(NULL) < end)
		(void)wait_for(signals,
		    1); /* a second SIGTERM changes nothing */
	signal_all(SIGKILL);
}

/* --- start -------------------------------------------------------------- */

/* The lock is held as long as the process lives. */
static bool
write_pid(const char *file)
{
	char text[32];
	int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	int n = snprintf(text, sizeof(text), "%d\n", (int)getpid());

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0) {
		log_error("cannot lock %s: %s", file, strerror(errno));
		return false;
	}
	return ftruncate(fd, 0) == 0 && write(fd, text, (size_t)n) == n;
}

static bool
name_folder(void)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n <= 0)
		return false;
	path[n] = '\0';
	*strrchr(path, '/') = '\0';
	return setenv("CRON_DIR", path, 0) == 0;
}

int
main(int argc, char **argv)
{
	struct arena *a;
	sigset_t signals;
	bool good;

	log_open("runner");
	if (argc != 2 && (argc != 4 || strcmp(argv[1], "--pid") != 0)) {
		fputs("usage: runner [--pid FILE] CRONTAB\n", stderr);
		return 2;
	}
	a = arena_new();
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGCHLD);
	good = sigprocmask(SIG_BLOCK, &signals, NULL) == 0 &&
	    read_crontab(a, argv[argc - 1]) &&
	    (argc == 2 || write_pid(argv[2])) && name_folder();
	if (good) {
		log_info("entries=%zu", entries.n);
		run(&signals);
		end_all(&signals);
		log_info("ended");
	}
	arena_free(a);
	return !good;
}
