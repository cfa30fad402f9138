-- name: ledger_order_captured
-- args: journal_id uuid, payment_id uuid, order_id uuid
-- rows: none
with entry as (
	insert into journal (id, kind, ref, order_id)
	values ($1, 'capture', $2::uuid::text, $3)
	on conflict on constraint journal_once do nothing
	returning id),
part as (
	select seller_id, total, commission_total
	from seller_order
	where order_id = $3),
line as (
	select 1 as rank, 'gateway_clearing' as account, null::uuid as seller_id,
		sum(total)::bigint as amount
	from part
	union all
	select 2, 'commission', null, -sum(commission_total)::bigint
	from part
	union all
	select 3, 'seller_pending', seller_id, commission_total - total
	from part)
insert into posting (journal_id, line, account, seller_id, amount)
select entry.id, row_number() over (order by line.rank, line.seller_id), line.account,
	line.seller_id, line.amount
from entry
cross join line
where line.amount <> 0;

-- name: ledger_cod_captured
-- args: journal_id uuid, seller_order_id uuid, order_id uuid
-- rows: none
with entry as (
	insert into journal (id, kind, ref, order_id)
	values ($1, 'cod_capture', $2::uuid::text, $3)
	on conflict on constraint journal_once do nothing
	returning id),
part as (
	select seller_id, total, commission_total
	from seller_order
	where id = $2),
line as (
	select 1 as rank, 'cod_clearing' as account, null::uuid as seller_id, total as amount
	from part
	union all
	select 2, 'commission', null, -commission_total
	from part
	union all
	select 3, 'seller_pending', seller_id, commission_total - total
	from part)
insert into posting (journal_id, line, account, seller_id, amount)
select entry.id, line.rank, line.account, line.seller_id, line.amount
from entry
cross join line
where line.amount <> 0;

-- name: ledger_stray_captured
-- args: journal_id uuid, payment_id uuid, order_id uuid, amount bigint
-- rows: none
with entry as (
	insert into journal (id, kind, ref, order_id)
	values ($1, 'stray_capture', $2::uuid::text, $3)
	on conflict on constraint journal_once do nothing
	returning id)
insert into posting (journal_id, line, account, amount)
select entry.id, line.n, line.account, line.amount
from entry
cross join (values (1, 'gateway_clearing', $4::bigint), (2, 'buyer_refunds', -$4::bigint)) as line (n, account, amount);

-- name: ledger_stray_refunded
-- args: journal_id uuid, refund_id uuid, order_id uuid, amount bigint
-- rows: none
with entry as (
	insert into journal (id, kind, ref, order_id)
	values ($1, 'refund', $2::uuid::text, $3)
	on conflict on constraint journal_once do nothing
	returning id)
insert into posting (journal_id, line, account, amount)
select entry.id, line.n, line.account, line.amount
from entry
cross join (values (1, 'buyer_refunds', $4::bigint), (2, 'gateway_clearing', -$4::bigint)) as line (n, account, amount);

-- name: ledger_refunded
-- args: journal_id uuid, refund_id uuid, order_id uuid, clearing text
-- rows: none
with entry as (
	insert into journal (id, kind, ref, order_id)
	values ($1, 'refund', $2::uuid::text, $3)
	on conflict on constraint journal_once do nothing
	returning id),
part as (
	select o.seller_id, e.matured_at is not null as matured, sum(i.amount)::bigint as amount,
		sum(i.commission_reversed)::bigint as commission
	from refund_item i
	join order_item t on t.id = i.order_item_id
	join seller_order o on o.id = t.seller_order_id
	left join earning e on e.seller_order_id = o.id and e.refund_id is null
	where i.refund_id = $2
	group by o.id, o.seller_id, e.matured_at),
line as (
	select 1 as rank, $4::text as account, null::uuid as seller_id, -sum(amount)::bigint as amount
	from part
	union all
	select 2, 'commission', null, sum(commission)::bigint
	from part
	union all
	select 3, case when matured then 'seller_payable' else 'seller_pending' end, seller_id,
		amount - commission
	from part)
insert into posting (journal_id, line, account, seller_id, amount)
select entry.id, row_number() over (order by line.rank, line.seller_id), line.account,
	line.seller_id, line.amount
from entry
cross join line
where line.amount <> 0;

-- What has become payable since is given back there.
-- name: ledger_refund_failed
-- args: journal_id uuid, refund_id uuid, order_id uuid
-- rows: none
with booked as (
	select id from journal where kind = 'refund' and ref = $2::uuid::text),
entry as (
	insert into journal (id, kind, ref, order_id)
	select $1, 'refund_failed', $2::uuid::text, $3
	from booked
	on conflict on constraint journal_once do nothing
	returning id)
insert into posting (journal_id, line, account, seller_id, amount)
select entry.id, p.line,
	case when p.account = 'seller_pending' and exists (
			select from seller_order o
			join earning e on e.seller_order_id = o.id and e.refund_id is null
			where o.order_id = $3
			and o.seller_id = p.seller_id
			and e.matured_at is not null)
		then 'seller_payable' else p.account end,
	p.seller_id, -p.amount
from entry
cross join booked
join posting p on p.journal_id = booked.id;

-- name: earnings_add
-- args: order_id uuid
-- rows: none
insert into earning (id, seller_id, seller_order_id, gross, commission, amount)
select gen_random_uuid(), seller_id, id, total, commission_total, total - commission_total
from seller_order
where order_id = $1
on conflict (seller_order_id) where refund_id is null do nothing;

-- name: earning_add_of_part
-- args: seller_order_id uuid
-- rows: none
insert into earning (id, seller_id, seller_order_id, gross, commission, amount)
select gen_random_uuid(), seller_id, id, total, commission_total, total - commission_total
from seller_order
where id = $1
on conflict (seller_order_id) where refund_id is null do nothing;

-- name: earnings_add_of_refund
-- args: refund_id uuid
-- rows: none
insert into earning (id, seller_id, seller_order_id, refund_id, gross, commission, amount, matures_at,
	matured_at)
select gen_random_uuid(), o.seller_id, o.id, $1, -sum(i.amount), -sum(i.commission_reversed),
	-sum(i.amount - i.commission_reversed), e.matures_at, e.matured_at
from refund_item i
join order_item t on t.id = i.order_item_id
join seller_order o on o.id = t.seller_order_id
left join earning e on e.seller_order_id = o.id and e.refund_id is null
where i.refund_id = $1
group by o.id, o.seller_id, e.matures_at, e.matured_at
on conflict (refund_id, seller_order_id, is_reversal) where refund_id is not null do nothing;

-- A refund that failed gives the earning back, by its opposite: what was earned
-- on a day, or settled, stays as it was.
-- name: earnings_return_of_refund
-- args: refund_id uuid
-- rows: none
insert into earning (id, seller_id, seller_order_id, refund_id, is_reversal, gross, commission, amount,
	matures_at, matured_at)
select gen_random_uuid(), seller_id, seller_order_id, refund_id, true, -gross, -commission, -amount,
	matures_at, matured_at
from earning
where refund_id = $1
and not is_reversal
on conflict (refund_id, seller_order_id, is_reversal) where refund_id is not null do nothing;
