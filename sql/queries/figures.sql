-- Figures of days: what the job rollup keeps, and what is read. Days are numbers
-- from 1970-01-01; see the migration that made the tables.

-- name: figures_state
-- args: time_zone text
-- rows: maybe
select closed
from figures_state
where time_zone = $1;

-- The first day with anything in it, counted or not; null for none.
-- name: figures_first
-- args: time_zone text
-- rows: one
select least(day_number((select min(created_at) from earning), $1),
	day_number((select min(created_at) from account), $1), (select min(day) from account_day),
	day_number((select min(placed_at) from orders), $1), (select min(day) from sales_day),
	(select min(day) from order_day));

-- name: figures_last_closable
-- args: time_zone text, margin_secs bigint
-- rows: one
select day_number(now() - make_interval(secs => $2::bigint), $1) - 1;

-- name: figures_set_closed
-- args: time_zone text, day bigint
-- rows: none
insert into figures_state (time_zone, closed)
values ($1, $2::bigint::integer)
on conflict on constraint figures_state_pk
do update set time_zone = excluded.time_zone, closed = excluded.closed;

-- name: figures_marked_days
-- args: time_zone text, up_to bigint
-- rows: many
select distinct day_number(at, $1) as day
from figures_mark
where at < day_start($2::bigint::integer + 1, $1)
and what <> 'buyers'
order by day;

-- name: figures_drop_marks
-- args: time_zone text, day bigint
-- rows: none
delete from figures_mark
where at >= day_start($2::bigint::integer, $1)
and at < day_start($2::bigint::integer + 1, $1)
and what <> 'buyers';

-- Days that are not closed need none: they will be counted whole.
-- name: figures_drop_early_marks
-- args: time_zone text, closed bigint
-- rows: none
delete from figures_mark
where at >= day_start($2::bigint::integer + 1, $1);

-- name: figures_count_sales
-- args: time_zone text, day bigint
-- rows: none
with fresh as (
	select e.seller_id,
		count(distinct o.order_id) filter (where e.refund_id is null) as orders,
		coalesce(sum(u.units), 0)::bigint as units,
		coalesce(sum(e.gross) filter (where e.refund_id is null), 0)::bigint as gross,
		coalesce(-sum(e.gross) filter (where e.refund_id is not null), 0)::bigint as refunds,
		sum(e.commission)::bigint as commission
	from earning e
	join seller_order o on o.id = e.seller_order_id
	left join lateral (
		select sum(i.quantity) as units
		from order_item i
		where i.seller_order_id = e.seller_order_id
		and e.refund_id is null) u on true
	where e.created_at >= day_start($2::bigint::integer, $1)
	and e.created_at < day_start($2::bigint::integer + 1, $1)
	group by grouping sets ((e.seller_id), ())
	having count(*) > 0),
gone as (
	delete from sales_day d
	where d.day = $2::bigint::integer
	and not exists (select from fresh f where f.seller_id is not distinct from d.seller_id))
insert into sales_day as d (seller_id, day, orders, units, gross, refunds, commission)
select seller_id, $2::bigint::integer, orders, units, gross, refunds, commission
from fresh
on conflict on constraint sales_day_once
do update set orders = excluded.orders, units = excluded.units, gross = excluded.gross,
	refunds = excluded.refunds, commission = excluded.commission
where (d.orders, d.units, d.gross, d.refunds, d.commission)
	is distinct from (excluded.orders, excluded.units, excluded.gross, excluded.refunds,
	excluded.commission);

-- name: figures_count_orders
-- args: time_zone text, day bigint
-- rows: none
with part as (
	select s.seller_id, s.order_id, s.status, o.status as whole
	from seller_order s
	join orders o on o.id = s.order_id
	where s.placed_at >= day_start($2::bigint::integer, $1)
	and s.placed_at < day_start($2::bigint::integer + 1, $1)),
fresh as (
	select seller_id, status, count(*) as orders
	from part
	group by seller_id, status
	union all
	select null, whole, count(distinct order_id)
	from part
	group by whole),
gone as (
	delete from order_day d
	where d.day = $2::bigint::integer
	and not exists (
		select from fresh f
		where f.seller_id is not distinct from d.seller_id
		and f.status = d.status))
insert into order_day as d (seller_id, day, status, orders)
select seller_id, $2::bigint::integer, status, orders
from fresh
on conflict on constraint order_day_once
do update set orders = excluded.orders
where d.orders <> excluded.orders;

-- What changed of the day changes its month by as much: the work is a day's, however
-- long the month is already. A full join is never a nested loop, whatever is known of
-- tables that have just been filled.
-- name: figures_count_products
-- args: time_zone text, day bigint
-- rows: none
with fresh as (
	select e.seller_id, i.product_id, sum(i.quantity)::bigint as units,
		sum(i.line_total - i.discount)::bigint as revenue
	from earning e
	join order_item i on i.seller_order_id = e.seller_order_id
	where e.refund_id is null
	and e.created_at >= day_start($2::bigint::integer, $1)
	and e.created_at < day_start($2::bigint::integer + 1, $1)
	group by e.seller_id, i.product_id),
changed as (
	select coalesce(f.seller_id, d.seller_id) as seller_id,
		coalesce(f.product_id, d.product_id) as product_id,
		coalesce(f.units, 0) - coalesce(d.units, 0) as more_units,
		coalesce(f.revenue, 0) - coalesce(d.revenue, 0) as more_revenue, f.units, f.revenue
	from fresh f
	full join (
		select seller_id, product_id, units, revenue
		from product_day
		where day = $2::bigint::integer) d
	on d.seller_id = f.seller_id
	and d.product_id = f.product_id
	where (f.units, f.revenue) is distinct from (d.units, d.revenue)),
gone as (
	delete from product_day d
	using changed c
	where c.units is null
	and d.seller_id = c.seller_id
	and d.day = $2::bigint::integer
	and d.product_id = c.product_id),
month as (
	insert into product_month as d (seller_id, month, product_id, units, revenue)
	select seller_id,
		date_trunc('month', date '1970-01-01' + $2::bigint::integer)::date - date '1970-01-01',
		product_id, more_units, more_revenue
	from changed
	on conflict on constraint product_month_pk
	do update set units = d.units + excluded.units, revenue = d.revenue + excluded.revenue)
insert into product_day as d (seller_id, day, product_id, units, revenue)
select seller_id, $2::bigint::integer, product_id, units, revenue
from changed
where units is not null
on conflict on constraint product_day_pk
do update set units = excluded.units, revenue = excluded.revenue;

-- Products whose last day of a month went.
-- name: figures_drop_unsold
-- args: month bigint
-- rows: none
delete from product_month
where month = $1::bigint::integer
and units = 0;

-- name: figures_count_tax
-- args: time_zone text, day bigint
-- rows: none
with fresh as (
	select place_of_supply(o.shipping_address ->> 'state') as place_of_supply, l.hsn_code, l.tax_rate_bps,
		sum(l.units)::bigint as units, sum(l.gross)::bigint as gross, sum(l.cgst)::bigint as cgst,
		sum(l.sgst)::bigint as sgst, sum(l.igst)::bigint as igst,
		sum(l.refunds)::bigint as refunds, sum(l.igst_refunded)::bigint as igst_refunded,
		sum(l.intra_refunded)::bigint as intra_refunded
	from sale_line l
	join orders o on o.id = l.order_id
	where l.at >= day_start($2::bigint::integer, $1)
	and l.at < day_start($2::bigint::integer + 1, $1)
	group by 1, 2, 3),
gone as (
	delete from tax_day d
	where d.day = $2::bigint::integer
	and not exists (
		select from fresh f
		where f.place_of_supply is not distinct from d.place_of_supply
		and f.hsn_code is not distinct from d.hsn_code
		and f.tax_rate_bps = d.tax_rate_bps))
insert into tax_day as d (day, place_of_supply, hsn_code, tax_rate_bps, units, gross, cgst, sgst, igst,
	refunds, igst_refunded, intra_refunded)
select $2::bigint::integer, place_of_supply, hsn_code, tax_rate_bps, units, gross, cgst, sgst, igst,
	refunds, igst_refunded, intra_refunded
from fresh
on conflict on constraint tax_day_once
do update set units = excluded.units, gross = excluded.gross, cgst = excluded.cgst,
	sgst = excluded.sgst, igst = excluded.igst, refunds = excluded.refunds,
	igst_refunded = excluded.igst_refunded, intra_refunded = excluded.intra_refunded
where (d.units, d.gross, d.cgst, d.sgst, d.igst, d.refunds, d.igst_refunded, d.intra_refunded)
	is distinct from (excluded.units, excluded.gross, excluded.cgst, excluded.sgst, excluded.igst,
	excluded.refunds, excluded.igst_refunded, excluded.intra_refunded);

-- name: figures_count_tax_month
-- args: first_day bigint, last_day bigint
-- rows: none
with fresh as (
	select place_of_supply, hsn_code, tax_rate_bps, sum(units)::bigint as units,
		sum(gross)::bigint as gross, sum(cgst)::bigint as cgst, sum(sgst)::bigint as sgst,
		sum(igst)::bigint as igst, sum(refunds)::bigint as refunds,
		sum(igst_refunded)::bigint as igst_refunded,
		sum(intra_refunded)::bigint as intra_refunded
	from tax_day
	where day between $1::bigint::integer and $2::bigint::integer
	group by place_of_supply, hsn_code, tax_rate_bps),
gone as (
	delete from tax_month d
	where d.month = $1::bigint::integer
	and not exists (
		select from fresh f
		where f.place_of_supply is not distinct from d.place_of_supply
		and f.hsn_code is not distinct from d.hsn_code
		and f.tax_rate_bps = d.tax_rate_bps))
insert into tax_month as d (month, place_of_supply, hsn_code, tax_rate_bps, units, gross, cgst, sgst, igst,
	refunds, igst_refunded, intra_refunded)
select $1::bigint::integer, place_of_supply, hsn_code, tax_rate_bps, units, gross, cgst, sgst, igst,
	refunds, igst_refunded, intra_refunded
from fresh
on conflict on constraint tax_month_once
do update set units = excluded.units, gross = excluded.gross, cgst = excluded.cgst,
	sgst = excluded.sgst, igst = excluded.igst, refunds = excluded.refunds,
	igst_refunded = excluded.igst_refunded, intra_refunded = excluded.intra_refunded
where (d.units, d.gross, d.cgst, d.sgst, d.igst, d.refunds, d.igst_refunded, d.intra_refunded)
	is distinct from (excluded.units, excluded.gross, excluded.cgst, excluded.sgst, excluded.igst,
	excluded.refunds, excluded.igst_refunded, excluded.intra_refunded);

-- name: figures_count_accounts
-- args: time_zone text, day bigint
-- rows: none
insert into account_day as d (day, accounts)
select $2::bigint::integer, count(*)
from account
where created_at >= day_start($2::bigint::integer, $1)
and created_at < day_start($2::bigint::integer + 1, $1)
on conflict on constraint account_day_pk
do update set accounts = excluded.accounts
where d.accounts <> excluded.accounts;

-- name: figures_count_buyers
-- args: time_zone text, day bigint
-- rows: none
with fresh as (
	select coalesce(p.day, -1) as previous_day, count(*) as buyers
	from (
		select account_id
		from orders
		where placed_at >= day_start($2::bigint::integer, $1)
		and placed_at < day_start($2::bigint::integer + 1, $1)
		group by account_id) b
	cross join lateral (
		select day_number(max(o.placed_at), $1) as day
		from orders o
		where o.account_id = b.account_id
		and o.placed_at < day_start($2::bigint::integer, $1)) p
	group by 1),
gone as (
	delete from buyer_day d
	where d.day = $2::bigint::integer
	and not exists (select from fresh f where f.previous_day = d.previous_day))
insert into buyer_day as d (day, previous_day, buyers)
select $2::bigint::integer, previous_day, buyers
from fresh
on conflict on constraint buyer_day_pk
do update set buyers = excluded.buyers
where d.buyers <> excluded.buyers;

-- The first day with changed buyers; null for none. The days after it may have been
-- changed with it.
-- name: figures_first_buyers_marked
-- args: time_zone text
-- rows: one
select day_number(min(at), $1)
from figures_mark
where what = 'buyers';

-- name: figures_drop_buyers_marks
-- args: none
-- rows: none
delete from figures_mark
where what = 'buyers';

-- --- reading ---------------------------------------------------------------

-- name: figures_today
-- args: time_zone text
-- rows: one
select day_number(now(), $1::text), (select closed from figures_state where time_zone = $1);

-- Closed days of a seller that are to be counted anew.
-- name: figures_marked_of_seller
-- args: seller_id uuid, time_zone text, what text
-- rows: many
select distinct day_number(at, $2) as day
from figures_mark
where seller_id = $1
and what = $3
order by day;

-- The same of the whole shop; many marks are of few days.
-- name: figures_marked
-- args: time_zone text, what text
-- rows: many
with recursive marked (day) as (
	select day_number((select min(at) from figures_mark where what = $2), $1)
	union all
	select day_number((
		select min(at)
		from figures_mark
		where what = $2
		and at >= day_start(m.day + 1, $1)), $1)
	from marked m
	where m.day is not null)
select day
from marked
where day is not null
order by day;

-- Days as they are kept, and those of the list as they are.
-- name: seller_sales
-- args: seller_id uuid, from_day bigint, to_day bigint, live text, time_zone text
-- rows: many
select day, orders, units, gross, refunds, commission
from sales_day
where seller_id = $1
and day between $2::bigint::integer and $3::bigint::integer
and day <> all ($4::text::integer[])
union all
select l.day, e.orders, e.units, e.gross, e.refunds, e.commission
from unnest($4::text::integer[]) as l (day)
cross join lateral (
	select count(*) filter (where e.refund_id is null) as orders,
		coalesce(sum(u.units), 0)::bigint as units,
		coalesce(sum(e.gross) filter (where e.refund_id is null), 0)::bigint as gross,
		coalesce(-sum(e.gross) filter (where e.refund_id is not null), 0)::bigint as refunds,
		coalesce(sum(e.commission), 0)::bigint as commission
	from earning e
	left join lateral (
		select sum(i.quantity) as units
		from order_item i
		where i.seller_order_id = e.seller_order_id
		and e.refund_id is null) u on true
	where e.seller_id = $1
	and e.created_at >= day_start(l.day, $5)
	and e.created_at < day_start(l.day + 1, $5)) e;

-- name: seller_orders_by_day
-- args: seller_id uuid, from_day bigint, to_day bigint, live text, time_zone text
-- rows: many
select day, status, orders
from order_day
where seller_id = $1
and day between $2::bigint::integer and $3::bigint::integer
and day <> all ($4::text::integer[])
union all
select l.day, s.status, s.orders
from unnest($4::text::integer[]) as l (day)
cross join lateral (
	select status, count(*) as orders
	from seller_order
	where seller_id = $1
	and placed_at >= day_start(l.day, $5)
	and placed_at < day_start(l.day + 1, $5)
	group by status) s;

-- name: seller_top_products
-- args: seller_id uuid, months text, days text, live text, time_zone text, rows bigint
-- rows: many
select t.product_id, p.name, t.units, t.revenue
from (
	select product_id, sum(units)::bigint as units, sum(revenue)::bigint as revenue
	from (
		select product_id, units, revenue
		from product_month
		where seller_id = $1
		and month = any ($2::text::integer[])
		union all
		select product_id, units, revenue
		from product_day
		where seller_id = $1
		and day = any ($3::text::integer[])
		union all
		select i.product_id, i.quantity, i.line_total - i.discount
		from unnest($4::text::integer[]) as l (day)
		join earning e on e.seller_id = $1
		and e.created_at >= day_start(l.day, $5)
		and e.created_at < day_start(l.day + 1, $5)
		join order_item i on i.seller_order_id = e.seller_order_id
		where e.refund_id is null) sold
	group by product_id
	order by revenue desc, units desc, product_id
	limit $6) t
join product p on p.id = t.product_id
order by t.revenue desc, t.units desc, t.product_id;

-- What waits now, whatever the period.
-- name: seller_waiting
-- args: seller_id uuid, low_stock bigint
-- rows: one
select (
		select count(*)
		from seller_order
		where seller_id = $1
		and status = 'pending'), (
		select count(*)
		from product p
		where p.seller_id = $1
		and p.status = 'approved'
		and exists (
			select from variant v
			join stock s on s.variant_id = v.id
			where v.product_id = p.id
			and v.is_active
			and s.on_hand - s.reserved <= $2));
