/*
 * buf.h: text built piece by piece, with a cap.
 *
 * A buf lives in an arena.  Appending past the cap sets overflow and drops
 * the rest: whoever sends the text checks buf_ok().  Appenders are named by
 * the context they escape for; data of a caller goes through one of these,
 * never through buf_raw().
 */
#ifndef HAAT_CORE_BUF_H
#define HAAT_CORE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/uuid.h"

struct buf {
	struct arena *arena;
	char *data; /* always ends in NUL once something was appended */
	size_t len;
	size_t size;
	size_t cap;
	bool overflow;
};

enum { BUF_CAP_REPLY = 8 * 1024 * 1024 };

/* An empty buf of at most cap bytes. */
void buf_init(struct buf *b, struct arena *a, size_t cap);
void buf_clear(struct buf *b);
bool buf_ok(const struct buf *b);

/* The text so far, "" when empty; valid until the next append. */
const char *buf_text(const struct buf *b);

/* The place of len bytes that the caller writes at once; NULL past the cap. */
char *buf_space(struct buf *b, size_t len);

/* Bytes of our own making. */
void buf_raw(struct buf *b, const void *p, size_t len);
void buf_char(struct buf *b, char c);
void buf_i64(struct buf *b, int64_t v);
void buf_uuid(struct buf *b, struct uuid id);
#define buf_lit(b, literal) buf_raw((b), "" literal, sizeof(literal) - 1)
/* Trusted text that ends in NUL. */
void buf_str(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* A JSON string with its quotes; RFC 8259, section 7. */
void buf_json_str(struct buf *b, const char *s);
void buf_json_strn(struct buf *b, const char *s, size_t len);

/* A query argument, percent-encoded; RFC 3986, section 2. */
void buf_url_arg(struct buf *b, const char *s);

/* A CSV cell; RFC 4180, with a quote before what a spreadsheet would run; see
 * csv.h. */
void buf_csv_cell(struct buf *b, const char *s);

/* Lower-case hexadecimal. */
void buf_hex(struct buf *b, const void *p, size_t len);

/* RFC 3339 in UTC from microseconds since 1970; decimals only if needed. */
void buf_time(struct buf *b, int64_t at_us);

#endif
