-- Accounts: who signs in, their sessions, addresses and mailed tokens.
set local lock_timeout = '2s';

create extension if not exists pg_trgm;

create table account (
	id uuid constraint account_pk primary key,
	email text not null,
	email_key text not null generated always as (lower(email)) stored,
	password_hash text not null,
	full_name text not null,
	phone text,
	role text not null default 'customer'
		constraint account_role_known check (role in ('customer', 'seller', 'admin')),
	account_type text not null default 'individual'
		constraint account_type_known check (account_type in ('individual', 'business')),
	company_name text,
	gstin text,
	is_email_verified boolean not null default false,
	is_blocked boolean not null default false,
	blocked_reason text,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	last_login_at timestamptz,
	constraint account_email_once unique (email_key),
	constraint account_company_named
		check (account_type <> 'business' or company_name is not null)
);

-- One row per sign-in; access and refresh tokens carry its id as "sid".
create table session (
	id uuid constraint session_pk primary key,
	account_id uuid not null
		constraint session_account references account (id) on delete cascade,
	created_at timestamptz not null default now(),
	expires_at timestamptz not null,
	revoked_at timestamptz,
	revoked_why text,
	ip text,
	user_agent text
);
create index session_by_account on session (account_id) where revoked_at is null;
create index session_by_expiry on session (expires_at);

create table refresh_token (
	jti uuid constraint refresh_token_pk primary key,
	session_id uuid not null
		constraint refresh_token_session references session (id) on delete cascade,
	parent uuid,
	created_at timestamptz not null default now(),
	expires_at timestamptz not null,
	used_at timestamptz,
	revoked_at timestamptz
);
create index refresh_token_by_session on refresh_token (session_id);

-- Mailed one-time links; only a hash of the token is kept.
create table account_token (
	token_hash bytea constraint account_token_pk primary key
		constraint account_token_hash_size check (octet_length(token_hash) = 32),
	account_id uuid not null
		constraint account_token_account references account (id) on delete cascade,
	purpose text not null
		constraint account_token_purpose_known check (purpose in ('verify', 'reset')),
	email text not null,
	created_at timestamptz not null default now(),
	expires_at timestamptz not null,
	used_at timestamptz
);
create index account_token_by_account on account_token (account_id, purpose);

-- Sign-in failures, counted here only while the cache is away.
create table login_failure (
	bucket text not null,
	failed_at timestamptz not null default now()
);
create index login_failure_by_bucket on login_failure (bucket, failed_at);

create table address (
	id uuid constraint address_pk primary key,
	account_id uuid not null
		constraint address_account references account (id) on delete cascade,
	label text,
	full_name text not null,
	phone text not null,
	line1 text not null,
	line2 text,
	city text not null,
	state text not null,
	postal_code text not null,
	country text not null default 'IN',
	is_default boolean not null default false,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now()
);
create index address_by_account on address (account_id, id);
create unique index address_default_once on address (account_id) where is_default;
