-- How many products of a category or a brand there are between two prices, and what
-- else they could be narrowed by, is read from one index instead of as many blocks of
-- the table as there are matches.

set local lock_timeout = '2s';

drop index product_by_category;
create index product_by_category on product (category_id, id desc)
	include (brand, price, rating_tenths) where is_listed;
drop index product_by_brand;
create index product_by_brand on product (lower(brand), id desc)
	include (category_id, brand, price, rating_tenths) where is_listed;
