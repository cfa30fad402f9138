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
