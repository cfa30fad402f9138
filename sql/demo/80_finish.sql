-- Puts back what 10_tools.sql took away; foreign keys are thereby checked.
do $$
declare
	statement text;
begin
	for statement in select redo from demo_ddl order by step, name loop
		execute statement;
	end loop;
	for statement in select 'analyze ' || name from demo_table loop
		execute statement;
	end loop;
end $$;

create temp table demo_fault (fault text, at text);
