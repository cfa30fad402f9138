/* Orders placed, with what was paid for them. */
#include "services/order_shape.h"
#include "services/report_kind.h"

static const struct field fields[] = {
	OUT("date", FIELD_DATE, 0, "Day it was placed"),
	OUT_TEXT("order_number", "Number"),
	OUT_TIME("placed_at", "When"),
	OUT_ENUM("status", order_statuses, "Where it stands"),
	OUT_ENUM("payment_status", order_payment_statuses, "Of the money"),
	OUT_ENUM("payment_method", order_payment_methods, "How it is paid"),
	OUT_TEXT("buyer", "Name of the account"),
	OUT_TEXT("email", "Its address"),
	OUT_TEXT_NULL("company_name", "Of a business"),
	OUT_TEXT_NULL("gstin", "Of a business"),
	OUT_TEXT_NULL("place_of_supply", "State it goes to",
	    .example = "29-Karnataka"),
	OUT_MONEY("subtotal", "Of its lines"),
	OUT_MONEY("discount_total", "Taken off"),
	OUT_MONEY("shipping_total", "Shipping"),
	OUT_MONEY("tax_total", "Contained in the total"),
	OUT_MONEY("total", "What the buyer pays"),
	OUT_MONEY("captured_total", "What came"),
	OUT_MONEY("refunded_total", "What went back"),
	OUT_TEXT("currency", "ISO 4217", .example = "INR"),
	{ 0 },
};
const struct shape report_orders_shape = { "report_orders", "An order",
	fields };

static struct report_source
source(struct ctx *c, const struct figures_period *p)
{
	return report_register(c, p, F_REPORT_ORDERS);
}

const struct report report_orders = { &report_orders_shape, &report_by_time,
	F_REPORT_ORDERS_COLUMNS, false, source };
