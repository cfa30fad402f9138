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

-- name: ping
-- args: none
-- rows: one
select 1;
