#include "unit.h"

#include <string.h>

#include "core/csv.h"

struct text {
	const char *p;
	size_t left;
	size_t step; /* bytes given at a time */
};

static size_t
read_text(void *arg, char *p, size_t len)
{
	struct text *t = arg;
	size_t n = t->left < t->step ? t->left : t->step;

	n = n < len ? n : len;
	memcpy(p, t->p, n);
	t->p += n;
	t->left -= n;
	return n;
}

/* All rows as one text: the line, then [cell] after [cell]. */
static const char *
read_all(struct arena *a, const char *bytes, size_t len, size_t step)
{
	struct text t = { bytes, len, step };
	struct csv_reader *r = csv_open(a,
	    (struct csv_source){ read_text, &t });
	struct csv_row row;
	struct buf b;

	buf_init(&b, a, 1 << 20);
	while (csv_next(r, &row)) {
		buf_printf(&b, "%lld:", (long long)row.line);
		if (row.wrong != NULL)
			buf_printf(&b, "(%s)", row.wrong);
		for (size_t i = 0; i < row.n && row.wrong == NULL; i++)
			buf_printf(&b, "[%s]", row.cells[i]);
		buf_char(&b, ' ');
	}
	return buf_text(&b);
}

static void
rows_are_read_as_rfc_4180_says(void **state)
{
	static const struct {
		const char *in;
		const char *want;
	} rows[] = {
		{ "", "" },
		{ "a", "1:[a] " },
		{ "a\n", "1:[a] " },
		{ "a,b\r\nc,d\r\n", "1:[a][b] 2:[c][d] " },
		{ "a,b\nc,d", "1:[a][b] 2:[c][d] " },
		{ "a,b\rc,d\r", "1:[a][b] 2:[c][d] " },
		{ ",\n", "1:[][] " },
		{ "a,\n,b\n", "1:[a][] 2:[][b] " },
		{ "\xef\xbb\xbf"
		  "a\n",
		    "1:[a] " },
		{ "\xef\xbb\xbf\"a\"\n", "1:[a] " },
		{ "a\n\n\r\n\nb\n", "1:[a] 5:[b] " },
		{ "\"\"\na", "2:[a] " },
		{ "\"a,b\",c\n", "1:[a,b][c] " },
		{ "\"a\"\"b\"\n", "1:[a\"b] " },
		{ "\"\"\"\"\n", "1:[\"] " },
		{ "\"a\nb\",c\nd\n", "1:[a\nb][c] 3:[d] " },
		{ "\"a\r\nb\"\r\nd\r\n", "1:[a\r\nb] 3:[d] " },
		{ "\"a\rb\"\rd\r", "1:[a\rb] 3:[d] " },
		{ " a , b \n", "1:[ a ][ b ] " },
		{ "\xe0\xa4\x95,\xf0\x9f\x98\x80\n",
		    "1:[\xe0\xa4\x95][\xf0\x9f\x98\x80] " },
		{ "'=1\n", "1:['=1] " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t step = 1; step <= 8; step += 7) {
			const char *got = read_all(unit_ctx()->arena,
			    rows[i].in, strlen(rows[i].in), step);

			CHECK(strcmp(got, rows[i].want) == 0,
			    "row %zu: want %s, got %s", i, rows[i].want, got);
		}
}

static void
what_is_no_row_is_told_and_passed_over(void **state)
{
	static const struct {
		const char *in;
		size_t len;
		const char *want;
	} rows[] = {
#define IN(text) text, sizeof(text) - 1
		{ IN("a\"b\nc\n"),
		    "1:(A quote stands inside a cell.) 2:[c] " },
		{ IN("\"a\"b\nc\n"),
		    "1:(Something stands behind a quote.) 2:[c] " },
		{ IN("\"a\" ,b\nc\n"),
		    "1:(Something stands behind a quote.) 2:[c] " },
		{ IN("a\n\"b\nc"), "1:[a] 2:(A quote is not closed.) " },
		{ IN("a\0b\nc\n"),
		    "1:(This row holds the character NUL.) 2:[c] " },
		{ IN("\xff\nc\n"), "1:(This row is not UTF-8.) 2:[c] " },
		{ IN("\xe0\xa4,\x95\nc\n"),
		    "1:(This row is not UTF-8.) 2:[c] " },
		{ IN("\xef\xbb\nc\n"), "1:[] 2:[c] " },
#undef IN
	};

	(void)state;
	/* A mark that is cut short is not one. */
	for (size_t i = 0; i + 1 < COUNT(rows); i++) {
		const char *got = read_all(unit_ctx()->arena, rows[i].in,
		    rows[i].len, 3);

		CHECK(strcmp(got, rows[i].want) == 0,
		    "row %zu: want %s, got %s", i, rows[i].want, got);
	}
}

static void
rows_have_bounds(void **state)
{
	struct arena *a = unit_ctx()->arena;
	struct buf b;
	const char *got;

	(void)state;
	buf_init(&b, a, 8 << 20);
	for (int i = 0; i < CSV_CELLS_MAX - 1; i++)
		buf_char(&b, ',');
	buf_lit(&b, "\nb\n");
	got = read_all(a, buf_text(&b), b.len, 4096);
	CHECK(strstr(got, "(") == NULL, "%s", got);
	buf_clear(&b);
	for (int i = 0; i < CSV_CELLS_MAX; i++)
		buf_char(&b, ',');
	buf_lit(&b, "\nb\n");
	got = read_all(a, buf_text(&b), b.len, 4096);
	assert_string_equal(got, "1:(This row has too many cells.) 2:[b] ");
	buf_clear(&b);
	/* A quote left open takes one row's worth, not the file. */
	buf_char(&b, '"');
	for (int i = 0; i < 2 * CSV_ROW_MAX / 64; i++)
		buf_lit(&b,
		    "0123456789012345678901234567890123456789012345678901"
		    "23456789012\n");
	buf_lit(&b, "last,row\n");
	got = read_all(a, buf_text(&b), b.len, 4096);
	CHECK(strncmp(got, "1:(This row is too long.) ", 26) == 0, "%.60s",
	    got);
	CHECK(strstr(got, "[last][row]") != NULL, "%s", "the last row");
}

static void
a_guard_is_taken_off_and_nothing_else(void **state)
{
	static const struct {
		const char *cell;
		const char *plain;
	} rows[] = {
		{ "", "" },
		{ "'", "'" },
		{ "'a", "'a" },
		{ "'=1", "=1" },
		{ "'+1", "+1" },
		{ "'-1", "-1" },
		{ "'@a", "@a" },
		{ "'\ta", "\ta" },
		{ "'\ra", "\ra" },
		{ "'\na", "\na" },
		{ "''a", "'a" },
		{ "''", "'" },
		{ "=1", "=1" },
		{ " '=1", " '=1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK(strcmp(csv_plain(rows[i].cell), rows[i].plain) == 0,
		    "row %zu: want %s, got %s", i, rows[i].plain,
		    csv_plain(rows[i].cell));
}

static void
what_is_written_is_read_as_it_was(void **state)
{
	static const char *const texts[] = { "plain", "", "a,b", "\"", "a\"b",
		"two\nlines", "two\r\nlines", "=1+1", "+1", "-1", "@x", "\tx",
		"\rx", "\nx", "'", "''", "'=1", "''=1", "'a", " x ", ";",
		"\xe0\xa4\x95" };
	struct arena *a = unit_ctx()->arena;
	struct text t = { .step = 7 };
	struct csv_out out = { 0 };
	struct csv_reader *r;
	struct csv_row row;
	struct buf b;

	(void)state;
	buf_init(&b, a, 1 << 20);
	out.b = &b;
	for (size_t i = 0; i < COUNT(texts); i++) {
		csv_text(&out, texts[i]);
		csv_i64(&out, (int64_t)i);
		csv_text(&out, NULL);
		csv_end(&out);
	}
	t.p = buf_text(&b);
	t.left = b.len;
	r = csv_open(a, (struct csv_source){ read_text, &t });
	for (size_t i = 0; i < COUNT(texts); i++) {
		assert_true(csv_next(r, &row));
		CHECK(row.wrong == NULL && row.n == 3, "text %zu", i);
		CHECK(strcmp(csv_plain(row.cells[0]), texts[i]) == 0,
		    "text %zu: %s", i, row.cells[0]);
		CHECK(strtoll(row.cells[1], NULL, 10) == (long long)i &&
			*row.cells[2] == '\0',
		    "text %zu", i);
		CHECK(row.cells[0][0] == '\0' ||
			strchr("=+-@\t\r\n", row.cells[0][0]) == NULL,
		    "text %zu would be run", i);
	}
	assert_false(csv_next(r, &row));
}

static void
money_is_written_with_two_decimals(void **state)
{
	static const struct {
		int64_t in;
		const char *want;
	} rows[] = {
		{ 0, "0.00" },
		{ 1, "0.01" },
		{ 9, "0.09" },
		{ 10, "0.10" },
		{ 99, "0.99" },
		{ 100, "1.00" },
		{ 123456, "1234.56" },
		{ -1, "-0.01" },
		{ -123405, "-1234.05" },
		{ INT64_MAX, "92233720368547758.07" },
		{ INT64_MIN, "-92233720368547758.08" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct csv_out out = { 0 };
		struct buf b;

		buf_init(&b, unit_ctx()->arena, 1000);
		out.b = &b;
		csv_money(&out, rows[i].in);
		CHECK(strcmp(buf_text(&b), rows[i].want) == 0, "row %zu: %s",
		    i, buf_text(&b));
	}
}

static const struct CMUnitTest tests[] = {
	TEST("Rows are read as RFC 4180 says, whatever their ends",
	    rows_are_read_as_rfc_4180_says),
	TEST("What is no row is told, and the next one is read",
	    what_is_no_row_is_told_and_passed_over),
	TEST("Rows have bounds", rows_have_bounds),
	TEST("A guard is taken off, and nothing else",
	    a_guard_is_taken_off_and_nothing_else),
	TEST("What is written is read as it was",
	    what_is_written_is_read_as_it_was),
	TEST("Money is written with two decimals, to the last paisa",
	    money_is_written_with_two_decimals),
};

UNIT_MAIN(tests)
