-- What is tried is put off at once, so that a row is not taken twice however
-- the sender ends; its outcome sets the time anew.
-- name: outbox_claim
-- args: rows bigint, tries_most integer
-- rows: many
with due as (
	select id
	from outbox
	where sent_at is null
	and dead_at is null
	and next_try_at <= now()
	and attempts < $2
	order by next_try_at
	limit $1
	for update skip locked)
update outbox o
set attempts = attempts + 1, next_try_at = now() + interval '1 minute'
from due
left join lateral (
	select a.email, a.full_name, a.phone
	from outbox b
	join account a on a.id = b.account_id
	where b.id = due.id) a on true
where o.id = due.id
returning o.id, o.kind, o.payload, o.attempts,
	(extract(epoch from o.created_at) * 1000000)::bigint, a.email, a.full_name, a.phone;

-- A token that was mailed is kept nowhere but hashed.
-- name: outbox_sent
-- args: id uuid
-- rows: none
update outbox
set sent_at = now(), last_error = null, payload = payload - 'token'
where id = $1;

-- name: outbox_later
-- args: id uuid, wait_secs double precision, last_error text
-- rows: none
update outbox
set next_try_at = now() + make_interval(secs => $2), last_error = $3
where id = $1;

-- name: outbox_dead
-- args: id uuid, last_error text
-- rows: none
update outbox
set dead_at = now(), last_error = $2
where id = $1;

-- Claimed but not tried: as if it had not been.
-- name: outbox_put_back
-- args: ids uuid[], wait_secs double precision
-- rows: none
update outbox
set attempts = attempts - 1, next_try_at = now() + make_interval(secs => $2)
where id = any($1);

-- Tried so often, and the sender never lived to tell the outcome.
-- name: outbox_bury
-- args: tries_most integer
-- rows: none
update outbox
set dead_at = now(), last_error = coalesce(last_error, 'no outcome known')
where sent_at is null
and dead_at is null
and next_try_at <= now()
and attempts >= $1;

-- name: outbox_due
-- args: none
-- rows: one
select count(*)
from outbox
where sent_at is null
and dead_at is null
and next_try_at <= now();

-- name: outbox_dead_count
-- args: none
-- rows: one
select count(*)
from outbox
where dead_at is not null;

-- fragment: outbox_columns
-- args: none
select t.id, t.kind, coalesce(t.payload->>'to',
		case when t.kind like 'sms.%' then a.phone else a.email end),
	t.account_id, t.attempts, t.last_error,
	(extract(epoch from t.created_at) * 1000000)::bigint,
	(extract(epoch from t.next_try_at) * 1000000)::bigint,
	(extract(epoch from t.sent_at) * 1000000)::bigint,
	(extract(epoch from t.dead_at) * 1000000)::bigint

-- fragment: outbox_messages
-- args: none
from outbox t
left join account a on a.id = t.account_id
where true

-- fragment: outbox_that_are_dead
-- args: none
and t.dead_at is not null

-- fragment: outbox_that_wait
-- args: none
and t.sent_at is null
and t.dead_at is null

-- fragment: outbox_that_were_sent
-- args: none
and t.sent_at is not null

-- name: outbox_by_id
-- args: id uuid
-- rows: maybe
select t.id, t.kind, coalesce(t.payload->>'to',
		case when t.kind like 'sms.%' then a.phone else a.email end),
	t.account_id, t.attempts, t.last_error,
	(extract(epoch from t.created_at) * 1000000)::bigint,
	(extract(epoch from t.next_try_at) * 1000000)::bigint,
	(extract(epoch from t.sent_at) * 1000000)::bigint,
	(extract(epoch from t.dead_at) * 1000000)::bigint
from outbox t
left join account a on a.id = t.account_id
where t.id = $1;

-- A second life, with all its tries.
-- name: outbox_revive
-- args: id uuid
-- rows: none
update outbox
set dead_at = null, attempts = 0, next_try_at = now()
where id = $1
and dead_at is not null;
