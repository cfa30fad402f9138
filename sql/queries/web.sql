-- By the session's own id: an account may have many ("=" would let the planner
-- begin with the account).
-- name: caller_by_session
-- args: session_id uuid, account_id uuid
-- rows: maybe
select a.role, a.account_type = 'business', s.id, s.status = 'approved'
from session n
join account a on a.id = n.account_id
left join seller s on s.account_id = a.id
where n.id = $1
and n.account_id is not distinct from $2
and n.revoked_at is null
and n.expires_at > now()
and not a.is_blocked;

-- name: idempotency_lock
-- args: lock bigint
-- rows: one
select pg_try_advisory_xact_lock($1);

-- name: idempotency_find
-- args: principal text, key text
-- rows: maybe
select fingerprint, status, content_type, body
from idempotency_key
where principal = $1
and key = $2
and state = 'finished';

-- name: idempotency_session_lock
-- args: lock bigint
-- rows: one
select pg_try_advisory_lock($1);

-- name: idempotency_session_unlock
-- args: lock bigint
-- rows: one
select pg_advisory_unlock($1);

-- name: idempotency_look
-- args: principal text, key text
-- rows: maybe
select fingerprint, state = 'finished', status, content_type, body
from idempotency_key
where principal = $1
and key = $2;

-- name: idempotency_start
-- args: principal text, key text, fingerprint bytea, recovery jsonb
-- rows: none
insert into idempotency_key (principal, key, fingerprint, state, recovery)
values ($1, $2, $3, 'started', $4)
on conflict on constraint idempotency_key_pk do nothing;

-- name: idempotency_complete
-- args: principal text, key text, fingerprint bytea, status integer, content_type text, body bytea
-- rows: none
insert into idempotency_key as k
	(principal, key, fingerprint, state, status, content_type, body)
values ($1, $2, $3, 'finished', $4, $5, $6)
on conflict on constraint idempotency_key_pk
do update set state = 'finished', status = excluded.status,
	content_type = excluded.content_type, body = excluded.body
where k.state = 'started';

-- name: idempotency_finish
-- args: principal text, key text, fingerprint bytea, status integer, content_type text, body bytea
-- rows: none
insert into idempotency_key
	(principal, key, fingerprint, state, status, content_type, body)
values ($1, $2, $3, 'finished', $4, $5, $6);
