-- name: job_lock
-- args: name text
-- rows: one
select pg_try_advisory_lock(hashtextextended('job ' || $1, 0));

-- All of them: a job that stays has taken it at each look.
-- name: job_unlock
-- args: none
-- rows: one
select pg_advisory_unlock_all();

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
-- args: id uuid, job text
-- rows: none
insert into job_run (id, job)
values ($1, $2);

-- name: job_run_end
-- args: id uuid, ok boolean, counts jsonb, note text
-- rows: none
update job_run
set finished_at = now(), ok = $2, counts = $3, note = $4
where id = $1;

-- A job is late after three periods without a good run, unless it is at work.
-- name: jobs_state
-- args: none
-- rows: many
select j.name, j.period_secs, (extract(epoch from j.ok_at) * 1000000)::bigint,
	coalesce(j.ok_at, j.known_at) < now() - make_interval(secs => 3 * j.period_secs)
		and not coalesce(r.started_at > now() - make_interval(secs => 3 * j.period_secs), false),
	r.started_at is not null
from job j
left join lateral (
	select max(started_at) as started_at
	from job_run
	where job = j.name
	and finished_at is null) r on true
order by j.name;

-- fragment: job_run_columns
-- args: none
select t.id, t.job, (extract(epoch from t.started_at) * 1000000)::bigint,
	(extract(epoch from t.finished_at) * 1000000)::bigint, t.ok, t.counts, t.note

-- fragment: job_runs
-- args: none
from job_run t
where true

-- fragment: job_runs_of
-- args: job text
and t.job = $1

-- fragment: job_runs_ended
-- args: ok boolean
and t.ok = $1
