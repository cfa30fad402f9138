/*
 * Payments on an instance with the provider's sandbox: group B of the
 * catalogue, cancelling, refunds, and the jobs that keep them true.
 */
import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
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

const stateOfEvent = async ({ id }) =>
  (await sql`select state, note, attempts, next_try_at <= now() as due from webhook_event
    where id = ${id}`)[0]

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

const toldOf = async (account, type) => await sql`select title, body, data from notification
  where account_id = ${account.id} and type = ${type} order by id`

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

test('B01 a signed event is answered 200, and has confirmed the order by then', async t => {
  const { buyer, order, checkout, thing } = await initiated()
  const answer = await send(event('payment.captured', paymentEntity(checkout)))
  assert.deepEqual(assertStatus(answer, 200), { status: 'ok' })
  assert.deepEqual(await stateOf(order), { status: 'confirmed', payment_status: 'paid' })
  assert.deepEqual((await journals(order)).filter(p => p.account === 'gateway_clearing'),
    [{ kind: 'capture', account: 'gateway_clearing', amount: order.total }])
  for (const [who, type] of [[buyer, 'order_paid'], [thing.seller, 'seller_new_order']]) {
    assert.equal((await toldOf(who, type)).length, 1)
    const mails = await sql`select from outbox where account_id = ${who.id}
      and kind = ${`mail.${type}`}`
    assert.equal(mails.length, 1)
  }
  t.diagnostic(`B01 an event is answered after ${Math.round(answer.ms)} ms`)
})

test('B02 a wrong signature of any kind is 400 and changes nothing', async () => {
  const { order, checkout } = await initiated()
  const e = event('payment.captured', paymentEntity(checkout))
  const good = sign(e.raw)
  const flipped = (good[0] === '0' ? '1' : '0') + good.slice(1)
  const name = newId('bad-signature-')
  const post = signature => api('POST', '/api/payments/webhook/', { raw: e.raw,
    headers: { 'x-razorpay-event-id': e.id, 'x-request-id': name,
      ...(signature === undefined ? {} : { 'x-razorpay-signature': signature }) } })
  const all = [undefined, '', good.toUpperCase(), good.slice(0, 63), flipped,
    sign(JSON.stringify(JSON.parse(e.raw), null, 1)), `x${good}`]
  for (const bad of all) assertProblem(await post(bad), 400, 'invalid_signature')
  assert.equal((await stateOf(order)).status, 'pending_payment')
  assert.deepEqual(await sql`select id from webhook_event where id = ${e.id}`, [])
  // Each can be counted in the log, by its length and without its words.
  const log = fs.readFileSync(path.join(shop.stateDir, 'log/app.log'), 'utf8')
  const lines = log.split('\n').filter(line => line.includes('wrong signature') &&
    line.includes(`request_id=${name}`))
  assert.equal(lines.length, all.length)
  assert(lines.every(line => line.includes(` bytes=${Buffer.byteLength(e.raw)}`)), lines[0])
  assert(!log.includes(JSON.parse(e.raw).payload.payment.entity.id))
})

test('B04 B05 one event twenty times at once, and under another id, is applied once', async () => {
  const { buyer, order, checkout } = await initiated()
  const e = event('payment.captured', paymentEntity(checkout))
  const answers = await Promise.all(Array.from({ length: 20 }, () => send(e)))
  for (const answer of answers) assert.deepEqual(assertStatus(answer, 200), { status: 'ok' })
  await until(async () => (await stateOf(order)).status === 'confirmed')
  const before = await sql`select * from payment where order_id = ${order.id}`
  const again = { raw: e.raw, id: newId('evt_') }
  assertStatus(await send(again), 200)
  assert.equal((await stateOfEvent(again)).state, 'applied')
  const held = await sql`select provider_payment_id, status, captured_amount, captured_at
    from payment where order_id = ${order.id}`
  assert.deepEqual(held, before.map(({ provider_payment_id, status, captured_amount, captured_at }) =>
    ({ provider_payment_id, status, captured_amount, captured_at })))
  assert.deepEqual(await stateOf(order), { status: 'confirmed', payment_status: 'paid' })
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
  // The same payment, which the bank let through after all, or another try.
  for (const same of [true, false]) {
    const first = await initiated()
    const tried = paymentEntity(first.checkout, { status: 'failed', captured: false,
      error_description: 'Card declined' })
    const good = paymentEntity(first.checkout, same ? { id: tried.id } : {})
    assertStatus(await send(event('payment.failed', tried)), 200)
    assert.deepEqual(await stateOf(first.order),
      { status: 'pending_payment', payment_status: 'failed' })
    assertStatus(await send(event('payment.captured', good)), 200)
    assert.deepEqual(await stateOf(first.order), { status: 'confirmed', payment_status: 'paid' })
    assertStatus(await send(event('payment.failed', tried)), 200)
    assert.deepEqual(await stateOf(first.order), { status: 'confirmed', payment_status: 'paid' })
    const [payment] = await sql`select status, provider_payment_id, failure_reason from payment
      where order_id = ${first.order.id}`
    assert.deepEqual(payment,
      { status: 'captured', provider_payment_id: good.id, failure_reason: null })
    assert.deepEqual(await clearing(first.order), [first.order.total])
  }
})

test('B08 another amount or currency is not a payment: flagged, and administrators told',
  async () => {
    const boss = await admin(shop)
    for (const more of [{ amount: 24999 }, { amount: 25001 }, { currency: 'USD' }]) {
      const { order, checkout } = await initiated()
      assert.equal(checkout.amount, 25000)
      const e = event('payment.captured', paymentEntity(checkout, more))
      assertStatus(await send(e), 200)
      assert.equal((await stateOf(order)).status, 'pending_payment')
      const [payment] = await sql`select status, needs_review, captured_amount from payment
        where order_id = ${order.id}`
      assert.deepEqual(payment, { status: 'created', needs_review: true, captured_amount: 0 })
      const [kept] = await sql`select state from webhook_event where id = ${e.id}`
      assert.equal(kept.state, 'flagged')
      assert.deepEqual(await journals(order), [])
      // The same again tells nobody twice.
      assertStatus(await send({ ...e, id: newId('evt_') }), 200)
      const told = (await toldOf(boss, 'payment_mismatch')).filter(n => n.data.order_id === order.id)
      assert.deepEqual(told.map(n => [n.data.number, n.data.amount]),
        [[order.number, more.amount ?? 25000]])
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
  // What is odd and says enough is taken for what it says.
  const { order, checkout } = await initiated()
  const authorized = paymentEntity(checkout, { status: 'authorized', captured: true, notes: {},
    error_code: '', error_description: '', vpa: { of: ['a', null] }, method: 'new "kind"\u0000' })
  const odd = event('payment.authorized', authorized)
  assertStatus(await send(odd), 200)
  assert.equal(await states(odd.id), 'applied')
  assert.equal((await stateOf(order)).status, 'pending_payment')
  const [held] = await sql`select status, captured_amount from payment where order_id = ${order.id}`
  assert.deepEqual(held, { status: 'authorized', captured_amount: 0 })
  for (const [i, more] of [{ notes: [] }, { notes: {} }, { error_code: '' }, { error_code: null },
    { status: 'authorized', captured: true }].entries()) {
    const all = await initiated()
    const e = event('payment.captured', paymentEntity(all.checkout, more))
    const raw = JSON.parse(e.raw)
    e.raw = JSON.stringify({ later: { extra: i }, ...raw, contains: undefined, extra: [[[]]] })
    assertStatus(await send(e), 200)
    assert.equal(await states(e.id), 'applied')
    assert.deepEqual(await stateOf(all.order), { status: 'confirmed', payment_status: 'paid' })
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
  // Both sides are told: of the sale, and of the money that goes back.
  assert.equal((await toldOf(there.buyer, 'order_paid')).length, 1)
  assert.equal((await toldOf(there.thing.seller, 'seller_new_order')).length, 1)
  assert.deepEqual((await toldOf(gone.thing.seller, 'seller_paid_too_late')).map(n => n.title),
    [`Late payment for order ${gone.order.seller_orders[0].number}`])
  await sql`update refund set updated_at = now() - interval '5 minutes'
    where order_id = ${gone.order.id}`
  assert.equal((await runJob(shop, 'complete')).status, 0)
  assert.deepEqual(await stateOf(gone.order), { status: 'cancelled', payment_status: 'refunded' })
  assert.equal((await toldOf(gone.buyer, 'order_refunded')).length, 1)
  assert.equal((await toldOf(gone.thing.seller, 'seller_new_order')).length, 0)
})

test('a parked event has its turn as soon as what it waited for is there', async () => {
  const far = e => sql`update webhook_event set next_try_at = now() + interval '1 hour'
    where id = ${e.id}`
  // The order that the provider made and we have not heard of.
  const { buyer, order } = await ordered()
  const key = newKey()
  await provider('POST', '/faults', { next: [{ match: 'POST /v1/orders', fault: 'after-500' }] })
  assertProblem(await initiate(buyer, order, key), 502, 'payment_provider_error')
  const [{ receipt }] = await sql`select receipt from payment where order_id = ${order.id}`
  const { items: [there] } = (await provider('GET', `/orders?receipt=${receipt}`)).body
  const checkout = { order_id: there.id, amount: order.total }
  const captured = event('payment.captured', paymentEntity(checkout))
  assertStatus(await send(captured), 200)
  assert.deepEqual(await stateOfEvent(captured),
    { state: 'parked', note: 'unknown order', attempts: 1, due: false })
  await far(captured)
  assertStatus(await initiate(buyer, order, key), 201)
  assert.equal((await stateOfEvent(captured)).due, true)
  assert.equal((await runJob(shop, 'webhooks')).status, 0)
  assert.equal((await stateOf(order)).status, 'confirmed')

  // The refund of a payment whose capture is told of later.
  const next = await initiated()
  const payment = paymentEntity(next.checkout)
  const back = event('refund.processed', { id: newId('rfnd_'), entity: 'refund',
    payment_id: payment.id, amount: 10000, status: 'processed' })
  assertStatus(await send(back), 200)
  assert.equal((await stateOfEvent(back)).state, 'parked')
  await far(back)
  assertStatus(await send(event('payment.captured', payment)), 200)
  assert.equal((await stateOfEvent(back)).due, true)
  assert.equal((await runJob(shop, 'webhooks')).status, 0)
  assert.equal((await stateOfEvent(back)).state, 'applied')
  assert.deepEqual(await stateOf(next.order),
    { status: 'confirmed', payment_status: 'partially_refunded' })
})

test('an event that fails waits longer each time, and lets the others pass', async () => {
  const [stuck, free] = [await initiated(), await initiated()]
  const events = [stuck, free].map(({ checkout }) =>
    event('payment.captured', paymentEntity(checkout)))
  const other = shop.session()
  await other.sql`begin`
  await other.sql`select from orders where id = ${stuck.order.id} for update`
  for (const e of events)
    await sql`insert into webhook_event (id, provider, event_type, payload)
      values (${e.id}, 'razorpay', 'payment.captured', ${Buffer.from(e.raw)})`
  const run = await runJob(shop, 'webhooks')
  assert.deepEqual([run.status, run.counts.failed], [0, 1], run.text)
  // The provider may have sent another one meanwhile.
  assert(run.counts.handled >= 1, run.text)
  const { note, ...waits } = await stateOfEvent(events[0])
  assert.deepEqual(waits, { state: 'received', attempts: 1, due: false })
  assert(note)
  assert.equal((await stateOf(free.order)).status, 'confirmed')
  await other.sql`rollback`
  other.close()
  await sql`update webhook_event set next_try_at = now() where id = ${events[0].id}`
  assert.equal((await runJob(shop, 'webhooks')).status, 0)
  assert.equal((await stateOf(stuck.order)).status, 'confirmed')
})

test('an order that cannot be cancelled now does not keep others from expiring', async () => {
  const [stuck, free] = [await ordered(), await ordered()]
  await sql`update orders set expires_at = now() - interval '2 minutes'
    where id = ${stuck.order.id}`
  await sql`update orders set expires_at = now() - interval '1 minute' where id = ${free.order.id}`
  const other = shop.session()
  await other.sql`begin`
  await other.sql`select from orders where id = ${stuck.order.id} for update`
  const run = await runJob(shop, 'expire')
  assert.deepEqual([run.status, run.counts.failed], [0, 1], run.text)
  assert(run.counts.expired >= 1, run.text)
  assert.equal((await stateOf(free.order)).status, 'cancelled')
  await other.sql`rollback`
  other.close()
  assert.equal((await runJob(shop, 'expire')).counts.expired, 1)
  assert.equal((await stateOf(stuck.order)).status, 'cancelled')
  assert.deepEqual(await stockOf(stuck.thing.variantId, shop), { on_hand: 10, reserved: 0 })
})

test('whoever never heard of an order does not hear that it is cancelled', async () => {
  const open = await ordered(), cash = await ordered({ method: 'cod' }), done = await paid()
  for (const { buyer, order } of [open, cash, done])
    assertStatus(await cancel(buyer, order), 200)
  for (const [{ thing }, times] of [[open, 0], [cash, 1], [done, 1]]) {
    assert.equal((await toldOf(thing.seller, 'seller_new_order')).length, times)
    assert.equal((await toldOf(thing.seller, 'seller_order_cancelled')).length, times)
  }
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
  const boss = await admin(shop)
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
  assert.deepEqual((await toldOf(boss, 'refund_requested')).map(n => [n.data.order_id, n.data.reason]),
    [[order.id, 'Torn']])
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
