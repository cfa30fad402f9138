/* received.mjs: buyers who have what they ordered. */
import assert from 'node:assert/strict'

import { customer, main, newKey, placeOrder } from './harness.mjs'

export const steps = ['confirmed', 'packed', 'shipped', 'delivered']

/** One step of a sub-order, by its seller. */
export async function step(owner, part, status, on = main) {
  const answer = await on.api('POST', '/api/sellers/orders/update-status/', {
    token: owner, key: newKey(), body: { id: part.id, status },
  })
  assert.equal(answer.body?.status, status, answer.text)
}

/** Brings those parts of an order to their end that the sellers of these things ship. */
export async function deliver(order, things, on = main) {
  for (const part of order.seller_orders) {
    const thing = things.find(t => t.seller.sellerId === part.seller.id)
    if (thing) for (const status of steps) await step(thing.seller, part, status, on)
  }
}

/** Somebody who has these things at home. */
export async function receiver(things, who = {}, on = main) {
  const buyer = await customer(who, on)
  const order = await placeOrder(buyer, things.map(thing => [thing, 1]), {}, on)
  await deliver(order, things, on)
  return { ...buyer, order }
}
