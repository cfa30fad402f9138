-- A file that stops the job each time it is tried is given up in the end.
set local lock_timeout = '2s';

-- Since its last row that was done.
alter table product_import
	add column attempts integer not null default 0
		constraint product_import_attempts_sane check (attempts >= 0);
