-- Operations: idempotency keys, outbox, notifications, audit trail, jobs.
set local lock_timeout = '2s';

-- The truth about a request sent twice; the cache only answers faster.
create table idempotency_key (
	principal text not null,
	key text not null
		constraint idempotency_key_size check (char_length(key) between 1 and 255),
	fingerprint bytea not null
		constraint idempotency_fingerprint_size check (octet_length(fingerprint) = 32),
	state text not null
		constraint idempotency_state_known check (state in ('started', 'finished')),
	recovery jsonb,
	status integer,
	content_type text,
	body bytea,
	created_at timestamptz not null default now(),
	constraint idempotency_key_pk primary key (principal, key),
	constraint idempotency_finished_has_status
		check ((state = 'finished') = (status is not null))
);
create index idempotency_key_by_age on idempotency_key (created_at);
create index idempotency_key_open on idempotency_key (created_at) where state = 'started';

-- What must leave the house after a commit: mail, SMS, webhooks.
create table outbox (
	id uuid constraint outbox_pk primary key,
	kind text not null,
	account_id uuid,
	payload jsonb not null,
	created_at timestamptz not null default now(),
	next_try_at timestamptz not null default now(),
	attempts integer not null default 0,
	sent_at timestamptz,
	dead_at timestamptz,
	last_error text
);
create index outbox_open on outbox (next_try_at) where sent_at is null and dead_at is null;
create index outbox_dead on outbox (dead_at) where dead_at is not null;

create table notification (
	id uuid constraint notification_pk primary key,
	account_id uuid not null
		constraint notification_account references account (id) on delete cascade,
	type text not null,
	title text not null,
	body text not null,
	data jsonb not null default '{}',
	is_read boolean not null default false,
	created_at timestamptz not null default now(),
	-- The event it tells of, so that a repeated delivery makes no second one.
	source_id uuid,
	constraint notification_source_once unique (account_id, source_id, type)
);
create index notification_by_account on notification (account_id, id desc);
create index notification_unread on notification (account_id) where not is_read;

create table audit_log (
	id bigint generated always as identity constraint audit_log_pk primary key,
	at timestamptz not null default now(),
	actor_id uuid,
	actor_email text,
	action text not null,
	entity text not null,
	entity_id text,
	changes jsonb not null default '{}',
	ip text,
	request_id text,
	previous_hash bytea,
	hash bytea
);
create index audit_log_by_entity on audit_log (entity, entity_id, id desc);
create index audit_log_by_actor on audit_log (actor_id, id desc);
create index audit_log_by_action on audit_log (action, id desc);
create index audit_log_by_time on audit_log (at);
create trigger audit_log_append_only before update or delete on audit_log
	for each row execute function append_only();
create trigger audit_log_no_truncate before truncate on audit_log
	for each statement execute function append_only();

create table job_run (
	id bigint generated always as identity constraint job_run_pk primary key,
	job text not null,
	started_at timestamptz not null default now(),
	finished_at timestamptz,
	ok boolean,
	counts jsonb not null default '{}',
	note text
);
create index job_run_by_job on job_run (job, id desc);
