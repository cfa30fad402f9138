#include "services/seller_admin.h"

#include <string.h>

#include "core/text.h"
#include "db/list.h"
#include "services/audit.h"
#include "services/commission.h"
#include "services/notification.h"
#include "services/seller.h"

static const char *const sorts[] = { "-created_at", "created_at",
	"store_name", "-store_name", NULL };

#define S struct seller_list
const struct field seller_list_fields[] = {
	IN_ENUM(status, OPTIONAL, seller_statuses, "Only those in it"),
	IN_TEXT(q, OPTIONAL, 1, TEXT_MAX,
	    "A part of a name, or a whole GSTIN or e-mail address"),
	IN_BOOL(waits, OPTIONAL,
	    "true: only those that wait for review, new or with changes"),
	IN_ENUM(sort, OPTIONAL, sorts, "Newest first unless said"),
	IN_PAGE,
	{ 0 },
};
#undef S

static const struct list_order by_name = {
	.name = "store_name",
	.key = LIST_KEY_TEXT,
	.before = F_SELLER_BEFORE_NAME,
	.after = F_SELLER_AFTER_NAME,
	.forwards = F_SELLER_BY_NAME,
	.backwards = F_SELLER_BY_NAME_BACK,
};
static const struct list_order by_name_back = {
	.name = "-store_name",
	.key = LIST_KEY_TEXT,
	.before = F_SELLER_AFTER_NAME,
	.after = F_SELLER_BEFORE_NAME,
	.forwards = F_SELLER_BY_NAME_BACK,
	.backwards = F_SELLER_BY_NAME,
};

static const struct list_order *
order_named(const char *sort)
{
	if (sort != NULL && strcmp(sort, by_name.name) == 0)
		return &by_name;
	if (sort != NULL && strcmp(sort, by_name_back.name) == 0)
		return &by_name_back;
	return list_by_age(sort);
}

/* --- looking ------------------------------------------------------------ */

enum err
seller_list(struct ctx *c, const struct seller_list *in, struct buf *out,
    struct page_out *page)
{
	struct json j = js_to(out);
	struct rows documents;
	struct list_rows l;
	struct seller s;

	TRY(list_begin(c, &l, &in->paging, order_named(in->sort),
	    F_SELLER_COLUMNS));
	list_where(&l, F_SELLERS, NO_ARGS);
	if (in->status != NULL)
		list_where(&l, F_SELLER_WITH_STATUS, ARGS(A(in->status)));
	if (in->waits)
		list_where(&l, F_SELLER_THAT_WAITS, NO_ARGS);
	if (in->q != NULL)
		list_where(&l, F_SELLER_LIKE,
		    ARGS(A(text_like(c->arena, in->q)), A(in->q)));
	TRY(list_fetch(c, &l));
	TRY(db_each(c, Q_SELLER_DOCUMENTS_OF, ARGS(A(list_ids(c, &l))),
	    &documents));
	while (list_next(&l)) {
		TRY(seller_row_read(c, &l.rows, &s));
		list_at_key(&l,
		    l.order->key == LIST_KEY_TEXT ? s.store_name : "", s.id);
		seller_write_object(c, &j, &s, &documents);
	}
	list_end(c, &l, page);
	return OK;
}

/* --- deciding ----------------------------------------------------------- */

static bool
is(const struct seller *s, const char *status)
{
	return strcmp(s->status, status) == 0;
}

static enum err
refuse(struct ctx *c, const struct seller *s, const char *what)
{
	return fail(c, ERR_INVALID_STATE, "This store is %s: %s.", s->status,
	    what);
}

static void
tell(struct ctx *c, const struct seller *s, const char *type,
    const char *reason)
{
	struct news n = { .type = type, .account_id = s->account_id };
	struct buf b;
	struct json j;

	buf_init(&b, c->arena, 32 * 1024);
	j = js_to(&b);
	js_open(&j, '{');
	js_uuid(&j, "seller_id", s->id);
	js_str(&j, "store_name", s->store_name);
	if (reason != NULL)
		js_str(&j, "reason", reason);
	js_close(&j, '}');
	n.data = buf_text(&b);
	notification_queue(c, &n);
}

/* What was and what is, with what nobody may read masked. */
static void
note(struct ctx *c, const char *action, const struct seller *was,
    const struct seller *is, const struct opt_i64 *rate)
{
	struct arena *a = c->arena;
	bool waited = seller_has_changes(&was->changes);

	audit_queue(c, action, "seller", is->id,
	    CHANGES({ "status", A(was->status), A(is->status) },
		{ "rejection_reason", A(was->rejection_reason),
		    A(is->rejection_reason) },
		{ "gstin", A(was->gstin), A(is->gstin) },
		{ "pan", A(text_mask(a, was->pan)),
		    A(text_mask(a, is->pan)) },
		{ "bank_account_holder", A(was->bank.account_holder),
		    A(is->bank.account_holder) },
		{ "bank_account_number",
		    A(text_mask(a, was->bank.account_number)),
		    A(text_mask(a, is->bank.account_number)) },
		{ "bank_ifsc", A(was->bank.ifsc), A(is->bank.ifsc) },
		{ "pending_changes", A(waited),
		    A(seller_has_changes(&is->changes)) },
		{ "commission_rate_bps", A(was->commission_rate_bps),
		    A(rate->set ? rate->v : was->commission_rate_bps) }));
}

/* In steps, each of which is one statement and has the time of one. */
static enum err
mark_products(struct ctx *c, struct uuid seller_id, bool active)
{
	enum { STEP = 1000 };
	int64_t marked;

	do {
		TRY(db_exec_n(c, Q_SELLER_PRODUCTS_MARK,
		    ARGS(A(seller_id), A(active), A(STEP)), &marked));
	} while (marked == STEP);
	return OK;
}

static void
take_changes(struct seller *s)
{
	const struct seller_changes *ch = &s->changes;

	if (ch->has_gstin)
		s->gstin = ch->gstin;
	if (ch->has_pan)
		s->pan = ch->pan;
	if (ch->has_bank)
		s->bank = ch->bank;
	s->changes = (struct seller_changes){ 0 };
}

enum err
seller_approve(struct ctx *c, const struct seller_approval *in,
    struct buf *out)
{
	const struct opt_i64 *rate = &in->commission_rate_bps;
	struct seller was, now;
	TX_SCOPE(tx, c);

	if (rate->set)
		TRY(commission_turn(c));
	TRY(seller_find(c, in->seller_id, SELLER_HOLD, &was));
	if (is(&was, "approved") && !seller_has_changes(&was.changes))
		return refuse(c, &was, "nothing waits to be approved");
	now = was;
	take_changes(&now);
	now.status = "approved";
	now.rejection_reason = NULL;
	seller_save(c, &now);
	db_queue(c, Q_SELLER_DOCUMENTS_ACCEPT, ARGS(A(now.id)));
	if (rate->set)
		commission_queue_seller(c, now.id, rate->v);
	tell(c, &now,
	    is(&was, "approved") ? "seller_changes_approved" :
				   "seller_approved",
	    NULL);
	note(c, "seller.approve", &was, &now, rate);
	if (is(&was, "suspended"))
		TRY(mark_products(c, now.id, true));
	TRY(seller_write(c, now.id, out));
	return tx_commit(&tx);
}

enum err
seller_reject(struct ctx *c, const struct seller_decision *in,
    struct buf *out)
{
	struct seller was, now;
	TX_SCOPE(tx, c);

	TRY(seller_find(c, in->seller_id, SELLER_HOLD, &was));
	now = was;
	now.rejection_reason = in->reason;
	if (is(&was, "pending"))
		now.status = "rejected";
	else if (!seller_has_changes(&was.changes))
		return refuse(c, &was, "nothing waits to be rejected");
	else if (is(&was, "suspended"))
		/* Why it is suspended still counts. */
		now.rejection_reason = was.rejection_reason;
	now.changes = (struct seller_changes){ 0 };
	seller_save(c, &now);
	tell(c, &now,
	    is(&was, "pending") ? "seller_rejected" :
				  "seller_changes_rejected",
	    in->reason);
	note(c, "seller.reject", &was, &now, &(struct opt_i64){ 0 });
	TRY(seller_write(c, now.id, out));
	return tx_commit(&tx);
}

enum err
seller_suspend(struct ctx *c, const struct seller_decision *in,
    struct buf *out)
{
	struct seller was, now;
	TX_SCOPE(tx, c);

	TRY(seller_find(c, in->seller_id, SELLER_HOLD, &was));
	if (!is(&was, "approved"))
		return refuse(c, &was, "only an approved one is suspended");
	now = was;
	now.status = "suspended";
	now.rejection_reason = in->reason;
	seller_save(c, &now);
	tell(c, &now, "seller_suspended", in->reason);
	note(c, "seller.suspend", &was, &now, &(struct opt_i64){ 0 });
	TRY(mark_products(c, now.id, false));
	TRY(seller_write(c, now.id, out));
	return tx_commit(&tx);
}
