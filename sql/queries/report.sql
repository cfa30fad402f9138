-- Reports: first the id and the sort key of a row, then its columns in the order of
-- the report's table. Both ends of a period count; see lib/services/report.h.
-- What only names something is joined so that a count can leave it out.

-- Registers: in the order of time.

-- fragment: report_time_before
-- args: at_us bigint, id uuid
and t.at >= to_timestamp($1::bigint / 1000000) + $1::bigint % 1000000 * interval '1 microsecond'
and (t.at, t.id) > (
	to_timestamp($1::bigint / 1000000) + $1::bigint % 1000000 * interval '1 microsecond', $2::uuid)

-- fragment: report_time_after
-- args: at_us bigint, id uuid
and t.at <= to_timestamp($1::bigint / 1000000) + $1::bigint % 1000000 * interval '1 microsecond'
and (t.at, t.id) < (
	to_timestamp($1::bigint / 1000000) + $1::bigint % 1000000 * interval '1 microsecond', $2::uuid)

-- fragment: report_time_forwards
-- args: none
order by t.at, t.id

-- fragment: report_time_backwards
-- args: none
order by t.at desc, t.id desc

-- Sums: most money first.

-- fragment: report_gross_before
-- args: gross bigint, id uuid
and (t.gross, t.id) < ($1::bigint, $2::uuid)

-- fragment: report_gross_after
-- args: gross bigint, id uuid
and (t.gross, t.id) > ($1::bigint, $2::uuid)

-- fragment: report_gross_forwards
-- args: none
order by t.gross desc, t.id desc

-- fragment: report_gross_backwards
-- args: none
order by t.gross, t.id

-- By a text.

-- fragment: report_text_before
-- args: key text, id uuid
and (t.key, t.id) > ($1::text, $2::uuid)

-- fragment: report_text_after
-- args: key text, id uuid
and (t.key, t.id) < ($1::text, $2::uuid)

-- fragment: report_text_forwards
-- args: none
order by t.key, t.id

-- fragment: report_text_backwards
-- args: none
order by t.key desc, t.id desc

-- --- sales -----------------------------------------------------------------

-- fragment: report_sales_columns
-- args: none
select t.id, (extract(epoch from t.at) * 1000000)::bigint, t.date, t.number, t.kind, t.seller_id,
	t.store_name, t.product_id, t.name, t.sku, t.hsn_code, t.tax_rate_bps, t.unit_price, t.units,
	t.gross, t.refunds, t.commission, t.gross - t.refunds - t.commission,
	t.cgst + t.sgst + t.igst - t.igst_refunded - t.intra_refunded, 'INR'

-- fragment: report_sales
-- args: from_day text, to_day text, time_zone text
from (
	select l.id, l.at, (l.at at time zone $3)::date as date, o.number, l.kind, l.seller_id,
		s.store_name, l.product_id, l.name, l.sku, l.hsn_code, l.tax_rate_bps, l.unit_price,
		l.units, l.gross, l.refunds, l.commission, l.cgst, l.sgst, l.igst, l.igst_refunded,
		l.intra_refunded
	from sale_line l
	left join seller_order o on o.id = l.seller_order_id
	left join seller s on s.id = l.seller_id
	where l.at >= ($1::date)::timestamp at time zone $3
	and l.at < ($2::date + 1)::timestamp at time zone $3) t
where true

-- --- orders ----------------------------------------------------------------

-- fragment: report_orders_columns
-- args: none
select t.id, (extract(epoch from t.at) * 1000000)::bigint, t.date, t.number,
	(extract(epoch from t.at) * 1000000)::bigint, t.status, t.payment_status, t.payment_method,
	t.full_name, t.email, t.company_name, t.gstin,
	place_of_supply(t.shipping_address ->> 'state'), t.subtotal, t.discount_total,
	t.shipping_total, t.tax_total, t.total, (
		select coalesce(sum(captured_amount), 0)::bigint
		from payment
		where order_id = t.id), (
		select coalesce(sum(refunded_amount), 0)::bigint
		from payment
		where order_id = t.id), t.currency

-- fragment: report_orders
-- args: from_day text, to_day text, time_zone text
from (
	select o.id, o.placed_at as at, (o.placed_at at time zone $3)::date as date, o.number,
		o.status, o.payment_status, o.payment_method, a.full_name, a.email, a.company_name,
		a.gstin, o.shipping_address, o.subtotal, o.discount_total, o.shipping_total, o.tax_total,
		o.total, o.currency
	from orders o
	left join account a on a.id = o.account_id
	where o.placed_at >= ($1::date)::timestamp at time zone $3
	and o.placed_at < ($2::date + 1)::timestamp at time zone $3) t
where true

-- --- refunds ---------------------------------------------------------------

-- fragment: report_refunds_columns
-- args: none
select t.id, (extract(epoch from t.at) * 1000000)::bigint, t.date, t.id, o.number, s.store_name,
	t.status, t.source, o.payment_method, t.reason, t.amount, (
		select coalesce(sum(commission_reversed), 0)::bigint
		from refund_item
		where refund_id = t.id), (
		select coalesce(sum(tax_reversed), 0)::bigint
		from refund_item
		where refund_id = t.id), t.currency, (extract(epoch from t.created_at) * 1000000)::bigint,
	(extract(epoch from t.processed_at) * 1000000)::bigint

-- fragment: report_refunds
-- args: from_day text, to_day text, time_zone text
from (
	select r.id, r.order_id, r.seller_order_id, r.status, r.source, r.reason, r.amount, r.currency,
		r.created_at, r.processed_at, coalesce(r.processed_at, r.created_at) as at,
		(coalesce(r.processed_at, r.created_at) at time zone $3)::date as date
	from refund r
	where coalesce(r.processed_at, r.created_at) >= ($1::date)::timestamp at time zone $3
	and coalesce(r.processed_at, r.created_at) < ($2::date + 1)::timestamp at time zone $3) t
left join orders o on o.id = t.order_id
left join seller_order so on so.id = t.seller_order_id
left join seller s on s.id = so.seller_id
where true

-- --- settlements -----------------------------------------------------------

-- fragment: report_settlements_columns
-- args: none
select t.id, (extract(epoch from t.at) * 1000000)::bigint, t.date, t.id, t.seller_id, s.store_name,
	t.status, t.gross, t.refunds, t.commission, t.adjustments, t.net, t.currency, t.reference,
	(extract(epoch from t.requested_at) * 1000000)::bigint,
	(extract(epoch from t.processed_at) * 1000000)::bigint

-- fragment: report_settlements
-- args: from_day text, to_day text, time_zone text
from (
	select x.id, x.seller_id, x.status, x.gross, x.refunds, x.commission, x.adjustments, x.net,
		x.currency, x.reference, x.requested_at, x.processed_at,
		coalesce(x.processed_at, x.requested_at) as at,
		(coalesce(x.processed_at, x.requested_at) at time zone $3)::date as date
	from settlement x
	where coalesce(x.processed_at, x.requested_at) >= ($1::date)::timestamp at time zone $3
	and coalesce(x.processed_at, x.requested_at) < ($2::date + 1)::timestamp at time zone $3) t
left join seller s on s.id = t.seller_id
where true

-- --- sellers ---------------------------------------------------------------

-- fragment: report_sellers_columns
-- args: none
select t.id, t.gross, t.id, t.store_name, t.legal_name, t.gstin, t.status, t.orders, t.units,
	t.gross, t.refunds, t.commission, t.gross - t.refunds - t.commission, 'INR'

-- fragment: report_sellers
-- args: from_day text, to_day text, live text, time_zone text
from (
	select s.id, s.store_name, s.legal_name, s.gstin, s.status, f.orders, f.units, f.gross,
		f.refunds, f.commission
	from (
		select seller_id, sum(orders)::bigint as orders, sum(units)::bigint as units,
			sum(gross)::bigint as gross, sum(refunds)::bigint as refunds,
			sum(commission)::bigint as commission
		from (
			select seller_id, orders, units, gross, refunds, commission
			from sales_day
			where seller_id is not null
			and day between $1::date - date '1970-01-01' and $2::date - date '1970-01-01'
			and day <> all ($3::text::integer[])
			union all
			select e.seller_id, (e.refund_id is null)::integer,
				case when e.refund_id is null then (
					select sum(i.quantity)::bigint
					from order_item i
					where i.seller_order_id = e.seller_order_id) else 0 end,
				case when e.refund_id is null then e.gross else 0 end,
				case when e.refund_id is null then 0 else -e.gross end, e.commission
			from unnest($3::text::integer[]) as l (day)
			join earning e on e.created_at >= day_start(l.day, $4)
			and e.created_at < day_start(l.day + 1, $4)) d
		group by seller_id) f
	join seller s on s.id = f.seller_id) t
where true

-- --- products --------------------------------------------------------------

-- Named when the page is cut out, not before.
-- fragment: report_products_columns
-- args: none
select t.id, t.gross, t.id, (
		select name
		from product
		where id = t.id), (
		select hsn_code
		from product
		where id = t.id), (
		select seller_id
		from product
		where id = t.id), (
		select s.store_name
		from product p
		join seller s on s.id = p.seller_id
		where p.id = t.id), t.units, t.gross, 'INR', t.products

-- Between its columns and its source: the rows of the page first.
-- fragment: report_products_rows
-- args: none
from (
select t.id, t.units, t.gross, t.products

-- fragment: report_products
-- args: months text, days text, less text, live text, time_zone text
from (
	select product_id as id, sum(units)::bigint as units, sum(revenue)::bigint as gross,
		count(*) over () as products
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
	having sum(units) > 0) t
where true

-- --- tax -------------------------------------------------------------------

-- The odd paisa of what went back is CGST, as in each line.
-- fragment: report_tax_columns
-- args: none
select t.id, t.key, t.place_of_supply, t.hsn_code, t.tax_rate_bps, t.units, t.gross,
	t.gross - t.cgst - t.sgst - t.igst, t.cgst, t.sgst, t.igst, t.cgst + t.sgst + t.igst, t.refunds,
	t.intra_refunded - t.intra_refunded / 2, t.intra_refunded / 2, t.igst_refunded,
	t.intra_refunded + t.igst_refunded, 'INR'

-- Grouped before anything is compared ("offset 0"): the key is dear. The state of an
-- order by its id: how many lines the open days have, the planner cannot know.
-- fragment: report_tax
-- args: months text, days text, live text, time_zone text
from (
	select key, md5(key)::uuid as id, place_of_supply, hsn_code, tax_rate_bps, units, gross, cgst,
		sgst, igst, refunds, igst_refunded, intra_refunded
	from (
		select place_of_supply, hsn_code, tax_rate_bps,
			concat_ws(' ', coalesce(place_of_supply, ''), coalesce(hsn_code, ''),
				lpad(tax_rate_bps::text, 5, '0')) as key,
			sum(units)::bigint as units, sum(gross)::bigint as gross, sum(cgst)::bigint as cgst,
			sum(sgst)::bigint as sgst, sum(igst)::bigint as igst,
			sum(refunds)::bigint as refunds, sum(igst_refunded)::bigint as igst_refunded,
			sum(intra_refunded)::bigint as intra_refunded
		from (
			select place_of_supply, hsn_code, tax_rate_bps, units, gross, cgst, sgst, igst,
				refunds, igst_refunded, intra_refunded
			from tax_month
			where month = any ($1::text::integer[])
			union all
			select place_of_supply, hsn_code, tax_rate_bps, units, gross, cgst, sgst, igst,
				refunds, igst_refunded, intra_refunded
			from tax_day
			where day = any ($2::text::integer[])
			union all
			select place_of_supply((select o.shipping_address ->> 'state'
				from orders o where o.id = l.order_id)), l.hsn_code, l.tax_rate_bps,
				l.units, l.gross, l.cgst, l.sgst, l.igst, l.refunds, l.igst_refunded,
				l.intra_refunded
			from unnest($3::text::integer[]) as d (day)
			join sale_line l on l.at >= day_start(d.day, $4)
			and l.at < day_start(d.day + 1, $4)) x
		group by place_of_supply, hsn_code, tax_rate_bps
		offset 0) y) t
where true
