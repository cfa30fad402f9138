/* Settlements, by the day they were decided, else asked for. */
#include "services/report_kind.h"

static const struct field fields[] = {
	OUT("date", FIELD_DATE, 0,
	    "Day of the decision; else of the request"),
	OUT_UUID("settlement_id", "Settlement"),
	OUT_UUID("seller_id", "Store"),
	OUT_TEXT("store_name", "Its name"),
	OUT_TEXT("status", "Where it stands"),
	OUT_MONEY("gross", "Sold"),
	OUT_MONEY("refunds", "Went back"),
	OUT_MONEY("commission", "The marketplace's"),
	OUT_MONEY("adjustments", "Beside these"),
	OUT_MONEY("net", "What the seller gets"),
	OUT_TEXT("currency", "ISO 4217", .example = "INR"),
	OUT_TEXT_NULL("reference", "Of the transfer"),
	OUT_TIME("requested_at", "When it was asked for"),
	OUT_TIME_NULL("processed_at", "When it was decided"),
	{ 0 },
};
const struct shape report_settlements_shape = { "report_settlements",
	"A settlement", fields };

static struct report_source
source(struct ctx *c, const struct figures_period *p)
{
	return report_register(c, p, F_REPORT_SETTLEMENTS);
}

const struct report report_settlements = { &report_settlements_shape,
	&report_by_time, F_REPORT_SETTLEMENTS_COLUMNS, false, source };
