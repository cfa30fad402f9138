-- The rate in force of each target: the whole market first, then categories,
-- then sellers.
-- name: commission_rates
-- args: none
-- rows: many
select distinct on (scope, category_id, seller_id)
	scope, category_id, seller_id, rate_bps,
	(extract(epoch from effective_from) * 1000000)::bigint
from commission_rate
where effective_from <= clock_timestamp()
order by scope, category_id, seller_id, effective_from desc, id desc;

-- name: commission_effective
-- args: seller_id uuid, category_id uuid
-- rows: one
select rate_bps, scope
from commission_at($1, $2, clock_timestamp());

-- name: commission_targets_exist
-- args: seller_id uuid, category_id uuid
-- rows: one
select $1::uuid is null or exists (select from seller where id = $1),
	$2::uuid is null or exists (select from category where id = $2);

-- One change of a target after the other, so that each entry knows the one before.
-- name: commission_lock
-- args: none
-- rows: one
select pg_advisory_xact_lock(hashtextextended('commission_rate', 0));

-- name: commission_of_target
-- args: scope text, seller_id uuid, category_id uuid
-- rows: maybe
select rate_bps
from commission_rate
where scope = $1
and seller_id is not distinct from $2
and category_id is not distinct from $3
and effective_from <= clock_timestamp()
order by effective_from desc, id desc
limit 1;

-- It holds from now on, not from when its turn was asked for: of two, the later one
-- wins. The readers above go by the same clock, so that a change sees itself.
-- name: commission_add
-- args: id uuid, scope text, seller_id uuid, category_id uuid, rate_bps integer, set_by uuid
-- rows: none
insert into commission_rate (id, scope, seller_id, category_id, rate_bps, effective_from, set_by)
values ($1, $2, $3, $4, $5, clock_timestamp(), $6);
