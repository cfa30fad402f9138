-- Administrators sort all reviews by their stars, and all refunds by their amounts.

set local lock_timeout = '2s';

create index review_by_stars on review (rating, id);
create index refund_by_amount on refund (amount, id);
