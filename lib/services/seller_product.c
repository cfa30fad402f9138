#include "services/seller_product.h"

#include "core/text.h"
#include "db/list.h"
#include "services/product_whole.h"

#define S struct seller_products
const struct field seller_products_fields[] = {
	IN_ENUM(status, OPTIONAL, product_statuses, "Only those in it"),
	IN_TEXT(q, OPTIONAL, 1, TEXT_MAX, "A part of the name or of a SKU"),
	IN_PAGE,
	{ 0 },
};
#undef S

enum err
seller_products(struct ctx *c, const struct seller_products *in,
    struct buf *out, struct page_out *page)
{
	struct list_rows l;

	TRY(product_whole_list_begin(c, &l, &in->paging, LIST_NEWEST));
	list_where(&l, F_PRODUCTS_OF_STORE, ARGS(A(c->caller.seller_id)));
	if (in->status != NULL)
		list_where(&l, F_PRODUCT_WITH_STATUS, ARGS(A(in->status)));
	if (in->q != NULL)
		list_where(&l, F_PRODUCT_LIKE,
		    ARGS(A(text_like(c->arena, in->q))));
	return product_whole_list(c, &l, PRODUCT_OWN, out, page);
}
