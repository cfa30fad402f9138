/*
 * figures.h: periods of days, and which of them are read from where.
 *
 * A day is one of the shop's time zone.  The figures of closed days are kept
 * in tables (cron/rollup.c); the days after them, and those with a mark since
 * something in them changed, are "live": counted from what happened.  A
 * reader adds both, so its figures are right at every moment.
 */
#ifndef HAAT_SERVICES_FIGURES_H
#define HAAT_SERVICES_FIGURES_H

#include "core/ctx.h"
#include "core/day.h"
#include "core/field.h"
#include "core/json.h"

enum { FIGURES_DAYS = 30, FIGURES_DAYS_MAX = 1100 };

extern const char *const figures_intervals[];

struct figures_in {
	const char *from;
	const char *to;
	const char *interval;
};

/* Declares the inputs; S has a member struct figures_in period. */
/* clang-format off */
#define IN_DAYS                                                              \
	{ .name = "from", .kind = FIELD_DATE,                                \
		.offset = FIELD_AT(period.from, const char *),               \
		.flags = OPTIONAL, .help = "First day; default: 30 days" },  \
	{ .name = "to", .kind = FIELD_DATE,                                  \
		.offset = FIELD_AT(period.to, const char *),                 \
		.flags = OPTIONAL, .help = "Last day; default: today" }
#define IN_PERIOD                                                            \
	IN_DAYS,                                                             \
	{ .name = "interval", .kind = FIELD_ENUM,                            \
		.offset = FIELD_AT(period.interval, const char *),           \
		.values = figures_intervals, .flags = OPTIONAL,              \
		.help = "Of a series; default: day. Weeks begin on Monday" }
/* clang-format on */

/* The inputs of what takes nothing but a period. */
struct figures_input {
	struct figures_in period;
};
extern const struct field figures_input_fields[];

/* Days, ascending. */
struct days {
	int64_t *v;
	size_t n;
};

struct figures_period {
	int64_t from;
	int64_t to;
	const char *interval;
	int64_t today;
	int64_t closed;     /* the last closed day; before from: none */
	struct days marked; /* closed ones that are to be counted anew */
};

/* Whose figures, and which: a step of an order leaves the money of its day as
 * it was. */
enum figures_what {
	FIGURES_SALES,
	FIGURES_ORDERS,
	FIGURES_BUYERS,
	FIGURES_ACCOUNTS
};
struct figures_scope {
	enum figures_what what;
	struct uuid seller_id; /* zero: the whole shop */
};

/*
 * Reads the period that was asked for, with what is kept of it.
 * Errors: ERR_VALIDATION (the wrong way round, too long).
 */
enum err figures_period(struct ctx *c, const struct figures_in *in,
    struct figures_scope scope, struct figures_period *out);

/* As many days before it. */
struct figures_period figures_before(const struct figures_period *p);

/* The live ones of the days from first to last, as an array for a
 * statement. */
const char *figures_live(struct ctx *c, const struct figures_period *p,
    int64_t first, int64_t last);

/* All closed days that are to be counted anew, as an array. */
const char *figures_marked(struct ctx *c, const struct figures_period *p);

/* The period in as few pieces as there are: closed months that hold no live
 * day, the other closed days, and the live ones; arrays for a statement. */
struct figures_pieces {
	const char *months;
	const char *days;
	const char *less; /* of figures_least() alone */
	const char *live;
};
struct figures_pieces figures_pieces(struct ctx *c,
    const struct figures_period *p);

/* The same where a month that is not over, or not wanted whole, is kept as
 * the sum of what is kept of its days, whatever they are: the month less its
 * other days, or single days, whichever is fewer rows. */
struct figures_pieces figures_least(struct ctx *c,
    const struct figures_period *p);

/* The first day of the interval that a day is in. */
int64_t figures_bucket(const struct figures_period *p, int64_t day);

/* "2026-11-22" */
void figures_write_day(struct json *j, const char *name, int64_t day);

#endif
