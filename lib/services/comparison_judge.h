/*
 * comparison_judge.h: whether the provider and we say the same of a payment
 * or a refund.  Knows nothing of where either side was read.
 */
#ifndef HAAT_SERVICES_COMPARISON_JUDGE_H
#define HAAT_SERVICES_COMPARISON_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

enum mismatch_kind {
	MISSING_HERE,
	MISSING_THERE,
	OTHER_AMOUNT,
	OTHER_CURRENCY,
	OTHER_STATUS,
	OTHER_REFUNDS, /* of a payment; of a refund: another payment's */
	MISMATCH_KINDS
};

/* As payment_mismatch.kind has them. */
extern const char *const mismatch_kind_names[MISMATCH_KINDS];

/* What the provider says; of a refund, payment_id is whose it is. */
struct side_there {
	bool known;
	const char *status;
	const char *currency;
	int64_t amount;
	int64_t refunded;
	const char *payment_id;
	/* The payment, or that of the refund, was never captured and went
	 * back by itself. */
	bool returned;
};

/*
 * What our tables say, and beside that our ledger.  amount is what was
 * captured, or the refund's; refunded is what is processed.
 */
struct side_here {
	bool known;
	const char *status;
	const char *currency;
	int64_t amount;
	int64_t refunded;
	const char *payment_id; /* NULL: none yet */
	bool booked;
	int64_t booked_amount;
	const char *booked_currency;
};

/* Sets of 1 << kind; 0 where both sides agree. */
unsigned int judge_payment(const struct side_there *there,
    const struct side_here *here);
unsigned int judge_refund(const struct side_there *there,
    const struct side_here *here);

#endif
