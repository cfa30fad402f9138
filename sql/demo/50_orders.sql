-- Ninety days of orders: who bought what and when, and how it went on.

-- Orders per day: growth, a weekly rhythm, a festival four weeks ago.
create temp table demo_day as
select d, day, weight,
	floor(o.orders * (sum(weight) over (order by d) - weight) / sum(weight) over ())::bigint as first,
	floor(o.orders * sum(weight) over (order by d) / sum(weight) over ())::bigint as next
from (
	select g as d, par.d0 - (91 - g) * interval '1 day' as day,
		(0.7 + 0.6 * g / 90.0)
		* (array[1.25, 0.95, 0.85, 0.95, 0.98, 1.08, 1.32])
			[1 + extract(dow from par.d0 - (91 - g) * interval '1 day')::integer]
		* (1 + 1.5 * exp(-pow((g - 63) / 4.5, 2)))
		* (0.92 + 0.16 * pg_temp.u(g, 100)) as weight
	from demo_par par
	cross join generate_series(1, 90) g
) w
cross join (select round(lines / 1.8) as orders from demo_par) o;
alter table demo_day add customers bigint;
update demo_day y set customers = (select count(*) from demo_customer c where c.created_at < y.day);

create temp table demo_buyer as
select c.*, row_number() over (order by created_at, no) - 1 as nth
from demo_customer c;

analyze demo_buyer;

-- Orders that the two demo customers are given, beside those that chance
-- gives them: spread out, and some of the last days.
create temp table demo_given as
select distinct on (o) o, no
from (
	select floor(t.orders * (k + 0.3 * c.no) / 12)::bigint + 1 as o, c.no
	from (select max(next) as orders from demo_day) t
	cross join generate_series(0, 11) k
	cross join (values (1), (2)) c (no)
	union all
	select y.first + floor((y.next - y.first) * x.part)::bigint, x.no
	from (values (90, 0.75, 1), (90, 0.5, 2), (89, 0.2, 1), (89, 0.6, 2), (88, 0.3, 1),
		(88, 0.5, 2), (87, 0.4, 1), (86, 0.4, 2), (90, 0.2, 1), (90, 0.1, 2), (90, 0.35, 1)) x (d, part, no)
	join demo_day y on y.d = x.d
) g
order by o, no;

create temp table demo_order as
select o.*,
	pg_temp.id(o.placed_at, 'order ' || o.o) as id,
	'HT' || to_char(o.placed_at, 'YYMMDD') || '-'
		|| lpad(o.o::text, greatest(6, length(o.o::text)), '0') as number,
	case when o.method = 'razorpay' then date_trunc('milliseconds', o.placed_at
		+ interval '75 seconds' + pg_temp.u(o.o, 116) * interval '4 minutes')
		else o.placed_at end as started_at
from (
	select o, b.no as customer, b.is_business, b.state_code,
		date_trunc('milliseconds', t.day + interval '1 hour' * (
			t.hours[t.at] + (t.hours[t.at + 1] - t.hours[t.at])
			* (t.x - t.shares[t.at]) / (t.shares[t.at + 1] - t.shares[t.at]))) as placed_at,
		case when pg_temp.u(o, 104) < case when b.is_business then 0.12 else 0.3 end
			then 'cod' else 'razorpay' end as method,
		case when pg_temp.u(o, 105) < 0.48 then 1 when pg_temp.u(o, 105) < 0.76 then 2
			when pg_temp.u(o, 105) < 0.9 then 3 when pg_temp.u(o, 105) < 0.97 then 4
			else 5 end as wanted,
		-- What becomes of it: 'expired', 'cancelled', 'short' (one seller of
		-- several cannot deliver), 'good'.
		case when pg_temp.u(o, 106) < 0.018 and t.d < 90 then 'expired'
			when pg_temp.u(o, 106) < 0.06 and t.d < 90 then 'cancelled'
			when pg_temp.u(o, 106) < 0.11 and t.d < 90 then 'short'
			else 'good' end as fate,
		case when b.no = 2 and pg_temp.u(o, 107) < 0.4 then 2
			when b.no = 1 and pg_temp.u(o, 107) < 0.15 then 2 else 1 end as ship_to,
		t.d
	from (
		select y.d, y.day, y.customers, g as o,
			((g - y.first) - pg_temp.u(g, 101)) / (y.next - y.first) as x,
			array[0, 2, 5, 8, 11, 14, 17, 19, 23.9] as hours,
			array[0, .04, .18, .36, .53, .74, .93, .98, 1] as shares,
			width_bucket(((g - y.first) - pg_temp.u(g, 101)) / (y.next - y.first),
				array[0, .04, .18, .36, .53, .74, .93, .98]::float8[]) as at,
			floor(y.customers * pow(pg_temp.u(g, 102), 1.25))::bigint as nth
		from demo_day y
		cross join lateral generate_series(y.first + 1, y.next) g
		offset 0
	) t
	left join (select d.o, y.nth from demo_given d join demo_buyer y on y.no = d.no) v using (o)
	join demo_buyer b on b.nth = coalesce(v.nth, t.nth)
) o;
analyze demo_order;

-- What can be sold: the better a product's rank, the more of it; silk and
-- daily needs lead.  'old' lists hold what was there before the first order.
create temp table demo_shelf as
select s.list, s.i, row_number() over (partition by s.list order by s.score desc, s.i) - 1 as rank
from (
	select l.list, p.i,
		pow(pg_temp.u(p.i, 110), 1 / (case when p.seller = 1 then 4.0 else 1.0 end
			* case p.root when 4 then 1.7 when 5 then 1.5 when 1 then 1.4 when 8 then 0.8
				else 1.0 end * (0.4 + p.quality))) as score
	from (
		select p.i, p.seller, p.quality, p.created_at, w.root, w.moq
		from demo_product p
		join demo_word w on w.key = p.key
		where p.status = 'approved' and p.seller <= 12
		-- Of a large catalogue a sample is enough.
		and pg_temp.u(p.i, 109) < (100000.0 + (select lines from demo_par)) / (select scale from demo_par)
	) p
	cross join demo_par par
	cross join (values ('all'), ('old'), ('trade'), ('old trade')) l (list)
	where (l.list not like '%trade' or p.root = 8 or p.moq > 1
		or (p.root in (2, 4, 6) and p.i % 4 = 0))
	and (l.list not like 'old%' or p.created_at < par.d0 - interval '92 days')
) s;
create temp table demo_length as
select list, least(count(*), 3000 + (select lines / 20 from demo_par)) as length
from demo_shelf group by list;
delete from demo_shelf s using demo_length n
where n.list = s.list and s.rank >= n.length;
create index on demo_shelf (list, rank);
analyze demo_shelf;

-- Of the variants only what stands on a shelf matters here.
create temp table demo_offer as
select v.i, v.position as nth, v.id as variant_id, v.product_id, v.seller, v.sku, v.price, v.moq,
	v.created_at, p.name, p.model, p.tiered, p.quality, w.category_id, w.cat, w.root, w.hsn, w.tax,
	concat_ws(' / ', v.colour, case when r.valued then v.value end) as title,
	count(*) over (partition by v.i) as variants
from demo_variant v
join (select distinct i from demo_shelf) s on s.i = v.i
join demo_product p on p.i = v.i
join demo_price r on r.i = v.i
join demo_word w on w.key = p.key;
create index on demo_offer (i, nth);
analyze demo_offer;

create temp table demo_rate (scope text, target integer, bps integer, at timestamptz,
	until timestamptz, id uuid);
insert into demo_rate (scope, target, bps, at, id)
select 'global', 0, 1000, '2000-01-01', '00000000-0000-7000-8000-000000000001'::uuid
union all
select r.scope, r.target, r.bps, d0 - r.days * interval '1 day' + interval '9 hours',
	pg_temp.id(d0 - r.days * interval '1 day' + interval '9 hours', 'rate ' || r.scope || r.target)
from demo_par
cross join (values ('category', 31, 800, 300), ('category', 32, 700, 300),
	('category', 32, 750, 40), ('category', 41, 500, 300), ('category', 45, 450, 300),
	('category', 61, 600, 300), ('category', 15, 1400, 120), ('category', 81, 600, 300),
	('seller', 2, 900, 280), ('seller', 8, 650, 50)) r (scope, target, bps, days);
update demo_rate r set until = (select min(at) from demo_rate n
	where n.scope = r.scope and n.target = r.target and n.at > r.at);

create temp table demo_line as
with drawn as materialized (
	select distinct on (o.o, f.variant_id) o.o, g.n, o.placed_at, o.is_business, o.customer, f.*,
		case when f.moq > 1 then f.moq * (1 + floor(case when o.is_business
				then least(20, 3000000.0 / (f.price * f.moq)) else 3 end
				* pow(pg_temp.u(o.o * 8 + g.n, 114), 2.5))::bigint)
			when o.is_business then 1 + floor(least(20, 4000000.0 / f.price) * pow(pg_temp.u(o.o * 8 + g.n, 114), 2.5))::bigint
			when f.price > 300000 or pg_temp.u(o.o * 8 + g.n, 114) < 0.78 then 1
			when pg_temp.u(o.o * 8 + g.n, 114) < 0.94 then 2 else 3 end as quantity
	from demo_order o
	cross join lateral generate_series(1, o.wanted) g (n)
	join demo_length n on n.list = case when g.n = 1 then 'old' else 'all' end
	join demo_length nt on nt.list = case when g.n = 1 then 'old trade' else 'trade' end
	cross join lateral (
		select o.is_business and pg_temp.u(o.o * 8 + g.n, 111) < 0.75 as trade offset 0
	) b
	join demo_shelf s on s.list = case when b.trade then nt.list else n.list end
		and s.rank = floor(case when b.trade then nt.length else n.length end
			* pow(pg_temp.u(o.o * 8 + g.n, 112), 2.0))::bigint
	join demo_offer f on f.i = s.i
	where f.nth = pg_temp.below(o.o * 8 + g.n, 113, f.variants)
	and f.created_at + interval '6 hours' < o.placed_at
	order by o.o, f.variant_id, g.n
),
priced as (
	select d.o, d.n, min(t.price) as price
	from drawn d
	join demo_tier t on t.variant_id = d.variant_id and t.min_quantity <= d.quantity
		and (t.audience = 'all' or d.is_business)
	group by d.o, d.n
)
select l.*, pg_temp.tax_within(l.line_total, l.tax) as tax_total,
	pg_temp.share(l.line_total, l.rate_bps) as commission,
	pg_temp.id(l.placed_at, 'item ' || l.o || '.' || l.position, l.position) as id,
	min(l.position) over (partition by l.o, l.seller) as seller_first
from (
	select d.*, coalesce(t.price, d.price) as unit_price,
		coalesce(t.price, d.price) * d.quantity as line_total,
		row_number() over (partition by d.o order by d.n)::integer - 1 as position,
		coalesce(rs.bps, rc.bps, rg.bps) as rate_bps,
		case when rs.bps is not null then 'seller' when rc.bps is not null then 'category'
			else 'global' end as rate_scope
	from drawn d
	left join priced t on t.o = d.o and t.n = d.n
	left join demo_rate rs on rs.scope = 'seller' and rs.target = d.seller
		and rs.at <= d.placed_at and (rs.until is null or rs.until > d.placed_at)
	left join demo_rate rc on rc.scope = 'category' and rc.target = d.cat
		and rc.at <= d.placed_at and (rc.until is null or rc.until > d.placed_at)
	join demo_rate rg on rg.scope = 'global'
) l;
analyze demo_line;

-- Sub-orders and their timeline; what lies in the future has not happened.
create temp table demo_sub as
select s.*,
	pg_temp.id(s.placed_at, 'sub-order ' || s.o || '.' || s.no, s.no) as id,
	s.order_number || '-' || s.no as number,
	case when s.cancelled_at is not null then 'cancelled'
		when s.delivered_at is not null then 'delivered'
		when s.shipped_at is not null then 'shipped'
		when s.packed_at is not null then 'packed'
		when s.confirmed_at is not null then 'confirmed'
		else 'pending' end as status
from (
	select t.o, t.seller, t.no, t.placed_at, t.number as order_number, t.order_id, t.method,
		t.fate, t.started_at, t.customer, t.is_business, t.ship_to, t.lines, t.subtotal, t.tax_total, t.commission,
		t.ends_at as cancelled_at,
		case when t.confirmed < coalesce(t.ends_at, t.d0) and t.fate <> 'expired'
			then t.confirmed end as confirmed_at,
		case when t.ends_at is null and t.packed < t.d0 then t.packed end as packed_at,
		case when t.ends_at is null and t.shipped < t.d0 then t.shipped end as shipped_at,
		case when t.ends_at is null and t.delivered < t.d0 then t.delivered end as delivered_at
	from (
		select c.*,
			case when c.fate = 'expired' then date_trunc('milliseconds', c.placed_at
					+ interval '30 minutes 12 seconds')
				when c.fate = 'cancelled' then date_trunc('milliseconds', c.started_at
					+ interval '5 minutes' + pg_temp.u(c.o, 120) * interval '130 minutes')
				when c.fate = 'short' and c.no = 2 then date_trunc('milliseconds', c.started_at
					+ interval '5 minutes' + pg_temp.u(c.o, 120) * interval '130 minutes')
				end as ends_at,
			c.packed + interval '2 hours' * c.slow
				+ pg_temp.u(c.k, 123) * interval '26 hours' * c.slow as shipped,
			c.packed + interval '24 hours' * c.slow
				+ pg_temp.u(c.k, 123) * interval '26 hours' * c.slow
				+ pg_temp.u(c.k, 124) * interval '72 hours' * c.slow as delivered
		from (
			select b.*, date_trunc('milliseconds', b.confirmed + interval '2 hours'
					+ pg_temp.u(b.k, 122) * interval '18 hours') as packed,
				case when pg_temp.u(b.k, 125) < 0.04 then 3 else 1 end as slow
			from (
				select a.*, row_number() over (partition by a.o order by a.first)::integer as no,
					a.o * 8 + a.seller % 8 as k,
					date_trunc('milliseconds', a.started_at + interval '30 minutes'
						+ pg_temp.u(a.o * 16 + a.seller, 121) * interval '9 hours') as confirmed
				from (
					select l.o, l.seller, o.placed_at, o.number, o.id as order_id, o.method,
						-- Only a paid-by-link order can run out of time.
						case when o.fate = 'expired' and o.method = 'cod' then 'good'
							else o.fate end as fate,
						o.started_at, o.customer, o.is_business, o.ship_to, par.d0,
						min(l.position) as first, count(*) as lines,
						sum(l.line_total)::bigint as subtotal,
						sum(l.tax_total)::bigint as tax_total,
						sum(l.commission)::bigint as commission
					from demo_line l
					join demo_order o on o.o = l.o
					cross join demo_par par
					group by l.o, l.seller, o.placed_at, o.number, o.id, o.method, o.fate,
						o.started_at, o.customer, o.is_business, o.ship_to, par.d0
				) a
			) b
		) c
	) t
) s;
update demo_sub
set shipped_at = date_trunc('milliseconds', shipped_at),
	delivered_at = date_trunc('milliseconds', delivered_at)
where shipped_at is not null;
analyze demo_sub;

create temp table demo_whole as
select s.*,
	case when s.live = 0 then 'cancelled'
		when s.delivered = s.live then 'delivered'
		when s.delivered + s.shipped = s.live then 'shipped'
		when s.packed_at is not null then 'processing'
		else 'confirmed' end as status,
	case when s.live > 0 and s.delivered + s.shipped = s.live then s.last_shipped end as shipped_at,
	case when s.live > 0 and s.delivered = s.live then s.last_delivered end as delivered_at,
	case when s.live = 0 then s.last_cancelled end as cancelled_at
from (
	select o, order_id, order_number, method, fate, placed_at, started_at, customer, is_business,
		ship_to, count(*) as subs,
		count(*) filter (where status <> 'cancelled') as live,
		count(*) filter (where status = 'delivered') as delivered,
		count(*) filter (where status = 'shipped') as shipped,
		min(packed_at) as packed_at, max(shipped_at) as last_shipped,
		max(delivered_at) as last_delivered, max(cancelled_at) as last_cancelled,
		sum(subtotal)::bigint as total, sum(tax_total)::bigint as tax_total,
		sum(commission)::bigint as commission,
		coalesce(sum(subtotal) filter (where status = 'delivered'), 0)::bigint as delivered_total
	from demo_sub
	group by o, order_id, order_number, method, fate, placed_at, started_at, customer,
		is_business, ship_to
) s;
analyze demo_whole;

create temp table demo_event as
select e.*, pg_temp.id(e.at, 'event ' || e.o || '.' || coalesce(e.no, 0) || e.status, e.seq) as id
from (
	-- The order's own steps.
	select w.o, w.order_id, null::uuid as sub_id, 0 as no, x.from_status, x.status, x.at,
		x.seq, x.who, x.note, w.customer, null::integer as seller
	from demo_whole w
	cross join lateral (values
		(null, case w.method when 'cod' then 'confirmed' else 'pending_payment' end,
			w.placed_at, 0, 'customer', null),
		('pending_payment', 'confirmed', case when w.method = 'razorpay' and w.fate <> 'expired'
			then w.started_at end, 0, 'system', 'Payment received'),
		('confirmed', 'processing', w.packed_at, 9, 'system', null),
		('processing', 'shipped', w.shipped_at, 9, 'system', null),
		('shipped', 'delivered', w.delivered_at, 9, 'system', null),
		(case w.fate when 'expired' then 'pending_payment' else 'confirmed' end, 'cancelled',
			w.cancelled_at, 9, case w.fate when 'expired' then 'system' else 'customer' end,
			case w.fate when 'expired' then 'Not paid in time' else 'Cancelled by the buyer' end)
	) x (from_status, status, at, seq, who, note)
	where x.at is not null
	union all
	select s.o, s.order_id, s.id, s.no, x.from_status, x.status, x.at, s.no, x.who, x.note,
		s.customer, s.seller
	from demo_sub s
	cross join lateral (values
		(null, case s.method when 'cod' then 'pending' else 'pending_payment' end,
			s.placed_at, 'customer', null),
		('pending_payment', 'pending', case when s.method = 'razorpay' and s.fate <> 'expired'
			then s.started_at end, 'system', 'Payment received'),
		('pending', 'confirmed', s.confirmed_at, 'seller', null),
		('confirmed', 'packed', s.packed_at, 'seller', null),
		('packed', 'shipped', s.shipped_at, 'seller', null),
		('shipped', 'delivered', s.delivered_at, 'seller', null),
		(case when s.fate = 'expired' then 'pending_payment'
				when s.confirmed_at is not null then 'confirmed' else 'pending' end,
			'cancelled', s.cancelled_at,
			case s.fate when 'expired' then 'system' when 'short' then 'seller' else 'customer' end,
			case s.fate when 'expired' then 'Not paid in time'
				when 'short' then 'Damaged in our godown, sorry' else 'Cancelled by the buyer' end)
	) x (from_status, status, at, who, note)
	where x.at is not null
) e;

