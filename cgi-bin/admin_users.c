/* admin_users: accounts, as administrators see them.  Rules live in
 * services/account_admin.h. */
#include "services/account_admin.h"

#include "services/account.h"
#include "web/request.h"

static const char *const yes_no[] = { "true", "false", NULL };

static const char *const account_sorts[] = { "-created_at", "created_at",
	NULL };

#define S struct account_search
static const struct field account_search_fields[] = {
	IN_TEXT(q, OPTIONAL, 1, TEXT_MAX,
	    "Part of an address, a name or a company", .example = "asha"),
	IN_ENUM(role, OPTIONAL, account_roles, "Only these"),
	IN_ENUM(is_blocked, OPTIONAL, yes_no, "Only those that are, or not"),
	IN_ENUM(sort, OPTIONAL, account_sorts, "Newest first unless said"),
	IN_PAGE,
	{ 0 },
};
#undef S

struct user_find {
	struct uuid id;
};
#define S struct user_find
static const struct field user_find_fields[] = {
	IN_UUID(id, REQUIRED, "Account"),
	{ 0 },
};
#undef S

#define S struct account_block
static const struct field account_block_fields[] = {
	IN_UUID(user_id, REQUIRED, "Account"),
	IN_TEXT(reason, REQUIRED, 1, LONG_MAX_CHARS,
	    "Why; for the audit trail", .example = "Stolen cards"),
	{ 0 },
};
#undef S

struct user_unblock {
	struct uuid user_id;
};
#define S struct user_unblock
static const struct field user_unblock_fields[] = {
	IN_UUID(user_id, REQUIRED, "Account"),
	{ 0 },
};
#undef S

static enum err
users_get(struct request *rq)
{
	struct page_out page = { 0 };

	TRY(account_search(&rq->ctx, rq->in, rq->out, &page));
	reply_page(rq, &page);
	return OK;
}

static enum err
detail_get(struct request *rq)
{
	const struct user_find *in = rq->in;

	return account_detail(&rq->ctx, in->id, rq->out);
}

static enum err
block_post(struct request *rq)
{
	return account_block(&rq->ctx, rq->in, rq->out);
}

static enum err
unblock_post(struct request *rq)
{
	const struct user_unblock *in = rq->in;

	return account_unblock(&rq->ctx, in->user_id, rq->out);
}

static const struct route routes[] = {
	{
	    .method = GET,
	    .path = "/api/admin/users/",
	    .summary = "Accounts, newest first",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(account_search),
	    .status = 200,
	    .out = &user_shape,
	    .out_kind = OUT_IS_PAGE,
	    .handler = users_get,
	},
	{
	    .method = GET,
	    .path = "/api/admin/users/detail/",
	    .summary = "One account, with what it ordered",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_NONE,
	    INPUT(user_find),
	    .status = 200,
	    .out = &user_detail_shape,
	    ERRORS(ERR_NOT_FOUND),
	    .handler = detail_get,
	},
	{
	    .method = POST,
	    .path = "/api/admin/users/block/",
	    .summary = "Block an account",
	    .description = "Ends its sessions at once. Nobody blocks "
			   "themselves, or the last administrator.",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_KEY,
	    INPUT(account_block),
	    .status = 200,
	    .out = &user_shape,
	    ERRORS(ERR_NOT_FOUND, ERR_INVALID_STATE),
	    .handler = block_post,
	},
	{
	    .method = POST,
	    .path = "/api/admin/users/unblock/",
	    .summary = "Unblock an account",
	    .description = "It may sign in again; sessions that were ended "
			   "stay so.",
	    .allow = ADMIN,
	    .idempotency = IDEMPOTENCY_KEY,
	    INPUT(user_unblock),
	    .status = 200,
	    .out = &user_shape,
	    ERRORS(ERR_NOT_FOUND),
	    .handler = unblock_post,
	},
};

APP("admin_users", routes);

int
main(int argc, char **argv)
{
	return app_main(argc, argv, &app);
}
