-- fragment: orders_all
-- args: none
from orders t
where true

-- fragment: orders_paid_so
-- args: payment_status text
and t.payment_status = $1

-- fragment: orders_with_seller
-- args: seller_id uuid
and t.id in (select order_id from seller_order where seller_id = $1)

-- fragment: orders_by_buyer
-- args: account_id uuid
and t.account_id = $1

-- fragment: orders_numbered
-- args: pattern text
and t.number like upper($1)

-- fragment: orders_of_accounts_like
-- args: pattern text
and t.account_id in (
	select a.id
	from account a
	where lower(a.email || ' ' || a.full_name || ' ' || coalesce(a.company_name, ''))
		like lower($1))

-- fragment: orders_from
-- args: day text, zone text
and t.placed_at >= ($1::date)::timestamp at time zone $2

-- fragment: orders_to
-- args: day text, zone text
and t.placed_at < ($1::date + 1)::timestamp at time zone $2

-- Lists of days are in the order of the days, so that they begin where the days do: ids
-- have the same order, but nobody can tell a day from them.

-- fragment: orders_placed_first
-- args: none
order by t.placed_at, t.id

-- fragment: orders_placed_last
-- args: none
order by t.placed_at desc, t.id desc

-- fragment: orders_placed_after
-- args: placed_us bigint, id uuid
and (t.placed_at, t.id) > (
	(select 'epoch'::timestamptz + $1::bigint * interval '1 microsecond'), (select $2::uuid))

-- fragment: orders_placed_before
-- args: placed_us bigint, id uuid
and (t.placed_at, t.id) < (
	(select 'epoch'::timestamptz + $1::bigint * interval '1 microsecond'), (select $2::uuid))

-- name: order_for_admin
-- args: id uuid, number text
-- rows: maybe
select id, number, status, payment_status, payment_method, currency, subtotal, discount_total,
	shipping_total, tax_total, total, shipping_address, billing_address,
	purchase_order_number, notes, (extract(epoch from placed_at) * 1000000)::bigint,
	(extract(epoch from expires_at) * 1000000)::bigint
from orders
where id = $1
or number = $2;

-- name: order_buyer
-- args: order_id uuid
-- rows: one
select a.id, a.email, a.full_name
from orders o
join account a on a.id = o.account_id
where o.id = $1;

-- In the order of order_items_of_order.
-- name: order_commissions
-- args: order_id uuid
-- rows: many
select commission_rate_bps, commission_scope, commission_amount
from order_item
where order_id = $1
order by position;

-- name: order_payments
-- args: order_id uuid
-- rows: many
select id, order_id, provider, provider_order_id, provider_payment_id, amount, refunded_amount,
	currency, method, status, failure_reason,
	(extract(epoch from created_at) * 1000000)::bigint,
	(extract(epoch from captured_at) * 1000000)::bigint
from payment
where order_id = $1
order by id;

-- name: order_refunds
-- args: order_id uuid
-- rows: many
select id, order_id, (select o.number from orders o where o.id = order_id), seller_order_id,
	payment_id, amount, currency, reason, status, requested_by,
	(extract(epoch from created_at) * 1000000)::bigint,
	(extract(epoch from processed_at) * 1000000)::bigint
from refund
where order_id = $1
order by id;

-- name: order_refund_items
-- args: order_id uuid
-- rows: many
select i.refund_id, i.order_item_id, i.quantity, i.amount
from refund r
join refund_item i on i.refund_id = r.id
where r.order_id = $1
order by i.refund_id, i.order_item_id;

-- name: order_postings
-- args: order_id uuid
-- rows: many
select overlay(j.id::text placing lpad(to_hex(p.line), 4, '0') from 33)::uuid, j.id, j.kind, j.ref,
	p.account, p.amount, j.currency, (extract(epoch from j.created_at) * 1000000)::bigint
from journal j
join posting p on p.journal_id = j.id
where j.order_id = $1
order by j.created_at, j.id, p.line;

-- name: order_steps
-- args: order_id uuid
-- rows: many
select e.seller_order_id, s.number, e.from_status, e.status,
	(extract(epoch from e.at) * 1000000)::bigint, e.actor_role, e.note
from order_event e
left join seller_order s on s.id = e.seller_order_id
where e.order_id = $1
order by e.at, e.id;

-- fragment: orders_below
-- args: total bigint, id uuid
and (t.total, t.id) < ($1::bigint, $2::uuid)

-- fragment: orders_above
-- args: total bigint, id uuid
and (t.total, t.id) > ($1::bigint, $2::uuid)

-- fragment: orders_largest
-- args: none
order by t.total desc, t.id desc

-- fragment: orders_smallest
-- args: none
order by t.total, t.id
