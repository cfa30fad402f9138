#include "services/mismatch_list.h"

#include <string.h>

#include "core/json.h"
#include "db/list.h"

/* As the table's constraints have them. */
static const char *const kinds[] = { "missing_here", "missing_there",
	"amount", "currency", "status", "refunded", NULL };
static const char *const entities[] = { "payment", "refund", NULL };

static const struct field mismatch_fields[] = {
	OUT_UUID("id", "Mismatch"),
	OUT_ENUM("kind", kinds, "What differs"),
	OUT_ENUM("entity", entities, "Of what"),
	OUT_TEXT("ref", "The provider's id of it, ours where it has none",
	    .example = "pay_29QQoUBi66xm2f"),
	OUT("order_id", FIELD_UUID, NULLABLE, "Order"),
	OUT_TEXT_NULL("order_number", "For people",
	    .example = "HT261122-000042"),
	OUT("provider_amount", FIELD_I64, NULLABLE,
	    "The provider's amount; of refunded what it paid back. Null: it "
	    "knows of none"),
	OUT("ledger_amount", FIELD_I64, NULLABLE,
	    "Ours of the same; null: nothing is booked"),
	OUT_TEXT_NULL("currency", "ISO 4217", .example = "INR"),
	OUT_TEXT_NULL("provider_status", "How it stands there",
	    .example = "captured"),
	OUT_TEXT_NULL("our_status", "How it stands here",
	    .example = "created"),
	OUT_TIME("first_seen_at", "When it was found"),
	OUT_TIME("last_seen_at", "When it was last found again"),
	OUT_TIME_NULL("resolved_at", "When both sides agreed again"),
	{ 0 },
};
const struct shape mismatch_shape = { "payment_mismatch",
	"Where the provider's books and ours differ", mismatch_fields };

static void
write_amount(struct json *j, const char *name, struct rows *r)
{
	if (col_is_null(r)) {
		col_skip(r);
		js_null(j, name);
		return;
	}
	js_i64(j, name, col_i64(r));
}

static struct uuid
write_one(struct rows *r, struct json *j)
{
	struct uuid id = col_uuid(r);

	js_open(j, '{');
	js_uuid(j, "id", id);
	js_str(j, "kind", col_text(r));
	js_str(j, "entity", col_text(r));
	js_str(j, "ref", col_text(r));
	js_uuid(j, "order_id", col_uuid(r));
	js_str(j, "order_number", col_text(r));
	write_amount(j, "provider_amount", r);
	write_amount(j, "ledger_amount", r);
	js_str(j, "currency", col_text(r));
	js_str(j, "provider_status", col_text(r));
	js_str(j, "our_status", col_text(r));
	js_time(j, "first_seen_at", col_i64(r));
	js_time(j, "last_seen_at", col_i64(r));
	js_time_null(j, "resolved_at", col_i64(r));
	js_close(j, '}');
	return id;
}

enum err
mismatch_list(struct ctx *c, const struct mismatch_search *in,
    struct buf *out, struct page_out *page)
{
	struct json j = js_to(out);
	struct list_rows l;

	TRY(list_begin(c, &l, &in->paging, list_by_age(in->sort),
	    F_MISMATCH_COLUMNS));
	list_where(&l, F_MISMATCHES, NO_ARGS);
	if (in->resolved != NULL)
		list_where(&l,
		    strcmp(in->resolved, "true") == 0 ?
			F_MISMATCHES_PUT_RIGHT :
			F_MISMATCHES_THAT_DIFFER,
		    NO_ARGS);
	TRY(list_fetch(c, &l));
	while (list_next(&l))
		list_at(&l, write_one(&l.rows, &j));
	list_end(c, &l, page);
	return OK;
}
