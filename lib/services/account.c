#include "services/account.h"

#include <sodium.h>
#include <string.h>

#include "core/text.h"
#include "db/db.h"
#include "services/password.h"

enum { TOKEN_BYTES = 32, RESET_SECS = 3600, VERIFY_SECS = 7 * 24 * 3600 };

const char *const account_types[] = { "individual", "business", NULL };
const char *const account_roles[] = { "customer", "seller", "admin", NULL };

static const struct field user_fields[] = { USER_FIELDS, { 0 } };
const struct shape user_shape = { "user", "An account", user_fields };

struct uuid
account_row_write(struct rows *r, struct json *j)
{
	struct uuid id = col_uuid(r);

	js_uuid(j, "id", id);
	js_str(j, "email", col_text(r));
	js_str(j, "full_name", col_text(r));
	js_str(j, "phone", col_text(r));
	js_str(j, "role", col_text(r));
	js_str(j, "account_type", col_text(r));
	js_str(j, "company_name", col_text(r));
	js_str(j, "gstin", col_text(r));
	js_bool(j, "is_email_verified", col_bool(r));
	js_bool(j, "is_blocked", col_bool(r));
	js_time(j, "created_at", col_i64(r));
	js_time_null(j, "last_login_at", col_i64(r));
	return id;
}

enum err
account_write(struct ctx *c, struct uuid id, struct json *j, const char *name)
{
	struct rows r;
	bool found;

	TRY(db_maybe(c, Q_ACCOUNT_BY_ID, ARGS(A(id)), &r, &found));
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such account.");
	if (name != NULL)
		js_open_key(j, name, '{');
	else
		js_open(j, '{');
	account_row_write(&r, j);
	js_close(j, '}');
	return OK;
}

/* --- mailed links ------------------------------------------------------- */

/*
 * A one-time token, of which only a hash is kept, and the outbox row that
 * will carry it to its address; inside the caller's transaction.
 */
static void
queue_link(struct ctx *c, struct uuid account_id, const char *email,
    const char *purpose, int64_t valid_secs)
{
	unsigned char secret[TOKEN_BYTES];
	unsigned char *hash = arena_alloc(c->arena, crypto_hash_sha256_BYTES);
	const char *token;
	struct json j;
	struct buf payload;

	randombytes_buf(secret, sizeof(secret));
	token = text_base64url(c->arena, secret, sizeof(secret));
	crypto_hash_sha256(hash, (const unsigned char *)token, strlen(token));
	buf_init(&payload, c->arena, 4096);
	j = js_to(&payload);
	js_open(&j, '{');
	js_str(&j, "to", email);
	js_str(&j, "token", token);
	js_close(&j, '}');
	db_queue(c, Q_ACCOUNT_TOKEN_ADD,
	    ARGS(arg_bytes(hash, crypto_hash_sha256_BYTES), A(account_id),
		A(purpose), A(email), A(valid_secs)));
	db_queue(c, Q_OUTBOX_ADD,
	    ARGS(A(uuid_new()), A(arena_printf(c->arena, "mail.%s", purpose)),
		A(account_id), A(buf_text(&payload))));
}

static enum err
use_link(struct ctx *c, const char *token, const char *purpose,
    struct uuid *account_id, const char **email)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	struct rows r;
	bool found;

	crypto_hash_sha256(hash, (const unsigned char *)token, strlen(token));
	TRY(db_maybe(c, Q_ACCOUNT_TOKEN_USE,
	    ARGS(arg_bytes(hash, sizeof(hash)), A(purpose)), &r, &found));
	if (!found)
		return fail_field(c, "token",
		    "This link was used before or is too old.");
	*account_id = col_uuid(&r);
	*email = col_text(&r);
	return OK;
}

/* --- accounts ----------------------------------------------------------- */

static enum err
check_business(struct ctx *c, const char *account_type,
    const char *company_name)
{
	if (account_type != NULL && strcmp(account_type, "business") == 0 &&
	    company_name == NULL)
		return fail_field(c, "company_name",
		    "A business needs its company name.");
	return OK;
}

enum err
account_register(struct ctx *c, const struct account_register *in,
    struct uuid *id, struct tokens *out)
{
	const char *type = in->account_type, *hash;
	TX_SCOPE(tx, c);

	TRY(check_business(c, type, in->company_name));
	TRY(password_check(c, "password", in->password, in->email));
	TRY(password_hash(c, in->password, &hash));
	*id = uuid_new();
	db_queue(c, Q_ACCOUNT_ADD,
	    ARGS(A(*id), A(in->email), A(hash), A(in->full_name),
		A(in->phone), A(type != NULL ? type : "individual"),
		A(in->company_name), A(in->gstin)));
	queue_link(c, *id, in->email, "verify", VERIFY_SECS);
	TRY(session_open(c, *id, "customer", out));
	TRY(db_flush(c));
	return tx_commit(&tx);
}

enum err
account_reopen(struct ctx *c, struct uuid id, struct tokens *out)
{
	TX_SCOPE(tx, c);
	struct rows r;
	bool found;

	TRY(db_maybe(c, Q_ACCOUNT_TO_REOPEN, ARGS(A(id)), &r, &found));
	if (!found)
		return fail(c, ERR_EMAIL_TAKEN,
		    "This e-mail address has an account.");
	TRY(session_open(c, id, col_text(&r), out));
	return tx_commit(&tx);
}

enum err
account_update(struct ctx *c, const struct account_update *in)
{
	struct rows r;
	enum err err;
	bool found;
	TX_SCOPE(tx, c);

	db_queue(c, Q_ACCOUNT_UPDATE,
	    ARGS(A(c->caller.id), A(in->full_name), A(in->phone),
		A(in->phone_null), A(in->account_type), A(in->company_name),
		A(in->company_name_null), A(in->gstin), A(in->gstin_null)));
	err = db_maybe(c, Q_ACCOUNT_BY_ID, ARGS(A(c->caller.id)), &r, &found);
	/* The constraint account_company_named is about this field. */
	if (err == ERR_VALIDATION)
		return fail_field(c, "company_name",
		    "A business needs its company name.");
	TRY(err);
	return tx_commit(&tx);
}

enum err
account_change_password(struct ctx *c, const struct password_change *in)
{
	struct rows r;
	const char *old, *email, *hash;
	bool found, stale;
	TX_SCOPE(tx, c);

	TRY(db_maybe(c, Q_ACCOUNT_CREDENTIALS_BY_ID, ARGS(A(c->caller.id)),
	    &r, &found));
	col_skip(&r);
	col_skip(&r);
	col_skip(&r);
	old = found ? col_text(&r) : NULL;
	email = found ? col_text(&r) : NULL;
	if (!password_matches(old, in->current_password, &stale))
		return fail(c, ERR_INVALID_CREDENTIALS,
		    "The current password is wrong.");
	TRY(password_check(c, "new_password", in->new_password, email));
	TRY(password_hash(c, in->new_password, &hash));
	db_queue(c, Q_ACCOUNT_SET_PASSWORD, ARGS(A(c->caller.id), A(hash)));
	db_queue(c, Q_SESSIONS_REVOKE_OTHERS,
	    ARGS(A(c->caller.id), A(c->caller.session_id),
		A("password changed")));
	return tx_commit(&tx);
}

enum err
account_forgot_password(struct ctx *c, const char *email)
{
	struct rows r;
	struct uuid id;
	bool found;
	TX_SCOPE(tx, c);

	TRY(db_maybe(c, Q_ACCOUNT_CREDENTIALS_BY_EMAIL, ARGS(A(email)), &r,
	    &found));
	if (!found)
		return OK;
	id = col_uuid(&r);
	/* Only the newest link works. */
	db_queue(c, Q_ACCOUNT_TOKENS_EXPIRE, ARGS(A(id), A("reset")));
	queue_link(c, id, email, "reset", RESET_SECS);
	return tx_commit(&tx);
}

enum err
account_reset_password(struct ctx *c, const struct password_reset *in)
{
	struct uuid id;
	const char *email, *hash;
	TX_SCOPE(tx, c);

	TRY(use_link(c, in->token, "reset", &id, &email));
	TRY(password_check(c, "new_password", in->new_password, email));
	TRY(password_hash(c, in->new_password, &hash));
	db_queue(c, Q_ACCOUNT_SET_PASSWORD, ARGS(A(id), A(hash)));
	db_queue(c, Q_SESSIONS_REVOKE_OTHERS,
	    ARGS(A(id), A_NULL, A("password reset")));
	/* The link came through the mailbox: the address is theirs. */
	db_queue(c, Q_ACCOUNT_VERIFY_EMAIL, ARGS(A(id), A(email)));
	return tx_commit(&tx);
}

enum err
account_verify_email(struct ctx *c, const char *token)
{
	struct uuid id;
	const char *email;
	TX_SCOPE(tx, c);

	TRY(use_link(c, token, "verify", &id, &email));
	db_queue(c, Q_ACCOUNT_VERIFY_EMAIL, ARGS(A(id), A(email)));
	return tx_commit(&tx);
}
