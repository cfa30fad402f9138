#include "services/seller.h"

#include <string.h>

#include "core/text.h"
#include "db/array.h"
#include "services/notification.h"

#define S struct bank_account
static const struct field bank_account_fields[] = {
	IN_TEXT(account_holder, REQUIRED, 1, TEXT_MAX, "Name of the account",
	    .example = "Asha Rao"),
	IN_TEXT(account_number, REQUIRED, 1, TEXT_MAX, "9 to 18 digits",
	    .check = text_check_bank_account, .example = "50100012344321"),
	IN_TEXT(ifsc, REQUIRED, 1, TEXT_MAX, "Of the bank's branch",
	    .check = text_check_ifsc, .example = "HDFC0001234"),
	{ 0 },
};
#undef S

#define S struct seller_register
const struct field seller_register_fields[] = {
	IN_TEXT(store_name, REQUIRED, 1, TEXT_MAX, "Name of the store",
	    .example = "Asha Handlooms"),
	IN_TEXT(legal_name, REQUIRED, 1, TEXT_MAX,
	    "Name of the person or company", .example = "Asha Rao"),
	IN_TEXT(gstin, OPTIONAL, 0, TEXT_MAX, "Tax registration",
	    .check = text_check_gstin, .example = "27AAPFU0939F1ZV"),
	IN_TEXT(pan, OPTIONAL, 0, TEXT_MAX,
	    "Permanent account number: the one inside the GSTIN",
	    .check = text_check_pan, .example = "AAPFU0939F"),
	IN_TEXT(phone, OPTIONAL, 0, TEXT_MAX, "Phone number",
	    .check = text_check_phone, .example = "+91 98450 12345"),
	IN_TEXT(description, OPTIONAL, 0, DESCRIPTION_MAX,
	    "What the store is"),
	IN_OBJ(pickup_address, OPTIONAL, struct address, address_fields,
	    "Where parcels are fetched"),
	IN_OBJ(bank_account, OPTIONAL, struct bank_account,
	    bank_account_fields, "Where settlements are paid to"),
	IN_BOOL(accept_terms, OPTIONAL, "true: the terms are accepted"),
	{ 0 },
};
#undef S

#define S struct seller_update
const struct field seller_update_fields[] = {
	IN_TEXT(store_name, OPTIONAL, 1, TEXT_MAX, "Name of the store"),
	IN_TEXT(legal_name, OPTIONAL, 1, TEXT_MAX,
	    "Name of the person or company"),
	IN_TEXT_NULL(gstin, TEXT_MAX, "Tax registration",
	    .check = text_check_gstin),
	IN_TEXT_NULL(pan, TEXT_MAX,
	    "Permanent account number: the one inside the GSTIN",
	    .check = text_check_pan),
	IN_TEXT_NULL(phone, TEXT_MAX, "Phone number",
	    .check = text_check_phone),
	IN_TEXT_NULL(description, DESCRIPTION_MAX, "What the store is"),
	IN_OBJ(pickup_address, OPTIONAL, struct address, address_fields,
	    "Where parcels are fetched"),
	IN_OBJ(bank_account, OPTIONAL, struct bank_account,
	    bank_account_fields, "Where settlements are paid to"),
	IN_BOOL(accept_terms, OPTIONAL,
	    "true: the terms are accepted; that cannot be taken back"),
	{ 0 },
};
#undef S

/* --- reading and writing ------------------------------------------------ */

enum err
seller_find(struct ctx *c, struct uuid id, enum seller_lock lock,
    struct seller *out)
{
	struct compose s;
	struct rows r;

	compose_begin(c, &s);
	compose_add(&s, F_SELLER_COLUMNS, NO_ARGS);
	compose_add(&s, F_SELLERS, NO_ARGS);
	compose_add(&s, F_SELLER_WITH_ID, ARGS(A(id)));
	if (lock == SELLER_HOLD)
		compose_add(&s, F_SELLER_FOR_UPDATE, NO_ARGS);
	TRY(compose_each(c, &s, &r));
	if (!row_next(&r))
		return fail(c, ERR_NOT_FOUND, "There is no such store.");
	return seller_row_read(c, &r, out);
}

/* GST is owed where the store is registered, else where it hands over. */
static const char *
state_code(struct ctx *c, const struct seller *s)
{
	if (s->gstin != NULL)
		return arena_strndup(c->arena, s->gstin, 2);
	return s->pickup_state != NULL ? text_state_code(s->pickup_state) :
					 NULL;
}

void
seller_save(struct ctx *c, struct seller *s)
{
	db_queue(c, Q_SELLER_WRITE,
	    ARGS(A(s->id), A(s->store_name), A(s->legal_name), A(s->gstin),
		A(s->pan), A(s->phone), A(s->description),
		A(s->pickup_address), A(state_code(c, s)),
		A(s->bank.account_holder), A(s->bank.account_number),
		A(s->bank.ifsc), A(s->status), A(s->rejection_reason),
		A(seller_changes_text(c, &s->changes)),
		A(s->terms_accepted)));
	db_tell(c); /* its name */
}

enum err
seller_write(struct ctx *c, struct uuid id, struct buf *out)
{
	struct json j = js_to(out);
	struct rows documents;
	struct seller s;

	db_queue_rows(c, Q_SELLER_DOCUMENTS_OF,
	    ARGS(A(array_uuids(c->arena, &id, 1))), &documents);
	TRY(seller_find(c, id, SELLER_LOOK, &s));
	seller_write_object(c, &j, &s, &documents);
	return OK;
}

enum err
seller_profile(struct ctx *c, struct buf *out)
{
	return seller_write(c, c->caller.seller_id, out);
}

/* --- what changes ------------------------------------------------------- */

static void
take_address(struct ctx *c, struct seller *s, const struct address *a)
{
	struct buf *b = ARENA_NEW(c->arena, struct buf);
	struct json j;

	if (a == NULL)
		return;
	buf_init(b, c->arena, 16 * 1024);
	j = js_to(b);
	address_snapshot(a, &j);
	s->pickup_address = buf_text(b);
	s->pickup_state = a->state;
}

/* What would be in force if all that waits were approved. */
static enum err
check_numbers(struct ctx *c, const struct seller *s)
{
	const struct seller_changes *ch = &s->changes;
	const char *gstin = ch->has_gstin ? ch->gstin : s->gstin;
	const char *pan = ch->has_pan ? ch->pan : s->pan;

	if (gstin != NULL && pan != NULL && strncmp(gstin + 2, pan, 10) != 0)
		return fail_field(c, "gstin",
		    "The PAN inside this GSTIN is another one.");
	return OK;
}

static void
tell_admins(struct ctx *c, const struct seller *s)
{
	struct news n = { .type = "seller_pending" };
	struct buf b;
	struct json j;

	buf_init(&b, c->arena, 4096);
	j = js_to(&b);
	js_open(&j, '{');
	js_uuid(&j, "seller_id", s->id);
	js_str(&j, "store_name", s->store_name);
	js_close(&j, '}');
	n.data = buf_text(&b);
	notification_queue_admins(c, &n);
}

/* --- opening ------------------------------------------------------------ */

/* The words of the name if nobody has them, else those and some letters. */
static enum err
find_slug(struct ctx *c, struct uuid id, const char *name, const char **slug)
{
	const char *words = text_slug(c->arena, name, 80);
	struct uuid looks_like;
	char text[UUID_TEXT];
	struct rows r;

	if (*words == '\0')
		words = "store";
	TRY(db_one(c, Q_SELLER_SLUG_TAKEN, ARGS(A(words)), &r));
	*slug = words;
	/* A store is looked up by id or slug: the two must not be mixed. */
	if (!col_bool(&r) && !uuid_parse(words, &looks_like))
		return OK;
	uuid_format(id, text);
	*slug = arena_printf(c->arena, "%s-%s", words, text + UUID_TEXT - 9);
	return OK;
}

enum err
seller_register(struct ctx *c, const struct seller_register *in,
    struct buf *out)
{
	struct seller s = { .id = uuid_new(),
		.store_name = in->store_name,
		.legal_name = in->legal_name,
		.gstin = in->gstin,
		.pan = in->pan,
		.phone = in->phone,
		.description = in->description,
		.status = "pending",
		.terms_accepted = in->accept_terms };
	const char *slug;
	TX_SCOPE(tx, c);

	take_address(c, &s, in->pickup_address);
	if (in->bank_account != NULL)
		s.bank = *in->bank_account;
	TRY(check_numbers(c, &s));
	TRY(find_slug(c, s.id, s.store_name, &slug));
	db_queue(c, Q_SELLER_ADD,
	    ARGS(A(s.id), A(c->caller.id), A(slug), A(s.store_name),
		A(s.legal_name)));
	seller_save(c, &s);
	db_queue(c, Q_SELLER_MAKE_ACCOUNT, ARGS(A(c->caller.id)));
	tell_admins(c, &s);
	TRY(seller_write(c, s.id, out));
	return tx_commit(&tx);
}

/* --- changing ----------------------------------------------------------- */

static void
take_plain(struct ctx *c, struct seller *s, const struct seller_update *in)
{
	if (in->store_name != NULL)
		s->store_name = in->store_name;
	if (in->legal_name != NULL)
		s->legal_name = in->legal_name;
	if (in->phone != NULL || in->phone_null)
		s->phone = in->phone;
	if (in->description != NULL || in->description_null)
		s->description = in->description;
	if (in->accept_terms)
		s->terms_accepted = true;
	take_address(c, s, in->pickup_address);
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool
same_bank(const struct bank_account *a, const struct bank_account *b)
{
	return same_text(a->account_holder, b->account_holder) &&
	    same_text(a->account_number, b->account_number) &&
	    same_text(a->ifsc, b->ifsc);
}

/* In force at once. */
static void
take_numbers(struct seller *s, const struct seller_update *in)
{
	if (in->gstin != NULL || in->gstin_null)
		s->gstin = in->gstin;
	if (in->pan != NULL || in->pan_null)
		s->pan = in->pan;
	if (in->bank_account != NULL)
		s->bank = *in->bank_account;
}

/* To be reviewed; what is asked to be as it is waits no more. */
static void
hold_numbers(struct seller *s, const struct seller_update *in)
{
	struct seller_changes *ch = &s->changes;

	if (in->gstin != NULL || in->gstin_null) {
		ch->has_gstin = !same_text(in->gstin, s->gstin);
		ch->gstin = in->gstin;
	}
	if (in->pan != NULL || in->pan_null) {
		ch->has_pan = !same_text(in->pan, s->pan);
		ch->pan = in->pan;
	}
	if (in->bank_account != NULL) {
		ch->has_bank = !same_bank(in->bank_account, &s->bank);
		ch->bank = *in->bank_account;
	}
}

static bool
was_approved(const struct seller *s)
{
	return strcmp(s->status, "approved") == 0 ||
	    strcmp(s->status, "suspended") == 0;
}

/* Whether an administrator has something new to look at. */
static bool
send_in(struct seller *s, bool had_changes)
{
	if (strcmp(s->status, "rejected") == 0) {
		s->status = "pending";
		s->rejection_reason = NULL;
		return true;
	}
	if (had_changes || !seller_has_changes(&s->changes))
		return false;
	/* The reason was about the change before this one. */
	if (strcmp(s->status, "approved") == 0)
		s->rejection_reason = NULL;
	return true;
}

enum err
seller_update(struct ctx *c, const struct seller_update *in, struct buf *out)
{
	struct seller s;
	bool had_changes;
	TX_SCOPE(tx, c);

	TRY(seller_find(c, c->caller.seller_id, SELLER_HOLD, &s));
	had_changes = seller_has_changes(&s.changes);
	take_plain(c, &s, in);
	if (was_approved(&s))
		hold_numbers(&s, in);
	else
		take_numbers(&s, in);
	TRY(check_numbers(c, &s));
	if (send_in(&s, had_changes))
		tell_admins(c, &s);
	seller_save(c, &s);
	TRY(seller_write(c, s.id, out));
	return tx_commit(&tx);
}
