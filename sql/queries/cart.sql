-- name: cart_open
-- args: id uuid, account_id uuid
-- rows: one
insert into cart as c (id, account_id)
values ($1, $2)
on conflict on constraint cart_account_once
do update set updated_at = now()
returning c.id;

-- name: cart_by_account
-- args: account_id uuid
-- rows: maybe
select id, (extract(epoch from updated_at) * 1000000)::bigint
from cart
where account_id = $1;

-- One plan for all: with the values in sight the planner would think it over at
-- each execution.
-- name: cart_lines
-- args: account_id uuid, is_business boolean
-- rows: many
select l.id, p.id, v.id, p.name, v.sku, p.image, s.id, s.store_name, l.quantity,
	least(v.price, (
		select min(t.price)
		from price_tier t
		where t.variant_id = v.id
		and t.min_quantity <= l.quantity
		and (t.audience = 'all' or (select $2::boolean)))),
	case when p.is_listed and v.is_active then k.on_hand - k.reserved else 0 end,
	p.is_listed and v.is_active,
	p.tax_rate_bps, p.min_order_quantity
from cart c
join cart_line l on l.cart_id = c.id
join variant v on v.id = l.variant_id
join product p on p.id = v.product_id
join seller s on s.id = p.seller_id
join stock k on k.variant_id = v.id
where c.account_id = (select $1::uuid)
order by l.id;

-- What the public never saw is not there; what left the shop is, and not for sale.
-- name: cart_offers
-- args: product_id uuid, account_id uuid
-- rows: many
select v.id, p.is_listed and v.is_active, k.on_hand - k.reserved, p.min_order_quantity,
	coalesce((
		select l.quantity
		from cart_line l
		join cart c on c.id = l.cart_id
		where c.account_id = $2
		and l.variant_id = v.id), 0)
from product p
left join variant v on v.product_id = p.id and v.is_active
left join stock k on k.variant_id = v.id
where p.id = $1
and (p.status = 'approved' or (p.status = 'archived' and p.approved_at is not null))
order by v.position, v.id;

-- name: cart_offer_of_line
-- args: line_id uuid, account_id uuid
-- rows: maybe
select v.id, p.is_listed and v.is_active, k.on_hand - k.reserved, p.min_order_quantity, l.quantity
from cart_line l
join cart c on c.id = l.cart_id
join variant v on v.id = l.variant_id
join product p on p.id = v.product_id
join stock k on k.variant_id = v.id
where l.id = $1
and c.account_id = $2;

-- name: cart_line_put
-- args: id uuid, account_id uuid, variant_id uuid, quantity bigint
-- rows: none
insert into cart_line as l (id, cart_id, variant_id, quantity)
select $1, c.id, $3, $4
from cart c
where c.account_id = $2
on conflict on constraint cart_line_once
do update set quantity = excluded.quantity;

-- The next two make a change that the rules allow, or none.

-- name: cart_line_add
-- args: id uuid, account_id uuid, product_id uuid, variant_id uuid, quantity bigint, most bigint
-- rows: maybe
insert into cart_line as l (id, cart_id, variant_id, quantity)
select $1, c.id, v.id, coalesce(o.quantity, 0) + $5
from cart c
join variant v on v.id = $4 and v.product_id = $3 and v.is_active
join product p on p.id = v.product_id and p.is_listed
join stock k on k.variant_id = v.id
left join cart_line o on o.cart_id = c.id and o.variant_id = v.id
where c.account_id = $2
and coalesce(o.quantity, 0) + $5 between p.min_order_quantity
	and least($6, k.on_hand - k.reserved)
on conflict on constraint cart_line_once
do update set quantity = excluded.quantity
returning l.id;

-- name: cart_line_set
-- args: line_id uuid, account_id uuid, quantity bigint, most bigint
-- rows: maybe
update cart_line l
set quantity = $3
from cart c, variant v, product p, stock k
where l.id = $1
and c.account_id = $2
and c.id = l.cart_id
and v.id = l.variant_id
and v.is_active
and p.id = v.product_id
and p.is_listed
and k.variant_id = v.id
and $3 between p.min_order_quantity and least($4, k.on_hand - k.reserved)
returning l.id;

-- name: cart_line_remove
-- args: line_id uuid, account_id uuid
-- rows: maybe
delete from cart_line
where id = $1
and cart_id = (select c.id from cart c where c.account_id = $2)
returning id;

-- name: cart_clear
-- args: account_id uuid
-- rows: none
delete from cart_line
where cart_id = (select c.id from cart c where c.account_id = $1);
