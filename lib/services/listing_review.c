#include "services/listing_review.h"

#include <string.h>

#include "core/json.h"
#include "db/db.h"
#include "services/audit.h"
#include "services/notification.h"

/* A product that is decided about, locked. */
struct reviewed {
	struct uuid id;
	const char *name;
	const char *status;
	struct uuid owner;
	const char *reason; /* of the last rejection */
	bool has_changes;
};

static bool
is(const struct reviewed *p, const char *status)
{
	return strcmp(p->status, status) == 0;
}

static enum err
hold(struct ctx *c, struct uuid id, struct reviewed *p)
{
	struct rows r;
	bool found;

	TRY(db_maybe(c, Q_LISTING_REVIEW, ARGS(A(id)), &r, &found));
	if (!found)
		return fail(c, ERR_NOT_FOUND, "There is no such product.");
	p->id = id;
	p->name = col_text(&r);
	p->status = col_text(&r);
	p->owner = col_uuid(&r);
	p->reason = col_text(&r);
	p->has_changes = col_bool(&r);
	return OK;
}

static void
tell(struct ctx *c, const char *type, const struct reviewed *p,
    const char *reason)
{
	struct news n = { .type = type, .account_id = p->owner };
	struct json j;
	struct buf b;

	buf_init(&b, c->arena, 64 * 1024);
	j = js_to(&b);
	js_open(&j, '{');
	js_uuid(&j, "product_id", p->id);
	js_str(&j, "product_name", p->name);
	if (reason != NULL)
		js_str(&j, "reason", reason);
	js_close(&j, '}');
	n.data = buf_text(&b);
	notification_queue(c, &n);
}

/* The last thing of a decision. */
static void
note(struct ctx *c, const char *action, const struct reviewed *p,
    const char *status, const char *reason)
{
	audit_queue(c, action, "product", p->id,
	    CHANGES({ "status", A(p->status), A(status) },
		{ "has_pending_changes", A(p->has_changes), A((bool)false) },
		{ "rejection_reason", A(p->reason), A(reason) }));
}

enum err
listing_approve(struct ctx *c, struct uuid product_id)
{
	struct reviewed p;
	TX_SCOPE(tx, c);

	TRY(hold(c, product_id, &p));
	if (is(&p, "draft") || is(&p, "archived"))
		return fail(c, ERR_INVALID_STATE,
		    "A product that is %s cannot be approved.",
		    is(&p, "draft") ? "a draft" : "archived");
	if (is(&p, "approved") && !p.has_changes)
		return fail(c, ERR_INVALID_STATE,
		    "Nothing of this product waits for approval.");
	db_queue(c, Q_PRODUCT_IMAGES_SHOW, ARGS(A(p.id)));
	db_queue(c, Q_LISTING_APPROVE, ARGS(A(p.id)));
	db_queue(c, Q_PRODUCT_IMAGE_REFRESH, ARGS(A(p.id)));
	tell(c, "product_approved", &p, NULL);
	note(c, "product.approve", &p, "approved", NULL);
	return tx_commit(&tx);
}

/* What became of it is another thing each time. */
static const char *
rejection_news(const struct reviewed *p)
{
	if (is(p, "pending"))
		return "product_rejected";
	return p->has_changes ? "product_changes_rejected" :
				"product_taken_off";
}

enum err
listing_reject(struct ctx *c, struct uuid product_id, const char *reason)
{
	struct reviewed p;
	const char *status;
	TX_SCOPE(tx, c);

	TRY(hold(c, product_id, &p));
	status = p.has_changes ? p.status : "rejected";
	if (!is(&p, "pending") && !is(&p, "approved"))
		return fail(c, ERR_INVALID_STATE,
		    "A product that is %s cannot be rejected.",
		    is(&p, "draft")        ? "a draft" :
			is(&p, "archived") ? "archived" :
					     "rejected already");
	db_queue(c, Q_PRODUCT_IMAGES_DROP, ARGS(A(p.id)));
	db_queue(c, Q_LISTING_REJECT, ARGS(A(p.id), A(reason), A(status)));
	tell(c, rejection_news(&p), &p, reason);
	note(c, "product.reject", &p, status, reason);
	return tx_commit(&tx);
}

enum err
listing_decide(struct ctx *c, const struct listing_decision *in)
{
	if (in->approved)
		return listing_approve(c, in->product_id);
	if (in->reason == NULL)
		return fail_field(c, "reason",
		    "Say why; its seller is told.");
	return listing_reject(c, in->product_id, in->reason);
}
