-- name: webhook_add
-- args: id text, event_type text, payload bytea
-- rows: none
insert into webhook_event (id, provider, event_type, payload)
values ($1, 'razorpay', $2, $3)
on conflict on constraint webhook_event_pk do nothing;

-- name: webhook_take
-- args: id text
-- rows: maybe
select payload
from webhook_event
where id = $1
and state in ('received', 'parked')
for update skip locked;

-- name: webhook_set_state
-- args: id text, state text, note text, about text
-- rows: none
update webhook_event
set state = $2, note = $3, about = $4, attempts = attempts + 1,
	applied_at = case when $2 = 'applied' then now() end,
	next_try_at = now() + make_interval(secs => least(3600, power(2, attempts)))
where id = $1;

-- One that could not be applied must not come before all others for ever.
-- name: webhook_put_off
-- args: id text, note text
-- rows: none
update webhook_event
set note = $2, attempts = attempts + 1,
	next_try_at = now() + make_interval(secs => least(3600, power(2, attempts)))
where id = $1
and state in ('received', 'parked');

-- What they waited for is there. One that is being tried already waits for the order
-- that the caller holds, and finds it.
-- name: webhooks_wake
-- args: about text
-- rows: none
update webhook_event w
set next_try_at = now()
from (
	select id
	from webhook_event
	where state = 'parked'
	and about = $1
	for update skip locked) parked
where w.id = parked.id;

-- name: webhooks_open
-- args: rows bigint
-- rows: many
select id
from webhook_event
where state in ('received', 'parked')
and next_try_at <= now()
order by next_try_at
limit $1;

-- name: webhooks_give_up
-- args: none
-- rows: none
update webhook_event
set state = 'flagged', note = 'parked for a day'
where state = 'parked'
and received_at < now() - interval '24 hours';
