-- Pictures and documents that people upload.
set local lock_timeout = '2s';

-- A picture added to an approved product is not shown until it is approved too.
alter table product_image add column is_live boolean not null default true;
create index product_image_waiting on product_image (product_id) where not is_live;

-- By these the sweeper tells whether a file still has a row.
create index product_image_by_url on product_image (url);
create index review_media_by_url on review_media (url);

-- What an account has uploaded on a day (UTC), for its quota.
create table upload_day (
	account_id uuid not null
		constraint upload_day_account references account (id),
	day date not null,
	files bigint not null
		constraint upload_day_files_sane check (files >= 0),
	bytes bigint not null
		constraint upload_day_bytes_sane check (bytes >= 0),
	constraint upload_day_pk primary key (account_id, day)
);
create index upload_day_by_age on upload_day (day);

-- What of a product waits for approval: changed values and new pictures, as its
-- seller and administrators see them.
create function product_waiting(product uuid, changes jsonb) returns jsonb
language sql stable as $$
	select case when w.images is null then changes
		else coalesce(changes, '{}') || jsonb_build_object('images', w.images) end
	from (
		select jsonb_agg(jsonb_build_object('id', i.id, 'url', i.url,
			'thumbnail_url', i.thumbnail_url, 'alt', i.alt, 'position', i.position)
			order by i.position, i.id) as images
		from product_image i
		where i.product_id = product
		and not i.is_live) w
$$;
