-- Orders into the shop.

create temp table demo_address as
select c.no as customer, 1 as ship_to, c.address, c.address ->> 'state' as state
from demo_customer c
union all
select c.no, 2, c.address || jsonb_build_object('line1', a.line1, 'line2', a.line2,
	'city', a.city, 'state', a.state, 'postal_code', a.postal_code), a.state
from demo_customer c
join address a on a.account_id = c.id and not a.is_default;
analyze demo_address;

insert into orders (id, number, account_id, status, payment_status, payment_method, subtotal,
	tax_total, total, shipping_address, billing_address, purchase_order_number, notes, placed_at,
	updated_at, expires_at, paid_at, cancelled_at, cancel_reason)
select w.order_id, w.order_number, c.id, w.status, m.status, w.method, w.total, w.tax_total,
	w.total, a.address, c.address,
	case when w.is_business and w.o % 5 < 3
		then 'PO/' || to_char(w.placed_at, 'YYYY') || '/' || (1000 + w.o % 9000) end,
	case when pg_temp.u(w.o, 130) < 0.06 then (array['Please call before delivery.',
		'Leave with the guard at the gate.', 'Gift, please no bill in the box.',
		'Deliver on a weekday.'])[1 + pg_temp.below(w.o, 131, 4)] end,
	w.placed_at,
	greatest(w.placed_at, w.last_delivered, w.last_shipped, w.packed_at, w.last_cancelled,
		case when w.fate <> 'expired' then w.started_at end),
	case when w.fate = 'expired' then w.placed_at + interval '30 minutes' end,
	m.paid_at, w.cancelled_at,
	case when w.cancelled_at is not null then case w.fate when 'expired' then 'Not paid in time'
		else (array['Ordered by mistake', 'Found it nearer home', 'Changed my mind',
			'Delivery takes too long'])[1 + pg_temp.below(w.o, 132, 4)] end end
from demo_whole w
join demo_money m on m.o = w.o
join demo_customer c on c.no = w.customer
join demo_address a on a.customer = w.customer and a.ship_to = w.ship_to
order by w.o;

insert into seller_order (id, order_id, seller_id, number, status, subtotal, tax_total, total,
	commission_total, tracking, placed_at, updated_at, shipped_at, delivered_at, cancelled_at)
select s.id, s.order_id, d.seller_id, s.number, s.status, s.subtotal, s.tax_total, s.subtotal,
	s.commission,
	case when s.shipped_at is not null then jsonb_build_object(
		'carrier', t.carrier, 'tracking_number', t.number,
		'tracking_url', 'https://track.example.com/' || t.number) end,
	s.placed_at, greatest(s.placed_at, s.confirmed_at, s.packed_at, s.shipped_at, s.delivered_at,
		s.cancelled_at),
	s.shipped_at, s.delivered_at, s.cancelled_at
from demo_sub s
join demo_seller d on d.no = s.seller
cross join lateral (
	select (array['Dakmitra Express', 'Pawan Logistics', 'Sarthi Parcel'])
			[1 + pg_temp.below(s.o, 133, 3)] as carrier,
		'DM' || lpad((s.o * 10 + s.no)::text, 10, '0') || 'IN' as number
) t
order by s.o, s.no;

insert into order_item (id, order_id, seller_order_id, position, product_id, variant_id,
	category_id, name, sku, image, hsn_code, quantity, refunded_quantity, unit_price, line_total,
	tax_rate_bps, cgst, sgst, igst, tax_total, refunded_amount, commission_rate_bps,
	commission_scope, commission_amount)
select l.id, s.order_id, s.id, l.position, l.product_id, l.variant_id, l.category_id,
	l.name, l.sku,
	'/media/demo/' || left(md5('haat demo ' || l.model || '.1'), 16) || '.svg', l.hsn, l.quantity,
	coalesce(r.quantity, 0), l.unit_price, l.line_total, l.tax,
	case when p.state = a.state then l.tax_total - l.tax_total / 2 else 0 end,
	case when p.state = a.state then l.tax_total / 2 else 0 end,
	case when p.state = a.state then 0 else l.tax_total end,
	l.tax_total, coalesce(r.amount, 0), l.rate_bps, l.rate_scope, l.commission
from demo_line l
join demo_sub s on s.o = l.o and s.seller = l.seller
join demo_address a on a.customer = s.customer and a.ship_to = s.ship_to
join demo_seller d on d.no = l.seller
join demo_place p on p.no = d.place
left join (select item_id, sum(quantity)::bigint as quantity, sum(amount)::bigint as amount
	from demo_refund_line where status = 'processed' group by item_id) r on r.item_id = l.id
order by l.o, l.position;

insert into reservation (order_item_id, order_id, variant_id, quantity, state, created_at,
	closed_at)
select l.id, s.order_id, l.variant_id, l.quantity,
	case when s.status = 'cancelled' then 'released'
		when s.shipped_at is not null then 'consumed' else 'held' end,
	s.placed_at, coalesce(s.cancelled_at, s.shipped_at)
from demo_line l
join demo_sub s on s.o = l.o and s.seller = l.seller
order by l.o, l.position;

insert into order_event (id, order_id, seller_order_id, from_status, status, at, actor_id,
	actor_role, note)
select e.id, e.order_id, e.sub_id, e.from_status, e.status, e.at,
	case e.who when 'customer' then c.id when 'seller' then d.account_id end, e.who, e.note
from demo_event e
join demo_customer c on c.no = e.customer
left join demo_seller d on d.no = e.seller
order by e.at;

select setval('order_number', (select max(o) from demo_whole)) \g /dev/null
