#include "services/product.h"

#include "db/array.h"
#include "db/db.h"
#include "services/product_whole.h"

static void
queue_product(struct ctx *c, struct uuid id, enum product_view view,
    struct rows *out)
{
	struct compose s;

	compose_begin(c, &s);
	compose_add(&s, F_PRODUCT_WHOLE, NO_ARGS);
	if (view != PRODUCT_PUBLIC)
		compose_add(&s, F_PRODUCT_PRIVATE_COLUMNS, NO_ARGS);
	if (view == PRODUCT_REVIEW)
		compose_add(&s, F_PRODUCT_REVIEW_COLUMNS, NO_ARGS);
	compose_add(&s, F_PRODUCT_FROM, NO_ARGS);
	compose_add(&s, F_PRODUCT_WITH_ID, ARGS(A(id)));
	if (view == PRODUCT_PUBLIC)
		compose_add(&s, F_PRODUCT_PUBLIC, NO_ARGS);
	else if (view == PRODUCT_OWN)
		compose_add(&s, F_PRODUCT_OF_SELLER,
		    ARGS(A(c->caller.seller_id)));
	compose_queue(c, &s, out);
}

enum err
product_write(struct ctx *c, struct uuid id, enum product_view view,
    struct buf *out, bool *found)
{
	struct json j = js_to(out);
	struct product_parts parts;
	struct product_row row;
	struct rows r;

	queue_product(c, id, view, &r);
	product_parts_queue(c, array_uuids(c->arena, &id, 1), &parts);
	TRY(db_flush(c));
	*found = row_next(&r);
	if (!*found)
		return OK;
	product_row_read(&r, &row);
	TRY(product_names_load(c, &row, 1));
	product_whole_write(&j, &row, &r, view, &parts);
	return OK;
}

/* --- detail --------------------------------------------------------------
 */

static enum err
find_id(struct ctx *c, const struct product_get *in, struct uuid *id)
{
	struct rows r;
	bool found;

	if ((in->slug != NULL) == !uuid_is_zero(in->id))
		return fail_field(c, "id", "Give either id or slug.");
	*id = in->id;
	if (in->slug == NULL)
		return OK;
	TRY(db_maybe(c, Q_PRODUCT_ID_BY_SLUG, ARGS(A(in->slug)), &r, &found));
	if (found)
		*id = col_uuid(&r);
	return OK;
}

enum err
product_detail(struct ctx *c, const struct product_get *in, struct buf *out)
{
	bool found = false;
	struct uuid id;

	TRY(find_id(c, in, &id));
	if (c->caller.role == ROLE_ADMIN)
		TRY(product_write(c, id, PRODUCT_ANY, out, &found));
	else if (c->caller.has_seller)
		TRY(product_write(c, id, PRODUCT_OWN, out, &found));
	if (!found)
		TRY(product_write(c, id, PRODUCT_PUBLIC, out, &found));
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such product.");
	return OK;
}
