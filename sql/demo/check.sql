-- Consistency of the shop: every query returns no row when all is well.
-- Reads only; may be run at any time, on any data: psql -f check.sql

-- INV1 stock: within bounds, and reserved is what live reservations hold.
select 'INV1 stock' as fault, s.variant_id::text as at
from stock s
left join (select variant_id, sum(quantity) as held from reservation where state = 'held'
	group by variant_id) r on r.variant_id = s.variant_id
where s.on_hand < 0 or s.reserved < 0 or s.reserved > s.on_hand
or s.reserved <> coalesce(r.held, 0);

select 'INV1 reservation without stock' as fault, r.order_item_id::text as at
from reservation r
where r.state = 'held' and not exists (select from stock s where s.variant_id = r.variant_id);

-- INV2 ledger: each journal and the whole of each currency balance.
select 'INV2 journal' as fault, journal_id::text as at
from posting group by journal_id having sum(amount) <> 0;

select 'INV2 currency' as fault, j.currency as at
from posting p join journal j on j.id = p.journal_id
group by j.currency having sum(p.amount) <> 0;

select 'INV2 journal without postings' as fault, j.id::text as at
from journal j where not exists (select from posting p where p.journal_id = j.id);

-- INV5 refunds: never beyond what was captured or ordered; copies agree.
select 'INV5 payment' as fault, p.id::text as at
from payment p
left join (
	select payment_id,
		sum(amount) filter (where status in ('approved', 'processing', 'processed')) as promised,
		sum(amount) filter (where status = 'processed') as done
	from refund group by payment_id
) r on r.payment_id = p.id
where coalesce(r.promised, 0) > p.captured_amount
or p.refund_reserved <> coalesce(r.promised, 0)
or p.refunded_amount <> coalesce(r.done, 0);

select 'INV5 order item' as fault, i.id::text as at
from order_item i
left join (
	select l.order_item_id, sum(l.quantity) as quantity, sum(l.amount) as amount
	from refund_item l join refund r on r.id = l.refund_id
	where r.status in ('approved', 'processing', 'processed')
	group by l.order_item_id
) r on r.order_item_id = i.id
where coalesce(r.quantity, 0) > i.quantity
or i.refunded_quantity <> coalesce(r.quantity, 0)
or i.refunded_amount <> coalesce(r.amount, 0);

select 'INV5 commission and tax' as fault, i.id::text as at
from order_item i
join refund_item l on l.order_item_id = i.id
join refund r on r.id = l.refund_id
where r.status in ('approved', 'processing', 'processed')
group by i.id
having sum(l.commission_reversed) > i.commission_amount or sum(l.tax_reversed) > i.tax_total
or (i.refunded_amount = i.line_total - i.discount + i.shipping
	and (sum(l.commission_reversed) <> i.commission_amount
	or sum(l.tax_reversed) <> i.tax_total));

select 'INV5 refund lines' as fault, r.id::text as at
from refund r join refund_item l on l.refund_id = r.id
group by r.id, r.amount having sum(l.amount) <> r.amount;

-- INV6 settlements: the sum of their earnings, and never beyond what ripened.
select 'INV6 settlement' as fault, s.id::text as at
from settlement s
left join (select settlement_id, sum(amount) as amount from earning group by settlement_id) e
	on e.settlement_id = s.id
where s.status in ('requested', 'processing', 'paid') and s.net <> coalesce(e.amount, 0)
or s.status in ('rejected', 'failed') and e.amount is not null;

select 'INV6 unripe earning settled' as fault, id::text as at
from earning where settlement_id is not null and matured_at is null;

select 'INV6 seller' as fault, e.seller_id::text as at
from (select seller_id, coalesce(sum(amount) filter (where matured_at is not null), 0) as ripe
	from earning group by seller_id) e
join (select seller_id, sum(net) as net from settlement
	where status in ('requested', 'processing', 'paid') group by seller_id) s
	on s.seller_id = e.seller_id
where s.net > e.ripe;

select 'INV6 ledger and earnings' as fault, seller_id::text || ' ' || account as at
from (
	select seller_id, 'seller_pending' as account, sum(amount) as amount
	from earning where matured_at is null group by seller_id
	union all
	select e.seller_id, 'seller_payable', sum(e.amount)
	from earning e left join settlement s on s.id = e.settlement_id
	where e.matured_at is not null and s.status is distinct from 'paid' group by e.seller_id
	union all
	select seller_id, account, sum(amount) from posting where seller_id is not null
	group by seller_id, account
) x
group by seller_id, account having sum(amount) <> 0;

-- INV7 totals: order = sub-orders = lines; shares and commission = captured.
select 'INV7 order' as fault, o.id::text as at
from orders o
join (select order_id, sum(line_total - discount) as total, sum(tax_total) as tax,
	sum(discount) as discount from order_item group by order_id) i on i.order_id = o.id
join (select order_id, sum(total) as total, sum(tax_total) as tax, sum(shipping_total) as shipping
	from seller_order group by order_id) s on s.order_id = o.id
where o.total <> i.total + o.shipping_total or o.tax_total <> i.tax or o.total <> s.total
or o.tax_total <> s.tax or o.discount_total <> i.discount or o.shipping_total <> s.shipping;

select 'INV7 order without lines' as fault, o.id::text as at
from orders o where not exists (select from order_item i where i.order_id = o.id);

select 'INV7 sub-order' as fault, s.id::text as at
from seller_order s
left join (select seller_order_id, sum(line_total - discount) as total, sum(tax_total) as tax,
	sum(commission_amount) as commission from order_item group by seller_order_id) i
	on i.seller_order_id = s.id
where s.total - s.shipping_total is distinct from i.total
or s.tax_total is distinct from i.tax or s.commission_total is distinct from i.commission;

select 'INV7 line' as fault, id::text as at
from order_item
where tax_total <> (2 * (line_total - discount) * tax_rate_bps + 10000 + tax_rate_bps)
	/ (2 * (10000 + tax_rate_bps))
or commission_amount <> ((line_total - discount) * commission_rate_bps + 5000) / 10000
or (igst <> 0 and (cgst <> 0 or sgst <> 0)) or cgst - sgst not in (0, 1);

select 'INV7 capture' as fault, p.id::text as at
from payment p
left join (
	select p.id, sum(e.gross) as gross
	from payment p
	join seller_order s on s.order_id = p.order_id
	join earning e on e.seller_order_id = s.id and e.refund_id is null
	where p.captured_amount > 0
	group by p.id
) e on e.id = p.id
where p.captured_amount <> coalesce(e.gross, 0);

select 'INV7 captured and ledger' as fault, 'all' as at
from (select coalesce(sum(captured_amount - refunded_amount), 0) as amount from payment) p
cross join (select coalesce(sum(amount), 0) as amount from posting
	where account in ('gateway_clearing', 'cod_clearing')) l
where p.amount <> l.amount;

select 'INV7 payment status' as fault, o.id::text as at
from orders o
join payment p on p.order_id = o.id and p.captured_amount > 0
where o.payment_status <> case when p.refunded_amount = p.captured_amount then 'refunded'
	when p.refunded_amount > 0 then 'partially_refunded'
	when p.status = 'created' then 'unpaid' else 'paid' end;

-- INV9 history: only legal steps, each from where the last one led, and the
-- last one led to where things stand.
select 'INV9 step' as fault, e.id::text as at
from (
	select id, seller_order_id, from_status, status,
		lag(status) over (partition by order_id, seller_order_id order by at, id) as previous
	from order_event
) e
where e.from_status is distinct from e.previous
or (coalesce(e.from_status, '-'), e.status) not in (
	('-', 'pending_payment'), ('-', 'confirmed'), ('-', 'pending'), ('pending_payment', 'confirmed'),
	('pending_payment', 'pending'), ('pending_payment', 'cancelled'), ('pending', 'confirmed'),
	('pending', 'cancelled'), ('confirmed', 'packed'), ('confirmed', 'processing'),
	('confirmed', 'cancelled'), ('confirmed', 'shipped'), ('processing', 'shipped'),
	('processing', 'cancelled'), ('processing', 'delivered'), ('packed', 'shipped'),
	('packed', 'cancelled'), ('shipped', 'delivered'))
or (e.seller_order_id is null and (e.status in ('pending', 'packed')))
or (e.seller_order_id is not null and e.status = 'processing');

select 'INV9 last step' as fault, x.id::text as at
from (
	select o.id, o.status, (select e.status from order_event e where e.order_id = o.id
		and e.seller_order_id is null order by e.at desc, e.id desc limit 1) as last
	from orders o
	union all
	select s.id, s.status, l.status
	from seller_order s
	left join (select distinct on (seller_order_id) seller_order_id, status from order_event
		where seller_order_id is not null order by seller_order_id, at desc, id desc) l
		on l.seller_order_id = s.id
) x
where x.status is distinct from x.last;

select 'INV9 order follows sub-orders' as fault, o.id::text as at
from orders o
join (
	select order_id, count(*) filter (where status <> 'cancelled') as live,
		count(*) filter (where status = 'pending_payment') as unpaid,
		count(*) filter (where status = 'delivered') as delivered,
		count(*) filter (where status in ('shipped', 'delivered')) as shipped,
		count(*) filter (where status in ('packed', 'shipped', 'delivered')) as packed
	from seller_order group by order_id
) s on s.order_id = o.id
where o.status <> case when s.live = 0 then 'cancelled' when s.unpaid > 0 then 'pending_payment'
	when s.delivered = s.live then 'delivered' when s.shipped = s.live then 'shipped'
	when s.packed > 0 then 'processing' else 'confirmed' end;

-- INV10 audit: the chain is whole, and what administrators decided stands in it.
select 'INV10 chain' as fault, seq::text as at
from audit_broken() as seq;

select 'INV10 refund without entry' as fault, r.id::text as at
from refund r
where (r.source = 'admin' or r.status = 'rejected')
and not exists (select from audit_log a where a.entity = 'refund' and a.entity_id = r.id::text);

-- Copies: listed products per category, stock, ratings, lowest price.
select 'copy category_count' as fault, coalesce(c.category_id, p.category_id)::text as at
from category_count c
full join (select category_id, count(*) as listed from product where is_listed
	group by category_id) p on p.category_id = c.category_id
where coalesce(c.product_count, 0) <> coalesce(p.listed, 0);

select 'copy of variants' as fault, p.id::text as at
from product p
left join (
	select v.product_id, min(v.price) filter (where v.is_active) as price,
		bool_or(v.is_active and s.on_hand > s.reserved) as in_stock
	from variant v left join stock s on s.variant_id = v.id
	group by v.product_id
) v on v.product_id = p.id
where p.price is distinct from v.price or p.in_stock <> coalesce(v.in_stock, false);

select 'copy of reviews' as fault, p.id::text as at
from product p
left join (select product_id, sum(rating) as rating_sum, count(*) as rating_count from review
	where status = 'published' group by product_id) r on r.product_id = p.id
where p.rating_sum <> coalesce(r.rating_sum, 0) or p.rating_count <> coalesce(r.rating_count, 0);

select 'copy seller_active' as fault, p.id::text as at
from product p join seller s on s.id = p.seller_id
where p.seller_active <> (s.status <> 'suspended');
