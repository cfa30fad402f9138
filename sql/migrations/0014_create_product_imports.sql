-- Products that sellers bring in as CSV files, and what their listing needs.
set local lock_timeout = '2s';

-- One upload. Small ones are done within their request and leave no row.
create table product_import (
	id uuid constraint product_import_pk primary key,
	seller_id uuid not null
		constraint product_import_seller references seller (id),
	-- Name of the file in the folder of imports; null once it is gone.
	file_name text,
	dry_run boolean not null,
	status text not null default 'waiting'
		constraint product_import_status_known
		check (status in ('waiting', 'running', 'done', 'failed')),
	rows_total bigint not null,
	rows_done bigint not null default 0,
	created bigint not null default 0,
	updated bigint not null default 0,
	failed bigint not null default 0,
	note text,
	created_at timestamptz not null default now(),
	started_at timestamptz,
	finished_at timestamptz,
	constraint product_import_rows_sane check (rows_done between 0 and rows_total),
	constraint product_import_rows_counted check (created + updated + failed = rows_done)
);
create index product_import_open on product_import (id)
	where status in ('waiting', 'running');
create index product_import_by_seller on product_import (seller_id, id desc);
create index product_import_by_end on product_import (finished_at)
	where finished_at is not null;

-- What is wrong with a row; the first thousand of a file are kept.
create table product_import_error (
	import_id uuid not null
		constraint product_import_error_import references product_import (id)
		on delete cascade,
	line bigint not null,
	errors jsonb not null,
	constraint product_import_error_pk primary key (import_id, line)
);

-- A row of a file joins the product of its name, as its seller set it last.
create index product_by_seller_name
	on product (seller_id, (coalesce(pending_changes ->> 'name', name)))
	where status <> 'archived';

-- What waits for review, oldest first.
create index product_by_waiting on product (pending_since, id)
	where pending_since is not null;

-- A variant that is taken off sale or put on again counts for in_stock.
create function variant_crossed_sale() returns trigger language plpgsql as $$
begin
	perform from product where id = new.product_id for no key update;
	update product p
	set in_stock = exists (
		select from variant v join stock s on s.variant_id = v.id
		where v.product_id = p.id and v.is_active and s.on_hand > s.reserved)
	where p.id = new.product_id;
	return null;
end $$;
create trigger variant_sale_changed after update of is_active on variant for each row
	when (old.is_active is distinct from new.is_active)
	execute function variant_crossed_sale();
