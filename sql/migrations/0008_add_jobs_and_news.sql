-- Jobs by name, the newest unread messages, what the outbox shows of its dead.
set local lock_timeout = '2s';

-- When each job last went well. Its period comes from the program itself.
create table job (
	name text constraint job_pk primary key,
	period_secs bigint not null
		constraint job_period_positive check (period_secs > 0),
	known_at timestamptz not null default now(),
	ok_at timestamptz
);
create index job_run_open on job_run (job) where finished_at is null;
create index job_run_by_end on job_run (finished_at);

-- The unread ones are listed by id, newest first.
create index notification_unread_by_account on notification (account_id, id desc)
	where not is_read;
drop index notification_unread;

create index outbox_by_sending on outbox (sent_at) where sent_at is not null;
create index login_failure_by_time on login_failure (failed_at);
create index account_token_by_expiry on account_token (expires_at);
create index refresh_token_by_expiry on refresh_token (expires_at);
