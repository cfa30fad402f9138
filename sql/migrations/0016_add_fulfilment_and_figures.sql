-- Sellers at work: their steps, their settlements, their figures.
set local lock_timeout = '2s';

-- Whether a part was called off by its seller: then nothing brings it back.
create function cancelled_by_seller(of_order uuid, part uuid) returns boolean
language sql stable as $$
	select exists (
		select from order_event e
		where e.order_id = of_order
		and e.seller_order_id = part
		and e.status = 'cancelled'
		and e.actor_role = 'seller')
$$;

-- Delivered earnings by the end of their return window.
create index earning_to_mature on earning (matures_at)
	where matured_at is null and refund_id is null;
-- What a seller has, from the index alone.
drop index earning_open;
create index earning_open on earning (seller_id, matured_at) include (amount)
	where settlement_id is null;

-- Figures. What happened on a closed day is kept per seller, and for the whole
-- shop where seller_id is null; a day is one of the shop's time zone. The job
-- rollup closes days, and counts a day again that something was changed in
-- afterwards: such a day has a mark in figures_mark from the moment of the change,
-- and whoever reads counts it anew until the job has. So the figures are right at
-- every moment, with the job or without.

-- The start of a day (counted from 1970-01-01) of a time zone.
create function day_start(day integer, zone text) returns timestamptz language sql stable as $$
	select (date '1970-01-01' + day)::timestamp at time zone zone
$$;
create function day_number(at timestamptz, zone text) returns integer language sql stable as $$
	select (at at time zone zone)::date - date '1970-01-01'
$$;

create table figures_state (
	single boolean constraint figures_state_pk primary key default true
		constraint figures_state_one check (single),
	time_zone text not null,
	-- The last closed day.
	closed integer not null
);

create table figures_mark (
	seller_id uuid not null,
	at timestamptz not null
);
create index figures_mark_by_seller on figures_mark (seller_id);
create index figures_mark_by_time on figures_mark (at);

-- Money, by the day it came or went: as earnings say, which the ledger equals.
create table sales_day (
	seller_id uuid constraint sales_day_seller references seller (id),
	day integer not null,
	orders bigint not null,
	units bigint not null,
	gross bigint not null,
	refunds bigint not null,
	commission bigint not null,
	constraint sales_day_once unique nulls not distinct (seller_id, day)
);
create index sales_day_by_day on sales_day (day);

-- Orders by the day they were placed, and where they stand now: sub-orders of a
-- seller, whole orders of the shop.
create table order_day (
	seller_id uuid constraint order_day_seller references seller (id),
	day integer not null,
	status text not null,
	orders bigint not null,
	constraint order_day_once unique nulls not distinct (seller_id, day, status)
);
create index order_day_by_day on order_day (day);

-- What was sold, before refunds, by the day the money came.
create table product_day (
	seller_id uuid not null constraint product_day_seller references seller (id),
	day integer not null,
	product_id uuid not null constraint product_day_product references product (id),
	units bigint not null,
	revenue bigint not null,
	constraint product_day_pk primary key (seller_id, day, product_id)
		include (units, revenue)
);
create index product_day_by_day on product_day (day);

-- The same of whole closed months, named by their first day.
create table product_month (
	seller_id uuid not null constraint product_month_seller references seller (id),
	month integer not null,
	product_id uuid not null constraint product_month_product references product (id),
	units bigint not null,
	revenue bigint not null,
	constraint product_month_pk primary key (seller_id, month, product_id)
		include (units, revenue)
);
create index product_month_by_month on product_month (month);

create index earning_by_seller_time on earning (seller_id, created_at);
create index earning_by_time on earning using brin (created_at) with (pages_per_range = 16);
create index seller_order_by_seller_placed on seller_order (seller_id, placed_at);
create index seller_order_by_placed on seller_order using brin (placed_at)
	with (pages_per_range = 16);

-- What is written at its own time belongs to a day that is not closed: the job
-- waits longer than any transaction lasts. The rest is marked.
create function figures_changed() returns trigger language plpgsql as $$
begin
	if tg_table_name = 'earning' then
		if tg_op <> 'INSERT' then
			insert into figures_mark (seller_id, at) values (old.seller_id, old.created_at);
		end if;
		if tg_op <> 'DELETE' then
			insert into figures_mark (seller_id, at) values (new.seller_id, new.created_at);
		end if;
		return null;
	end if;
	if tg_op <> 'INSERT' then
		insert into figures_mark (seller_id, at) values (old.seller_id, old.placed_at);
	end if;
	if tg_op = 'INSERT' or tg_op = 'UPDATE' and old.placed_at <> new.placed_at then
		insert into figures_mark (seller_id, at) values (new.seller_id, new.placed_at);
	end if;
	return null;
end $$;
create trigger earning_figures_late after insert on earning
	for each row when (new.created_at < now() - interval '5 minutes')
	execute function figures_changed();
create trigger earning_figures_changed
	after delete or update of created_at, gross, commission on earning
	for each row execute function figures_changed();
create trigger seller_order_figures_late after insert on seller_order
	for each row when (new.placed_at < now() - interval '5 minutes')
	execute function figures_changed();
create trigger seller_order_figures_changed
	after delete or update of status, placed_at on seller_order
	for each row execute function figures_changed();
