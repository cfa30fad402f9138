-- What waits, each counted up to so many.
-- name: queues_count
-- args: most bigint
-- rows: one
select
	(select count(*) from (select from seller
		where status = 'pending' or pending_changes is not null limit $1) n),
	(select count(*) from (select from product where pending_since is not null limit $1) n),
	(select count(*) from (select from refund where status = 'requested' limit $1) n),
	(select count(*) from (select from settlement where status = 'requested' limit $1) n),
	(select count(*) from (select from outbox where dead_at is not null limit $1) n),
	(select count(*) from (select from payment where needs_review limit $1) n)
	+ (select count(*) from (select from payment_mismatch where resolved_at is null limit $1) n);
