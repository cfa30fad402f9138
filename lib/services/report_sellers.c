/* What each store sold, most money first. */
#include "services/report_kind.h"

static const struct field fields[] = {
	OUT_UUID("seller_id", "Store"),
	OUT_TEXT("store_name", "Its name"),
	OUT_TEXT("legal_name", "Of the company"),
	OUT_TEXT_NULL("gstin", "Its GSTIN"),
	OUT_TEXT("status", "Where it stands"),
	OUT_I64("orders", "Orders that were paid"),
	OUT_I64("units", "Units in them"),
	OUT_MONEY("gross", "Sold"),
	OUT_MONEY("refunds", "Went back"),
	OUT_MONEY("commission", "The marketplace's, less what returned"),
	OUT_MONEY("net", "The seller's"),
	OUT_TEXT("currency", "ISO 4217", .example = "INR"),
	{ 0 },
};
const struct shape report_sellers_shape = { "report_sellers",
	"A store that sold", fields };

static struct report_source
source(struct ctx *c, const struct figures_period *p)
{
	struct report_source s = report_register(c, p, F_REPORT_SELLERS);

	s.args[3] = s.args[2];
	s.args[2] = A(figures_live(c, p, p->from, p->to));
	s.n = 4;
	return s;
}

const struct report report_sellers = { &report_sellers_shape,
	&report_by_gross, F_REPORT_SELLERS_COLUMNS, false, source };
