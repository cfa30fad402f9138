/*
 * route.h: one row per endpoint, from which everything about it is derived:
 * dispatch and 405, who may call, validation, idempotency, limits, the
 * OpenAPI document, the web server's map, and the tests that walk the table.
 *
 * Zero is never a permission: allow, idempotency, status and summary have no
 * valid zero, and route_check() refuses a table that leaves one out.
 */
#ifndef HAAT_WEB_ROUTE_H
#define HAAT_WEB_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/err.h"
#include "core/field.h"

struct request;

enum method { METHOD_UNSET, GET, POST, PUT, DELETE };

enum allow {
	PUBLIC = 1 << 0,
	USER = 1 << 1,     /* any signed-in account */
	SELLER = 1 << 2,   /* has a store, in any state */
	APPROVED = 1 << 3, /* has an approved store */
	ADMIN = 1 << 4,
	PROVIDER = 1 << 5, /* the payment provider: signed, no token */
	/* With PUBLIC: a token is looked at where there is one. */
	CALLER_OPTIONAL = 1 << 6,
};

enum idempotency {
	IDEMPOTENCY_UNSET,
	IDEMPOTENCY_NONE,  /* reads, and writes that ignore the key */
	IDEMPOTENCY_KEY,   /* honoured when sent */
	IDEMPOTENCY_MONEY, /* front ends always send one */
};

enum limit_class {
	LIMIT_AUTO, /* writes per account, nothing for reads */
	LIMIT_NONE,
	LIMIT_REGISTER,
	LIMIT_PASSWORD,
	LIMIT_SEARCH,
	LIMIT_INITIATE,
	LIMIT_UPLOAD, /* per account: each costs as much as many writes */
};

enum out_kind {
	OUT_IS_OBJECT,
	OUT_IS_PAGE,  /* the list envelope around out */
	OUT_IS_PLAIN, /* not described by a shape: documents */
	OUT_IS_FILE,  /* bytes of one of the types in media */
};

struct route {
	enum method method;
	const char *path; /* canonical, ends in "/" */
	const char *summary;
	const char *description;
	unsigned allow;
	enum idempotency idempotency;
	/* The handler calls another server between two transactions of its
	 * own; otherwise its work is one transaction with the key's row. */
	bool calls_out;
	/* Processes of their own, apart from the executable's: "provider" for
	 * what waits for the payment provider.  NULL: none. */
	const char *pool;
	/* Kept in memory for a moment, the same for everybody but sellers
	 * and administrators; see hot.h. */
	bool hot;
	/* The body is bytes for the handler (rq->raw_body): signed events. */
	bool raw_body;
	/* The body is a form (multipart/form-data): texts, numbers and files.
	 * It may be as long as its files may be, and 64 KiB beside them. */
	bool multipart;
	enum limit_class limit;
	const struct field *in;
	size_t in_size;
	int status;
	int other_status; /* the same answer with another status; 0: none */
	const struct shape *out;
	/* Of an answer with 202: the work goes on after it. */
	const struct shape *accepted;
	enum out_kind out_kind;
	/* Of a file, which out may be asked for as, too; NULL ends. */
	const char *const *media;
	const enum err
	    *errors; /* beyond what every route may answer; OK ends */
	enum err (*handler)(struct request *rq);
	/* Makes the answer anew from what the handler kept (rq->keep), where
	 * the answer itself must not be stored. */
	enum err (*replay)(struct request *rq, const char *kept);
};

/* .INPUT(cart_add) binds struct cart_add through the table cart_add[]. */
#define INPUT(name) .in = name##_fields, .in_size = sizeof(struct name)
#define ERRORS(...)                                                          \
	.errors = (const enum err[])                                         \
	{                                                                    \
		__VA_ARGS__, OK                                              \
	}

struct app {
	const char *name; /* of the executable */
	const struct route *routes;
	size_t nroutes;
};

#define APP(n, table)                                                        \
	static const struct app app = {                                      \
		.name = n,                                                   \
		.routes = table,                                             \
		.nroutes = sizeof(table) / sizeof((table)[0]),               \
	}

/*
 * Serves requests until told to stop; or, with an argument, tells about
 * itself: --routes, --openapi, --check, --check-config, and for merging
 * --openapi-merge FILE…  Returns the exit status.
 */
int app_main(int argc, char **argv, const struct app *app);

/* Complains on standard error; the number of complaints. */
int route_check(const struct app *app);

/* The processes that serve it. */
const char *route_pool(const struct app *app, const struct route *r);

const char *method_name(enum method m);
/* "public", "user", "seller", "approved", "admin", "provider". */
const char *route_caller(const struct route *r);
/* "-", "yes", "money". */
const char *route_idempotency(const struct route *r);

#endif
