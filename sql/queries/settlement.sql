-- What is owed and what was paid; requested money is neither.
-- name: seller_balance
-- args: seller_id uuid
-- rows: one
select e.pending, e.available, s.settled
from (
	select coalesce(sum(amount) filter (where matured_at is null), 0)::bigint as pending,
		coalesce(sum(amount) filter (where matured_at is not null), 0)::bigint as available
	from earning
	where seller_id = $1
	and settlement_id is null) e
cross join (
	select coalesce(sum(net), 0)::bigint as settled
	from settlement
	where seller_id = $1
	and status = 'paid') s;

-- Its sums are set once its lines are claimed.
-- name: settlement_add
-- args: id uuid, seller_id uuid, idem_principal text, idem_key text
-- rows: none
insert into settlement
	(id, seller_id, gross, commission, refunds, net, idem_principal, idem_key)
values ($1, $2, 0, 0, 0, 0, $3, $4);

-- So many lines at a time, in the order of their maturing from one moment on.
-- name: earnings_claim
-- args: seller_id uuid, settlement_id uuid, since timestamptz, rows bigint
-- rows: one
with claimed as (
	update earning
	set settlement_id = $2
	where id in (
		select id
		from earning
		where seller_id = $1
		and matured_at >= $3
		and settlement_id is null
		order by matured_at
		limit $4)
	returning refund_id, gross, commission, amount, matured_at,
		greatest(matured_at, created_at) as at)
select count(*),
	coalesce(sum(gross) filter (where refund_id is null), 0)::bigint,
	coalesce(sum(commission), 0)::bigint,
	coalesce(-sum(gross) filter (where refund_id is not null), 0)::bigint,
	coalesce(sum(amount), 0)::bigint,
	(extract(epoch from min(at)) * 1000000)::bigint,
	max(matured_at)::text
from claimed;

-- name: settlement_set_sums
-- args: id uuid, gross bigint, commission bigint, refunds bigint, net bigint, period_start_us bigint
-- rows: none
update settlement
set gross = $2, commission = $3, refunds = $4, net = $5,
	period_start = to_timestamp($6::bigint / 1000000) + $6::bigint % 1000000 * interval '1 microsecond',
	period_end = clock_timestamp()
where id = $1;

-- fragment: settlement_columns
-- args: none
select t.id, t.seller_id, (select s.store_name from seller s where s.id = t.seller_id),
	t.status, t.currency, t.gross, t.commission, t.refunds, t.adjustments,
	t.net, (extract(epoch from t.period_start) * 1000000)::bigint,
	(extract(epoch from t.period_end) * 1000000)::bigint, t.reference, t.reason,
	(extract(epoch from t.requested_at) * 1000000)::bigint,
	(extract(epoch from t.processed_at) * 1000000)::bigint

-- fragment: settlements_of_seller
-- args: seller_id uuid
from settlement t
where t.seller_id = $1

-- fragment: settlements_all
-- args: none
from settlement t
where true

-- fragment: settlements_with_status
-- args: status text
and t.status = $1

-- name: settlement_by_id
-- args: id uuid
-- rows: maybe
select t.id, t.seller_id, (select s.store_name from seller s where s.id = t.seller_id),
	t.status, t.currency, t.gross, t.commission, t.refunds, t.adjustments,
	t.net, (extract(epoch from t.period_start) * 1000000)::bigint,
	(extract(epoch from t.period_end) * 1000000)::bigint, t.reference, t.reason,
	(extract(epoch from t.requested_at) * 1000000)::bigint,
	(extract(epoch from t.processed_at) * 1000000)::bigint
from settlement t
where t.id = $1;

-- What it is made of, newest first.
-- name: settlement_lines
-- args: settlement_id uuid, rows bigint
-- rows: many
select e.seller_order_id, o.number, e.refund_id, e.gross, e.commission, e.amount,
	(extract(epoch from greatest(e.matured_at, e.created_at)) * 1000000)::bigint
from earning e
join seller_order o on o.id = e.seller_order_id
where e.settlement_id = $1
order by greatest(e.matured_at, e.created_at) desc, e.id
limit $2;

-- name: settlement_count_lines
-- args: settlement_id uuid
-- rows: one
select count(*)
from earning
where settlement_id = $1;

-- A posting has no id of its own: it is the journal's, ending in its line.
-- name: settlement_postings
-- args: settlement_id uuid
-- rows: many
select overlay(j.id::text placing lpad(to_hex(p.line), 4, '0') from 33)::uuid, j.id, j.kind, j.ref,
	p.account, p.amount, j.currency, (extract(epoch from j.created_at) * 1000000)::bigint
from journal j
join posting p on p.journal_id = j.id
where j.kind = 'settlement'
and j.ref = $1::uuid::text
order by p.line;

-- name: settlement_lock
-- args: id uuid
-- rows: maybe
select t.status, t.seller_id, t.net, t.currency, s.account_id
from settlement t
join seller s on s.id = t.seller_id
where t.id = $1
for update of t;

-- name: settlement_set_decided
-- args: id uuid, status text, reference text, reason text, processed_by uuid
-- rows: none
update settlement
set status = $2, reference = $3, reason = $4, processed_by = $5, processed_at = now()
where id = $1;

-- name: earnings_free
-- args: settlement_id uuid, rows bigint
-- rows: none
update earning
set settlement_id = null
where id in (
	select id
	from earning
	where settlement_id = $1
	limit $2);

-- name: ledger_settled
-- args: journal_id uuid, settlement_id uuid
-- rows: none
with entry as (
	insert into journal (id, kind, ref)
	values ($1, 'settlement', $2::uuid::text)
	on conflict on constraint journal_once do nothing
	returning id)
insert into posting (journal_id, line, account, seller_id, amount)
select entry.id, line.n, line.account, case line.n when 1 then s.seller_id end, line.sign * s.net
from entry
join settlement s on s.id = $2
cross join (values (1, 'seller_payable', 1), (2, 'bank', -1)) as line (n, account, sign);

-- What is to be paid.
-- name: payouts_sum
-- args: none
-- rows: one
select count(*), coalesce(sum(net), 0)::bigint
from settlement
where status in ('requested', 'processing')
and net > 0;

-- The reference is the same whenever it is asked for, and of its settlement alone.
-- name: payouts
-- args: after uuid, rows bigint
-- rows: many
select t.id, t.seller_id::text, s.store_name, s.legal_name, s.bank_account_holder,
	s.bank_account_number, s.bank_ifsc, t.net, t.currency,
	'HT' || upper(right(replace(t.id::text, '-', ''), 18)), t.status,
	to_char(t.requested_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
	concat_ws('; ',
		case when s.bank_account_number is null then 'no bank account' end,
		case when s.pending_changes ? 'bank_account' then 'another bank account waits for review' end,
		case when s.status <> 'approved' then 'the store is ' || s.status end)
from settlement t
join seller s on s.id = t.seller_id
where t.status in ('requested', 'processing')
and t.net > 0
and t.id > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000')
order by t.id
limit $2;

-- fragment: settlements_below
-- args: net bigint, id uuid
and (t.net, t.id) < ($1::bigint, $2::uuid)

-- fragment: settlements_above
-- args: net bigint, id uuid
and (t.net, t.id) > ($1::bigint, $2::uuid)

-- fragment: settlements_largest
-- args: none
order by t.net desc, t.id desc

-- fragment: settlements_smallest
-- args: none
order by t.net, t.id
