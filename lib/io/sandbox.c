#include "io/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"

/* A sanitizer needs more memory and calls than any bound would leave it. */
#if defined(__SANITIZE_ADDRESS__)
#define UNBOUND
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNBOUND
#endif
#endif

enum { FD_BASE = 200, LOST = 100 };

#if defined(__x86_64__)
enum { ARCH = (int)AUDIT_ARCH_X86_64 };
#elif defined(__aarch64__)
enum { ARCH = (int)AUDIT_ARCH_AARCH64 };
#else
#define NO_FILTER
#endif

/* --- inside ------------------------------------------------------------- */

#if !defined(UNBOUND) && !defined(NO_FILTER)
#define ALLOW(name)                                                          \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1),               \
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

/* Memory, reading and writing what is open, and the end. */
static bool
filter_calls(void)
{
	static struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)ARCH, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		ALLOW(read),
		ALLOW(write),
		ALLOW(writev),
		ALLOW(lseek),
		ALLOW(fstat),
		ALLOW(newfstatat),
		ALLOW(fcntl),
		ALLOW(brk),
		ALLOW(mmap),
		ALLOW(munmap),
		ALLOW(mremap),
		ALLOW(mprotect),
		ALLOW(madvise),
		ALLOW(futex),
		ALLOW(clock_gettime),
		ALLOW(getpid),
		ALLOW(gettid),
		ALLOW(tgkill),
		ALLOW(rt_sigprocmask),
		ALLOW(rt_sigreturn),
		ALLOW(exit_group),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog program = {
		.len = sizeof(rules) / sizeof(rules[0]),
		.filter = rules,
	};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}
#else
static bool
filter_calls(void)
{
	return true;
}
#endif

static bool
bound(int what, size_t most)
{
	struct rlimit limit = { most, most };

	return setrlimit(what, &limit) == 0;
}

#ifndef UNBOUND
/* Pages that the process has already: the bound on memory counts them. */
static size_t
memory_now(void)
{
	unsigned long pages = 0;
	char line[80];
	FILE *f = fopen("/proc/self/statm", "re");

	if (f == NULL)
		return 0;
	if (fgets(line, sizeof(line), f) != NULL)
		pages = strtoul(line, NULL, 10);
	fclose(f);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static bool
bound_memory(const struct sandbox *s)
{
	return bound(RLIMIT_AS, memory_now() + s->memory_bytes);
}
#else
static bool
bound_memory(const struct sandbox *s)
{
	(void)s;
	return true;
}
#endif

static bool
bound_all(const struct sandbox *s)
{
	return bound(RLIMIT_CORE, 0) && bound(RLIMIT_FSIZE, s->file_bytes) &&
	    bound(RLIMIT_CPU, (size_t)s->cpu_secs) && bound_memory(s);
}

/* Copies of the given descriptors beyond FD_BASE, and standard error; the rest
 * is closed, the database's connection and the web server's socket too. */
static bool
keep_fds(const struct sandbox *s, int *fds)
{
	unsigned most = FD_BASE;

	for (int i = 0; i < SANDBOX_FDS_MAX; i++) {
		fds[i] = s->fds[i] < 0 ? -1 :
					 fcntl(s->fds[i], F_DUPFD, FD_BASE);
		if (s->fds[i] >= 0 && fds[i] < 0)
			return false;
		if (fds[i] >= (int)most)
			most = (unsigned)fds[i] + 1;
	}
	return close_range(0, 1, 0) == 0 &&
	    close_range(3, FD_BASE - 1, 0) == 0 &&
	    close_range(most, ~0U, 0) == 0;
}

_Noreturn static void
inside(const struct sandbox *s, pid_t parent)
{
	int fds[SANDBOX_FDS_MAX];
	int status;

	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGALRM, SIG_DFL);
	signal(SIGXFSZ, SIG_IGN); /* a write beyond the bound just fails */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent ||
	    !bound_all(s) || !keep_fds(s, fds))
		_exit(LOST);
	alarm((unsigned)s->wall_secs);
	if (!filter_calls())
		_exit(LOST);
	status = s->work(fds, s->arg);
	_exit(status >= 0 && status < LOST ? status : LOST);
}

/* --- outside ------------------------------------------------------------ */

enum err
sandbox_run(struct ctx *c, const struct sandbox *s, struct sandbox_end *end)
{
	int64_t started = clock_mono_us();
	pid_t parent = getpid(), child = fork();
	struct rusage usage;
	int status;

	if (child == 0)
		inside(s, parent);
	if (child < 0) {
		log_error("sandbox: cannot fork: %s", strerror(errno));
		return fail(c, ERR_UNAVAILABLE, "Too busy at the moment.");
	}
	while (wait4(child, &status, 0, &usage) < 0)
		if (errno != EINTR)
			return fault(c, "sandbox: no child to wait for");
	*end = (struct sandbox_end){
		.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
		.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0,
		.peak_kib = usage.ru_maxrss,
		.us = clock_mono_us() - started,
	};
	if (end->status == LOST)
		return fault(c, "sandbox: it could not be closed off");
	return OK;
}
