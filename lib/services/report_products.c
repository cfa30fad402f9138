/* What each product sold, most money first. */
#include "core/config.h"
#include "services/report_kind.h"

static const struct field fields[] = {
	OUT_UUID("product_id", "Product"),
	OUT_TEXT("product", "Its name now"),
	OUT_TEXT_NULL("hsn_code", "HSN code"),
	OUT_UUID("seller_id", "Store"),
	OUT_TEXT("store_name", "Its name"),
	OUT_I64("units", "Units sold"),
	OUT_MONEY("gross", "Sold, before refunds, without shipping"),
	OUT_TEXT("currency", "ISO 4217", .example = "INR"),
	{ 0 },
};
const struct shape report_products_shape = { "report_products",
	"A product that sold", fields };

static struct report_source
source(struct ctx *c, const struct figures_period *p)
{
	struct figures_pieces pieces = figures_least(c, p);

	return (struct report_source){ .from = F_REPORT_PRODUCTS,
		.args = { A(pieces.months), A(pieces.days), A(pieces.less),
		    A(pieces.live), A(c->config->shop_timezone) },
		.n = 5,
		.rows_first = true,
		.rows = F_REPORT_PRODUCTS_ROWS };
}

const struct report report_products = { &report_products_shape,
	&report_by_gross, F_REPORT_PRODUCTS_COLUMNS, true, source };
