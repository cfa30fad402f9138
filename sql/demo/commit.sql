-- The last words of the load: nothing is kept if check.sql found a fault.
do $$
begin
	if exists (select from demo_fault) then
		raise exception 'the demo data is not consistent: %',
			(select string_agg(distinct fault, '; ') from demo_fault);
	end if;
end $$;
commit;
-- What running processes remember of the shop that was here before is gone.
notify change;
-- Marks what everybody can see, so that indexes alone may answer.
select format('vacuum %s', name) from demo_table order by name \gexec
