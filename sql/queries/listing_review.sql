-- What administrators decide about products.

-- name: listing_review
-- args: product_id uuid
-- rows: maybe
select p.name, p.status, s.account_id, p.pending_changes is not null
from product p
join seller s on s.id = p.seller_id
where p.id = $1
for no key update of p;

-- name: listing_approve
-- args: product_id uuid
-- rows: none
update product
set name = coalesce(pending_changes ->> 'name', name),
	description = case when pending_changes ? 'description'
		then pending_changes ->> 'description' else description end,
	category_id = coalesce((pending_changes ->> 'category_id')::uuid, category_id),
	attributes = coalesce(pending_changes -> 'attributes', attributes),
	approved_at = case when status = 'approved' then approved_at else now() end,
	status = 'approved',
	rejection_reason = null,
	pending_changes = null,
	pending_since = null,
	updated_at = now()
where id = $1;

-- name: listing_reject
-- args: product_id uuid, reason text, status text
-- rows: none
update product
set status = $3,
	rejection_reason = $2,
	pending_changes = null,
	pending_since = null,
	updated_at = now()
where id = $1;
