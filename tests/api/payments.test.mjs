/*
 * Payments on an instance with the provider's sandbox: group B of the
 * catalogue, cancelling, refunds, and the jobs that keep them true.
 */
import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import { test } from 'node:test'

import { addToCart, admin, assertInvalid, assertProblem, assertStatus, countBy, customer, keysOf,
  newKey, orderInput, placeOrder, product, startInstance, stockOf, until } from './harness.mjs'
import { runJob } from './jobs.mjs'
import { parcels } from './money.mjs'

// Some of its events are signed here, of payments that the sandbox never saw.
const shop = await startInstance({ HAAT_DEMO: '1' }, { books: false })
const { api, sql } = shop

const paymentKeys = ['amount', 'captured_at', 'created_at', 'currency', 'failure_reason', 'id',
  'method', 'order_id', 'provider', 'provider_order_id', 'provider_payment_id',
  'refunded_amount', 'status']
const refundKeys = ['amount', 'created_at', 'currency', 'id', 'items', 'order_id', 'order_number',
  'payment_id',
  'processed_at', 'reason', 'requested_by', 'seller_order_id', 'status']

// ---- the provider --------------------------------------------------------------

const basic = () => 'Basic ' + Buffer.from(
  `${shop.settings.RAZORPAY_KEY_ID}:${shop.settings.RAZORPAY_KEY_SECRET}`).toString('base64')

async function provider(method, path, body) {
  const answer = await fetch(`${shop.url}/sandbox/razorpay/v1${path}`, {
    method,
    headers: { authorization: basic(), 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  return { status: answer.status, body: await answer.json() }
}

/** The buyer pays, or fails to; what the checkout hands back. */
const pay = (checkout, outcome = 'captured') =>
  provider('POST', '/checkout/pay', { order_id: checkout.order_id, method: 'upi', outcome })

/** Webhooks wait until they are released. */
const hold = on => provider('POST', '/faults', { webhooks: { hold: on } })

// ---- events of our own making ----------------------------------------------------

const sign = (raw, secret = shop.settings.RAZORPAY_WEBHOOK_SECRET) =>
  crypto.createHmac('sha256', secret).update(raw).digest('hex')

const newId = prefix => prefix + crypto.randomBytes(7).toString('hex')

function event(type, entity, { id = newId('evt_') } = {}) {
  const kind = type.split('.')[0] === 'refund' ? 'refund' : 'payment'
  const raw = JSON.stringify({ entity: 'event', account_id: 'acc_test', event: type,
    contains: [kind], payload: { [kind]: { entity } }, created_at: 1700000000 })
  return { raw, id }
}

const send = ({ raw, id }, more = {}) => api('POST', '/api/payments/webhook/', {
  raw, headers: { 'x-razorpay-signature': sign(raw), 'x-razorpay-event-id': id, ...more } })

const paymentEntity = (checkout, more = {}) => ({ id: newId('pay_'), entity: 'payment',
  amount: checkout.amount, currency: 'INR', status: 'captured', order_id: checkout.order_id,
  method: 'upi', captured: true, notes: [], error_description: null, ...more })

// ---- buyers -----------------------------------------------------------------------

async function ordered({ stock = 10, quantity = 1, price = 25000, method = 'razorpay' } = {}) {
  const thing = await product({ stock, price }, shop)
  const buyer = await customer({}, shop)
  const order = await placeOrder(buyer, [[thing, quantity]], { payment_method: method }, shop)
  return { thing, buyer, order }
}

const initiate = (buyer, order, key = newKey()) =>
  api('POST', '/api/payments/initiate/', { token: buyer, key, body: { order_id: order.id } })

async function initiated(options) {
  const all = await ordered(options)
  const answer = await initiate(all.buyer, all.order)
  return { ...all, ...assertStatus(answer, 201) }
}

const stateOf = async order =>
  (await sql`select status, payment_status from orders where id = ${order.id}`)[0]
const journals = async order => (await sql`
  select j.kind, p.account, p.amount from journal j join posting p on p.journal_id = j.id
  where j.order_id = ${order.id} order by j.created_at, j.kind, p.line`)
const clearing = async order => (await journals(order))
  .filter(p => p.account === 'gateway_clearing').map(p => Number(p.amount))

async function paid(options) {
  const all = await initiated(options)
  const handed = await pay(all.checkout)
  await until(async () => (await stateOf(all.order)).status === 'confirmed',
    { what: 'the order to be confirmed' })
  return { ...all, handed: handed.body }
}

const cancel = (buyer, order, key = newKey()) => api('POST', '/api/orders/cancel/',
  { token: buyer, key, body: { order_id: order.id, reason: 'Changed my mind' } })

// ---- initiate -------------------------------------------------------------------------

test('initiate/ opens a payment with the provider, in the shape of the contract', async () => {
  const { order, payment, checkout } = await initiated()
  assert.deepEqual(keysOf(payment), paymentKeys)
  assert.deepEqual(keysOf(checkout), ['amount', 'currency', 'key_id', 'name', 'order_id'])
  assert.equal(payment.status, 'created')
  assert.equal(payment.amount, order.total)
  assert.equal(checkout.amount, order.total)
  const there = await provider('GET', `/orders/${checkout.order_id}`)
  assert.equal(there.body.amount, order.total)
  assert.match(there.body.receipt, /^pa_/)
})

test('B13 initiate: the same key, another key and ten at once give the same payment', async () => {
  const { buyer, order } = await ordered()
  const key = newKey()
  const first = assertStatus(await initiate(buyer, order, key), 201)
  const again = await initiate(buyer, order, key)
  assert.equal(again.headers['idempotent-replayed'], 'true')
  assert.deepEqual(again.body, first)
  const other = assertStatus(await initiate(buyer, order), 201)
  assert.equal(other.payment.id, first.payment.id)
  assert.equal(other.checkout.order_id, first.checkout.order_id)
  const { buyer: b, order: o } = await ordered()
  const many = await Promise.all(Array.from({ length: 10 }, () => initiate(b, o)))
  const names = new Set(many.filter(a => a.status === 201).map(a => a.body.checkout.order_id))
  assert.equal(names.size, 1, JSON.stringify(countBy(many, a => a.status)))
  const rows = await sql`select id from payment where order_id = ${o.id}`
  assert.equal(rows.length, 1)
})

test('B13 initiate on a paid, cancelled or cod order is 409, on another\'s 404', async () => {
  const { buyer, order } = await paid()
  assertProblem(await initiate(buyer, order), 409, 'invalid_state')
  const cod = await ordered({ method: 'cod' })
  assertProblem(await initiate(cod.buyer, cod.order), 409, 'invalid_state')
  const open = await ordered()
  assertProblem(await initiate(buyer, open.order), 404, 'not_found')
  assertStatus(await cancel(open.buyer, open.order), 200)
  assertProblem(await initiate(open.buyer, open.order), 409, 'invalid_state')
})

test('B12 the provider fails in its ways: 502, and the same key goes on', async () => {
  for (const fault of ['500', '400', '401', 'junk']) {
    const { buyer, order } = await ordered()
    const key = newKey()
    await provider('POST', '/faults', { next: [{ match: 'POST /v1/orders', fault, times: 1 }] })
    assertProblem(await initiate(buyer, order, key), 502, 'payment_provider_error', fault)
    const again = assertStatus(await initiate(buyer, order, key), 201)
    assert.match(again.checkout.order_id, /^order_/)
    const rows = await sql`select id from payment where order_id = ${order.id}`
    assert.equal(rows.length, 1)
  }
})

// ---- paying -----------------------------------------------------------------------------

test('B01 a captured payment confirms the order, once, with one journal', async () => {
  const { buyer, order, thing } = await paid({ quantity: 2 })
  const state = await stateOf(order)
  assert.deepEqual(state, { status: 'confirmed', payment_status: 'paid' })
  assert.deepEqual(await clearing(order), [order.total])
  assert.equal((await stockOf(thing.variantId, shop)).reserved, 2)
  const payment = assertStatus(await api('GET', '/api/payments/status/',
    { token: buyer, query: { order_id: order.id } }), 200)
  assert.equal(payment.status, 'captured')
  assert.equal(payment.method, 'upi')
  const list = assertStatus(await api('GET', '/api/payments/history/', { token: buyer }), 200)
  assert.deepEqual(list.results, [payment])
  const told = await sql`select type from notification where account_id = ${buyer.id}
    order by created_at`
  assert.deepEqual(countBy(told, n => n.type), { order_placed: 1, order_paid: 1 })
})

test('verify/ accepts what the checkout hands back, and refuses another signature', async () => {
  await hold(true)
  const { buyer, order, checkout } = await initiated()
  const handed = (await pay(checkout)).body
  const verify = (body, token = buyer) =>
    api('POST', '/api/payments/verify/', { token, key: newKey(), body })
  assertProblem(await verify({ ...handed, razorpay_signature: '0'.repeat(64) }), 400,
    'invalid_signature')
  assertProblem(await verify({ ...handed, razorpay_payment_id: 'pay_other' }), 400,
    'invalid_signature')
  assertProblem(await verify(handed, await customer({}, shop)), 404, 'not_found')
  assert.equal((await stateOf(order)).status, 'pending_payment')
  const payment = assertStatus(await verify(handed), 200)
  assert.equal(payment.status, 'captured')
  assert.equal((await stateOf(order)).status, 'confirmed')
  await provider('POST', '/webhooks/release')
  await hold(false)
  assert.deepEqual(await clearing(order), [order.total])
})

test('status/ and history/ show own payments only', async () => {
  const { buyer, payment } = await initiated()
  const other = await customer({}, shop)
  const ask = (token, query) => api('GET', '/api/payments/status/', { token, query })
  assert.deepEqual(assertStatus(await ask(buyer, { id: payment.id }), 200), payment)
  assertProblem(await ask(other, { id: payment.id }), 404, 'not_found')
  assertProblem(await ask(other, { order_id: payment.order_id }), 404, 'not_found')
  assertInvalid(await ask(buyer, {}), 'id')
  const none = assertStatus(await api('GET', '/api/payments/history/', { token: other }), 200)
  assert.equal(none.count, 0)
})

// ---- webhooks -----------------------------------------------------------------------------

test('B02 a wrong signature of any kind is 400 and changes nothing', async () => {
  const { order, checkout } = await initiated()
  const e = event('payment.captured', paymentEntity(checkout))
  const good = sign(e.raw)
  const flipped = (good[0] === '0' ? '1' : '0') + good.slice(1)
  const post = signature => api('POST', '/api/payments/webhook/', { raw: e.raw,
    headers: { 'x-razorpay-event-id': e.id,
      ...(signature === undefined ? {} : { 'x-razorpay-signature': signature }) } })
  for (const bad of [undefined, '', good.toUpperCase(), good.slice(0, 63), flipped,
    sign(JSON.stringify(JSON.parse(e.raw), null, 1)), `x${good}`])
    assertProblem(await post(bad), 400, 'invalid_signature')
  assert.equal((await stateOf(order)).status, 'pending_payment')
  assert.deepEqual(await sql`select id from webhook_event where id = ${e.id}`, [])
})

test('B04 B05 one event twenty times at once, and under another id, is applied once', async () => {
  const { buyer, order, checkout } = await initiated()
  const e = event('payment.captured', paymentEntity(checkout))
  const answers = await Promise.all(Array.from({ length: 20 }, () => send(e)))
  for (const answer of answers) assert.deepEqual(assertStatus(answer, 200), { status: 'ok' })
  assertStatus(await send({ raw: e.raw, id: newId('evt_') }), 200)
  await until(async () => (await stateOf(order)).status === 'confirmed')
  assert.deepEqual(await clearing(order), [order.total])
  const told = await sql`select id from notification
    where account_id = ${buyer.id} and type = 'order_paid'`
  assert.equal(told.length, 1)
})

test('B06 the three events of a payment in all six orders end the same', async () => {
  const kinds = ['payment.authorized', 'payment.captured', 'order.paid']
  const orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
  for (const order of orders) {
    const all = await initiated()
    const entity = paymentEntity(all.checkout)
    for (const i of order) assertStatus(await send(event(kinds[i], entity)), 200)
    assert.deepEqual(await stateOf(all.order), { status: 'confirmed', payment_status: 'paid' })
    assert.deepEqual(await clearing(all.order), [all.order.total])
    const [payment] = await sql`select status from payment where order_id = ${all.order.id}`
    assert.equal(payment.status, 'captured')
  }
})

test('B07 failed then captured is paid; captured then failed stays paid', async () => {
  const first = await initiated()
  const tried = paymentEntity(first.checkout, { status: 'failed', captured: false,
    error_description: 'Card declined' })
  assertStatus(await send(event('payment.failed', tried)), 200)
  assert.deepEqual(await stateOf(first.order),
    { status: 'pending_payment', payment_status: 'failed' })
  assertStatus(await send(event('payment.captured', paymentEntity(first.checkout))), 200)
  assert.deepEqual(await stateOf(first.order), { status: 'confirmed', payment_status: 'paid' })
  assertStatus(await send(event('payment.failed', tried)), 200)
  assert.deepEqual(await stateOf(first.order), { status: 'confirmed', payment_status: 'paid' })
})

test('B08 another amount or currency is not a payment: flagged, and administrators told',
  async () => {
    for (const more of [{ amount: 24999 }, { amount: 25001 }, { currency: 'USD' }]) {
      const { order, checkout } = await initiated()
      const e = event('payment.captured', paymentEntity(checkout, more))
      assertStatus(await send(e), 200)
      assert.equal((await stateOf(order)).status, 'pending_payment')
      const [payment] = await sql`select status, needs_review, captured_amount from payment
        where order_id = ${order.id}`
      assert.deepEqual(payment, { status: 'created', needs_review: true, captured_amount: 0 })
      const [kept] = await sql`select state from webhook_event where id = ${e.id}`
      assert.equal(kept.state, 'flagged')
      assert.deepEqual(await journals(order), [])
    }
  })

test('B09 unknown orders and events, odd fields: 200, parked or ignored', async () => {
  const states = async id => (await sql`select state from webhook_event where id = ${id}`)[0].state
  const unknown = event('payment.captured',
    paymentEntity({ order_id: newId('order_'), amount: 100 }))
  assertStatus(await send(unknown), 200)
  assert.equal(await states(unknown.id), 'parked')
  const strange = event('subscription.charged', { id: 'sub_1' })
  assertStatus(await send(strange), 200)
  assert.equal(await states(strange.id), 'ignored')
  for (const entity of [null, 'text', { order_id: 5 }, { notes: {}, error_code: '' }]) {
    const e = event('payment.captured', entity)
    assertStatus(await send(e), 200)
    assert.equal(await states(e.id), 'ignored')
  }
  const text = { raw: 'not json', id: newId('evt_') }
  assertStatus(await send(text), 200)
  assert.equal(await states(text.id), 'ignored')
})

test('B10 a capture for a cancelled order takes the stock again, or is refunded once', async () => {
  const there = await initiated({ stock: 5, quantity: 2 })
  assertStatus(await cancel(there.buyer, there.order), 200)
  assert.equal((await stockOf(there.thing.variantId, shop)).reserved, 0)
  await pay(there.checkout)
  await until(async () => (await stateOf(there.order)).status === 'confirmed')
  assert.equal((await stockOf(there.thing.variantId, shop)).reserved, 2)

  const gone = await initiated({ stock: 2, quantity: 2 })
  assertStatus(await cancel(gone.buyer, gone.order), 200)
  await sql`update stock set on_hand = 1 where variant_id = ${gone.thing.variantId}`
  await pay(gone.checkout)
  const [refund] = await until(async () => {
    const rows = await sql`select id, amount, status from refund where order_id = ${gone.order.id}`
    return rows.length > 0 && rows
  })
  assert.equal(refund.amount, gone.order.total)
  assert.equal((await stateOf(gone.order)).status, 'cancelled')
  assert.deepEqual(await stockOf(gone.thing.variantId, shop), { on_hand: 1, reserved: 0 })
})

test('a second payment of one order is refunded, and the order stays paid', async () => {
  const { order, checkout } = await paid()
  assertStatus(await send(event('payment.captured', paymentEntity(checkout))), 200)
  const refunds = await sql`select amount, source from refund where order_id = ${order.id}`
  assert.deepEqual(refunds, [{ amount: order.total, source: 'system' }])
  assert.deepEqual(await stateOf(order), { status: 'confirmed', payment_status: 'paid' })
})

test('what came twice goes back first, for administrators too; the order stays paid', async () => {
  const boss = await admin(shop)
  const { order, checkout } = await paid()
  const again = paymentEntity(checkout)
  assertStatus(await send(event('payment.captured', again)), 200)
  const refunds = () => sql`select r.id, r.status, r.source, r.amount, p.provider_payment_id as of
    from refund r join payment p on p.id = r.payment_id
    where r.order_id = ${order.id} order by r.id`
  // The sandbox knows nothing of it, and so refuses.
  await sql`update refund set updated_at = now() - interval '5 minutes'
    where order_id = ${order.id}`
  await runJob(shop, 'complete')
  assert.deepEqual((await refunds()).map(r => r.status), ['failed'])
  await provider('POST', '/faults',
    { next: [{ match: 'POST /v1/payments/*/refund', fault: '500', times: 1 }] })
  assertProblem(await api('POST', '/api/admin/refund/', { token: boss, key: newKey(),
    body: { order_id: order.id, reason: 'Paid twice' } }), 502, 'payment_provider_error')
  const [, made] = await refunds()
  assert.deepEqual({ ...made, id: null }, { id: null, status: 'processing', source: 'admin',
    amount: order.total, of: again.id })
  assertStatus(await send(event('refund.processed', { id: newId('rfnd_'), entity: 'refund',
    amount: made.amount, payment_id: again.id, receipt: `rf-${made.id}` })), 200)
  assert.deepEqual((await refunds()).map(r => r.status), ['failed', 'processed'])
  assert.deepEqual(await stateOf(order), { status: 'confirmed', payment_status: 'paid' })
  // Now all that is left is what paid the order.
  const rest = assertStatus(await api('POST', '/api/admin/refund/', { token: boss, key: newKey(),
    body: { order_id: order.id, reason: 'Never came' } }), 201)
  assert.equal(rest.amount, order.total)
  assert.equal(rest.items.length, 1)
  assert.deepEqual(await stateOf(order), { status: 'confirmed', payment_status: 'refunded' })
})

test('an event of more than 256 KiB is 413', async () => {
  const raw = JSON.stringify({ event: 'x', pad: 'x'.repeat(256 * 1024) })
  assertProblem(await send({ raw, id: newId('evt_') }), 413, 'payload_too_large')
})

// ---- cancelling and refunds -----------------------------------------------------------------

test('cancel/ of a paid order returns the stock and pays back, to the paisa', async () => {
  const { buyer, order, thing } = await paid({ quantity: 3, price: 33333 })
  const key = newKey()
  const cancelled = assertStatus(await cancel(buyer, order, key), 200)
  assert.equal(cancelled.status, 'cancelled')
  for (const part of cancelled.seller_orders) assert.equal(part.status, 'cancelled')
  const again = await cancel(buyer, order, key)
  assert.equal(again.headers['idempotent-replayed'], 'true')
  assert.deepEqual(again.body, cancelled)
  assertProblem(await cancel(buyer, order), 409, 'invalid_transition')
  assert.equal((await stockOf(thing.variantId, shop)).reserved, 0)
  await until(async () => (await stateOf(order)).payment_status === 'refunded')
  assert.deepEqual(await clearing(order), [order.total, -order.total])
  const sums = await sql`select p.account, sum(p.amount)::bigint as sum from journal j
    join posting p on p.journal_id = j.id where j.order_id = ${order.id} group by 1`
  for (const { account, sum } of sums) assert.equal(Number(sum), 0, account)
  const list = assertStatus(await api('GET', '/api/refunds/list/', { token: buyer }), 200)
  assert.deepEqual(keysOf(list.results[0]), refundKeys)
  assert.equal(list.results[0].amount, order.total)
  assert.equal(list.results[0].status, 'processed')
})

test('cancel/ is for the buyer, and not once a part is shipped', async () => {
  const { buyer, order } = await paid()
  assertProblem(await cancel(await customer({}, shop), order), 404, 'not_found')
  await sql`update seller_order set status = 'shipped' where order_id = ${order.id}`
  assertProblem(await cancel(buyer, order), 409, 'invalid_transition')
  await sql`update seller_order set status = 'pending' where order_id = ${order.id}`
})

test('C09 a refund that fails can be made again, and its journal is reversed', async () => {
  const { buyer, order } = await paid()
  assertStatus(await cancel(buyer, order), 200)
  await until(async () => (await stateOf(order)).payment_status === 'refunded')
  const [refund] = await sql`select provider_refund_id as id, amount from refund
    where order_id = ${order.id}`
  const e = event('refund.failed', { id: refund.id, entity: 'refund', amount: refund.amount,
    status: 'failed' })
  assertStatus(await send(e), 200)
  assert.equal((await stateOf(order)).payment_status, 'paid')
  assert.deepEqual(await clearing(order), [order.total, -order.total, order.total])
  const [payment] = await sql`select refund_reserved, refunded_amount, status from payment
    where order_id = ${order.id}`
  assert.deepEqual(payment, { refund_reserved: 0, refunded_amount: 0, status: 'captured' })
})

test('refunds/request/ is for delivered items within the window', async () => {
  const { buyer, order } = await paid({ quantity: 2 })
  const [line] = order.seller_orders[0].items
  const ask = (quantity, key = newKey(), token = buyer) => api('POST', '/api/refunds/request/', {
    token, key,
    body: { order_id: order.id, items: [{ order_item_id: line.id, quantity }], reason: 'Torn' },
  })
  assertProblem(await ask(1), 409, 'invalid_state')
  await parcels(shop).deliver(order)
  assertProblem(await ask(1, newKey(), await customer({}, shop)), 404, 'not_found')
  assertInvalid(await ask(3), 'items.0.quantity')
  const made = assertStatus(await ask(1), 201)
  assert.deepEqual(keysOf(made), refundKeys)
  assert.equal(made.status, 'requested')
  assert.equal(made.amount, line.unit_price)
  assert.deepEqual(made.items, [{ order_item_id: line.id, quantity: 1, amount: line.unit_price }])
  assertInvalid(await ask(2), 'items.0.quantity')
  await sql`update seller_order set delivered_at = now() - interval '8 days'
    where order_id = ${order.id}`
  assertProblem(await ask(1), 409, 'invalid_state')
})

test('B11 an event signed with the secret before is accepted, an older one is not', async () => {
  const other = await startInstance({ HAAT_DEMO: '1',
    RAZORPAY_WEBHOOK_SECRET_PREVIOUS: 'p'.repeat(40) })
  const e = event('subscription.charged', { id: 'sub_1' })
  const post = secret => other.api('POST', '/api/payments/webhook/', { raw: e.raw,
    headers: { 'x-razorpay-signature': sign(e.raw, secret), 'x-razorpay-event-id': e.id } })
  assertStatus(await post('p'.repeat(40)), 200)
  assertProblem(await post('q'.repeat(40)), 400, 'invalid_signature')
})

test('INV11 what the provider captured and paid back is what our payments say', async () => {
  const { items } = (await provider('GET', '/payments?count=100')).body
  assert(items.length > 5)
  for (const there of items.filter(p => p.captured)) {
    const [ours] = await sql`select captured_amount, refunded_amount from payment
      where provider_payment_id = ${there.id}`
    assert.equal(ours?.captured_amount, there.amount, there.id)
  }
})
