/*
 * gen: turns the statements of sql/queries/ into C.
 *
 *	gen queries.h queries.c sql/queries/account.sql …
 *
 * A statement stands between its header and the next one:
 *
 *	-- name: cart_line_add            or  -- fragment: product_in_category
 *	-- args: cart_id uuid, quantity bigint
 *	-- rows: none | one | maybe | many      (not for fragments)
 *
 * queries.h gets enum query (Q_CART_LINE_ADD …) and enum fragment, queries.c
 * the tables db/query.h declares.  A header that is incomplete is an error,
 * and so is a second statement behind the ";" of the first.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 4096, NAME = 128, BODY = 64 * 1024, NAMES = 4096 };

struct statement {
	char name[NAME];
	char args[LINE];
	char rows[16];
	char body[BODY];
	bool fragment;
	bool has_args;
	int line;
};

struct out {
	FILE *header;
	FILE *queries;
	FILE *fragments;
	FILE *fragment_names;
	int count;
};

static const char *input = "";

static void
die(int line, const char *why, const char *what)
{
	fprintf(stderr, "%s:%d: %s %s\n", input, line, why, what);
	exit(1);
}

static int
count_args(const char *args)
{
	int n = *args != '\0';

	for (; *args != '\0'; args++)
		n += *args == ',';
	return n;
}

/* The largest $n in the text. */
static int
highest_parameter(const char *body)
{
	int highest = 0;

	for (; *body != '\0'; body++) {
		if (*body == '$' && isdigit((unsigned char)body[1])) {
			int n = (int)strtol(body + 1, NULL, 10);

			highest = n > highest ? n : highest;
		}
	}
	return highest;
}

static void
write_upper(FILE *f, const char *s)
{
	for (; *s != '\0'; s++)
		fputc(toupper((unsigned char)*s), f);
}

static void
write_literal(FILE *f, const char *s)
{
	fputc('"', f);
	for (; *s != '\0'; s++) {
		if (*s == '\n')
			fputs("\\n\"\n\t\"", f);
		else if (*s == '"' || *s == '\\')
			fprintf(f, "\\%c", *s);
		else
			fputc(*s, f);
	}
	fputc('"', f);
}

static void
trim_end(char *s)
{
	size_t n = strlen(s);

	while (n > 0 && (isspace((unsigned char)s[n - 1]) || s[n - 1] == ';'))
		s[--n] = '\0';
}

/* Names become C identifiers, each of them once. */
static void
check_name(const struct statement *s)
{
	static char known[NAMES][NAME];
	static int n;

	if (!islower((unsigned char)s->name[0]) ||
	    strspn(s->name, "abcdefghijklmnopqrstuvwxyz0123456789_") !=
		strlen(s->name))
		die(s->line, "not a name:", s->name);
	for (int i = 0; i < n; i++)
		if (strcmp(known[i], s->name) == 0)
			die(s->line, "a second", s->name);
	if (n == NAMES)
		die(s->line, "too many statements, at", s->name);
	memcpy(known[n++], s->name, NAME);
}

/* "name type, name type" */
static bool
args_have_types(const char *args)
{
	while (*args != '\0') {
		size_t len = strcspn(args, ",");
		size_t name = strcspn(args, " ,");

		if (name == 0 || name + 1 >= len)
			return false;
		args += len;
		args += strspn(args, ", ");
	}
	return true;
}

static void
check(struct statement *s)
{
	static const char *const kinds[] = { "none", "one", "maybe", "many" };
	bool known = s->fragment;

	check_name(s);
	trim_end(s->body);
	if (s->body[0] == '\0')
		die(s->line, "no text for", s->name);
	if (!s->has_args)
		die(s->line, "no -- args: for", s->name);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		known = known || strcmp(s->rows, kinds[i]) == 0;
	if (!known)
		die(s->line, "no -- rows: none, one, maybe or many for",
		    s->name);
	if (!args_have_types(s->args))
		die(s->line, "an argument without its type in", s->name);
	if (highest_parameter(s->body) != count_args(s->args))
		die(s->line, "-- args: does not fit the $n of", s->name);
}

static void
finish(struct out *o, struct statement *s)
{
	FILE *f = s->fragment ? o->fragments : o->queries;

	if (s->name[0] == '\0')
		return;
	check(s);
	if (s->fragment) {
		fputs("\tF_", o->fragment_names);
		write_upper(o->fragment_names, s->name);
		fputs(",\n", o->fragment_names);
		fputs("\t[F_", f);
	} else {
		fputs("\tQ_", o->header);
		write_upper(o->header, s->name);
		fputs(",\n", o->header);
		fputs("\t[Q_", f);
	}
	write_upper(f, s->name);
	fprintf(f, "] = { \"%s\", \"%s\", %d, ROWS_", s->name, s->args,
	    count_args(s->args));
	write_upper(f, s->fragment ? "none" : s->rows);
	fprintf(f, ", \"%s:%d\",\n\t", input, s->line);
	write_literal(f, s->body);
	fputs(" },\n", f);
	memset(s, 0, sizeof(*s));
}

static bool
take(const char *line, const char *key, char *value, size_t size)
{
	size_t n = strlen(key);

	if (strncmp(line, key, n) != 0)
		return false;
	snprintf(value, size, "%s", line + n);
	trim_end(value);
	return true;
}

static void
add_text(struct statement *s, const char *line, int n)
{
	size_t len = strlen(s->body);
	size_t end = len;

	if (line[strspn(line, " \t\r\n")] != '\0') {
		if (s->name[0] == '\0')
			die(n, "text before a -- name: or -- fragment:", "");
		while (end > 0 && isspace((unsigned char)s->body[end - 1]))
			end--;
		if (end > 0 && s->body[end - 1] == ';')
			die(n, "text after the ; of", s->name);
	}
	if (len + strlen(line) >= BODY)
		die(n, "too long:", s->name);
	memcpy(s->body + len, line, strlen(line) + 1);
}

static void
read_file(struct out *o, struct statement *s)
{
	FILE *f = fopen(input, "r");
	char line[LINE], value[LINE];

	if (f == NULL)
		die(0, "cannot open", input);
	for (int n = 1; fgets(line, sizeof(line), f) != NULL; n++) {
		if (strlen(line) == sizeof(line) - 1)
			die(n, "a line is too long", "");

		bool name = take(line, "-- name: ", value, sizeof(value));
		bool fragment = !name &&
		    take(line, "-- fragment: ", value, sizeof(value));

		if (name || fragment) {
			finish(o, s);
			snprintf(s->name, sizeof(s->name), "%.*s", NAME - 1,
			    value);
			s->fragment = fragment;
			s->line = n;
		} else if (take(line, "-- args:", value, sizeof(value))) {
			s->has_args = true;
			snprintf(s->args, sizeof(s->args), "%s",
			    value + strspn(value, " "));
			if (strcmp(s->args, "none") == 0)
				s->args[0] = '\0';
		} else if (take(line, "-- rows: ", value, sizeof(value))) {
			snprintf(s->rows, sizeof(s->rows), "%.15s", value);
		} else if (strncmp(line, "--", 2) != 0) {
			add_text(s, line, n);
		}
	}
	finish(o, s);
	fclose(f);
}

static void
append(FILE *to, FILE *from)
{
	int c;

	rewind(from);
	while ((c = fgetc(from)) != EOF)
		fputc(c, to);
	fclose(from);
}

int
main(int argc, char **argv)
{
	static struct statement s;
	struct out o = { 0 };
	FILE *source;

	if (argc < 4) {
		fprintf(stderr,
		    "usage: gen queries.h queries.c file.sql …\n");
		return 2;
	}
	o.header = fopen(argv[1], "w");
	source = fopen(argv[2], "w");
	o.queries = tmpfile();
	o.fragments = tmpfile();
	o.fragment_names = tmpfile();
	if (o.header == NULL || source == NULL || o.queries == NULL ||
	    o.fragments == NULL || o.fragment_names == NULL)
		die(0, "cannot write", argv[1]);
	fputs("#ifndef HAAT_QUERIES_H\n#define HAAT_QUERIES_H\n\n"
	      "/* Generated from sql/queries/ by sql/gen.c. */\n"
	      "enum query {\n",
	    o.header);
	for (int i = 3; i < argc; i++) {
		input = argv[i];
		read_file(&o, &s);
	}
	fputs("\tQ_COUNT\n};\n\nenum fragment {\n", o.header);
	append(o.header, o.fragment_names);
	fputs("\tF_COUNT\n};\n\n#endif\n", o.header);
	fputs("#include \"db/query.h\"\n\n"
	      "const struct query_def queries[Q_COUNT + 1] = {\n",
	    source);
	append(source, o.queries);
	fputs("};\n\nconst struct query_def fragments[F_COUNT + 1] = {\n",
	    source);
	append(source, o.fragments);
	fputs("};\n", source);
	return fclose(o.header) != 0 || fclose(source) != 0;
}
