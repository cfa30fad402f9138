-- Begins the load: one transaction, an empty shop, and the tools of the
-- later files.  psql variables: scale (products), lines (order lines).
begin;
set local timezone = 'UTC';
set local client_min_messages = warning;
set local lock_timeout = '60s';
set local statement_timeout = 0;
set local idle_in_transaction_session_timeout = 0;
set local jit = off;
set local work_mem = '96MB';
set local maintenance_work_mem = '256MB';
set local max_parallel_workers_per_gather = 0;
set local synchronous_commit = off;

-- The day before which everything happened; the same day, the same rows.
create temp table demo_par as
select :scale::bigint as scale, :lines::bigint as lines,
	least(:scale, 2000)::bigint as pictured,
	date_trunc('day', now()) as d0;

-- Rows come fastest into tables without indexes, foreign keys and row
-- triggers.  They are taken away, remembered, and put back by 80_finish.sql.
create temp table demo_table as
select c.oid::regclass as name
from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
and c.relname <> 'schema_migration'
and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e');

create temp table demo_ddl (step integer, name text, undo text, redo text);
insert into demo_ddl
select case k.contype when 'f' then 3 else 1 end, k.conname,
	format('alter table %s drop constraint %I', k.conrelid::regclass, k.conname),
	format('alter table %s add constraint %I %s', k.conrelid::regclass, k.conname,
		pg_get_constraintdef(k.oid))
from pg_constraint k
join demo_table t on t.name = k.conrelid
where k.contype in ('p', 'u', 'f') and k.conparentid = 0
union all
select 2, i.indexrelid::regclass::text,
	format('drop index %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid)
from pg_index i
join demo_table t on t.name = i.indrelid
where not exists (select from pg_constraint k where k.conindid = i.indexrelid
	and k.contype in ('p', 'u', 'x'))
union all
select 4, g.tgname,
	format('alter table %s disable trigger %I', g.tgrelid::regclass, g.tgname),
	format('alter table %s enable trigger %I', g.tgrelid::regclass, g.tgname)
from pg_trigger g
join demo_table t on t.name = g.tgrelid
where not g.tgisinternal and g.tgenabled = 'O';

do $$
declare
	statement text;
begin
	for statement in select undo from demo_ddl where step = 4 loop
		execute statement;
	end loop;
	execute (select 'truncate ' || string_agg(name::text, ', ')
		|| ' restart identity' from demo_table);
	for statement in select undo from demo_ddl where step < 4 order by step desc loop
		execute statement;
	end loop;
end $$;

-- A number in [0, 1) that looks random and is the same every time.
create function pg_temp.u(n bigint, salt bigint) returns float8
language sql immutable parallel safe as $$
	select (hashint8extended(n, salt) & 9007199254740991)::float8 / 9007199254740992.0
$$;

-- A whole number from 0 to below - 1.
create function pg_temp.below(n bigint, salt bigint, below bigint) returns bigint
language sql immutable parallel safe as $$
	select (hashint8extended(n, salt) & 9007199254740991) % below
$$;

-- An entry of a list; x from 0 to 1.
create function pg_temp.pick(list text[], x float8) returns text
language sql immutable parallel safe as $$
	select list[1 + floor(x * cardinality(list))::integer]
$$;

-- UUID version 7: milliseconds, an order within them, and bits of the key.
create function pg_temp.id(at timestamptz, key text, seq integer default 0) returns uuid
language sql immutable parallel safe as $$
	select overlay(overlay(md5(key)
		placing lpad(to_hex(round(date_part('epoch', at) * 1000)::bigint), 12, '0')
			|| '7' || lpad(to_hex(seq), 3, '0') from 1)
		placing '8' from 17)::uuid
$$;

-- The GSTIN of a PAN in a state, with its check digit.
create function pg_temp.gstin(state text, pan text) returns text
language sql immutable as $$
	select b.body || substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', 1 + (36 - (
		select sum(v.d * f.f / 36 + v.d * f.f % 36)
		from generate_series(1, 14) g
		cross join lateral (select strpos('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ',
			substr(b.body, g, 1)) - 1 as d) v
		cross join lateral (select 1 + (g - 1) % 2 as f) f
		) % 36)::integer % 36, 1)
	from (select state || pan || '1Z' as body) b
$$;

-- Tax inside an amount, half up to a paisa; and a share in basis points.
create function pg_temp.tax_within(amount bigint, bps bigint) returns bigint
language sql immutable as $$
	select (2 * amount * bps + 10000 + bps) / (2 * (10000 + bps))
$$;
create function pg_temp.share(amount bigint, bps bigint) returns bigint
language sql immutable as $$
	select (amount * bps + 5000) / 10000
$$;

create temp table demo_place (
	no integer primary key, city text, state text, code text, pin text
);
insert into demo_place values
	(1, 'Kanchipuram', 'Tamil Nadu', '33', '6315'), (2, 'Jaipur', 'Rajasthan', '08', '3020'),
	(3, 'Bengaluru', 'Karnataka', '29', '5600'), (4, 'Ahmedabad', 'Gujarat', '24', '3800'),
	(5, 'Kochi', 'Kerala', '32', '6820'), (6, 'New Delhi', 'Delhi', '07', '1100'),
	(7, 'Jalandhar', 'Punjab', '03', '1440'), (8, 'Pune', 'Maharashtra', '27', '4110'),
	(9, 'Moradabad', 'Uttar Pradesh', '09', '2440'), (10, 'Hyderabad', 'Telangana', '36', '5000'),
	(11, 'Kolkata', 'West Bengal', '19', '7000'), (12, 'Indore', 'Madhya Pradesh', '23', '4520'),
	(13, 'Guwahati', 'Assam', '18', '7810'), (14, 'Gurugram', 'Haryana', '06', '1220'),
	(15, 'Chennai', 'Tamil Nadu', '33', '6000'), (16, 'Mumbai', 'Maharashtra', '27', '4000'),
	(17, 'Coimbatore', 'Tamil Nadu', '33', '6410'), (18, 'Mysuru', 'Karnataka', '29', '5700'),
	(19, 'Lucknow', 'Uttar Pradesh', '09', '2260'), (20, 'Nagpur', 'Maharashtra', '27', '4400'),
	(21, 'Visakhapatnam', 'Andhra Pradesh', '37', '5300'), (22, 'Patna', 'Bihar', '10', '8000'),
	(23, 'Bhubaneswar', 'Odisha', '21', '7510'), (24, 'Chandigarh', 'Chandigarh', '04', '1600'),
	(25, 'Udaipur', 'Rajasthan', '08', '3130'), (26, 'Surat', 'Gujarat', '24', '3950'),
	(27, 'Thiruvananthapuram', 'Kerala', '32', '6950'), (28, 'Dehradun', 'Uttarakhand', '05', '2480'),
	(29, 'Ranchi', 'Jharkhand', '20', '8340'), (30, 'Raipur', 'Chhattisgarh', '22', '4920'),
	(31, 'Panaji', 'Goa', '30', '4030'), (32, 'Madurai', 'Tamil Nadu', '33', '6250'),
	(33, 'Vijayawada', 'Andhra Pradesh', '37', '5200'), (34, 'Noida', 'Uttar Pradesh', '09', '2010'),
	(35, 'Shimla', 'Himachal Pradesh', '02', '1710'), (36, 'Mangaluru', 'Karnataka', '29', '5750');
