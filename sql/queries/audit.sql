-- The place in the chain and the hashes are made by the trigger audit_log_seal.
-- name: audit_add
-- args: id uuid, actor_id uuid, action text, entity text, entity_id uuid, changes jsonb, ip text, request_id text
-- rows: none
insert into audit_log (id, actor_id, actor_email, action, entity, entity_id, changes, ip, request_id)
select $1, $2, (select email from account where id = $2), $3, $4, $5::uuid::text, $6, $7, $8;

-- name: audit_head
-- args: none
-- rows: maybe
select seq, encode(hash, 'hex')
from audit_log
order by seq desc
limit 1;

-- name: audit_broken_within
-- args: above bigint, upto bigint
-- rows: one
select coalesce(min(seq), 0), count(*)
from audit_broken($1, $2) as seq;

-- Found whole once, and not there any more as it was.
-- name: audit_checkpoint_lost
-- args: none
-- rows: one
select coalesce(min(c.seq), 0), count(*)
from audit_checkpoint c
left join audit_log a on a.seq = c.seq and a.hash = c.hash
where a.seq is null;

-- name: audit_checkpoint_add
-- args: seq bigint
-- rows: none
insert into audit_checkpoint (seq, hash)
select seq, hash
from audit_log
where seq = $1
on conflict on constraint audit_checkpoint_pk do nothing;

-- fragment: audit_columns
-- args: none
select t.id, (extract(epoch from t.at) * 1000000)::bigint, t.actor_id, t.actor_email, t.action,
	t.entity, t.entity_id, t.changes, t.ip, t.request_id

-- fragment: audit_entries
-- args: none
from audit_log t
where true

-- fragment: audit_by_actor
-- args: actor_id uuid
and t.actor_id = $1

-- fragment: audit_by_address
-- args: email text
and t.actor_id in (select id from account where email_key = lower($1))

-- fragment: audit_of_action
-- args: action text
and t.action = $1

-- fragment: audit_of_kind
-- args: prefix text
and t.action like $1

-- fragment: audit_of_entity
-- args: entity text
and t.entity = $1

-- fragment: audit_of_entity_id
-- args: entity_id text
and t.entity_id = $1

-- fragment: audit_from
-- args: day text, zone text
and t.at >= ($1::date)::timestamp at time zone $2

-- fragment: audit_to
-- args: day text, zone text
and t.at < ($1::date + 1)::timestamp at time zone $2
