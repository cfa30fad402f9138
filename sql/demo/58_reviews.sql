-- Reviews by people who got the goods, and what follows for ratings.

create temp table demo_review as
with fresh as (
	select distinct on (l.i, s.customer) l.i, l.product_id, l.quality, l.root, s.customer, l.o * 8 + l.n as k,
		date_trunc('milliseconds', s.delivered_at + interval '14 hours'
			+ pg_temp.u(l.o * 8 + l.n, 160) * interval '11 days') as at, true as bought
	from demo_line l
	join demo_sub s on s.o = l.o and s.seller = l.seller
	where s.status = 'delivered' and pg_temp.u(l.o * 8 + l.n, 161) < 0.45
	order by l.i, s.customer, l.o
),
-- In a large shop also of an earlier time, since its products outnumber
-- the orders of ninety days.
earlier as (
	select distinct on (x.i, x.customer) x.*
	from (
		select p.i, p.id as product_id, p.quality, w.root,
			1 + pg_temp.below(p.i * 8 + g, 162, c.of) as customer, p.i * 8 + g as k,
			date_trunc('milliseconds', p.created_at + (par.d0 - p.created_at)
				* (0.1 + 0.9 * pg_temp.u(p.i * 8 + g, 163))) as at, false as bought
		from demo_product p
		join demo_word w on w.key = p.key
		cross join demo_par par
		cross join (select count(*) as of from demo_customer) c
		cross join lateral generate_series(1,
			1 + floor(4 * pow(pg_temp.u(p.i, 164), 3))::integer) g
		where p.i > 2000 and p.status = 'approved' and pg_temp.u(p.i, 165) < 0.3
		and not exists (select from demo_shelf s where s.i = p.i)
	) x
	order by x.i, x.customer, x.k
)
select r.*, case when pg_temp.u(r.k, 169) < 0.03 then 1 else least(5, greatest(1, round(2.7 + 2.1 * r.quality
		+ 1.9 * (pg_temp.u(r.k, 166) + pg_temp.u(r.k, 167) - 0.85))))::integer end as rating,
	case when pg_temp.u(r.k, 168) < 0.01 then 'hidden' else 'published' end as status
from (select * from fresh union all select * from earlier) r
cross join demo_par par
where r.at < par.d0;

create temp table demo_rating as
select i, sum(rating)::bigint as rating_sum, count(*) as rating_count
from demo_review where status = 'published' group by i;
create temp table demo_sold as
select l.i, sum(l.quantity)::bigint as units
from demo_line l
join demo_sub s on s.o = l.o and s.seller = l.seller
cross join demo_par par
where s.status <> 'cancelled' and l.placed_at >= par.d0 - interval '30 days'
group by l.i;
create temp table demo_held as
select l.variant_id, sum(l.quantity)::bigint as units
from demo_line l
join demo_sub s on s.o = l.o and s.seller = l.seller
where s.status <> 'cancelled' and s.shipped_at is null
group by l.variant_id;
analyze demo_rating;
analyze demo_sold;
analyze demo_held;

create temp table demo_opinion (rating integer primary key, titles text[], openings text[],
	ends text[]);
insert into demo_opinion values
	(5, '{"Exactly as shown",Lovely,"Worth every rupee","Ordered again","Better than the picture","My mother approves",Excellent,"Five stars"}',
	'{"Even nicer in the hand than in the picture.","Everyone at home asked where it came from.","Second time I order this and it is as good as the first.","Neatly packed and on time, two days early in fact.","I had doubts about buying this online, all gone.","Quality like this is hard to find in our bazaar."}',
	'{"Will buy again.","Thank you to the seller.","Recommended without a second thought.","The finish is perfect.","Price is fair for what you get.",""}'),
	(4, '{Good,"Good value","Happy with it","Nice, small doubts","Does its job","Nearly perfect"}',
	'{"Good quality for the price.","Looks as described and feels solid.","We use it every day and it holds up.","Delivery took a day longer, the product is fine.","A little smaller than I thought, still nice."}',
	'{"Would order from this store again.","One star less for the packing.","The colour is a shade darker than on screen.","Happy overall.",""}'),
	(3, '{Okay,"Average","So so","Fine for the price","Expected more"}',
	'{"It is alright, nothing special.","Does what it says, no more.","The product is fine but the box was torn.","Average finish, a few loose ends."}',
	'{"For the price I cannot complain.","Might try another brand next time.","Seller answered quickly.",""}'),
	(2, '{Disappointed,"Not great","Looks better in the picture"}',
	'{"Thinner than expected.","The finish is rough at the edges.","Came late and not well packed.","It looked better on the screen."}',
	'{"Keeping it, but will not order again.","Support was polite at least.",""}'),
	(1, '{"Not for me","Returned it",Poor}',
	'{"Arrived damaged.","Not what I ordered.","Stopped being useful after a week."}',
	'{"Return was easy though.","Please check before you ship.",""}');
