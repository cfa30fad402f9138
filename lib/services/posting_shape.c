#include "services/posting_shape.h"

static const struct field posting_fields[] = {
	OUT_UUID("id", "Posting"),
	OUT_UUID("journal_id", "Journal"),
	OUT_TEXT("kind", "What happened"),
	OUT_TEXT("ref", "To what"),
	OUT_TEXT("account", "Account"),
	OUT_I64("amount", "Debit positive"),
	OUT_TEXT("currency", "ISO 4217", .example = "INR"),
	OUT_TIME("created_at", "When"),
	{ 0 },
};
const struct shape posting_shape = { "posting", "A line of the ledger",
	posting_fields };

void
postings_write(struct rows *r, struct json *j)
{
	js_open_key(j, "ledger", '[');
	while (row_next(r)) {
		js_open(j, '{');
		js_uuid(j, "id", col_uuid(r));
		js_uuid(j, "journal_id", col_uuid(r));
		js_str(j, "kind", col_text(r));
		js_str(j, "ref", col_text(r));
		js_str(j, "account", col_text(r));
		js_i64(j, "amount", col_i64(r));
		js_str(j, "currency", col_text(r));
		js_time(j, "created_at", col_i64(r));
		js_close(j, '}');
	}
	js_close(j, ']');
}
