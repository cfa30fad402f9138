-- Public names for lists, which read the product table alone.
-- name: names_by_id
-- args: ids uuid[]
-- rows: many
select id, store_name, slug
from seller
where id = any($1::uuid[])
union all
select id, name, slug
from category
where id = any($1::uuid[]);

-- A category, by id or slug, and all below it.
-- name: category_below_id
-- args: id uuid
-- rows: many
with recursive below as (
	select id from category where id = $1
	union
	select c.id from category c join below b on c.parent_id = b.id
)
select id from below;

-- name: category_below_slug
-- args: slug text
-- rows: many
with recursive below as (
	select id from category where slug = $1
	union
	select c.id from category c join below b on c.parent_id = b.id
)
select id from below;

-- name: seller_id_by_slug
-- args: slug text
-- rows: maybe
select id
from seller
where slug = $1;

-- name: category_count_all
-- args: none
-- rows: one
select count(*)
from category;

-- A product counts in its category and in all above it, as the filter by
-- category finds it.
-- fragment: category_columns
-- args: none
with recursive above as (
	select c.id, c.parent_id, n.product_count
	from category_count n
	join category c on c.id = n.category_id
	union all
	select c.id, c.parent_id, a.product_count
	from above a
	join category c on c.id = a.parent_id
), total as (
	select id, sum(product_count)::bigint as product_count
	from above
	group by id
)
select c.id, c.name, c.slug, c.parent_id, c.position, coalesce(t.product_count, 0)
from category c
left join total t on t.id = c.id
where true

-- fragment: category_with_id
-- args: id uuid
and c.id = $1

-- fragment: category_after
-- args: position bigint, id uuid
and (c.position, c.id) > ($1, $2)

-- fragment: category_before
-- args: position bigint, id uuid
and (c.position, c.id) < ($1, $2)

-- fragment: category_order
-- args: none
order by c.position, c.id

-- fragment: category_order_back
-- args: none
order by c.position desc, c.id desc
