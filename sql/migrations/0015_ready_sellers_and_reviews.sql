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

-- What a statement lists or takes out is counted once for each category. One row
-- after the other, a store of 20,000 products in one category took 10 s to suspend:
-- each change had to pass all versions of the counter that the ones before it left.
drop trigger product_count_added on product;
drop trigger product_count_moved on product;
drop function product_counted();

create function product_listings_counted() returns trigger language plpgsql as $$
begin
	if tg_op = 'INSERT' then
		insert into category_count as c (category_id, product_count)
		select category_id, count(*) from listed_after
		where is_listed
		group by category_id
		order by category_id
		on conflict on constraint category_count_pk
		do update set product_count = c.product_count + excluded.product_count;
	elsif tg_op = 'DELETE' then
		insert into category_count as c (category_id, product_count)
		select category_id, -count(*) from listed_before
		where is_listed
		group by category_id
		order by category_id
		on conflict on constraint category_count_pk
		do update set product_count = c.product_count + excluded.product_count;
	else
		insert into category_count as c (category_id, product_count)
		select category_id, sum(n) from (
			select category_id, -1 from listed_before where is_listed
			union all
			select category_id, 1 from listed_after where is_listed
		) moved (category_id, n)
		group by category_id
		having sum(n) <> 0
		order by category_id
		on conflict on constraint category_count_pk
		do update set product_count = c.product_count + excluded.product_count;
	end if;
	return null;
end $$;
create trigger product_count_added after insert on product
	referencing new table as listed_after
	for each statement execute function product_listings_counted();
create trigger product_count_taken after delete on product
	referencing old table as listed_before
	for each statement execute function product_listings_counted();
create trigger product_count_moved after update on product
	referencing old table as listed_before new table as listed_after
	for each statement execute function product_listings_counted();
