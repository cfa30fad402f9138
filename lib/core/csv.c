#include "core/csv.h"

#include <string.h>

#include "core/utf8.h"

enum { CHUNK = 64 * 1024, TEXT_FIRST = 4 * 1024, END = -1 };

struct csv_reader {
	struct arena *arena;
	struct csv_source source;
	char chunk[CHUNK];
	size_t at;
	size_t len;
	bool over;
	int64_t line;
	/* The row: its cells one after the other, each ending in NUL; room for
	 * as much as the longest so far had, CSV_ROW_MAX at most. */
	char *text;
	size_t room;
	size_t used;
	size_t starts[CSV_CELLS_MAX];
	size_t ncells;
	const char *wrong;
};

static const char mark[] = "\xef\xbb\xbf";

static bool
fill(struct csv_reader *r)
{
	if (r->over)
		return false;
	r->at = 0;
	r->len = r->source.read(r->source.arg, r->chunk, CHUNK);
	r->over = r->len == 0;
	return !r->over;
}

static int
peek(struct csv_reader *r)
{
	if (r->at == r->len && !fill(r))
		return END;
	return (unsigned char)r->chunk[r->at];
}

/* Takes what peek() showed; CRLF and CR come as LF. */
static int
take(struct csv_reader *r)
{
	int c = peek(r);

	if (c == END)
		return END;
	r->at++;
	if (c == '\r') {
		if (peek(r) == '\n')
			r->at++;
		c = '\n';
	}
	if (c == '\n')
		r->line++;
	return c;
}

struct csv_reader *
csv_open(struct arena *a, struct csv_source source)
{
	struct csv_reader *r = ARENA_NEW(a, struct csv_reader);

	r->arena = a;
	r->source = source;
	r->line = 1;
	r->room = TEXT_FIRST;
	r->text = arena_alloc(a, r->room);
	for (size_t i = 0; i < 3 && peek(r) == (unsigned char)mark[i]; i++)
		r->at++;
	return r;
}

static void
complain(struct csv_reader *r, const char *why)
{
	if (r->wrong == NULL)
		r->wrong = why;
}

/* Whether so many bytes more fit. */
static bool
make_room(struct csv_reader *r, size_t more)
{
	char *text;

	if (r->used + more <= r->room)
		return true;
	if (r->used + more > CSV_ROW_MAX)
		return false;
	r->room *= 2;
	text = arena_alloc(r->arena, r->room);
	memcpy(text, r->text, r->used);
	r->text = text;
	return true;
}

/* One byte stays free for the NUL of the last cell. */
static void
put(struct csv_reader *r, int c)
{
	if (!make_room(r, 2))
		complain(r, "This row is too long.");
	else
		r->text[r->used++] = (char)c;
	if (c == '\0')
		complain(r, "This row holds the character NUL.");
}

static void
begin_cell(struct csv_reader *r)
{
	if (r->ncells == CSV_CELLS_MAX)
		complain(r, "This row has too many cells.");
	else
		r->starts[r->ncells++] = r->used;
}

static void
end_cell(struct csv_reader *r)
{
	if (r->used + 1 < CSV_ROW_MAX && make_room(r, 1))
		r->text[r->used++] = '\0';
	else
		complain(r, "This row is too long.");
}

/* What stands between quotes, the first one taken already.  A row that is
 * too long is given up at its next line, or a quote left open would take the
 * rest of the file with it. */
static void
read_quoted(struct csv_reader *r)
{
	for (;;) {
		bool cr = peek(r) == '\r';
		int c = peek(r);

		if (c == END) {
			complain(r, "A quote is not closed.");
			return;
		}
		if (c == '"') {
			(void)take(r);
			if (peek(r) != '"')
				return;
		}
		if (c == '\n' && r->used + 2 > CSV_ROW_MAX)
			return;
		/* Line ends inside a cell are kept as they are. */
		if (cr) {
			r->at++;
			put(r, '\r');
			if (peek(r) != '\n')
				r->line++;
			continue;
		}
		put(r, take(r));
	}
}

/* Up to the comma or line end behind it, which it takes; that one. */
static int
read_cell(struct csv_reader *r)
{
	begin_cell(r);
	if (peek(r) == '"') {
		(void)take(r);
		read_quoted(r);
		if (peek(r) != ',' && peek(r) != '\r' && peek(r) != '\n' &&
		    peek(r) != END)
			complain(r, "Something stands behind a quote.");
	}
	for (;;) {
		int c = take(r);

		if (c == END || c == ',' || c == '\n') {
			end_cell(r);
			return c;
		}
		if (c == '"')
			complain(r, "A quote stands inside a cell.");
		put(r, c);
	}
}

static bool
is_empty(const struct csv_reader *r)
{
	return r->wrong == NULL && r->ncells == 1 && r->text[0] == '\0';
}

static void
hand_over(struct csv_reader *r, struct csv_row *row)
{
	if (r->wrong == NULL && !utf8_valid(r->text, r->used))
		r->wrong = "This row is not UTF-8.";
	row->wrong = r->wrong;
	row->n = r->ncells;
	for (size_t i = 0; i < r->ncells; i++)
		row->cells[i] = r->text + r->starts[i];
}

bool
csv_next(struct csv_reader *r, struct csv_row *row)
{
	do {
		int c;

		if (peek(r) == END)
			return false;
		*row = (struct csv_row){ .line = r->line };
		r->used = 0;
		r->ncells = 0;
		r->wrong = NULL;
		do
			c = read_cell(r);
		while (c == ',');
	} while (is_empty(r));
	hand_over(r, row);
	return true;
}

/* --- cells that a spreadsheet would run ---------------------------------- */

const char *
csv_plain(const char *cell)
{
	static const char guarded[] = "=+-@\t\r\n'";

	return *cell == '\'' && cell[1] != '\0' &&
		strchr(guarded, cell[1]) != NULL ?
	    cell + 1 :
	    cell;
}

/* --- writing -------------------------------------------------------------- */

static void
separate(struct csv_out *o)
{
	if (o->comma)
		buf_char(o->b, ',');
	o->comma = true;
}

void
csv_text(struct csv_out *o, const char *v)
{
	separate(o);
	buf_csv_cell(o->b, v != NULL ? v : "");
}

void
csv_i64(struct csv_out *o, int64_t v)
{
	separate(o);
	buf_i64(o->b, v);
}

void
csv_money(struct csv_out *o, int64_t minor)
{
	uint64_t size = minor < 0 ? -(uint64_t)minor : (uint64_t)minor;

	separate(o);
	if (minor < 0)
		buf_char(o->b, '-');
	buf_i64(o->b, (int64_t)(size / 100));
	buf_char(o->b, '.');
	buf_char(o->b, (char)('0' + size % 100 / 10));
	buf_char(o->b, (char)('0' + size % 10));
}

void
csv_end(struct csv_out *o)
{
	buf_lit(o->b, "\r\n");
	o->comma = false;
}
