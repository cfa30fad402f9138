/*
 * razorpay: a sandbox of the payment provider, for development and tests.
 *
 *   razorpay --listen 127.0.0.1:PORT   serves HTTP there; port 0 is any,
 *                                      and the first line of the output tells
 *   razorpay                           serves FastCGI on its standard input
 *   razorpay --sign                    signs that as it signs a webhook
 *
 * Its paths begin with /sandbox/razorpay/v1/ (with --listen also with /v1/).
 * STATE_DIR, RAZORPAY_KEY_ID, RAZORPAY_KEY_SECRET, RAZORPAY_WEBHOOK_SECRET
 * and SANDBOX_WEBHOOK_URL are its settings.  It is no part of a shop that
 * takes real money.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sodium.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/log.h"
#include "razorpay_fault.h"
#include "razorpay_http.h"
#include "razorpay_webhook.h"

enum { BACKLOG = 1024, FILES = 4096, SIGN_MAX = 1024 * 1024 };

static volatile int stop;

static void
on_signal(int number)
{
	(void)number;
	stop = 1;
}

static const char *
setting(const char *name, const char *fallback)
{
	const char *v = getenv(name);

	return v != NULL && *v != '\0' ? v : fallback;
}

static bool
read_settings(struct settings *s)
{
	*s = (struct settings){
		.key_id = setting("RAZORPAY_KEY_ID", NULL),
		.key_secret = setting("RAZORPAY_KEY_SECRET", NULL),
		.webhook_secret = setting("RAZORPAY_WEBHOOK_SECRET", NULL),
		.webhook_url = setting("SANDBOX_WEBHOOK_URL", ""),
		.account_id = setting("RAZORPAY_ACCOUNT_ID",
		    "acc_HaatSandbox001"),
	};
	if (s->key_id != NULL && s->key_secret != NULL &&
	    s->webhook_secret != NULL)
		return true;
	log_error("RAZORPAY_KEY_ID, RAZORPAY_KEY_SECRET and "
		  "RAZORPAY_WEBHOOK_SECRET must be set");
	return false;
}

/* "127.0.0.1:8001"; loopback only.  -1 after a log line. */
static int
listen_on(const char *where)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	const char *port = strrchr(where, ':');
	int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	at.sin_port = htons(
	    (uint16_t)strtoul(port != NULL ? port + 1 : where, NULL, 10));
	if (fd < 0 ||
	    (port != NULL && strncmp(where, "127.0.0.1:", 10) != 0) ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    listen(fd, BACKLOG) != 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &len) != 0) {
		log_error("cannot listen on %s: %m", where);
		return -1;
	}
	printf("listening on http://127.0.0.1:%d\n", ntohs(at.sin_port));
	fflush(stdout);
	return fd;
}

static bool
input_listens(void)
{
	int yes = 0;
	socklen_t len = sizeof(yes);

	return getsockopt(STDIN_FILENO, SOL_SOCKET, SO_ACCEPTCONN, &yes,
		   &len) == 0 &&
	    yes != 0;
}

static void
prepare_process(void)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct rlimit files;

	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGUSR1, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < FILES) {
		files.rlim_cur = files.rlim_max < FILES ? files.rlim_max :
							  FILES;
		(void)setrlimit(RLIMIT_NOFILE, &files); /* fewer will do */
	}
}

static int
sign_input(const char *secret)
{
	static char text[SIGN_MAX];
	char hex[65];

	sign_hex(secret, text, fread(text, 1, sizeof(text), stdin), hex);
	puts(hex);
	return 0;
}

int
main(int argc, char **argv)
{
	static struct sandbox sandbox;
	bool sign = argc == 2 && strcmp(argv[1], "--sign") == 0;
	bool http = argc == 3 && strcmp(argv[1], "--listen") == 0;
	int listener = -1;

	log_open("razorpay");
	if (!http && !sign && (argc != 1 || !input_listens())) {
		fprintf(stderr, "usage: razorpay --listen 127.0.0.1:PORT\n");
		return 2;
	}
	if (sodium_init() < 0 || !read_settings(&sandbox.settings))
		return 1;
	if (sign)
		return sign_input(sandbox.settings.webhook_secret);
	prepare_process();
	sandbox.state = state_open(setting("STATE_DIR", "var"));
	if (sandbox.state == NULL)
		return 1;
	sandbox.faults = faults_new(state_arena(sandbox.state));
	sandbox.sender = sender_new(&sandbox);
	if (sandbox.sender == NULL)
		return 1;
	if (http && (listener = listen_on(argv[2])) < 0)
		return 1;
	server_run(server_new(&sandbox, listener), &stop);
	return 0;
}
