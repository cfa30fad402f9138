-- Figures of the whole shop and reports.
set local lock_timeout = '2s';

-- A state as people write it, as GST returns name the place of supply. The names
-- are those of lib/core/text.c.
create function place_of_supply(state text) returns text language sql immutable parallel safe as $$
	select case
		when lower(state) in ('jammu and kashmir', 'jammu & kashmir') then '01-Jammu and Kashmir'
		when lower(state) in ('himachal pradesh') then '02-Himachal Pradesh'
		when lower(state) in ('punjab') then '03-Punjab'
		when lower(state) in ('chandigarh') then '04-Chandigarh'
		when lower(state) in ('uttarakhand', 'uttaranchal') then '05-Uttarakhand'
		when lower(state) in ('haryana') then '06-Haryana'
		when lower(state) in ('delhi', 'new delhi', 'nct of delhi') then '07-Delhi'
		when lower(state) in ('rajasthan') then '08-Rajasthan'
		when lower(state) in ('uttar pradesh') then '09-Uttar Pradesh'
		when lower(state) in ('bihar') then '10-Bihar'
		when lower(state) in ('sikkim') then '11-Sikkim'
		when lower(state) in ('arunachal pradesh') then '12-Arunachal Pradesh'
		when lower(state) in ('nagaland') then '13-Nagaland'
		when lower(state) in ('manipur') then '14-Manipur'
		when lower(state) in ('mizoram') then '15-Mizoram'
		when lower(state) in ('tripura') then '16-Tripura'
		when lower(state) in ('meghalaya') then '17-Meghalaya'
		when lower(state) in ('assam') then '18-Assam'
		when lower(state) in ('west bengal') then '19-West Bengal'
		when lower(state) in ('jharkhand') then '20-Jharkhand'
		when lower(state) in ('odisha', 'orissa') then '21-Odisha'
		when lower(state) in ('chhattisgarh') then '22-Chhattisgarh'
		when lower(state) in ('madhya pradesh') then '23-Madhya Pradesh'
		when lower(state) in ('gujarat') then '24-Gujarat'
		when lower(state) in (
			'dadra and nagar haveli and daman and diu',
			'dadra & nagar haveli and daman & diu')
			then '26-Dadra and Nagar Haveli and Daman and Diu'
		when lower(state) in ('maharashtra') then '27-Maharashtra'
		when lower(state) in ('karnataka') then '29-Karnataka'
		when lower(state) in ('goa') then '30-Goa'
		when lower(state) in ('lakshadweep') then '31-Lakshadweep'
		when lower(state) in ('kerala') then '32-Kerala'
		when lower(state) in ('tamil nadu') then '33-Tamil Nadu'
		when lower(state) in ('puducherry', 'pondicherry') then '34-Puducherry'
		when lower(state) in (
			'andaman and nicobar islands',
			'andaman & nicobar islands')
			then '35-Andaman and Nicobar Islands'
		when lower(state) in ('telangana') then '36-Telangana'
		when lower(state) in ('andhra pradesh') then '37-Andhra Pradesh'
		when lower(state) in ('ladakh') then '38-Ladakh'
		end
$$;

-- What is marked: money of a day, orders placed on it, who placed them, or accounts.
-- A step of an order leaves the money of its day as it was, and who placed it.
alter table figures_mark
	add column what text not null default 'sales'
		constraint figures_mark_what_known check (what in ('sales', 'orders', 'buyers', 'accounts')),
	alter column seller_id drop not null;
insert into figures_mark (seller_id, at, what) select seller_id, at, 'orders' from figures_mark;
alter table figures_mark alter column what drop default;

create or replace function figures_changed() returns trigger language plpgsql as $$
begin
	if tg_table_name = 'earning' then
		if tg_op <> 'INSERT' then
			insert into figures_mark (what, seller_id, at)
			values ('sales', old.seller_id, old.created_at);
		end if;
		if tg_op <> 'DELETE' then
			insert into figures_mark (what, seller_id, at)
			values ('sales', new.seller_id, new.created_at);
		end if;
		return null;
	end if;
	if tg_op <> 'INSERT' then
		insert into figures_mark (what, seller_id, at)
		values ('orders', old.seller_id, old.placed_at);
	end if;
	if tg_op = 'INSERT' or tg_op = 'UPDATE' and old.placed_at <> new.placed_at then
		insert into figures_mark (what, seller_id, at)
		values ('orders', new.seller_id, new.placed_at);
	end if;
	return null;
end $$;

create function figures_account_changed() returns trigger language plpgsql as $$
begin
	if tg_op <> 'INSERT' then
		insert into figures_mark (what, at) values ('accounts', old.created_at);
	end if;
	if tg_op <> 'DELETE' then
		insert into figures_mark (what, at) values ('accounts', new.created_at);
	end if;
	return null;
end $$;
create trigger account_figures_late after insert on account
	for each row when (new.created_at < now() - interval '5 minutes')
	execute function figures_account_changed();
create trigger account_figures_changed after delete or update of created_at on account
	for each row execute function figures_account_changed();

create function figures_buyer_changed() returns trigger language plpgsql as $$
begin
	if tg_op <> 'INSERT' then
		insert into figures_mark (what, at) values ('buyers', old.placed_at);
	end if;
	if tg_op <> 'DELETE' then
		insert into figures_mark (what, at) values ('buyers', new.placed_at);
	end if;
	return null;
end $$;
create trigger orders_figures_late after insert on orders
	for each row when (new.placed_at < now() - interval '5 minutes')
	execute function figures_buyer_changed();
create trigger orders_figures_changed after delete or update of placed_at, account_id on orders
	for each row execute function figures_buyer_changed();

-- Accounts made on a day.
create table account_day (
	day integer constraint account_day_pk primary key,
	accounts bigint not null
);

-- Who placed orders on a day, by the day before it on which the same account last
-- did; -1 for never. So those of a period are counted without naming them: of each
-- day, those who had not ordered since its first one.
create table buyer_day (
	day integer not null,
	previous_day integer not null,
	buyers bigint not null,
	constraint buyer_day_pk primary key (day, previous_day) include (buyers)
);

-- What was sold and what went back, line by line, when the money came or went: its
-- sums are those of earnings, which the ledger equals. A refund that failed after
-- it was booked is its opposite. Of the tax that went back, IGST is told from the
-- sum of CGST and SGST.
create view sale_line as
select e.created_at as at,
	case when e.refund_id is null then i.id else md5(e.id::text || i.id::text)::uuid end as id,
	case when e.refund_id is null then 'sale' when e.is_reversal then 'refund_failed'
		else 'refund' end as kind,
	e.seller_id, i.order_id, i.seller_order_id, i.product_id, i.name, i.sku, i.hsn_code,
	i.tax_rate_bps, i.unit_price,
	case when e.refund_id is null then i.quantity else 0 end as units,
	case when e.refund_id is null then i.line_total - i.discount + i.shipping else 0 end as gross,
	case when e.refund_id is null then 0 when e.is_reversal then -r.amount
		else r.amount end as refunds,
	case when e.refund_id is null then i.commission_amount
		when e.is_reversal then r.commission_reversed
		else -r.commission_reversed end as commission,
	case when e.refund_id is null then i.cgst else 0 end as cgst,
	case when e.refund_id is null then i.sgst else 0 end as sgst,
	case when e.refund_id is null then i.igst else 0 end as igst,
	case when e.refund_id is null or i.igst = 0 then 0 when e.is_reversal then -r.tax_reversed
		else r.tax_reversed end as igst_refunded,
	case when e.refund_id is null or i.igst > 0 then 0 when e.is_reversal then -r.tax_reversed
		else r.tax_reversed end as intra_refunded
from earning e
join order_item i on i.seller_order_id = e.seller_order_id
left join refund_item r on r.refund_id = e.refund_id
	and r.order_item_id = i.id
where e.refund_id is null
or r.refund_id is not null;

-- Tax by the day the money came or went, by place of supply, HSN code and rate.
-- What went back is told apart as IGST and the sum of CGST and SGST.
create table tax_day (
	day integer not null,
	place_of_supply text,
	hsn_code text,
	tax_rate_bps integer not null,
	units bigint not null,
	gross bigint not null,
	cgst bigint not null,
	sgst bigint not null,
	igst bigint not null,
	refunds bigint not null,
	igst_refunded bigint not null,
	intra_refunded bigint not null,
	constraint tax_day_once unique nulls not distinct (day, place_of_supply, hsn_code, tax_rate_bps)
);
-- The same of whole closed months.
create table tax_month (
	month integer not null,
	place_of_supply text,
	hsn_code text,
	tax_rate_bps integer not null,
	units bigint not null,
	gross bigint not null,
	cgst bigint not null,
	sgst bigint not null,
	igst bigint not null,
	refunds bigint not null,
	igst_refunded bigint not null,
	intra_refunded bigint not null,
	constraint tax_month_once unique nulls not distinct (month, place_of_supply, hsn_code, tax_rate_bps)
);

-- All days are to be counted anew, for what is counted now beside the rest.
truncate figures_state;

-- Registers in the order of time, from where a page begins.
drop index earning_by_time;
create index earning_by_time on earning (created_at);
create index refund_by_day on refund ((coalesce(processed_at, created_at)));
create index settlement_by_day on settlement ((coalesce(processed_at, requested_at)));
create index account_by_created on account (created_at);

-- Figures of the whole shop from indexes alone.
drop index orders_by_placed;
create index orders_by_placed on orders (placed_at) include (account_id);
create index orders_by_buyer_placed on orders (account_id, placed_at);
drop index product_day_by_day;
create index product_day_by_day on product_day (day) include (product_id, units, revenue);
create index product_day_by_product on product_day (product_id, day) include (units, revenue);
drop index product_month_by_month;
create index product_month_by_month on product_month (month) include (product_id, units, revenue);
create index product_month_by_product on product_month (product_id, month) include (units, revenue);
create index payment_to_review on payment (id) where needs_review;
create index seller_order_pending on seller_order (id) where status = 'pending';
