-- Cart and orders: what is wanted, what was agreed, what is held in stock.
set local lock_timeout = '2s';

create table cart (
	id uuid constraint cart_pk primary key,
	account_id uuid not null
		constraint cart_account references account (id) on delete cascade,
	updated_at timestamptz not null default now(),
	constraint cart_account_once unique (account_id)
);

create table cart_line (
	id uuid constraint cart_line_pk primary key,
	cart_id uuid not null constraint cart_line_cart references cart (id) on delete cascade,
	variant_id uuid not null
		constraint cart_line_variant references variant (id) on delete cascade,
	quantity bigint not null
		constraint cart_line_quantity_sane check (quantity between 1 and 9999),
	constraint cart_line_once unique (cart_id, variant_id)
);

create sequence order_number;

create table orders (
	id uuid constraint orders_pk primary key,
	number text not null,
	account_id uuid not null constraint orders_account references account (id),
	status text not null constraint orders_status_known check (status in
		('pending_payment', 'confirmed', 'processing', 'shipped', 'delivered', 'cancelled')),
	payment_status text not null default 'unpaid' constraint orders_payment_known
		check (payment_status in ('unpaid', 'paid', 'failed', 'partially_refunded', 'refunded')),
	payment_method text not null
		constraint orders_method_known check (payment_method in ('razorpay', 'cod')),
	currency text not null default 'INR',
	subtotal bigint not null,
	discount_total bigint not null default 0,
	shipping_total bigint not null default 0,
	tax_total bigint not null,
	total bigint not null,
	shipping_address jsonb not null,
	billing_address jsonb not null,
	purchase_order_number text,
	notes text,
	placed_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	expires_at timestamptz,
	paid_at timestamptz,
	cancelled_at timestamptz,
	cancel_reason text,
	idem_principal text,
	idem_key text,
	constraint orders_number_once unique (number),
	constraint orders_idem_once unique (idem_principal, idem_key),
	constraint orders_total_adds_up
		check (total = subtotal - discount_total + shipping_total and total >= 0)
);
create index orders_by_account on orders (account_id, id desc);
create index orders_by_status on orders (status, id desc);
create index orders_by_payment on orders (payment_status, id desc);
create index orders_to_expire on orders (expires_at) where status = 'pending_payment';
create index orders_by_placed on orders (placed_at);

create table seller_order (
	id uuid constraint seller_order_pk primary key,
	order_id uuid not null constraint seller_order_order references orders (id),
	seller_id uuid not null constraint seller_order_seller references seller (id),
	number text not null,
	status text not null constraint seller_order_status_known check (status in
		('pending_payment', 'pending', 'confirmed', 'packed', 'shipped', 'delivered',
		'cancelled')),
	currency text not null default 'INR',
	subtotal bigint not null,
	discount_total bigint not null default 0,
	shipping_total bigint not null default 0,
	tax_total bigint not null,
	total bigint not null,
	commission_total bigint not null,
	tracking jsonb,
	placed_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	shipped_at timestamptz,
	delivered_at timestamptz,
	cancelled_at timestamptz,
	constraint seller_order_number_once unique (number),
	constraint seller_order_seller_once unique (order_id, seller_id),
	constraint seller_order_total_adds_up
		check (total = subtotal - discount_total + shipping_total and total >= 0)
);
create index seller_order_by_seller on seller_order (seller_id, id desc);
create index seller_order_by_seller_status on seller_order (seller_id, status, id desc);

create table order_item (
	id uuid constraint order_item_pk primary key,
	order_id uuid not null constraint order_item_order references orders (id),
	seller_order_id uuid not null
		constraint order_item_seller_order references seller_order (id),
	position integer not null,
	product_id uuid not null constraint order_item_product references product (id),
	variant_id uuid not null constraint order_item_variant references variant (id),
	category_id uuid not null constraint order_item_category references category (id),
	-- Copied as sold; later changes of the product do not reach an order.
	name text not null,
	sku text not null,
	image text,
	hsn_code text,
	quantity bigint not null constraint order_item_quantity_positive check (quantity > 0),
	refunded_quantity bigint not null default 0,
	currency text not null default 'INR',
	unit_price bigint not null constraint order_item_price_positive check (unit_price > 0),
	discount bigint not null default 0,
	line_total bigint not null,
	tax_rate_bps integer not null,
	cgst bigint not null default 0,
	sgst bigint not null default 0,
	igst bigint not null default 0,
	tax_total bigint not null,
	refunded_amount bigint not null default 0,
	commission_rate_bps integer not null,
	commission_scope text not null constraint order_item_scope_known
		check (commission_scope in ('global', 'category', 'seller')),
	commission_amount bigint not null,
	constraint order_item_total_adds_up check (line_total = unit_price * quantity),
	constraint order_item_tax_adds_up check (tax_total = cgst + sgst + igst),
	constraint order_item_refund_fits
		check (refunded_quantity between 0 and quantity
		and refunded_amount between 0 and line_total - discount)
);
create index order_item_by_order on order_item (order_id, position);
create index order_item_by_seller_order on order_item (seller_order_id);
create index order_item_by_product on order_item (product_id);

-- Units held for an order: live while held; gone from the shelf when shipped.
create table reservation (
	order_item_id uuid constraint reservation_pk primary key
		constraint reservation_item references order_item (id),
	order_id uuid not null constraint reservation_order references orders (id),
	variant_id uuid not null constraint reservation_variant references variant (id),
	quantity bigint not null
		constraint reservation_quantity_positive check (quantity > 0),
	state text not null default 'held' constraint reservation_state_known
		check (state in ('held', 'consumed', 'released')),
	expires_at timestamptz,
	created_at timestamptz not null default now(),
	closed_at timestamptz
);
create index reservation_by_order on reservation (order_id);
create index reservation_live on reservation (variant_id) where state = 'held';

create table order_event (
	id uuid constraint order_event_pk primary key,
	order_id uuid not null constraint order_event_order references orders (id),
	seller_order_id uuid
		constraint order_event_seller_order references seller_order (id),
	from_status text,
	status text not null,
	at timestamptz not null default now(),
	actor_id uuid,
	actor_role text not null default 'system',
	note text
);
create index order_event_by_order on order_event (order_id, id);
