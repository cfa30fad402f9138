#include "services/commission.h"

#include <string.h>

#include "core/json.h"
#include "db/db.h"
#include "services/audit.h"

const char *const commission_scopes[] = { "global", "category", "seller",
	NULL };

#define OUT_RATE                                                             \
	OUT_I64("rate_bps", "Basis points", .example = "1000"),              \
	    OUT_TIME("effective_from", "From when it holds")

static const struct field global_fields[] = { OUT_RATE, { 0 } };
static const struct shape global_shape = { "commission_global",
	"The rate of the whole market", global_fields };

static const struct field category_fields[] = {
	OUT_UUID("category_id", "Category"),
	OUT_RATE,
	{ 0 },
};
static const struct shape category_rate_shape = { "commission_category",
	"The rate of a category", category_fields };

static const struct field seller_fields[] = {
	OUT_UUID("seller_id", "Seller"),
	OUT_RATE,
	{ 0 },
};
static const struct shape seller_rate_shape = { "commission_seller",
	"The rate of a seller", seller_fields };

static const struct field effective_fields[] = {
	OUT_I64("rate_bps", "Basis points", .example = "1000"),
	OUT_ENUM("scope", commission_scopes, "Which rate won"),
	{ 0 },
};
static const struct shape effective_shape = { "commission_effective",
	"What a sale would be charged", effective_fields };

static const struct field commission_fields[] = {
	OUT_OBJ("global", &global_shape, "For the whole market"),
	OUT_LIST("categories", &category_rate_shape,
	    "Categories with a rate of their own"),
	OUT_LIST("sellers", &seller_rate_shape,
	    "Sellers with a rate of their own"),
	OUT_OBJ("effective", &effective_shape,
	    "For the seller and category asked for"),
	{ 0 },
};
const struct shape commission_shape = { "commission", "The rates in force",
	commission_fields };

/* --- reading ------------------------------------------------------------ */

struct rate {
	const char *scope;
	struct uuid category_id, seller_id;
	int64_t rate_bps;
	int64_t effective_from;
};

static bool
next_of(struct rows *r, const char *scope, struct rate *out)
{
	while (row_next(r)) {
		out->scope = col_text(r);
		out->category_id = col_uuid(r);
		out->seller_id = col_uuid(r);
		out->rate_bps = col_i64(r);
		out->effective_from = col_i64(r);
		if (strcmp(out->scope, scope) == 0)
			return true;
	}
	r->row = -1;
	return false;
}

static void
write_members(struct json *j, const struct rate *rate)
{
	js_i64(j, "rate_bps", rate->rate_bps);
	js_time(j, "effective_from", rate->effective_from);
}

static void
write_targets(struct json *j, struct rows *r, const char *scope,
    const char *list, const char *key)
{
	struct rate rate;

	js_open_key(j, list, '[');
	while (next_of(r, scope, &rate)) {
		js_open(j, '{');
		js_uuid(j, key,
		    uuid_is_zero(rate.seller_id) ? rate.category_id :
						   rate.seller_id);
		write_members(j, &rate);
		js_close(j, '}');
	}
	js_close(j, ']');
}

static void
write_rates(struct json *j, struct rows *r, struct rows *effective)
{
	struct rate rate = { 0 };

	js_open(j, '{');
	js_open_key(j, "global", '{');
	if (next_of(r, "global", &rate))
		r->row = -1;
	write_members(j, &rate);
	js_close(j, '}');
	write_targets(j, r, "category", "categories", "category_id");
	write_targets(j, r, "seller", "sellers", "seller_id");
	js_open_key(j, "effective", '{');
	js_i64(j, "rate_bps", col_i64(effective));
	js_str(j, "scope", col_text(effective));
	js_close(j, '}');
	js_close(j, '}');
}

static enum err
check_targets(struct ctx *c, struct uuid seller_id, struct uuid category_id)
{
	bool seller, category;
	struct rows r;

	TRY(db_one(c, Q_COMMISSION_TARGETS_EXIST,
	    ARGS(A(seller_id), A(category_id)), &r));
	seller = col_bool(&r);
	category = col_bool(&r);
	if (!seller)
		return fail(c, ERR_NOT_FOUND, "There is no such seller.");
	if (!category)
		return fail(c, ERR_NOT_FOUND, "There is no such category.");
	return OK;
}

enum err
commission_get(struct ctx *c, const struct commission_find *in,
    struct buf *out)
{
	struct json j = js_to(out);
	struct rows rates, effective;

	TRY(check_targets(c, in->seller_id, in->category_id));
	db_queue_rows(c, Q_COMMISSION_RATES, NO_ARGS, &rates);
	TRY(db_one(c, Q_COMMISSION_EFFECTIVE,
	    ARGS(A(in->seller_id), A(in->category_id)), &effective));
	write_rates(&j, &rates, &effective);
	return OK;
}

/* --- setting ------------------------------------------------------------ */

static enum err
check_scope(struct ctx *c, const struct commission_set *in)
{
	bool for_category = strcmp(in->scope, "category") == 0;
	bool for_seller = strcmp(in->scope, "seller") == 0;

	if (for_category == uuid_is_zero(in->category_id))
		return fail_field(c, "category_id",
		    for_category ? "Say which category." :
				   "Only with scope category.");
	if (for_seller == uuid_is_zero(in->seller_id))
		return fail_field(c, "seller_id",
		    for_seller ? "Say which seller." :
				 "Only with scope seller.");
	return check_targets(c, in->seller_id, in->category_id);
}

enum err
commission_turn(struct ctx *c)
{
	struct rows r;

	return db_one(c, Q_COMMISSION_LOCK, NO_ARGS, &r);
}

void
commission_queue_seller(struct ctx *c, struct uuid seller_id,
    int64_t rate_bps)
{
	db_queue(c, Q_COMMISSION_ADD,
	    ARGS(A(uuid_new()), A("seller"), A(seller_id), A_NULL,
		A(rate_bps), A(c->caller.id)));
}

static enum err
add_rate(struct ctx *c, const struct commission_set *in)
{
	struct arg before = A_NULL;
	struct uuid id = uuid_new();
	struct rows r;
	bool found;

	TRY(commission_turn(c));
	TRY(db_maybe(c, Q_COMMISSION_OF_TARGET,
	    ARGS(A(in->scope), A(in->seller_id), A(in->category_id)), &r,
	    &found));
	if (found)
		before = A(col_i64(&r));
	db_queue(c, Q_COMMISSION_ADD,
	    ARGS(A(id), A(in->scope), A(in->seller_id), A(in->category_id),
		A(in->rate_bps), A(c->caller.id)));
	audit_queue(c, "commission.set", "commission_rate", id,
	    CHANGES({ "scope", A_NULL, A(in->scope) },
		{ "category_id", A_NULL, A(in->category_id) },
		{ "seller_id", A_NULL, A(in->seller_id) },
		{ "rate_bps", before, A(in->rate_bps) }));
	return OK;
}

enum err
commission_set(struct ctx *c, const struct commission_set *in,
    struct buf *out)
{
	const struct commission_find asked = { .seller_id = in->seller_id,
		.category_id = in->category_id };
	TX_SCOPE(tx, c);

	TRY(check_scope(c, in));
	TRY(add_rate(c, in));
	TRY(commission_get(c, &asked, out));
	return tx_commit(&tx);
}
