-- Ranking a common word's matches costs seconds, so relevance ranks the
-- newest 500 matches, after these the next 500, and so on: a window.

-- fragment: window_begin
-- args: none
with found as materialized (
select id, name, slug, brand, category_id, seller_id, price, compare_at_price, currency,
	rating_tenths, rating_count, in_stock, image, created_at, popularity, tsv
from product
where is_listed

-- The same of products made since a step of time, by the index of words alone
-- ("offset 0": not in the order of ids).
-- fragment: window_begin_near
-- args: none
with found as materialized (
select id, name, slug, brand, category_id, seller_id, price, compare_at_price, currency,
	rating_tenths, rating_count, in_stock, image, created_at, popularity, tsv
from (
select id, name, slug, brand, category_id, seller_id, price, compare_at_price, currency,
	rating_tenths, rating_count, in_stock, image, created_at, popularity, tsv
from product
where is_listed

-- fragment: window_near
-- args: from_era integer
and product_era(id) >= $1
offset 0) as near
where true

-- Between two neighbours of these stand equally many products; and how many there are.
-- name: search_bounds
-- args: none
-- rows: many
select id, greatest((select reltuples from pg_class where oid = 'product'::regclass), 0)::bigint
from (
	select unnest(histogram_bounds::text::uuid[]) as id
	from pg_stats
	where schemaname = 'public'
	and tablename = 'product'
	and attname = 'id') as bounds
order by id;

-- fragment: window_until
-- args: top uuid
and id <= $1

-- fragment: window_above
-- args: top uuid
and id > $1

-- fragment: window_end
-- args: terms text
limit 500
), span as (
select (select count(*) from found) as matches,
	(select id from found order by id desc limit 1) as top,
	(select id from found order by id limit 1) as low
), ranked as (
select id, name, slug, brand, category_id, seller_id, price, compare_at_price, currency,
	rating_tenths, rating_count, in_stock, image,
	(extract(epoch from created_at) * 1000000)::bigint as created_us, popularity,
	round(ts_rank(tsv, to_tsquery('english', $1)) * 1000000)::bigint as rank
from found
), page as (
select id, name, slug, brand, category_id, seller_id, price, compare_at_price, currency,
	rating_tenths, rating_count, in_stock, image, created_us, popularity, rank
from ranked
where true

-- One row at least, so that the window is known where its page is empty.
-- fragment: window_page
-- args: none
)
select matches, top, low, id, name, slug, brand, category_id, seller_id, price,
	compare_at_price, currency, rating_tenths, rating_count, in_stock, image, created_us,
	popularity, rank
from span
left join page on true

-- fragment: order_rank
-- args: none
order by rank desc, id desc

-- fragment: order_rank_back
-- args: none
order by rank, id

-- fragment: after_rank
-- args: rank bigint, id uuid
and (rank, id) < ($1, $2)

-- fragment: before_rank
-- args: rank bigint, id uuid
and (rank, id) > ($1, $2)

-- fragment: window_starts
-- args: none
select id
from product
where is_listed

-- The words of a query as the names' words are kept.
-- name: search_lexemes
-- args: q text
-- rows: many
select lexeme, numnode(plainto_tsquery('english', lexeme)) = 0
from unnest(to_tsvector('simple', $1))
order by positions[1]
limit 8;

-- fragment: any_product
-- args: none
select 1
from product
where is_listed

-- fragment: any_product_end
-- args: none
limit 1

-- name: search_words_among
-- args: candidates text[]
-- rows: many
select word
from search_word
where word = any($1::text[])
order by uses desc, word
limit 8;

-- Words that begin so, the most used ones among the first few hundred.
-- name: search_words_beginning
-- args: from text, to text
-- rows: many
select word
from (
	select word, uses
	from search_word
	where word ~>=~ $1
	and word ~<~ $2
	order by word using ~<~
	limit 300
) as w
order by uses desc, length(word), word
limit 8;

-- name: search_words_like
-- args: word text
-- rows: many
select word
from search_word
where word % $1
order by similarity(word, $1) desc, uses desc, word
limit 4;

-- fragment: suggest_begin
-- args: none
with found as materialized (
select id, name, popularity
from product
where is_listed

-- fragment: suggest_end
-- args: none
order by id desc
limit 200)
select name, id
from found
order by popularity desc, id desc
limit 5
