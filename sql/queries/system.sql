-- name: system_state
-- args: none
-- rows: one
select (select coalesce(max(version), 0) from schema_migration),
	(select count(*) from job
	where coalesce(ok_at, known_at) < now() - make_interval(secs => 3 * period_secs)
	and not exists (
		select from job_run r
		where r.job = job.name
		and r.finished_at is null
		and r.started_at > now() - make_interval(secs => 3 * job.period_secs)))
	+ (not exists (select from job)
	and (select max(applied_at) from schema_migration) < now() - interval '10 minutes')::int,
	exists (select from outbox where dead_at > now() - interval '1 day');
