/*
 * seller_shape.h: the store as the API shows it: its description, how a row
 * becomes JSON, and the checklist, which is computed from what is there and
 * never stored.
 *
 * A PAN and a bank account's number leave the house masked, to everybody.
 */
#ifndef HAAT_SERVICES_SELLER_SHAPE_H
#define HAAT_SERVICES_SELLER_SHAPE_H

#include <stdbool.h>

#include "core/ctx.h"
#include "core/field.h"
#include "core/json.h"
#include "db/db.h"

extern const struct shape seller_shape;
extern const char *const seller_statuses[];
extern const char *const seller_document_types[];
extern const struct shape seller_document_shape;

struct bank_account {
	const char *account_holder;
	const char *account_number;
	const char *ifsc;
};

/* What a store that was approved once has asked to change, and what waits for
 * review until an administrator approves or rejects it. */
struct seller_changes {
	bool has_gstin;
	const char *gstin; /* may be NULL: taken away */
	bool has_pan;
	const char *pan;
	bool has_bank;
	struct bank_account bank;
};

struct seller {
	struct uuid id;
	struct uuid account_id;
	const char *store_name;
	const char *slug;
	const char *legal_name;
	const char *gstin;
	const char *pan;
	const char *phone;
	const char *description;
	const char *logo;
	const char *pickup_address; /* JSON */
	const char *pickup_state;
	struct bank_account bank; /* all NULL without one */
	const char *status;
	const char *rejection_reason;
	struct seller_changes changes;
	bool terms_accepted;
	bool is_business;
	int64_t commission_rate_bps;
	int64_t created_us;
	int64_t approved_us; /* 0: never was */
};

bool seller_has_changes(const struct seller_changes *changes);

/* As the column pending_changes holds it; NULL for none. */
const char *seller_changes_text(struct ctx *c,
    const struct seller_changes *changes);

/* Reads the columns of seller_columns.  Errors: ERR_INTERNAL for
 * pending_changes that are not ours. */
enum err seller_row_read(struct ctx *c, struct rows *r, struct seller *s);

/* Writes the object; documents are the rows of seller_documents_of, of this
 * store and others. */
void seller_write_object(struct ctx *c, struct json *j,
    const struct seller *s, struct rows *documents);

#endif
