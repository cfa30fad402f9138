-- Sellers and what they offer: categories, products, variants, stock, reviews.
set local lock_timeout = '2s';

create table seller (
	id uuid constraint seller_pk primary key,
	account_id uuid not null
		constraint seller_account references account (id),
	store_name text not null,
	slug text not null,
	legal_name text not null,
	gstin text,
	pan text,
	phone text,
	description text,
	logo text,
	pickup_address jsonb,
	-- GST state code ("29"): of the GSTIN, else of the pick-up address.
	state_code text,
	bank_account_holder text,
	bank_account_number text,
	bank_ifsc text,
	status text not null default 'pending'
		constraint seller_status_known
		check (status in ('pending', 'approved', 'rejected', 'suspended')),
	rejection_reason text,
	-- A change of bank account or tax number that waits for review.
	pending_changes jsonb,
	terms_accepted_at timestamptz,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	approved_at timestamptz,
	constraint seller_account_once unique (account_id),
	constraint seller_slug_once unique (slug)
);
create index seller_by_status on seller (status, id desc);

create table kyc_document (
	id uuid constraint kyc_document_pk primary key,
	seller_id uuid not null
		constraint kyc_document_seller references seller (id),
	document_type text not null
		constraint kyc_document_type_known check (document_type in
		('pan_card', 'gst_certificate', 'address_proof', 'bank_proof',
		'incorporation_certificate')),
	storage_name text not null,
	content_type text not null,
	byte_size bigint not null,
	sha256 bytea not null,
	status text not null default 'pending'
		constraint kyc_document_status_known
		check (status in ('pending', 'accepted', 'rejected')),
	uploaded_at timestamptz not null default now(),
	constraint kyc_document_storage_once unique (storage_name)
);
create index kyc_document_by_seller on kyc_document (seller_id, id);

create table category (
	id uuid constraint category_pk primary key,
	parent_id uuid constraint category_parent references category (id),
	name text not null,
	slug text not null,
	position integer not null default 0,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	constraint category_slug_once unique (slug),
	constraint category_not_own_parent check (parent_id <> id)
);
create index category_by_parent on category (parent_id);

-- Listed products per category, kept by triggers of product: counting them
-- at each reading would cost a scan.
create table category_count (
	category_id uuid constraint category_count_pk primary key
		constraint category_count_category references category (id) on delete cascade,
	product_count bigint not null default 0
) with (fillfactor = 60);

create table product (
	id uuid constraint product_pk primary key,
	seller_id uuid not null constraint product_seller references seller (id),
	category_id uuid not null constraint product_category references category (id),
	name text not null,
	slug text not null,
	description text,
	brand text,
	attributes jsonb not null default '{}',
	options jsonb not null default '[]',
	min_order_quantity bigint not null default 1
		constraint product_minimum_positive check (min_order_quantity >= 1),
	tax_rate_bps integer not null default 1800
		constraint product_tax_rate_sane check (tax_rate_bps between 0 and 10000),
	hsn_code text,
	status text not null default 'pending'
		constraint product_status_known
		check (status in ('draft', 'pending', 'approved', 'rejected', 'archived')),
	rejection_reason text,
	pending_changes jsonb,
	pending_since timestamptz,
	-- False while its seller is suspended.
	seller_active boolean not null default true,
	is_listed boolean not null
		generated always as (status = 'approved' and seller_active) stored,
	-- Copies for lists: the lowest price among the variants, and whether any
	-- variant can be bought (kept by a trigger of stock).
	price bigint not null constraint product_price_positive check (price > 0),
	compare_at_price bigint,
	currency text not null default 'INR',
	in_stock boolean not null default false,
	rating_sum bigint not null default 0,
	rating_count bigint not null default 0,
	rating_tenths integer not null generated always as
		(case when rating_count = 0 then 0
		else ((rating_sum * 20 + rating_count) / (rating_count * 2))::integer end) stored,
	-- Units sold lately; set by a job.
	popularity bigint not null default 0,
	image text,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	approved_at timestamptz,
	tsv tsvector not null generated always as (
		setweight(to_tsvector('english'::regconfig, name), 'A')
		|| setweight(to_tsvector('english'::regconfig, coalesce(brand, '')), 'B')
		|| setweight(to_tsvector('english'::regconfig, coalesce(description, '')), 'C')
	) stored,
	constraint product_slug_once unique (slug),
	constraint product_compare_higher
		check (compare_at_price is null or compare_at_price >= price)
);
-- Ids are UUID version 7, so id order is creation order: "newest" is id desc.
create index product_newest on product (id desc) where is_listed;
create index product_by_category on product (category_id, id desc) where is_listed;
create index product_by_category_price on product (category_id, price, id) where is_listed;
create index product_by_category_rating
	on product (category_id, rating_tenths desc, id desc) where is_listed;
create index product_by_price on product (price, id) where is_listed;
create index product_by_rating on product (rating_tenths desc, id desc) where is_listed;
create index product_by_popularity on product (popularity desc, id desc) where is_listed;
create index product_by_brand on product (lower(brand), id desc) where is_listed;
create index product_by_seller on product (seller_id, id desc);
create index product_by_status on product (status, id desc) where status <> 'approved';
create index product_by_text on product using gin (tsv) where is_listed;
create index product_by_attribute on product using gin (attributes jsonb_path_ops)
	where is_listed;

-- Words that stand in names and brands: what a mistyped word is corrected
-- to.  Its size follows the language, not the number of products.
create table search_word (
	word text constraint search_word_pk primary key,
	uses bigint not null default 1
);
create index search_word_like on search_word using gin (word gin_trgm_ops);
create index search_word_prefix on search_word (word text_pattern_ops, uses desc);

create table variant (
	id uuid constraint variant_pk primary key,
	product_id uuid not null
		constraint variant_product references product (id) on delete cascade,
	-- Copy of the product's, since a SKU is unique within its seller.
	seller_id uuid not null constraint variant_seller references seller (id),
	sku text not null,
	title text,
	options jsonb not null default '{}',
	price bigint not null constraint variant_price_positive check (price > 0),
	compare_at_price bigint,
	currency text not null default 'INR',
	position integer not null default 0,
	is_active boolean not null default true,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	constraint variant_sku_once unique (seller_id, sku),
	constraint variant_compare_higher
		check (compare_at_price is null or compare_at_price >= price)
);
create index variant_by_product on variant (product_id, position, id);

-- What changes with every order, apart from the rows with many indexes.
create table stock (
	variant_id uuid constraint stock_pk primary key
		constraint stock_variant references variant (id) on delete cascade,
	on_hand bigint not null constraint stock_on_hand_sane check (on_hand >= 0),
	reserved bigint not null default 0,
	constraint stock_reserved_fits check (reserved between 0 and on_hand)
) with (fillfactor = 60);

create table price_tier (
	id uuid constraint price_tier_pk primary key,
	variant_id uuid not null
		constraint price_tier_variant references variant (id) on delete cascade,
	min_quantity bigint not null
		constraint price_tier_quantity_positive check (min_quantity >= 1),
	price bigint not null constraint price_tier_price_positive check (price > 0),
	audience text not null default 'all'
		constraint price_tier_audience_known check (audience in ('all', 'business')),
	constraint price_tier_once unique (variant_id, audience, min_quantity)
);

create table product_image (
	id uuid constraint product_image_pk primary key,
	product_id uuid not null
		constraint product_image_product references product (id) on delete cascade,
	url text not null,
	thumbnail_url text not null,
	alt text,
	position integer not null default 0,
	created_at timestamptz not null default now()
);
create index product_image_by_product on product_image (product_id, position, id);

create table review (
	id uuid constraint review_pk primary key,
	product_id uuid not null constraint review_product references product (id),
	account_id uuid not null constraint review_account references account (id),
	rating integer not null constraint review_rating_sane check (rating between 1 and 5),
	title text,
	body text,
	author_name text not null,
	is_verified_purchase boolean not null default true,
	status text not null default 'published'
		constraint review_status_known check (status in ('published', 'pending', 'hidden')),
	reply_body text,
	reply_at timestamptz,
	created_at timestamptz not null default now(),
	constraint review_once unique (product_id, account_id)
);
create index review_by_product on review (product_id, id desc) where status = 'published';
create index review_by_status on review (status, id desc);

create table review_media (
	id uuid constraint review_media_pk primary key,
	review_id uuid not null
		constraint review_media_review references review (id) on delete cascade,
	url text not null,
	thumbnail_url text not null,
	alt text,
	position integer not null default 0,
	created_at timestamptz not null default now()
);
create index review_media_by_review on review_media (review_id, position, id);

-- in_stock of a product changes only when a variant runs out or comes back,
-- so an ordinary sale does not touch the product's row.
create function stock_crossed_zero() returns trigger language plpgsql as $$
begin
	update product p
	set in_stock = exists (
		select from variant v join stock s on s.variant_id = v.id
		where v.product_id = p.id and v.is_active and s.on_hand > s.reserved)
	where p.id = (select product_id from variant where id = new.variant_id);
	return null;
end $$;
create trigger stock_crossed after update on stock for each row
	when ((old.on_hand > old.reserved) is distinct from (new.on_hand > new.reserved))
	execute function stock_crossed_zero();
create trigger stock_added after insert on stock for each row
	when (new.on_hand > new.reserved)
	execute function stock_crossed_zero();

create function product_counted() returns trigger language plpgsql as $$
begin
	if tg_op <> 'INSERT' and old.is_listed then
		update category_count set product_count = product_count - 1
		where category_id = old.category_id;
	end if;
	if tg_op <> 'DELETE' and new.is_listed then
		insert into category_count as c (category_id, product_count)
		values (new.category_id, 1)
		on conflict on constraint category_count_pk
		do update set product_count = c.product_count + 1;
	end if;
	return null;
end $$;
create trigger product_count_added after insert or delete on product
	for each row execute function product_counted();
create trigger product_count_moved after update on product for each row
	when (old.is_listed is distinct from new.is_listed
		or old.category_id is distinct from new.category_id)
	execute function product_counted();

create function product_worded() returns trigger language plpgsql as $$
begin
	insert into search_word as w (word, uses)
	select t.lexeme, 1
	from unnest(to_tsvector('simple'::regconfig,
		new.name || ' ' || coalesce(new.brand, ''))) t
	where length(t.lexeme) between 3 and 40
	order by t.lexeme
	on conflict on constraint search_word_pk do nothing;
	return null;
end $$;
create trigger product_words_added after insert on product
	for each row execute function product_worded();
create trigger product_words_changed after update of name, brand on product
	for each row when (old.name is distinct from new.name
		or old.brand is distinct from new.brand)
	execute function product_worded();
