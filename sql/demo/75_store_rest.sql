-- Notifications of the demo accounts and what the administrator did.

insert into notification (id, account_id, type, title, body, data, is_read, created_at, source_id)
select pg_temp.id(n.at, 'notice ' || n.account_id || n.type || n.source_id), n.account_id, n.type, n.title,
	n.body, n.data, n.at < par.d0 - interval '3 days', n.at, n.source_id
from (
	-- To the two demo customers: how their orders go.
	select c.id as account_id, 'order_' || e.status as type, x.title,
		x.body || ' (' || w.order_number || ')' as body,
		jsonb_build_object('order_id', w.order_id, 'number', w.order_number) as data, e.at,
		e.id as source_id
	from demo_event e
	join demo_whole w on w.o = e.o
	join demo_customer c on c.no = e.customer
	join (values
		('confirmed', 'Order confirmed', 'Thank you, the sellers have been told.'),
		('shipped', 'Order shipped', 'Your parcels are on the way.'),
		('delivered', 'Order delivered', 'Enjoy it, and tell others with a review.'),
		('cancelled', 'Order cancelled', 'What you paid goes back the way it came.')
	) x (status, title, body) on x.status = e.status
	where c.no <= 2 and e.sub_id is null
	union all
	-- To the demo seller: new orders and money of late.
	select d.account_id, 'seller_order_new', 'New order',
		'Order ' || s.number || ' waits to be confirmed.',
		jsonb_build_object('seller_order_id', s.id, 'number', s.number), s.started_at, s.id
	from demo_sub s
	join demo_seller d on d.no = s.seller
	cross join demo_par p
	where s.seller = 1 and s.fate <> 'expired' and s.started_at > p.d0 - interval '6 days'
	union all
	select d.account_id, 'settlement_paid', 'Settlement paid',
		'Your settlement has been transferred to your bank account.',
		jsonb_build_object('settlement_id', s.id), s.requested_at + interval '29 hours', s.id
	from demo_settlement s
	join demo_seller d on d.no = s.seller
	where s.seller = 1 and s.status = 'paid'
	union all
	-- To the administrator: what waits for a decision.
	select a.id, x.type, x.title, x.body, x.data, x.at, x.source_id
	from account a
	cross join (
		select 'seller_pending' as type, 'A store waits for approval' as title,
			d.store || ' has applied.' as body,
			jsonb_build_object('seller_id', d.seller_id) as data, d.created_at as at,
			d.seller_id as source_id
		from demo_seller d where d.status = 'pending'
		union all
		select 'refund_requested', 'A refund was requested', r.reason,
			jsonb_build_object('refund_id', r.id, 'order_id', r.order_id), r.created_at, r.id
		from demo_refund r where r.status = 'requested'
		union all
		select 'settlement_requested', 'A settlement was requested', d.store || ' asks for a transfer.',
			jsonb_build_object('settlement_id', s.id), s.requested_at, s.id
		from demo_settlement s join demo_seller d on d.no = s.seller where s.status = 'requested'
	) x
	where a.role = 'admin'
) n
cross join demo_par par
order by n.at;

-- Written by 80_finish.sql, once the trigger that chains them is back.
create temp table demo_audit as
select pg_temp.id(l.at, 'audit ' || l.action || l.entity_id) as id, l.at, a.id as actor_id,
	a.email as actor_email, l.action, l.entity, l.entity_id, l.changes
from (
	select d.created_at + interval '2 days' as at, 'seller.approve' as action, 'seller' as entity,
		d.seller_id::text as entity_id, '{"status": ["pending", "approved"]}'::jsonb as changes
	from demo_seller d where d.status <> 'pending'
	union all
	select par.d0 - interval '25 days', 'seller.suspend', 'seller', d.seller_id::text,
		'{"status": ["approved", "suspended"]}'
	from demo_seller d cross join demo_par par where d.status = 'suspended'
	union all
	select r.at, 'commission.set', 'commission_rate', r.id::text,
		jsonb_build_object('scope', jsonb_build_array(null, r.scope),
			'rate_bps', jsonb_build_array(null, r.bps))
	from demo_rate r where r.scope <> 'global'
	union all
	select s.requested_at + interval '29 hours', 'settlement.' || case s.status
			when 'paid' then 'pay' else 'reject' end, 'settlement', s.id::text,
		jsonb_build_object('status', jsonb_build_array('requested', s.status))
	from demo_settlement s where s.status in ('paid', 'rejected')
	union all
	select r.created_at, 'refund.open', 'refund', r.id::text,
		jsonb_build_object('order_id', jsonb_build_array(null, r.order_id),
			'amount', jsonb_build_array(null, r.amount),
			'status', jsonb_build_array(null, case r.method when 'cod' then 'processed'
				else 'processing' end),
			'reason', jsonb_build_array(null, r.reason),
			'restock', jsonb_build_array(null, r.restock))
	from demo_refund r where r.source = 'admin'
	union all
	select r.decided_at, 'refund.grant', 'refund', r.id::text,
		jsonb_strip_nulls(jsonb_build_object('status', jsonb_build_array('requested',
				case r.method when 'cod' then 'processed' else 'processing' end),
			'restock', case when r.restock then jsonb_build_array(false, true) end))
	from demo_refund r where r.kind = 'return' and r.status = 'processed'
	union all
	select r.decided_at, 'refund.reject', 'refund', r.id::text,
		jsonb_build_object('status', jsonb_build_array('requested', 'rejected'),
			'rejection_reason', jsonb_build_array(null, r.refused))
	from demo_refund r where r.status = 'rejected'
) l
join account a on a.role = 'admin';
