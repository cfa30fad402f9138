-- name: order_lock
-- args: id uuid
-- rows: maybe
select account_id, number, status, payment_status, payment_method, total
from orders
where id = $1
for update;

-- name: order_lock_of_buyer
-- args: id uuid, account_id uuid
-- rows: maybe
select account_id, number, status, payment_status, payment_method, total
from orders
where id = $1
and account_id = $2
for update;

-- name: order_set_paid
-- args: id uuid
-- rows: none
update orders
set status = 'confirmed', payment_status = 'paid', paid_at = now(), expires_at = null,
	cancelled_at = null, cancel_reason = null, updated_at = now()
where id = $1;

-- name: order_set_payment_failed
-- args: id uuid
-- rows: none
update orders
set payment_status = 'failed', updated_at = now()
where id = $1
and status = 'pending_payment'
and payment_status = 'unpaid';

-- name: order_set_cancelled
-- args: id uuid, reason text
-- rows: none
update orders
set status = 'cancelled', cancelled_at = now(), cancel_reason = $2, updated_at = now()
where id = $1;

-- By its own payment: what came twice is none of the order's.
-- name: order_set_refund_state
-- args: id uuid
-- rows: none
update orders o
set payment_status = case when p.refunded = 0 then 'paid'
	when p.refunded >= p.captured then 'refunded'
	else 'partially_refunded' end, updated_at = now()
from (
	select sum(captured_amount) as captured, sum(refunded_amount) as refunded
	from payment
	where order_id = $1
	and is_live) p
where o.id = $1
and p.captured > 0;

-- name: seller_orders_move
-- args: order_id uuid, from_status text, status text
-- rows: none
update seller_order
set status = $3,
	cancelled_at = case when $3 = 'cancelled' then now() end,
	updated_at = now()
where order_id = $1
and ($2::text is null or status = $2)
and status <> $3
and not (status = 'cancelled' and cancelled_by_seller(order_id, id));

-- One event for each part that is about to move.
-- name: seller_order_events_add
-- args: order_id uuid, from_status text, status text, actor_id uuid, actor_role text, note text
-- rows: none
insert into order_event
	(id, order_id, seller_order_id, from_status, status, at, actor_id, actor_role, note)
select gen_random_uuid(), order_id, id, status, $3, clock_timestamp(), $4, $5, $6
from seller_order
where order_id = $1
and ($2::text is null or status = $2)
and status <> $3
and not (status = 'cancelled' and cancelled_by_seller(order_id, id));

-- name: seller_orders_shipped_of_order
-- args: order_id uuid
-- rows: one
select count(*)
from seller_order
where order_id = $1
and status in ('shipped', 'delivered');

-- Who called off an own part has no more to do with the order.
-- name: seller_owners_of_order
-- args: order_id uuid
-- rows: many
select o.id, o.number, o.total, s.account_id, s.store_name
from seller_order o
join seller s on s.id = o.seller_id
where o.order_id = $1
and not cancelled_by_seller(o.order_id, o.id)
order by o.number;

-- Parts that were cancelled, while their order goes on.
-- name: seller_orders_cancelled_of_order
-- args: order_id uuid
-- rows: many
select id
from seller_order
where order_id = $1
and status = 'cancelled'
order by number;

-- name: reservations_keep
-- args: order_id uuid
-- rows: none
update reservation
set expires_at = null
where order_id = $1
and state = 'held';

-- name: reservations_of_order
-- args: order_id uuid
-- rows: many
select variant_id, sum(quantity)::bigint
from reservation
where order_id = $1
and state = 'held'
group by variant_id
order by variant_id;

-- Parts that their sellers cancelled do not come back.
-- name: reservations_to_revive
-- args: order_id uuid
-- rows: many
select r.variant_id, sum(r.quantity)::bigint
from reservation r
join order_item i on i.id = r.order_item_id
where r.order_id = $1
and r.state = 'released'
and not cancelled_by_seller(i.order_id, i.seller_order_id)
group by r.variant_id
order by r.variant_id;

-- name: reservations_release
-- args: order_id uuid
-- rows: none
update reservation
set state = 'released', closed_at = now()
where order_id = $1
and state = 'held';

-- name: reservations_revive
-- args: order_id uuid
-- rows: none
update reservation r
set state = 'held', closed_at = null, expires_at = null
from order_item i
where r.order_id = $1
and r.state = 'released'
and i.id = r.order_item_id
and not cancelled_by_seller(i.order_id, i.seller_order_id);

-- name: stock_try_reserve
-- args: variant_id uuid, quantity bigint
-- rows: none
update stock
set reserved = reserved + $2
where variant_id = $1
and on_hand - reserved >= $2;

-- As stock_reserve does it, for stock that the order has taken again: as much of it
-- as reservations_to_revive says.
-- name: stock_note_low
-- args: order_id uuid, low_id uuid, low bigint
-- rows: none
update stock s
set low_id = $2
from reservation r
join order_item i on i.id = r.order_item_id
where r.order_id = $1
and r.state = 'released'
and not cancelled_by_seller(i.order_id, i.seller_order_id)
and s.variant_id = r.variant_id
and s.low_id is null
and s.on_hand - s.reserved <= $3
and s.on_hand - s.reserved + r.quantity > $3;

-- name: stock_unreserve
-- args: variant_id uuid, quantity bigint
-- rows: none
update stock
set reserved = reserved - $2
where variant_id = $1;

-- name: orders_to_expire
-- args: skip bigint, rows bigint
-- rows: many
select id
from orders
where status = 'pending_payment'
and expires_at < now()
order by expires_at, id
offset $1
limit $2;

-- name: order_expired_now
-- args: id uuid
-- rows: one
select count(*)
from orders
where id = $1
and status = 'pending_payment'
and expires_at < now();
