-- The audit trail becomes a chain that shows whether it was touched; refunds know
-- the shipping and the tax in them, and what they put back on the shelf.
set local lock_timeout = '2s';

-- seq counts without a gap and is the place in the chain; id is what the world sees.
alter table audit_log disable trigger audit_log_append_only;
alter table audit_log alter column id drop identity;
alter table audit_log rename column id to seq;
alter table audit_log add column id uuid;

-- What the hash of an entry covers: the hash before it and all that it says.
create function audit_hash(entry audit_log) returns bytea
language sql stable set search_path = public, pg_temp as $$
	select sha256(entry.previous_hash || convert_to(jsonb_build_array(entry.seq, entry.id,
		(extract(epoch from entry.at) * 1000000)::bigint, entry.actor_id, entry.actor_email,
		entry.action, entry.entity, entry.entity_id, entry.changes, entry.ip,
		entry.request_id)::text, 'UTF8'))
$$;

-- What stands before the first entry.
create function audit_origin() returns bytea language sql immutable as $$
	select decode(repeat('00', 32), 'hex')
$$;

-- Entries of before get their places, ids and hashes. A place never grows, so in
-- this order none is taken twice.
do $$
declare
	old bigint;
	n bigint := 0;
	previous bytea := audit_origin();
begin
	for old in select seq from audit_log order by seq loop
		n := n + 1;
		update audit_log
		set seq = n, previous_hash = previous,
			id = overlay(overlay(md5('audit ' || n)
				placing lpad(to_hex(round(extract(epoch from at) * 1000)::bigint), 12, '0')
					|| '7000' from 1) placing '8' from 17)::uuid
		where seq = old;
		update audit_log a
		set hash = audit_hash(a)
		where seq = n
		returning hash into previous;
	end loop;
end $$;

drop index audit_log_by_entity;
drop index audit_log_by_actor;
drop index audit_log_by_action;
alter table audit_log
	alter column id set not null,
	alter column previous_hash set not null,
	alter column hash set not null,
	add constraint audit_log_id_once unique (id),
	-- Whatever fails, two entries never stand behind the same one.
	add constraint audit_log_chained unique (previous_hash),
	add constraint audit_log_seq_counted check (seq > 0),
	add constraint audit_log_hashes_whole
		check (octet_length(previous_hash) = 32 and octet_length(hash) = 32);
create index audit_log_by_entity on audit_log (entity, entity_id, id desc);
create index audit_log_by_actor on audit_log (actor_id, id desc);
create index audit_log_by_action on audit_log (action, id desc);

-- Nobody but this gives an entry its place. The lock is held to the commit, so the
-- entry before is committed; the look comes after it, as a statement that sees that.
create function audit_seal() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
	before record;
begin
	perform pg_advisory_xact_lock(hashtextextended('audit_log', 0));
	select seq, hash into before from audit_log order by seq desc limit 1;
	new.seq := coalesce(before.seq, 0) + 1;
	new.previous_hash := coalesce(before.hash, audit_origin());
	new.hash := audit_hash(new);
	return new;
end $$;
create trigger audit_log_seal before insert on audit_log
	for each row execute function audit_seal();
alter table audit_log enable trigger audit_log_append_only;

-- The entries, from above one place up to another, that do not fit: changed, or
-- without the one before. None: the chain is whole there.
create function audit_broken(above bigint default 0, upto bigint default 9223372036854775807)
returns setof bigint
language sql stable set search_path = public, pg_temp as $$
	select a.seq
	from audit_log a
	left join audit_log p on p.seq = a.seq - 1
	where a.seq > above
	and a.seq <= upto
	and (a.hash <> audit_hash(a)
		or a.previous_hash is distinct from
			case a.seq when 1 then audit_origin() else p.hash end)
	order by a.seq
$$;

-- Where the chain was found whole. An end that was cut off leaves no gap, but is
-- missing here.
create table audit_checkpoint (
	seq bigint constraint audit_checkpoint_pk primary key,
	hash bytea not null,
	at timestamptz not null default now()
);
create trigger audit_checkpoint_append_only before update or delete on audit_checkpoint
	for each row execute function append_only();
create trigger audit_checkpoint_no_truncate before truncate on audit_checkpoint
	for each statement execute function append_only();

-- A line's share of its sub-order's shipping.
alter table order_item
	add column shipping bigint not null default 0
		constraint order_item_shipping_sane check (shipping >= 0),
	drop constraint order_item_refund_fits,
	add constraint order_item_refund_fits
		check (refunded_quantity between 0 and quantity
		and refunded_amount between 0 and line_total - discount + shipping);

alter table refund_item
	-- Contained in amount.
	add column tax_reversed bigint not null default 0,
	-- Units that this refund put back on the shelf.
	add column restocked bigint not null default 0;
update refund_item t
set tax_reversed = case when r.status = 'processed' and i.line_total > i.discount
		then i.tax_total * t.amount / (i.line_total - i.discount) else 0 end,
	restocked = case when r.status = 'processed' and r.restock then t.quantity else 0 end
from refund r, order_item i
where r.id = t.refund_id
and i.id = t.order_item_id;

-- What a refund took from an earning that was settled since, given back.
alter table earning add column is_reversal boolean not null default false;
drop index earning_refund_once;
create unique index earning_refund_once on earning (refund_id, seller_order_id, is_reversal)
	where refund_id is not null;

-- Takes a session's lock once nobody else holds it; false after lock_timeout.
create function lock_in_time(lock bigint) returns boolean language plpgsql as $$
begin
	perform pg_advisory_lock(lock);
	return true;
exception when lock_not_available then
	return false;
end $$;
