/*
 * Money that has to go back while the provider or the bank says no: what is
 * refused though it was done, what is refused for now, what fails days later.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { admin, assertStatus, customer, newKey, placeOrder, product, seller, stockOf, until }
  from './harness.mjs'
import { runJob } from './jobs.mjs'
import { shopWithProvider } from './provider.mjs'

const { shop, box } = await shopWithProvider()
const { api, sql } = shop

// ---- buyers ----------------------------------------------------------------------

const orderOf = async order =>
  (await sql`select status, payment_status from orders where id = ${order.id}`)[0]

async function initiated({ stock = 10, quantity = 1 } = {}) {
  const thing = await product({ stock, price: 25000 }, shop)
  const buyer = await customer({}, shop)
  const order = await placeOrder(buyer, [[thing, quantity]], { payment_method: 'razorpay' }, shop)
  const { checkout } = assertStatus(await api('POST', '/api/payments/initiate/',
    { token: buyer, key: newKey(), body: { order_id: order.id } }), 201)
  return { thing, buyer, order, checkout }
}

const confirmed = order => until(async () => (await orderOf(order)).status === 'confirmed',
  { what: 'the order to be confirmed' })

async function paid() {
  const all = await initiated()
  assert.equal((await box.pay(all.checkout.order_id)).status, 200)
  await confirmed(all.order)
  return all
}

const cancel = async (buyer, order) => assertStatus(await api('POST', '/api/orders/cancel/',
  { token: buyer, key: newKey(), body: { order_id: order.id } }), 200)

const refundsOf = async order => (await sql`select status from refund
  where order_id = ${order.id} order by id`).map(refund => refund.status)

/** Some minutes, or a day, later. */
async function complete(later = '2 minutes') {
  await sql`update refund set updated_at = updated_at - ${later}::interval`
  const run = await runJob(shop, 'complete')
  assert.equal(run.status, 0, run.text)
  return run.counts
}

/** So much later what failed is opened again, and a minute after that it is sent. */
async function reopened(later = '2 hours') {
  await complete(later)
  await complete('2 minutes')
}

/** Both sides have the same of this order's money. */
async function assertBooks(order, kept) {
  const [ours] = await sql`select coalesce(sum(p.amount), 0)::bigint as kept from posting p
    join journal j on j.id = p.journal_id
    where p.account = 'gateway_clearing' and j.order_id = ${order.id}`
  const payments = await sql`select provider_payment_id as id from payment
    where order_id = ${order.id} and captured_amount > 0`
  let there = 0
  for (const { id } of payments) {
    const payment = await box.ask('GET', `/payments/${id}`)
    there += payment.amount - payment.amount_refunded
  }
  assert.deepEqual([Number(ours.kept), there], [kept, kept])
}

const alerts = account => sql`select data from notification
  where account_id = ${account.id} and type = 'payment_mismatch'`

// ---- refused -----------------------------------------------------------------------

test('a refund that the provider made and calls refused is the refund that it made', async () => {
  const { buyer, order } = await paid()
  await box.next('POST /v1/payments/*/refund', 'after-400')
  await cancel(buyer, order)
  await box.calm()
  assert.deepEqual(await refundsOf(order), ['processed'])
  await assertBooks(order, 0)
})

test('where it cannot be asked what was made of a refusal, the refund stays open', async () => {
  const { buyer, order } = await paid()
  await box.faults({ webhooks: { hold: true }, next: [
    { match: 'POST /v1/payments/*/refund', fault: 'after-400' },
    { match: 'GET /v1/payments/*/refunds', fault: '500' }] })
  await cancel(buyer, order)
  assert.deepEqual(await refundsOf(order), ['processing'])
  assert.equal((await complete()).refunds, 1)
  assert.deepEqual(await refundsOf(order), ['processed'])
  await assertBooks(order, 0)
  await box.calm()
})

test('a refund that is refused is opened again, later and later, until it is made', async () => {
  const boss = await admin(shop)
  const { buyer, order } = await paid()
  await box.next('POST /v1/payments/*/refund', '400', { times: 2 })
  await cancel(buyer, order)
  assert.deepEqual(await refundsOf(order), ['failed'])
  assert.deepEqual((await alerts(boss)).map(n => n.data.order_id), [order.id])
  await complete('59 minutes')
  assert.deepEqual(await refundsOf(order), ['failed'])
  await reopened('2 minutes')
  assert.deepEqual(await refundsOf(order), ['failed', 'failed'])
  assert.equal((await alerts(boss)).length, 2)
  // The second time it takes two hours.
  await complete('90 minutes')
  assert.deepEqual(await refundsOf(order), ['failed', 'failed'])
  await reopened('31 minutes')
  assert.deepEqual(await refundsOf(order), ['failed', 'failed', 'processed'])
  assert.deepEqual(await orderOf(order), { status: 'cancelled', payment_status: 'refunded' })
  await assertBooks(order, 0)
  await complete('2 days')
  assert.equal((await refundsOf(order)).length, 3)
})

test('a refund that fails at the bank is opened again', async () => {
  const { buyer, order } = await paid()
  await box.faults({ refunds: 'pending' })
  await cancel(buyer, order)
  await box.faults({ refunds: 'processed' })
  assert.deepEqual(await refundsOf(order), ['processing'])
  const [{ id }] = await sql`select provider_refund_id as id from refund
    where order_id = ${order.id}`
  await box.ask('POST', '/refunds/play', { refund_id: id, outcome: 'failed' })
  await until(async () => (await refundsOf(order))[0] === 'failed', { what: 'the bank\'s word' })
  await reopened()
  assert.deepEqual(await refundsOf(order), ['failed', 'processed'])
  await assertBooks(order, 0)
})

test('a part that its seller called off is paid back as well, and the rest is served', async () => {
  const owners = [await seller({}, shop), await seller({}, shop)]
  const things = []
  for (const owner of owners) things.push(await product({ seller: owner, price: 30000 }, shop))
  const buyer = await customer({}, shop)
  const order = await placeOrder(buyer, things.map(thing => [thing, 1]),
    { payment_method: 'razorpay' }, shop)
  const { checkout } = assertStatus(await api('POST', '/api/payments/initiate/',
    { token: buyer, key: newKey(), body: { order_id: order.id } }), 201)
  assert.equal((await box.pay(checkout.order_id)).status, 200)
  await confirmed(order)
  const part = order.seller_orders.find(one => one.seller.id === owners[0].sellerId)
  await box.next('POST /v1/payments/*/refund', '400')
  assertStatus(await api('POST', '/api/sellers/orders/update-status/', { token: owners[0],
    key: newKey(), body: { id: part.id, status: 'cancelled', note: 'Broken' } }), 200)
  assert.deepEqual(await refundsOf(order), ['failed'])
  await reopened()
  assert.deepEqual(await refundsOf(order), ['failed', 'processed'])
  assert.deepEqual(await orderOf(order),
    { status: 'confirmed', payment_status: 'partially_refunded' })
  await assertBooks(order, order.total - part.total)
  await reopened('2 days')
  assert.equal((await refundsOf(order)).length, 2)
})

// ---- money that came twice, or too late ----------------------------------------------

test('an order that was paid twice stays paid when one of the two goes back', async () => {
  const { order, checkout } = await paid()
  assert.equal((await box.pay(checkout.order_id, { again: true })).status, 200)
  await until(async () => (await refundsOf(order)).length === 1, { what: 'a refund' })
  await box.next('POST /v1/payments/*/refund', '400')
  await complete()
  assert.deepEqual(await refundsOf(order), ['failed'])
  await reopened()
  assert.deepEqual(await refundsOf(order), ['failed', 'processed'])
  assert.deepEqual(await orderOf(order), { status: 'confirmed', payment_status: 'paid' })
  await assertBooks(order, order.total)
})

test('B10 what came too late for a sold-out order goes back, also after a failure', async () => {
  const { thing, buyer, order, checkout } = await initiated({ stock: 1 })
  await cancel(buyer, order)
  await sql`update stock set on_hand = 0 where variant_id = ${thing.variantId}`
  assert.equal((await box.pay(checkout.order_id)).status, 200)
  await until(async () => (await refundsOf(order)).length === 1, { what: 'a refund' })
  await box.next('POST /v1/payments/*/refund', '400')
  await complete()
  assert.deepEqual(await refundsOf(order), ['failed'])
  await reopened()
  assert.deepEqual(await refundsOf(order), ['failed', 'processed'])
  assert.deepEqual(await orderOf(order), { status: 'cancelled', payment_status: 'refunded' })
  assert.deepEqual(await stockOf(thing.variantId, shop), { on_hand: 0, reserved: 0 })
  await assertBooks(order, 0)
})

// ---- made at the provider ---------------------------------------------------------------

/** Somebody pays back in the provider's dashboard. */
const payBack = async (order, amount) => {
  const [{ id }] = await sql`select provider_payment_id as id from payment
    where order_id = ${order.id} and is_live`
  return box.ask('POST', `/payments/${id}/refund`, amount ? { amount } : {})
}

test('a refund that was made in the provider\'s dashboard is booked as one of ours', async () => {
  const { buyer, order } = await paid()
  const { id } = await payBack(order, 10100)
  await until(async () => (await orderOf(order)).payment_status === 'partially_refunded',
    { what: 'the refund to be booked' })
  assert.deepEqual(await sql`select amount, status, source, provider_refund_id as id,
    requested_by from refund where order_id = ${order.id}`,
  [{ amount: 10100, status: 'processed', source: 'gateway', id, requested_by: null }])
  await assertBooks(order, order.total - 10100)
  const list = assertStatus(await api('GET', '/api/refunds/list/', { token: buyer }), 200)
  assert.deepEqual(list.results.map(refund => refund.amount), [10100])
  const told = await sql`select type from notification
    where account_id = ${buyer.id} and type = 'order_refunded'`
  assert.equal(told.length, 1)
  // The rest, by cancelling here.
  await cancel(buyer, order)
  assert.deepEqual(await refundsOf(order), ['processed', 'processed'])
  await assertBooks(order, 0)
})

test('its events at once and again make one refund; one that fails is taken back', async () => {
  const { order } = await paid()
  await box.faults({ refunds: 'pending', webhooks: { hold: true, duplicate: 3, shuffle: true } })
  const { id } = await payBack(order)
  await box.ask('POST', '/webhooks/release')
  await until(async () => (await refundsOf(order)).length === 1, { what: 'the refund' })
  assert.deepEqual(await refundsOf(order), ['processing'])
  await box.ask('POST', '/refunds/play', { refund_id: id, outcome: 'failed' })
  await box.ask('POST', '/webhooks/release')
  await until(async () => (await refundsOf(order))[0] === 'failed', { what: 'the failure' })
  assert.deepEqual(await orderOf(order), { status: 'confirmed', payment_status: 'paid' })
  await box.calm()
  await until(async () => (await box.webhooks()).waiting === 0, { what: 'all copies' })
  assert.deepEqual(await refundsOf(order), ['failed'])
  await assertBooks(order, order.total)
})

test('made there while ours is under way: ours is refused, and theirs is booked', async () => {
  const { buyer, order } = await paid()
  await box.faults({ webhooks: { hold: true }, next: [
    { match: 'POST /v1/payments/*/refund', fault: '500' }] })
  await cancel(buyer, order)
  assert.deepEqual(await refundsOf(order), ['processing'])
  await payBack(order)
  await box.calm()
  await until(async () => (await sql`select state from webhook_event where state = 'parked'`)
    .length === 2, { what: 'the events to be parked' })
  await complete()
  assert.deepEqual(await refundsOf(order), ['failed'])
  await sql`update webhook_event set next_try_at = now() where state = 'parked'`
  assert.equal((await runJob(shop, 'webhooks')).status, 0)
  assert.deepEqual((await sql`select source, status from refund where order_id = ${order.id}
    order by id`), [{ source: 'buyer', status: 'failed' },
    { source: 'gateway', status: 'processed' }])
  await assertBooks(order, 0)
  await complete('2 days')
  assert.equal((await refundsOf(order)).length, 2)
})

test('made there and failed, told of when ours has taken its place: nothing stays open', async () => {
  for (const order of [['refund.created', 'refund.failed'], ['refund.failed', 'refund.created']]) {
    const all = await paid()
    await box.faults({ refunds: 'pending', webhooks: { hold: true } })
    const { id } = await payBack(all.order, 10000)
    await box.ask('POST', '/refunds/play', { refund_id: id, outcome: 'failed' })
    await box.faults({ refunds: 'processed', webhooks: { hold: true } })
    await cancel(all.buyer, all.order)
    assert.deepEqual(await refundsOf(all.order), ['processed'])
    await box.ask('POST', '/webhooks/release', { order })
    await box.calm()
    await until(async () => (await box.webhooks()).waiting === 0, { what: 'the events' })
    assert.equal((await runJob(shop, 'webhooks')).status, 0)
    assert.deepEqual(await sql`select from webhook_event where state not in ('applied', 'ignored')`,
      [])
    const rows = await sql`select status, source, amount, provider_refund_id as there from refund
      where order_id = ${all.order.id} and source = 'gateway'`
    assert.deepEqual(rows, [{ status: 'failed', source: 'gateway', amount: 10000, there: id }])
    assert.deepEqual(await orderOf(all.order), { status: 'cancelled', payment_status: 'refunded' })
    await assertBooks(all.order, 0)
  }
})

// ---- never captured -------------------------------------------------------------------

/** Authorized, and nobody captured it in time: the provider gives it back. */
async function givenBack() {
  const all = await initiated()
  const { body: handed } = await box.pay(all.checkout.order_id, { outcome: 'authorized' })
  await box.ask('POST', '/payments/play', { payment_id: handed.razorpay_payment_id })
  return { ...all, handed }
}

const paymentOf = async order => (await sql`select status, captured_amount, failure_reason
  from payment where order_id = ${order.id}`)[0]

/** The order waits for money as before, and no book knows of any. */
async function assertUnpaid({ order, thing }) {
  assert.deepEqual(await orderOf(order), { status: 'pending_payment', payment_status: 'failed' })
  assert.deepEqual(await paymentOf(order), { status: 'failed', captured_amount: 0,
    failure_reason: 'It was not captured in time and went back.' })
  assert.deepEqual(await refundsOf(order), [])
  assert.deepEqual(await sql`select from journal where order_id = ${order.id}`, [])
  assert.deepEqual(await stockOf(thing.variantId, shop), { on_hand: 10, reserved: 1 })
}

/** Another try pays it, and both sides have that one alone. */
async function paysAgain({ order, checkout }) {
  assert.equal((await box.pay(checkout.order_id)).status, 200)
  await confirmed(order)
  await assertBooks(order, order.total)
}

test('an authorization that went back uncaptured has paid nothing: told by its events', async () => {
  for (const shuffle of [false, true]) {
    await box.faults({ webhooks: { hold: true } })
    const all = await givenBack()
    await box.ask('POST', '/webhooks/release', { order: shuffle ?
      ['refund.processed', 'refund.created', 'payment.authorized'] : [] })
    await box.calm()
    await until(async () => (await box.webhooks()).waiting === 0, { what: 'the events' })
    // The authorization that comes last is asked about, as any that stays open.
    if (shuffle) await reconcile(all.order)
    await assertUnpaid(all)
    await paysAgain(all)
  }
})

/** The job asks about a payment that has been open for long. */
async function reconcile(order) {
  await sql`update payment set created_at = created_at - interval '20 minutes'
    where order_id = ${order.id}`
  const run = await runJob(shop, 'reconcile')
  assert.equal(run.status, 0, run.text)
}

test('an authorization that went back uncaptured has paid nothing: asked for', async () => {
  await box.faults({ webhooks: { hold: true } })
  const [shown, asked] = [await givenBack(), await givenBack()]
  const answer = await api('POST', '/api/payments/verify/',
    { token: shown.buyer, key: newKey(), body: shown.handed })
  assert.equal(assertStatus(answer, 200).status, 'failed')
  await assertUnpaid(shown)
  await reconcile(asked.order)
  await assertUnpaid(asked)
  const day = days => new Date(Date.now() + days * 86400000).toISOString().slice(0, 10)
  const compare = () => runJob(shop, 'compare', ['--from', day(-1), '--to', day(1)])
  const refs = [shown, asked].map(all => all.handed.razorpay_payment_id)
  const found = async () => (await sql`select kind from payment_mismatch
    where ref = any(${refs}) or there ->> 'payment_id' = any(${refs})`).map(row => row.kind)
  assert.equal((await compare()).status, 0)
  assert.deepEqual(await found(), [])
  await box.ask('POST', '/webhooks/release')
  await box.calm()
  await until(async () => (await box.webhooks()).waiting === 0, { what: 'the events' })
  for (const all of [shown, asked]) {
    await reconcile(all.order)
    await assertUnpaid(all)
    await paysAgain(all)
  }
})

test('the invariants hold', () => shop.checkInvariants())
