-- A store's listed products are counted, and a category's popular ones
-- listed, from an index.
set local lock_timeout = '2s';

create index product_listed_by_seller on product (seller_id, id desc) where is_listed;
create index product_by_category_popularity
	on product (category_id, popularity desc, id desc) where is_listed;
