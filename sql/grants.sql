-- What the role of the programs may do. Applied after every run of the
-- migrations, by the owner of the tables, with the role's name in :app.
-- It owns nothing: it cannot change a table, a constraint or a trigger.
\if :{?app}
\else
\set app haat_app
\endif

revoke create on schema public from public;
grant usage on schema public to :"app";

grant select, insert, update, delete on all tables in schema public to :"app";
grant usage, select, update on all sequences in schema public to :"app";
alter default privileges in schema public grant select, insert, update, delete on tables to :"app";
alter default privileges in schema public grant usage, select, update on sequences to :"app";

-- Which migrations ran is for the owner to write.
revoke insert, update, delete on schema_migration from :"app";

-- What happened is written once; triggers say the same to the owner.
revoke update, delete, truncate on journal, posting, audit_log, audit_checkpoint from :"app";
