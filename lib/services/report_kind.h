/*
 * report_kind.h: what a report is made of; for report_*.c alone.
 */
#ifndef HAAT_SERVICES_REPORT_KIND_H
#define HAAT_SERVICES_REPORT_KIND_H

#include "db/list.h"
#include "services/figures.h"

enum { REPORT_ARGS = 5 };

/* Where its rows come from. */
struct report_source {
	enum fragment from;
	struct arg args[REPORT_ARGS];
	size_t n;
	/* Columns that are dear and read the source alone: list_columns_last(),
	 * with these rows. */
	bool rows_first;
	enum fragment rows;
};

/* The statement gives an id, a sort key and then the columns of the shape. */
struct report {
	const struct shape *shape;
	const struct list_order *order;
	enum fragment columns;
	/* Behind the columns stands how many rows there are in all. */
	bool tells_count;
	struct report_source (
	    *source)(struct ctx *c, const struct figures_period *p);
};

extern const struct list_order report_by_time;
extern const struct list_order report_by_gross;

/* The source of a register: rows of from the period's first day to its
 * last. */
struct report_source report_register(struct ctx *c,
    const struct figures_period *p, enum fragment from);

extern const struct field report_sales_fields[];
extern const struct shape report_sales_shape;
extern const struct shape report_orders_shape;
extern const struct shape report_sellers_shape;
extern const struct shape report_products_shape;
extern const struct shape report_tax_shape;
extern const struct shape report_settlements_shape;
extern const struct shape report_refunds_shape;
extern const struct report report_sales;
extern const struct report report_orders;
extern const struct report report_sellers;
extern const struct report report_products;
extern const struct report report_tax;
extern const struct report report_settlements;
extern const struct report report_refunds;

#endif
