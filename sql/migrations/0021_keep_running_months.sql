-- Products of each month are the sum of those of its days, also while it is not over.
set local lock_timeout = '2s';

-- The job that counts days waits, and readers do not.
lock table product_day, product_month in share row exclusive mode;
with fresh as (
	select seller_id,
		date_trunc('month', date '1970-01-01' + day)::date - date '1970-01-01' as month,
		product_id, sum(units)::bigint as units, sum(revenue)::bigint as revenue
	from product_day
	group by 1, 2, 3),
gone as (
	delete from product_month d
	where not exists (
		select from fresh f
		where f.seller_id = d.seller_id
		and f.month = d.month
		and f.product_id = d.product_id))
insert into product_month as d (seller_id, month, product_id, units, revenue)
select seller_id, month, product_id, units, revenue
from fresh
on conflict on constraint product_month_pk
do update set units = excluded.units, revenue = excluded.revenue
where (d.units, d.revenue) is distinct from (excluded.units, excluded.revenue);
