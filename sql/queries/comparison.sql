-- The first and the last second of the days that are compared: those given, in
-- the shop's zone, or all from the day of the last good run to yesterday.
-- name: comparison_span
-- args: zone text, first_day text, last_day text
-- rows: one
with day as (
	select (now() at time zone $1::text)::date as today,
		(coalesce((
			select max(started_at)
			from job_run
			where job = 'compare'
			and ok
			and not counts ? 'by_hand'), (
			select known_at
			from job
			where name = 'compare'), now()) at time zone $1::text)::date as seen_on),
span as (
	select coalesce($2::text::date, least(greatest(least(today - 1, seen_on), today - 30),
			$3::text::date)) as first_day,
		coalesce($3::text::date, today - 1) as last_day
	from day)
select extract(epoch from first_day::timestamp at time zone $1::text)::bigint,
	extract(epoch from (last_day + 1)::timestamp at time zone $1::text)::bigint - 1
from span;

-- What we know of payments: by the provider's id, by its order, or by our own
-- id, which is also what the journal names.
-- name: comparison_payments_here
-- args: provider_payment_ids text[], provider_order_ids text[], refs text[]
-- rows: many
select p.id, p.order_id, o.number, coalesce(p.id::text, t.ref), p.provider_payment_id, p.status,
	p.currency, p.captured_amount, p.refunded_amount, l.amount, l.currency
from unnest($1::text[], $2::text[], $3::text[]) with ordinality
	as t (payment_id, provider_order_id, ref, n)
left join lateral (
	select x.id, x.order_id, x.provider_payment_id, x.status, x.currency, x.captured_amount,
		x.refunded_amount
	from payment x
	where x.provider = 'razorpay'
	and (x.provider_payment_id = t.payment_id
		or x.provider_order_id = t.provider_order_id
		or x.id = case when t.ref ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then t.ref::uuid end)
	order by x.provider_payment_id is not distinct from t.payment_id desc
	limit 1) p on true
left join orders o on o.id = p.order_id
left join lateral (
	select sum(s.amount)::bigint as amount, min(j.currency) as currency
	from journal j
	join posting s on s.journal_id = j.id
	where j.kind in ('capture', 'stray_capture')
	and j.ref = coalesce(p.id::text, t.ref)
	and s.account = 'gateway_clearing') l on true
order by t.n;

-- The same of refunds: by the provider's id, by our key, or by our own id; and
-- whose it would be, by the provider's payment.
-- name: comparison_refunds_here
-- args: provider_refund_ids text[], gateway_keys text[], refs text[], provider_payment_ids text[]
-- rows: many
select r.id, p.id, p.order_id, o.number, coalesce(r.id::text, t.ref), r.provider_refund_id,
	p.provider_payment_id, r.gateway_key, r.status, r.currency, r.amount, l.amount, l.currency
from unnest($1::text[], $2::text[], $3::text[], $4::text[]) with ordinality
	as t (refund_id, gateway_key, ref, payment_id, n)
left join lateral (
	select x.id, x.payment_id, x.provider_refund_id, x.gateway_key, x.status,
		x.currency, x.amount
	from refund x
	where x.provider_refund_id = t.refund_id
	or x.gateway_key = t.gateway_key
	or x.id = case when t.ref ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then t.ref::uuid end
	order by x.provider_refund_id is not distinct from t.refund_id desc
	limit 1) r on true
left join payment p on p.id = coalesce(r.payment_id, (
	select x.id
	from payment x
	where x.provider = 'razorpay'
	and x.provider_payment_id = t.payment_id))
left join orders o on o.id = p.order_id
left join lateral (
	select -sum(s.amount)::bigint as amount, min(j.currency) as currency
	from journal j
	join posting s on s.journal_id = j.id
	where j.kind in ('refund', 'refund_failed')
	and j.ref = coalesce(r.id::text, t.ref)
	and s.account = 'gateway_clearing') l on true
order by t.n;

-- What our ledger took or gave back through the provider in that time.
-- name: comparison_booked
-- args: from_secs bigint, to_secs bigint, after uuid, rows bigint
-- rows: many
select j.id, j.kind in ('refund', 'refund_failed'), j.ref,
	coalesce(p.provider_payment_id, r.provider_refund_id)
from journal j
left join payment p on j.kind in ('capture', 'stray_capture')
	and p.id = case when j.ref ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then j.ref::uuid end
left join refund r on j.kind in ('refund', 'refund_failed')
	and r.id = case when j.ref ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then j.ref::uuid end
where j.kind in ('capture', 'stray_capture', 'refund', 'refund_failed')
and j.created_at >= to_timestamp($1::bigint)
and j.created_at < to_timestamp($2::bigint + 1)
and ($3::uuid is null or j.id > $3)
and exists (
	select
	from posting s
	where s.journal_id = j.id
	and s.account = 'gateway_clearing')
order by j.id
limit $4;

-- What was begun before the end of that time and has no end of its own yet.
-- name: comparison_open
-- args: to_secs bigint
-- rows: many
select true, r.id::text, r.provider_refund_id
from refund r
join payment p on p.id = r.payment_id
where r.status in ('approved', 'processing')
and p.provider = 'razorpay'
and r.created_at < to_timestamp($1::bigint + 1)
union all
select false, p.id::text, p.provider_payment_id
from payment p
where p.status = 'authorized'
and p.provider = 'razorpay'
and p.created_at < to_timestamp($1::bigint + 1);

-- name: comparison_refunds_of_payment
-- args: payment_id uuid
-- rows: many
select id::text, provider_refund_id, case when status = 'processed' then amount else 0 end
from refund
where payment_id = $1
and order_id = (select order_id from payment where id = $1)
and status in ('approved', 'processing', 'processed');

-- name: mismatches_open
-- args: none
-- rows: many
select id, entity = 'refund', ref, kind
from payment_mismatch
where resolved_at is null
order by id;

-- name: mismatch_seen
-- args: id uuid, entity text, ref text, kind text, order_id uuid, payment_id uuid, refund_id uuid, here jsonb, there jsonb
-- rows: none
insert into payment_mismatch
	(id, entity, ref, kind, order_id, payment_id, refund_id, here, there)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (entity, ref, kind) where resolved_at is null
do update set order_id = excluded.order_id, payment_id = excluded.payment_id,
	refund_id = excluded.refund_id, here = excluded.here, there = excluded.there,
	last_seen_at = now();

-- name: mismatches_resolve
-- args: ids uuid[]
-- rows: none
update payment_mismatch
set resolved_at = now()
where id = any ($1)
and resolved_at is null;

-- Amounts are those that were compared: of a sum that was paid back, that; of an
-- amount that is booked as the provider has it, the payment's own.
-- fragment: mismatch_columns
-- args: none
select t.id, t.kind, t.entity, t.ref, t.order_id, o.number,
	case t.kind when 'refunded' then t.there->>'refunded' else t.there->>'amount' end::bigint,
	case
		when t.kind = 'refunded' then t.here->>'refunded'
		when t.kind = 'amount' and t.here->>'booked' = t.there->>'amount' then t.here->>'amount'
		else t.here->>'booked' end::bigint,
	coalesce(t.there->>'currency', t.here->>'booked_currency', t.here->>'currency'),
	t.there->>'status', t.here->>'status',
	(extract(epoch from t.first_seen_at) * 1000000)::bigint,
	(extract(epoch from t.last_seen_at) * 1000000)::bigint,
	(extract(epoch from t.resolved_at) * 1000000)::bigint

-- fragment: mismatches
-- args: none
from payment_mismatch t
left join orders o on o.id = t.order_id
where true

-- fragment: mismatches_that_differ
-- args: none
and t.resolved_at is null

-- fragment: mismatches_put_right
-- args: none
and t.resolved_at is not null
