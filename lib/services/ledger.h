/*
 * ledger.h: double entry, append-only.
 *
 * A journal says what happened (kind) to what (ref) and is written once: a
 * repeat changes nothing.  Its postings sum to zero, which the database
 * checks at commit.  Debit is positive.  Accounts:
 *
 *   gateway_clearing, cod_clearing   money with the provider, the carrier
 *   buyer_refunds                    money that belongs back to buyers
 *   commission                       what the marketplace earns
 *   seller_pending, seller_payable   what sellers are owed, before and after
 *                                    the return window
 *   bank                             money paid out
 *
 * All functions only queue; call them inside the transaction of the event.
 */
#ifndef HAAT_SERVICES_LEDGER_H
#define HAAT_SERVICES_LEDGER_H

#include "core/ctx.h"

/* A payment of the whole order was captured (ref: the payment): clearing is
 * debited, each sub-order's seller and the commission credited, and the
 * earnings are recorded.  What was cancelled before is to be refunded. */
void ledger_order_captured(struct ctx *c, struct uuid order_id,
    struct uuid payment_id);

/* Money came for which there is no order (any more): it is the buyer's. */
void ledger_stray_captured(struct ctx *c, struct uuid order_id,
    struct uuid payment_id, int64_t amount);
void ledger_stray_refunded(struct ctx *c, struct uuid order_id,
    struct uuid refund_id, int64_t amount);

/* Cash of a sub-order was collected at delivery (ref: the sub-order). */
void ledger_cod_captured(struct ctx *c, struct uuid order_id,
    struct uuid seller_order_id);

/* A settlement was transferred (ref: the settlement). */
void ledger_settled(struct ctx *c, struct uuid settlement_id);

/* A refund's lines were paid back: sellers and commission in proportion. */
void ledger_refunded(struct ctx *c, struct uuid order_id,
    struct uuid refund_id, bool cod);

/* A refund that was booked failed after all: the same with other signs; what
 * has become payable or was settled since is given back there. */
void ledger_refund_failed(struct ctx *c, struct uuid order_id,
    struct uuid refund_id);

#endif
