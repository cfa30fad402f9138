-- fragment: account_columns
-- args: none
select t.id, t.email, t.full_name, t.phone, t.role, t.account_type, t.company_name, t.gstin,
	t.is_email_verified, t.is_blocked,
	(extract(epoch from t.created_at) * 1000000)::bigint,
	(extract(epoch from t.last_login_at) * 1000000)::bigint

-- fragment: accounts
-- args: none
from account t
where true

-- fragment: accounts_like
-- args: pattern text
and lower(t.email || ' ' || t.full_name || ' ' || coalesce(t.company_name, '')) like lower($1)

-- fragment: accounts_with_role
-- args: role text
and t.role = $1

-- fragment: accounts_blocked
-- args: is_blocked boolean
and t.is_blocked = $1

-- What the account ordered that was not cancelled, and what it paid less what
-- it was paid back.
-- name: account_spending
-- args: account_id uuid
-- rows: one
select (select count(*) from orders where account_id = $1 and status <> 'cancelled'),
	(select coalesce(sum(captured_amount - refunded_amount), 0)::bigint
	from payment where account_id = $1);

-- name: account_blocked_reason
-- args: id uuid
-- rows: maybe
select blocked_reason
from account
where id = $1;

-- name: account_block_lock
-- args: id uuid
-- rows: maybe
select is_blocked, blocked_reason, role
from account
where id = $1
for update;

-- Administrators who can act; one change among them after the other.
-- name: administrators_lock
-- args: none
-- rows: many
select id
from account
where role = 'admin'
and not is_blocked
order by id
for update;

-- name: account_set_blocked
-- args: id uuid, is_blocked boolean, reason text
-- rows: none
update account
set is_blocked = $2, blocked_reason = $3, updated_at = now()
where id = $1;

-- name: account_add_admin
-- args: id uuid, email text, password_hash text, full_name text
-- rows: none
insert into account (id, email, password_hash, full_name, role, is_email_verified)
values ($1, $2, $3, $4, 'admin', true);
