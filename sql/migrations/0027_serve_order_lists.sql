-- What administrators narrow long lists of orders by, and count of products.
set local lock_timeout = '2s';

-- Days, newest first, in pages.
drop index orders_by_placed;
create index orders_by_placed on orders (placed_at, id) include (account_id);
-- Where it stands and how it is paid, together: each alone says little of the other.
create index orders_by_status_payment on orders (status, payment_status, id desc);
-- A piece of a number.
create index orders_like_number on orders using gin (number gin_trgm_ops);

-- Refunds of a seller that are done.
create index earning_of_refund on earning (seller_id, refund_id) where refund_id is not null;

-- Few are not on sale: those that are need not be looked at.
create index variant_inactive on variant (id) where not is_active;
