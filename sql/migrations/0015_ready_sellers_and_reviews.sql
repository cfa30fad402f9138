-- Sellers are found by a part of their names, reviews listed by rating, and what a
-- suspended store adds does not come into the shop.
set local lock_timeout = '2s';

create index seller_like_store_name on seller using gin (store_name gin_trgm_ops);
create index seller_like_legal_name on seller using gin (legal_name gin_trgm_ops);
-- Stores with a change that waits for review.
create index seller_with_changes on seller (id desc) where pending_changes is not null;

-- Serves the orders by rating and the filter by it.
create index review_by_rating on review (product_id, rating desc, id desc)
	where status = 'published';
create index review_of_product on review (product_id, id desc);

-- The share lock waits for a suspension under way, and a suspension for it: no
-- product slips in between with the wrong mark.
create function product_of_active_seller() returns trigger language plpgsql as $$
begin
	select status <> 'suspended' into new.seller_active
	from seller where id = new.seller_id for share;
	return new;
end $$;
create trigger product_of_active_seller before insert on product
	for each row execute function product_of_active_seller();
