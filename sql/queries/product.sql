-- Lists of products are put together from these; each reads one table.

-- fragment: product_columns
-- args: none
select id, name, slug, brand, category_id, seller_id, price, compare_at_price, currency,
	rating_tenths, rating_count, in_stock, image,
	(extract(epoch from created_at) * 1000000)::bigint as created_us, popularity
from product
where is_listed

-- Several categories: the first rows of each, by its own index, instead of
-- all their rows sorted.
-- fragment: product_each_category
-- args: category_ids uuid[]
select id, name, slug, brand, category_id, seller_id, price, compare_at_price, currency,
	rating_tenths, rating_count, in_stock, image, created_us, popularity
from unnest($1::uuid[]) as branch (id_of_branch)
cross join lateral (

-- fragment: product_of_branch
-- args: none
and category_id = id_of_branch

-- fragment: product_each_category_end
-- args: none
) as found

-- A store in another order than its own: all its sort keys from an index,
-- since its products may stand far apart in the order of all.
-- fragment: product_of_store
-- args: seller_id uuid
with own as materialized (
select id, price, rating_tenths, popularity
from product
where is_listed
and seller_id = $1)

-- fragment: product_of_store_page
-- args: none
and id in (
select id
from own
where true

-- fragment: product_of_store_end
-- args: none
)

-- Far into a list by number: the ids before the page are passed over in an
-- index, and only the page's rows are read.
-- fragment: product_ids
-- args: none
and id in (
select id
from product
where is_listed

-- fragment: product_ids_end
-- args: none
)

-- Filters.

-- fragment: product_in_category
-- args: category_id uuid
and category_id = $1

-- fragment: product_in_categories
-- args: category_ids uuid[]
and category_id = any($1::uuid[])

-- fragment: product_of_seller
-- args: seller_id uuid
and seller_id = $1

-- fragment: product_of_brand
-- args: brand text
and lower(brand) = lower($1)

-- fragment: product_of_brands
-- args: brands text
and lower(brand) = any(lower($1)::text[])

-- fragment: product_price_from
-- args: price bigint
and price >= $1

-- fragment: product_price_to
-- args: price bigint
and price <= $1

-- fragment: product_rating_from
-- args: tenths integer
and rating_tenths >= $1

-- fragment: product_in_stock
-- args: none
and in_stock

-- Values of one attribute are alternatives.
-- fragment: product_attribute
-- args: pair jsonb
and (attributes @> $1::jsonb

-- fragment: product_attribute_or
-- args: pair jsonb
or attributes @> $1::jsonb

-- fragment: product_attribute_end
-- args: none
)

-- fragment: product_with_terms
-- args: terms text
and tsv @@ to_tsquery('english', $1)

-- Orders, each with what comes after and before a row of it.  The planner
-- judges a row comparison by its first column alone; among many equals that
-- misleads it, so it does not get to see the values.

-- fragment: order_newest
-- args: none
order by id desc

-- fragment: order_newest_back
-- args: none
order by id

-- fragment: after_newest
-- args: id uuid
and id < $1

-- fragment: before_newest
-- args: id uuid
and id > $1

-- fragment: order_price
-- args: none
order by price, id

-- fragment: order_price_back
-- args: none
order by price desc, id desc

-- fragment: after_price
-- args: price bigint, id uuid
and (price, id) > ((select $1::bigint), (select $2::uuid))

-- fragment: before_price
-- args: price bigint, id uuid
and (price, id) < ((select $1::bigint), (select $2::uuid))

-- fragment: order_rating
-- args: none
order by rating_tenths desc, id desc

-- fragment: order_rating_back
-- args: none
order by rating_tenths, id

-- fragment: after_rating
-- args: tenths integer, id uuid
and (rating_tenths, id) < ((select $1::integer), (select $2::uuid))

-- fragment: before_rating
-- args: tenths integer, id uuid
and (rating_tenths, id) > ((select $1::integer), (select $2::uuid))

-- fragment: order_popularity
-- args: none
order by popularity desc, id desc

-- fragment: order_popularity_back
-- args: none
order by popularity, id

-- fragment: after_popularity
-- args: popularity bigint, id uuid
and (popularity, id) < ((select $1::bigint), (select $2::uuid))

-- fragment: before_popularity
-- args: popularity bigint, id uuid
and (popularity, id) > ((select $1::bigint), (select $2::uuid))

-- A limit the planner knows keeps the plan of the usual page reusable.
-- fragment: limit_usual_page
-- args: none
limit 21

-- fragment: limit_rows
-- args: rows bigint
limit $1

-- fragment: limit_rows_from
-- args: rows bigint, skip bigint
limit $1 offset $2

-- Counts: exact up to 10,000.

-- name: product_count_listed
-- args: none
-- rows: one
select coalesce(sum(product_count), 0)
from category_count;

-- name: product_count_in_categories
-- args: category_ids uuid[]
-- rows: one
select coalesce(sum(product_count), 0)
from category_count
where category_id = any($1::uuid[]);

-- Where an index alone tells.
-- fragment: product_counted
-- args: none
select count(*)
from (
select
from product
where is_listed

-- fragment: product_counted_end
-- args: none
limit 10001) as found

-- In a large table some hundred blocks tell whether far more than that match;
-- only else are they counted. Of 10,000 in a million rows they have about 12; to
-- see 25 then happens once in a thousand times.
-- fragment: product_sample
-- args: none
select case
	when sample.matches >= 25 and sample.matches * sample.pages / 128 > 15000 then 10001
	else (
select count(*) from (
select
from product
where is_listed

-- fragment: product_sample_of
-- args: none
limit 10001) as found)
	end
from (
select count(*) as matches, (select relpages from pg_class where oid = 'product'::regclass) as pages
from product tablesample system ((
	select case when relpages > 4000 then 12800.0 / relpages else 0 end
	from pg_class
	where oid = 'product'::regclass))
where is_listed

-- fragment: product_sample_end
-- args: none
) as sample

-- Facets, over the newest 1,000 matches.

-- fragment: product_facets
-- args: none
with found as materialized (
select category_id, brand, rating_tenths, price
from product
where is_listed

-- fragment: product_facets_end
-- args: none
order by id desc
limit 1000)
(select 1 as kind, category_id::text as value, count(*) as matches
from found
group by category_id
order by matches desc, value
limit 100)
union all
(select 2, min(brand), count(*) as matches
from found
where brand is not null
group by lower(brand)
order by matches desc, min(brand)
limit 50)
union all
(select 3, stars::text, count(*)
from found
join generate_series(1, 5) as stars on rating_tenths >= stars * 10
group by stars
order by stars desc)
union all
select 4, min(price)::text, max(price)
from found

-- One product.

-- fragment: product_whole
-- args: none
select id, name, slug, brand, category_id, seller_id, price, compare_at_price, currency,
	rating_tenths, rating_count, in_stock, image,
	(extract(epoch from created_at) * 1000000)::bigint, popularity,
	description, attributes, options, min_order_quantity, tax_rate_bps, hsn_code

-- The members that only its seller and admins see.
-- fragment: product_private_columns
-- args: none
	, status, rejection_reason, product_waiting(id, pending_changes)

-- Whole products are listed in two steps: where they stand, then what they are.
-- fragment: product_place_columns
-- args: none
select t.id, (extract(epoch from t.pending_since) * 1000000)::bigint

-- fragment: product_of_ids
-- args: ids uuid[]
from product
where id = any($1::uuid[])
order by array_position($1::uuid[], id)

-- The members that administrators decide by.
-- fragment: product_review_columns
-- args: none
	, (extract(epoch from pending_since) * 1000000)::bigint,
	(pending_changes ->> 'category_id')::uuid,
	(select c.name from category c where c.id = (pending_changes ->> 'category_id')::uuid),
	(select c.slug from category c where c.id = (pending_changes ->> 'category_id')::uuid)

-- fragment: product_from
-- args: none
from product
where true

-- fragment: product_public
-- args: none
and is_listed

-- fragment: product_with_id
-- args: id uuid
and id = $1

-- name: product_id_by_slug
-- args: slug text
-- rows: maybe
select id
from product
where slug = $1;

-- What belongs to products, in the order of their ids in the array.  The planner
-- does not get to see how many there are: for one it would plan anew each time,
-- which takes longer than to fetch them.

-- name: variants_of_products
-- args: product_ids uuid[]
-- rows: many
select v.product_id, v.id, v.sku, v.title, v.options, v.price, v.compare_at_price, v.currency,
	coalesce(s.on_hand - s.reserved, 0)
from variant v
left join stock s on s.variant_id = v.id
where v.product_id = any((select $1::uuid[])::uuid[])
and v.is_active
order by array_position($1::uuid[], v.product_id), v.position, v.id;

-- name: price_tiers_of_products
-- args: product_ids uuid[]
-- rows: many
select t.variant_id, t.min_quantity, t.price, t.audience
from variant v
join price_tier t on t.variant_id = v.id
where v.product_id = any((select $1::uuid[])::uuid[])
and v.is_active
order by array_position($1::uuid[], v.product_id), v.position, v.id, t.min_quantity, t.audience;

-- name: images_of_products
-- args: product_ids uuid[]
-- rows: many
select product_id, id, url, thumbnail_url, alt, position
from product_image
where product_id = any((select $1::uuid[])::uuid[])
and is_live
order by array_position($1::uuid[], product_id), position, id;
