#include "services/account_admin.h"

#include <string.h>

#include "core/json.h"
#include "db/list.h"
#include "services/account.h"
#include "services/audit.h"
#include "services/password.h"

static const struct field detail_fields[] = {
	USER_FIELDS,
	OUT_I64("orders_count", "Orders that were not cancelled"),
	OUT_I64("total_spent", "Paid, less what was paid back"),
	OUT_TEXT("currency", "Of total_spent", .example = "INR"),
	OUT_TEXT_NULL("blocked_reason", "Why it is blocked"),
	{ 0 },
};
const struct shape user_detail_shape = { "user_detail",
	"An account with what it ordered", detail_fields };

enum err
account_search(struct ctx *c, const struct account_search *in,
    struct buf *out, struct page_out *page)
{
	struct json j = js_to(out);
	struct list_rows l;

	TRY(list_begin(c, &l, &in->paging, list_by_age(in->sort),
	    F_ACCOUNT_COLUMNS));
	list_where(&l, F_ACCOUNTS, NO_ARGS);
	if (in->q != NULL)
		list_where(&l, F_ACCOUNTS_LIKE,
		    ARGS(A(list_pattern(c, in->q))));
	if (in->role != NULL)
		list_where(&l, F_ACCOUNTS_WITH_ROLE, ARGS(A(in->role)));
	if (in->is_blocked != NULL)
		list_where(&l, F_ACCOUNTS_BLOCKED,
		    ARGS(A(strcmp(in->is_blocked, "true") == 0)));
	TRY(list_fetch(c, &l));
	while (list_next(&l)) {
		js_open(&j, '{');
		list_at(&l, account_row_write(&l.rows, &j));
		js_close(&j, '}');
	}
	list_end(c, &l, page);
	return OK;
}

static enum err
no_account(struct ctx *c)
{
	return fail(c, ERR_NOT_FOUND, "There is no such account.");
}

enum err
account_detail(struct ctx *c, struct uuid id, struct buf *out)
{
	struct json j = js_to(out);
	struct rows r, spent, why;
	bool found;

	db_queue_rows(c, Q_ACCOUNT_SPENDING, ARGS(A(id)), &spent);
	db_queue_rows(c, Q_ACCOUNT_BLOCKED_REASON, ARGS(A(id)), &why);
	TRY(db_maybe(c, Q_ACCOUNT_BY_ID, ARGS(A(id)), &r, &found));
	if (!found || !row_next(&spent) || !row_next(&why))
		return no_account(c);
	js_open(&j, '{');
	account_row_write(&r, &j);
	js_i64(&j, "orders_count", col_i64(&spent));
	js_i64(&j, "total_spent", col_i64(&spent));
	js_str(&j, "currency", "INR");
	js_str(&j, "blocked_reason", col_text(&why));
	js_close(&j, '}');
	return OK;
}

/* --- blocking ----------------------------------------------------------- */

/* The caller may have been blocked by another one a moment ago. */
static enum err
check_administrators(struct ctx *c, struct uuid id)
{
	bool can_act = false, others = false;
	struct rows r;

	TRY(db_each(c, Q_ADMINISTRATORS_LOCK, NO_ARGS, &r));
	while (row_next(&r)) {
		struct uuid one = col_uuid(&r);

		can_act |= uuid_equal(one, c->caller.id);
		others |= !uuid_equal(one, id);
	}
	if (!can_act || !others)
		return fail(c, ERR_INVALID_STATE,
		    "One administrator must be left who can act.");
	return OK;
}

struct standing {
	bool is_blocked;
	const char *reason;
	bool is_admin;
};

static enum err
hold(struct ctx *c, struct uuid id, struct standing *out)
{
	struct rows r;
	bool found;

	TRY(db_maybe(c, Q_ACCOUNT_BLOCK_LOCK, ARGS(A(id)), &r, &found));
	if (!found)
		return no_account(c);
	out->is_blocked = col_bool(&r);
	out->reason = col_text(&r);
	out->is_admin = strcmp(col_text(&r), "admin") == 0;
	return OK;
}

static enum err
set_blocked(struct ctx *c, struct uuid id, const struct standing *was,
    const char *reason)
{
	bool is_blocked = reason != NULL;

	db_queue(c, Q_ACCOUNT_SET_BLOCKED,
	    ARGS(A(id), A(is_blocked), A(reason)));
	if (is_blocked)
		db_queue(c, Q_SESSIONS_REVOKE_OTHERS,
		    ARGS(A(id), A_NULL, A("blocked")));
	audit_queue(c, is_blocked ? "account.block" : "account.unblock",
	    "account", id,
	    CHANGES({ "is_blocked", A(was->is_blocked), A(is_blocked) },
		{ "reason", A(was->reason), A(reason) }));
	return OK;
}

enum err
account_block(struct ctx *c, const struct account_block *in, struct buf *out)
{
	struct json j = js_to(out);
	struct standing was;
	TX_SCOPE(tx, c);

	if (uuid_equal(in->user_id, c->caller.id))
		return fail(c, ERR_INVALID_STATE,
		    "Nobody blocks their own account.");
	/* Administrators are taken in the order of their ids, before the one
	 * account: two who block each other wait, they do not deadlock. */
	TRY(check_administrators(c, in->user_id));
	TRY(hold(c, in->user_id, &was));
	if (!was.is_blocked)
		TRY(set_blocked(c, in->user_id, &was, in->reason));
	TRY(account_write(c, in->user_id, &j, NULL));
	return tx_commit(&tx);
}

enum err
account_unblock(struct ctx *c, struct uuid id, struct buf *out)
{
	struct json j = js_to(out);
	struct standing was;
	TX_SCOPE(tx, c);

	TRY(hold(c, id, &was));
	if (was.is_blocked)
		TRY(set_blocked(c, id, &was, NULL));
	TRY(account_write(c, id, &j, NULL));
	return tx_commit(&tx);
}

/* --- the first administrator -------------------------------------------- */

enum err
account_add_admin(struct ctx *c, const struct account_new_admin *in,
    struct uuid *id)
{
	const char *hash;
	TX_SCOPE(tx, c);

	TRY(password_check(c, "password", in->password, in->email));
	TRY(password_hash(c, in->password, &hash));
	*id = uuid_new();
	db_queue(c, Q_ACCOUNT_ADD_ADMIN,
	    ARGS(A(*id), A(in->email), A(hash), A(in->full_name)));
	audit_queue(c, "account.add_admin", "account", *id,
	    CHANGES({ "email", A_NULL, A(in->email) },
		{ "role", A_NULL, A("admin") }));
	return tx_commit(&tx);
}
