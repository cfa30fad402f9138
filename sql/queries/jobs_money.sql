-- name: idempotency_open
-- args: older_than_secs bigint, rows bigint
-- rows: many
select principal, key, fingerprint, recovery ->> 'kind', (recovery ->> 'id')::uuid
from idempotency_key
where state = 'started'
and created_at < now() - make_interval(secs => $1::bigint)
order by created_at
limit $2;

-- name: earnings_to_mature
-- args: skip bigint, rows bigint
-- rows: many
select e.seller_order_id, o.order_id
from earning e
join seller_order o on o.id = e.seller_order_id
where e.matured_at is null
and e.refund_id is null
and e.matures_at <= now()
and o.status = 'delivered'
and not exists (
	select from refund r
	join refund_item i on i.refund_id = r.id
	join order_item t on t.id = i.order_item_id
	where r.order_id = o.order_id
	and t.seller_order_id = o.id
	and r.status in ('requested', 'approved', 'processing'))
order by e.matures_at, e.id
offset $1
limit $2;

-- name: ledger_matured
-- args: journal_id uuid, seller_order_id uuid, order_id uuid
-- rows: none
with due as (
	select seller_id, sum(amount)::bigint as amount
	from earning
	where seller_order_id = $2::uuid
	and matured_at is null
	group by seller_id),
entry as (
	insert into journal (id, kind, ref, order_id)
	select $1, 'mature', $2::uuid::text, $3
	from due
	where due.amount <> 0
	on conflict on constraint journal_once do nothing
	returning id)
insert into posting (journal_id, line, account, seller_id, amount)
select entry.id, line.n, line.account, due.seller_id, line.sign * due.amount
from entry
cross join due
cross join (values (1, 'seller_pending', 1), (2, 'seller_payable', -1)) as line (n, account, sign);

-- name: earnings_set_matured
-- args: seller_order_id uuid
-- rows: none
update earning
set matured_at = now()
where seller_order_id = $1
and matured_at is null;

-- Whether a refund of the sub-order is asked for or under way.
-- name: seller_order_is_held
-- args: seller_order_id uuid
-- rows: one
select exists (
	select from order_item t
	join refund_item i on i.order_item_id = t.id
	join refund r on r.id = i.refund_id
	where t.seller_order_id = $1
	and r.status in ('requested', 'approved', 'processing'));
