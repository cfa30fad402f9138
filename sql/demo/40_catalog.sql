-- Categories, products, variants, price tiers, stock and pictures.

alter table demo_category add id uuid, add position integer;
update demo_category c
set id = pg_temp.id(p.d0 - interval '470 days' + c.no * interval '1 minute', 'category ' || c.slug),
	position = case when c.no % 10 = 0 then c.no / 10 else c.no % 10 end
from demo_par p;
insert into category (id, parent_id, name, slug, position, created_at, updated_at)
select c.id, r.id, c.name, c.slug, c.position, p.d0 - interval '470 days' + c.no * interval '1 minute',
	p.d0 - interval '470 days' + c.no * interval '1 minute'
from demo_category c
left join demo_category r on r.slug = c.root
cross join demo_par p
order by c.no;

create temp table demo_colour as
select p.palette, array_agg(split_part(c.colour, ':', 1) order by c.ord) as names,
	array_agg(split_part(c.colour, ':', 2) order by c.ord) as hexes
from demo_palette p
cross join lateral unnest(string_to_array(p.colours, '|')) with ordinality c (colour, ord)
group by p.palette;

create function pg_temp.inside(words text[], cat integer) returns text[]
language sql immutable as $$
	select array_agg(case when cat / 10 in (4, 6) or w !~ '^([A-Z][a-z]+[ -]?)+$'
		or w ~ '(Madhubani|Banarasi|Ganga|Channapatna|Kashmir|Kashmiri|English|Chanderi|Giza|Oxford|Jaipuri|Sanganeri|Diwali|Indian|German|Moroccan|Jodhpuri|Punjabi|Lucknowi|Patiala|Anarkali|Kanjivaram|Mysore|Gadwal|Paithani|Baluchari|Uppada|Ilkal|Patola|Maheshwari|Tussar|Bagru|Ajrakh|Kota|Multani|Rajasthani|Sojat|India|Hindi|Vitamin)'
		then w else lower(w) end order by o)
	from unnest(words) with ordinality t (w, o)
$$;
create temp table demo_word as
select k.key, k.cat, k.cat / 10 as root, k.icon, k.hsn, k.tax, k.lo, k.hi, k.moq, k.coloured,
	k.opt, string_to_array(k.sellers, ',')::integer[] as sellers,
	string_to_array(k.tpl, '|') as tpl, string_to_array(k.n, '|') as n,
	string_to_array(k.a, '|') as a, string_to_array(k.b, '|') as b,
	string_to_array(k.m, '|') as m, string_to_array(k.says, '|') as says,
	string_to_array(k.labels, '|') as labels,
	-- As they stand inside a sentence: no capitals but in names and codes.
	pg_temp.inside(string_to_array(k.a, '|'), k.cat) as low_a,
	pg_temp.inside(string_to_array(k.b, '|'), k.cat) as low_b,
	pg_temp.inside(string_to_array(k.m, '|'), k.cat) as low_m,
	(select array_agg(split_part(v, ':', 1) order by o)
		from unnest(string_to_array(nullif(k.vals, ''), '|')) with ordinality t (v, o)) as vals,
	(select array_agg(split_part(v, ':', 2)::integer order by o)
		from unnest(string_to_array(nullif(k.vals, ''), '|')) with ordinality t (v, o)) as percents,
	s2.says as says2, s3.says as says3, b.names as brands,
	p.names as colours, p.hexes, c.id as category_id
from demo_kind k
join demo_category c on c.no = k.cat
join demo_brand b on b.root = k.cat / 10
join demo_colour p on p.palette = k.palette
join (select root, array_agg(says order by says) as says from demo_says where part = 2 group by root) s2
	on s2.root = k.cat / 10
join (select root, array_agg(says order by says) as says from demo_says where part = 3 group by root) s3
	on s3.root = k.cat / 10;

-- Invented words: their number is fixed, some are common and most are rare.
create temp table demo_part as
select string_to_array('Aa|Ama|Ana|Ara|Ava|Bha|Chi|De|Di|Ga|Gi|Ha|Indi|Isha|Ja|Ka|Ki|Ko|La|Li|Ma|Mi|Na|Ni|Pa|Pra|Ra|Ri|Ro|Sa|Sha|Shi|Su|Ta|Ti|Tri|Uma|Va|Vi|Ya', '|') as head,
	string_to_array('ra|ri|na|ni|la|li|ma|mi|sha|dha|dhi|ka|ki|va|vi|ya|ru|nu|ta|ti|nda|ndi|lya|rna|mbi', '|') as middle,
	string_to_array('ka|li|ni|ri|ya|vi|ta|ti|ma|na|sha|mi|nti|ndra|vati|sri|lika|nika|yana|mani', '|') as tail,
	string_to_array(' Works| Home| & Co| Studio| Crafts| Traders| Naturals| Exports|pur|garh|wala|tek', '|') as firm;

-- Which kind the hash of a product number falls on.
create temp table demo_slot as
select row_number() over (order by k.key, g) - 1 as slot, k.key
from demo_kind k
cross join lateral generate_series(1, k.weight) g;

-- The first products have pictures of their own; the rest borrow one of the
-- same kind, and with it the colour.
create temp table demo_model as
select m.*, row_number() over (partition by key order by i) - 1 as nth,
	count(*) over (partition by key) as of
from (
	select g as i, s.key, floor(cardinality(w.colours) * pow(pg_temp.u(g, 41), 1.2))::integer as colour,
		1 + floor(3 * pow(pg_temp.u(g, 42), 1.3))::integer as pictures,
		pg_temp.below(g, 43, 8) as pattern
	from demo_par p
	cross join lateral generate_series(1, p.pictured) g
	join demo_slot s on s.slot = pg_temp.below(g, 40, (select count(*) from demo_slot))
	join demo_word w on w.key = s.key
) m;
create index on demo_model (key, nth);
create index on demo_model (i);
analyze demo_model;

create temp table demo_product as
select w.*,
	pg_temp.id(w.created_at, 'product ' || w.i) as id,
	left(regexp_replace(lower(w.name), '[^a-z0-9]+', '-', 'g'), 80) || '-' || to_hex(w.i) as slug
from (
	select p.i, p.key, p.model, p.colour, p.pictures, p.created_at, p.seller, p.brand, p.status,
		p.quality, p.base, p.a, p.b, p.m, p.n,
		replace(replace(replace(replace(replace(p.tpl, '{n}', p.n), '{a}', p.a), '{b}', p.b),
			'{m}', p.m), '{c}', p.c)
		|| case when p.values = 1 and p.opt = any ('{Weight,Volume,Capacity,Pack,Set,Length,Diameter,Thickness}')
			and p.vals[p.first] <> all ('{Piece,Single,Pack of 1,1 piece,Standard}')
			then ', ' || p.vals[p.first] else '' end
		|| p.suffix as name,
		case when p.said ~ '^A [AEIOaeio]' then 'An' || substr(p.said, 2)
			else upper(left(p.said, 1)) || substr(p.said, 2) end
		|| ' ' || p.says2 || case when p.says3 is null then '' else ' ' || p.says3 end
		as description,
		p.offer, p.tiered, p.empty, p.colours, p.values, p.first
	from (
		select g.i, w.key, coalesce(o.i, g.i) as model, coalesce(o.colour, 0) as colour,
			coalesce(o.pictures, 1) as pictures,
			date_trunc('milliseconds', par.d0 - interval '400 days'
				+ (g.i - pg_temp.u(g.i, 50)) / par.scale * interval '399 days 12 hours') as created_at,
			case when pg_temp.u(g.i, 51) < 0.012 then 14
				else w.sellers[1 + pg_temp.below(g.i, 52, cardinality(w.sellers))] end as seller,
			case when g.i > 2000 and pg_temp.u(g.i, 53) < 0.5 then
				part.head[1 + floor(40 * pow(pg_temp.u(g.i, 54), 1.9))::integer]
				|| part.middle[1 + floor(25 * pow(pg_temp.u(g.i, 55), 2.2))::integer]
				|| part.firm[1 + floor(12 * pow(pg_temp.u(g.i, 56), 1.4))::integer]
				else pg_temp.pick(w.brands, pow(pg_temp.u(g.i, 57), 1.3)) end as brand,
			case
				when pg_temp.u(g.i, 58) < 150.0 / par.scale and g.i > par.scale * 0.8
					then 'pending'
				when pg_temp.u(g.i, 58) > 0.99 then 'archived'
				when pg_temp.u(g.i, 58) > 0.983 then 'draft'
				when pg_temp.u(g.i, 58) > 0.977 then 'rejected'
				else 'approved' end as status,
			pg_temp.u(g.i, 59) as quality,
			w.lo + (w.hi - w.lo) * pow(pg_temp.u(g.i, 60), 2.2) as base,
			pg_temp.pick(w.a, pow(pg_temp.u(g.i, 61), 1.4)) as a,
			pg_temp.pick(w.b, pow(pg_temp.u(g.i, 62), 1.4)) as b,
			pg_temp.pick(w.m, pow(pg_temp.u(g.i, 63), 1.5)) as m,
			pg_temp.pick(w.n, pow(pg_temp.u(g.i, 64), 1.3)) as n,
			pg_temp.pick(w.tpl, pg_temp.u(g.i, 65)) as tpl,
			part.head[1 + floor(40 * pow(pg_temp.u(g.i, 66), 1.3))::integer]
				|| part.middle[1 + floor(25 * pow(pg_temp.u(g.i, 67), 1.6))::integer]
				|| part.tail[1 + floor(20 * pow(pg_temp.u(g.i, 68), 1.6))::integer] as c,
			case when pg_temp.u(g.i, 69) < 0.07 then pg_temp.pick(
				'{" (Gift Pack)"," (New)"," - Premium"," - Value Pack"," - Limited Edition"," - Bestseller"}',
				pow(pg_temp.u(g.i, 70), 1.5)) else '' end as suffix,
			replace(replace(replace(pg_temp.pick(w.says, pg_temp.u(g.i, 71)),
				'{a}', pg_temp.pick(w.low_a, pow(pg_temp.u(g.i, 61), 1.4))),
				'{b}', pg_temp.pick(w.low_b, pow(pg_temp.u(g.i, 62), 1.4))),
				'{m}', pg_temp.pick(w.low_m, pow(pg_temp.u(g.i, 63), 1.5))) as said,
			pg_temp.pick(w.says2, pg_temp.u(g.i, 72)) as says2,
			case when pg_temp.u(g.i, 73) < 0.7 then pg_temp.pick(w.says3, pg_temp.u(g.i, 74)) end as says3,
			case when pg_temp.u(g.i, 75) < 0.34 then 1.15 + pg_temp.u(g.i, 76) * 0.5 end as offer,
			w.moq > 1 or pg_temp.u(g.i, 77) < case when g.i <= 2000 then 0.4 else 0.2 end as tiered,
			pg_temp.u(g.i, 78) < 0.035 as empty,
			w.opt, w.vals, w.coloured, w.moq, n.colours, n.values, a.first
		from demo_par par
		cross join demo_part part
		cross join lateral generate_series(1, par.scale) g (i)
		join demo_slot s on s.slot = pg_temp.below(g.i, 40, (select count(*) from demo_slot))
		join demo_word w on w.key = s.key
		left join (select key, max(of) as of from demo_model group by key) c on c.key = s.key
		left join demo_model o on o.key = s.key
			and o.nth = case when g.i <= par.pictured then (select nth from demo_model x where x.i = g.i)
				else pg_temp.below(g.i, 44, c.of) end
		cross join lateral (
			select case when w.coloured then 1 + floor(3 * pow(pg_temp.u(g.i, 80), 1.4))::integer
				else 1 end as colours
		) c1
		cross join lateral (
			select c1.colours, case when w.vals is null then 0
				else least(cardinality(w.vals), 6 / c1.colours,
					case when w.opt in ('Size', 'Waist') then 3 else 1 end
					+ floor(3.6 * pg_temp.u(g.i, 81))::integer) end as values
		) n
		cross join lateral (
			select case when n.values > 0 and w.moq = 1
				then 1 + pg_temp.below(g.i, 84, cardinality(w.vals) - n.values + 1)::integer
				else 1 end as first
		) a
		offset 0
	) p
	offset 0
) w;
update demo_product set seller = 1 where i = 1;
analyze demo_product;

-- Variants: colours times the values of the second option, six at most.
create temp table demo_variant as
select v.*, pg_temp.id(v.created_at, 'variant ' || v.i, v.position) as id
from (
	select p.i, p.id as product_id, p.seller, p.created_at, o.position,
		w.key || '-' || lpad(p.i::text, greatest(5, length(p.i::text)), '0') || '-' || (o.position + 1) as sku,
		case when w.coloured and p.colours > 1 then
			w.colours[1 + (p.colour + o.nth_colour) % cardinality(w.colours)] end as colour,
		w.vals[o.nth_value] as value,
		w.opt,
		-- Rupees: below 60 whole, below 400 a round 5 less 1, above a 9.
		case when o.rupees < 60 then greatest(round(o.rupees), 5)
			when o.rupees < 400 then round(o.rupees / 5) * 5 - 1
			else round(o.rupees / 10) * 10 - 1 end::bigint * 100 as price,
		p.offer,
		w.moq,
		p.tiered,
		case when p.empty or pg_temp.u(p.i * 8 + o.position, 82) < 0.04 then 0
			else w.moq * (2 + floor(140 * pow(pg_temp.u(p.i * 8 + o.position, 83), 2.6))::integer)
		end::bigint as free
	from demo_product p
	join demo_word w on w.key = p.key
	cross join lateral (
		select g as position, g / greatest(p.values, 1) as nth_colour,
			case when p.values > 0 then p.first + g % p.values end as nth_value
		from generate_series(0, p.colours * greatest(p.values, 1) - 1) g
	) n
	cross join lateral (
		select n.position, n.nth_colour, n.nth_value,
			p.base * coalesce(w.percents[n.nth_value], 100) / 100.0 as rupees
	) o
	offset 0
) v;
create temp table demo_price as
select i, min(price) as price, bool_or(free > 0) as in_stock,
	bool_or(colour is not null) as coloured, count(distinct value) > 1 as valued
from demo_variant group by i;
analyze demo_variant;
analyze demo_price;

create temp table demo_tier as
select v.id as variant_id, v.created_at, t.audience, v.moq * t.least as min_quantity,
	v.i * 1000 + v.position * 100 + t.least as no,
	greatest(50, round(v.price * t.percent / 5000.0) * 50)::bigint as price
from demo_variant v
cross join (values ('all', 3, 96), ('all', 10, 91), ('business', 5, 88), ('business', 20, 82),
	('business', 50, 75)) t (audience, least, percent)
where v.tiered and v.price > 2000
and (t.audience = 'business' or v.moq > 1 or v.i % 2 = 0)
and (t.least < 50 or v.moq > 1);
-- The list from which pictures.awk draws, on standard output.
copy (
	select left(md5('haat demo ' || m.i || '.' || g), 16), w.icon, w.hexes[1 + m.colour],
		w.hexes[1 + (m.colour + 3) % cardinality(w.hexes)], m.pattern, g, m.i
	from demo_model m
	join demo_word w on w.key = m.key
	cross join lateral generate_series(1, m.pictures) g
	order by m.i, g
) to stdout;
