-- Where the provider's books and ours differ; who was told of low stock.
set local lock_timeout = '2s';

create table payment_mismatch (
	id uuid constraint payment_mismatch_pk primary key,
	entity text not null constraint payment_mismatch_entity_known
		check (entity in ('payment', 'refund')),
	-- The provider's id of it, or our own where it has none.
	ref text not null,
	kind text not null constraint payment_mismatch_kind_known check (kind in
		('missing_here', 'missing_there', 'amount', 'currency', 'status', 'refunded')),
	order_id uuid constraint payment_mismatch_order references orders (id),
	payment_id uuid constraint payment_mismatch_payment references payment (id),
	refund_id uuid constraint payment_mismatch_refund references refund (id),
	-- What either side says; null where it knows of nothing.
	here jsonb,
	there jsonb,
	first_seen_at timestamptz not null default now(),
	last_seen_at timestamptz not null default now(),
	resolved_at timestamptz
);
create unique index payment_mismatch_open_once on payment_mismatch (entity, ref, kind)
	where resolved_at is null;
create index payment_mismatch_by_end on payment_mismatch (resolved_at, id desc);

-- The moment at which a variant's stock became low and its seller was told;
-- until more comes onto the shelf they are not told again.
alter table stock add column low_id uuid;

create function stock_restocked() returns trigger language plpgsql as $$
begin
	new.low_id := null;
	return new;
end $$;
create trigger stock_restocked before update of on_hand on stock for each row
	when (new.on_hand > old.on_hand and old.low_id is not null)
	execute function stock_restocked();
