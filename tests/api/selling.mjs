/*
 * selling.mjs: orders on their way, as their buyers pay them in the provider's
 * sandbox and their sellers move them.
 */
import assert from 'node:assert/strict'

import { assertStatus, customer, main, newKey, placeOrder, product, seller, until }
  from './harness.mjs'
import { runJob } from './jobs.mjs'

const steps = ['confirmed', 'packed', 'shipped', 'delivered']

/** The provider, as the sandbox plays it. */
export async function provider(method, path, body, on = main) {
  const secret = `${on.settings.RAZORPAY_KEY_ID}:${on.settings.RAZORPAY_KEY_SECRET}`
  const answer = await fetch(`${on.url}/sandbox/razorpay/v1${path}`, {
    method,
    headers: { authorization: 'Basic ' + Buffer.from(secret).toString('base64'),
      'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  return { status: answer.status, body: await answer.json() }
}

export const orderRow = async (order, on = main) =>
  (await on.sql`select * from orders where id = ${order.id ?? order}`)[0]
export const partRow = async (part, on = main) =>
  (await on.sql`select * from seller_order where id = ${part.id ?? part}`)[0]

/** Opens the payment of an order; gives what the checkout needs. */
export async function checkoutOf(buyer, order, on = main) {
  const answer = await on.api('POST', '/api/payments/initiate/',
    { token: buyer, key: newKey(), body: { order_id: order.id } })
  return assertStatus(answer, 201).checkout
}

export const payFor = (checkout, on = main) =>
  provider('POST', '/checkout/pay', { order_id: checkout.order_id, method: 'upi' }, on)

/** Pays it and waits until the money is in the books. */
export async function pay(buyer, order, on = main) {
  await payFor(await checkoutOf(buyer, order, on), on)
  await until(async () => (await on.sql`select from payment
    where order_id = ${order.id} and captured_amount > 0`).length, { what: 'the capture' })
}

/**
 * An order of lines [[thing, quantity]], each thing of its own seller unless
 * made otherwise; paid unless told not to be. Its parts are in the order of
 * the things' sellers.
 */
export async function sold({ lines, method = 'razorpay', paid = method === 'razorpay', buyer,
  ...more } = {}, on = main) {
  const things = lines ?? [[await product({}, on), 2]]
  const who = buyer ?? await customer({}, on)
  const order = await placeOrder(who, things, { payment_method: method, ...more }, on)
  if (paid) await pay(who, order, on)
  const sellers = [...new Map(things.map(([t]) => [t.seller.sellerId, t.seller])).values()]
  const parts = sellers.map(s => ({
    ...order.seller_orders.find(p => p.seller.id === s.sellerId), owner: s }))
  return { buyer: who, order, things: things.map(([t]) => t), parts, part: parts[0],
    owner: sellers[0] }
}

export const step = (owner, part, status, { key = newKey(), on = main, ...more } = {}) =>
  on.api('POST', '/api/sellers/orders/update-status/',
    { token: owner, key, body: { id: part.id, status, ...more } })

/** Moves a part from where it is, step by step. */
export async function moveTo(part, status, on = main) {
  assert(steps.includes(status))
  const now = (await partRow(part, on)).status
  for (const to of steps.slice(steps.indexOf(now) + 1, steps.indexOf(status) + 1))
    assertStatus(await step(part.owner, part, to, { on }), 200)
}

/** As if the return window of these parts were over, and the job had run. */
export async function ripen(parts, on = main) {
  for (const part of parts) {
    await on.sql`update seller_order set delivered_at = delivered_at - interval '8 days'
      where id = ${part.id}`
    await on.sql`update earning set matures_at = matures_at - interval '8 days'
      where seller_order_id = ${part.id}`
  }
  const job = await runJob(on, 'mature')
  assert.equal(job.status, 0, job.text)
}

/** The check character of the first 14 of a GSTIN: its own arithmetic, not the program's. */
export function gstinOf(state, number) {
  const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
  const head = `${state}${number}1Z`
  const sum = [...head].reduce((all, c, i) => {
    const v = letters.indexOf(c) * (i % 2 ? 2 : 1)
    return all + Math.floor(v / 36) + v % 36
  }, 0)
  return head + letters[(36 - sum % 36) % 36]
}
/** A seller with two products, say, that share it. */
export const shelf = async (count, options = {}, on = main) => {
  const owner = await seller({}, on)
  const things = []
  for (let i = 0; i < count; i++) things.push(await product({ seller: owner, ...options }, on))
  return { owner, things }
}
