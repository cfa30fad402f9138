-- fragment: review_columns
-- args: none
select t.id, t.product_id, t.rating, t.title, t.body, t.author_name, t.is_verified_purchase,
	t.status, t.reply_body, (extract(epoch from t.reply_at) * 1000000)::bigint,
	(extract(epoch from t.created_at) * 1000000)::bigint

-- fragment: reviews
-- args: none
from review t
where true

-- fragment: review_with_id
-- args: id uuid
and t.id = $1

-- fragment: reviews_of_product
-- args: product_id uuid
and t.product_id = $1

-- fragment: review_with_status
-- args: status text
and t.status = $1

-- The index of what is shown serves only a condition that it can be seen in.
-- fragment: review_is_published
-- args: none
and t.status = 'published'

-- fragment: review_with_rating
-- args: rating integer
and t.rating = $1

-- fragment: review_order_rating
-- args: none
order by t.rating, t.id

-- fragment: review_order_rating_back
-- args: none
order by t.rating desc, t.id desc

-- fragment: review_after_rating
-- args: rating integer, id uuid
and (t.rating, t.id) > ((select $1::integer), (select $2::uuid))

-- fragment: review_before_rating
-- args: rating integer, id uuid
and (t.rating, t.id) < ((select $1::integer), (select $2::uuid))

-- name: review_media_of
-- args: review_ids uuid[]
-- rows: many
select review_id, id, url, thumbnail_url, alt, position
from review_media
where review_id = any((select $1::uuid[])::uuid[])
order by review_id, position, id;

-- name: review_product_listed
-- args: product_id uuid
-- rows: one
select exists (select from product where id = $1 and is_listed);

-- What a review of it needs to know; received: a line of the account's was
-- delivered.
-- name: review_subject
-- args: product_id uuid, account_id uuid
-- rows: maybe
select p.name, s.account_id, p.is_listed,
	exists (
		select
		from orders o
		join seller_order so on so.order_id = o.id
		join order_item i on i.seller_order_id = so.id
		where o.account_id = $2
		and so.status = 'delivered'
		and i.product_id = p.id)
from product p
join seller s on s.id = p.seller_id
where p.id = $1;

-- A person is named by the first name and a letter, a business in full.
-- name: review_add
-- args: id uuid, product_id uuid, account_id uuid, rating integer, title text, body text
-- rows: none
insert into review (id, product_id, account_id, rating, title, body, author_name)
select $1, $2, a.id, $4, $5, $6,
	case when a.account_type = 'business' then a.company_name
		else w.words[1] || case when cardinality(w.words) > 1
			then ' ' || left(w.words[cardinality(w.words)], 1) || '.' else '' end end
from account a
cross join lateral (
	select regexp_split_to_array(btrim(a.full_name), '\s+') as words) w
where a.id = $3;

-- Sum and count of what is published move with each review.
-- name: review_rate_product
-- args: product_id uuid, rating bigint, reviews bigint
-- rows: none
update product
set rating_sum = rating_sum + $2, rating_count = rating_count + $3
where id = $1;

-- name: review_of_seller
-- args: id uuid, seller_id uuid
-- rows: maybe
select r.reply_at is not null
from review r
join product p on p.id = r.product_id
where r.id = $1
and p.seller_id = $2
and r.status = 'published'
for no key update of r;

-- name: review_reply
-- args: id uuid, body text
-- rows: none
update review
set reply_body = $2, reply_at = now()
where id = $1;

-- name: review_to_move
-- args: id uuid
-- rows: maybe
select product_id, rating, status
from review
where id = $1
for no key update;

-- name: review_move
-- args: id uuid, status text
-- rows: none
update review
set status = $2
where id = $1;
