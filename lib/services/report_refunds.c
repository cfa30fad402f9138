/* Refunds, by the day they were done, else asked for. */
#include "services/report_kind.h"

static const struct field fields[] = {
	OUT("date", FIELD_DATE, 0, "Day it was done; else of the request"),
	OUT_UUID("refund_id", "Refund"),
	OUT_TEXT("order_number", "Of the order"),
	OUT_TEXT_NULL("store_name", "Where it is of one store"),
	OUT_TEXT("status", "Where it stands"),
	OUT_TEXT("source", "Who began it"),
	OUT_TEXT("payment_method", "How the order was paid"),
	OUT_TEXT_NULL("reason", "Why"),
	OUT_MONEY("amount", "What goes back"),
	OUT_MONEY("commission", "Of it, what the marketplace gives back"),
	OUT_MONEY("tax_total", "Tax in it"),
	OUT_TEXT("currency", "ISO 4217", .example = "INR"),
	OUT_TIME("requested_at", "When it was asked for"),
	OUT_TIME_NULL("processed_at", "When it was done"),
	{ 0 },
};
const struct shape report_refunds_shape = { "report_refunds", "A refund",
	fields };

static struct report_source
source(struct ctx *c, const struct figures_period *p)
{
	return report_register(c, p, F_REPORT_REFUNDS);
}

const struct report report_refunds = { &report_refunds_shape, &report_by_time,
	F_REPORT_REFUNDS_COLUMNS, false, source };
