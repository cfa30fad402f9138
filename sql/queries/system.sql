-- name: system_state
-- args: none
-- rows: one
select (select coalesce(max(version), 0) from schema_migration),
	(select count(*) from job_run
	where finished_at is null and started_at < now() - interval '1 hour');
