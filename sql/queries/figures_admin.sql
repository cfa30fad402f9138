-- Figures of the whole shop: days as they are kept, and those of the list live as
-- they are. See figures.sql.

-- name: shop_sales
-- args: from_day bigint, to_day bigint, live text, time_zone text
-- rows: many
select day, orders, units, gross, refunds, commission
from sales_day
where seller_id is null
and day between $1::bigint::integer and $2::bigint::integer
and day <> all ($3::text::integer[])
union all
select l.day, e.orders, e.units, e.gross, e.refunds, e.commission
from unnest($3::text::integer[]) as l (day)
cross join lateral (
	select count(distinct o.order_id) filter (where e.refund_id is null) as orders,
		coalesce(sum(u.units), 0)::bigint as units,
		coalesce(sum(e.gross) filter (where e.refund_id is null), 0)::bigint as gross,
		coalesce(-sum(e.gross) filter (where e.refund_id is not null), 0)::bigint as refunds,
		coalesce(sum(e.commission), 0)::bigint as commission
	from earning e
	join seller_order o on o.id = e.seller_order_id
	left join lateral (
		select sum(i.quantity) as units
		from order_item i
		where i.seller_order_id = e.seller_order_id
		and e.refund_id is null) u on true
	where e.created_at >= day_start(l.day, $4)
	and e.created_at < day_start(l.day + 1, $4)) e;

-- name: shop_orders_by_day
-- args: from_day bigint, to_day bigint, live text, time_zone text
-- rows: many
select day, status, orders
from order_day
where seller_id is null
and day between $1::bigint::integer and $2::bigint::integer
and day <> all ($3::text::integer[])
union all
select l.day, o.status, o.orders
from unnest($3::text::integer[]) as l (day)
cross join lateral (
	select status, count(*) as orders
	from orders
	where placed_at >= day_start(l.day, $4)
	and placed_at < day_start(l.day + 1, $4)
	group by status) o;

-- name: shop_top_products
-- args: months text, days text, less text, live text, time_zone text, rows bigint
-- rows: many
select t.product_id, p.name, t.units, t.revenue
from (
	select product_id, sum(units)::bigint as units, sum(revenue)::bigint as revenue
	from (
		select product_id, units, revenue
		from product_month
		where month = any ($1::text::integer[])
		union all
		select product_id, units, revenue
		from product_day
		where day = any ($2::text::integer[])
		union all
		select product_id, -units, -revenue
		from product_day
		where day = any ($3::text::integer[])
		union all
		select i.product_id, i.quantity, i.line_total - i.discount
		from unnest($4::text::integer[]) as l (day)
		join earning e on e.created_at >= day_start(l.day, $5)
		and e.created_at < day_start(l.day + 1, $5)
		join order_item i on i.seller_order_id = e.seller_order_id
		where e.refund_id is null) sold
	group by product_id
	having sum(units) > 0
	order by revenue desc, units desc, product_id
	limit $6) t
join product p on p.id = t.product_id
order by t.revenue desc, t.units desc, t.product_id;

-- What some products sold, in the order of the list; zeros where nothing.
-- name: shop_products_sold
-- args: product_ids text, months text, days text, less text, live text, time_zone text
-- rows: many
select coalesce(sum(s.units), 0)::bigint, coalesce(sum(s.revenue), 0)::bigint
from unnest($1::text::uuid[]) with ordinality as p (id, place)
left join lateral (
	select units, revenue
	from product_month
	where product_id = p.id
	and month = any ($2::text::integer[])
	union all
	select units, revenue
	from product_day
	where product_id = p.id
	and day = any ($3::text::integer[])
	union all
	select -units, -revenue
	from product_day
	where product_id = p.id
	and day = any ($4::text::integer[])
	union all
	select i.quantity, i.line_total - i.discount
	from unnest($5::text::integer[]) as l (day)
	join earning e on e.created_at >= day_start(l.day, $6)
	and e.created_at < day_start(l.day + 1, $6)
	join order_item i on i.seller_order_id = e.seller_order_id
	where e.refund_id is null
	and i.product_id = p.id) s on true
group by p.place
order by p.place;

-- What waits now, whatever the period. What is not on sale is looked for, since it is
-- little: so both tables are read from indexes that have them.
-- name: shop_waiting
-- args: low_stock bigint
-- rows: one
select (
		select count(*)
		from seller_order
		where status = 'pending'), (
		select count(distinct v.product_id)
		from stock s
		join variant v on v.id = s.variant_id
		where s.on_hand - s.reserved <= $1
		and not exists (
			select from variant x
			where x.id = v.id
			and not x.is_active)
		and not exists (
			select from product p
			where p.id = v.product_id
			and p.status <> 'approved'));

-- name: shop_accounts
-- args: from_day bigint, to_day bigint, live text, time_zone text
-- rows: many
select day, accounts
from account_day
where day between $1::bigint::integer and $2::bigint::integer
and day <> all ($3::text::integer[])
union all
select l.day, a.accounts
from unnest($3::text::integer[]) as l (day)
cross join lateral (
	select count(*) as accounts
	from account
	where created_at >= day_start(l.day, $4)
	and created_at < day_start(l.day + 1, $4)) a;

-- All there were at the end of a day: of closed days as they are kept, but for
-- those of the list.
-- name: shop_accounts_until
-- args: to_day bigint, closed bigint, marked text, time_zone text
-- rows: one
select (
		select coalesce(sum(accounts), 0)::bigint
		from account_day
		where day <= least($1::bigint, $2::bigint)
		and day <> all ($3::text::integer[])) + (
		select count(*)
		from unnest($3::text::integer[]) as l (day)
		join account a on a.created_at >= day_start(l.day, $4)
		and a.created_at < day_start(l.day + 1, $4)
		where l.day <= least($1::bigint, $2::bigint)) + (
		select count(*)
		from account
		where created_at >= day_start($2::bigint::integer + 1, $4)
		and created_at < day_start($1::bigint::integer + 1, $4));

-- Who ordered in a period: of closed days as they are kept, and those of the days
-- after them who had not ordered before in it.
-- name: shop_buyers
-- args: from_day bigint, to_day bigint, closed bigint, time_zone text
-- rows: one
select (
		select coalesce(sum(buyers), 0)::bigint
		from buyer_day
		where day between $1::bigint::integer and least($2::bigint, $3::bigint)
		and previous_day < $1::bigint) + (
		select count(*)
		from (
			select account_id
			from orders
			where placed_at >= day_start(greatest($1::bigint, $3::bigint + 1)::integer, $4)
			and placed_at < day_start($2::bigint::integer + 1, $4)
			group by account_id) b
		where not exists (
			select from orders o
			where o.account_id = b.account_id
			and o.placed_at >= day_start($1::bigint::integer, $4)
			and o.placed_at < day_start($3::bigint::integer + 1, $4)));
