#include "services/seller_order.h"

#include "db/array.h"
#include "db/list.h"
#include "services/order_rows.h"

static void
read_part(struct rows *r, struct seller_order *p)
{
	seller_order_read(r, p);
	p->customer_name = col_text(r);
	p->shipping_address = col_text(r);
}

enum err
seller_order_list(struct ctx *c, const struct seller_order_list *in,
    struct buf *out, struct page_out *page)
{
	struct json j = js_to(out);
	struct order_item *items;
	struct seller_order p;
	struct list_rows l;
	struct rows r;
	size_t n;

	TRY(list_begin(c, &l, &in->paging, LIST_NEWEST,
	    F_SELLER_ORDER_COLUMNS));
	list_where(&l, F_SELLER_ORDERS_OF_SELLER,
	    ARGS(A(c->caller.seller_id)));
	if (in->status != NULL)
		list_where(&l, F_SELLER_ORDERS_WITH_STATUS,
		    ARGS(A(in->status)));
	TRY(list_fetch(c, &l));
	TRY(db_each(c, Q_ORDER_ITEMS_OF_PARTS, ARGS(A(list_ids(c, &l))), &r));
	items = order_items_read(c, &r, &n);
	while (list_next(&l)) {
		read_part(&l.rows, &p);
		seller_order_write(&j, &p, items, n);
		list_at(&l, p.id);
	}
	list_end(c, &l, page);
	return OK;
}

enum err
seller_order_detail(struct ctx *c, struct uuid id, struct buf *out)
{
	struct json j = js_to(out);
	struct order_item *items;
	struct rows parts, r;
	struct seller_order p;
	size_t n;

	db_queue_rows(c, Q_SELLER_ORDER_OF_SELLER,
	    ARGS(A(id), A(c->caller.seller_id)), &parts);
	TRY(db_each(c, Q_ORDER_ITEMS_OF_PARTS,
	    ARGS(A(array_uuids(c->arena, &id, 1))), &r));
	if (!row_next(&parts))
		return fail(c, ERR_NOT_FOUND, "There is no such order.");
	read_part(&parts, &p);
	items = order_items_read(c, &r, &n);
	seller_order_write(&j, &p, items, n);
	return OK;
}
