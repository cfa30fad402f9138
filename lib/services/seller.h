/*
 * seller.h: stores as their owners see and change them.
 *
 *	pending --approve--> approved --suspend--> suspended --approve--> approved
 *	   |  ^
 * reject|  |update
 *	   v  |
 *	rejected  (approve works from here too)
 *
 * Once a store was approved, a change of its bank account, PAN or GSTIN waits
 * in pending_changes: money goes where an administrator has looked.  The old
 * ones stay in force, and the store stays what it is.
 *
 * A PAN stands inside each GSTIN: the two must fit, waiting ones included.
 */
#ifndef HAAT_SERVICES_SELLER_H
#define HAAT_SERVICES_SELLER_H

#include "core/buf.h"
#include "core/ctx.h"
#include "services/address.h"
#include "services/seller_shape.h"

struct seller_register {
	const char *store_name;
	const char *legal_name;
	const char *gstin;
	const char *pan;
	const char *phone;
	const char *description;
	struct address *pickup_address;
	struct bank_account *bank_account;
	bool accept_terms;
};
extern const struct field seller_register_fields[];

struct seller_update {
	const char *store_name;
	const char *legal_name;
	const char *gstin;
	bool gstin_null;
	const char *pan;
	bool pan_null;
	const char *phone;
	bool phone_null;
	const char *description;
	bool description_null;
	struct address *pickup_address;
	struct bank_account *bank_account;
	bool accept_terms;
};
extern const struct field seller_update_fields[];

/*
 * Opens a store, which waits to be approved; the account becomes a seller's
 * (an administrator's stays one).  Errors: ERR_VALIDATION,
 * ERR_ALREADY_EXISTS.
 */
enum err seller_register(struct ctx *c, const struct seller_register *in,
    struct buf *out);

/* Changes what is given; sends a rejected store in again.  Errors:
 * ERR_VALIDATION. */
enum err seller_update(struct ctx *c, const struct seller_update *in,
    struct buf *out);

/* The caller's own store. */
enum err seller_profile(struct ctx *c, struct buf *out);

/* --- for the services of stores ----------------------------------------- */

enum seller_lock { SELLER_LOOK, SELLER_HOLD };

/* Reads a store; with SELLER_HOLD nobody else changes it until the end of
 * the transaction.  Errors: ERR_NOT_FOUND. */
enum err seller_find(struct ctx *c, struct uuid id, enum seller_lock lock,
    struct seller *out);

/* Queues all of it that can change. */
void seller_save(struct ctx *c, struct seller *s);

/* Writes the object as it stands in the database. */
enum err seller_write(struct ctx *c, struct uuid id, struct buf *out);

#endif
