/* received.mjs: buyers who have what they ordered. */
import { customer, main, placeOrder } from './harness.mjs'

/** Brings a placed order to its end, step by step, as its sellers would. */
export async function deliver(order, on = main) {
  await on.sql`do $$
declare
  the_order uuid := ${order.id};
  began timestamptz := clock_timestamp();
begin
  insert into order_event (id, order_id, seller_order_id, from_status, status, at, actor_role)
  select gen_random_uuid(), the_order, so.id, step.of, step.status,
    began + step.n * interval '1 microsecond', 'seller'
  from seller_order so
  cross join (values (1, 'pending', 'confirmed'), (2, 'confirmed', 'packed'),
    (3, 'packed', 'shipped'), (4, 'shipped', 'delivered')) step (n, of, status)
  where so.order_id = the_order;
  insert into order_event (id, order_id, from_status, status, at)
  select gen_random_uuid(), the_order, step.of, step.status,
    began + step.n * interval '1 microsecond'
  from (values (2, 'confirmed', 'processing'), (3, 'processing', 'shipped'),
    (4, 'shipped', 'delivered')) step (n, of, status);
  update stock s
  set on_hand = s.on_hand - r.quantity, reserved = s.reserved - r.quantity
  from (select variant_id, sum(quantity) as quantity from reservation
    where order_id = the_order and state = 'held' group by variant_id) r
  where s.variant_id = r.variant_id;
  update reservation set state = 'consumed', closed_at = now()
  where order_id = the_order and state = 'held';
  update seller_order set status = 'delivered', shipped_at = now(), delivered_at = now()
  where order_id = the_order;
  update orders set status = 'delivered' where id = the_order;
end $$`
}

/** Somebody who has these things at home. */
export async function receiver(things, who = {}, on = main) {
  const buyer = await customer(who, on)
  const order = await placeOrder(buyer, things.map(thing => [thing, 1]), {}, on)
  await deliver(order, on)
  return { ...buyer, order }
}
