#include "services/ledger.h"

#include "db/db.h"

void
ledger_order_captured(struct ctx *c, struct uuid order_id,
    struct uuid payment_id)
{
	db_queue(c, Q_LEDGER_ORDER_CAPTURED,
	    ARGS(A(uuid_new()), A(payment_id), A(order_id)));
	db_queue(c, Q_EARNINGS_ADD, ARGS(A(order_id)));
}

void
ledger_stray_captured(struct ctx *c, struct uuid order_id,
    struct uuid payment_id, int64_t amount)
{
	db_queue(c, Q_LEDGER_STRAY_CAPTURED,
	    ARGS(A(uuid_new()), A(payment_id), A(order_id), A(amount)));
}

void
ledger_stray_refunded(struct ctx *c, struct uuid order_id,
    struct uuid refund_id, int64_t amount)
{
	db_queue(c, Q_LEDGER_STRAY_REFUNDED,
	    ARGS(A(uuid_new()), A(refund_id), A(order_id), A(amount)));
}

void
ledger_cod_captured(struct ctx *c, struct uuid order_id,
    struct uuid seller_order_id)
{
	db_queue(c, Q_LEDGER_COD_CAPTURED,
	    ARGS(A(uuid_new()), A(seller_order_id), A(order_id)));
	db_queue(c, Q_EARNING_ADD_OF_PART, ARGS(A(seller_order_id)));
}

void
ledger_settled(struct ctx *c, struct uuid settlement_id)
{
	db_queue(c, Q_LEDGER_SETTLED, ARGS(A(uuid_new()), A(settlement_id)));
}

void
ledger_refunded(struct ctx *c, struct uuid order_id, struct uuid refund_id,
    bool cod)
{
	db_queue(c, Q_LEDGER_REFUNDED,
	    ARGS(A(uuid_new()), A(refund_id), A(order_id),
		A(cod ? "cod_clearing" : "gateway_clearing")));
	db_queue(c, Q_EARNINGS_ADD_OF_REFUND, ARGS(A(refund_id)));
}

void
ledger_refund_failed(struct ctx *c, struct uuid order_id,
    struct uuid refund_id)
{
	db_queue(c, Q_LEDGER_REFUND_FAILED,
	    ARGS(A(uuid_new()), A(refund_id), A(order_id)));
	db_queue(c, Q_EARNINGS_RETURN_OF_REFUND, ARGS(A(refund_id)));
}
