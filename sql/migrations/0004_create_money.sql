-- Money: payments, refunds, provider events, commission, ledger, settlements.
set local lock_timeout = '2s';

create table payment (
	id uuid constraint payment_pk primary key,
	order_id uuid not null constraint payment_order references orders (id),
	account_id uuid not null constraint payment_account references account (id),
	provider text not null
		constraint payment_provider_known check (provider in ('razorpay', 'cod')),
	provider_order_id text,
	provider_payment_id text,
	-- Our own name for it at the provider: "pa_" and the id.
	receipt text,
	amount bigint not null constraint payment_amount_positive check (amount > 0),
	captured_amount bigint not null default 0,
	-- Money promised to refunds, settled or under way; never beyond captured.
	refund_reserved bigint not null default 0,
	refunded_amount bigint not null default 0,
	currency text not null default 'INR',
	method text,
	status text not null default 'created' constraint payment_status_known check (status in
		('created', 'authorized', 'captured', 'failed', 'partially_refunded', 'refunded')),
	failure_reason text,
	-- The one try an order may have open at a time.
	is_live boolean not null default true,
	needs_review boolean not null default false,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	captured_at timestamptz,
	idem_principal text,
	idem_key text,
	constraint payment_receipt_once unique (receipt),
	constraint payment_provider_payment_once unique (provider, provider_payment_id),
	constraint payment_provider_order_once unique (provider, provider_order_id),
	constraint payment_idem_once unique (idem_principal, idem_key),
	constraint payment_refund_fits check (refund_reserved between 0 and captured_amount),
	constraint payment_refunded_fits check (refunded_amount between 0 and refund_reserved)
);
create unique index payment_live_once on payment (order_id) where is_live;
create index payment_by_order on payment (order_id, id);
create index payment_by_account on payment (account_id, id desc);
create index payment_open on payment (created_at) where status in ('created', 'authorized');

create table webhook_event (
	id text constraint webhook_event_pk primary key,
	provider text not null,
	event_type text not null,
	payload bytea not null,
	received_at timestamptz not null default now(),
	state text not null default 'received' constraint webhook_event_state_known
		check (state in ('received', 'applied', 'ignored', 'parked', 'flagged')),
	attempts integer not null default 0,
	next_try_at timestamptz not null default now(),
	applied_at timestamptz,
	note text
);
create index webhook_event_open on webhook_event (next_try_at)
	where state in ('received', 'parked');

create table refund (
	id uuid constraint refund_pk primary key,
	order_id uuid not null constraint refund_order references orders (id),
	seller_order_id uuid constraint refund_seller_order references seller_order (id),
	payment_id uuid constraint refund_payment references payment (id),
	amount bigint not null constraint refund_amount_positive check (amount > 0),
	currency text not null default 'INR',
	reason text,
	status text not null constraint refund_status_known check (status in
		('requested', 'approved', 'processing', 'processed', 'rejected', 'failed')),
	source text not null default 'buyer' constraint refund_source_known
		check (source in ('buyer', 'seller', 'admin', 'system', 'gateway')),
	rejection_reason text,
	restock boolean not null default false,
	-- Sent as X-Refund-Idempotency, with the same bytes at each try.
	gateway_key text,
	provider_refund_id text,
	requested_by uuid constraint refund_requester references account (id),
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	processed_at timestamptz,
	idem_principal text,
	idem_key text,
	constraint refund_gateway_key_once unique (gateway_key),
	constraint refund_provider_once unique (provider_refund_id),
	constraint refund_idem_once unique (idem_principal, idem_key)
);
create index refund_by_order on refund (order_id, id);
create index refund_by_status on refund (status, id desc);
create index refund_by_requester on refund (requested_by, id desc);

create table refund_item (
	refund_id uuid not null constraint refund_item_refund references refund (id),
	order_item_id uuid not null
		constraint refund_item_order_item references order_item (id),
	quantity bigint not null constraint refund_item_quantity_sane check (quantity >= 0),
	amount bigint not null constraint refund_item_amount_positive check (amount > 0),
	commission_reversed bigint not null default 0,
	constraint refund_item_pk primary key (refund_id, order_item_id)
);
create index refund_item_by_order_item on refund_item (order_item_id);

create table commission_rate (
	id uuid constraint commission_rate_pk primary key,
	scope text not null constraint commission_rate_scope_known
		check (scope in ('global', 'category', 'seller')),
	category_id uuid constraint commission_rate_category references category (id),
	seller_id uuid constraint commission_rate_seller references seller (id),
	rate_bps integer not null
		constraint commission_rate_sane check (rate_bps between 0 and 10000),
	effective_from timestamptz not null default now(),
	set_by uuid,
	created_at timestamptz not null default now(),
	constraint commission_rate_target check (
		(scope = 'global' and category_id is null and seller_id is null)
		or (scope = 'category' and category_id is not null and seller_id is null)
		or (scope = 'seller' and seller_id is not null and category_id is null))
);
create index commission_rate_by_seller on commission_rate (seller_id, effective_from desc)
	where scope = 'seller';
create index commission_rate_by_category
	on commission_rate (category_id, effective_from desc) where scope = 'category';
create index commission_rate_global on commission_rate (effective_from desc)
	where scope = 'global';
insert into commission_rate (id, scope, rate_bps, effective_from)
values ('00000000-0000-7000-8000-000000000001', 'global', 1000, '2000-01-01');

-- The rate in force: the seller's, else the category's or its nearest
-- ancestor's, else the global one.
create function commission_at(for_seller uuid, for_category uuid, at timestamptz)
returns table (rate_bps integer, scope text) language sql stable as $$
	with recursive line (id, parent_id, depth) as (
		select c.id, c.parent_id, 0 from category c where c.id = for_category
		union all
		select c.id, c.parent_id, l.depth + 1
		from line l join category c on c.id = l.parent_id
		where l.depth < 10),
	rate (rate_bps, scope, rank, effective_from) as (
		select r.rate_bps, r.scope, 0, r.effective_from
		from commission_rate r
		where r.scope = 'seller' and r.seller_id = for_seller and r.effective_from <= at
		union all
		select r.rate_bps, r.scope, 1 + l.depth, r.effective_from
		from commission_rate r join line l on l.id = r.category_id
		where r.scope = 'category' and r.effective_from <= at
		union all
		select r.rate_bps, r.scope, 1000, r.effective_from
		from commission_rate r
		where r.scope = 'global' and r.effective_from <= at)
	select rate.rate_bps, rate.scope from rate
	order by rate.rank, rate.effective_from desc
	limit 1
$$;

-- Double entry, append-only.  kind and ref say what happened to what, and
-- make a repeat harmless.
create table journal (
	id uuid constraint journal_pk primary key,
	kind text not null,
	ref text not null,
	order_id uuid constraint journal_order references orders (id),
	currency text not null default 'INR',
	created_at timestamptz not null default now(),
	constraint journal_once unique (kind, ref)
);
create index journal_by_order on journal (order_id);
create index journal_by_created on journal (created_at);

create table posting (
	journal_id uuid not null constraint posting_journal references journal (id),
	line integer not null,
	-- gateway_clearing, cod_clearing, buyer_refunds, commission, tax, fees,
	-- seller_pending, seller_payable; the last two with seller_id.
	account text not null constraint posting_account_known check (account in
		('gateway_clearing', 'cod_clearing', 'bank', 'buyer_refunds', 'commission', 'tax',
		'fees', 'seller_pending', 'seller_payable')),
	seller_id uuid constraint posting_seller references seller (id),
	-- Debit positive, credit negative.
	amount bigint not null constraint posting_amount_given check (amount <> 0),
	constraint posting_pk primary key (journal_id, line),
	constraint posting_seller_named
		check ((account in ('seller_pending', 'seller_payable')) = (seller_id is not null))
);
create index posting_by_account on posting (account, seller_id);
create index posting_by_seller on posting (seller_id) where seller_id is not null;

create function journal_balanced() returns trigger language plpgsql as $$
begin
	if (select coalesce(sum(amount), 0) from posting where journal_id = new.journal_id) <> 0 then
		raise exception 'journal % does not balance', new.journal_id
			using errcode = '23514', constraint = 'journal_balances';
	end if;
	return null;
end $$;
create constraint trigger journal_balances after insert on posting
	deferrable initially deferred for each row execute function journal_balanced();

create function append_only() returns trigger language plpgsql as $$
begin
	raise exception '% is append-only', tg_table_name using errcode = '42501';
end $$;
create trigger journal_append_only before update or delete on journal
	for each row execute function append_only();
create trigger journal_no_truncate before truncate on journal
	for each statement execute function append_only();
create trigger posting_append_only before update or delete on posting
	for each row execute function append_only();
create trigger posting_no_truncate before truncate on posting
	for each statement execute function append_only();

create table settlement (
	id uuid constraint settlement_pk primary key,
	seller_id uuid not null constraint settlement_seller references seller (id),
	status text not null default 'requested' constraint settlement_status_known
		check (status in ('requested', 'processing', 'paid', 'rejected', 'failed')),
	currency text not null default 'INR',
	gross bigint not null,
	commission bigint not null,
	refunds bigint not null,
	adjustments bigint not null default 0,
	net bigint not null,
	period_start timestamptz,
	period_end timestamptz,
	reference text,
	reason text,
	requested_at timestamptz not null default now(),
	processed_at timestamptz,
	processed_by uuid,
	idem_principal text,
	idem_key text,
	constraint settlement_net_adds_up
		check (net = gross - commission - refunds + adjustments),
	constraint settlement_reference_once unique (reference),
	constraint settlement_idem_once unique (idem_principal, idem_key)
);
create index settlement_by_seller on settlement (seller_id, id desc);
create index settlement_by_status on settlement (status, id desc);

-- What a seller has earned with one sub-order, or given back with one
-- refund (negative); claimed by one settlement at most.
create table earning (
	id uuid constraint earning_pk primary key,
	seller_id uuid not null constraint earning_seller references seller (id),
	seller_order_id uuid not null
		constraint earning_seller_order references seller_order (id),
	refund_id uuid constraint earning_refund references refund (id),
	gross bigint not null,
	commission bigint not null,
	amount bigint not null,
	currency text not null default 'INR',
	matures_at timestamptz,
	matured_at timestamptz,
	settlement_id uuid constraint earning_settlement references settlement (id),
	created_at timestamptz not null default now(),
	constraint earning_adds_up check (amount = gross - commission)
);
create unique index earning_sale_once on earning (seller_order_id) where refund_id is null;
create unique index earning_refund_once on earning (refund_id, seller_order_id)
	where refund_id is not null;
create index earning_open on earning (seller_id, matured_at) where settlement_id is null;
create index earning_by_settlement on earning (settlement_id);
