-- name: job_lock
-- args: name text
-- rows: one
select pg_try_advisory_lock(hashtextextended('job ' || $1, 0));

-- name: job_known
-- args: name text, period_secs bigint
-- rows: none
insert into job as j (name, period_secs)
values ($1, $2)
on conflict on constraint job_pk
do update set period_secs = excluded.period_secs
where j.period_secs <> excluded.period_secs;

-- name: job_went_well
-- args: name text
-- rows: none
update job
set ok_at = now()
where name = $1;

-- name: job_run_bury
-- args: job text
-- rows: none
update job_run
set finished_at = now(), ok = false, note = 'killed'
where job = $1
and finished_at is null;

-- name: job_run_begin
-- args: job text
-- rows: one
insert into job_run (job)
values ($1)
returning id;

-- name: job_run_end
-- args: id bigint, ok boolean, counts jsonb, note text
-- rows: none
update job_run
set finished_at = now(), ok = $2, counts = $3, note = $4
where id = $1;
