-- The money of a line came when its sub-order's earning was written.
-- name: refund_lines_of_order
-- args: order_id uuid
-- rows: many
select i.id, i.seller_order_id, i.name, i.quantity, i.refunded_quantity,
	case when e.id is null then 0 else i.line_total - i.discount + i.shipping end,
	i.refunded_amount, i.commission_amount, i.tax_total, r.commission, r.tax
from order_item i
left join earning e on e.seller_order_id = i.seller_order_id and e.refund_id is null
cross join lateral (
	select coalesce(sum(t.commission_reversed), 0)::bigint as commission,
		coalesce(sum(t.tax_reversed), 0)::bigint as tax
	from refund_item t
	join refund f on f.id = t.refund_id
	where t.order_item_id = i.id
	and f.status in ('approved', 'processing', 'processed')) r
where i.order_id = $1
order by i.position;

-- What came for an order: its payment first, then what came twice or too late.
-- name: payments_captured_of_order
-- args: order_id uuid
-- rows: many
select id, provider = 'cod', captured_amount - refund_reserved,
	exists (
		select from journal j
		where j.kind = 'stray_capture'
		and j.ref = payment.id::text) as is_stray
from payment
where order_id = $1
and captured_amount > 0
order by is_stray, id
for update;

-- Refunds that the provider was told of, and did not answer.
-- name: refunds_unanswered
-- args: payment_id uuid
-- rows: one
select count(*)
from refund
where payment_id = $1
and status = 'processing'
and provider_refund_id is null;

-- Those who talk with the provider about refunds of one order follow each other.
-- name: refund_turn_take
-- args: order_id uuid
-- rows: one
select lock_in_time(hashtextextended('refund ' || $1::uuid, 0));

-- name: refund_turn_give
-- args: order_id uuid
-- rows: one
select pg_advisory_unlock(hashtextextended('refund ' || $1::uuid, 0));

-- The refund that was opened under a key, until the key is finished.
-- name: refund_begun
-- args: principal text, key text
-- rows: maybe
select (recovery ->> 'id')::uuid
from idempotency_key
where principal = $1
and key = $2
and state = 'started'
and recovery ->> 'kind' = 'refund';

-- The guard against paying back more than came.
-- name: payment_reserve_refund
-- args: id uuid, amount bigint
-- rows: none
update payment
set refund_reserved = refund_reserved + $2, updated_at = now()
where id = $1
and captured_amount - refund_reserved >= $2;

-- name: payment_release_refund
-- args: id uuid, amount bigint
-- rows: none
update payment
set refund_reserved = refund_reserved - $2, updated_at = now()
where id = $1;

-- name: payment_set_refunded
-- args: id uuid, amount bigint
-- rows: none
update payment
set refunded_amount = refunded_amount + $2,
	status = case when refunded_amount + $2 >= captured_amount then 'refunded'
		else 'partially_refunded' end,
	updated_at = now()
where id = $1;

-- name: payment_unset_refunded
-- args: id uuid, amount bigint
-- rows: none
update payment
set refunded_amount = refunded_amount - $2,
	status = case when refunded_amount - $2 = 0 then 'captured'
		else 'partially_refunded' end,
	updated_at = now()
where id = $1;

-- name: refund_add
-- args: id uuid, order_id uuid, seller_order_id uuid, payment_id uuid, amount bigint, reason text, status text, source text, restock boolean, gateway_key text, requested_by uuid, idem_principal text, idem_key text
-- rows: none
insert into refund
	(id, order_id, seller_order_id, payment_id, amount, reason, status, source, restock,
	gateway_key, requested_by, idem_principal, idem_key)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- name: refund_item_add
-- args: refund_id uuid, order_item_id uuid, quantity bigint, amount bigint, commission_reversed bigint, tax_reversed bigint
-- rows: none
insert into refund_item
	(refund_id, order_item_id, quantity, amount, commission_reversed, tax_reversed)
values ($1, $2, $3, $4, $5, $6);

-- name: order_item_add_refund
-- args: id uuid, quantity bigint, amount bigint
-- rows: none
update order_item
set refunded_quantity = refunded_quantity + $2, refunded_amount = refunded_amount + $3
where id = $1;

-- name: order_items_drop_refund
-- args: refund_id uuid
-- rows: none
update order_item i
set refunded_quantity = i.refunded_quantity - r.quantity,
	refunded_amount = i.refunded_amount - r.amount
from refund_item r
where r.refund_id = $1
and i.id = r.order_item_id;

-- name: refund_lock
-- args: id uuid
-- rows: maybe
select r.order_id, r.payment_id, r.amount, r.status, r.gateway_key, r.provider_refund_id, r.restock,
	p.provider, p.provider_payment_id, o.account_id, o.number,
	exists (select from refund_item i where i.refund_id = r.id)
from refund r
join payment p on p.id = r.payment_id
join orders o on o.id = r.order_id
where r.id = $1
for update of r;

-- name: refund_order
-- args: id uuid
-- rows: maybe
select order_id
from refund
where id = $1;

-- name: refund_by_provider_id
-- args: provider_refund_id text
-- rows: maybe
select id
from refund
where provider_refund_id = $1;

-- name: refund_by_gateway_key
-- args: gateway_key text
-- rows: maybe
select id
from refund
where gateway_key = $1;

-- name: refund_set_provider_id
-- args: id uuid, provider_refund_id text
-- rows: none
update refund
set provider_refund_id = $2, updated_at = now()
where id = $1
and provider_refund_id is null;

-- name: refund_set_status
-- args: id uuid, status text
-- rows: none
update refund
set status = $2, updated_at = now(),
	processed_at = case when $2 = 'processed' then now() else processed_at end
where id = $1;

-- Units that had left the shelf and come back to it: as many as processed refunds
-- with restock say, less what is there since a refund that failed in the end.
-- name: refund_restock
-- args: refund_id uuid
-- rows: many
with due as (
	select t.order_item_id, v.variant_id, greatest(0, (
		select sum(case when r.status = 'processed' and r.restock then o.quantity else 0 end
			- o.restocked)
		from refund_item o
		join refund r on r.id = o.refund_id
		where o.order_item_id = t.order_item_id))::bigint as units
	from refund_item t
	join reservation v on v.order_item_id = t.order_item_id
	where t.refund_id = $1
	and v.state = 'consumed'),
noted as (
	update refund_item t
	set restocked = due.units
	from due
	where t.refund_id = $1
	and t.order_item_id = due.order_item_id)
select variant_id, sum(units)::bigint
from due
where units > 0
group by variant_id
order by variant_id;

-- name: stock_put_back
-- args: variant_id uuid, quantity bigint
-- rows: none
update stock
set on_hand = on_hand + $2
where variant_id = $1;

-- Whom a refund costs something; who cancelled heard of it then.
-- name: seller_owners_of_refund
-- args: refund_id uuid
-- rows: many
select o.number, s.account_id, sum(t.amount)::bigint
from refund_item t
join order_item i on i.id = t.order_item_id
join seller_order o on o.id = i.seller_order_id
join seller s on s.id = o.seller_id
where t.refund_id = $1
and o.status <> 'cancelled'
group by o.id, o.number, s.account_id
order by o.number;

-- name: refunds_to_run
-- args: older_than_secs bigint, rows bigint
-- rows: many
select r.id
from refund r
join payment p on p.id = r.payment_id
where r.status = 'processing'
and p.provider = 'razorpay'
and r.updated_at < now() - make_interval(secs => $1::bigint)
	* case when r.provider_refund_id is null then 1 else 10 end
order by r.updated_at
limit $2;

-- Money that is the buyer's and promised to no refund, of cancelled parts or what
-- came twice or too late: an hour after its refund failed, and then twice as long
-- after each further one, up to a day.
-- name: payments_owed
-- args: rows bigint
-- rows: many
select p.id
from (
	select payment_id, max(updated_at) as at, count(*) as times
	from refund
	where status = 'failed'
	group by payment_id) failed
join payment p on p.id = failed.payment_id
where p.provider = 'razorpay'
and p.captured_amount > p.refund_reserved
and failed.at < now() - least(interval '1 day', interval '1 hour' * power(2, least(failed.times, 6) - 1))
and (exists (
		select from journal j
		where j.kind = 'stray_capture'
		and j.ref = p.id::text)
	or exists (
		select from seller_order s
		join order_item i on i.seller_order_id = s.id
		where s.order_id = p.order_id
		and s.status = 'cancelled'
		and i.refunded_amount < i.line_total - i.discount + i.shipping))
order by failed.at
limit $1;

-- name: refund_touch
-- args: id uuid
-- rows: none
update refund
set updated_at = now()
where id = $1;

-- name: refund_by_id
-- args: id uuid
-- rows: maybe
select id, order_id, (select o.number from orders o where o.id = order_id), seller_order_id,
	payment_id, amount, currency, reason, status, requested_by,
	(extract(epoch from created_at) * 1000000)::bigint,
	(extract(epoch from processed_at) * 1000000)::bigint
from refund
where id = $1;

-- name: refund_items_of
-- args: ids text
-- rows: many
select refund_id, order_item_id, quantity, amount
from refund_item
where refund_id = any ($1::text::uuid[])
order by refund_id, order_item_id;

-- fragment: refund_columns
-- args: none
select t.id, t.order_id, (select n.number from orders n where n.id = t.order_id),
	t.seller_order_id, t.payment_id, t.amount, t.currency, t.reason, t.status, t.requested_by, (extract(epoch from t.created_at) * 1000000)::bigint,
	(extract(epoch from t.processed_at) * 1000000)::bigint

-- fragment: refunds_of_buyer
-- args: account_id uuid
from refund t
join orders o on o.id = t.order_id
where o.account_id = $1

-- Delivered, and within the return window.
-- name: seller_orders_returnable
-- args: order_id uuid, window_days bigint
-- rows: many
select id
from seller_order
where order_id = $1
and status = 'delivered'
and delivered_at > now() - make_interval(days => $2::bigint::integer);

-- What of each line waits in requests not decided yet.
-- name: refund_items_requested
-- args: order_id uuid
-- rows: many
select i.order_item_id, sum(i.quantity)::bigint, sum(i.amount)::bigint
from refund r
join refund_item i on i.refund_id = r.id
where r.order_id = $1
and r.status = 'requested'
group by i.order_item_id;

-- name: refund_request_lock
-- args: id uuid
-- rows: maybe
select order_id, status, amount, restock
from refund
where id = $1
for update;

-- name: refund_items_asked
-- args: refund_id uuid
-- rows: many
select order_item_id, quantity, amount
from refund_item
where refund_id = $1
order by order_item_id;

-- name: refund_items_drop
-- args: refund_id uuid
-- rows: none
delete from refund_item
where refund_id = $1;

-- name: refund_grant
-- args: id uuid, payment_id uuid, seller_order_id uuid, amount bigint, restock boolean, gateway_key text
-- rows: none
update refund
set status = 'processing', payment_id = $2, seller_order_id = $3, amount = $4, restock = $5,
	gateway_key = $6, updated_at = now()
where id = $1;

-- name: refund_reject
-- args: id uuid, reason text
-- rows: none
update refund
set status = 'rejected', rejection_reason = $2, updated_at = now()
where id = $1;

-- fragment: refunds_all
-- args: none
from refund t
where true

-- fragment: refunds_with_status
-- args: status text
and t.status = $1

-- fragment: refunds_of_order
-- args: order_id uuid
and t.order_id = $1

-- What is done has its earnings, which say whose it is; of the others the lines do.
-- fragment: refunds_of_seller
-- args: seller_id uuid
and t.id in (
	select e.refund_id
	from earning e
	where e.seller_id = $1
	and e.refund_id is not null
	union all
	select r.id
	from refund r
	where r.status <> 'processed'
	and exists (
		select from refund_item x
		join order_item i on i.id = x.order_item_id
		join seller_order o on o.id = i.seller_order_id
		where x.refund_id = r.id
		and o.seller_id = $1))

-- fragment: refunds_below
-- args: amount bigint, id uuid
and (t.amount, t.id) < ($1::bigint, $2::uuid)

-- fragment: refunds_above
-- args: amount bigint, id uuid
and (t.amount, t.id) > ($1::bigint, $2::uuid)

-- fragment: refunds_largest
-- args: none
order by t.amount desc, t.id desc

-- fragment: refunds_smallest
-- args: none
order by t.amount, t.id
