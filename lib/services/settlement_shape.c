#include "services/settlement_shape.h"

#include "services/posting_shape.h"
#include "services/settlement.h"

const char *const settlement_statuses[] = { "requested", "processing", "paid",
	"rejected", "failed", NULL };
const char *const settlement_actions[] = { "pay", "reject", NULL };

static const struct field balance_fields[] = {
	OUT_TEXT("currency", "ISO 4217", .example = "INR"),
	OUT_I64("pending", "Not delivered yet, or still to be returned"),
	OUT_I64("available",
	    "For the next settlement; negative where more was "
	    "paid back than earned"),
	OUT_I64("settled", "Paid out so far"),
	{ 0 },
};
const struct shape balance_shape = { "seller_balance", "What a seller has",
	balance_fields };

#define OUT_SETTLEMENT                                                       \
	OUT_UUID("id", "Settlement"), OUT_UUID("seller_id", "Seller"),       \
	    OUT_TEXT("store_name", "The seller's"),                          \
	    OUT_ENUM("status", settlement_statuses, "Where it stands"),      \
	    OUT_TEXT("currency", "ISO 4217", .example = "INR"),              \
	    OUT_I64("gross", "Sales"),                                       \
	    OUT_I64("commission", "The marketplace's, less what returned"),  \
	    OUT_I64("refunds", "Paid back to buyers"),                       \
	    OUT_I64("adjustments", "Corrections"),                           \
	    OUT_I64("net",                                                   \
		"To be paid: gross - commission - refunds + adjustments"),   \
	    OUT_TIME_NULL("period_start", "When the first line of it came"), \
	    OUT_TIME_NULL("period_end", "Until when"),                       \
	    OUT_TEXT_NULL("reference", "Of the transfer"),                   \
	    OUT_TEXT_NULL("reason", "Why it was rejected"),                  \
	    OUT_TIME("requested_at", "When it was asked for"),               \
	    OUT_TIME_NULL("processed_at", "When it was paid or rejected")

static const struct field settlement_fields[] = { OUT_SETTLEMENT, { 0 } };
const struct shape settlement_shape = { "settlement", "A payout to a seller",
	settlement_fields };

static const struct field line_fields[] = {
	OUT_UUID("seller_order_id", "Sub-order"),
	OUT_TEXT("number", "For people", .example = "HT261122-000042-1"),
	OUT("refund_id", FIELD_UUID, NULLABLE, "Of a line that takes back"),
	OUT_I64("gross", "Sold; negative: paid back"),
	OUT_I64("commission", "The marketplace's"),
	OUT_I64("amount", "The seller's"),
	OUT_TIME("available_at", "When it became available"),
	{ 0 },
};
static const struct shape line_shape = { "settlement_line",
	"What a settlement is made of", line_fields };

static const struct field detail_fields[] = {
	OUT_SETTLEMENT,
	OUT_I64("line_count", "All its lines"),
	OUT_LIST("lines", &line_shape, "The newest 1,000 of them"),
	OUT_LIST("ledger", &posting_shape, "Once it is paid"),
	{ 0 },
};
const struct shape settlement_detail_shape = { "settlement_detail",
	"A payout with what it is made of", detail_fields };

/* --- showing ------------------------------------------------------------ */

struct settlement_written
settlement_write_members(struct rows *r, struct json *j)
{
	struct settlement_written w = { .id = col_uuid(r) };

	js_uuid(j, "id", w.id);
	js_uuid(j, "seller_id", col_uuid(r));
	js_str(j, "store_name", col_text(r));
	js_str(j, "status", col_text(r));
	js_str(j, "currency", col_text(r));
	js_i64(j, "gross", col_i64(r));
	js_i64(j, "commission", col_i64(r));
	js_i64(j, "refunds", col_i64(r));
	js_i64(j, "adjustments", col_i64(r));
	w.net = col_i64(r);
	js_i64(j, "net", w.net);
	js_time_null(j, "period_start", col_i64(r));
	js_time_null(j, "period_end", col_i64(r));
	js_str(j, "reference", col_text(r));
	js_str(j, "reason", col_text(r));
	js_time(j, "requested_at", col_i64(r));
	js_time_null(j, "processed_at", col_i64(r));
	return w;
}

static struct settlement_written
write_one(struct rows *r, struct json *j)
{
	struct settlement_written w;

	js_open(j, '{');
	w = settlement_write_members(r, j);
	js_close(j, '}');
	return w;
}

enum err
settlement_write(struct ctx *c, struct uuid id, struct buf *out)
{
	struct json j = js_to(out);
	struct rows r;
	bool found;

	TRY(db_maybe(c, Q_SETTLEMENT_BY_ID, ARGS(A(id)), &r, &found));
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such settlement.");
	write_one(&r, &j);
	return OK;
}

enum err
settlement_page(struct ctx *c, struct list_rows *l, struct buf *out,
    struct page_out *page)
{
	struct json j = js_to(out);

	TRY(list_fetch(c, l));
	while (list_next(l)) {
		struct settlement_written w = write_one(&l->rows, &j);

		list_at_i64(c, l, w.net, w.id);
	}
	list_end(c, l, page);
	return OK;
}
