-- Puts back what 10_tools.sql took away; foreign keys are thereby checked.
do $$
declare
	statement text;
begin
	for statement in select redo from demo_ddl order by step, name loop
		execute statement;
	end loop;
	insert into audit_log (id, at, actor_id, actor_email, action, entity, entity_id, changes, ip)
	select id, at, actor_id, actor_email, action, entity, entity_id, changes, '203.0.113.7'
	from demo_audit
	order by at, id;
	for statement in select 'analyze ' || name from demo_table loop
		execute statement;
	end loop;
end $$;

create temp table demo_fault (fault text, at text);
