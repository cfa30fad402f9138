-- A repeated registration opens no session once the password was changed.
set local lock_timeout = '2s';

alter table account add column password_changed_at timestamptz;
