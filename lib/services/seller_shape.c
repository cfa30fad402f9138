#include "services/seller_shape.h"

#include <string.h>

#include "core/text.h"

const char *const seller_statuses[] = { "pending", "approved", "rejected",
	"suspended", NULL };
const char *const seller_document_types[] = { "pan_card", "gst_certificate",
	"address_proof", "bank_proof", "incorporation_certificate", NULL };
static const char *const document_statuses[] = { "pending", "accepted",
	"rejected", NULL };
static const char *const items[] = { "terms", "phone", "pickup_address",
	"bank_account", "pan", "gstin", "pan_card", "gst_certificate",
	"address_proof", "bank_proof", "incorporation_certificate", NULL };

static const struct field pickup_fields[] = {
	OUT_TEXT_NULL("label", "Own name for it"),
	OUT_TEXT("full_name", "Who hands over"),
	OUT_TEXT("phone", "Phone for the carrier"),
	OUT_TEXT("line1", "House and street"),
	OUT_TEXT_NULL("line2", "Area, landmark"),
	OUT_TEXT("city", "City"),
	OUT_TEXT("state", "State or union territory"),
	OUT_TEXT("postal_code", "Six digits"),
	OUT_TEXT("country", "IN", .example = "IN"),
	{ 0 },
};
static const struct shape pickup_shape = { "pickup_address",
	"Where a store's parcels are fetched", pickup_fields };

static const struct field bank_fields[] = {
	OUT_TEXT("account_holder", "Name of the account"),
	OUT_TEXT("account_number", "All but the last four digits masked",
	    .example = "XXXXXXXXXX4321"),
	OUT_TEXT("ifsc", "Of the bank's branch", .example = "HDFC0001234"),
	{ 0 },
};
static const struct shape bank_shape = { "bank_account",
	"Where settlements are paid to", bank_fields };

static const struct field document_fields[] = {
	OUT_UUID("id", "Document"),
	OUT_ENUM("document_type", seller_document_types, "What it proves"),
	OUT_ENUM("status", document_statuses, "What was found"),
	OUT_TIME("uploaded_at", "When it came"),
	{ 0 },
};
const struct shape seller_document_shape = { "kyc_document",
	"A document that proves who a seller is", document_fields };

static const struct field checklist_fields[] = {
	OUT_ENUM("item", items, "What a store of this kind needs"),
	OUT_BOOL("done", "Whether it is there"),
	{ 0 },
};
static const struct shape checklist_shape = { "checklist_item",
	"A step on the way to an open store", checklist_fields };

static const struct field changes_fields[] = {
	OUT("gstin", FIELD_TEXT, OPTIONAL | NULLABLE, "The new one"),
	OUT("pan", FIELD_TEXT, OPTIONAL | NULLABLE, "The new one, masked"),
	OUT("bank_account", FIELD_OBJ, OPTIONAL, "The new one, masked",
	    .shape = &bank_shape),
	{ 0 },
};
static const struct shape changes_shape = { "seller_changes",
	"What waits for review; until then the old values are in force",
	changes_fields };

static const struct field seller_fields[] = {
	OUT_UUID("id", "Store"),
	OUT_UUID("user_id", "Account of its owner"),
	OUT_TEXT("store_name", "Name", .example = "Asha Handlooms"),
	OUT_TEXT("slug", "Name in addresses", .example = "asha-handlooms"),
	OUT_TEXT("legal_name", "Name of the person or company"),
	OUT_TEXT_NULL("gstin", "Tax registration",
	    .example = "27AAPFU0939F1ZV"),
	OUT_TEXT_NULL("pan", "All but the last four characters masked",
	    .example = "XXXXXX939F"),
	OUT_TEXT_NULL("phone", "Phone number"),
	OUT_TEXT_NULL("description", "What the store is"),
	OUT_TEXT_NULL("logo", "Address of its picture"),
	OUT_OBJ_NULL("pickup_address", &pickup_shape,
	    "Where parcels are fetched"),
	OUT_OBJ_NULL("bank_account", &bank_shape,
	    "Where settlements are paid to"),
	OUT_ENUM("status", seller_statuses, "Where it stands"),
	OUT_TEXT_NULL("rejection_reason",
	    "Why the store, or its last change, was not approved, or why it "
	    "is suspended"),
	OUT_OBJ_NULL("pending_changes", &changes_shape,
	    "Of an approved store: a bank account or tax number that waits "
	    "for review"),
	OUT_I64("commission_rate_bps", "Commission, in basis points",
	    .example = "1000"),
	OUT_LIST("kyc_documents", &seller_document_shape,
	    "What was uploaded"),
	OUT_LIST("checklist", &checklist_shape,
	    "What this store needs, and whether it is there"),
	OUT_TIME("created_at", "When it was opened"),
	OUT_TIME_NULL("approved_at", "When it was first approved"),
	{ 0 },
};
const struct shape seller_shape = { "seller", "A store", seller_fields };

/* --- pending changes ---------------------------------------------------- */

bool
seller_has_changes(const struct seller_changes *changes)
{
	return changes->has_gstin || changes->has_pan || changes->has_bank;
}

enum masking { PLAIN, MASKED };

static const char *
shown(struct ctx *c, const char *text, enum masking masking)
{
	return masking == MASKED ? text_mask(c->arena, text) : text;
}

static void
write_bank(struct ctx *c, struct json *j, const struct bank_account *b,
    enum masking masking)
{
	if (b->account_number == NULL) {
		js_null(j, "bank_account");
		return;
	}
	js_open_key(j, "bank_account", '{');
	js_str(j, "account_holder", b->account_holder);
	js_str(j, "account_number", shown(c, b->account_number, masking));
	js_str(j, "ifsc", b->ifsc);
	js_close(j, '}');
}

static void
write_changes(struct ctx *c, struct json *j, const struct seller_changes *ch,
    enum masking masking)
{
	if (ch->has_gstin)
		js_str(j, "gstin", ch->gstin);
	if (ch->has_pan)
		js_str(j, "pan", shown(c, ch->pan, masking));
	if (ch->has_bank)
		write_bank(c, j, &ch->bank, masking);
}

const char *
seller_changes_text(struct ctx *c, const struct seller_changes *changes)
{
	struct buf *b = ARENA_NEW(c->arena, struct buf);
	struct json j;

	if (!seller_has_changes(changes))
		return NULL;
	buf_init(b, c->arena, 16 * 1024);
	j = js_to(b);
	js_open(&j, '{');
	write_changes(c, &j, changes, PLAIN);
	js_close(&j, '}');
	return buf_text(b);
}

static const char *
member(struct json_object *o, const char *name, bool *has)
{
	struct json_object *v = NULL;

	*has = json_object_object_get_ex(o, name, &v);
	return v != NULL ? json_object_get_string(v) : NULL;
}

static enum err
read_changes(struct ctx *c, const char *text, struct seller_changes *ch)
{
	struct json_object *o, *bank;
	bool has;

	*ch = (struct seller_changes){ 0 };
	if (text == NULL)
		return OK;
	if (json_parse(c, text, strlen(text), &o) != OK)
		return fault(c, "pending_changes of a seller are no JSON");
	ch->gstin = member(o, "gstin", &ch->has_gstin);
	ch->pan = member(o, "pan", &ch->has_pan);
	ch->has_bank = json_object_object_get_ex(o, "bank_account", &bank);
	if (!ch->has_bank)
		return OK;
	ch->bank.account_holder = member(bank, "account_holder", &has);
	ch->bank.account_number = member(bank, "account_number", &has);
	ch->bank.ifsc = member(bank, "ifsc", &has);
	return OK;
}

enum err
seller_row_read(struct ctx *c, struct rows *r, struct seller *s)
{
	*s = (struct seller){ 0 };
	s->id = col_uuid(r);
	s->account_id = col_uuid(r);
	s->store_name = col_text(r);
	s->slug = col_text(r);
	s->legal_name = col_text(r);
	s->gstin = col_text(r);
	s->pan = col_text(r);
	s->phone = col_text(r);
	s->description = col_text(r);
	s->logo = col_text(r);
	s->pickup_address = col_text(r);
	s->pickup_state = col_text(r);
	s->bank.account_holder = col_text(r);
	s->bank.account_number = col_text(r);
	s->bank.ifsc = col_text(r);
	s->status = col_text(r);
	s->rejection_reason = col_text(r);
	TRY(read_changes(c, col_text(r), &s->changes));
	s->terms_accepted = col_bool(r);
	s->is_business = col_bool(r);
	s->commission_rate_bps = col_i64(r);
	s->created_us = col_i64(r);
	s->approved_us = col_i64(r);
	return OK;
}

/* --- documents and the checklist ---------------------------------------- */

static void
write_documents(struct json *j, const struct seller *s, struct rows *r)
{
	js_open_key(j, "kyc_documents", '[');
	for (r->row = -1; row_next(r);) {
		if (!uuid_equal(col_uuid(r), s->id))
			continue;
		js_open(j, '{');
		js_uuid(j, "id", col_uuid(r));
		js_str(j, "document_type", col_text(r));
		js_str(j, "status", col_text(r));
		js_time(j, "uploaded_at", col_i64(r));
		js_close(j, '}');
	}
	js_close(j, ']');
}

/* One that was refused proves nothing. */
static bool
has_document(const struct seller *s, struct rows *r, const char *type)
{
	for (r->row = -1; row_next(r);) {
		bool own = uuid_equal(col_uuid(r), s->id), same;

		col_skip(r);
		same = strcmp(col_text(r), type) == 0;
		if (own && same && strcmp(col_text(r), "rejected") != 0)
			return true;
	}
	return false;
}

static void
write_item(struct json *j, const char *item, bool done)
{
	js_open(j, '{');
	js_str(j, "item", item);
	js_bool(j, "done", done);
	js_close(j, '}');
}

/* The fourth letter of a PAN says what its holder is: C, a company. */
static bool
is_company(const struct seller *s)
{
	return s->pan != NULL && s->pan[3] == 'C';
}

/*
 * A business sells under its registration, and a certificate of that tells its
 * place of business too; who has none proves the address another way.
 */
static void
write_checklist(struct json *j, const struct seller *s, struct rows *docs)
{
	js_open_key(j, "checklist", '[');
	write_item(j, "terms", s->terms_accepted);
	write_item(j, "phone", s->phone != NULL);
	write_item(j, "pickup_address", s->pickup_address != NULL);
	write_item(j, "bank_account", s->bank.account_number != NULL);
	write_item(j, "pan", s->pan != NULL);
	if (s->is_business || s->gstin != NULL)
		write_item(j, "gstin", s->gstin != NULL);
	write_item(j, "pan_card", has_document(s, docs, "pan_card"));
	write_item(j, "bank_proof", has_document(s, docs, "bank_proof"));
	if (s->gstin != NULL)
		write_item(j, "gst_certificate",
		    has_document(s, docs, "gst_certificate"));
	else
		write_item(j, "address_proof",
		    has_document(s, docs, "address_proof"));
	if (is_company(s))
		write_item(j, "incorporation_certificate",
		    has_document(s, docs, "incorporation_certificate"));
	js_close(j, ']');
}

/* --- the whole ---------------------------------------------------------- */

static void
write_pending(struct ctx *c, struct json *j, const struct seller *s)
{
	if (!seller_has_changes(&s->changes)) {
		js_null(j, "pending_changes");
		return;
	}
	js_open_key(j, "pending_changes", '{');
	write_changes(c, j, &s->changes, MASKED);
	js_close(j, '}');
}

void
seller_write_object(struct ctx *c, struct json *j, const struct seller *s,
    struct rows *documents)
{
	js_open(j, '{');
	js_uuid(j, "id", s->id);
	js_uuid(j, "user_id", s->account_id);
	js_str(j, "store_name", s->store_name);
	js_str(j, "slug", s->slug);
	js_str(j, "legal_name", s->legal_name);
	js_str(j, "gstin", s->gstin);
	js_str(j, "pan", text_mask(c->arena, s->pan));
	js_str(j, "phone", s->phone);
	js_str(j, "description", s->description);
	js_str(j, "logo", s->logo);
	js_raw(j, "pickup_address", s->pickup_address);
	write_bank(c, j, &s->bank, MASKED);
	js_str(j, "status", s->status);
	js_str(j, "rejection_reason", s->rejection_reason);
	write_pending(c, j, s);
	js_i64(j, "commission_rate_bps", s->commission_rate_bps);
	write_documents(j, s, documents);
	write_checklist(j, s, documents);
	js_time(j, "created_at", s->created_us);
	js_time_null(j, "approved_at", s->approved_us);
	js_close(j, '}');
}
