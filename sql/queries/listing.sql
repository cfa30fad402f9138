-- What sellers list. Reading first; each change locks the stock of what it
-- changes, in the order of ids as orders do, then the products.

-- A suspension waits until what its seller changes just now is there.
-- name: listing_seller
-- args: seller_id uuid
-- rows: maybe
select status = 'approved', gstin is not null
from seller
where id = $1
for share;

-- Of variants off sale, which a product may have had any number of, those that are
-- named.
-- name: listing_stock_lock
-- args: product_id uuid, seller_id uuid, named_ids uuid[], named_skus text[]
-- rows: many
select s.variant_id
from product p
join variant v on v.product_id = p.id
join stock s on s.variant_id = v.id
where p.id = $1
and p.seller_id = $2
and (v.is_active or v.id = any($3::uuid[]) or v.sku = any($4::text[]))
order by s.variant_id
for update of s;

-- name: listing_lock
-- args: product_ids uuid[], seller_id uuid
-- rows: many
select id, status, rejection_reason, pending_changes, name, description, brand, category_id,
	attributes, options, min_order_quantity, tax_rate_bps, hsn_code
from product
where id = any($1::uuid[])
and seller_id = $2
order by id
for no key update;

-- The tiers in the one form that the programs write, too.
-- name: listing_variants
-- args: product_id uuid, named_ids uuid[], named_skus text[]
-- rows: many
select v.id, v.product_id, v.sku, v.title, v.options, v.price, v.compare_at_price, v.position,
	v.is_active, coalesce(s.on_hand - s.reserved, 0),
	coalesce((
		select '[' || string_agg(format('{"min_quantity":%s,"price":%s,"audience":"%s"}',
			t.min_quantity, t.price, t.audience), ',' order by t.min_quantity, t.audience) || ']'
		from price_tier t
		where t.variant_id = v.id), '[]')
from variant v
left join stock s on s.variant_id = v.id
where v.product_id = $1
and (v.is_active or v.id = any($2::uuid[]) or v.sku = any($3::text[]))
order by v.position, v.id;

-- Held, since changes that wait name it where no foreign key sees.
-- name: listing_category
-- args: category_id uuid
-- rows: maybe
select id
from category
where id = $1
for key share;

-- A SKU is free again once its variant is retired or its product archived.
-- name: listing_skus_free
-- args: seller_id uuid, skus text[], but_not uuid[]
-- rows: none
update variant v
set sku = left(v.sku, 150) || '~' || v.id
from product p
where v.seller_id = $1
and v.sku = any($2::text[])
and v.id <> all($3::uuid[])
and p.id = v.product_id
and (not v.is_active or p.status = 'archived');

-- name: listing_skus_taken
-- args: seller_id uuid, skus text[], but_not uuid[]
-- rows: many
select sku
from variant
where seller_id = $1
and sku = any($2::text[])
and id <> all($3::uuid[])
order by sku;

-- Writing, many at once: what C has decided comes as JSON.

-- name: listing_products_add
-- args: products jsonb, seller_id uuid
-- rows: none
insert into product
	(id, seller_id, category_id, name, slug, description, brand, attributes, options,
	min_order_quantity, tax_rate_bps, hsn_code, status, pending_since, price, compare_at_price,
	in_stock)
select v.id, $2, v.category_id, v.name, v.slug, v.description, v.brand, v.attributes, v.options,
	v.min_order_quantity, v.tax_rate_bps, v.hsn_code, v.status,
	case when v.status = 'pending' then now() end, v.price, v.compare_at_price, v.in_stock
from jsonb_to_recordset($1::jsonb) as v (id uuid, category_id uuid, name text, slug text,
	description text, brand text, attributes jsonb, options jsonb, min_order_quantity bigint,
	tax_rate_bps integer, hsn_code text, status text, price bigint, compare_at_price bigint,
	in_stock boolean);

-- Who waits keeps the place in the queue.
-- name: listing_products_change
-- args: products jsonb
-- rows: none
update product p
set category_id = v.category_id,
	name = v.name,
	description = v.description,
	brand = v.brand,
	attributes = v.attributes,
	options = v.options,
	min_order_quantity = v.min_order_quantity,
	tax_rate_bps = v.tax_rate_bps,
	hsn_code = v.hsn_code,
	status = v.status,
	rejection_reason = v.rejection_reason,
	pending_changes = v.pending_changes,
	pending_since = case
		when v.status = 'pending' and p.status = 'pending' then p.pending_since
		when v.status = 'pending' then now()
		when v.pending_changes is not null or v.status = 'approved' and exists (
			select from product_image i where i.product_id = p.id and not i.is_live)
			then coalesce(p.pending_since, now())
	end,
	updated_at = now()
from jsonb_to_recordset($1::jsonb) as v (id uuid, category_id uuid, name text, description text,
	brand text, attributes jsonb, options jsonb, min_order_quantity bigint, tax_rate_bps integer,
	hsn_code text, status text, rejection_reason text, pending_changes jsonb)
where p.id = v.id;

-- name: listing_variants_add
-- args: variants jsonb, seller_id uuid
-- rows: none
insert into variant
	(id, product_id, seller_id, sku, title, options, price, compare_at_price, position, is_active)
select v.id, v.product_id, $2, v.sku, v.title, v.options, v.price, v.compare_at_price, v.position,
	v.is_active
from jsonb_to_recordset($1::jsonb) as v (id uuid, product_id uuid, sku text, title text,
	options jsonb, price bigint, compare_at_price bigint, position integer, is_active boolean);

-- name: listing_stock_add
-- args: stock jsonb
-- rows: none
insert into stock (variant_id, on_hand)
select v.id, v.stock
from jsonb_to_recordset($1::jsonb) as v (id uuid, stock bigint);

-- Two variants may change their SKUs for each other's.
-- name: listing_skus_release
-- args: variant_ids uuid[]
-- rows: none
update variant
set sku = id::text
where id = any($1::uuid[]);

-- name: listing_variants_change
-- args: variants jsonb
-- rows: none
update variant o
set sku = v.sku,
	title = v.title,
	options = v.options,
	price = v.price,
	compare_at_price = v.compare_at_price,
	position = v.position,
	is_active = v.is_active,
	updated_at = now()
from jsonb_to_recordset($1::jsonb) as v (id uuid, sku text, title text, options jsonb, price bigint,
	compare_at_price bigint, position integer, is_active boolean)
where o.id = v.id;

-- What can be bought is set: what orders hold comes on top.
-- name: listing_stock_set
-- args: stock jsonb
-- rows: none
update stock s
set on_hand = s.reserved + v.stock
from jsonb_to_recordset($1::jsonb) as v (id uuid, stock bigint)
where s.variant_id = v.id;

-- name: listing_tiers_drop
-- args: variant_ids uuid[]
-- rows: none
delete from price_tier
where variant_id = any($1::uuid[]);

-- name: listing_tiers_add
-- args: tiers jsonb
-- rows: none
insert into price_tier (id, variant_id, min_quantity, price, audience)
select v.id, v.variant_id, v.min_quantity, v.price, v.audience
from jsonb_to_recordset($1::jsonb) as v (id uuid, variant_id uuid, min_quantity bigint,
	price bigint, audience text);

-- The copies that lists read: the lowest price, and what it was before.
-- name: listing_refresh
-- args: product_ids uuid[]
-- rows: none
update product p
set price = low.price,
	compare_at_price = low.compare_at_price,
	updated_at = now()
from (
	select distinct on (product_id) product_id, price, compare_at_price
	from variant
	where product_id = any($1::uuid[])
	and is_active
	order by product_id, price, position, id) low
where p.id = low.product_id
and (p.price <> low.price or p.compare_at_price is distinct from low.compare_at_price);

-- name: listing_archive
-- args: product_id uuid, seller_id uuid
-- rows: maybe
update product
set status = 'archived', pending_changes = null, pending_since = null, rejection_reason = null,
	updated_at = now()
where id = $1
and seller_id = $2
returning id;

-- A page of the export: what its seller set last, from behind a row on. Every
-- product has a variant, so no more products are looked at than there are rows.
-- name: listing_export
-- args: seller_id uuid, product_id uuid, position integer, variant_id uuid, rows bigint
-- rows: many
select p.id, p.name,
	(select g.slug from category g where g.id = p.category_id), p.brand, p.description,
	v.sku, v.price, v.compare_at_price,
	(select s.on_hand - s.reserved from stock s where s.variant_id = v.id),
	p.min_order_quantity, p.tax_rate_bps, p.hsn_code, v.options::text, p.attributes::text,
	coalesce((
		select '[' || string_agg(format('{"min_quantity":%s,"price":%s,"audience":"%s"}',
			t.min_quantity, t.price, t.audience), ',' order by t.min_quantity, t.audience) || ']'
		from price_tier t
		where t.variant_id = v.id), '[]'),
	v.id, v.position
from (
	select id, coalesce(pending_changes ->> 'name', name) as name,
		coalesce((pending_changes ->> 'category_id')::uuid, category_id) as category_id, brand,
		case when pending_changes ? 'description' then pending_changes ->> 'description'
			else description end as description,
		min_order_quantity, tax_rate_bps, hsn_code,
		coalesce(pending_changes -> 'attributes', attributes) as attributes
	from product
	where seller_id = $1
	and status <> 'archived'
	and id >= $2
	order by id
	limit $5::bigint + 1) p
cross join lateral (
	select id, position, sku, price, compare_at_price, options
	from variant
	where product_id = p.id
	and is_active
	and (p.id > $2 or (position, id) > ($3, $4))
	order by position, id
	limit $5) v
order by p.id, v.position, v.id
limit $5;
