-- Money into the shop.

insert into payment (id, order_id, account_id, provider, provider_order_id, provider_payment_id,
	receipt, amount, captured_amount, refund_reserved, refunded_amount, method, status,
	failure_reason, is_live, created_at, updated_at, captured_at)
select m.payment_id, m.order_id, c.id, m.method,
	case m.method when 'razorpay' then 'order_' || x.code end,
	case when m.method = 'razorpay' and (m.captured > 0 or m.status = 'failed')
		then 'pay_' || reverse(x.code) end,
	case m.method when 'razorpay' then 'pa_' || m.payment_id end,
	m.total, m.captured, m.refunded, m.refunded,
	case when m.method = 'cod' then 'cod' when m.captured > 0 then
		(array['upi', 'upi', 'upi', 'upi', 'card', 'card', 'netbanking', 'wallet'])
			[1 + pg_temp.below(m.o, 150, 8)] end,
	case when m.captured_at is null and m.status = 'failed' then 'failed'
		when m.method = 'cod' and m.order_status = 'cancelled' then 'failed'
		when m.captured_at is null then 'created'
		when m.status = 'paid' then 'captured'
		else m.status end,
	case when m.status = 'failed' then 'Payment was declined by the bank'
		when m.method = 'cod' and m.order_status = 'cancelled' then 'Order cancelled' end,
	m.fate <> 'expired' and not (m.method = 'cod' and m.order_status = 'cancelled'),
	m.placed_at + interval '40 seconds',
	coalesce(m.captured_at, m.placed_at + interval '40 seconds'),
	m.captured_at
from demo_money m
join demo_customer c on c.no = m.customer
cross join lateral (select upper(substr(md5('p' || m.o), 1, 5)) || substr(md5('q' || m.o), 1, 9)
	as code) x
union all
-- A first try that the bank declined.
select pg_temp.id(m.placed_at + interval '8 seconds', 'first payment ' || m.o), m.order_id, c.id,
	'razorpay', 'order_' || x.code, 'pay_' || reverse(x.code),
	'pa_' || pg_temp.id(m.placed_at + interval '8 seconds', 'first payment ' || m.o), m.total, 0, 0, 0,
	'card', 'failed', 'Payment was declined by the bank', false,
	m.placed_at + interval '8 seconds', m.placed_at + interval '31 seconds', null
from demo_money m
join demo_customer c on c.no = m.customer
cross join lateral (select upper(substr(md5('r' || m.o), 1, 5)) || substr(md5('s' || m.o), 1, 9)
	as code) x
where m.method = 'razorpay' and m.captured > 0 and pg_temp.u(m.o, 151) < 0.05;

insert into refund (id, order_id, seller_order_id, payment_id, amount, reason, status, source,
	rejection_reason, restock, gateway_key, provider_refund_id, requested_by, created_at,
	updated_at, processed_at)
select r.id, r.order_id,
	s.id,
	m.payment_id, r.amount, r.reason, r.status, r.source, r.refused, r.restock,
	case when r.status = 'processed' and r.method = 'razorpay' then 'rf-' || r.id end,
	case when r.status = 'processed' and r.method = 'razorpay'
		then 'rfnd_' || upper(substr(md5('t' || r.kind || r.o), 1, 5)) || substr(md5('u' || r.kind || r.o), 1, 9) end,
	case r.source when 'seller' then d.account_id
		when 'admin' then (select id from account where role = 'admin') else c.id end,
	r.created_at, coalesce(r.decided_at, r.created_at),
	case when r.status = 'processed' then r.decided_at end
from demo_refund r
join demo_money m on m.o = r.o
join demo_customer c on c.no = r.customer
join demo_whole w on w.o = r.o
left join demo_sub s on s.o = r.o and (s.seller = r.seller or (r.seller is null and w.subs = 1))
left join demo_seller d on d.no = r.seller
order by r.created_at;

insert into refund_item (refund_id, order_item_id, quantity, amount, commission_reversed,
	tax_reversed, restocked)
select l.refund_id, l.item_id, l.quantity, l.amount,
	case l.status when 'processed' then l.commission else 0 end,
	case l.status when 'processed' then l.tax else 0 end,
	case when l.status = 'processed' and r.restock then l.quantity else 0 end
from demo_refund_line l
join demo_refund r on r.id = l.refund_id;

insert into commission_rate (id, scope, category_id, seller_id, rate_bps, effective_from, set_by,
	created_at)
select r.id, r.scope, c.id, d.seller_id, r.bps, r.at,
	case when r.scope <> 'global' then (select id from account where role = 'admin') end,
	case r.scope when 'global' then par.d0 - interval '480 days' else r.at end
from demo_rate r
left join demo_category c on r.scope = 'category' and c.no = r.target
left join demo_seller d on r.scope = 'seller' and d.no = r.target
cross join demo_par par;

insert into settlement (id, seller_id, status, gross, commission, refunds, net, period_start,
	period_end, reference, reason, requested_at, processed_at, processed_by)
select s.id, d.seller_id, s.status, s.gross, s.commission, s.refunds, s.net, s.period_start,
	s.requested_at,
	case s.status when 'paid' then 'NEFT' || to_char(s.requested_at, 'YYYYMMDD')
		|| lpad((s.cut * 100 + s.seller)::text, 6, '0') end,
	case s.status when 'rejected' then 'Please confirm your bank account first.' end,
	s.requested_at,
	case when s.status in ('paid', 'rejected') then s.requested_at + interval '29 hours' end,
	case when s.status in ('paid', 'rejected') then
		(select id from account where role = 'admin') end
from demo_settlement s
join demo_seller d on d.no = s.seller
order by s.requested_at;

insert into earning (id, seller_id, seller_order_id, refund_id, gross, commission, amount,
	matures_at, matured_at, settlement_id, created_at)
select pg_temp.id(x.created_at, 'earning ' || x.sub_id || coalesce(x.refund_id::text, '')),
	d.seller_id, x.sub_id, x.refund_id, x.gross, x.commission, x.gross - x.commission,
	x.matures_at, x.matured_at, s.id, x.created_at
from demo_share x
join demo_seller d on d.no = x.seller
left join demo_settlement s on s.claims and s.seller = x.seller and x.matured_at >= s.since
	and x.matured_at < s.requested_at
order by x.created_at;

create temp table demo_journal as
select kind, ref, min(order_id::text)::uuid as order_id, min(at) as at,
	pg_temp.id(min(at), kind || ' ' || ref) as id
from demo_posting
group by kind, ref;
insert into journal (id, kind, ref, order_id, created_at)
select id, kind, ref, order_id, at from demo_journal order by at;
insert into posting (journal_id, line, account, seller_id, amount)
select j.id, p.line, p.account, d.seller_id, p.amount
from demo_posting p
join demo_journal j on j.kind = p.kind and j.ref = p.ref
left join demo_seller d on d.no = p.seller
order by j.at, j.id, p.line;
