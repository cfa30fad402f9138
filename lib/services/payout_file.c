#include "services/payout_file.h"

#include "core/csv.h"
#include "core/scratch.h"
#include "services/audit.h"

enum { PAGE_ROWS = 500, PAGE_BYTES = 8 * 1024 * 1024 };

static const char *const columns[] = { "settlement_id", "seller_id",
	"store_name", "legal_name", "account_holder", "account_number",
	"ifsc", "amount", "amount_minor", "currency", "reference", "status",
	"requested_at", "note" };

static enum err
begin(struct ctx *c)
{
	struct rows r;
	int64_t rows, net;
	TX_SCOPE(tx, c);

	TRY(db_one(c, Q_PAYOUTS_SUM, NO_ARGS, &r));
	rows = col_i64(&r);
	net = col_i64(&r);
	audit_queue(c, "settlement.payout_file", "settlement",
	    (struct uuid){ 0 },
	    CHANGES({ "rows", A_NULL, A(rows) }, { "net", A_NULL, A(net) }));
	return tx_commit(&tx);
}

static void
write_header(struct csv_out *out)
{
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		csv_text(out, columns[i]);
	csv_end(out);
}

/* The columns of payouts come in the order of the file's; the amount stands
 * there in rupees and in paise. */
static void
write_row(struct csv_out *out, struct rows *r, struct uuid *last)
{
	enum { BEFORE_AMOUNT = 6, AFTER_AMOUNT = 5 };
	char id[UUID_TEXT];
	int64_t net;

	*last = col_uuid(r);
	uuid_format(*last, id);
	csv_text(out, id);
	for (int i = 0; i < BEFORE_AMOUNT; i++)
		csv_text(out, col_text(r));
	net = col_i64(r);
	csv_money(out, net);
	csv_i64(out, net);
	for (int i = 0; i < AFTER_AMOUNT; i++)
		csv_text(out, col_text(r));
	csv_end(out);
}

static enum err
write_page(struct ctx *c, const struct sink *to, struct uuid *last, int *n)
{
	struct csv_out out = { 0 };
	bool is_first = uuid_is_zero(*last);
	struct rows r;
	struct buf b;
	SCRATCH_SCOPE(page, c);

	TRY(db_each(c, Q_PAYOUTS, ARGS(A(*last), A((int64_t)PAGE_ROWS)), &r));
	*n = r.count;
	buf_init(&b, c->arena, PAGE_BYTES);
	out.b = &b;
	if (is_first)
		write_header(&out);
	while (row_next(&r))
		write_row(&out, &r, last);
	if (!buf_ok(&b))
		return fault(c, "a page of the payout file is too long");
	return sink_write(to, buf_text(&b), b.len);
}

enum err
payout_file(struct ctx *c, const struct sink *to)
{
	struct uuid last = { 0 };
	int n = PAGE_ROWS;

	TRY(begin(c));
	while (n == PAGE_ROWS)
		TRY(write_page(c, to, &last, &n));
	return OK;
}
