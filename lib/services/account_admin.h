/*
 * account_admin.h: accounts as administrators see them, and blocking.
 *
 * Blocking ends every session at once.  There is always an administrator who
 * can act: nobody blocks itself, or the last one.
 */
#ifndef HAAT_SERVICES_ACCOUNT_ADMIN_H
#define HAAT_SERVICES_ACCOUNT_ADMIN_H

#include "core/buf.h"
#include "core/ctx.h"
#include "core/field.h"
#include "core/page.h"

extern const struct shape user_detail_shape;

struct account_search {
	const char *q;
	const char *role;
	const char *is_blocked; /* "true", "false", NULL */
	const char *sort;
	struct page_in paging;
};

struct account_block {
	struct uuid user_id;
	const char *reason;
};

enum err account_search(struct ctx *c, const struct account_search *in,
    struct buf *out, struct page_out *page);

/* The user, with what it ordered and spent.  Errors: ERR_NOT_FOUND. */
enum err account_detail(struct ctx *c, struct uuid id, struct buf *out);

/* Both write the user, and an audit entry where something changed.  Errors:
 * ERR_NOT_FOUND, ERR_INVALID_STATE (oneself, the last administrator). */
enum err account_block(struct ctx *c, const struct account_block *in,
    struct buf *out);
enum err account_unblock(struct ctx *c, struct uuid id, struct buf *out);

struct account_new_admin {
	const char *email;
	const char *password;
	const char *full_name;
};

/*
 * Makes an administrator from the machine itself, with no caller; the
 * address counts as verified.  Errors: ERR_VALIDATION, ERR_EMAIL_TAKEN.
 */
enum err account_add_admin(struct ctx *c, const struct account_new_admin *in,
    struct uuid *id);

#endif
