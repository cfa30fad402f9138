-- Parked events are found by what they wait for.
set local lock_timeout = '2s';

-- The provider's order, or the payment of a refund.
alter table webhook_event add column about text;
create index webhook_event_parked on webhook_event (about) where state = 'parked';
