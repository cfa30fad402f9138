set local lock_timeout = '2s';

-- What administrators search accounts by.
create index account_by_words on account using gin
	(lower(email || ' ' || full_name || ' ' || coalesce(company_name, '')) gin_trgm_ops);
create index account_by_role on account (role, id desc) where role <> 'customer';
create index account_blocked on account (id desc) where is_blocked;

-- Runs get ids that administrators can see; those of before are not of note.
truncate job_run;
alter table job_run drop column id;
alter table job_run add column id uuid constraint job_run_pk primary key;
create index job_run_by_job on job_run (job, id desc);

-- What waits for a decision, and what failed.
create index seller_waiting on seller (id) where status = 'pending' or pending_changes is not null;
create index product_waiting on product (pending_since, id)
	where status = 'pending' or pending_changes is not null;
create index outbox_by_death on outbox (id desc) where dead_at is not null;
