-- Administrators look for the largest orders, and the smallest.

set local lock_timeout = '2s';

create index orders_by_total on orders (total, id);
