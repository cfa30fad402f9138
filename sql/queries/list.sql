-- Shared by all lists; see lib/db/list.h.

-- fragment: list_before
-- args: id uuid
and t.id < $1

-- fragment: list_after
-- args: id uuid
and t.id > $1

-- fragment: list_newest
-- args: none
order by t.id desc

-- fragment: list_oldest
-- args: none
order by t.id

-- fragment: list_page
-- args: rows bigint, skipped bigint
limit $1
offset $2

-- Behind the rows of a page that are found before their columns.
-- fragment: list_skip_end
-- args: none
) t

-- fragment: list_count
-- args: none
select count(*)
from (
	select

-- fragment: list_counted
-- args: most bigint
	limit $1) capped
