/*
 * I04: the time to pay is over in the second in which the money comes. The job
 * that expires orders, the provider's events and another buyer of the last unit
 * meet on two hundred orders.
 */
import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import { test } from 'node:test'

import { assertStatus, countBy, createOrder, customer, fillCart, newKey, orderInput, product,
  seller, startInstance, stockOf, until } from './harness.mjs'
import { runJob, startJob } from './jobs.mjs'
import { sandboxOf } from './sandbox.mjs'

const shop = await startInstance({ HAAT_DEMO: '1' })
const { api, sql } = shop
const box = sandboxOf(shop)
const ORDERS = 200, AT_ONCE = 10

const sign = raw => crypto.createHmac('sha256', shop.settings.RAZORPAY_WEBHOOK_SECRET)
  .update(raw).digest('hex')

/** fn(0) … fn(n-1), a few at a time, in this order. */
async function inTurn(list, atOnce, fn) {
  const left = list.entries()
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (const [i, one] of left) await fn(one, i)
  }))
}

/** An order for the last unit, paid at the provider, of which we have not heard yet. */
async function paidUnheard(owner, i) {
  const thing = await product({ seller: owner, stock: 1, price: 50000 + i }, shop)
  const buyer = await customer({}, shop)
  await fillCart(buyer, [[thing.variantId, 1]], shop)
  const order = assertStatus(await createOrder(buyer, { payment_method: 'razorpay' }, newKey(),
    shop), 201)
  const { checkout } = assertStatus(await api('POST', '/api/payments/initiate/',
    { token: buyer, key: newKey(), body: { order_id: order.id } }), 201)
  const { razorpay_payment_id: provided } = await box.pay(checkout)
  const { body: entity } = await box.call('GET', `/payments/${provided}`)
  return { thing, buyer, order, provided, entity }
}

/** The provider's word, under an id of its own each time. */
async function captured({ entity }) {
  const raw = JSON.stringify({ entity: 'event', account_id: 'acc_test', event: 'payment.captured',
    contains: ['payment'], payload: { payment: { entity } }, created_at: 1700000000 })
  assertStatus(await api('POST', '/api/payments/webhook/', { raw,
    headers: { 'x-razorpay-signature': sign(raw), 'x-razorpay-event-id': newKey() } }), 200)
}

/** Tries to buy what an order held, until that order is paid or the unit is theirs. */
async function rivals(all) {
  const waiting = new Map(all.map(one => [one.order.id, one]))
  const end = Date.now() + 120000
  while (waiting.size > 0) {
    assert(Date.now() < end, `${waiting.size} orders are neither paid nor cancelled`)
    await inTurn([...waiting.values()], 4, async one => {
      const answer = await api('POST', '/api/orders/create/',
        { token: one.rival, key: newKey(), body: orderInput() })
      if (answer.status === 201) {
        one.lost = true
        waiting.delete(one.order.id)
      } else {
        assert.equal(answer.body.code, 'insufficient_stock', answer.text)
      }
    })
    for (const { id } of await sql`select id from orders where status = 'confirmed'
      and id = any(${[...waiting.keys(), all[0].order.id]}::uuid[])`) waiting.delete(id)
  }
}

/** What became of an order, in every book. */
const outcome = async ({ order, buyer }) => (await sql`
  select o.status, o.payment_status,
    (select array_agg(r.state) from reservation r where r.order_id = o.id) as reservations,
    (select json_object_agg(kind, n) from (select j.kind, count(*) as n from journal j
      where j.order_id = o.id group by 1) k) as journals,
    (select json_agg(json_build_object('status', f.status, 'amount', f.amount,
      'source', f.source, 'id', f.provider_refund_id)) from refund f where f.order_id = o.id)
      as refunds,
    (select json_object_agg(type, n) from (select type, count(*) as n from notification
      where account_id = ${buyer.id} group by 1) t) as told
  from orders o where o.id = ${order.id}`)[0]

async function checkPaid(one, seen) {
  assert.deepEqual([seen.status, seen.payment_status], ['confirmed', 'paid'])
  assert.deepEqual(seen.reservations, ['held'])
  assert.deepEqual(seen.journals, { capture: 1 })
  assert.equal(seen.refunds, null)
  const { order_expired: expired = 0, ...told } = seen.told
  assert.deepEqual(told, { order_placed: 1, order_paid: 1 })
  assert(expired <= 1)
  assert.deepEqual(await stockOf(one.thing.variantId, shop), { on_hand: 1, reserved: 1 })
  assert(!one.lost, 'the unit was sold twice')
}

async function checkCancelled(one, seen) {
  assert.deepEqual([seen.status, seen.payment_status], ['cancelled', 'refunded'])
  assert.deepEqual(seen.reservations, ['released'])
  assert.deepEqual(seen.journals, { stray_capture: 1, refund: 1 })
  assert.equal(seen.refunds.length, 1)
  const [{ id, ...refund }] = seen.refunds
  assert.deepEqual(refund, { status: 'processed', amount: one.order.total, source: 'system' })
  assert.deepEqual(seen.told, { order_placed: 1, order_expired: 1, order_refunded: 1 })
  const { body } = await box.call('GET', `/payments/${one.provided}/refunds`)
  assert.deepEqual(body.items.map(r => [r.id, r.amount]), [[id, one.order.total]])
  assert(one.lost, 'nobody had taken the unit')
}

test('I04 B10 expiry and capture in the same second, two hundred times', async t => {
  const owner = await seller({}, shop)
  const all = []
  await box.hold(true)
  await inTurn(Array.from({ length: ORDERS }), AT_ONCE, async (_, i) => {
    all[i] = await paidUnheard(owner, i)
  })
  const contested = all.filter((_, i) => i % 2)
  await inTurn(contested, AT_ONCE, async one => {
    one.rival = await customer({}, shop)
    await fillCart(one.rival, [[one.thing.variantId, 1]], shop)
  })
  // One second for all, and in it the order in which the job takes them.
  const ids = all.map(one => one.order.id)
  await sql`update orders o set expires_at = date_trunc('second', now()) - interval '1 second'
      + v.n * interval '1 microsecond'
    from unnest(${ids}::uuid[]) with ordinality v (id, n) where o.id = v.id`
  const job = await startJob(shop, 'expire')
  await until(async () => (await sql`select from job_run where job = 'expire'`).length > 0,
    { what: 'the job to begin' })
  // The news goes along with the job, comes towards it, and is repeated by both.
  const [run] = await Promise.all([
    job.ended,
    inTurn(all, 2, captured),
    inTurn([...all].reverse(), 2, captured),
    rivals(contested),
  ])
  assert.equal(run.status, 0, run.text)

  // Then the events themselves come, late; and the money that is nobody's goes back.
  await box.release()
  await until(async () => (await box.webhooks()).waiting === 0,
    { seconds: 120, what: 'the events to be sent' })
  await sql`update refund set updated_at = now() - interval '2 minutes'
    where status = 'processing'`
  for (let i = 0; i < 5; i++) assert.equal((await runJob(shop, 'complete')).status, 0)
  assert.deepEqual(await sql`select from webhook_event where state not in ('applied', 'ignored')`,
    [])

  const outcomes = []
  for (const one of all) {
    const seen = await outcome(one)
    assert(['confirmed', 'cancelled'].includes(seen.status), JSON.stringify(seen))
    await (seen.status === 'confirmed' ? checkPaid : checkCancelled)(one, seen)
    outcomes.push(seen.status === 'cancelled' ? 'refunded' :
      seen.told.order_expired ? 'expired and revived' : 'paid in time')
  }
  assert.equal(outcomes.length, ORDERS)
  t.diagnostic(`I04 ${JSON.stringify(countBy(outcomes, o => o))}`)
  await shop.checkInvariants()
})
