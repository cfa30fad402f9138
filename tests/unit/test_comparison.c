#include "unit.h"

#include "services/comparison_judge.h"

#define NONE 0U
#define K(kind) (1U << (kind))

/* As the sides of one payment or refund: "-" is a side that knows nothing. */
struct row {
	const char *what;
	struct side_there there;
	struct side_here here;
	unsigned int want;
};

#define THERE_IN(money, s, a, ...)                                           \
	{                                                                    \
		.known = true, .status = (s), .amount = (a),                 \
		.currency = (money), .payment_id = "pay_1", __VA_ARGS__      \
	}
#define THERE(...) THERE_IN("INR", __VA_ARGS__)
#define HERE(s, a, ...)                                                      \
	{                                                                    \
		.known = true, .status = (s), .amount = (a),                 \
		.currency = "INR", .payment_id = "pay_1", __VA_ARGS__        \
	}
#define BOOKED(a)                                                            \
	.booked = true, .booked_amount = (a), .booked_currency = "INR"
#define NOBODY                                                               \
	{                                                                    \
		0                                                            \
	}

static const struct row payments[] = {
	/* Both sides at one. */
	{ "captured", THERE("captured", 500),
	    HERE("captured", 500, BOOKED(500)), NONE },
	{ "in part refunded", THERE("captured", 500, .refunded = 200),
	    HERE("partially_refunded", 500, .refunded = 200, BOOKED(500)),
	    NONE },
	{ "refunded", THERE("refunded", 500, .refunded = 500),
	    HERE("refunded", 500, .refunded = 500, BOOKED(500)), NONE },
	{ "authorized", THERE("authorized", 500), HERE("authorized", 0),
	    NONE },
	{ "failed", THERE("failed", 500), HERE("failed", 0), NONE },
	{ "another try of ours", THERE("failed", 500), NOBODY, NONE },
	{ "opened and left", THERE("created", 500), HERE("created", 0),
	    NONE },
	{ "never captured, given back",
	    THERE("refunded", 500, .refunded = 500, .returned = true),
	    HERE("failed", 0), NONE },
	{ "the same, and not ours",
	    THERE("refunded", 500, .refunded = 500, .returned = true), NOBODY,
	    NONE },
	{ "nobody's", NOBODY, NOBODY, NONE },
	{ "never tried", NOBODY, HERE("created", 0), NONE },
	{ "a ledger that nets to nothing", NOBODY, { BOOKED(0) }, NONE },
	/* Missing here. */
	{ "no event came", THERE("captured", 500), HERE("created", 0),
	    K(MISSING_HERE) },
	{ "not ours", THERE("captured", 500), NOBODY, K(MISSING_HERE) },
	{ "not ours, refunded", THERE("refunded", 500, .refunded = 500),
	    NOBODY, K(MISSING_HERE) },
	{ "not ours, authorized", THERE("authorized", 500), NOBODY,
	    K(MISSING_HERE) },
	{ "not in the ledger", THERE("captured", 500), HERE("captured", 500),
	    K(MISSING_HERE) },
	/* Missing there. */
	{ "captured here only", NOBODY, HERE("captured", 500, BOOKED(500)),
	    K(MISSING_THERE) },
	{ "without its journal", NOBODY, HERE("captured", 500),
	    K(MISSING_THERE) },
	{ "a journal of nothing", NOBODY, { BOOKED(500) }, K(MISSING_THERE) },
	{ "authorized here only", NOBODY, HERE("authorized", 0),
	    K(MISSING_THERE) },
	/* Other amounts, currencies, statuses, refunds. */
	{ "less in the ledger", THERE("captured", 500),
	    HERE("captured", 500, BOOKED(499)), K(OTHER_AMOUNT) },
	{ "more in the payment", THERE("captured", 500),
	    HERE("captured", 501, BOOKED(500)), K(OTHER_AMOUNT) },
	{ "more there", THERE("captured", 501),
	    HERE("captured", 500, BOOKED(500)), K(OTHER_AMOUNT) },
	{ "other currency there", THERE_IN("USD", "captured", 500),
	    HERE("captured", 500, BOOKED(500)), K(OTHER_CURRENCY) },
	{ "other currency in the ledger", THERE("captured", 500),
	    HERE("captured", 500, .booked = true, .booked_amount = 500,
		.booked_currency = "USD"),
	    K(OTHER_CURRENCY) },
	{ "failed here, booked", THERE("captured", 500),
	    HERE("failed", 500, BOOKED(500)), K(OTHER_STATUS) },
	{ "captured here, failed there", THERE("failed", 500),
	    HERE("captured", 500, BOOKED(500)), K(OTHER_STATUS) },
	{ "captured here, never captured there",
	    THERE("refunded", 500, .refunded = 500, .returned = true),
	    HERE("captured", 500, BOOKED(500)), K(OTHER_STATUS) },
	{ "given back there, authorized here",
	    THERE("refunded", 500, .refunded = 500, .returned = true),
	    HERE("authorized", 0), K(OTHER_STATUS) },
	{ "captured here, authorized there", THERE("authorized", 500),
	    HERE("captured", 500, BOOKED(500)), K(OTHER_STATUS) },
	{ "authorized there, open here", THERE("authorized", 500),
	    HERE("created", 0), K(OTHER_STATUS) },
	{ "failed there, open here", THERE("failed", 500), HERE("created", 0),
	    K(OTHER_STATUS) },
	{ "refunded there", THERE("captured", 500, .refunded = 100),
	    HERE("captured", 500, BOOKED(500)), K(OTHER_REFUNDS) },
	{ "refunded here", THERE("captured", 500),
	    HERE("partially_refunded", 500, .refunded = 100, BOOKED(500)),
	    K(OTHER_REFUNDS) },
	{ "everything", THERE_IN("USD", "refunded", 500, .refunded = 500),
	    HERE("failed", 400, BOOKED(500)),
	    K(OTHER_AMOUNT) | K(OTHER_CURRENCY) | K(OTHER_STATUS) |
		K(OTHER_REFUNDS) },
};

static const struct row refunds[] = {
	{ "processed", THERE("processed", 100),
	    HERE("processed", 100, BOOKED(100)), NONE },
	{ "pending", THERE("pending", 100), HERE("processing", 100), NONE },
	{ "failed", THERE("failed", 100), HERE("failed", 100), NONE },
	{ "failed and reversed", THERE("failed", 100),
	    HERE("failed", 100, BOOKED(0)), NONE },
	{ "failed and never ours", THERE("failed", 100), NOBODY, NONE },
	{ "of money never captured",
	    THERE("processed", 100, .returned = true), NOBODY, NONE },
	{ "asked for only", NOBODY, HERE("requested", 100), NONE },
	{ "rejected", NOBODY, HERE("rejected", 100), NONE },
	{ "failed here, unknown there", NOBODY, HERE("failed", 100), NONE },
	{ "made in the dashboard", THERE("processed", 100), NOBODY,
	    K(MISSING_HERE) },
	{ "pending in the dashboard", THERE("pending", 100), NOBODY,
	    K(MISSING_HERE) },
	{ "not in the ledger", THERE("processed", 100),
	    HERE("processed", 100), K(MISSING_HERE) },
	{ "processed here only", NOBODY, HERE("processed", 100, BOOKED(100)),
	    K(MISSING_THERE) },
	{ "stuck here", NOBODY, HERE("processing", 100), K(MISSING_THERE) },
	{ "a journal of nothing", NOBODY, { BOOKED(100) }, K(MISSING_THERE) },
	{ "less here", THERE("processed", 100),
	    HERE("processed", 99, BOOKED(99)), K(OTHER_AMOUNT) },
	{ "less in the ledger", THERE("processed", 100),
	    HERE("processed", 100, BOOKED(99)), K(OTHER_AMOUNT) },
	{ "failed and not reversed", THERE("failed", 100),
	    HERE("failed", 100, BOOKED(100)), K(OTHER_AMOUNT) },
	{ "pending and booked", THERE("pending", 100),
	    HERE("processing", 100, BOOKED(100)), K(OTHER_AMOUNT) },
	{ "other currency", THERE_IN("USD", "processed", 100),
	    HERE("processed", 100, BOOKED(100)), K(OTHER_CURRENCY) },
	{ "processed there, under way here", THERE("processed", 100),
	    HERE("processing", 100), K(OTHER_STATUS) },
	{ "failed there, processed here", THERE("failed", 100),
	    HERE("processed", 100, BOOKED(100)), K(OTHER_STATUS) },
	{ "processed there, failed here", THERE("processed", 100),
	    HERE("failed", 100, BOOKED(0)), K(OTHER_STATUS) },
	{ "processed there, rejected here", THERE("processed", 100),
	    HERE("rejected", 100), K(OTHER_STATUS) },
	{ "of another payment", THERE("processed", 100),
	    { .known = true,
		.status = "processed",
		.amount = 100,
		.currency = "INR",
		.payment_id = "pay_2",
		BOOKED(100) },
	    K(OTHER_REFUNDS) },
};

static void
payments_are_judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(payments); i++) {
		const struct row *r = &payments[i];
		unsigned int got = judge_payment(&r->there, &r->here);

		CHECK(got == r->want, "%s: %#x, not %#x", r->what, got,
		    r->want);
	}
}

static void
refunds_are_judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refunds); i++) {
		const struct row *r = &refunds[i];
		unsigned int got = judge_refund(&r->there, &r->here);

		CHECK(got == r->want, "%s: %#x, not %#x", r->what, got,
		    r->want);
	}
}

static const struct CMUnitTest tests[] = {
	TEST("A payment differs where the sides say different things",
	    payments_are_judged),
	TEST("So does a refund", refunds_are_judged),
};

UNIT_MAIN(tests)
