-- Refunds, earnings and settlements, from the orders' fates.

create temp table demo_refund as
select r.*, pg_temp.id(r.created_at, 'refund ' || r.kind || r.o) as id
from (
	-- Cancelled and paid: all of it back at once.
	select w.o, 'order' as kind, null::integer as seller, w.order_id, w.method, w.customer,
		w.cancelled_at as created_at,
		date_trunc('milliseconds', w.cancelled_at + interval '2 minutes'
			+ pg_temp.u(w.o, 140) * interval '15 minutes') as decided_at,
		'processed' as status, 'buyer' as source, 'Order cancelled' as reason, null as refused,
		false as restock
	from demo_whole w
	where w.fate = 'cancelled' and w.method = 'razorpay' and w.live = 0
	union all
	select s.o, 'sub', s.seller, s.order_id, s.method, s.customer, s.cancelled_at,
		date_trunc('milliseconds', s.cancelled_at + interval '2 minutes'
			+ pg_temp.u(s.o, 140) * interval '15 minutes'),
		'processed', 'seller', 'The seller could not deliver', null, false
	from demo_sub s
	where s.fate = 'short' and s.status = 'cancelled' and s.method = 'razorpay'
	union all
	-- Sent back: asked for within the window, decided some days later.
	select t.o, 'return', t.seller, t.order_id, t.method, t.customer, t.asked_at,
		case when t.decided < t.d0 then t.decided end,
		case when t.decided >= t.d0 then 'requested'
			when pg_temp.u(t.o, 144) < 0.15 then 'rejected' else 'processed' end,
		'buyer', (array['Size does not fit', 'Arrived with a dent', 'Colour differs from the picture',
			'Wrong item in the parcel', 'Seal was broken', 'Not as described'])
			[1 + pg_temp.below(t.o, 145, 6)],
		case when t.decided < t.d0 and pg_temp.u(t.o, 144) < 0.15
			then 'The item shows signs of use.' end,
		t.o % 2 = 0
	from (
		select s.o, s.seller, s.order_id, s.method, s.customer, par.d0,
			date_trunc('milliseconds', w.delivered_at + interval '3 hours'
				+ pg_temp.u(s.o, 142) * interval '4 days') as asked_at,
			date_trunc('milliseconds', w.delivered_at + interval '11 hours'
				+ pg_temp.u(s.o, 142) * interval '4 days'
				+ pg_temp.u(s.o, 143) * interval '3 days') as decided
		from demo_whole w
		join demo_sub s on s.o = w.o and s.no = 1
		cross join demo_par par
		where w.status = 'delivered' and s.status = 'delivered' and pg_temp.u(w.o, 141) < 0.032
		and w.delivered_at - s.delivered_at < interval '2 days'
	) t
	where t.asked_at < t.d0
	union all
	-- Given by the house, when the seller already had the money.
	select s.o, 'late', s.seller, s.order_id, s.method, s.customer,
		date_trunc('milliseconds', w.delivered_at + interval '10 days'
			+ pg_temp.u(s.o, 146) * interval '9 days'),
		date_trunc('milliseconds', w.delivered_at + interval '10 days 30 minutes'
			+ pg_temp.u(s.o, 146) * interval '9 days'),
		'processed', 'admin', 'Goodwill after a complaint', null, false
	from demo_whole w
	join demo_sub s on s.o = w.o and s.no = 1
	cross join demo_par par
	where w.status = 'delivered' and s.status = 'delivered' and pg_temp.u(w.o, 141) > 0.994
	and w.delivered_at < par.d0 - interval '20 days'
) r;

-- The lines given back: all of a cancelled sub-order; of a return the first
-- line, one piece or all.
create temp table demo_refund_line as
select x.refund_id, x.o, x.seller, x.item_id, x.status, x.quantity,
	x.unit_price * x.quantity as amount,
	x.commission * x.unit_price * x.quantity / x.line_total as commission,
	x.tax_total * x.unit_price * x.quantity / x.line_total as tax
from (
	select r.id as refund_id, r.o, l.seller, l.id as item_id, r.status, l.unit_price,
		l.commission, l.line_total, l.tax_total,
		case when r.kind in ('order', 'sub') or pg_temp.u(r.o, 147) < 0.5 then l.quantity
			else (l.quantity + 1) / 2 end as quantity
	from demo_refund r
	join demo_line l on l.o = r.o and (r.seller is null or l.seller = r.seller)
	where r.kind in ('order', 'sub') or l.position = l.seller_first
) x;
alter table demo_refund add amount bigint;
create temp table demo_refund_sum as
select refund_id, sum(amount)::bigint as amount from demo_refund_line group by refund_id;
update demo_refund r set amount = s.amount from demo_refund_sum s where s.refund_id = r.id;
analyze demo_refund;
analyze demo_refund_line;

create temp table demo_money as
select m.*,
	case when m.fate = 'expired' then case when m.o % 2 = 0 then 'failed' else 'unpaid' end
		when m.captured = 0 then 'unpaid'
		when m.refunded = m.captured then 'refunded'
		when m.refunded > 0 then 'partially_refunded'
		when m.method = 'cod' and m.captured_at is null then 'unpaid'
		else 'paid' end as status,
	pg_temp.id(m.placed_at + interval '40 seconds', 'payment ' || m.o) as payment_id,
	m.captured_at as paid_at
from (
	select w.o, w.method, w.fate, w.placed_at, w.order_id, w.customer, w.total, w.commission,
		w.status as order_status,
		case when w.fate = 'expired' then 0 when w.method = 'razorpay' then w.total
			else w.delivered_total end as captured,
		case when w.fate = 'expired' then null when w.method = 'razorpay' then w.started_at
			else w.delivered_at end as captured_at,
		coalesce(r.refunded, 0) as refunded
	from demo_whole w
	left join (select o, sum(amount)::bigint as refunded from demo_refund
		where status = 'processed' group by o) r on r.o = w.o
) m;
analyze demo_money;

-- What each captured sub-order earned, when it ripens and when it did.
create temp table demo_earning as
select e.*,
	case when e.ripe + interval '1 hour' < e.d0 and not e.waiting
		then date_trunc('hour', e.ripe) + interval '1 hour' end as matured_at
from (
	select s.o, s.no, s.seller, s.id as sub_id, s.order_id, s.method, s.subtotal, s.commission, par.d0,
		case s.method when 'cod' then s.delivered_at else s.started_at end as captured_at,
		s.delivered_at + interval '7 days' as matures_at,
		case when s.status = 'delivered'
			then greatest(s.delivered_at + interval '7 days', r.decided_at) end as ripe,
		coalesce(r.waiting, false) as waiting,
		coalesce(r.amount, 0) as early_amount, coalesce(r.commission, 0) as early_commission,
		r.refund_id as early_refund
	from demo_sub s
	cross join demo_par par
	left join (
		select l.o, l.seller, min(l.refund_id::text)::uuid as refund_id,
			max(r.decided_at) as decided_at, bool_or(r.status = 'requested') as waiting,
			coalesce(sum(l.amount) filter (where r.status = 'processed'), 0)::bigint as amount,
			coalesce(sum(l.commission) filter (where r.status = 'processed'), 0)::bigint
				as commission
		from demo_refund r
		join demo_refund_line l on l.refund_id = r.id
		where r.kind <> 'late'
		group by l.o, l.seller
	) r on r.o = s.o and r.seller = s.seller
	where s.fate <> 'expired'
	and (s.method = 'razorpay' or s.delivered_at is not null)
) e;

-- Every earning row: sales, and refunds as negative ones.
create temp table demo_share as
select 'sale' as what, e.seller, e.sub_id, null::uuid as refund_id, e.subtotal as gross,
	e.commission, e.captured_at as created_at, e.matures_at, e.matured_at, e.o, e.order_id
from demo_earning e
union all
select 'refund', l.seller, e.sub_id, r.id, -sum(l.amount)::bigint, -sum(l.commission)::bigint,
	r.decided_at, case r.kind when 'late' then r.decided_at else e.matures_at end,
	case r.kind when 'late' then r.decided_at else e.matured_at end, r.o, r.order_id
from demo_refund r
join demo_refund_line l on l.refund_id = r.id
join demo_earning e on e.o = r.o and e.seller = l.seller
where r.status = 'processed'
group by l.seller, e.sub_id, r.id, r.decided_at, r.kind, e.matures_at, e.matured_at, r.o,
	r.order_id;

-- Two months are paid out; two sellers ask for more, one asked in vain.
create temp table demo_settlement as
select s.*, t.net, t.gross, t.commission, t.refunds, t.period_start,
	pg_temp.id(s.requested_at, 'settlement ' || s.seller || '.' || s.cut) as id
from (
	select d.no as seller, c.cut, c.status, c.claims,
		par.d0 - c.days * interval '1 day' + interval '5 hours' + d.no * interval '17 minutes'
			as requested_at,
		case when c.since is null then '-infinity'::timestamptz else
			par.d0 - c.since * interval '1 day' + interval '5 hours' + d.no * interval '17 minutes'
			end as since
	from demo_seller d
	cross join demo_par par
	cross join (values (1, 'paid', true, 61, null), (2, 'paid', true, 31, 61),
		(3, 'rejected', false, 18, 31), (4, 'requested', true, 1, 31))
		c (cut, status, claims, days, since)
	where d.no <= 12 and (c.cut <= 2 or (c.cut = 3 and d.no = 12)
		or (c.cut = 4 and d.no in (4, 9)))
) s
cross join lateral (
	select sum(x.gross - x.commission)::bigint as net,
		coalesce(sum(x.gross) filter (where x.what = 'sale'), 0)::bigint as gross,
		sum(x.commission)::bigint as commission,
		coalesce(-sum(x.gross) filter (where x.what = 'refund'), 0)::bigint as refunds,
		min(x.matured_at) as period_start
	from demo_share x
	where x.seller = s.seller and x.matured_at >= s.since and x.matured_at < s.requested_at
) t
where t.net > 0;
analyze demo_share;

-- The ledger.
create temp table demo_posting as
select 'capture' as kind, m.payment_id::text as ref, m.order_id, m.captured_at as at, 1 as line,
	'gateway_clearing' as account, null::integer as seller, m.total as amount
from demo_money m
where m.method = 'razorpay' and m.captured > 0
union all
select 'capture', m.payment_id::text, m.order_id, m.captured_at, 2, 'commission', null,
	-m.commission
from demo_money m
where m.method = 'razorpay' and m.captured > 0
union all
select 'capture', m.payment_id::text, e.order_id, m.captured_at, 2 + e.no, 'seller_pending',
	e.seller, -(e.subtotal - e.commission)
from demo_earning e
join demo_money m on m.o = e.o
where e.method = 'razorpay'
union all
select 'cod_capture', e.sub_id::text, e.order_id, e.captured_at, x.line, x.account, x.seller, x.amount
from demo_earning e
cross join lateral (values (1, 'cod_clearing', null::integer, e.subtotal),
	(2, 'commission', null, -e.commission),
	(3, 'seller_pending', e.seller, -(e.subtotal - e.commission))) x (line, account, seller, amount)
where e.method = 'cod'
union all
select 'mature', e.sub_id::text, e.order_id, e.matured_at, x.line, x.account, e.seller, x.sign *
	(e.subtotal - e.commission - e.early_amount + e.early_commission)
from demo_earning e
cross join lateral (values (1, 'seller_pending', 1), (2, 'seller_payable', -1))
	x (line, account, sign)
where e.matured_at is not null
union all
select 'refund', r.id::text, r.order_id, r.decided_at, 1,
	case r.method when 'cod' then 'cod_clearing' else 'gateway_clearing' end, null, -r.amount
from demo_refund r
where r.status = 'processed'
union all
select 'refund', r.id::text, r.order_id, r.decided_at, 2, 'commission', null,
	sum(l.commission)::bigint
from demo_refund r
join demo_refund_line l on l.refund_id = r.id
where r.status = 'processed'
group by r.id, r.order_id, r.decided_at
union all
select 'refund', r.id::text, r.order_id, r.decided_at,
	(2 + row_number() over (partition by r.id order by l.seller))::integer,
	case r.kind when 'late' then 'seller_payable' else 'seller_pending' end, l.seller,
	(sum(l.amount) - sum(l.commission))::bigint
from demo_refund r
join demo_refund_line l on l.refund_id = r.id
where r.status = 'processed'
group by r.id, r.order_id, r.decided_at, r.kind, l.seller
union all
select 'settlement', s.id::text, null, s.requested_at + interval '29 hours', x.line, x.account,
	x.seller, x.amount
from demo_settlement s
cross join lateral (values (1, 'seller_payable', s.seller, s.net), (2, 'bank', null, -s.net))
	x (line, account, seller, amount)
where s.status = 'paid';
delete from demo_posting where amount = 0;
analyze demo_posting;
