-- The index of a store's listed products gets their sort keys: it serves
-- every order and the count without visiting the table.
set local lock_timeout = '2s';

drop index product_listed_by_seller;
create index product_listed_by_seller on product (seller_id, id desc)
	include (price, rating_tenths, popularity) where is_listed;
