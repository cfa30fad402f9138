-- What an account may still upload today; the row is its lock.
-- name: upload_day_take
-- args: account_id uuid, bytes bigint, most_files bigint, most_bytes bigint
-- rows: none
insert into upload_day as d (account_id, day, files, bytes)
values ($1, (now() at time zone 'UTC')::date, 1, $2)
on conflict on constraint upload_day_pk
do update set files = d.files + 1, bytes = d.bytes + excluded.bytes
where d.files < $3
and d.bytes + excluded.bytes <= $4;

-- Product pictures.

-- name: upload_product
-- args: product_id uuid, seller_id uuid
-- rows: maybe
select status
from product
where id = $1
and seller_id = $2;

-- Held until the end, so that nobody decides about it meanwhile and pictures are
-- counted one after the other.
-- name: upload_product_hold
-- args: product_id uuid, seller_id uuid
-- rows: maybe
select status
from product
where id = $1
and seller_id = $2
for no key update;

-- By itself, so that it sees what came while the product was waited for.
-- name: upload_product_places
-- args: product_id uuid
-- rows: one
select count(*), (coalesce(max(position) + 1, 0))::bigint
from product_image
where product_id = $1;

-- name: upload_product_image_add
-- args: id uuid, product_id uuid, url text, thumbnail_url text, alt text, position integer, is_live boolean
-- rows: none
insert into product_image (id, product_id, url, thumbnail_url, alt, position, is_live)
values ($1, $2, $3, $4, $5, $6, $7);

-- A rejected product is sent in again by any change; an approved one has something
-- that waits.
-- name: upload_product_changed
-- args: product_id uuid
-- rows: none
update product
set status = case status when 'rejected' then 'pending' else status end,
	rejection_reason = case status when 'rejected' then null else rejection_reason end,
	pending_since = case status
		when 'rejected' then now()
		when 'approved' then coalesce(pending_since, now())
		else pending_since end,
	updated_at = now()
where id = $1;

-- The first picture that everybody sees stands in lists.
-- name: product_image_refresh
-- args: product_id uuid
-- rows: none
update product p
set image = f.url
from (
	select (
		select url
		from product_image
		where product_id = $1
		and is_live
		order by position, id
		limit 1) as url) f
where p.id = $1
and p.image is distinct from f.url;

-- name: product_images_show
-- args: product_id uuid
-- rows: none
update product_image
set is_live = true
where product_id = $1
and not is_live;

-- name: product_images_drop
-- args: product_id uuid
-- rows: none
delete from product_image
where product_id = $1
and not is_live;

-- Review pictures.

-- name: upload_review
-- args: review_id uuid, account_id uuid
-- rows: maybe
select id
from review
where id = $1
and account_id = $2;

-- name: upload_review_hold
-- args: review_id uuid, account_id uuid
-- rows: maybe
select id
from review
where id = $1
and account_id = $2
for no key update;

-- By itself, so that it sees what came while the review was waited for.
-- name: upload_review_places
-- args: review_id uuid
-- rows: one
select count(*), (coalesce(max(position) + 1, 0))::bigint
from review_media
where review_id = $1;

-- name: upload_review_media_add
-- args: id uuid, review_id uuid, url text, thumbnail_url text, position integer
-- rows: none
insert into review_media (id, review_id, url, thumbnail_url, position)
values ($1, $2, $3, $4, $5);

-- Documents.

-- name: kyc_documents_waiting
-- args: seller_id uuid
-- rows: one
select count(*)
from kyc_document
where seller_id = $1
and status = 'pending';

-- name: kyc_document_add
-- args: id uuid, seller_id uuid, document_type text, storage_name text, content_type text, byte_size bigint, sha256 bytea
-- rows: one
insert into kyc_document
	(id, seller_id, document_type, storage_name, content_type, byte_size, sha256)
values ($1, $2, $3, $4, $5, $6, $7)
returning status, (extract(epoch from uploaded_at) * 1000000)::bigint;

-- name: kyc_document_find
-- args: id uuid
-- rows: maybe
select seller_id, document_type, storage_name, content_type, byte_size
from kyc_document
where id = $1;

-- The sweeper: which of these files no row knows.

-- name: sweep_media
-- args: stems text[]
-- rows: many
select s.stem
from unnest($1::text[]) as s (stem)
where not exists (
	select from product_image
	where url in ('/media/files/' || s.stem || '.jpg', '/media/files/' || s.stem || '.png'))
and not exists (
	select from review_media
	where url in ('/media/files/' || s.stem || '.jpg', '/media/files/' || s.stem || '.png'));

-- name: sweep_documents
-- args: names text[]
-- rows: many
select n.name
from unnest($1::text[]) as n (name)
where not exists (
	select from kyc_document
	where storage_name = n.name);

-- name: sweep_upload_days
-- args: none
-- rows: none
delete from upload_day
where day < (now() at time zone 'UTC')::date - 2;
