/*
 * csv.h: tables as text, RFC 4180, read and written row by row.
 *
 * Read are UTF-8 with or without a byte order mark, and rows that end in
 * CRLF, LF or CR; a row with nothing on it is passed over.  The memory is
 * that of one row.
 *
 * A cell that a spreadsheet would run (it begins with = + - @ or a control
 * character) is written with a ' in front.  So is one that begins with a '
 * before any of these or before another ', which makes csv_plain() take off
 * exactly what was put there.
 */
#ifndef HAAT_CORE_CSV_H
#define HAAT_CORE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/buf.h"

enum {
	CSV_CELLS_MAX = 64,
	CSV_ROW_MAX = 512 * 1024, /* bytes of a row */
};

/* Where the text comes from: at most len bytes to p; 0 at the end. */
struct csv_source {
	size_t (*read)(void *arg, char *p, size_t len);
	void *arg;
};

struct csv_row {
	int64_t line; /* where it begins; the first line is 1 */
	const char *cells[CSV_CELLS_MAX];
	size_t n;
	/* What is wrong with it, a sentence for people, NULL if nothing;
	 * then the cells are not to be read. */
	const char *wrong;
};

struct csv_reader;

/* The reader and all it gives live in the arena. */
struct csv_reader *csv_open(struct arena *a, struct csv_source source);

/* The next row, valid until the call after; false at the end. */
bool csv_next(struct csv_reader *r, struct csv_row *row);

/* A cell without the ' that guards it from spreadsheets. */
const char *csv_plain(const char *cell);

/* Writing: cells one after the other, then the end of the row. */
struct csv_out {
	struct buf *b;
	bool comma;
};
void csv_text(struct csv_out *o, const char *v); /* NULL: empty */
void csv_i64(struct csv_out *o, int64_t v);
/* Minor units as a number with two decimals: 123456 is 1234.56. */
void csv_money(struct csv_out *o, int64_t minor);
void csv_end(struct csv_out *o);

#endif
