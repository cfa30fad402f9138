/*
 * caller.h: who calls, and whether this route is for them.
 */
#ifndef HAAT_WEB_CALLER_H
#define HAAT_WEB_CALLER_H

#include "web/request.h"

/*
 * Reads the bearer token (RFC 6750) where the route wants one, and looks the
 * session up, so that a sign-out or a block counts from the next request on.
 * Errors: ERR_AUTHENTICATION_REQUIRED, ERR_INVALID_TOKEN, ERR_TOKEN_EXPIRED,
 * ERR_PERMISSION_DENIED, ERR_SELLER_NOT_APPROVED.
 */
enum err caller_check(struct request *rq);

/*
 * Where the answer may come from memory, caller_check() takes a session that
 * it looked up less than 250 ms ago for one that still is.  Before anything
 * else is done for the caller, this looks it up.
 */
enum err caller_confirm(struct request *rq);

#endif
