/*
 * figures_sales.h: money by days, of one store or of the whole shop, and how
 * it is told.  Shared by seller_figures and admin_figures.
 */
#ifndef HAAT_SERVICES_FIGURES_SALES_H
#define HAAT_SERVICES_FIGURES_SALES_H

#include "db/db.h"
#include "services/figures.h"

extern const struct shape figures_overview_shape;
extern const struct shape figures_revenue_point_shape;

struct sales {
	int64_t orders;
	int64_t units;
	int64_t gross;
	int64_t refunds;
	int64_t commission;
};

void sales_add(struct sales *to, const struct sales *s);
int64_t sales_net(const struct sales *s);

/* Rows of day, orders, units, gross, refunds, commission; into a struct for
 * each day from first on. */
void sales_read(struct rows *r, int64_t first, struct sales *days);

/* The members of an overview; waiting stands on its row. */
void sales_write_overview(struct json *j, const struct sales *now,
    const struct sales *before, struct rows *waiting);

/* The sum of the interval that begins at *day, which moves on to the next. */
struct sales sales_of_interval(const struct figures_period *p,
    const struct sales *days, int64_t *day);

/* "series": a point for each interval. */
void sales_write_series(struct json *j, const struct figures_period *p,
    const struct sales *days);

#endif
