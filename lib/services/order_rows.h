/*
 * order_rows.h: rows of orders, as structs.
 *
 * A statement of sub-orders selects what seller_orders_of_order selects, one
 * of items what order_items_of_order selects, in that order.
 */
#ifndef HAAT_SERVICES_ORDER_ROWS_H
#define HAAT_SERVICES_ORDER_ROWS_H

#include "db/db.h"
#include "services/order_shape.h"

/* An order of F_ORDER_COLUMNS. */
void order_read(struct rows *r, struct order *o);
/* Its parts and items, in the arena. */
enum err order_read_parts(struct ctx *c, struct order *o);

void seller_order_read(struct rows *r, struct seller_order *p);

/* All items of the answer, in the arena; *n how many. */
struct order_item *order_items_read(struct ctx *c, struct rows *r, size_t *n);

#endif
