-- Administrators find products of every state, and see what waits, oldest first.
set local lock_timeout = '2s';

-- What waits has a place in the queue, also where only pictures wait.
update product set pending_since = updated_at
where (status = 'pending' or pending_changes is not null)
and pending_since is null;
alter table product add constraint product_waits_since
	check (pending_since is not null or (status <> 'pending' and pending_changes is null));
drop index product_waiting;
create index product_waiting on product (pending_since, id) where pending_since is not null;

-- Parts of names and SKUs.
create index product_like_name on product using gin (name gin_trgm_ops);
create index variant_like_sku on variant using gin (sku gin_trgm_ops);

-- Tells at once that a category was never sold in.
create index order_item_by_category on order_item (category_id);
