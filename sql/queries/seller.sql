-- Stores. One and many are put together from these.

-- fragment: seller_columns
-- args: none
select t.id, t.account_id, t.store_name, t.slug, t.legal_name, t.gstin, t.pan, t.phone,
	t.description, t.logo, t.pickup_address, t.pickup_address ->> 'state',
	t.bank_account_holder, t.bank_account_number, t.bank_ifsc, t.status, t.rejection_reason,
	t.pending_changes, t.terms_accepted_at is not null,
	(select a.account_type = 'business' from account a where a.id = t.account_id),
	(select m.rate_bps from commission_at(t.id, null, clock_timestamp()) m),
	(extract(epoch from t.created_at) * 1000000)::bigint,
	(extract(epoch from t.approved_at) * 1000000)::bigint

-- fragment: sellers
-- args: none
from seller t
where true

-- fragment: seller_with_id
-- args: id uuid
and t.id = $1

-- fragment: seller_for_update
-- args: none
for no key update of t

-- fragment: seller_with_status
-- args: status text
and t.status = $1

-- As queues_count counts them.
-- fragment: seller_that_waits
-- args: none
and (t.status = 'pending' or t.pending_changes is not null)

-- fragment: seller_like
-- args: pattern text, exact text
and (t.store_name ilike $1::text
	or t.legal_name ilike $1::text
	or t.gstin = upper($2::text)
	or t.account_id = any(array(select a.id from account a where a.email_key = lower($2::text))))

-- What a seller has only so many of is added one after the other.
-- name: seller_turn
-- args: seller_id uuid
-- rows: one
select id
from seller
where id = $1
for no key update;

-- name: seller_documents_of
-- args: seller_ids uuid[]
-- rows: many
select seller_id, id, document_type, status,
	(extract(epoch from uploaded_at) * 1000000)::bigint
from kyc_document
where seller_id = any($1)
order by seller_id, id;

-- name: seller_slug_taken
-- args: slug text
-- rows: one
select exists (select from seller where slug = $1);

-- name: seller_add
-- args: id uuid, account_id uuid, slug text, store_name text, legal_name text
-- rows: none
insert into seller (id, account_id, slug, store_name, legal_name)
values ($1, $2, $3, $4, $5);

-- name: seller_write
-- args: id uuid, store_name text, legal_name text, gstin text, pan text, phone text, description text, pickup_address jsonb, state_code text, bank_account_holder text, bank_account_number text, bank_ifsc text, status text, rejection_reason text, pending_changes jsonb, terms_accepted boolean
-- rows: none
update seller
set store_name = $2,
	legal_name = $3,
	gstin = $4,
	pan = $5,
	phone = $6,
	description = $7,
	pickup_address = $8,
	state_code = $9,
	bank_account_holder = $10,
	bank_account_number = $11,
	bank_ifsc = $12,
	status = $13,
	rejection_reason = $14,
	pending_changes = $15,
	terms_accepted_at = case when $16 then coalesce(terms_accepted_at, now()) end,
	approved_at = case when $13 = 'approved' then coalesce(approved_at, now())
		else approved_at end,
	updated_at = now()
where id = $1;

-- name: seller_make_account
-- args: account_id uuid
-- rows: none
update account
set role = 'seller', updated_at = now()
where id = $1
and role = 'customer';

-- name: seller_documents_accept
-- args: seller_id uuid
-- rows: none
update kyc_document
set status = 'accepted'
where seller_id = $1
and status = 'pending';

-- A store may have many products: some at a time, each time within the time a
-- statement may take.
-- name: seller_products_mark
-- args: seller_id uuid, active boolean, most bigint
-- rows: none
update product
set seller_active = $2
where id = any(array(
	select id
	from product
	where seller_id = $1
	and seller_active <> $2
	order by id
	limit $3));

-- The own products; the columns are those of product_whole.

-- fragment: products_of_store
-- args: seller_id uuid
from product t
where t.seller_id = $1

-- fragment: product_with_status
-- args: status text
and t.status = $1

-- fragment: product_like
-- args: pattern text
and (t.name ilike $1::text
	or exists (
		select from variant v
		where v.product_id = t.id
		and v.sku ilike $1::text))

-- By name, as people look for it.

-- fragment: seller_before_name
-- args: name text, id uuid
and (lower(t.store_name), t.id) > (lower($1::text), $2::uuid)

-- fragment: seller_after_name
-- args: name text, id uuid
and (lower(t.store_name), t.id) < (lower($1::text), $2::uuid)

-- fragment: seller_by_name
-- args: none
order by lower(t.store_name), t.id

-- fragment: seller_by_name_back
-- args: none
order by lower(t.store_name) desc, t.id desc
