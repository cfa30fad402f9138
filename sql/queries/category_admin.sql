-- What administrators do to the tree of categories.

-- One change of the tree after the other: two that are each without a cycle could
-- close one together.
-- name: category_turn
-- args: none
-- rows: one
select pg_advisory_xact_lock(hashtextextended('category', 0));

-- Nobody puts a product or a child into it meanwhile.
-- name: category_hold
-- args: id uuid
-- rows: maybe
select name, slug, parent_id, position
from category
where id = $1
for update;

-- Whether there is such a parent, whether the category stands above it, and how
-- many levels the tree would have there with all that is below the category.
-- name: category_fit
-- args: id uuid, parent_id uuid
-- rows: one
with recursive above as (
	select id, parent_id, 1 as level
	from category
	where id = $2::uuid
	union all
	select c.id, c.parent_id, a.level + 1
	from above a
	join category c on c.id = a.parent_id
), below as (
	select $1::uuid as id, 1 as level
	union all
	select c.id, b.level + 1
	from below b
	join category c on c.parent_id = b.id
)
select exists (select from above),
	exists (select from above where id = $1::uuid),
	(select max(level) from above) + (select max(level) from below);

-- name: category_slug_taken
-- args: slug text
-- rows: one
select exists (select from category where slug = $1);

-- Behind its siblings, where no position is given.
-- name: category_add
-- args: id uuid, parent_id uuid, name text, slug text, position integer
-- rows: one
insert into category (id, parent_id, name, slug, position)
values ($1, $2, $3, $4, coalesce($5, (
	select coalesce(max(position) + 1, 0)
	from category
	where parent_id is not distinct from $2)))
returning position;

-- name: category_change
-- args: id uuid, parent_id uuid, name text, position integer
-- rows: none
update category
set parent_id = $2, name = $3, position = $4, updated_at = now()
where id = $1;

-- What keeps a category: its children, its products of every state, those that wait
-- to be moved into it, and what was ever sold in it.
-- name: category_uses
-- args: id uuid
-- rows: one
select exists (select from category where parent_id = $1),
	exists (select from product where category_id = $1)
	or exists (
		select from product
		where pending_since is not null
		and (pending_changes ->> 'category_id')::uuid = $1),
	exists (select from order_item where category_id = $1);

-- Its rate in force, which goes with it.
-- name: category_rate
-- args: id uuid
-- rows: maybe
select rate_bps
from commission_rate
where scope = 'category'
and category_id = $1
and effective_from <= clock_timestamp()
order by effective_from desc, id desc
limit 1;

-- name: category_rates_drop
-- args: id uuid
-- rows: none
delete from commission_rate
where category_id = $1;

-- name: category_drop
-- args: id uuid
-- rows: none
delete from category
where id = $1;
