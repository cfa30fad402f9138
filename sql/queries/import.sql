-- Products brought in as files. What a batch of rows speaks of is found first,
-- without locks; then locked and read (listing_lock); then written.

-- name: import_find_skus
-- args: seller_id uuid, skus text[]
-- rows: many
select v.id, v.product_id
from variant v
join product p on p.id = v.product_id
where v.seller_id = $1
and v.sku = any($2::text[])
and v.is_active
and p.status <> 'archived';

-- Of a name that many products have, two are enough to tell that none is meant.
-- name: import_find_products
-- args: seller_id uuid, product_ids uuid[], names text[]
-- rows: many
select id
from product
where seller_id = $1
and status <> 'archived'
and id = any($2::uuid[])
union
select p.id
from unnest($3::text[]) as n (name)
cross join lateral (
	select id
	from product
	where seller_id = $1
	and status <> 'archived'
	and coalesce(pending_changes ->> 'name', name) = n.name
	limit 2) p;

-- Held as listing_category holds them.
-- name: import_find_categories
-- args: slugs text[]
-- rows: many
select slug, id
from category
where slug = any($1::text[])
for key share;

-- name: import_stock_lock
-- args: variant_ids uuid[]
-- rows: many
select variant_id
from stock
where variant_id = any($1::uuid[])
order by variant_id
for update;

-- name: import_variants
-- args: variant_ids uuid[]
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
where v.id = any($1::uuid[])
order by v.id;

-- name: import_variant_counts
-- args: product_ids uuid[]
-- rows: many
select product_id, count(*) filter (where is_active), max(position) + 1
from variant
where product_id = any($1::uuid[])
group by product_id;

-- The imports themselves.

-- name: import_add
-- args: id uuid, seller_id uuid, file_name text, dry_run boolean, rows_total bigint
-- rows: none
insert into product_import (id, seller_id, file_name, dry_run, rows_total)
values ($1, $2, $3, $4, $5);

-- name: import_status
-- args: id uuid, seller_id uuid
-- rows: maybe
select status, dry_run, rows_total, rows_done, created, updated, failed, note,
	(extract(epoch from created_at) * 1000000)::bigint,
	(extract(epoch from started_at) * 1000000)::bigint,
	(extract(epoch from finished_at) * 1000000)::bigint
from product_import
where id = $1
and seller_id = $2;

-- name: import_errors
-- args: id uuid
-- rows: many
select line, errors::text
from product_import_error
where import_id = $1
order by line;

-- name: import_waiting
-- args: after uuid
-- rows: many
select id
from product_import
where status in ('waiting', 'running')
and id > $1
order by id
limit 1;

-- Attempts are counted before the work: a process that dies of it counts, too.
-- name: import_begin
-- args: id uuid
-- rows: maybe
update product_import
set status = 'running', started_at = coalesce(started_at, now()), attempts = attempts + 1
where id = $1
and status in ('waiting', 'running')
returning seller_id, file_name, dry_run, rows_done, failed, attempts;

-- A trial leaves nothing behind: it begins anew.
-- name: import_rewind
-- args: id uuid
-- rows: none
update product_import
set rows_done = 0, created = 0, updated = 0, failed = 0
where id = $1;

-- name: import_errors_drop
-- args: id uuid
-- rows: none
delete from product_import_error
where import_id = $1;

-- Rows that are done are not done again, but for a trial: it begins anew each time.
-- name: import_progress
-- args: id uuid, from_row bigint, rows bigint, created bigint, updated bigint, failed bigint
-- rows: none
update product_import
set rows_done = rows_done + $3,
	created = created + $4,
	updated = updated + $5,
	failed = failed + $6,
	attempts = case when dry_run then attempts else 0 end
where id = $1
and status = 'running'
and rows_done = $2;

-- name: import_errors_add
-- args: id uuid, errors jsonb
-- rows: none
insert into product_import_error (import_id, line, errors)
select $1, e.line, e.errors
from jsonb_to_recordset($2::jsonb) as e (line bigint, errors jsonb);

-- name: import_end
-- args: id uuid, status text, note text
-- rows: none
update product_import
set status = $2, note = $3, finished_at = now(), file_name = null
where id = $1;

-- name: import_file_is_known
-- args: file_name text
-- rows: one
select exists (select from product_import where file_name = $1);

-- name: import_open_count
-- args: seller_id uuid
-- rows: one
select count(*)
from product_import
where seller_id = $1
and status in ('waiting', 'running');
