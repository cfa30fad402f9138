-- name: tx_begin
-- args: none
-- rows: none
begin;

-- name: tx_commit
-- args: none
-- rows: none
commit;

-- name: tx_rollback
-- args: none
-- rows: none
rollback;

-- name: tx_savepoint
-- args: none
-- rows: none
savepoint before_work;

-- name: tx_rollback_to_savepoint
-- args: none
-- rows: none
rollback to savepoint before_work;

-- name: ping
-- args: none
-- rows: one
select 1;
