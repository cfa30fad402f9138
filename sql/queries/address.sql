-- fragment: address_columns
-- args: none
select t.id, t.label, t.full_name, t.phone, t.line1, t.line2, t.city, t.state, t.postal_code,
	t.country, t.is_default

-- fragment: addresses_of_account
-- args: account_id uuid
from address t
where t.account_id = $1

-- name: address_by_id
-- args: id uuid, account_id uuid
-- rows: maybe
select id, label, full_name, phone, line1, line2, city, state, postal_code, country, is_default
from address
where id = $1
and account_id = $2;

-- Changes of one book follow each other.
-- name: address_book_lock
-- args: account_id uuid
-- rows: maybe
select id
from account
where id = $1
for no key update;

-- name: address_clear_default
-- args: account_id uuid, but_not uuid
-- rows: none
update address
set is_default = false, updated_at = now()
where account_id = $1
and is_default
and id is distinct from $2;

-- name: address_add
-- args: id uuid, account_id uuid, label text, full_name text, phone text, line1 text, line2 text, city text, state text, postal_code text, country text, is_default boolean
-- rows: none
insert into address
	(id, account_id, label, full_name, phone, line1, line2, city, state, postal_code, country,
	is_default)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
	$12 or not exists (select from address where account_id = $2));

-- name: address_update
-- args: id uuid, account_id uuid, label text, label_null boolean, full_name text, phone text, line1 text, line2 text, line2_null boolean, city text, state text, postal_code text, country text, is_default boolean
-- rows: none
update address
set label = case when $4 then null else coalesce($3, label) end,
	full_name = coalesce($5, full_name),
	phone = coalesce($6, phone),
	line1 = coalesce($7, line1),
	line2 = case when $9 then null else coalesce($8, line2) end,
	city = coalesce($10, city),
	state = coalesce($11, state),
	postal_code = coalesce($12, postal_code),
	country = coalesce($13, country),
	is_default = coalesce($14, is_default),
	updated_at = now()
where id = $1
and account_id = $2;

-- name: address_delete
-- args: id uuid, account_id uuid
-- rows: none
delete from address
where id = $1
and account_id = $2;

-- name: address_promote_newest
-- args: account_id uuid
-- rows: none
update address
set is_default = true
where id = (select id from address where account_id = $1 order by id desc limit 1)
and not exists (select from address where account_id = $1 and is_default);
