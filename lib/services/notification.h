/*
 * notification.h: what people are told: the inbox, and what goes out by mail
 * and SMS.
 *
 * notification_queue() is called inside the transaction of the event itself,
 * so that there is never an event without its message nor a message without
 * its event.  The inbox shows it at once; mail and SMS are outbox rows, which
 * a job delivers.
 */
#ifndef HAAT_SERVICES_NOTIFICATION_H
#define HAAT_SERVICES_NOTIFICATION_H

#include <json-c/json.h>

#include "core/buf.h"
#include "core/ctx.h"
#include "core/field.h"
#include "core/page.h"
#include "core/template.h"

extern const struct shape notification_shape;

/*
 * The kinds of news, to whom they go, and the members of data that their
 * templates show.  Amounts are in minor units of "currency"; what is in
 * brackets may be left out.  Further members are kept for the front ends
 * (order_id, seller_order_id, product_id …).
 */
#define NEWS_TYPES(NEWS)                                                     \
	NEWS(order_placed, MAIL, "number amount currency")                   \
	NEWS(order_paid, MAIL, "number amount currency")                     \
	NEWS(order_shipped, MAIL | SMS,                                      \
	    "number [store_name carrier tracking_number tracking_url]")      \
	NEWS(order_delivered, MAIL | SMS, "number [store_name]")             \
	NEWS(order_cancelled, MAIL, "number [reason]")                       \
	NEWS(order_refunded, MAIL | SMS, "number amount currency [reason]")  \
	NEWS(order_expired, MAIL, "number")                                  \
	NEWS(refund_requested, MAIL,                                         \
	    "number amount currency [reason]") /* admins */                  \
	NEWS(refund_rejected, MAIL, "number reason")                         \
	NEWS(seller_new_order, MAIL | SMS, "number amount currency")         \
	NEWS(seller_order_cancelled, MAIL, "number [reason]")                \
	NEWS(seller_paid_too_late, MAIL, "number")                           \
	NEWS(seller_refunded, MAIL, "number amount currency [reason]")       \
	NEWS(low_stock, MAIL, "product_name sku stock")                      \
	NEWS(seller_approved, MAIL, "store_name")                            \
	NEWS(seller_rejected, MAIL, "store_name reason")                     \
	NEWS(seller_suspended, MAIL, "store_name reason")                    \
	NEWS(seller_changes_approved, MAIL, "store_name")                    \
	NEWS(seller_changes_rejected, MAIL, "store_name reason")             \
	NEWS(seller_pending, MAIL, "store_name") /* admins */                \
	NEWS(product_approved, MAIL, "product_name")                         \
	NEWS(product_rejected, MAIL, "product_name reason")                  \
	NEWS(product_changes_rejected, MAIL, "product_name reason")          \
	NEWS(product_taken_off, MAIL, "product_name reason")                 \
	NEWS(review_received, MAIL, "product_name rating [title]")           \
	NEWS(settlement_paid, MAIL, "amount currency reference")             \
	NEWS(settlement_rejected, MAIL, "amount currency reason")            \
	NEWS(audit_broken, MAIL, "entry") /* admins */                       \
	NEWS(payment_mismatch, MAIL,                                         \
	    "number amount currency [reason]")      /* admins */             \
	NEWS(books_differ, MAIL, "mismatches open") /* admins */             \
	NEWS(provider_keys_refused, MAIL, "key_id") /* admins */

struct news {
	const char *type; /* "order_paid" */
	struct uuid account_id;
	/* The event told of: the same one for the same account and type is
	 * told once.  Zero: told each time. */
	struct uuid source_id;
	const char *data; /* a JSON object */
};

/*
 * Queues the rows, without a round trip.  An unknown type ends the process;
 * a template that cannot be read costs its words, not the transaction.
 */
void notification_queue(struct ctx *c, const struct news *n);

/* The same for every administrator; account_id is not looked at. */
void notification_queue_admins(struct ctx *c, const struct news *n);

/*
 * Queued behind the statements that take an order's stock and note low_id
 * where it becomes low: tells the sellers of those of its nlines lines.
 */
void notification_queue_low_stock(struct ctx *c, struct uuid order_id,
    struct uuid low_id, size_t nlines);

/* Rows of the list, newest first, comma-separated, into out. */
enum err notification_list(struct ctx *c, const struct page_in *in,
    bool unread, struct buf *out, struct page_out *page);

enum err notification_unread(struct ctx *c, int64_t *count);

struct notification_marked {
	int64_t updated;
	int64_t unread_count;
};

enum { NOTIFICATION_IDS_MAX = 100 };

/*
 * Marks one, or some.  Those of other people and those read before do not
 * count as updated.  Errors: ERR_VALIDATION with neither or both given;
 * ERR_NOT_FOUND for a single one that is not the caller's.
 */
struct notification_mark {
	struct uuid id;
	struct texts ids;
};
enum err notification_mark_read(struct ctx *c,
    const struct notification_mark *in, struct notification_marked *out);

enum err notification_mark_all_read(struct ctx *c,
    struct notification_marked *out);

/* The types and the names of their data, for the tests of the templates;
 * NULL after the last. */
const char *notification_type(size_t i);
const char *notification_names(size_t i);

#endif
