/* What was sold and what went back, line by line. */
#include "services/report_kind.h"

static const char *const kinds[] = { "sale", "refund", "refund_failed",
	NULL };
const struct field report_sales_fields[] = {
	OUT("date", FIELD_DATE, 0, "Day the money came or went"),
	OUT_TEXT("order_number", "Number of the part of the order"),
	OUT_ENUM("kind", kinds, "What happened"),
	OUT_UUID("seller_id", "Store"),
	OUT_TEXT("store_name", "Its name"),
	OUT_UUID("product_id", "Product"),
	OUT_TEXT("product", "Its name when it was ordered"),
	OUT_TEXT("sku", "Variant"),
	OUT_TEXT_NULL("hsn_code", "HSN code"),
	OUT_I64("tax_rate_bps", "Basis points"),
	OUT_MONEY("unit_price", "Of one unit"),
	OUT_I64("units", "Units sold; 0 of what went back"),
	OUT_MONEY("gross", "Sold, tax and shipping included"),
	OUT_MONEY("refunds", "Went back; negative where that failed"),
	OUT_MONEY("commission", "The marketplace's, less what returned"),
	OUT_MONEY("net", "The seller's"),
	OUT_MONEY("tax_total", "Tax in it; negative of what went back"),
	OUT_TEXT("currency", "ISO 4217", .example = "INR"),
	{ 0 },
};
const struct shape report_sales_shape = { "report_sales",
	"A line that was sold, or of a refund", report_sales_fields };

static struct report_source
source(struct ctx *c, const struct figures_period *p)
{
	return report_register(c, p, F_REPORT_SALES);
}

const struct report report_sales = { &report_sales_shape, &report_by_time,
	F_REPORT_SALES_COLUMNS, false, source };
