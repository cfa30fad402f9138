/* auth: accounts, sign-in and the address book.  Rules live in
 * services/account.h, session.h and address.h. */
#include "core/text.h"
#include "services/account.h"
#include "services/address.h"
#include "services/password.h"
#include "services/session.h"
#include "web/request.h"

/* --- inputs ------------------------------------------------------------- */

#define IN_PASSWORD(m, text)                                                 \
	IN_TEXT(m, REQUIRED | SECRET, PASSWORD_MIN, PASSWORD_MAX, text,      \
	    .example = "a long passphrase")

#define S struct account_register
static const struct field account_register_fields[] = {
	IN_EMAIL(email, REQUIRED, "Address to sign in with"),
	IN_PASSWORD(password, "10 to 128 characters, not a common one"),
	IN_TEXT(full_name, REQUIRED, 1, TEXT_MAX, "Name",
	    .example = "Asha Rao"),
	IN_TEXT(phone, OPTIONAL, 0, TEXT_MAX, "Phone number",
	    .check = text_check_phone),
	IN_ENUM(account_type, OPTIONAL, account_types, "Person or company"),
	IN_TEXT(company_name, OPTIONAL, 1, TEXT_MAX,
	    "Required for a business"),
	IN_TEXT(gstin, OPTIONAL, 0, TEXT_MAX, "GST number of a business",
	    .check = text_check_gstin),
	{ 0 },
};
#undef S

#define S struct credentials
static const struct field credentials_fields[] = {
	IN_TEXT(email, REQUIRED, 1, EMAIL_MAX, "Address of the account",
	    .example = "customer@example.com"),
	IN_TEXT(password, REQUIRED | SECRET, 1, PASSWORD_MAX, "Password",
	    .example = "haat-demo-2026"),
	{ 0 },
};
#undef S

struct refresh_input {
	const char *refresh;
};
#define S struct refresh_input
static const struct field refresh_input_fields[] = {
	IN_TEXT(refresh, REQUIRED | SECRET, 1, LONG_MAX_CHARS,
	    "Refresh token"),
	{ 0 },
};
#undef S

#define S struct account_update
static const struct field account_update_fields[] = {
	IN_TEXT(full_name, OPTIONAL, 1, TEXT_MAX, "Name",
	    .example = "Asha Rao"),
	IN_TEXT_NULL(phone, TEXT_MAX, "Phone number",
	    .check = text_check_phone),
	IN_ENUM(account_type, OPTIONAL, account_types, "Person or company"),
	IN_TEXT_NULL(company_name, TEXT_MAX, "Required for a business"),
	IN_TEXT_NULL(gstin, TEXT_MAX, "GST number of a business",
	    .check = text_check_gstin),
	{ 0 },
};
#undef S

#define S struct password_change
static const struct field password_change_fields[] = {
	IN_TEXT(current_password, REQUIRED | SECRET, 1, PASSWORD_MAX,
	    "The password so far"),
	IN_PASSWORD(new_password, "10 to 128 characters, not a common one"),
	{ 0 },
};
#undef S

struct forgot_input {
	const char *email;
};
#define S struct forgot_input
static const struct field forgot_input_fields[] = {
	IN_EMAIL(email, REQUIRED, "Address of the account"),
	{ 0 },
};
#undef S

#define S struct password_reset
static const struct field password_reset_fields[] = {
	IN_TEXT(token, REQUIRED | SECRET, 1, LONG_MAX_CHARS,
	    "Token of the mailed link"),
	IN_PASSWORD(new_password, "10 to 128 characters, not a common one"),
	{ 0 },
};
#undef S

struct verify_input {
	const char *token;
};
#define S struct verify_input
static const struct field verify_input_fields[] = {
	IN_TEXT(token, REQUIRED | SECRET, 1, LONG_MAX_CHARS,
	    "Token of the mailed link"),
	{ 0 },
};
#undef S

struct address_list_input {
	struct page_in paging;
};
#define S struct address_list_input
static const struct field address_list_input_fields[] = {
	IN_PAGE,
	{ 0 },
};
#undef S

struct address_id {
	struct uuid id;
};
#define S struct address_id
static const struct field address_id_fields[] = {
	IN_UUID(id, REQUIRED, "Address to remove"),
	{ 0 },
};
#undef S

/* --- answers ------------------------------------------------------------ */

static const struct field registered_fields[] = {
	OUT_OBJ("user", &user_shape, "The new account"),
	OUT_OBJ("tokens", &tokens_shape, "Its first session"),
	{ 0 },
};
static const struct shape registered_shape = { "registered",
	"A new account, signed in", registered_fields };

static const struct field signed_in_fields[] = {
	OUT_TEXT("access", "Access token"),
	OUT_TEXT("refresh", "Refresh token"),
	OUT_OBJ("user", &user_shape, "The account"),
	{ 0 },
};
static const struct shape signed_in_shape = { "signed_in", "A new session",
	signed_in_fields };

static const struct field refreshed_fields[] = {
	OUT_TEXT("access", "Access token"),
	OUT("refresh", FIELD_TEXT, OPTIONAL,
	    "Only where refresh tokens rotate: replaces the one sent"),
	{ 0 },
};
static const struct shape refreshed_shape = { "refreshed",
	"A new access token", refreshed_fields };

static void
write_tokens(struct json *j, const struct tokens *t)
{
	js_str(j, "access", t->access);
	if (t->refresh != NULL)
		js_str(j, "refresh", t->refresh);
}

/* --- handlers ----------------------------------------------------------- */

static enum err
write_registered(struct request *rq, struct uuid id, const struct tokens *t)
{
	struct json j = js_to(rq->out);

	js_open(&j, '{');
	TRY(account_write(&rq->ctx, id, &j, "user"));
	js_open_key(&j, "tokens", '{');
	write_tokens(&j, t);
	js_close(&j, '}');
	js_close(&j, '}');
	return OK;
}

/* Tokens are not stored with the key: only whose they were. */
static enum err
register_post(struct request *rq)
{
	struct tokens t;
	struct uuid id;
	char *keep = arena_alloc(rq->ctx.arena, UUID_TEXT);

	TRY(account_register(&rq->ctx, rq->in, &id, &t));
	uuid_format(id, keep);
	rq->keep = keep;
	return write_registered(rq, id, &t);
}

static enum err
register_replay(struct request *rq, const char *kept)
{
	struct tokens t;
	struct uuid id;

	if (!uuid_parse(kept, &id))
		return fault(&rq->ctx, "register: cannot read what was kept");
	TRY(account_reopen(&rq->ctx, id, &t));
	return write_registered(rq, id, &t);
}

static enum err
login_post(struct request *rq)
{
	struct json j = js_to(rq->out);
	struct tokens t;
	struct uuid id;

	TRY(session_sign_in(&rq->ctx, rq->in, &id, &t));
	js_open(&j, '{');
	write_tokens(&j, &t);
	TRY(account_write(&rq->ctx, id, &j, "user"));
	js_close(&j, '}');
	return OK;
}

static enum err
logout_post(struct request *rq)
{
	const struct refresh_input *in = rq->in;

	TRY(session_sign_out(&rq->ctx, in->refresh));
	reply_detail(rq, "Signed out.");
	return OK;
}

static enum err
refresh_post(struct request *rq)
{
	const struct refresh_input *in = rq->in;
	struct json j = js_to(rq->out);
	struct tokens t = { 0 };

	TRY(session_refresh(&rq->ctx, in->refresh, &t));
	js_open(&j, '{');
	write_tokens(&j, &t);
	js_close(&j, '}');
	return OK;
}

static enum err
profile_get(struct request *rq)
{
	struct json j = js_to(rq->out);

	return account_write(&rq->ctx, rq->ctx.caller.id, &j, NULL);
}

static enum err
profile_put(struct request *rq)
{
	TRY(account_update(&rq->ctx, rq->in));
	return profile_get(rq);
}

static enum err
password_change_post(struct request *rq)
{
	TRY(account_change_password(&rq->ctx, rq->in));
	reply_detail(rq, "The password was changed.");
	return OK;
}

static enum err
password_forgot_post(struct request *rq)
{
	const struct forgot_input *in = rq->in;

	TRY(account_forgot_password(&rq->ctx, in->email));
	reply_detail(rq,
	    "If there is such an account, a mail is on its way.");
	return OK;
}

static enum err
password_reset_post(struct request *rq)
{
	TRY(account_reset_password(&rq->ctx, rq->in));
	reply_detail(rq, "The password was set. Sign in with it.");
	return OK;
}

static enum err
email_verify_post(struct request *rq)
{
	const struct verify_input *in = rq->in;

	TRY(account_verify_email(&rq->ctx, in->token));
	reply_detail(rq, "The address was confirmed.");
	return OK;
}

static enum err
addresses_get(struct request *rq)
{
	const struct address_list_input *in = rq->in;
	struct page_out page;

	TRY(address_list(&rq->ctx, &in->paging, rq->out, &page));
	reply_page(rq, &page);
	return OK;
}

static enum err
addresses_post(struct request *rq)
{
	return address_create(&rq->ctx, rq->in, rq->out);
}

static enum err
addresses_put(struct request *rq)
{
	return address_update(&rq->ctx, rq->in, rq->out);
}

static enum err
addresses_delete(struct request *rq)
{
	const struct address_id *in = rq->in;

	TRY(address_delete(&rq->ctx, in->id));
	reply_detail(rq, "The address was removed.");
	return OK;
}

/* --- routes ------------------------------------------------------------- */

static const struct route routes[] = {
	{
	    .method = POST,
	    .path = "/api/auth/register/",
	    .summary = "Create an account",
	    .allow = PUBLIC,
	    .idempotency = IDEMPOTENCY_KEY,
	    .limit = LIMIT_REGISTER,
	    INPUT(account_register),
	    .status = 201,
	    .out = &registered_shape,
	    ERRORS(ERR_EMAIL_TAKEN),
	    .handler = register_post,
	    .replay = register_replay,
	},
	{
	    .method = POST,
	    .path = "/api/auth/login/",
	    .summary = "Sign in",
	    .allow = PUBLIC,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(credentials),
	    .status = 200,
	    .out = &signed_in_shape,
	    ERRORS(ERR_INVALID_CREDENTIALS, ERR_ACCOUNT_BLOCKED,
		ERR_RATE_LIMITED),
	    .handler = login_post,
	},
	{
	    .method = POST,
	    .path = "/api/auth/logout/",
	    .summary = "Sign out: ends the session of the refresh token",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_KEY,
	    INPUT(refresh_input),
	    .status = 200,
	    .out = &detail_shape,
	    .handler = logout_post,
	},
	{
	    .method = POST,
	    .path = "/api/auth/refresh/",
	    .summary = "A new access token",
	    .allow = PUBLIC,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(refresh_input),
	    .status = 200,
	    .out = &refreshed_shape,
	    ERRORS(ERR_INVALID_TOKEN, ERR_TOKEN_EXPIRED, ERR_TOKEN_REUSED),
	    .handler = refresh_post,
	},
	{
	    .method = GET,
	    .path = "/api/auth/profile/",
	    .summary = "Own account",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_NONE,
	    .status = 200,
	    .out = &user_shape,
	    .handler = profile_get,
	},
	{
	    .method = PUT,
	    .path = "/api/auth/profile/update/",
	    .summary = "Change the own account",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_KEY,
	    INPUT(account_update),
	    .status = 200,
	    .out = &user_shape,
	    .handler = profile_put,
	},
	{
	    .method = POST,
	    .path = "/api/auth/password/change/",
	    .summary = "Change the password; ends all other sessions",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_KEY,
	    .limit = LIMIT_PASSWORD,
	    INPUT(password_change),
	    .status = 200,
	    .out = &detail_shape,
	    ERRORS(ERR_INVALID_CREDENTIALS),
	    .handler = password_change_post,
	},
	{
	    .method = POST,
	    .path = "/api/auth/password/forgot/",
	    .summary = "Mail a reset link; the same answer for any address",
	    .allow = PUBLIC,
	    .idempotency = IDEMPOTENCY_NONE,
	    .limit = LIMIT_PASSWORD,
	    INPUT(forgot_input),
	    .status = 200,
	    .out = &detail_shape,
	    .handler = password_forgot_post,
	},
	{
	    .method = POST,
	    .path = "/api/auth/password/reset/",
	    .summary = "Set a password with the mailed token",
	    .allow = PUBLIC,
	    .idempotency = IDEMPOTENCY_NONE,
	    .limit = LIMIT_PASSWORD,
	    INPUT(password_reset),
	    .status = 200,
	    .out = &detail_shape,
	    .handler = password_reset_post,
	},
	{
	    .method = POST,
	    .path = "/api/auth/email/verify/",
	    .summary = "Confirm the address with the mailed token",
	    .allow = PUBLIC,
	    .idempotency = IDEMPOTENCY_NONE,
	    .limit = LIMIT_PASSWORD,
	    INPUT(verify_input),
	    .status = 200,
	    .out = &detail_shape,
	    .handler = email_verify_post,
	},
	{
	    .method = GET,
	    .path = "/api/addresses/list/",
	    .summary = "Address book, newest first",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(address_list_input),
	    .status = 200,
	    .out = &address_shape,
	    .out_kind = OUT_IS_PAGE,
	    .handler = addresses_get,
	},
	{
	    .method = POST,
	    .path = "/api/addresses/create/",
	    .summary = "Add an address",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_KEY,
	    INPUT(address),
	    .status = 201,
	    .out = &address_shape,
	    .handler = addresses_post,
	},
	{
	    .method = PUT,
	    .path = "/api/addresses/update/",
	    .summary = "Change an address",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_KEY,
	    INPUT(address_update),
	    .status = 200,
	    .out = &address_shape,
	    ERRORS(ERR_NOT_FOUND),
	    .handler = addresses_put,
	},
	{
	    .method = DELETE,
	    .path = "/api/addresses/delete/",
	    .summary = "Remove an address",
	    .description = "The id stands in the body or in the query. The "
			   "newest address left becomes the default.",
	    .allow = USER,
	    .idempotency = IDEMPOTENCY_KEY,
	    INPUT(address_id),
	    .status = 200,
	    .out = &detail_shape,
	    ERRORS(ERR_NOT_FOUND),
	    .handler = addresses_delete,
	},
};

APP("auth", routes);

int
main(int argc, char **argv)
{
	return app_main(argc, argv, &app);
}
