/* Tables as text: whatever the pieces it comes in, it is read the same, and
 * what was read can be written and read again. */
#include "core/csv.h"
#include "core/utf8.h"
#include "fuzz.h"

struct csv_bytes {
	const char *p;
	size_t left;
	size_t step;
};

static size_t
csv_give(void *arg, char *p, size_t len)
{
	struct csv_bytes *t = arg;
	size_t n = t->left < t->step ? t->left : t->step;

	n = n < len ? n : len;
	memcpy(p, t->p, n);
	t->p += n;
	t->left -= n;
	return n;
}

static struct csv_reader *
csv_reader_of(struct arena *a, struct csv_bytes *t)
{
	return csv_open(a, (struct csv_source){ csv_give, t });
}

/* Both readers give the same rows; what is good of them goes to out. */
static void
csv_compare(struct csv_reader *a, struct csv_reader *b, struct csv_out *out)
{
	struct csv_row x, y;
	int64_t line = 0;

	while (csv_next(a, &x)) {
		MUST(csv_next(b, &y));
		MUST(x.line == y.line && x.line > line);
		MUST((x.wrong == NULL) == (y.wrong == NULL));
		line = x.line;
		if (x.wrong != NULL)
			continue;
		MUST(x.n == y.n && x.n >= 1 && x.n <= CSV_CELLS_MAX);
		for (size_t i = 0; i < x.n; i++) {
			MUST(strcmp(x.cells[i], y.cells[i]) == 0);
			MUST(utf8_valid(x.cells[i], strlen(x.cells[i])));
			csv_text(out, x.cells[i]);
		}
		csv_end(out);
	}
	MUST(!csv_next(b, &y));
}

/* Written cells come back, and none begins as a formula does. */
static void
csv_again(struct arena *a, const char *text, size_t len)
{
	struct csv_bytes t = { text, len, 64 };
	struct csv_out out = { 0 };
	struct csv_reader *r = csv_reader_of(a, &t);
	struct csv_row row;
	struct buf b;

	buf_init(&b, a, 16 << 20);
	out.b = &b;
	while (csv_next(r, &row)) {
		MUST(row.wrong == NULL);
		for (size_t i = 0; i < row.n; i++) {
			MUST(*row.cells[i] == '\0' ||
			    strchr("=+-@\t\r\n", *row.cells[i]) == NULL);
			csv_text(&out, csv_plain(row.cells[i]));
		}
		csv_end(&out);
	}
	MUST(b.len == len && memcmp(buf_text(&b), text, len) == 0);
}

int HARNESS(const uint8_t *data, size_t size);

int
HARNESS(const uint8_t *data, size_t size)
{
	struct csv_bytes whole = { (const char *)data, size, size + 1 };
	struct csv_bytes pieces = { (const char *)data, size, 1 };
	struct arena *a = unit_ctx()->arena;
	struct csv_out out = { 0 };
	struct buf b;

	buf_init(&b, a, 16 << 20);
	out.b = &b;
	/* A mark in the first cell of all would be taken for the file's. */
	csv_text(&out, "header");
	csv_end(&out);
	csv_compare(csv_reader_of(a, &whole), csv_reader_of(a, &pieces),
	    &out);
	csv_again(a, buf_text(&b), b.len);
	return 0;
}
