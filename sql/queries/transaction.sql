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

-- name: statement_limit
-- args: limit text
-- rows: one
select set_config('statement_timeout', $1, false);

-- Heard by all programs, each over its own connection.
-- name: change_listen
-- args: none
-- rows: none
listen change;

-- name: change_notify
-- args: none
-- rows: none
notify change;

-- Rows of one moment in pieces, in front of any statement; see lib/db/db.h.
-- fragment: cursor_declare
-- args: none
declare piece no scroll cursor for

-- fragment: cursor_fetch
-- args: none
fetch 500 from piece
