
CREATE FUNCTION public.append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
	raise exception '% is append-only', tg_table_name using errcode = '42501';
end $$;

CREATE FUNCTION public.audit_broken(above bigint DEFAULT 0, upto bigint DEFAULT '9223372036854775807'::bigint) RETURNS SETOF bigint
    LANGUAGE sql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
	select a.seq
	from audit_log a
	left join audit_log p on p.seq = a.seq - 1
	where a.seq > above
	and a.seq <= upto
	and (a.hash <> audit_hash(a)
		or a.previous_hash is distinct from
			case a.seq when 1 then audit_origin() else p.hash end)
	order by a.seq
$$;

CREATE TABLE public.audit_log (
    seq bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor_id uuid,
    actor_email text,
    action text NOT NULL,
    entity text NOT NULL,
    entity_id text,
    changes jsonb DEFAULT '{}'::jsonb NOT NULL,
    ip text,
    request_id text,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    id uuid NOT NULL,
    CONSTRAINT audit_log_hashes_whole CHECK (((octet_length(previous_hash) = 32) AND (octet_length(hash) = 32))),
    CONSTRAINT audit_log_seq_counted CHECK ((seq > 0))
);

CREATE FUNCTION public.audit_hash(entry public.audit_log) RETURNS bytea
    LANGUAGE sql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
	select sha256(entry.previous_hash || convert_to(jsonb_build_array(entry.seq, entry.id,
		(extract(epoch from entry.at) * 1000000)::bigint, entry.actor_id, entry.actor_email,
		entry.action, entry.entity, entry.entity_id, entry.changes, entry.ip,
		entry.request_id)::text, 'UTF8'))
$$;

CREATE FUNCTION public.audit_origin() RETURNS bytea
    LANGUAGE sql IMMUTABLE
    AS $$
	select decode(repeat('00', 32), 'hex')
$$;

CREATE FUNCTION public.audit_seal() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
declare
	before record;
begin
	perform pg_advisory_xact_lock(hashtextextended('audit_log', 0));
	select seq, hash into before from audit_log order by seq desc limit 1;
	new.seq := coalesce(before.seq, 0) + 1;
	new.previous_hash := coalesce(before.hash, audit_origin());
	new.hash := audit_hash(new);
	return new;
end $$;

CREATE FUNCTION public.cancelled_by_seller(of_order uuid, part uuid) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
	select exists (
		select from order_event e
		where e.order_id = of_order
		and e.seller_order_id = part
		and e.status = 'cancelled'
		and e.actor_role = 'seller')
$$;

CREATE FUNCTION public.commission_at(for_seller uuid, for_category uuid, at timestamp with time zone) RETURNS TABLE(rate_bps integer, scope text)
    LANGUAGE sql STABLE
    AS $$
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

CREATE FUNCTION public.day_number(at timestamp with time zone, zone text) RETURNS integer
    LANGUAGE sql STABLE
    AS $$
	select (at at time zone zone)::date - date '1970-01-01'
$$;

CREATE FUNCTION public.day_start(day integer, zone text) RETURNS timestamp with time zone
    LANGUAGE sql STABLE
    AS $$
	select (date '1970-01-01' + day)::timestamp at time zone zone
$$;

CREATE FUNCTION public.figures_account_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
	if tg_op <> 'INSERT' then
		insert into figures_mark (what, at) values ('accounts', old.created_at);
	end if;
	if tg_op <> 'DELETE' then
		insert into figures_mark (what, at) values ('accounts', new.created_at);
	end if;
	return null;
end $$;

CREATE FUNCTION public.figures_buyer_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
	if tg_op <> 'INSERT' then
		insert into figures_mark (what, at) values ('buyers', old.placed_at);
	end if;
	if tg_op <> 'DELETE' then
		insert into figures_mark (what, at) values ('buyers', new.placed_at);
	end if;
	return null;
end $$;

CREATE FUNCTION public.figures_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
	if tg_table_name = 'earning' then
		if tg_op <> 'INSERT' then
			insert into figures_mark (what, seller_id, at)
			values ('sales', old.seller_id, old.created_at);
		end if;
		if tg_op <> 'DELETE' then
			insert into figures_mark (what, seller_id, at)
			values ('sales', new.seller_id, new.created_at);
		end if;
		return null;
	end if;
	if tg_op <> 'INSERT' then
		insert into figures_mark (what, seller_id, at)
		values ('orders', old.seller_id, old.placed_at);
	end if;
	if tg_op = 'INSERT' or tg_op = 'UPDATE' and old.placed_at <> new.placed_at then
		insert into figures_mark (what, seller_id, at)
		values ('orders', new.seller_id, new.placed_at);
	end if;
	return null;
end $$;

CREATE FUNCTION public.journal_balanced() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
	if (select coalesce(sum(amount), 0) from posting where journal_id = new.journal_id) <> 0 then
		raise exception 'journal % does not balance', new.journal_id
			using errcode = '23514', constraint = 'journal_balances';
	end if;
	return null;
end $$;

CREATE FUNCTION public.lock_in_time(lock bigint) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
begin
	perform pg_advisory_lock(lock);
	return true;
exception when lock_not_available then
	return false;
end $$;

CREATE FUNCTION public.place_of_supply(state text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
	select case
		when lower(state) in ('jammu and kashmir', 'jammu & kashmir') then '01-Jammu and Kashmir'
		when lower(state) in ('himachal pradesh') then '02-Himachal Pradesh'
		when lower(state) in ('punjab') then '03-Punjab'
		when lower(state) in ('chandigarh') then '04-Chandigarh'
		when lower(state) in ('uttarakhand', 'uttaranchal') then '05-Uttarakhand'
		when lower(state) in ('haryana') then '06-Haryana'
		when lower(state) in ('delhi', 'new delhi', 'nct of delhi') then '07-Delhi'
		when lower(state) in ('rajasthan') then '08-Rajasthan'
		when lower(state) in ('uttar pradesh') then '09-Uttar Pradesh'
		when lower(state) in ('bihar') then '10-Bihar'
		when lower(state) in ('sikkim') then '11-Sikkim'
		when lower(state) in ('arunachal pradesh') then '12-Arunachal Pradesh'
		when lower(state) in ('nagaland') then '13-Nagaland'
		when lower(state) in ('manipur') then '14-Manipur'
		when lower(state) in ('mizoram') then '15-Mizoram'
		when lower(state) in ('tripura') then '16-Tripura'
		when lower(state) in ('meghalaya') then '17-Meghalaya'
		when lower(state) in ('assam') then '18-Assam'
		when lower(state) in ('west bengal') then '19-West Bengal'
		when lower(state) in ('jharkhand') then '20-Jharkhand'
		when lower(state) in ('odisha', 'orissa') then '21-Odisha'
		when lower(state) in ('chhattisgarh') then '22-Chhattisgarh'
		when lower(state) in ('madhya pradesh') then '23-Madhya Pradesh'
		when lower(state) in ('gujarat') then '24-Gujarat'
		when lower(state) in (
			'dadra and nagar haveli and daman and diu',
			'dadra & nagar haveli and daman & diu')
			then '26-Dadra and Nagar Haveli and Daman and Diu'
		when lower(state) in ('maharashtra') then '27-Maharashtra'
		when lower(state) in ('karnataka') then '29-Karnataka'
		when lower(state) in ('goa') then '30-Goa'
		when lower(state) in ('lakshadweep') then '31-Lakshadweep'
		when lower(state) in ('kerala') then '32-Kerala'
		when lower(state) in ('tamil nadu') then '33-Tamil Nadu'
		when lower(state) in ('puducherry', 'pondicherry') then '34-Puducherry'
		when lower(state) in (
			'andaman and nicobar islands',
			'andaman & nicobar islands')
			then '35-Andaman and Nicobar Islands'
		when lower(state) in ('telangana') then '36-Telangana'
		when lower(state) in ('andhra pradesh') then '37-Andhra Pradesh'
		when lower(state) in ('ladakh') then '38-Ladakh'
		end
$$;

CREATE FUNCTION public.product_era(id uuid) RETURNS integer
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
	select ('x' || substr(id::text, 1, 6))::bit(24)::integer
$$;

CREATE FUNCTION public.product_listings_counted() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
	if tg_op = 'INSERT' then
		insert into category_count as c (category_id, product_count)
		select category_id, count(*) from listed_after
		where is_listed
		group by category_id
		order by category_id
		on conflict on constraint category_count_pk
		do update set product_count = c.product_count + excluded.product_count;
	elsif tg_op = 'DELETE' then
		insert into category_count as c (category_id, product_count)
		select category_id, -count(*) from listed_before
		where is_listed
		group by category_id
		order by category_id
		on conflict on constraint category_count_pk
		do update set product_count = c.product_count + excluded.product_count;
	else
		insert into category_count as c (category_id, product_count)
		select category_id, sum(n) from (
			select category_id, -1 from listed_before where is_listed
			union all
			select category_id, 1 from listed_after where is_listed
		) moved (category_id, n)
		group by category_id
		having sum(n) <> 0
		order by category_id
		on conflict on constraint category_count_pk
		do update set product_count = c.product_count + excluded.product_count;
	end if;
	return null;
end $$;

CREATE FUNCTION public.product_of_active_seller() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
	select status <> 'suspended' into new.seller_active
	from seller where id = new.seller_id for share;
	return new;
end $$;

CREATE FUNCTION public.product_stocked(changed uuid) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
	perform from product where id = changed for no key update;
	update product p
	set in_stock = not p.in_stock
	where p.id = changed
	and p.in_stock <> exists (
		select from variant v join stock s on s.variant_id = v.id
		where v.product_id = p.id and v.is_active and s.on_hand > s.reserved);
end $$;

CREATE FUNCTION public.product_waiting(product uuid, changes jsonb) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $$
	select case when w.images is null then changes
		else coalesce(changes, '{}') || jsonb_build_object('images', w.images) end
	from (
		select jsonb_agg(jsonb_build_object('id', i.id, 'url', i.url,
			'thumbnail_url', i.thumbnail_url, 'alt', i.alt, 'position', i.position)
			order by i.position, i.id) as images
		from product_image i
		where i.product_id = product
		and not i.is_live) w
$$;

CREATE FUNCTION public.product_worded() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
	insert into search_word as w (word, uses)
	select t.lexeme, 1
	from unnest(to_tsvector('simple'::regconfig,
		new.name || ' ' || coalesce(new.brand, ''))) t
	where length(t.lexeme) between 3 and 40
	order by t.lexeme
	on conflict on constraint search_word_pk do nothing;
	return null;
end $$;

CREATE FUNCTION public.stock_crossed_zero() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
	perform product_stocked((select product_id from variant where id = new.variant_id));
	return null;
end $$;

CREATE FUNCTION public.stock_restocked() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
	new.low_id := null;
	return new;
end $$;

CREATE FUNCTION public.variant_crossed_sale() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
	perform product_stocked(new.product_id);
	return null;
end $$;

CREATE TABLE public.account (
    id uuid NOT NULL,
    email text NOT NULL,
    email_key text GENERATED ALWAYS AS (lower(email)) STORED NOT NULL,
    password_hash text NOT NULL,
    full_name text NOT NULL,
    phone text,
    role text DEFAULT 'customer'::text NOT NULL,
    account_type text DEFAULT 'individual'::text NOT NULL,
    company_name text,
    gstin text,
    is_email_verified boolean DEFAULT false NOT NULL,
    is_blocked boolean DEFAULT false NOT NULL,
    blocked_reason text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    last_login_at timestamp with time zone,
    password_changed_at timestamp with time zone,
    CONSTRAINT account_company_named CHECK (((account_type <> 'business'::text) OR (company_name IS NOT NULL))),
    CONSTRAINT account_role_known CHECK ((role = ANY (ARRAY['customer'::text, 'seller'::text, 'admin'::text]))),
    CONSTRAINT account_type_known CHECK ((account_type = ANY (ARRAY['individual'::text, 'business'::text])))
);

CREATE TABLE public.account_day (
    day integer NOT NULL,
    accounts bigint NOT NULL
);

CREATE TABLE public.account_token (
    token_hash bytea NOT NULL,
    account_id uuid NOT NULL,
    purpose text NOT NULL,
    email text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT account_token_hash_size CHECK ((octet_length(token_hash) = 32)),
    CONSTRAINT account_token_purpose_known CHECK ((purpose = ANY (ARRAY['verify'::text, 'reset'::text])))
);

CREATE TABLE public.address (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    label text,
    full_name text NOT NULL,
    phone text NOT NULL,
    line1 text NOT NULL,
    line2 text,
    city text NOT NULL,
    state text NOT NULL,
    postal_code text NOT NULL,
    country text DEFAULT 'IN'::text NOT NULL,
    is_default boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.audit_checkpoint (
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.buyer_day (
    day integer NOT NULL,
    previous_day integer NOT NULL,
    buyers bigint NOT NULL
);

CREATE TABLE public.cart (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.cart_line (
    id uuid NOT NULL,
    cart_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    quantity bigint NOT NULL,
    CONSTRAINT cart_line_quantity_sane CHECK (((quantity >= 1) AND (quantity <= 9999)))
);

CREATE TABLE public.category (
    id uuid NOT NULL,
    parent_id uuid,
    name text NOT NULL,
    slug text NOT NULL,
    "position" integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT category_not_own_parent CHECK ((parent_id <> id))
);

CREATE TABLE public.category_count (
    category_id uuid NOT NULL,
    product_count bigint DEFAULT 0 NOT NULL
)
WITH (fillfactor='60');

CREATE TABLE public.commission_rate (
    id uuid NOT NULL,
    scope text NOT NULL,
    category_id uuid,
    seller_id uuid,
    rate_bps integer NOT NULL,
    effective_from timestamp with time zone DEFAULT now() NOT NULL,
    set_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT commission_rate_sane CHECK (((rate_bps >= 0) AND (rate_bps <= 10000))),
    CONSTRAINT commission_rate_scope_known CHECK ((scope = ANY (ARRAY['global'::text, 'category'::text, 'seller'::text]))),
    CONSTRAINT commission_rate_target CHECK ((((scope = 'global'::text) AND (category_id IS NULL) AND (seller_id IS NULL)) OR ((scope = 'category'::text) AND (category_id IS NOT NULL) AND (seller_id IS NULL)) OR ((scope = 'seller'::text) AND (seller_id IS NOT NULL) AND (category_id IS NULL))))
);

CREATE TABLE public.earning (
    id uuid NOT NULL,
    seller_id uuid NOT NULL,
    seller_order_id uuid NOT NULL,
    refund_id uuid,
    gross bigint NOT NULL,
    commission bigint NOT NULL,
    amount bigint NOT NULL,
    currency text DEFAULT 'INR'::text NOT NULL,
    matures_at timestamp with time zone,
    matured_at timestamp with time zone,
    settlement_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    is_reversal boolean DEFAULT false NOT NULL,
    CONSTRAINT earning_adds_up CHECK ((amount = (gross - commission)))
);

CREATE TABLE public.figures_mark (
    seller_id uuid,
    at timestamp with time zone NOT NULL,
    what text NOT NULL,
    CONSTRAINT figures_mark_what_known CHECK ((what = ANY (ARRAY['sales'::text, 'orders'::text, 'buyers'::text, 'accounts'::text])))
);

CREATE TABLE public.figures_state (
    single boolean DEFAULT true NOT NULL,
    time_zone text NOT NULL,
    closed integer NOT NULL,
    CONSTRAINT figures_state_one CHECK (single)
);

CREATE TABLE public.idempotency_key (
    principal text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    state text NOT NULL,
    recovery jsonb,
    status integer,
    content_type text,
    body bytea,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT idempotency_fingerprint_size CHECK ((octet_length(fingerprint) = 32)),
    CONSTRAINT idempotency_finished_has_status CHECK (((state = 'finished'::text) = (status IS NOT NULL))),
    CONSTRAINT idempotency_key_size CHECK (((char_length(key) >= 1) AND (char_length(key) <= 255))),
    CONSTRAINT idempotency_state_known CHECK ((state = ANY (ARRAY['started'::text, 'finished'::text])))
);

CREATE TABLE public.job (
    name text NOT NULL,
    period_secs bigint NOT NULL,
    known_at timestamp with time zone DEFAULT now() NOT NULL,
    ok_at timestamp with time zone,
    CONSTRAINT job_period_positive CHECK ((period_secs > 0))
);

CREATE TABLE public.job_run (
    job text NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    finished_at timestamp with time zone,
    ok boolean,
    counts jsonb DEFAULT '{}'::jsonb NOT NULL,
    note text,
    id uuid NOT NULL
);

CREATE TABLE public.journal (
    id uuid NOT NULL,
    kind text NOT NULL,
    ref text NOT NULL,
    order_id uuid,
    currency text DEFAULT 'INR'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.kyc_document (
    id uuid NOT NULL,
    seller_id uuid NOT NULL,
    document_type text NOT NULL,
    storage_name text NOT NULL,
    content_type text NOT NULL,
    byte_size bigint NOT NULL,
    sha256 bytea NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    uploaded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT kyc_document_status_known CHECK ((status = ANY (ARRAY['pending'::text, 'accepted'::text, 'rejected'::text]))),
    CONSTRAINT kyc_document_type_known CHECK ((document_type = ANY (ARRAY['pan_card'::text, 'gst_certificate'::text, 'address_proof'::text, 'bank_proof'::text, 'incorporation_certificate'::text])))
);

CREATE TABLE public.login_failure (
    bucket text NOT NULL,
    failed_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.notification (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    type text NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    data jsonb DEFAULT '{}'::jsonb NOT NULL,
    is_read boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    source_id uuid
);

CREATE TABLE public.order_day (
    seller_id uuid,
    day integer NOT NULL,
    status text NOT NULL,
    orders bigint NOT NULL
);

CREATE TABLE public.order_event (
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    seller_order_id uuid,
    from_status text,
    status text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor_id uuid,
    actor_role text DEFAULT 'system'::text NOT NULL,
    note text
);

CREATE TABLE public.order_item (
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    seller_order_id uuid NOT NULL,
    "position" integer NOT NULL,
    product_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    category_id uuid NOT NULL,
    name text NOT NULL,
    sku text NOT NULL,
    image text,
    hsn_code text,
    quantity bigint NOT NULL,
    refunded_quantity bigint DEFAULT 0 NOT NULL,
    currency text DEFAULT 'INR'::text NOT NULL,
    unit_price bigint NOT NULL,
    discount bigint DEFAULT 0 NOT NULL,
    line_total bigint NOT NULL,
    tax_rate_bps integer NOT NULL,
    cgst bigint DEFAULT 0 NOT NULL,
    sgst bigint DEFAULT 0 NOT NULL,
    igst bigint DEFAULT 0 NOT NULL,
    tax_total bigint NOT NULL,
    refunded_amount bigint DEFAULT 0 NOT NULL,
    commission_rate_bps integer NOT NULL,
    commission_scope text NOT NULL,
    commission_amount bigint NOT NULL,
    shipping bigint DEFAULT 0 NOT NULL,
    CONSTRAINT order_item_price_positive CHECK ((unit_price > 0)),
    CONSTRAINT order_item_quantity_positive CHECK ((quantity > 0)),
    CONSTRAINT order_item_refund_fits CHECK ((((refunded_quantity >= 0) AND (refunded_quantity <= quantity)) AND ((refunded_amount >= 0) AND (refunded_amount <= ((line_total - discount) + shipping))))),
    CONSTRAINT order_item_scope_known CHECK ((commission_scope = ANY (ARRAY['global'::text, 'category'::text, 'seller'::text]))),
    CONSTRAINT order_item_shipping_sane CHECK ((shipping >= 0)),
    CONSTRAINT order_item_tax_adds_up CHECK ((tax_total = ((cgst + sgst) + igst))),
    CONSTRAINT order_item_total_adds_up CHECK ((line_total = (unit_price * quantity)))
);

CREATE SEQUENCE public.order_number
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.orders (
    id uuid NOT NULL,
    number text NOT NULL,
    account_id uuid NOT NULL,
    status text NOT NULL,
    payment_status text DEFAULT 'unpaid'::text NOT NULL,
    payment_method text NOT NULL,
    currency text DEFAULT 'INR'::text NOT NULL,
    subtotal bigint NOT NULL,
    discount_total bigint DEFAULT 0 NOT NULL,
    shipping_total bigint DEFAULT 0 NOT NULL,
    tax_total bigint NOT NULL,
    total bigint NOT NULL,
    shipping_address jsonb NOT NULL,
    billing_address jsonb NOT NULL,
    purchase_order_number text,
    notes text,
    placed_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    paid_at timestamp with time zone,
    cancelled_at timestamp with time zone,
    cancel_reason text,
    idem_principal text,
    idem_key text,
    CONSTRAINT orders_method_known CHECK ((payment_method = ANY (ARRAY['razorpay'::text, 'cod'::text]))),
    CONSTRAINT orders_payment_known CHECK ((payment_status = ANY (ARRAY['unpaid'::text, 'paid'::text, 'failed'::text, 'partially_refunded'::text, 'refunded'::text]))),
    CONSTRAINT orders_status_known CHECK ((status = ANY (ARRAY['pending_payment'::text, 'confirmed'::text, 'processing'::text, 'shipped'::text, 'delivered'::text, 'cancelled'::text]))),
    CONSTRAINT orders_total_adds_up CHECK (((total = ((subtotal - discount_total) + shipping_total)) AND (total >= 0)))
);

CREATE TABLE public.outbox (
    id uuid NOT NULL,
    kind text NOT NULL,
    account_id uuid,
    payload jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    next_try_at timestamp with time zone DEFAULT now() NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    sent_at timestamp with time zone,
    dead_at timestamp with time zone,
    last_error text
);

CREATE TABLE public.payment (
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    account_id uuid NOT NULL,
    provider text NOT NULL,
    provider_order_id text,
    provider_payment_id text,
    receipt text,
    amount bigint NOT NULL,
    captured_amount bigint DEFAULT 0 NOT NULL,
    refund_reserved bigint DEFAULT 0 NOT NULL,
    refunded_amount bigint DEFAULT 0 NOT NULL,
    currency text DEFAULT 'INR'::text NOT NULL,
    method text,
    status text DEFAULT 'created'::text NOT NULL,
    failure_reason text,
    is_live boolean DEFAULT true NOT NULL,
    needs_review boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    captured_at timestamp with time zone,
    idem_principal text,
    idem_key text,
    CONSTRAINT payment_amount_positive CHECK ((amount > 0)),
    CONSTRAINT payment_provider_known CHECK ((provider = ANY (ARRAY['razorpay'::text, 'cod'::text]))),
    CONSTRAINT payment_refund_fits CHECK (((refund_reserved >= 0) AND (refund_reserved <= captured_amount))),
    CONSTRAINT payment_refunded_fits CHECK (((refunded_amount >= 0) AND (refunded_amount <= refund_reserved))),
    CONSTRAINT payment_status_known CHECK ((status = ANY (ARRAY['created'::text, 'authorized'::text, 'captured'::text, 'failed'::text, 'partially_refunded'::text, 'refunded'::text])))
);

CREATE TABLE public.payment_mismatch (
    id uuid NOT NULL,
    entity text NOT NULL,
    ref text NOT NULL,
    kind text NOT NULL,
    order_id uuid,
    payment_id uuid,
    refund_id uuid,
    here jsonb,
    there jsonb,
    first_seen_at timestamp with time zone DEFAULT now() NOT NULL,
    last_seen_at timestamp with time zone DEFAULT now() NOT NULL,
    resolved_at timestamp with time zone,
    CONSTRAINT payment_mismatch_entity_known CHECK ((entity = ANY (ARRAY['payment'::text, 'refund'::text]))),
    CONSTRAINT payment_mismatch_kind_known CHECK ((kind = ANY (ARRAY['missing_here'::text, 'missing_there'::text, 'amount'::text, 'currency'::text, 'status'::text, 'refunded'::text])))
);

CREATE TABLE public.posting (
    journal_id uuid NOT NULL,
    line integer NOT NULL,
    account text NOT NULL,
    seller_id uuid,
    amount bigint NOT NULL,
    CONSTRAINT posting_account_known CHECK ((account = ANY (ARRAY['gateway_clearing'::text, 'cod_clearing'::text, 'bank'::text, 'buyer_refunds'::text, 'commission'::text, 'tax'::text, 'fees'::text, 'seller_pending'::text, 'seller_payable'::text]))),
    CONSTRAINT posting_amount_given CHECK ((amount <> 0)),
    CONSTRAINT posting_seller_named CHECK (((account = ANY (ARRAY['seller_pending'::text, 'seller_payable'::text])) = (seller_id IS NOT NULL)))
);

CREATE TABLE public.price_tier (
    id uuid NOT NULL,
    variant_id uuid NOT NULL,
    min_quantity bigint NOT NULL,
    price bigint NOT NULL,
    audience text DEFAULT 'all'::text NOT NULL,
    CONSTRAINT price_tier_audience_known CHECK ((audience = ANY (ARRAY['all'::text, 'business'::text]))),
    CONSTRAINT price_tier_price_positive CHECK ((price > 0)),
    CONSTRAINT price_tier_quantity_positive CHECK ((min_quantity >= 1))
);

CREATE TABLE public.product (
    id uuid NOT NULL,
    seller_id uuid NOT NULL,
    category_id uuid NOT NULL,
    name text NOT NULL,
    slug text NOT NULL,
    description text,
    brand text,
    attributes jsonb DEFAULT '{}'::jsonb NOT NULL,
    options jsonb DEFAULT '[]'::jsonb NOT NULL,
    min_order_quantity bigint DEFAULT 1 NOT NULL,
    tax_rate_bps integer DEFAULT 1800 NOT NULL,
    hsn_code text,
    status text DEFAULT 'pending'::text NOT NULL,
    rejection_reason text,
    pending_changes jsonb,
    pending_since timestamp with time zone,
    seller_active boolean DEFAULT true NOT NULL,
    is_listed boolean GENERATED ALWAYS AS (((status = 'approved'::text) AND seller_active)) STORED NOT NULL,
    price bigint NOT NULL,
    compare_at_price bigint,
    currency text DEFAULT 'INR'::text NOT NULL,
    in_stock boolean DEFAULT false NOT NULL,
    rating_sum bigint DEFAULT 0 NOT NULL,
    rating_count bigint DEFAULT 0 NOT NULL,
    rating_tenths integer GENERATED ALWAYS AS (
CASE
    WHEN (rating_count = 0) THEN 0
    ELSE ((((rating_sum * 20) + rating_count) / (rating_count * 2)))::integer
END) STORED NOT NULL,
    popularity bigint DEFAULT 0 NOT NULL,
    image text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    approved_at timestamp with time zone,
    tsv tsvector GENERATED ALWAYS AS (((setweight(to_tsvector('english'::regconfig, name), 'A'::"char") || setweight(to_tsvector('english'::regconfig, COALESCE(brand, ''::text)), 'B'::"char")) || setweight(to_tsvector('english'::regconfig, COALESCE(description, ''::text)), 'C'::"char"))) STORED NOT NULL,
    CONSTRAINT product_compare_higher CHECK (((compare_at_price IS NULL) OR (compare_at_price >= price))),
    CONSTRAINT product_minimum_positive CHECK ((min_order_quantity >= 1)),
    CONSTRAINT product_price_positive CHECK ((price > 0)),
    CONSTRAINT product_status_known CHECK ((status = ANY (ARRAY['draft'::text, 'pending'::text, 'approved'::text, 'rejected'::text, 'archived'::text]))),
    CONSTRAINT product_tax_rate_sane CHECK (((tax_rate_bps >= 0) AND (tax_rate_bps <= 10000))),
    CONSTRAINT product_waits_since CHECK (((pending_since IS NOT NULL) OR ((status <> 'pending'::text) AND (pending_changes IS NULL))))
);

CREATE TABLE public.product_day (
    seller_id uuid NOT NULL,
    day integer NOT NULL,
    product_id uuid NOT NULL,
    units bigint NOT NULL,
    revenue bigint NOT NULL
);

CREATE TABLE public.product_image (
    id uuid NOT NULL,
    product_id uuid NOT NULL,
    url text NOT NULL,
    thumbnail_url text NOT NULL,
    alt text,
    "position" integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    is_live boolean DEFAULT true NOT NULL
);

CREATE TABLE public.product_import (
    id uuid NOT NULL,
    seller_id uuid NOT NULL,
    file_name text,
    dry_run boolean NOT NULL,
    status text DEFAULT 'waiting'::text NOT NULL,
    rows_total bigint NOT NULL,
    rows_done bigint DEFAULT 0 NOT NULL,
    created bigint DEFAULT 0 NOT NULL,
    updated bigint DEFAULT 0 NOT NULL,
    failed bigint DEFAULT 0 NOT NULL,
    note text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    CONSTRAINT product_import_attempts_sane CHECK ((attempts >= 0)),
    CONSTRAINT product_import_rows_counted CHECK ((((created + updated) + failed) = rows_done)),
    CONSTRAINT product_import_rows_sane CHECK (((rows_done >= 0) AND (rows_done <= rows_total))),
    CONSTRAINT product_import_status_known CHECK ((status = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'failed'::text])))
);

CREATE TABLE public.product_import_error (
    import_id uuid NOT NULL,
    line bigint NOT NULL,
    errors jsonb NOT NULL
);

CREATE TABLE public.product_month (
    seller_id uuid NOT NULL,
    month integer NOT NULL,
    product_id uuid NOT NULL,
    units bigint NOT NULL,
    revenue bigint NOT NULL
);

CREATE TABLE public.refresh_token (
    jti uuid NOT NULL,
    session_id uuid NOT NULL,
    parent uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    revoked_at timestamp with time zone
);

CREATE TABLE public.refund (
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    seller_order_id uuid,
    payment_id uuid,
    amount bigint NOT NULL,
    currency text DEFAULT 'INR'::text NOT NULL,
    reason text,
    status text NOT NULL,
    source text DEFAULT 'buyer'::text NOT NULL,
    rejection_reason text,
    restock boolean DEFAULT false NOT NULL,
    gateway_key text,
    provider_refund_id text,
    requested_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    processed_at timestamp with time zone,
    idem_principal text,
    idem_key text,
    CONSTRAINT refund_amount_positive CHECK ((amount > 0)),
    CONSTRAINT refund_source_known CHECK ((source = ANY (ARRAY['buyer'::text, 'seller'::text, 'admin'::text, 'system'::text, 'gateway'::text]))),
    CONSTRAINT refund_status_known CHECK ((status = ANY (ARRAY['requested'::text, 'approved'::text, 'processing'::text, 'processed'::text, 'rejected'::text, 'failed'::text])))
);

CREATE TABLE public.refund_item (
    refund_id uuid NOT NULL,
    order_item_id uuid NOT NULL,
    quantity bigint NOT NULL,
    amount bigint NOT NULL,
    commission_reversed bigint DEFAULT 0 NOT NULL,
    tax_reversed bigint DEFAULT 0 NOT NULL,
    restocked bigint DEFAULT 0 NOT NULL,
    CONSTRAINT refund_item_amount_positive CHECK ((amount > 0)),
    CONSTRAINT refund_item_quantity_sane CHECK ((quantity >= 0))
);

CREATE TABLE public.reservation (
    order_item_id uuid NOT NULL,
    order_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    quantity bigint NOT NULL,
    state text DEFAULT 'held'::text NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    closed_at timestamp with time zone,
    CONSTRAINT reservation_quantity_positive CHECK ((quantity > 0)),
    CONSTRAINT reservation_state_known CHECK ((state = ANY (ARRAY['held'::text, 'consumed'::text, 'released'::text])))
);

CREATE TABLE public.review (
    id uuid NOT NULL,
    product_id uuid NOT NULL,
    account_id uuid NOT NULL,
    rating integer NOT NULL,
    title text,
    body text,
    author_name text NOT NULL,
    is_verified_purchase boolean DEFAULT true NOT NULL,
    status text DEFAULT 'published'::text NOT NULL,
    reply_body text,
    reply_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT review_rating_sane CHECK (((rating >= 1) AND (rating <= 5))),
    CONSTRAINT review_status_known CHECK ((status = ANY (ARRAY['published'::text, 'pending'::text, 'hidden'::text])))
);

CREATE TABLE public.review_media (
    id uuid NOT NULL,
    review_id uuid NOT NULL,
    url text NOT NULL,
    thumbnail_url text NOT NULL,
    alt text,
    "position" integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE VIEW public.sale_line AS
 SELECT e.created_at AS at,
        CASE
            WHEN (e.refund_id IS NULL) THEN i.id
            ELSE (md5(((e.id)::text || (i.id)::text)))::uuid
        END AS id,
        CASE
            WHEN (e.refund_id IS NULL) THEN 'sale'::text
            WHEN e.is_reversal THEN 'refund_failed'::text
            ELSE 'refund'::text
        END AS kind,
    e.seller_id,
    i.order_id,
    i.seller_order_id,
    i.product_id,
    i.name,
    i.sku,
    i.hsn_code,
    i.tax_rate_bps,
    i.unit_price,
        CASE
            WHEN (e.refund_id IS NULL) THEN i.quantity
            ELSE (0)::bigint
        END AS units,
        CASE
            WHEN (e.refund_id IS NULL) THEN ((i.line_total - i.discount) + i.shipping)
            ELSE (0)::bigint
        END AS gross,
        CASE
            WHEN (e.refund_id IS NULL) THEN (0)::bigint
            WHEN e.is_reversal THEN (- r.amount)
            ELSE r.amount
        END AS refunds,
        CASE
            WHEN (e.refund_id IS NULL) THEN i.commission_amount
            WHEN e.is_reversal THEN r.commission_reversed
            ELSE (- r.commission_reversed)
        END AS commission,
        CASE
            WHEN (e.refund_id IS NULL) THEN i.cgst
            ELSE (0)::bigint
        END AS cgst,
        CASE
            WHEN (e.refund_id IS NULL) THEN i.sgst
            ELSE (0)::bigint
        END AS sgst,
        CASE
            WHEN (e.refund_id IS NULL) THEN i.igst
            ELSE (0)::bigint
        END AS igst,
        CASE
            WHEN ((e.refund_id IS NULL) OR (i.igst = 0)) THEN (0)::bigint
            WHEN e.is_reversal THEN (- r.tax_reversed)
            ELSE r.tax_reversed
        END AS igst_refunded,
        CASE
            WHEN ((e.refund_id IS NULL) OR (i.igst > 0)) THEN (0)::bigint
            WHEN e.is_reversal THEN (- r.tax_reversed)
            ELSE r.tax_reversed
        END AS intra_refunded
   FROM ((public.earning e
     JOIN public.order_item i ON ((i.seller_order_id = e.seller_order_id)))
     LEFT JOIN public.refund_item r ON (((r.refund_id = e.refund_id) AND (r.order_item_id = i.id))))
  WHERE ((e.refund_id IS NULL) OR (r.refund_id IS NOT NULL));

CREATE TABLE public.sales_day (
    seller_id uuid,
    day integer NOT NULL,
    orders bigint NOT NULL,
    units bigint NOT NULL,
    gross bigint NOT NULL,
    refunds bigint NOT NULL,
    commission bigint NOT NULL
);

CREATE TABLE public.schema_migration (
    version integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.search_word (
    word text NOT NULL,
    uses bigint DEFAULT 1 NOT NULL
);

CREATE TABLE public.seller (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    store_name text NOT NULL,
    slug text NOT NULL,
    legal_name text NOT NULL,
    gstin text,
    pan text,
    phone text,
    description text,
    logo text,
    pickup_address jsonb,
    state_code text,
    bank_account_holder text,
    bank_account_number text,
    bank_ifsc text,
    status text DEFAULT 'pending'::text NOT NULL,
    rejection_reason text,
    pending_changes jsonb,
    terms_accepted_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    approved_at timestamp with time zone,
    CONSTRAINT seller_status_known CHECK ((status = ANY (ARRAY['pending'::text, 'approved'::text, 'rejected'::text, 'suspended'::text])))
);

CREATE TABLE public.seller_order (
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    seller_id uuid NOT NULL,
    number text NOT NULL,
    status text NOT NULL,
    currency text DEFAULT 'INR'::text NOT NULL,
    subtotal bigint NOT NULL,
    discount_total bigint DEFAULT 0 NOT NULL,
    shipping_total bigint DEFAULT 0 NOT NULL,
    tax_total bigint NOT NULL,
    total bigint NOT NULL,
    commission_total bigint NOT NULL,
    tracking jsonb,
    placed_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    shipped_at timestamp with time zone,
    delivered_at timestamp with time zone,
    cancelled_at timestamp with time zone,
    CONSTRAINT seller_order_status_known CHECK ((status = ANY (ARRAY['pending_payment'::text, 'pending'::text, 'confirmed'::text, 'packed'::text, 'shipped'::text, 'delivered'::text, 'cancelled'::text]))),
    CONSTRAINT seller_order_total_adds_up CHECK (((total = ((subtotal - discount_total) + shipping_total)) AND (total >= 0)))
);

CREATE TABLE public.session (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    revoked_why text,
    ip text,
    user_agent text
);

CREATE TABLE public.settlement (
    id uuid NOT NULL,
    seller_id uuid NOT NULL,
    status text DEFAULT 'requested'::text NOT NULL,
    currency text DEFAULT 'INR'::text NOT NULL,
    gross bigint NOT NULL,
    commission bigint NOT NULL,
    refunds bigint NOT NULL,
    adjustments bigint DEFAULT 0 NOT NULL,
    net bigint NOT NULL,
    period_start timestamp with time zone,
    period_end timestamp with time zone,
    reference text,
    reason text,
    requested_at timestamp with time zone DEFAULT now() NOT NULL,
    processed_at timestamp with time zone,
    processed_by uuid,
    idem_principal text,
    idem_key text,
    CONSTRAINT settlement_net_adds_up CHECK ((net = (((gross - commission) - refunds) + adjustments))),
    CONSTRAINT settlement_status_known CHECK ((status = ANY (ARRAY['requested'::text, 'processing'::text, 'paid'::text, 'rejected'::text, 'failed'::text])))
);

CREATE TABLE public.stock (
    variant_id uuid NOT NULL,
    on_hand bigint NOT NULL,
    reserved bigint DEFAULT 0 NOT NULL,
    low_id uuid,
    CONSTRAINT stock_on_hand_sane CHECK ((on_hand >= 0)),
    CONSTRAINT stock_reserved_fits CHECK (((reserved >= 0) AND (reserved <= on_hand)))
)
WITH (fillfactor='60');

CREATE TABLE public.tax_day (
    day integer NOT NULL,
    place_of_supply text,
    hsn_code text,
    tax_rate_bps integer NOT NULL,
    units bigint NOT NULL,
    gross bigint NOT NULL,
    cgst bigint NOT NULL,
    sgst bigint NOT NULL,
    igst bigint NOT NULL,
    refunds bigint NOT NULL,
    igst_refunded bigint NOT NULL,
    intra_refunded bigint NOT NULL
);

CREATE TABLE public.tax_month (
    month integer NOT NULL,
    place_of_supply text,
    hsn_code text,
    tax_rate_bps integer NOT NULL,
    units bigint NOT NULL,
    gross bigint NOT NULL,
    cgst bigint NOT NULL,
    sgst bigint NOT NULL,
    igst bigint NOT NULL,
    refunds bigint NOT NULL,
    igst_refunded bigint NOT NULL,
    intra_refunded bigint NOT NULL
);

CREATE TABLE public.upload_day (
    account_id uuid NOT NULL,
    day date NOT NULL,
    files bigint NOT NULL,
    bytes bigint NOT NULL,
    CONSTRAINT upload_day_bytes_sane CHECK ((bytes >= 0)),
    CONSTRAINT upload_day_files_sane CHECK ((files >= 0))
);

CREATE TABLE public.variant (
    id uuid NOT NULL,
    product_id uuid NOT NULL,
    seller_id uuid NOT NULL,
    sku text NOT NULL,
    title text,
    options jsonb DEFAULT '{}'::jsonb NOT NULL,
    price bigint NOT NULL,
    compare_at_price bigint,
    currency text DEFAULT 'INR'::text NOT NULL,
    "position" integer DEFAULT 0 NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT variant_compare_higher CHECK (((compare_at_price IS NULL) OR (compare_at_price >= price))),
    CONSTRAINT variant_price_positive CHECK ((price > 0))
);

CREATE TABLE public.webhook_event (
    id text NOT NULL,
    provider text NOT NULL,
    event_type text NOT NULL,
    payload bytea NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    state text DEFAULT 'received'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_try_at timestamp with time zone DEFAULT now() NOT NULL,
    applied_at timestamp with time zone,
    note text,
    about text,
    CONSTRAINT webhook_event_state_known CHECK ((state = ANY (ARRAY['received'::text, 'applied'::text, 'ignored'::text, 'parked'::text, 'flagged'::text])))
);

ALTER TABLE ONLY public.account_day
    ADD CONSTRAINT account_day_pk PRIMARY KEY (day);

ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_email_once UNIQUE (email_key);

ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.account_token
    ADD CONSTRAINT account_token_pk PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.address
    ADD CONSTRAINT address_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.audit_checkpoint
    ADD CONSTRAINT audit_checkpoint_pk PRIMARY KEY (seq);

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_chained UNIQUE (previous_hash);

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_id_once UNIQUE (id);

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_pk PRIMARY KEY (seq);

ALTER TABLE ONLY public.buyer_day
    ADD CONSTRAINT buyer_day_pk PRIMARY KEY (day, previous_day) INCLUDE (buyers);

ALTER TABLE ONLY public.cart
    ADD CONSTRAINT cart_account_once UNIQUE (account_id);

ALTER TABLE ONLY public.cart_line
    ADD CONSTRAINT cart_line_once UNIQUE (cart_id, variant_id);

ALTER TABLE ONLY public.cart_line
    ADD CONSTRAINT cart_line_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.cart
    ADD CONSTRAINT cart_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.category_count
    ADD CONSTRAINT category_count_pk PRIMARY KEY (category_id);

ALTER TABLE ONLY public.category
    ADD CONSTRAINT category_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.category
    ADD CONSTRAINT category_slug_once UNIQUE (slug);

ALTER TABLE ONLY public.commission_rate
    ADD CONSTRAINT commission_rate_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.earning
    ADD CONSTRAINT earning_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.figures_state
    ADD CONSTRAINT figures_state_pk PRIMARY KEY (single);

ALTER TABLE ONLY public.idempotency_key
    ADD CONSTRAINT idempotency_key_pk PRIMARY KEY (principal, key);

ALTER TABLE ONLY public.job
    ADD CONSTRAINT job_pk PRIMARY KEY (name);

ALTER TABLE ONLY public.job_run
    ADD CONSTRAINT job_run_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.journal
    ADD CONSTRAINT journal_once UNIQUE (kind, ref);

ALTER TABLE ONLY public.journal
    ADD CONSTRAINT journal_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.kyc_document
    ADD CONSTRAINT kyc_document_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.kyc_document
    ADD CONSTRAINT kyc_document_storage_once UNIQUE (storage_name);

ALTER TABLE ONLY public.notification
    ADD CONSTRAINT notification_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.notification
    ADD CONSTRAINT notification_source_once UNIQUE (account_id, source_id, type);

ALTER TABLE ONLY public.order_day
    ADD CONSTRAINT order_day_once UNIQUE NULLS NOT DISTINCT (seller_id, day, status);

ALTER TABLE ONLY public.order_event
    ADD CONSTRAINT order_event_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.order_item
    ADD CONSTRAINT order_item_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_idem_once UNIQUE (idem_principal, idem_key);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_number_once UNIQUE (number);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.payment
    ADD CONSTRAINT payment_idem_once UNIQUE (idem_principal, idem_key);

ALTER TABLE ONLY public.payment_mismatch
    ADD CONSTRAINT payment_mismatch_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.payment
    ADD CONSTRAINT payment_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.payment
    ADD CONSTRAINT payment_provider_order_once UNIQUE (provider, provider_order_id);

ALTER TABLE ONLY public.payment
    ADD CONSTRAINT payment_provider_payment_once UNIQUE (provider, provider_payment_id);

ALTER TABLE ONLY public.payment
    ADD CONSTRAINT payment_receipt_once UNIQUE (receipt);

ALTER TABLE ONLY public.posting
    ADD CONSTRAINT posting_pk PRIMARY KEY (journal_id, line);

ALTER TABLE ONLY public.price_tier
    ADD CONSTRAINT price_tier_once UNIQUE (variant_id, audience, min_quantity);

ALTER TABLE ONLY public.price_tier
    ADD CONSTRAINT price_tier_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.product_day
    ADD CONSTRAINT product_day_pk PRIMARY KEY (seller_id, day, product_id) INCLUDE (units, revenue);

ALTER TABLE ONLY public.product_image
    ADD CONSTRAINT product_image_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.product_import_error
    ADD CONSTRAINT product_import_error_pk PRIMARY KEY (import_id, line);

ALTER TABLE ONLY public.product_import
    ADD CONSTRAINT product_import_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.product_month
    ADD CONSTRAINT product_month_pk PRIMARY KEY (seller_id, month, product_id) INCLUDE (units, revenue);

ALTER TABLE ONLY public.product
    ADD CONSTRAINT product_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.product
    ADD CONSTRAINT product_slug_once UNIQUE (slug);

ALTER TABLE ONLY public.refresh_token
    ADD CONSTRAINT refresh_token_pk PRIMARY KEY (jti);

ALTER TABLE ONLY public.refund
    ADD CONSTRAINT refund_gateway_key_once UNIQUE (gateway_key);

ALTER TABLE ONLY public.refund
    ADD CONSTRAINT refund_idem_once UNIQUE (idem_principal, idem_key);

ALTER TABLE ONLY public.refund_item
    ADD CONSTRAINT refund_item_pk PRIMARY KEY (refund_id, order_item_id);

ALTER TABLE ONLY public.refund
    ADD CONSTRAINT refund_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.refund
    ADD CONSTRAINT refund_provider_once UNIQUE (provider_refund_id);

ALTER TABLE ONLY public.reservation
    ADD CONSTRAINT reservation_pk PRIMARY KEY (order_item_id);

ALTER TABLE ONLY public.review_media
    ADD CONSTRAINT review_media_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.review
    ADD CONSTRAINT review_once UNIQUE (product_id, account_id);

ALTER TABLE ONLY public.review
    ADD CONSTRAINT review_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.sales_day
    ADD CONSTRAINT sales_day_once UNIQUE NULLS NOT DISTINCT (seller_id, day);

ALTER TABLE ONLY public.schema_migration
    ADD CONSTRAINT schema_migration_pkey PRIMARY KEY (version);

ALTER TABLE ONLY public.search_word
    ADD CONSTRAINT search_word_pk PRIMARY KEY (word);

ALTER TABLE ONLY public.seller
    ADD CONSTRAINT seller_account_once UNIQUE (account_id);

ALTER TABLE ONLY public.seller_order
    ADD CONSTRAINT seller_order_number_once UNIQUE (number);

ALTER TABLE ONLY public.seller_order
    ADD CONSTRAINT seller_order_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.seller_order
    ADD CONSTRAINT seller_order_seller_once UNIQUE (order_id, seller_id);

ALTER TABLE ONLY public.seller
    ADD CONSTRAINT seller_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.seller
    ADD CONSTRAINT seller_slug_once UNIQUE (slug);

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.settlement
    ADD CONSTRAINT settlement_idem_once UNIQUE (idem_principal, idem_key);

ALTER TABLE ONLY public.settlement
    ADD CONSTRAINT settlement_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.settlement
    ADD CONSTRAINT settlement_reference_once UNIQUE (reference);

ALTER TABLE ONLY public.stock
    ADD CONSTRAINT stock_pk PRIMARY KEY (variant_id);

ALTER TABLE ONLY public.tax_day
    ADD CONSTRAINT tax_day_once UNIQUE NULLS NOT DISTINCT (day, place_of_supply, hsn_code, tax_rate_bps);

ALTER TABLE ONLY public.tax_month
    ADD CONSTRAINT tax_month_once UNIQUE NULLS NOT DISTINCT (month, place_of_supply, hsn_code, tax_rate_bps);

ALTER TABLE ONLY public.upload_day
    ADD CONSTRAINT upload_day_pk PRIMARY KEY (account_id, day);

ALTER TABLE ONLY public.variant
    ADD CONSTRAINT variant_pk PRIMARY KEY (id);

ALTER TABLE ONLY public.variant
    ADD CONSTRAINT variant_sku_once UNIQUE (seller_id, sku);

ALTER TABLE ONLY public.webhook_event
    ADD CONSTRAINT webhook_event_pk PRIMARY KEY (id);

CREATE INDEX account_blocked ON public.account USING btree (id DESC) WHERE is_blocked;

CREATE INDEX account_by_created ON public.account USING btree (created_at);

CREATE INDEX account_by_role ON public.account USING btree (role, id DESC) WHERE (role <> 'customer'::text);

CREATE INDEX account_by_words ON public.account USING gin (lower(((((email || ' '::text) || full_name) || ' '::text) || COALESCE(company_name, ''::text))) public.gin_trgm_ops);

CREATE INDEX account_token_by_account ON public.account_token USING btree (account_id, purpose);

CREATE INDEX account_token_by_expiry ON public.account_token USING btree (expires_at);

CREATE INDEX address_by_account ON public.address USING btree (account_id, id);

CREATE UNIQUE INDEX address_default_once ON public.address USING btree (account_id) WHERE is_default;

CREATE INDEX audit_log_by_action ON public.audit_log USING btree (action, id DESC);

CREATE INDEX audit_log_by_actor ON public.audit_log USING btree (actor_id, id DESC);

CREATE INDEX audit_log_by_entity ON public.audit_log USING btree (entity, entity_id, id DESC);

CREATE INDEX audit_log_by_time ON public.audit_log USING btree (at);

CREATE INDEX category_by_parent ON public.category USING btree (parent_id);

CREATE INDEX commission_rate_by_category ON public.commission_rate USING btree (category_id, effective_from DESC) WHERE (scope = 'category'::text);

CREATE INDEX commission_rate_by_seller ON public.commission_rate USING btree (seller_id, effective_from DESC) WHERE (scope = 'seller'::text);

CREATE INDEX commission_rate_global ON public.commission_rate USING btree (effective_from DESC) WHERE (scope = 'global'::text);

CREATE INDEX earning_by_seller_time ON public.earning USING btree (seller_id, created_at);

CREATE INDEX earning_by_settlement ON public.earning USING btree (settlement_id);

CREATE INDEX earning_by_time ON public.earning USING btree (created_at);

CREATE INDEX earning_of_refund ON public.earning USING btree (seller_id, refund_id) WHERE (refund_id IS NOT NULL);

CREATE INDEX earning_open ON public.earning USING btree (seller_id, matured_at) INCLUDE (amount) WHERE (settlement_id IS NULL);

CREATE UNIQUE INDEX earning_refund_once ON public.earning USING btree (refund_id, seller_order_id, is_reversal) WHERE (refund_id IS NOT NULL);

CREATE UNIQUE INDEX earning_sale_once ON public.earning USING btree (seller_order_id) WHERE (refund_id IS NULL);

CREATE INDEX earning_to_mature ON public.earning USING btree (matures_at) WHERE ((matured_at IS NULL) AND (refund_id IS NULL));

CREATE INDEX figures_mark_by_seller ON public.figures_mark USING btree (seller_id);

CREATE INDEX figures_mark_by_time ON public.figures_mark USING btree (at);

CREATE INDEX idempotency_key_by_age ON public.idempotency_key USING btree (created_at);

CREATE INDEX idempotency_key_open ON public.idempotency_key USING btree (created_at) WHERE (state = 'started'::text);

CREATE INDEX job_run_by_end ON public.job_run USING btree (finished_at);

CREATE INDEX job_run_by_job ON public.job_run USING btree (job, id DESC);

CREATE INDEX job_run_open ON public.job_run USING btree (job) WHERE (finished_at IS NULL);

CREATE INDEX journal_by_created ON public.journal USING btree (created_at);

CREATE INDEX journal_by_order ON public.journal USING btree (order_id);

CREATE INDEX kyc_document_by_seller ON public.kyc_document USING btree (seller_id, id);

CREATE INDEX login_failure_by_bucket ON public.login_failure USING btree (bucket, failed_at);

CREATE INDEX login_failure_by_time ON public.login_failure USING btree (failed_at);

CREATE INDEX notification_by_account ON public.notification USING btree (account_id, id DESC);

CREATE INDEX notification_unread_by_account ON public.notification USING btree (account_id, id DESC) WHERE (NOT is_read);

CREATE INDEX order_day_by_day ON public.order_day USING btree (day);

CREATE INDEX order_event_by_order ON public.order_event USING btree (order_id, id);

CREATE INDEX order_item_by_category ON public.order_item USING btree (category_id);

CREATE INDEX order_item_by_order ON public.order_item USING btree (order_id, "position");

CREATE INDEX order_item_by_product ON public.order_item USING btree (product_id);

CREATE INDEX order_item_by_seller_order ON public.order_item USING btree (seller_order_id);

CREATE INDEX orders_by_account ON public.orders USING btree (account_id, id DESC);

CREATE INDEX orders_by_buyer_placed ON public.orders USING btree (account_id, placed_at);

CREATE INDEX orders_by_payment ON public.orders USING btree (payment_status, id DESC);

CREATE INDEX orders_by_placed ON public.orders USING btree (placed_at, id) INCLUDE (account_id);

CREATE INDEX orders_by_status ON public.orders USING btree (status, id DESC);

CREATE INDEX orders_by_status_payment ON public.orders USING btree (status, payment_status, id DESC);

CREATE INDEX orders_by_total ON public.orders USING btree (total, id);

CREATE INDEX orders_like_number ON public.orders USING gin (number public.gin_trgm_ops);

CREATE INDEX orders_to_expire ON public.orders USING btree (expires_at) WHERE (status = 'pending_payment'::text);

CREATE INDEX outbox_by_death ON public.outbox USING btree (id DESC) WHERE (dead_at IS NOT NULL);

CREATE INDEX outbox_by_sending ON public.outbox USING btree (sent_at) WHERE (sent_at IS NOT NULL);

CREATE INDEX outbox_dead ON public.outbox USING btree (dead_at) WHERE (dead_at IS NOT NULL);

CREATE INDEX outbox_open ON public.outbox USING btree (next_try_at) WHERE ((sent_at IS NULL) AND (dead_at IS NULL));

CREATE INDEX payment_by_account ON public.payment USING btree (account_id, id DESC);

CREATE INDEX payment_by_order ON public.payment USING btree (order_id, id);

CREATE UNIQUE INDEX payment_live_once ON public.payment USING btree (order_id) WHERE is_live;

CREATE INDEX payment_mismatch_by_end ON public.payment_mismatch USING btree (resolved_at, id DESC);

CREATE UNIQUE INDEX payment_mismatch_open_once ON public.payment_mismatch USING btree (entity, ref, kind) WHERE (resolved_at IS NULL);

CREATE INDEX payment_open ON public.payment USING btree (created_at) WHERE (status = ANY (ARRAY['created'::text, 'authorized'::text]));

CREATE INDEX payment_to_review ON public.payment USING btree (id) WHERE needs_review;

CREATE INDEX posting_by_account ON public.posting USING btree (account, seller_id);

CREATE INDEX posting_by_seller ON public.posting USING btree (seller_id) WHERE (seller_id IS NOT NULL);

CREATE INDEX product_by_attribute ON public.product USING gin (attributes jsonb_path_ops) WHERE is_listed;

CREATE INDEX product_by_brand ON public.product USING btree (lower(brand), id DESC) INCLUDE (category_id, brand, price, rating_tenths) WHERE is_listed;

CREATE INDEX product_by_category ON public.product USING btree (category_id, id DESC) INCLUDE (brand, price, rating_tenths) WHERE is_listed;

CREATE INDEX product_by_category_popularity ON public.product USING btree (category_id, popularity DESC, id DESC) WHERE is_listed;

CREATE INDEX product_by_category_price ON public.product USING btree (category_id, price, id) WHERE is_listed;

CREATE INDEX product_by_category_rating ON public.product USING btree (category_id, rating_tenths DESC, id DESC) WHERE is_listed;

CREATE INDEX product_by_popularity ON public.product USING btree (popularity DESC, id DESC) WHERE is_listed;

CREATE INDEX product_by_price ON public.product USING btree (price, id) WHERE is_listed;

CREATE INDEX product_by_rating ON public.product USING btree (rating_tenths DESC, id DESC) WHERE is_listed;

CREATE INDEX product_by_seller ON public.product USING btree (seller_id, id DESC);

CREATE INDEX product_by_seller_name ON public.product USING btree (seller_id, COALESCE((pending_changes ->> 'name'::text), name)) WHERE (status <> 'archived'::text);

CREATE INDEX product_by_status ON public.product USING btree (status, id DESC) WHERE (status <> 'approved'::text);

CREATE INDEX product_by_text ON public.product USING gin (tsv, public.product_era(id)) WHERE is_listed;

CREATE INDEX product_day_by_day ON public.product_day USING btree (day) INCLUDE (product_id, units, revenue);

CREATE INDEX product_day_by_product ON public.product_day USING btree (product_id, day) INCLUDE (units, revenue);

CREATE INDEX product_image_by_product ON public.product_image USING btree (product_id, "position", id);

CREATE INDEX product_image_by_url ON public.product_image USING btree (url);

CREATE INDEX product_image_waiting ON public.product_image USING btree (product_id) WHERE (NOT is_live);

CREATE INDEX product_import_by_end ON public.product_import USING btree (finished_at) WHERE (finished_at IS NOT NULL);

CREATE INDEX product_import_by_seller ON public.product_import USING btree (seller_id, id DESC);

CREATE INDEX product_import_open ON public.product_import USING btree (id) WHERE (status = ANY (ARRAY['waiting'::text, 'running'::text]));

CREATE INDEX product_like_name ON public.product USING gin (name public.gin_trgm_ops);

CREATE INDEX product_listed_by_seller ON public.product USING btree (seller_id, id DESC) INCLUDE (price, rating_tenths, popularity) WHERE is_listed;

CREATE INDEX product_month_by_month ON public.product_month USING btree (month) INCLUDE (product_id, units, revenue);

CREATE INDEX product_month_by_product ON public.product_month USING btree (product_id, month) INCLUDE (units, revenue);

CREATE INDEX product_newest ON public.product USING btree (id DESC) WHERE is_listed;

CREATE INDEX product_waiting ON public.product USING btree (pending_since, id) WHERE (pending_since IS NOT NULL);

CREATE INDEX refresh_token_by_expiry ON public.refresh_token USING btree (expires_at);

CREATE INDEX refresh_token_by_session ON public.refresh_token USING btree (session_id);

CREATE INDEX refund_by_amount ON public.refund USING btree (amount, id);

CREATE INDEX refund_by_day ON public.refund USING btree (COALESCE(processed_at, created_at));

CREATE INDEX refund_by_order ON public.refund USING btree (order_id, id);

CREATE INDEX refund_by_requester ON public.refund USING btree (requested_by, id DESC);

CREATE INDEX refund_by_status ON public.refund USING btree (status, id DESC);

CREATE INDEX refund_item_by_order_item ON public.refund_item USING btree (order_item_id);

CREATE INDEX reservation_by_order ON public.reservation USING btree (order_id);

CREATE INDEX reservation_live ON public.reservation USING btree (variant_id) WHERE (state = 'held'::text);

CREATE INDEX review_by_product ON public.review USING btree (product_id, id DESC) WHERE (status = 'published'::text);

CREATE INDEX review_by_rating ON public.review USING btree (product_id, rating DESC, id DESC) WHERE (status = 'published'::text);

CREATE INDEX review_by_stars ON public.review USING btree (rating, id);

CREATE INDEX review_by_status ON public.review USING btree (status, id DESC);

CREATE INDEX review_media_by_review ON public.review_media USING btree (review_id, "position", id);

CREATE INDEX review_media_by_url ON public.review_media USING btree (url);

CREATE INDEX review_of_product ON public.review USING btree (product_id, id DESC);

CREATE INDEX sales_day_by_day ON public.sales_day USING btree (day);

CREATE INDEX search_word_like ON public.search_word USING gin (word public.gin_trgm_ops);

CREATE INDEX search_word_prefix ON public.search_word USING btree (word text_pattern_ops, uses DESC);

CREATE INDEX seller_by_status ON public.seller USING btree (status, id DESC);

CREATE INDEX seller_like_legal_name ON public.seller USING gin (legal_name public.gin_trgm_ops);

CREATE INDEX seller_like_store_name ON public.seller USING gin (store_name public.gin_trgm_ops);

CREATE INDEX seller_order_by_placed ON public.seller_order USING brin (placed_at) WITH (pages_per_range='16');

CREATE INDEX seller_order_by_seller ON public.seller_order USING btree (seller_id, id DESC);

CREATE INDEX seller_order_by_seller_placed ON public.seller_order USING btree (seller_id, placed_at);

CREATE INDEX seller_order_by_seller_status ON public.seller_order USING btree (seller_id, status, id DESC);

CREATE INDEX seller_order_pending ON public.seller_order USING btree (id) WHERE (status = 'pending'::text);

CREATE INDEX seller_waiting ON public.seller USING btree (id) WHERE ((status = 'pending'::text) OR (pending_changes IS NOT NULL));

CREATE INDEX seller_with_changes ON public.seller USING btree (id DESC) WHERE (pending_changes IS NOT NULL);

CREATE INDEX session_by_account ON public.session USING btree (account_id) WHERE (revoked_at IS NULL);

CREATE INDEX session_by_expiry ON public.session USING btree (expires_at);

CREATE INDEX settlement_by_day ON public.settlement USING btree (COALESCE(processed_at, requested_at));

CREATE INDEX settlement_by_seller ON public.settlement USING btree (seller_id, id DESC);

CREATE INDEX settlement_by_status ON public.settlement USING btree (status, id DESC);

CREATE INDEX upload_day_by_age ON public.upload_day USING btree (day);

CREATE INDEX variant_by_product ON public.variant USING btree (product_id, "position", id);

CREATE INDEX variant_inactive ON public.variant USING btree (id) WHERE (NOT is_active);

CREATE INDEX variant_like_sku ON public.variant USING gin (sku public.gin_trgm_ops);

CREATE INDEX webhook_event_open ON public.webhook_event USING btree (next_try_at) WHERE (state = ANY (ARRAY['received'::text, 'parked'::text]));

CREATE INDEX webhook_event_parked ON public.webhook_event USING btree (about) WHERE (state = 'parked'::text);

CREATE TRIGGER account_figures_changed AFTER DELETE OR UPDATE OF created_at ON public.account FOR EACH ROW EXECUTE FUNCTION public.figures_account_changed();

CREATE TRIGGER account_figures_late AFTER INSERT ON public.account FOR EACH ROW WHEN ((new.created_at < (now() - '00:05:00'::interval))) EXECUTE FUNCTION public.figures_account_changed();

CREATE TRIGGER audit_checkpoint_append_only BEFORE DELETE OR UPDATE ON public.audit_checkpoint FOR EACH ROW EXECUTE FUNCTION public.append_only();

CREATE TRIGGER audit_checkpoint_no_truncate BEFORE TRUNCATE ON public.audit_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION public.append_only();

CREATE TRIGGER audit_log_append_only BEFORE DELETE OR UPDATE ON public.audit_log FOR EACH ROW EXECUTE FUNCTION public.append_only();

CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON public.audit_log FOR EACH STATEMENT EXECUTE FUNCTION public.append_only();

CREATE TRIGGER audit_log_seal BEFORE INSERT ON public.audit_log FOR EACH ROW EXECUTE FUNCTION public.audit_seal();

CREATE TRIGGER earning_figures_changed AFTER DELETE OR UPDATE OF created_at, gross, commission ON public.earning FOR EACH ROW EXECUTE FUNCTION public.figures_changed();

CREATE TRIGGER earning_figures_late AFTER INSERT ON public.earning FOR EACH ROW WHEN ((new.created_at < (now() - '00:05:00'::interval))) EXECUTE FUNCTION public.figures_changed();

CREATE TRIGGER journal_append_only BEFORE DELETE OR UPDATE ON public.journal FOR EACH ROW EXECUTE FUNCTION public.append_only();

CREATE CONSTRAINT TRIGGER journal_balances AFTER INSERT ON public.posting DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.journal_balanced();

CREATE TRIGGER journal_no_truncate BEFORE TRUNCATE ON public.journal FOR EACH STATEMENT EXECUTE FUNCTION public.append_only();

CREATE TRIGGER orders_figures_changed AFTER DELETE OR UPDATE OF placed_at, account_id ON public.orders FOR EACH ROW EXECUTE FUNCTION public.figures_buyer_changed();

CREATE TRIGGER orders_figures_late AFTER INSERT ON public.orders FOR EACH ROW WHEN ((new.placed_at < (now() - '00:05:00'::interval))) EXECUTE FUNCTION public.figures_buyer_changed();

CREATE TRIGGER posting_append_only BEFORE DELETE OR UPDATE ON public.posting FOR EACH ROW EXECUTE FUNCTION public.append_only();

CREATE TRIGGER posting_no_truncate BEFORE TRUNCATE ON public.posting FOR EACH STATEMENT EXECUTE FUNCTION public.append_only();

CREATE TRIGGER product_count_added AFTER INSERT ON public.product REFERENCING NEW TABLE AS listed_after FOR EACH STATEMENT EXECUTE FUNCTION public.product_listings_counted();

CREATE TRIGGER product_count_moved AFTER UPDATE ON public.product REFERENCING OLD TABLE AS listed_before NEW TABLE AS listed_after FOR EACH STATEMENT EXECUTE FUNCTION public.product_listings_counted();

CREATE TRIGGER product_count_taken AFTER DELETE ON public.product REFERENCING OLD TABLE AS listed_before FOR EACH STATEMENT EXECUTE FUNCTION public.product_listings_counted();

CREATE TRIGGER product_of_active_seller BEFORE INSERT ON public.product FOR EACH ROW EXECUTE FUNCTION public.product_of_active_seller();

CREATE TRIGGER product_words_added AFTER INSERT ON public.product FOR EACH ROW EXECUTE FUNCTION public.product_worded();

CREATE TRIGGER product_words_changed AFTER UPDATE OF name, brand ON public.product FOR EACH ROW WHEN (((old.name IS DISTINCT FROM new.name) OR (old.brand IS DISTINCT FROM new.brand))) EXECUTE FUNCTION public.product_worded();

CREATE TRIGGER seller_order_figures_changed AFTER DELETE OR UPDATE OF status, placed_at ON public.seller_order FOR EACH ROW EXECUTE FUNCTION public.figures_changed();

CREATE TRIGGER seller_order_figures_late AFTER INSERT ON public.seller_order FOR EACH ROW WHEN ((new.placed_at < (now() - '00:05:00'::interval))) EXECUTE FUNCTION public.figures_changed();

CREATE TRIGGER stock_added AFTER INSERT ON public.stock FOR EACH ROW WHEN ((new.on_hand > new.reserved)) EXECUTE FUNCTION public.stock_crossed_zero();

CREATE TRIGGER stock_crossed AFTER UPDATE ON public.stock FOR EACH ROW WHEN (((old.on_hand > old.reserved) IS DISTINCT FROM (new.on_hand > new.reserved))) EXECUTE FUNCTION public.stock_crossed_zero();

CREATE TRIGGER stock_restocked BEFORE UPDATE OF on_hand ON public.stock FOR EACH ROW WHEN (((new.on_hand > old.on_hand) AND (old.low_id IS NOT NULL))) EXECUTE FUNCTION public.stock_restocked();

CREATE TRIGGER variant_sale_changed AFTER UPDATE OF is_active ON public.variant FOR EACH ROW WHEN ((old.is_active IS DISTINCT FROM new.is_active)) EXECUTE FUNCTION public.variant_crossed_sale();

ALTER TABLE ONLY public.account_token
    ADD CONSTRAINT account_token_account FOREIGN KEY (account_id) REFERENCES public.account(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.address
    ADD CONSTRAINT address_account FOREIGN KEY (account_id) REFERENCES public.account(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.cart
    ADD CONSTRAINT cart_account FOREIGN KEY (account_id) REFERENCES public.account(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.cart_line
    ADD CONSTRAINT cart_line_cart FOREIGN KEY (cart_id) REFERENCES public.cart(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.cart_line
    ADD CONSTRAINT cart_line_variant FOREIGN KEY (variant_id) REFERENCES public.variant(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.category_count
    ADD CONSTRAINT category_count_category FOREIGN KEY (category_id) REFERENCES public.category(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.category
    ADD CONSTRAINT category_parent FOREIGN KEY (parent_id) REFERENCES public.category(id);

ALTER TABLE ONLY public.commission_rate
    ADD CONSTRAINT commission_rate_category FOREIGN KEY (category_id) REFERENCES public.category(id);

ALTER TABLE ONLY public.commission_rate
    ADD CONSTRAINT commission_rate_seller FOREIGN KEY (seller_id) REFERENCES public.seller(id);

ALTER TABLE ONLY public.earning
    ADD CONSTRAINT earning_refund FOREIGN KEY (refund_id) REFERENCES public.refund(id);

ALTER TABLE ONLY public.earning
    ADD CONSTRAINT earning_seller FOREIGN KEY (seller_id) REFERENCES public.seller(id);

ALTER TABLE ONLY public.earning
    ADD CONSTRAINT earning_seller_order FOREIGN KEY (seller_order_id) REFERENCES public.seller_order(id);

ALTER TABLE ONLY public.earning
    ADD CONSTRAINT earning_settlement FOREIGN KEY (settlement_id) REFERENCES public.settlement(id);

ALTER TABLE ONLY public.journal
    ADD CONSTRAINT journal_order FOREIGN KEY (order_id) REFERENCES public.orders(id);

ALTER TABLE ONLY public.kyc_document
    ADD CONSTRAINT kyc_document_seller FOREIGN KEY (seller_id) REFERENCES public.seller(id);

ALTER TABLE ONLY public.notification
    ADD CONSTRAINT notification_account FOREIGN KEY (account_id) REFERENCES public.account(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.order_day
    ADD CONSTRAINT order_day_seller FOREIGN KEY (seller_id) REFERENCES public.seller(id);

ALTER TABLE ONLY public.order_event
    ADD CONSTRAINT order_event_order FOREIGN KEY (order_id) REFERENCES public.orders(id);

ALTER TABLE ONLY public.order_event
    ADD CONSTRAINT order_event_seller_order FOREIGN KEY (seller_order_id) REFERENCES public.seller_order(id);

ALTER TABLE ONLY public.order_item
    ADD CONSTRAINT order_item_category FOREIGN KEY (category_id) REFERENCES public.category(id);

ALTER TABLE ONLY public.order_item
    ADD CONSTRAINT order_item_order FOREIGN KEY (order_id) REFERENCES public.orders(id);

ALTER TABLE ONLY public.order_item
    ADD CONSTRAINT order_item_product FOREIGN KEY (product_id) REFERENCES public.product(id);

ALTER TABLE ONLY public.order_item
    ADD CONSTRAINT order_item_seller_order FOREIGN KEY (seller_order_id) REFERENCES public.seller_order(id);

ALTER TABLE ONLY public.order_item
    ADD CONSTRAINT order_item_variant FOREIGN KEY (variant_id) REFERENCES public.variant(id);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_account FOREIGN KEY (account_id) REFERENCES public.account(id);

ALTER TABLE ONLY public.payment
    ADD CONSTRAINT payment_account FOREIGN KEY (account_id) REFERENCES public.account(id);

ALTER TABLE ONLY public.payment_mismatch
    ADD CONSTRAINT payment_mismatch_order FOREIGN KEY (order_id) REFERENCES public.orders(id);

ALTER TABLE ONLY public.payment_mismatch
    ADD CONSTRAINT payment_mismatch_payment FOREIGN KEY (payment_id) REFERENCES public.payment(id);

ALTER TABLE ONLY public.payment_mismatch
    ADD CONSTRAINT payment_mismatch_refund FOREIGN KEY (refund_id) REFERENCES public.refund(id);

ALTER TABLE ONLY public.payment
    ADD CONSTRAINT payment_order FOREIGN KEY (order_id) REFERENCES public.orders(id);

ALTER TABLE ONLY public.posting
    ADD CONSTRAINT posting_journal FOREIGN KEY (journal_id) REFERENCES public.journal(id);

ALTER TABLE ONLY public.posting
    ADD CONSTRAINT posting_seller FOREIGN KEY (seller_id) REFERENCES public.seller(id);

ALTER TABLE ONLY public.price_tier
    ADD CONSTRAINT price_tier_variant FOREIGN KEY (variant_id) REFERENCES public.variant(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.product
    ADD CONSTRAINT product_category FOREIGN KEY (category_id) REFERENCES public.category(id);

ALTER TABLE ONLY public.product_image
    ADD CONSTRAINT product_image_product FOREIGN KEY (product_id) REFERENCES public.product(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.product_import_error
    ADD CONSTRAINT product_import_error_import FOREIGN KEY (import_id) REFERENCES public.product_import(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.product_import
    ADD CONSTRAINT product_import_seller FOREIGN KEY (seller_id) REFERENCES public.seller(id);

ALTER TABLE ONLY public.product
    ADD CONSTRAINT product_seller FOREIGN KEY (seller_id) REFERENCES public.seller(id);

ALTER TABLE ONLY public.refresh_token
    ADD CONSTRAINT refresh_token_session FOREIGN KEY (session_id) REFERENCES public.session(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.refund_item
    ADD CONSTRAINT refund_item_order_item FOREIGN KEY (order_item_id) REFERENCES public.order_item(id);

ALTER TABLE ONLY public.refund_item
    ADD CONSTRAINT refund_item_refund FOREIGN KEY (refund_id) REFERENCES public.refund(id);

ALTER TABLE ONLY public.refund
    ADD CONSTRAINT refund_order FOREIGN KEY (order_id) REFERENCES public.orders(id);

ALTER TABLE ONLY public.refund
    ADD CONSTRAINT refund_payment FOREIGN KEY (payment_id) REFERENCES public.payment(id);

ALTER TABLE ONLY public.refund
    ADD CONSTRAINT refund_requester FOREIGN KEY (requested_by) REFERENCES public.account(id);

ALTER TABLE ONLY public.refund
    ADD CONSTRAINT refund_seller_order FOREIGN KEY (seller_order_id) REFERENCES public.seller_order(id);

ALTER TABLE ONLY public.reservation
    ADD CONSTRAINT reservation_item FOREIGN KEY (order_item_id) REFERENCES public.order_item(id);

ALTER TABLE ONLY public.reservation
    ADD CONSTRAINT reservation_order FOREIGN KEY (order_id) REFERENCES public.orders(id);

ALTER TABLE ONLY public.reservation
    ADD CONSTRAINT reservation_variant FOREIGN KEY (variant_id) REFERENCES public.variant(id);

ALTER TABLE ONLY public.review
    ADD CONSTRAINT review_account FOREIGN KEY (account_id) REFERENCES public.account(id);

ALTER TABLE ONLY public.review_media
    ADD CONSTRAINT review_media_review FOREIGN KEY (review_id) REFERENCES public.review(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.review
    ADD CONSTRAINT review_product FOREIGN KEY (product_id) REFERENCES public.product(id);

ALTER TABLE ONLY public.sales_day
    ADD CONSTRAINT sales_day_seller FOREIGN KEY (seller_id) REFERENCES public.seller(id);

ALTER TABLE ONLY public.seller
    ADD CONSTRAINT seller_account FOREIGN KEY (account_id) REFERENCES public.account(id);

ALTER TABLE ONLY public.seller_order
    ADD CONSTRAINT seller_order_order FOREIGN KEY (order_id) REFERENCES public.orders(id);

ALTER TABLE ONLY public.seller_order
    ADD CONSTRAINT seller_order_seller FOREIGN KEY (seller_id) REFERENCES public.seller(id);

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_account FOREIGN KEY (account_id) REFERENCES public.account(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.settlement
    ADD CONSTRAINT settlement_seller FOREIGN KEY (seller_id) REFERENCES public.seller(id);

ALTER TABLE ONLY public.stock
    ADD CONSTRAINT stock_variant FOREIGN KEY (variant_id) REFERENCES public.variant(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.upload_day
    ADD CONSTRAINT upload_day_account FOREIGN KEY (account_id) REFERENCES public.account(id);

ALTER TABLE ONLY public.variant
    ADD CONSTRAINT variant_product FOREIGN KEY (product_id) REFERENCES public.product(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.variant
    ADD CONSTRAINT variant_seller FOREIGN KEY (seller_id) REFERENCES public.seller(id);

