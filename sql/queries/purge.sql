-- A key whose work is not finished stays: it tells what is still to be done.
-- name: purge_idempotency_keys
-- args: most bigint
-- rows: none
delete from idempotency_key
where (principal, key) in (
	select principal, key
	from idempotency_key
	where created_at < now() - interval '72 hours'
	and state = 'finished'
	order by created_at
	limit $1
	for update skip locked);

-- name: purge_account_tokens
-- args: most bigint
-- rows: none
delete from account_token
where token_hash in (
	select token_hash
	from account_token
	where expires_at < now() - interval '7 days'
	order by expires_at
	limit $1
	for update skip locked);

-- name: purge_refresh_tokens
-- args: most bigint
-- rows: none
delete from refresh_token
where jti in (
	select jti
	from refresh_token
	where expires_at < now() - interval '7 days'
	order by expires_at
	limit $1
	for update skip locked);

-- name: purge_sessions
-- args: most bigint
-- rows: none
delete from session
where id in (
	select id
	from session
	where expires_at < now() - interval '7 days'
	order by expires_at
	limit $1
	for update skip locked);

-- name: purge_login_failures
-- args: most bigint
-- rows: none
delete from login_failure
where ctid in (
	select ctid
	from login_failure
	where failed_at < now() - interval '1 day'
	order by failed_at
	limit $1
	for update skip locked);

-- name: purge_job_runs
-- args: most bigint
-- rows: none
delete from job_run
where id in (
	select id
	from job_run
	where finished_at < now() - interval '14 days'
	order by finished_at
	limit $1
	for update skip locked);

-- What was never delivered stays.
-- name: purge_outbox
-- args: most bigint
-- rows: none
delete from outbox
where id in (
	select id
	from outbox
	where sent_at < now() - interval '30 days'
	order by sent_at
	limit $1
	for update skip locked);

-- name: purge_product_imports
-- args: most bigint
-- rows: none
delete from product_import
where id in (
	select id
	from product_import
	where finished_at < now() - interval '30 days'
	order by finished_at
	limit $1
	for update skip locked);

-- name: purge_due
-- args: none
-- rows: one
select
	(select count(*) from idempotency_key
	where created_at < now() - interval '72 hours' and state = 'finished'),
	(select count(*) from account_token where expires_at < now() - interval '7 days'),
	(select count(*) from refresh_token where expires_at < now() - interval '7 days'),
	(select count(*) from session where expires_at < now() - interval '7 days'),
	(select count(*) from login_failure where failed_at < now() - interval '1 day'),
	(select count(*) from job_run where finished_at < now() - interval '14 days'),
	(select count(*) from outbox where sent_at < now() - interval '30 days'),
	(select count(*) from product_import where finished_at < now() - interval '30 days');
