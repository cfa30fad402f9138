/*
 * report.h: what happened in a period, as rows: paged for screens, and as CSV
 * from the first row to the last in the memory of a few hundred.
 *
 * A report is one table of columns and one statement (report_*.c), from which
 * pages, file and documentation come.  Days are those of the shop.  Money
 * counts as in figures.h: the sums of a report are the figures.
 */
#ifndef HAAT_SERVICES_REPORT_H
#define HAAT_SERVICES_REPORT_H

#include "core/buf.h"
#include "core/page.h"
#include "core/sink.h"
#include "services/figures.h"

extern const char *const report_types[];
extern const char *const report_formats[];

/* A row of any of them. */
extern const struct shape report_row_shape;

struct report_in {
	const char *type;
	struct figures_in period; /* without its interval */
	const char *format;
	struct page_in paging;
};

/* Whether a file is asked for. */
bool report_is_file(const struct report_in *in);

/* A page of rows.  Errors: ERR_VALIDATION (period, cursor). */
enum err report_list(struct ctx *c, const struct report_in *in,
    struct buf *out, struct page_out *page);

/*
 * All rows, as they were at one moment.  UTF-8 with a mark, by which
 * spreadsheets know it; an amount stands twice, in paise and as a decimal
 * number.  Errors: ERR_VALIDATION, before anything is written.
 */
enum err report_stream(struct ctx *c, const struct report_in *in,
    const struct sink *to);

#endif
