-- What the buyer calls an address ("Home") is not the seller's to know.
-- fragment: seller_order_columns
-- args: none
select t.id, t.order_id, t.number, t.status, t.seller_id,
	(select s.store_name from seller s where s.id = t.seller_id), t.currency, t.subtotal,
	t.discount_total, t.shipping_total, t.tax_total, t.total, t.tracking,
	(extract(epoch from t.placed_at) * 1000000)::bigint, o.shipping_address ->> 'full_name',
	o.shipping_address || '{"label": null}'

-- fragment: seller_orders_of_seller
-- args: seller_id uuid
from seller_order t
cross join lateral (select shipping_address from orders where id = t.order_id) o
where t.seller_id = $1

-- fragment: seller_orders_with_status
-- args: status text
and t.status = $1

-- name: seller_order_of_seller
-- args: id uuid, seller_id uuid
-- rows: many
select t.id, t.order_id, t.number, t.status, t.seller_id, s.store_name, t.currency, t.subtotal,
	t.discount_total, t.shipping_total, t.tax_total, t.total, t.tracking,
	(extract(epoch from t.placed_at) * 1000000)::bigint, o.shipping_address ->> 'full_name',
	o.shipping_address || '{"label": null}'
from seller_order t
join seller s on s.id = t.seller_id
join orders o on o.id = t.order_id
where t.id = $1
and t.seller_id = $2;

-- name: order_items_of_parts
-- args: ids text
-- rows: many
select seller_order_id, id, product_id, variant_id, name, sku, image, quantity,
	refunded_quantity, unit_price, tax_rate_bps, cgst, sgst, igst, line_total
from order_item
where seller_order_id = any ($1::text::uuid[])
order by seller_order_id, position;

-- The caller's part of an order, before the order is locked.
-- name: order_of_seller_order
-- args: id uuid, seller_id uuid
-- rows: maybe
select order_id
from seller_order
where id = $1
and seller_id = $2;

-- name: seller_order_step_from
-- args: id uuid
-- rows: one
select o.status, o.number, o.total, s.store_name
from seller_order o
join seller s on s.id = o.seller_id
where o.id = $1;

-- name: seller_order_set_status
-- args: id uuid, status text, tracking jsonb
-- rows: none
update seller_order
set status = $2,
	tracking = coalesce($3, tracking),
	shipped_at = case when $2 = 'shipped' then now() else shipped_at end,
	delivered_at = case when $2 = 'delivered' then now() else delivered_at end,
	cancelled_at = case when $2 = 'cancelled' then now() else cancelled_at end,
	updated_at = now()
where id = $1;

-- How far the parts of an order are.
-- name: seller_orders_tally
-- args: order_id uuid
-- rows: one
select count(*) filter (where status <> 'cancelled'),
	count(*) filter (where status in ('packed', 'shipped', 'delivered')),
	count(*) filter (where status in ('shipped', 'delivered')),
	count(*) filter (where status = 'delivered')
from seller_order
where order_id = $1;

-- name: order_set_status
-- args: id uuid, status text
-- rows: none
update orders
set status = $2, updated_at = now()
where id = $1;

-- What a part still holds, by variant.
-- name: reservations_of_part
-- args: seller_order_id uuid
-- rows: many
select r.variant_id, sum(r.quantity)::bigint
from order_item i
join reservation r on r.order_item_id = i.id
where i.seller_order_id = $1
and r.state = 'held'
group by r.variant_id
order by r.variant_id;

-- name: reservations_close_of_part
-- args: seller_order_id uuid, state text
-- rows: none
update reservation r
set state = $2, closed_at = now()
from order_item i
where i.seller_order_id = $1
and r.order_item_id = i.id
and r.state = 'held';

-- name: stock_ship
-- args: variant_id uuid, quantity bigint
-- rows: none
update stock
set on_hand = on_hand - $2, reserved = reserved - $2
where variant_id = $1;

-- The return window is promised at delivery.
-- name: earnings_set_maturity
-- args: seller_order_id uuid, window_days bigint
-- rows: none
update earning
set matures_at = now() + make_interval(days => $2::bigint::integer)
where seller_order_id = $1
and matured_at is null;

-- name: payment_add_cod_capture
-- args: order_id uuid, amount bigint
-- rows: none
update payment
set captured_amount = captured_amount + $2, captured_at = coalesce(captured_at, now()),
	updated_at = now()
where order_id = $1
and provider = 'cod'
and is_live;

-- An order by cash on delivery is paid once all that is not cancelled is delivered.
-- name: payment_set_cod_state
-- args: order_id uuid
-- rows: none
update payment
set status = case when refunded_amount = 0 then 'captured'
		when refunded_amount >= captured_amount then 'refunded'
		else 'partially_refunded' end,
	updated_at = now()
where order_id = $1
and provider = 'cod'
and is_live
and captured_amount > 0
and not exists (
	select from seller_order o
	where o.order_id = $1
	and o.status not in ('delivered', 'cancelled'));

-- name: order_set_cod_state
-- args: id uuid
-- rows: none
update orders o
set payment_status = case p.status when 'captured' then 'paid' else p.status end,
	paid_at = coalesce(o.paid_at, now()), updated_at = now()
from payment p
where o.id = $1
and p.order_id = o.id
and p.provider = 'cod'
and p.is_live
and p.status in ('captured', 'partially_refunded', 'refunded')
and not exists (
	select from seller_order s
	where s.order_id = $1
	and s.status not in ('delivered', 'cancelled'));
