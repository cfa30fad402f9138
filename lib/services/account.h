/*
 * account.h: accounts: who somebody is, passwords, mailed links.
 */
#ifndef HAAT_SERVICES_ACCOUNT_H
#define HAAT_SERVICES_ACCOUNT_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/field.h"
#include "core/json.h"
#include "db/db.h"
#include "services/session.h"

extern const struct shape user_shape;
extern const char *const account_types[];
extern const char *const account_roles[];

/* The members of a user, for shapes that have more. */
#define USER_FIELDS                                                          \
	OUT_UUID("id", "Account"),                                           \
	    OUT_TEXT("email", "As it was entered",                           \
		.example = "asha@example.com"),                              \
	    OUT_TEXT("full_name", "Name", .example = "Asha Rao"),            \
	    OUT_TEXT_NULL("phone", "Phone number",                           \
		.example = "+91 98450 12345"),                               \
	    OUT_ENUM("role", account_roles, "What the account is"),          \
	    OUT_ENUM("account_type", account_types, "Person or company"),    \
	    OUT_TEXT_NULL("company_name", "Of a business"),                  \
	    OUT_TEXT_NULL("gstin", "Of a business",                          \
		.example = "27AAPFU0939F1ZV"),                               \
	    OUT_BOOL("is_email_verified",                                    \
		"Whether the address was confirmed"),                        \
	    OUT_BOOL("is_blocked", "Whether an administrator blocked it"),   \
	    OUT_TIME("created_at", "When it was opened"),                    \
	    OUT_TIME_NULL("last_login_at", "Last sign-in")

struct account_register {
	const char *email;
	const char *password;
	const char *full_name;
	const char *phone;
	const char *account_type;
	const char *company_name;
	const char *gstin;
};

struct account_update {
	const char *full_name;
	const char *phone;
	bool phone_null;
	const char *account_type;
	const char *company_name;
	bool company_name_null;
	const char *gstin;
	bool gstin_null;
};

struct password_change {
	const char *current_password;
	const char *new_password;
};

struct password_reset {
	const char *token;
	const char *new_password;
};

/*
 * A new account with its first session and a mail to verify the address.
 * Errors: ERR_VALIDATION, ERR_EMAIL_TAKEN.
 */
enum err account_register(struct ctx *c, const struct account_register *in,
    struct uuid *id, struct tokens *out);

/* Fresh tokens for an account that was just registered.  Errors:
 * ERR_EMAIL_TAKEN once its password was changed or it was blocked: the first
 * password opens it no more. */
enum err account_reopen(struct ctx *c, struct uuid id, struct tokens *out);

/* Writes the members of a row of F_ACCOUNT_COLUMNS; gives its id. */
struct uuid account_row_write(struct rows *r, struct json *j);

/* Writes the user object.  Errors: ERR_NOT_FOUND. */
enum err account_write(struct ctx *c, struct uuid id, struct json *j,
    const char *name);

/* Changes what is given.  Errors: ERR_VALIDATION. */
enum err account_update(struct ctx *c, const struct account_update *in);

/* Ends all other sessions.  Errors: ERR_INVALID_CREDENTIALS,
 * ERR_VALIDATION. */
enum err account_change_password(struct ctx *c,
    const struct password_change *in);

/* Queues a mail with a link, valid an hour, if there is such an account;
 * tells nobody whether there is. */
enum err account_forgot_password(struct ctx *c, const char *email);

/* Ends all sessions.  Errors: ERR_VALIDATION for a token that is unknown,
 * used or too old. */
enum err account_reset_password(struct ctx *c,
    const struct password_reset *in);

/* Errors: ERR_VALIDATION, as above. */
enum err account_verify_email(struct ctx *c, const char *token);

#endif
