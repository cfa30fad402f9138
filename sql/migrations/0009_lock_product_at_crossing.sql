-- Two variants of a product that sell out at once: the second to write waits
-- for the first, but its statement still saw the first one's stock. Locking the
-- product in a statement before lets the sum be taken of what is committed.
set local lock_timeout = '2s';

create or replace function stock_crossed_zero() returns trigger language plpgsql as $$
declare
	crossed uuid := (select product_id from variant where id = new.variant_id);
begin
	perform from product where id = crossed for no key update;
	update product p
	set in_stock = exists (
		select from variant v join stock s on s.variant_id = v.id
		where v.product_id = p.id and v.is_active and s.on_hand > s.reserved)
	where p.id = crossed;
	return null;
end $$;
