-- name: account_add
-- args: id uuid, email text, password_hash text, full_name text, phone text, account_type text, company_name text, gstin text
-- rows: none
insert into account
	(id, email, password_hash, full_name, phone, account_type, company_name, gstin)
values ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: account_by_id
-- args: id uuid
-- rows: maybe
select id, email, full_name, phone, role, account_type, company_name, gstin,
	is_email_verified, is_blocked,
	(extract(epoch from created_at) * 1000000)::bigint,
	(extract(epoch from last_login_at) * 1000000)::bigint
from account
where id = $1;

-- name: account_credentials_by_email
-- args: email text
-- rows: maybe
select id, role, is_blocked, password_hash
from account
where email_key = lower($1);

-- name: account_credentials_by_id
-- args: id uuid
-- rows: maybe
select id, role, is_blocked, password_hash, email
from account
where id = $1;

-- name: account_to_reopen
-- args: id uuid
-- rows: maybe
select role
from account
where id = $1
and not is_blocked
and password_changed_at is null;

-- name: account_update
-- args: id uuid, full_name text, phone text, phone_null boolean, account_type text, company_name text, company_name_null boolean, gstin text, gstin_null boolean
-- rows: none
update account
set full_name = coalesce($2, full_name),
	phone = case when $4 then null else coalesce($3, phone) end,
	account_type = coalesce($5, account_type),
	company_name = case when $7 then null else coalesce($6, company_name) end,
	gstin = case when $9 then null else coalesce($8, gstin) end,
	updated_at = now()
where id = $1;

-- name: account_signed_in
-- args: id uuid
-- rows: none
update account
set last_login_at = now()
where id = $1;

-- name: account_set_password
-- args: id uuid, password_hash text
-- rows: none
update account
set password_hash = $2, password_changed_at = now(), updated_at = now()
where id = $1;

-- name: account_verify_email
-- args: id uuid, email text
-- rows: none
update account
set is_email_verified = true, updated_at = now()
where id = $1
and email_key = lower($2);

-- name: account_token_add
-- args: token_hash bytea, account_id uuid, purpose text, email text, valid_secs double precision
-- rows: none
insert into account_token (token_hash, account_id, purpose, email, expires_at)
values ($1, $2, $3, $4, now() + make_interval(secs => $5));

-- name: account_token_use
-- args: token_hash bytea, purpose text
-- rows: maybe
update account_token
set used_at = now()
where token_hash = $1
and purpose = $2
and used_at is null
and expires_at > now()
returning account_id, email;

-- name: account_tokens_expire
-- args: account_id uuid, purpose text
-- rows: none
update account_token
set used_at = now()
where account_id = $1
and purpose = $2
and used_at is null;

-- name: session_add
-- args: id uuid, account_id uuid, valid_secs double precision, ip text, user_agent text
-- rows: none
insert into session (id, account_id, expires_at, ip, user_agent)
values ($1, $2, now() + make_interval(secs => $3), $4, $5);

-- name: session_extend
-- args: id uuid, valid_secs double precision
-- rows: none
update session
set expires_at = now() + make_interval(secs => $2)
where id = $1;

-- name: session_revoke
-- args: id uuid, account_id uuid, why text
-- rows: none
update session
set revoked_at = now(), revoked_why = $3
where id = $1
and account_id = $2
and revoked_at is null;

-- name: sessions_revoke_others
-- args: account_id uuid, but_not uuid, why text
-- rows: none
update session
set revoked_at = now(), revoked_why = $3
where account_id = $1
and id is distinct from $2
and revoked_at is null;

-- name: refresh_add
-- args: jti uuid, session_id uuid, parent uuid, valid_secs double precision
-- rows: none
insert into refresh_token (jti, session_id, parent, expires_at)
values ($1, $2, $3, now() + make_interval(secs => $4));

-- name: refresh_find
-- args: jti uuid, account_id uuid
-- rows: maybe
select n.id, a.role,
	n.revoked_at is null and n.expires_at > now() and not a.is_blocked
		and t.revoked_at is null and t.expires_at > now(),
	t.used_at is not null,
	t.used_at > now() - interval '10 seconds'
		and exists (
			select from refresh_token child
			where child.session_id = t.session_id
			and child.parent = t.jti
			and child.used_at is null)
from refresh_token t
join session n on n.id = t.session_id
join account a on a.id = n.account_id
where t.jti = $1
and n.account_id = $2;

-- name: refresh_use
-- args: jti uuid
-- rows: maybe
update refresh_token
set used_at = now()
where jti = $1
and used_at is null
and revoked_at is null
and expires_at > now()
returning session_id;

-- name: login_failure_add
-- args: bucket text
-- rows: none
insert into login_failure (bucket)
values ($1);

-- name: login_failure_count
-- args: bucket text, window_secs double precision
-- rows: one
select count(*)
from login_failure
where bucket = $1
and failed_at > now() - make_interval(secs => $2);

-- name: outbox_add
-- args: id uuid, kind text, account_id uuid, payload jsonb
-- rows: none
insert into outbox (id, kind, account_id, payload)
values ($1, $2, $3, $4);
