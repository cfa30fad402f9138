/* Tax by place of supply, HSN code and rate. */
#include "core/config.h"
#include "services/report_kind.h"

static const struct field fields[] = {
	OUT_TEXT_NULL("place_of_supply", "State it went to",
	    .example = "29-Karnataka"),
	OUT_TEXT_NULL("hsn_code", "HSN code"),
	OUT_I64("tax_rate_bps", "Basis points"),
	OUT_I64("units", "Units sold"),
	OUT_MONEY("gross", "Sold, tax included"),
	OUT_MONEY("taxable_value", "Sold, without the tax"),
	OUT_MONEY("cgst", "Central tax"),
	OUT_MONEY("sgst", "State tax"),
	OUT_MONEY("igst", "Tax between states"),
	OUT_MONEY("tax_total", "All three"),
	OUT_MONEY("refunds", "Went back, tax included"),
	OUT_MONEY("cgst_refunded", "Central tax in it"),
	OUT_MONEY("sgst_refunded", "State tax in it"),
	OUT_MONEY("igst_refunded", "Tax between states in it"),
	OUT_MONEY("tax_refunded", "All three"),
	OUT_TEXT("currency", "ISO 4217", .example = "INR"),
	{ 0 },
};
const struct shape report_tax_shape = { "report_tax",
	"Tax of a place, a code and a rate", fields };

static const struct list_order by_key = {
	.name = "key",
	.key = LIST_KEY_TEXT,
	.before = F_REPORT_TEXT_BEFORE,
	.after = F_REPORT_TEXT_AFTER,
	.forwards = F_REPORT_TEXT_FORWARDS,
	.backwards = F_REPORT_TEXT_BACKWARDS,
};

static struct report_source
source(struct ctx *c, const struct figures_period *p)
{
	struct figures_pieces pieces = figures_pieces(c, p);

	return (struct report_source){ .from = F_REPORT_TAX,
		.args = { A(pieces.months), A(pieces.days), A(pieces.live),
		    A(c->config->shop_timezone) },
		.n = 4 };
}

const struct report report_tax = { &report_tax_shape, &by_key,
	F_REPORT_TAX_COLUMNS, false, source };
