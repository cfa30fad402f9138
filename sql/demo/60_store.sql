-- The catalogue into the shop.

insert into product (id, seller_id, category_id, name, slug, description, brand, attributes,
	options, min_order_quantity, tax_rate_bps, hsn_code, status, rejection_reason, pending_since,
	seller_active, price, compare_at_price, in_stock, rating_sum, rating_count, popularity, image,
	created_at, updated_at, approved_at)
select p.id, sd.seller_id, w.category_id, p.name, p.slug, p.description, p.brand,
	jsonb_strip_nulls(jsonb_build_object(
		coalesce(nullif(w.labels[1], ''), 'Origin'), case when w.labels[1] <> '' then p.a else 'India' end,
		w.labels[2], p.b, w.labels[3], p.m,
		'Colour', case when w.coloured and not r.coloured then w.colours[1 + p.colour] end,
		case when w.opt = '' then 'Pieces' else w.opt end,
		case when p.values = 1 then w.vals[p.first] end)),
	case when r.coloured and r.valued then jsonb_build_array('Colour', w.opt)
		when r.coloured then '["Colour"]'
		when r.valued then jsonb_build_array(w.opt) else '[]' end,
	w.moq, w.tax, w.hsn, p.status,
	case p.status when 'rejected' then (array[
		'The picture shows another brand''s product.', 'Please name the material in the description.',
		'The price is per piece but the title says set.'])[1 + pg_temp.below(p.i, 90, 3)] end,
	case p.status when 'pending' then p.created_at end,
	sd.status <> 'suspended', r.price,
	case when p.offer is not null then (ceil(r.price * p.offer / 1000) * 1000 - 100)::bigint end,
	r.in_stock, coalesce(g.rating_sum, 0), coalesce(g.rating_count, 0), coalesce(u.units, 0),
	'/media/demo/' || left(md5('haat demo ' || p.model || '.1'), 16) || '.svg',
	p.created_at, p.created_at + interval '1 day',
	case when p.status in ('approved', 'archived') then p.created_at + interval '5 hours' end
from demo_product p
join demo_word w on w.key = p.key
join demo_seller sd on sd.no = p.seller
join demo_price r on r.i = p.i
left join demo_rating g on g.i = p.i
left join demo_sold u on u.i = p.i
order by p.i;

insert into variant (id, product_id, seller_id, sku, title, options, price, compare_at_price,
	position, created_at, updated_at)
select v.id, v.product_id, s.seller_id, v.sku,
	nullif(concat_ws(' / ', v.colour, case when r.valued then v.value end), ''),
	case when v.colour is not null and r.valued
		then jsonb_build_object('Colour', v.colour, v.opt, v.value)
		when v.colour is not null then jsonb_build_object('Colour', v.colour)
		when r.valued then jsonb_build_object(v.opt, v.value) else '{}' end,
	v.price,
	case when v.offer is not null then (ceil(v.price * v.offer / 1000) * 1000 - 100)::bigint end,
	v.position, v.created_at, v.created_at
from demo_variant v
join demo_seller s on s.no = v.seller
join demo_price r on r.i = v.i
order by v.i, v.position;

insert into price_tier (id, variant_id, min_quantity, price, audience)
select pg_temp.id(created_at, 'tier ' || no), variant_id,
	min_quantity, price, audience
from demo_tier;

insert into product_image (id, product_id, url, thumbnail_url, alt, position, created_at)
select pg_temp.id(p.created_at, 'image ' || p.i, g), p.id, f.url, f.url,
	p.name || case g when 1 then '' when 2 then ', another view' else ', in detail' end,
	g - 1, p.created_at
from demo_product p
cross join lateral generate_series(1, p.pictures) g
cross join lateral (select '/media/demo/' || left(md5('haat demo ' || p.model || '.' || g), 16)
	|| '.svg' as url offset 0) f;

-- Stock: what is free, and what waits to be shipped.
insert into stock (variant_id, on_hand, reserved)
select v.id, v.free + coalesce(h.units, 0), coalesce(h.units, 0)
from demo_variant v
left join demo_held h on h.variant_id = v.id
order by v.i, v.position;

insert into category_count (category_id, product_count)
select c.id, count(p.category_id) filter (where p.is_listed)
from category c
left join product p on p.category_id = c.id
group by c.id
having count(p.category_id) filter (where p.is_listed) > 0;

insert into search_word (word, uses)
select t.lexeme, count(*)
from product p
cross join lateral unnest(to_tsvector('simple'::regconfig,
	p.name || ' ' || coalesce(p.brand, ''))) t
where length(t.lexeme) between 3 and 40
group by t.lexeme
order by t.lexeme;

insert into review (id, product_id, account_id, rating, title, body, author_name,
	is_verified_purchase, status, reply_body, reply_at, created_at)
select pg_temp.id(r.at, 'review ' || r.i || '.' || r.customer), r.product_id, c.id, r.rating,
	pg_temp.pick(o.titles, pg_temp.u(r.k, 170)),
	case when pg_temp.u(r.k, 171) < 0.85 then rtrim(pg_temp.pick(o.openings, pg_temp.u(r.k, 172))
		|| ' ' || pg_temp.pick(o.ends, pg_temp.u(r.k, 173))) end,
	case when c.is_business then c.company
		else split_part(c.name, ' ', 1) || ' ' || left(split_part(c.name, ' ', 2), 1) || '.' end,
	r.bought, r.status,
	case when y.replies then
		case when r.rating >= 4 then 'Thank you, we have read this out in the workshop.'
			else 'We are sorry. Please write to us, we will set it right.' end end,
	case when y.replies then least(r.at + interval '20 hours', par.d0) end, r.at
from demo_review r
join demo_customer c on c.no = r.customer
join demo_opinion o on o.rating = r.rating
cross join lateral (
	select pg_temp.u(r.k, 174) < case when r.rating <= 2 then 0.5 else 0.07 end as replies
) y
cross join demo_par par
order by r.at;
