/* The generator of the statement table, run as the build runs it. */
#include "unit.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/haat-gen.XXXXXX";
static char program[] = "build/gen";
static char sql[64], header[64], source[64], told[64];

static void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void
get(const char *path, char *text, size_t size)
{
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	n = fread(text, 1, size - 1, f);
	text[n] = '\0';
	assert_int_equal(fclose(f), 0);
}

/* The exit status for a file of this text. */
static int
gen(const char *text)
{
	char *argv[] = { program, header, source, sql, NULL };
	posix_spawn_file_actions_t actions;
	int status;
	pid_t pid;

	put(sql, text);
	assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
	assert_int_equal(posix_spawn_file_actions_addopen(&actions,
			     STDERR_FILENO, told,
			     O_WRONLY | O_CREAT | O_TRUNC, 0600),
	    0);
	assert_int_equal(posix_spawn(&pid, argv[0], &actions, NULL, argv,
			     environ),
	    0);
	posix_spawn_file_actions_destroy(&actions);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

#define HEAD "-- name: x\n-- args: none\n-- rows: one\n"

static void
bad_statements_are_refused(void **state)
{
	static const struct {
		const char *in;
		const char *want; /* in the message */
	} rows[] = {
		{ "-- name: x\n-- rows: one\nselect 1;\n",
		    ":1: no -- args:" },
		{ "-- name: x\n-- args: none\nselect 1;\n",
		    ":1: no -- rows:" },
		{ "-- name: x\n-- args: none\n-- rows: some\nselect 1;\n",
		    ":1: no -- rows:" },
		{ HEAD "select $1;\n", "does not fit the $n" },
		{ "-- name: x\n-- args: a bigint\n-- rows: one\nselect 1;\n",
		    "does not fit the $n" },
		{ "-- name: x\n-- args: a bigint\n-- rows: one\n"
		  "select $2;\n",
		    "does not fit the $n" },
		{ "-- name: x\n-- args: a\n-- rows: one\nselect $1;\n",
		    "without its type" },
		{ "-- name: x\n-- args: a bigint, b\n-- rows: one\n"
		  "select $1, $2;\n",
		    "without its type" },
		{ HEAD, "no text" },
		{ HEAD "-- only a comment\n;\n", "no text" },
		{ HEAD "select 1;\nselect 2;\n", ":5: text after the ;" },
		{ HEAD "select 1;\n--name: y\n-- args: none\n"
		       "-- rows: one\nselect 2;\n",
		    ":8: text after the ;" },
		{ "select 1;\n" HEAD "select 1;\n", ":1: text before" },
		{ HEAD "select 1;\n" HEAD "select 2;\n", "a second x" },
		{ "-- name: X\n-- args: none\n-- rows: one\nselect 1;\n",
		    "not a name" },
		{ "-- name: a-b\n-- args: none\n-- rows: one\nselect 1;\n",
		    "not a name" },
		{ "-- name: 1\n-- args: none\n-- rows: one\nselect 1;\n",
		    "not a name" },
		{ "-- fragment: f\nwhere true\n", "no -- args:" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[1000];

		CHECK(gen(rows[i].in) == 1, "accepted: %s", rows[i].in);
		get(told, text, sizeof(text));
		CHECK(strncmp(text, sql, strlen(sql)) == 0 &&
			strstr(text, rows[i].want) != NULL,
		    "%s: want %s, got %s", rows[i].in, rows[i].want, text);
	}
}

static void
a_good_statement_becomes_a_row(void **state)
{
	char text[2000];

	(void)state;
	assert_int_equal(gen("-- Notes stand above.\n\n"
			     "-- name: thing_add\n"
			     "-- args: id uuid, n bigint\n-- rows: none\n"
			     "insert into thing (id, n, note)\n"
			     "values ($1, $2, 'say \"hi\" \\ $')\n;\n\n"
			     "-- fragment: thing_of\n-- args: none\n"
			     "where true\n"),
	    0);
	get(header, text, sizeof(text));
	assert_non_null(strstr(text, "\tQ_THING_ADD,\n\tQ_COUNT\n"));
	assert_non_null(strstr(text, "\tF_THING_OF,\n\tF_COUNT\n"));
	get(source, text, sizeof(text));
	assert_non_null(strstr(text,
	    "[Q_THING_ADD] = { \"thing_add\", "
	    "\"id uuid, n bigint\", 2, ROWS_NONE, "));
	assert_non_null(strstr(text, "gen.sql:3\""));
	assert_non_null(strstr(text, "insert into thing (id, n, note)\\n\""));
	assert_non_null(
	    strstr(text, "values ($1, $2, 'say \\\"hi\\\" \\\\ $')\" },"));
	assert_non_null(strstr(text,
	    "[F_THING_OF] = { \"thing_of\", \"\", "
	    "0, ROWS_NONE, "));
}

static int
make_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(sql, sizeof(sql), "%s/gen.sql", folder);
	snprintf(header, sizeof(header), "%s/gen.h", folder);
	snprintf(source, sizeof(source), "%s/gen.c", folder);
	snprintf(told, sizeof(told), "%s/told", folder);
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	(void)unlink(sql);
	(void)unlink(header);
	(void)unlink(source);
	(void)unlink(told);
	return rmdir(folder);
}

static const struct CMUnitTest tests[] = {
	TEST("A statement with a bad header is refused with its line",
	    bad_statements_are_refused),
	TEST("A good statement becomes a row of the table",
	    a_good_statement_becomes_a_row),
};

int
main(void)
{
	return cmocka_run_group_tests(tests, make_folder, remove_folder) != 0;
}
