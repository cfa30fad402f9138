-- name: order_cart_lock
-- args: account_id uuid
-- rows: maybe
select id
from cart
where account_id = $1
for update;

-- name: order_next_number
-- args: none
-- rows: one
select nextval('order_number');

-- One plan for all: with the values in sight the planner would think it over at
-- each execution.
-- name: order_cart_lines
-- args: account_id uuid, is_business boolean
-- rows: many
select l.id, p.id, v.id, p.category_id, s.id, s.store_name, s.state_code, p.name, v.sku, p.image,
	p.hsn_code, l.quantity,
	least(v.price, (
		select min(t.price)
		from price_tier t
		where t.variant_id = v.id
		and t.min_quantity <= l.quantity
		and (t.audience = 'all' or (select $2::boolean)))),
	k.on_hand - k.reserved,
	p.is_listed and v.is_active,
	p.tax_rate_bps, p.min_order_quantity, m.rate_bps, m.scope
from cart c
join cart_line l on l.cart_id = c.id
join variant v on v.id = l.variant_id
join product p on p.id = v.product_id
join seller s on s.id = p.seller_id
join stock k on k.variant_id = v.id
cross join lateral commission_at(p.seller_id, p.category_id, now()) m
where c.account_id = (select $1::uuid)
order by l.id;

-- name: order_add
-- args: id uuid, number text, account_id uuid, status text, payment_method text, subtotal bigint, discount_total bigint, shipping_total bigint, tax_total bigint, total bigint, shipping_address jsonb, billing_address jsonb, purchase_order_number text, notes text, placed_at timestamptz, expires_at timestamptz, idem_principal text, idem_key text
-- rows: none
insert into orders
	(id, number, account_id, status, payment_method, subtotal, discount_total,
	shipping_total, tax_total, total, shipping_address, billing_address,
	purchase_order_number, notes, placed_at, expires_at, idem_principal, idem_key)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18);

-- name: seller_order_add
-- args: id uuid, order_id uuid, seller_id uuid, number text, status text, subtotal bigint, discount_total bigint, shipping_total bigint, tax_total bigint, total bigint, commission_total bigint, placed_at timestamptz
-- rows: none
insert into seller_order
	(id, order_id, seller_id, number, status, subtotal, discount_total, shipping_total,
	tax_total, total, commission_total, placed_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: order_item_add
-- args: id uuid, order_id uuid, seller_order_id uuid, position integer, product_id uuid, variant_id uuid, category_id uuid, name text, sku text, image text, hsn_code text, quantity bigint, unit_price bigint, line_total bigint, tax_rate_bps integer, cgst bigint, sgst bigint, igst bigint, tax_total bigint, commission_rate_bps integer, commission_scope text, commission_amount bigint
-- rows: none
insert into order_item
	(id, order_id, seller_order_id, position, product_id, variant_id, category_id, name, sku,
	image, hsn_code, quantity, unit_price, line_total, tax_rate_bps, cgst, sgst, igst,
	tax_total, commission_rate_bps, commission_scope, commission_amount)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
	$20, $21, $22);

-- name: reservation_add
-- args: order_item_id uuid, order_id uuid, variant_id uuid, quantity bigint, expires_at timestamptz
-- rows: none
insert into reservation (order_item_id, order_id, variant_id, quantity, expires_at)
values ($1, $2, $3, $4, $5);

-- name: order_event_add
-- args: id uuid, order_id uuid, seller_order_id uuid, from_status text, status text, at timestamptz, actor_id uuid, actor_role text, note text
-- rows: none
insert into order_event
	(id, order_id, seller_order_id, from_status, status, at, actor_id, actor_role, note)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: payment_add_cod
-- args: id uuid, order_id uuid, account_id uuid, amount bigint
-- rows: none
insert into payment (id, order_id, account_id, provider, amount, method, status)
values ($1, $2, $3, 'cod', $4, 'cod', 'created');

-- The guard against selling twice is the check stock_reserved_fits. Where the
-- stock becomes low by it, that moment is noted, unless one is since the restock.
-- name: stock_reserve
-- args: variant_id uuid, quantity bigint, low_id uuid, low bigint
-- rows: none
update stock
set reserved = reserved + $2,
	low_id = case when low_id is null
		and on_hand - reserved > $4
		and on_hand - reserved - $2 <= $4 then $3 else low_id end
where variant_id = $1;

-- fragment: order_columns
-- args: none
select t.id, t.number, t.status, t.payment_status, t.payment_method, t.currency, t.subtotal,
	t.discount_total, t.shipping_total, t.tax_total, t.total, t.shipping_address,
	t.billing_address, t.purchase_order_number, t.notes,
	(extract(epoch from t.placed_at) * 1000000)::bigint,
	(extract(epoch from t.expires_at) * 1000000)::bigint

-- fragment: orders_of_account
-- args: account_id uuid
from orders t
where t.account_id = $1

-- fragment: orders_with_status
-- args: status text
and t.status = $1

-- name: order_by_id
-- args: id uuid, account_id uuid
-- rows: maybe
select id, number, status, payment_status, payment_method, currency, subtotal, discount_total,
	shipping_total, tax_total, total, shipping_address, billing_address,
	purchase_order_number, notes, (extract(epoch from placed_at) * 1000000)::bigint,
	(extract(epoch from expires_at) * 1000000)::bigint
from orders
where id = $1
and account_id = $2;

-- name: order_by_number
-- args: number text, account_id uuid
-- rows: maybe
select id, number, status, payment_status, payment_method, currency, subtotal, discount_total,
	shipping_total, tax_total, total, shipping_address, billing_address,
	purchase_order_number, notes, (extract(epoch from placed_at) * 1000000)::bigint,
	(extract(epoch from expires_at) * 1000000)::bigint
from orders
where number = $1
and account_id = $2;

-- name: seller_orders_of_order
-- args: order_id uuid
-- rows: many
select o.id, o.order_id, o.number, o.status, s.id, s.store_name, o.currency, o.subtotal,
	o.discount_total, o.shipping_total, o.tax_total, o.total, o.tracking,
	(extract(epoch from o.placed_at) * 1000000)::bigint
from seller_order o
join seller s on s.id = o.seller_id
where o.order_id = $1
order by o.number;

-- name: order_items_of_order
-- args: order_id uuid
-- rows: many
select seller_order_id, id, product_id, variant_id, name, sku, image, quantity,
	refunded_quantity, unit_price, tax_rate_bps, cgst, sgst, igst, line_total
from order_item
where order_id = $1
order by position;

-- name: order_events_of_order
-- args: order_id uuid
-- rows: many
select status, (extract(epoch from at) * 1000000)::bigint, note
from order_event
where order_id = $1
and seller_order_id is null
order by id;
