-- Products as administrators list them; the columns are those of product_whole.

-- fragment: products_all
-- args: none
from product t
where true

-- fragment: products_of_seller
-- args: seller_id uuid
and t.seller_id = $1::uuid

-- fragment: products_none
-- args: none
and false

-- Words are looked for in three ways, each by its own index or along the order of
-- the list, whichever is the shorter way: in one condition they would allow neither.
-- Of each way no more is wanted than the page holds.

-- fragment: products_found
-- args: none
and t.id in (

-- fragment: products_named
-- args: pattern text
(
	select t.id
	from product t
	where t.name ilike $1::text

-- fragment: products_with_sku
-- args: pattern text
union (
	select t.id
	from product t
	where exists (
		select from variant v
		where v.product_id = t.id
		and v.sku ilike $1::text)

-- Which stores, as values: how many products they have decides the way.
-- fragment: products_of_stores
-- args: seller_ids uuid[]
union (
	select t.id
	from product t
	where t.seller_id = any($1::uuid[])

-- fragment: products_most
-- args: most bigint
	limit $1)

-- fragment: products_found_end
-- args: none
)

-- fragment: products_counted
-- args: none
from (

-- fragment: products_counted_end
-- args: none
) found

-- name: sellers_named
-- args: pattern text
-- rows: many
select id
from seller
where store_name ilike $1::text;

-- What waits for a decision, in the order in which it was sent in.

-- fragment: products_waiting
-- args: none
from product t
where t.pending_since is not null

-- fragment: order_waiting
-- args: none
order by t.pending_since, t.id

-- fragment: order_waiting_back
-- args: none
order by t.pending_since desc, t.id desc

-- fragment: after_waiting
-- args: since_us bigint, id uuid
and (t.pending_since, t.id) > (
	(select 'epoch'::timestamptz + $1::bigint * interval '1 microsecond'), (select $2::uuid))

-- fragment: before_waiting
-- args: since_us bigint, id uuid
and (t.pending_since, t.id) < (
	(select 'epoch'::timestamptz + $1::bigint * interval '1 microsecond'), (select $2::uuid))
