#include "services/address.h"

#include "core/text.h"
#include "db/db.h"
#include "db/list.h"

#define S struct address
const struct field address_fields[] = {
	IN_TEXT(label, OPTIONAL, 0, TEXT_MAX, "Own name for it",
	    .example = "Home"),
	IN_TEXT(full_name, REQUIRED, 1, TEXT_MAX, "Who receives",
	    .example = "Asha Rao"),
	IN_TEXT(phone, REQUIRED, 1, TEXT_MAX, "Phone for the carrier",
	    .check = text_check_phone, .example = "+91 98450 12345"),
	IN_TEXT(line1, REQUIRED, 1, TEXT_MAX, "House and street",
	    .example = "12, 4th Cross"),
	IN_TEXT(line2, OPTIONAL, 0, TEXT_MAX, "Area, landmark"),
	IN_TEXT(city, REQUIRED, 1, TEXT_MAX, "City", .example = "Bengaluru"),
	IN_TEXT(state, REQUIRED, 1, TEXT_MAX, "State or union territory",
	    .check = text_check_state, .example = "Karnataka"),
	IN_TEXT(postal_code, REQUIRED, 1, TEXT_MAX, "Six digits",
	    .check = text_check_postal_code, .example = "560001"),
	IN_TEXT(country, OPTIONAL, 0, TEXT_MAX, "IN",
	    .check = text_check_country),
	IN_BOOL(is_default, OPTIONAL, "Use it unless another is chosen"),
	{ 0 },
};
#undef S

#define S struct address_update
const struct field address_update_fields[] = {
	IN_UUID(id, REQUIRED, "Address to change"),
	IN_TEXT_NULL(label, TEXT_MAX, "Own name for it"),
	IN_TEXT(full_name, OPTIONAL, 1, TEXT_MAX, "Who receives"),
	IN_TEXT(phone, OPTIONAL, 1, TEXT_MAX, "Phone for the carrier",
	    .check = text_check_phone),
	IN_TEXT(line1, OPTIONAL, 1, TEXT_MAX, "House and street"),
	IN_TEXT_NULL(line2, TEXT_MAX, "Area, landmark"),
	IN_TEXT(city, OPTIONAL, 1, TEXT_MAX, "City"),
	IN_TEXT(state, OPTIONAL, 1, TEXT_MAX, "State or union territory",
	    .check = text_check_state),
	IN_TEXT(postal_code, OPTIONAL, 1, TEXT_MAX, "Six digits",
	    .check = text_check_postal_code),
	IN_TEXT(country, OPTIONAL, 0, TEXT_MAX, "IN",
	    .check = text_check_country),
	IN_BOOL(is_default, OPTIONAL, "Use it unless another is chosen"),
	{ 0 },
};
#undef S

static const struct field out_fields[] = {
	OUT_UUID("id", "Address"),
	OUT_TEXT_NULL("label", "Own name for it"),
	OUT_TEXT("full_name", "Who receives"),
	OUT_TEXT("phone", "Phone for the carrier"),
	OUT_TEXT("line1", "House and street"),
	OUT_TEXT_NULL("line2", "Area, landmark"),
	OUT_TEXT("city", "City"),
	OUT_TEXT("state", "State or union territory"),
	OUT_TEXT("postal_code", "Six digits"),
	OUT_TEXT("country", "IN", .example = "IN"),
	OUT_BOOL("is_default", "Used unless another is chosen"),
	{ 0 },
};
const struct shape address_shape = { "address",
	"An entry of the address book", out_fields };

void
address_from_row(struct rows *r, struct address *a, struct uuid *id)
{
	*id = col_uuid(r);
	a->label = col_text(r);
	a->full_name = col_text(r);
	a->phone = col_text(r);
	a->line1 = col_text(r);
	a->line2 = col_text(r);
	a->city = col_text(r);
	a->state = col_text(r);
	a->postal_code = col_text(r);
	a->country = col_text(r);
	a->is_default = col_bool(r);
}

static void
write_members(const struct address *a, struct json *j)
{
	js_str(j, "label", a->label);
	js_str(j, "full_name", a->full_name);
	js_str(j, "phone", a->phone);
	js_str(j, "line1", a->line1);
	js_str(j, "line2", a->line2);
	js_str(j, "city", a->city);
	js_str(j, "state", a->state);
	js_str(j, "postal_code", a->postal_code);
	js_str(j, "country", a->country != NULL ? a->country : "IN");
}

void
address_snapshot(const struct address *a, struct json *j)
{
	js_open(j, '{');
	write_members(a, j);
	js_close(j, '}');
}

static struct uuid
write_row(struct rows *r, struct json *j)
{
	struct address a;
	struct uuid id;

	address_from_row(r, &a, &id);
	js_open(j, '{');
	js_uuid(j, "id", id);
	write_members(&a, j);
	js_bool(j, "is_default", a.is_default);
	js_close(j, '}');
	return id;
}

enum err
address_list(struct ctx *c, const struct page_in *in, struct buf *out,
    struct page_out *page)
{
	struct json j = js_to(out);
	struct list_rows l;

	TRY(list_begin(c, &l, in, LIST_NEWEST, F_ADDRESS_COLUMNS));
	list_where(&l, F_ADDRESSES_OF_ACCOUNT, ARGS(A(c->caller.id)));
	TRY(list_fetch(c, &l));
	while (list_next(&l))
		list_at(&l, write_row(&l.rows, &j));
	list_end(c, &l, page);
	return OK;
}

/* The whole address, inside the transaction that wrote it. */
static enum err
write_by_id(struct ctx *c, struct uuid id, struct buf *out)
{
	struct json j = js_to(out);
	struct rows r;
	bool found;

	TRY(db_maybe(c, Q_ADDRESS_BY_ID, ARGS(A(id), A(c->caller.id)), &r,
	    &found));
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such address.");
	write_row(&r, &j);
	return OK;
}

/* Which one is the default is decided by one change after the other. */
static void
queue_lock(struct ctx *c)
{
	struct rows *locked = ARENA_NEW(c->arena, struct rows);

	db_queue_rows(c, Q_ADDRESS_BOOK_LOCK, ARGS(A(c->caller.id)), locked);
}

enum err
address_create(struct ctx *c, const struct address *in, struct buf *out)
{
	struct uuid id = uuid_new();
	TX_SCOPE(tx, c);

	queue_lock(c);
	if (in->is_default)
		db_queue(c, Q_ADDRESS_CLEAR_DEFAULT,
		    ARGS(A(c->caller.id), A(id)));
	db_queue(c, Q_ADDRESS_ADD,
	    ARGS(A(id), A(c->caller.id), A(in->label), A(in->full_name),
		A(in->phone), A(in->line1), A(in->line2), A(in->city),
		A(in->state), A(in->postal_code),
		A(in->country != NULL ? in->country : "IN"),
		A(in->is_default)));
	TRY(write_by_id(c, id, out));
	return tx_commit(&tx);
}

enum err
address_update(struct ctx *c, const struct address_update *in,
    struct buf *out)
{
	TX_SCOPE(tx, c);

	queue_lock(c);
	if (in->is_default)
		db_queue(c, Q_ADDRESS_CLEAR_DEFAULT,
		    ARGS(A(c->caller.id), A(in->id)));
	db_queue(c, Q_ADDRESS_UPDATE,
	    ARGS(A(in->id), A(c->caller.id), A(in->label), A(in->label_null),
		A(in->full_name), A(in->phone), A(in->line1), A(in->line2),
		A(in->line2_null), A(in->city), A(in->state),
		A(in->postal_code), A(in->country),
		in->is_default ? A(true) : A_NULL));
	TRY(write_by_id(c, in->id, out));
	return tx_commit(&tx);
}

enum err
address_delete(struct ctx *c, struct uuid id)
{
	int64_t deleted;
	TX_SCOPE(tx, c);

	queue_lock(c);
	TRY(db_exec_n(c, Q_ADDRESS_DELETE, ARGS(A(id), A(c->caller.id)),
	    &deleted));
	if (deleted == 0)
		return fail(c, ERR_NOT_FOUND, "There is no such address.");
	db_queue(c, Q_ADDRESS_PROMOTE_NEWEST, ARGS(A(c->caller.id)));
	return tx_commit(&tx);
}
