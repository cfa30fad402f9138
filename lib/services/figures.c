#include "services/figures.h"

#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "db/db.h"

/* A month has about as many rows as this many of its days: most of what sells
 * does so on several. */
enum { MONTH_AS_DAYS = 4 };

const char *const figures_intervals[] = { "day", "week", "month", NULL };

#define S struct figures_input
const struct field figures_input_fields[] = {
	IN_PERIOD,
	{ 0 },
};
#undef S

/* --- the period --------------------------------------------------------- */

static enum err
check_period(struct ctx *c, const struct figures_in *in,
    struct figures_period *p)
{
	p->to = p->today;
	if (in->to != NULL)
		day_parse(in->to, &p->to);
	p->from = p->to - (FIGURES_DAYS - 1);
	if (in->from != NULL)
		day_parse(in->from, &p->from);
	p->interval = in->interval != NULL ? in->interval : "day";
	if (p->from > p->to)
		return fail_field(c, in->from != NULL ? "from" : "to",
		    "The first day comes after the last one.");
	if (p->to - p->from >= FIGURES_DAYS_MAX)
		return fail_field(c, "from", "A period has %d days at most.",
		    FIGURES_DAYS_MAX);
	return OK;
}

enum err
figures_period(struct ctx *c, const struct figures_in *in,
    struct figures_scope scope, struct figures_period *out)
{
	static const char *const names[] = { "sales", "orders", "buyers",
		"accounts" };
	const char *what = names[scope.what];
	const char *zone = c->config->shop_timezone;
	struct rows today, marks;

	*out = (struct figures_period){ 0 };
	db_queue_rows(c, Q_FIGURES_TODAY, ARGS(A(zone)), &today);
	if (uuid_is_zero(scope.seller_id))
		db_queue_rows(c, Q_FIGURES_MARKED, ARGS(A(zone), A(what)),
		    &marks);
	else
		db_queue_rows(c, Q_FIGURES_MARKED_OF_SELLER,
		    ARGS(A(scope.seller_id), A(zone), A(what)), &marks);
	TRY(db_flush(c));
	row_next(&today);
	out->today = col_i64(&today);
	out->closed = col_is_null(&today) ? INT32_MIN : col_i64(&today);
	out->marked.v = ARENA_ARRAY(c->arena, (size_t)marks.count + 1,
	    int64_t);
	while (row_next(&marks))
		out->marked.v[out->marked.n++] = col_i64(&marks);
	return check_period(c, in, out);
}

struct figures_period
figures_before(const struct figures_period *p)
{
	struct figures_period out = *p;

	out.to = p->from - 1;
	out.from = p->from - (p->to - p->from + 1);
	return out;
}

/* --- its pieces --------------------------------------------------------- */

static bool
is_marked(const struct figures_period *p, int64_t day)
{
	for (size_t i = 0; i < p->marked.n && p->marked.v[i] <= day; i++)
		if (p->marked.v[i] == day)
			return true;
	return false;
}

static bool
has_mark(const struct figures_period *p, int64_t first, int64_t last)
{
	for (size_t i = 0; i < p->marked.n; i++)
		if (p->marked.v[i] >= first && p->marked.v[i] <= last)
			return true;
	return false;
}

/* Closed, and as it was counted. */
static bool
is_kept(const struct figures_period *p, int64_t day)
{
	return day <= p->closed && !is_marked(p, day);
}

/* Nothing has happened yet after today. */
static bool
is_live(const struct figures_period *p, int64_t day)
{
	return day <= p->today && (day > p->closed || is_marked(p, day));
}

struct list_text {
	struct buf b;
};

static void
list_open(struct ctx *c, struct list_text *l)
{
	buf_init(&l->b, c->arena, 64 * 1024);
	buf_char(&l->b, '{');
}

static void
list_add(struct list_text *l, int64_t n)
{
	if (l->b.len > 1)
		buf_char(&l->b, ',');
	buf_i64(&l->b, n);
}

static const char *
list_close(struct list_text *l)
{
	buf_char(&l->b, '}');
	return buf_text(&l->b);
}

const char *
figures_live(struct ctx *c, const struct figures_period *p, int64_t first,
    int64_t last)
{
	struct list_text live;

	list_open(c, &live);
	for (int64_t day = first; day <= last; day++)
		if (is_live(p, day))
			list_add(&live, day);
	return list_close(&live);
}

const char *
figures_marked(struct ctx *c, const struct figures_period *p)
{
	struct list_text marked;

	list_open(c, &marked);
	for (size_t i = 0; i < p->marked.n; i++)
		list_add(&marked, p->marked.v[i]);
	return list_close(&marked);
}

/* The whole month that begins on the day. */
static bool
is_month(const struct figures_period *p, int64_t day)
{
	int64_t last = day_next_month(day) - 1;

	return day == day_month(day) && last <= p->to && last <= p->closed &&
	    !has_mark(p, day, last);
}

struct figures_pieces
figures_pieces(struct ctx *c, const struct figures_period *p)
{
	struct figures_pieces out;
	struct list_text months, days;
	int64_t day = p->from;

	list_open(c, &months);
	list_open(c, &days);
	while (day <= p->to) {
		if (is_month(p, day)) {
			list_add(&months, day);
			day = day_next_month(day);
			continue;
		}
		if (is_kept(p, day))
			list_add(&days, day);
		day++;
	}
	out.months = list_close(&months);
	out.days = list_close(&days);
	out.less = "{}";
	out.live = figures_live(c, p, p->from, p->to);
	return out;
}

static bool
is_wanted(const struct figures_period *p, int64_t day)
{
	return day >= p->from && day <= p->to && is_kept(p, day);
}

/* Whether the month is read, and the days of it that are not wanted. */
static bool
is_less(const struct figures_period *p, int64_t first)
{
	int64_t wanted = 0, others = 0, next = day_next_month(first);

	for (int64_t day = first; day < next; day++)
		if (is_wanted(p, day))
			wanted++;
		else if (day <= p->closed)
			others++;
	return wanted > others + MONTH_AS_DAYS;
}

struct figures_pieces
figures_least(struct ctx *c, const struct figures_period *p)
{
	struct figures_pieces out;
	struct list_text months, days, less;
	int64_t first, next;

	list_open(c, &months);
	list_open(c, &days);
	list_open(c, &less);
	for (first = day_month(p->from); first <= p->to; first = next) {
		bool whole = is_less(p, first);

		next = day_next_month(first);
		if (whole)
			list_add(&months, first);
		for (int64_t day = first; day < next; day++)
			if (is_wanted(p, day) != whole)
				list_add(whole ? &less : &days, day);
	}
	out.months = list_close(&months);
	out.days = list_close(&days);
	out.less = list_close(&less);
	out.live = figures_live(c, p, p->from, p->to);
	return out;
}

int64_t
figures_bucket(const struct figures_period *p, int64_t day)
{
	if (strcmp(p->interval, "week") == 0)
		return day_week(day);
	return strcmp(p->interval, "month") == 0 ? day_month(day) : day;
}

void
figures_write_day(struct json *j, const char *name, int64_t day)
{
	char text[DAY_TEXT];

	day_format(day, text);
	js_str(j, name, text);
}
