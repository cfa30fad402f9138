-- What is counted comes from rows that have these references. Checking them again held
-- and wrote each product that was sold on a day, thousands of pages for one day's count.
set local lock_timeout = '2s';

alter table product_day
	drop constraint product_day_product,
	drop constraint product_day_seller;
alter table product_month
	drop constraint product_month_product,
	drop constraint product_month_seller;

-- The same as product_waiting.
drop index product_by_waiting;
