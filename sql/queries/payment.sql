-- name: payment_by_id
-- args: id uuid, account_id uuid
-- rows: maybe
select id, order_id, provider, provider_order_id, provider_payment_id, amount, refunded_amount,
	currency, method, status, failure_reason,
	(extract(epoch from created_at) * 1000000)::bigint,
	(extract(epoch from captured_at) * 1000000)::bigint
from payment
where id = $1
and ($2::uuid is null or account_id = $2);

-- name: payment_latest_of_order
-- args: order_id uuid, account_id uuid
-- rows: maybe
select id, order_id, provider, provider_order_id, provider_payment_id, amount, refunded_amount,
	currency, method, status, failure_reason,
	(extract(epoch from created_at) * 1000000)::bigint,
	(extract(epoch from captured_at) * 1000000)::bigint
from payment
where order_id = $1
and account_id = $2
order by captured_at is null, id desc
limit 1;

-- fragment: payment_columns
-- args: none
select t.id, t.order_id, t.provider, t.provider_order_id, t.provider_payment_id, t.amount,
	t.refunded_amount, t.currency, t.method, t.status, t.failure_reason,
	(extract(epoch from t.created_at) * 1000000)::bigint,
	(extract(epoch from t.captured_at) * 1000000)::bigint

-- fragment: payments_of_account
-- args: account_id uuid
from payment t
where t.account_id = $1

-- Calls to the provider about one order follow each other.
-- name: payment_calls_lock
-- args: lock bigint
-- rows: one
select pg_advisory_lock($1);

-- name: payment_calls_unlock
-- args: lock bigint
-- rows: one
select pg_advisory_unlock($1);

-- name: order_payable
-- args: order_id uuid
-- rows: one
select payment_method = 'razorpay' and status = 'pending_payment' and expires_at > now()
from orders
where id = $1;

-- name: payment_live_of_order
-- args: order_id uuid
-- rows: maybe
select id, provider_order_id, receipt, amount, currency
from payment
where order_id = $1
and is_live
for update;

-- name: payment_add
-- args: id uuid, order_id uuid, account_id uuid, receipt text, amount bigint, idem_principal text, idem_key text
-- rows: none
insert into payment
	(id, order_id, account_id, provider, receipt, amount, idem_principal, idem_key)
values ($1, $2, $3, 'razorpay', $4, $5, $6, $7);

-- name: payment_set_provider_order
-- args: id uuid, provider_order_id text
-- rows: none
update payment
set provider_order_id = $2, updated_at = now()
where id = $1
and provider_order_id is null;

-- name: payment_of_provider_order
-- args: provider_order_id text
-- rows: maybe
select id, order_id, account_id
from payment
where provider = 'razorpay'
and provider_order_id = $1;

-- name: payment_of_provider_payment
-- args: provider_payment_id text
-- rows: maybe
select id, order_id, account_id
from payment
where provider = 'razorpay'
and provider_payment_id = $1;

-- name: payment_lock
-- args: id uuid
-- rows: maybe
select status, provider_payment_id, amount, currency, captured_amount, needs_review
from payment
where id = $1
for update;

-- name: payment_set_authorized
-- args: id uuid, provider_payment_id text, method text
-- rows: none
update payment
set status = 'authorized', provider_payment_id = $2, method = coalesce($3, method),
	failure_reason = null, updated_at = now()
where id = $1
and status in ('created', 'failed');

-- name: payment_set_captured
-- args: id uuid, provider_payment_id text, method text
-- rows: none
update payment
set status = 'captured', provider_payment_id = $2, method = coalesce($3, method),
	captured_amount = amount, captured_at = now(), failure_reason = null,
	needs_review = false, updated_at = now()
where id = $1;

-- name: payment_set_failed
-- args: id uuid, method text, reason text, returned_id text
-- rows: none
update payment
set status = 'failed', method = coalesce($2, method), failure_reason = $3, updated_at = now()
where id = $1
and (status in ('created', 'failed')
	or (status = 'authorized' and provider_payment_id = $4));

-- name: payment_set_review
-- args: id uuid
-- rows: none
update payment
set needs_review = true, updated_at = now()
where id = $1;

-- A second capture for an order that is paid: money that goes back.
-- name: payment_add_stray
-- args: id uuid, order_id uuid, account_id uuid, provider_payment_id text, amount bigint, method text
-- rows: none
insert into payment
	(id, order_id, account_id, provider, provider_payment_id, amount, captured_amount, method,
	status, is_live, captured_at)
values ($1, $2, $3, 'razorpay', $4, $5, $5, $6, 'captured', false, now())
on conflict on constraint payment_provider_payment_once do nothing;

-- name: payments_to_reconcile
-- args: older_than_secs bigint, rows bigint
-- rows: many
select id, order_id, provider_order_id
from payment
where provider = 'razorpay'
and status in ('created', 'authorized', 'failed')
and provider_order_id is not null
and created_at < now() - make_interval(secs => $1::bigint)
and created_at > now() - interval '4 days'
order by updated_at
limit $2;

-- name: payment_touch
-- args: id uuid
-- rows: none
update payment
set updated_at = now()
where id = $1;

-- name: payments_half_open
-- args: older_than_secs bigint, rows bigint
-- rows: many
select p.id, p.order_id
from payment p
join orders o on o.id = p.order_id
where p.provider = 'razorpay'
and p.status = 'created'
and p.provider_order_id is null
and p.is_live
and p.created_at < now() - make_interval(secs => $1::bigint)
and p.created_at > now() - interval '1 day'
and o.status = 'pending_payment'
and o.expires_at > now()
order by p.created_at
limit $2;
