/* admin: makes an administrator; run by hand (make admin EMAIL=…), not by the
 * schedule.  The password comes from standard input, never from the command
 * line, where everybody on the machine could read it. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "job/job.h"
#include "services/account_admin.h"
#include "services/password.h"

static enum err
read_password(struct ctx *c, char *line, size_t size)
{
	size_t len;

	if (fgets(line, (int)size, stdin) == NULL)
		return fail(c, ERR_VALIDATION,
		    "No password on standard input.");
	len = strcspn(line, "\r\n");
	line[len] = '\0';
	if (len < PASSWORD_MIN || len > PASSWORD_MAX)
		return fail(c, ERR_VALIDATION,
		    "A password has %d to %d characters.", PASSWORD_MIN,
		    PASSWORD_MAX);
	return OK;
}

static enum err
make_admin(struct ctx *c, const char *email, const char *full_name,
    char *line, size_t size)
{
	struct account_new_admin in = { .email = email,
		.full_name = full_name,
		.password = line };
	const char *wrong = text_check_email(email);
	struct uuid id;
	char text[UUID_TEXT];

	if (wrong != NULL)
		return fail(c, ERR_VALIDATION, "%s: %s", email, wrong);
	TRY(read_password(c, line, size));
	TRY(account_add_admin(c, &in, &id));
	uuid_format(id, text);
	printf("%s is an administrator (%s).\n", email, text);
	return OK;
}

static enum err
run(struct ctx *c, int argc, char **argv)
{
	char line[4 * PASSWORD_MAX + 2];
	enum err err;

	if (argc < 2 || argc > 3)
		return fail(c, ERR_VALIDATION,
		    "usage: admin EMAIL [NAME] <password");
	err = make_admin(c, argv[1], argc == 3 ? argv[2] : "Administrator",
	    line, sizeof(line));
	sodium_memzero(line, sizeof(line));
	return err;
}

int
main(int argc, char **argv)
{
	static const struct tool tool = { "admin", run };

	return tool_main(argc, argv, &tool);
}
