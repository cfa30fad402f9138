/* Sellers at work on orders: their part of them, its steps, what each does. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { admin, api, assertInvalid, assertProblem, assertStatus, countBy, createOrder, customer, fillCart,
  keysOf, main, newKey, product, seller, sellerOrderKeys, sql, stockOf, together, until, uuid7, walk }
  from './harness.mjs'
import { runJob } from './jobs.mjs'
import { checkoutOf, moveTo, orderRow, partRow, pay, payFor, provider, shelf, sold, step }
  from './selling.mjs'

const tracking = { carrier: 'Delhivery', tracking_number: 'DL123456789',
  tracking_url: 'https://carrier.example/t/DL123456789' }

const list = (owner, query) => api('GET', '/api/sellers/orders/', { token: owner, query })
const detail = (owner, id) =>
  api('GET', '/api/sellers/orders/detail/', { token: owner, query: { id } })
const events = part => sql`
  select from_status, status, actor_role, note from order_event
  where seller_order_id = ${part.id} order by at, id`
const history = async order => (await sql`
  select status from order_event
  where order_id = ${order.id} and seller_order_id is null order by at, id`).map(e => e.status)
const newsOf = async (who, type) => sql`
  select title, data, source_id from notification
  where account_id = ${who.id} and type = ${type}`
const mailsOf = (who, type) => sql`
  select id from outbox where account_id = ${who.id} and kind = ${`mail.${type}`}`
const refundsOf = order => sql`
  select r.*, (select sum(i.amount) from refund_item i where i.refund_id = r.id)::int as lines
  from refund r where order_id = ${order.id} order by id`
const cancelOrder = (buyer, order, key = newKey()) => api('POST', '/api/orders/cancel/',
  { token: buyer, key, body: { order_id: order.id, reason: 'Changed my mind' } })

// ---- what sellers see --------------------------------------------------------------

test('orders/ shows a seller its own part, and of the buyer name and address only', async () => {
  const one = await product(), other = await product({ price: 70000 })
  const { buyer, order, parts } = await sold({ lines: [[one, 2], [other, 1]], method: 'cod' })
  const page = assertStatus(await list(one.seller), 200)
  assert.equal(page.count, 1)
  const [part] = page.results
  assert.deepEqual(keysOf(part), sellerOrderKeys)
  assert.equal(part.id, parts[0].id)
  assert.equal(part.order_id, order.id)
  assert.equal(part.total, 20000)
  assert.deepEqual(part.items.map(i => [i.product_id, i.quantity]), [[one.id, 2]])
  assert.deepEqual(keysOf(part.customer), ['full_name', 'shipping_address'])
  assert.equal(part.customer.full_name, 'Asha Iyer')
  await sql`update orders set shipping_address = shipping_address || '{"label": "At my mother''s"}'
    where id = ${order.id}`
  assert.deepEqual((await detail(one.seller, part.id)).body.customer.shipping_address,
    { ...order.shipping_address, label: null })
  assert(!(await list(one.seller)).text.includes('mother'))
  assert.deepEqual((await detail(one.seller, part.id)).body, part)
  const text = JSON.stringify(page)
  for (const secret of [buyer.email, buyer.id, other.id, other.seller.storeName, '70000'])
    assert(!text.includes(secret), secret)
  // The buyer is shown nothing about itself twice.
  const own = await api('GET', '/api/orders/detail/', { token: buyer, query: { id: order.id } })
  assert(own.body.seller_orders.every(p => p.customer === null))
})

test('orders/ walks by keyset, newest first, and filters by status', async () => {
  const { owner, things: [thing] } = await shelf(1, { stock: 1000 })
  const made = []
  for (let i = 0; i < 7; i++) made.push((await sold({ lines: [[thing, 1]], method: 'cod' })).part)
  for (const part of made.slice(0, 3)) await moveTo({ ...part, owner }, 'confirmed')
  const pages = await walk('/api/sellers/orders/?page_size=2',
    target => api('GET', target, { token: owner }))
  assert.deepEqual(pages.flatMap(p => p.results.map(r => r.id)), made.map(p => p.id).reverse())
  const confirmed = assertStatus(await list(owner, { status: 'confirmed' }), 200)
  assert.deepEqual(confirmed.results.map(r => r.id), made.slice(0, 3).map(p => p.id).reverse())
  assert.equal(confirmed.count, 3)
  assertInvalid(await list(owner, { status: 'processing' }), 'status')
  assertInvalid(await list(owner, { seller_id: uuid7() }), 'seller_id')
})

test("E02 another seller's order is as one that does not exist", async () => {
  const { part } = await sold({ method: 'cod' })
  const stranger = await seller()
  const body = answer => ({ ...answer.body, request_id: 0 })
  const [theirs, none] = [await detail(stranger, part.id), await detail(stranger, uuid7())]
  assertProblem(theirs, 404, 'not_found')
  assert.deepEqual(body(theirs), body(none))
  const [move, nothing] = [await step(stranger, part, 'confirmed'),
    await step(stranger, { id: uuid7() }, 'confirmed')]
  assertProblem(move, 404, 'not_found')
  assert.deepEqual(body(move), body(nothing))
  assert.equal((await partRow(part)).status, 'pending')
  assert.equal((await list(stranger)).body.count, 0)
})

test('E01 a store that is not approved reads, and moves nothing', async () => {
  const { owner, part } = await sold({ method: 'cod' })
  await sql`update product set seller_active = false where seller_id = ${owner.sellerId}`
  await sql`update seller set status = 'suspended' where id = ${owner.sellerId}`
  assertStatus(await detail(owner, part.id), 200)
  assertStatus(await list(owner), 200)
  assertProblem(await step(owner, part, 'confirmed'), 403, 'seller_not_approved')
  assertProblem(await step(await customer(), part, 'confirmed'), 403, 'permission_denied')
  assertProblem(await api('GET', '/api/sellers/orders/', { token: await customer() }), 403,
    'permission_denied')
})

// ---- the way -----------------------------------------------------------------------

test('a paid order goes its way: history, stock, news, the order follows', async () => {
  const thing = await product({ stock: 10 })
  const { buyer, order, owner, part } = await sold({ lines: [[thing, 3]] })
  assert.equal((await partRow(part)).status, 'pending')
  assert.deepEqual(await stockOf(thing.variantId), { on_hand: 10, reserved: 3 })

  assert.equal(assertStatus(await step(owner, part, 'confirmed'), 200).status, 'confirmed')
  assert.equal((await orderRow(order)).status, 'confirmed')
  assertStatus(await step(owner, part, 'packed', { note: 'In two boxes' }), 200)
  assert.equal((await orderRow(order)).status, 'processing')
  assert.deepEqual(await stockOf(thing.variantId), { on_hand: 10, reserved: 3 })

  const shipped = assertStatus(await step(owner, part, 'shipped', { tracking }), 200)
  assert.equal(shipped.status, 'shipped')
  assert.deepEqual(shipped.tracking, tracking)
  assert.deepEqual(await stockOf(thing.variantId), { on_hand: 7, reserved: 0 })
  assert.equal((await orderRow(order)).status, 'shipped')
  const [told] = await newsOf(buyer, 'order_shipped')
  assert.equal(told.data.tracking_number, tracking.tracking_number)
  assert.equal(told.data.tracking_url, tracking.tracking_url)
  assert.equal(told.data.carrier, tracking.carrier)
  assert.equal(told.data.number, part.number)
  assert.equal((await mailsOf(buyer, 'order_shipped')).length, 1)

  const delivered = assertStatus(await step(owner, part, 'delivered'), 200)
  assert.deepEqual(delivered.tracking, tracking)
  assert.equal((await orderRow(order)).status, 'delivered')
  assert.equal((await newsOf(buyer, 'order_delivered')).length, 1)
  assert.equal((await mailsOf(buyer, 'order_delivered')).length, 1)
  assert.deepEqual(await stockOf(thing.variantId), { on_hand: 7, reserved: 0 })

  assert.deepEqual((await events(part)).map(e => e.status),
    ['pending_payment', 'pending', 'confirmed', 'packed', 'shipped', 'delivered'])
  assert.deepEqual((await events(part)).filter(e => e.actor_role === 'seller').map(e => e.note),
    [null, 'In two boxes', null, null])
  assert.deepEqual(await history(order), ['pending_payment', 'confirmed', 'processing', 'shipped',
    'delivered'])
  const seen = await api('GET', '/api/orders/detail/', { token: buyer, query: { id: order.id } })
  assert.deepEqual(seen.body.seller_orders[0].tracking, tracking)
  const [earning] = await sql`select matures_at - o.delivered_at = interval '7 days' as week
    from earning e join seller_order o on o.id = e.seller_order_id where o.id = ${part.id}`
  assert(earning.week)
})

test('the order follows the parts that are not cancelled', async () => {
  const things = [await product(), await product(), await product()]
  const { order, parts: [a, b, c], buyer } = await sold({ lines: things.map(t => [t, 1]) })
  const is = async status => assert.equal((await orderRow(order)).status, status)
  await moveTo(a, 'confirmed')
  await is('confirmed')
  await moveTo(a, 'packed')
  await is('processing')
  // The one that was under way is called off: nothing is any more.
  assertStatus(await step(a.owner, a, 'cancelled', { note: 'Broken' }), 200)
  await is('confirmed')
  await moveTo(b, 'shipped')
  await is('processing')
  await moveTo(c, 'shipped')
  await is('shipped')
  await moveTo(c, 'delivered')
  await is('shipped')
  await moveTo(b, 'delivered')
  await is('delivered')
  assert.deepEqual(await history(order), ['pending_payment', 'confirmed', 'processing', 'confirmed',
    'processing', 'shipped', 'delivered'])
  const [told] = await newsOf(buyer, 'order_cancelled')
  assert.equal(told.data.number, a.number)
  assert.equal(told.data.reason, 'Broken')
})

test('with the last part the order is cancelled, and delivered past a cancelled one', async () => {
  const one = await sold({ lines: [[await product(), 1], [await product(), 1]] })
  for (const part of one.parts) assertStatus(await step(part.owner, part, 'cancelled'), 200)
  assert.equal((await orderRow(one.order)).status, 'cancelled')
  const two = await sold({ lines: [[await product(), 1], [await product(), 1]] })
  await moveTo(two.parts[0], 'delivered')
  assert.equal((await orderRow(two.order)).status, 'processing')
  assertStatus(await step(two.parts[1].owner, two.parts[1], 'cancelled'), 200)
  assert.equal((await orderRow(two.order)).status, 'delivered')
})

// ---- what is no step ---------------------------------------------------------------

test('INV9 every step that is not in the graph is refused, with those that are', async () => {
  const targets = ['confirmed', 'packed', 'shipped', 'delivered', 'cancelled']
  const legal = {
    pending_payment: ['cancelled'], pending: ['confirmed', 'cancelled'],
    confirmed: ['packed', 'cancelled'], packed: ['shipped', 'cancelled'],
    shipped: ['delivered'], delivered: [], cancelled: [],
  }
  const { owner, things: [thing] } = await shelf(1, { stock: 1000 })
  for (const [from, good] of Object.entries(legal)) {
    const { part } = await sold({ lines: [[thing, 1]],
      ...from === 'pending_payment' ? { paid: false } : { method: 'cod' } })
    if (from === 'cancelled') assertStatus(await step(owner, part, 'cancelled'), 200)
    else if (!/^pending/.test(from)) await moveTo({ ...part, owner }, from)
    const before = await stockOf(thing.variantId)
    for (const to of targets.filter(t => !good.includes(t))) {
      const problem = assertProblem(await step(owner, part, to), 409, 'invalid_transition',
        `${from} to ${to}`)
      assert(problem.detail.includes(from), problem.detail)
      for (const name of good) assert(problem.detail.includes(name), problem.detail)
      for (const name of targets.filter(t => !good.includes(t) && t !== to && t !== from))
        assert(!problem.detail.includes(name), `${problem.detail} has ${name}`)
    }
    assert.equal((await partRow(part)).status, from)
    assert.deepEqual(await stockOf(thing.variantId), before)
  }
})

test('update-status/ refuses what is no input of it', async () => {
  const { owner, part } = await sold({ method: 'cod' })
  assertInvalid(await step(owner, part, 'pending'), 'status')
  assertInvalid(await step(owner, part, 'confirmed', { tracking }), 'tracking')
  assertInvalid(await step(owner, part, 'shipped', { tracking: {} }), 'tracking')
  for (const bad of ['javascript:alert(1)', 'ftp://x.example/', 'https://a b.example/', '//x', ''])
    assertInvalid(await step(owner, part, 'shipped', { tracking: { tracking_url: bad } }),
      'tracking.tracking_url')
  assertInvalid(await step(owner, part, 'shipped', { tracking: { weight: 1 } }), 'tracking.weight')
  assertInvalid(await step(owner, part, 'confirmed', { seller_id: owner.sellerId }), 'seller_id')
  assertInvalid(await step(owner, { id: '1 or 1=1' }, 'confirmed'), 'id')
  assert.equal((await partRow(part)).status, 'pending')
})

// ---- cancelling --------------------------------------------------------------------

test('cancelling a paid part returns its stock and pays back that part alone', async () => {
  const mine = await product({ stock: 5, price: 12345 }), other = await product({ stock: 5 })
  const { buyer, order, parts } = await sold({ lines: [[mine, 2], [other, 1]] })
  const answer = await step(parts[0].owner, parts[0], 'cancelled', { note: 'Out of it' })
  assert.equal(assertStatus(answer, 200).status, 'cancelled')
  assert.deepEqual(await stockOf(mine.variantId), { on_hand: 5, reserved: 0 })
  assert.deepEqual(await stockOf(other.variantId), { on_hand: 5, reserved: 1 })
  const [refund, ...more] = await refundsOf(order)
  assert.deepEqual(more, [])
  assert.deepEqual([refund.amount, refund.lines, refund.seller_order_id, refund.source,
    refund.reason], [24690, 24690, parts[0].id, 'seller', 'Out of it'])
  await until(async () => (await refundsOf(order))[0].status === 'processed',
    { what: 'the refund to be processed' })
  assert.equal((await orderRow(order)).payment_status, 'partially_refunded')
  assert.equal((await orderRow(order)).status, 'confirmed')
  const [payment] = await sql`select provider_payment_id from payment
    where order_id = ${order.id} and is_live`
  const there = await provider('GET', `/payments/${payment.provider_payment_id}`)
  assert.equal(there.body.amount_refunded, 24690)
  const left = await sql`select sum(amount)::int as net, sum(commission)::int as commission
    from earning where seller_order_id = ${parts[0].id}`
  assert.deepEqual(left, [{ net: 0, commission: 0 }])
  assert.equal((await newsOf(buyer, 'order_cancelled'))[0].source_id, parts[0].id)
  // The buyer cancels the rest: what is left goes back, not more.
  assertStatus(await cancelOrder(buyer, order), 200)
  const all = await refundsOf(order)
  assert.deepEqual(all.map(r => r.amount), [24690, 10000])
})

test('a part that is refunded already is cancelled without paying again', async () => {
  const { order, owner, part, buyer } = await sold({ lines: [[await product(), 1]] })
  const answer = await api('POST', '/api/admin/refund/', { token: await admin(), key: newKey(),
    body: { order_id: order.id, reason: 'Sold out, says the seller' } })
  assertStatus(answer, 201)
  await until(async () => (await refundsOf(order))[0].status === 'processed',
    { what: 'the refund to be processed' })
  await moveTo(part, 'packed')
  assertStatus(await step(owner, part, 'cancelled'), 200)
  assert.equal((await refundsOf(order)).length, 1)
  assert.equal((await orderRow(order)).status, 'cancelled')
  assert.equal((await newsOf(buyer, 'order_cancelled')).length, 1)
})

test('a provider that does not answer stops no cancellation; the job pays back later',
  async () => {
    const { order, owner, part } = await sold({ lines: [[await product(), 1]] })
    await provider('POST', '/faults',
      { next: [{ match: 'POST /v1/payments/*/refund', fault: 'reset', times: 1 }] })
    const key = newKey()
    const answer = await step(owner, part, 'cancelled', { key })
    assert.equal(assertStatus(answer, 200).status, 'cancelled')
    assert.equal((await refundsOf(order))[0].status, 'processing')
    const again = await step(owner, part, 'cancelled', { key })
    assert.deepEqual([again.status, again.text], [200, answer.text])
    assert.equal(again.headers['idempotent-replayed'], 'true')
    await sql`update refund set updated_at = now() - interval '2 minutes'
      where order_id = ${order.id}`
    assert.equal((await runJob(main, 'complete')).status, 0)
    await until(async () => (await refundsOf(order))[0].status === 'processed',
      { what: 'the refund to be processed' })
    const [payment] = await sql`select provider_payment_id as id from payment
      where order_id = ${order.id} and is_live`
    const there = await provider('GET', `/payments/${payment.id}`)
    assert.equal(there.body.amount_refunded, order.total)
  })

test('B10 what a seller called off before it was paid goes back once the money comes', async () => {
  const mine = await product({ stock: 5, price: 30000 }), other = await product({ stock: 5 })
  const { buyer, order, parts } = await sold({ lines: [[mine, 1], [other, 1]], paid: false })
  const checkout = await checkoutOf(buyer, order)
  assertStatus(await step(parts[0].owner, parts[0], 'cancelled'), 200)
  assert.equal((await orderRow(order)).status, 'pending_payment')
  assert.deepEqual(await stockOf(mine.variantId), { on_hand: 5, reserved: 0 })
  assert.deepEqual(await refundsOf(order), [])
  await payFor(checkout)
  await until(async () => (await orderRow(order)).status === 'confirmed', { what: 'the capture' })
  assert.deepEqual((await partRow(parts[0])).status, 'cancelled')
  assert.deepEqual((await partRow(parts[1])).status, 'pending')
  const [refund] = await refundsOf(order)
  assert.deepEqual([refund.amount, refund.source], [30000, 'system'])
  assert.deepEqual(await stockOf(mine.variantId), { on_hand: 5, reserved: 0 })
  // Its seller hears of no new order; the other one does.
  assert.equal((await newsOf(parts[0].owner, 'seller_new_order')).length, 0)
  assert.equal((await newsOf(parts[1].owner, 'seller_new_order')).length, 1)
  await sql`update refund set updated_at = now() - interval '2 minutes'
    where order_id = ${order.id}`
  assert.equal((await runJob(main, 'complete')).status, 0)
  await until(async () => (await refundsOf(order))[0].status === 'processed',
    { what: 'the refund' })
})

test('B10 an order that its seller called off whole is not brought back by the money', async () => {
  const thing = await product({ stock: 5 })
  const { buyer, order, owner, part } = await sold({ lines: [[thing, 1]], paid: false })
  const checkout = await checkoutOf(buyer, order)
  assertStatus(await step(owner, part, 'cancelled'), 200)
  assert.equal((await orderRow(order)).status, 'cancelled')
  await payFor(checkout)
  await until(async () => (await refundsOf(order)).length === 1, { what: 'the refund' })
  assert.equal((await refundsOf(order))[0].amount, order.total)
  assert.equal((await orderRow(order)).status, 'cancelled')
  assert.equal((await partRow(part)).status, 'cancelled')
  assert.deepEqual(await stockOf(thing.variantId), { on_hand: 5, reserved: 0 })
})

test('B10 money too late brings back only what no seller called off', async () => {
  const mine = await product({ stock: 5 }), other = await product({ stock: 5 })
  const { buyer, order, parts } = await sold({ lines: [[mine, 1], [other, 1]], paid: false })
  const checkout = await checkoutOf(buyer, order)
  assertStatus(await step(parts[0].owner, parts[0], 'cancelled'), 200)
  assertStatus(await cancelOrder(buyer, order), 200)
  await payFor(checkout)
  await until(async () => (await orderRow(order)).status === 'confirmed', { what: 'the capture' })
  assert.equal((await partRow(parts[0])).status, 'cancelled')
  assert.equal((await partRow(parts[1])).status, 'pending')
  assert.deepEqual(await stockOf(mine.variantId), { on_hand: 5, reserved: 0 })
  assert.deepEqual(await stockOf(other.variantId), { on_hand: 5, reserved: 1 })
  assert.deepEqual((await refundsOf(order)).map(r => r.amount), [10000])
})

test('B10 what no order takes again is not told of as low', async () => {
  // Both would be low with one unit less, and one of them is.
  const mine = await product({ stock: 6 }), other = await product({ stock: 6 })
  const { buyer, order, parts } = await sold({ lines: [[mine, 1], [other, 1]], paid: false })
  const checkout = await checkoutOf(buyer, order)
  assertStatus(await step(parts[0].owner, parts[0], 'cancelled'), 200)
  assertStatus(await cancelOrder(buyer, order), 200)
  const things = [mine, other].map(thing => thing.variantId)
  await sql`update stock set low_id = null, on_hand = case variant_id when ${mine.variantId}::uuid
    then 5 else 6 end where variant_id = any(${things}::uuid[])`
  await sql`delete from notification where type = 'low_stock'
    and account_id in (${parts[0].owner.id}, ${parts[1].owner.id})`
  await payFor(checkout)
  await until(async () => (await orderRow(order)).status === 'confirmed', { what: 'the capture' })
  assert.equal((await newsOf(parts[0].owner, 'low_stock')).length, 0)
  assert.deepEqual((await newsOf(parts[1].owner, 'low_stock')).map(n => n.data.stock), [5])
})

// ---- cash on delivery --------------------------------------------------------------

test('cash is captured part by part at delivery; the order is paid with the last', async () => {
  const things = [await product({ price: 11111 }), await product(), await product()]
  const { order, parts: [a, b, c] } = await sold({ lines: things.map(t => [t, 1]), method: 'cod' })
  const money = async () => (await sql`select captured_amount::int as captured, status from payment
    where order_id = ${order.id}`)[0]
  await moveTo(a, 'shipped')
  assert.deepEqual(await money(), { captured: 0, status: 'created' })
  await moveTo(a, 'delivered')
  assert.deepEqual(await money(), { captured: 11111, status: 'created' })
  assert.equal((await orderRow(order)).payment_status, 'unpaid')
  await moveTo(b, 'delivered')
  assert.deepEqual(await money(), { captured: 21111, status: 'created' })
  assertStatus(await step(c.owner, c, 'cancelled'), 200)
  assert.deepEqual(await money(), { captured: 21111, status: 'captured' })
  assert.equal((await orderRow(order)).payment_status, 'paid')
  assert.equal((await orderRow(order)).status, 'delivered')
  assert.deepEqual(await refundsOf(order), [])
  const journals = await sql`select j.kind, j.ref, p.account, p.amount::int as amount
    from journal j join posting p on p.journal_id = j.id
    where j.order_id = ${order.id} and j.ref = ${a.id} order by p.line`
  assert.deepEqual(journals.map(p => [p.kind, p.account, p.amount]), [
    ['cod_capture', 'cod_clearing', 11111], ['cod_capture', 'commission', -1111],
    ['cod_capture', 'seller_pending', -10000]])
  const [ready] = await sql`select matures_at - o.delivered_at = interval '7 days' as week
    from earning e join seller_order o on o.id = e.seller_order_id where o.id = ${b.id}`
  assert(ready.week)
})

// ---- at once -----------------------------------------------------------------------

test('A06 the same key: one step, one answer', async () => {
  const { owner, part } = await sold({ method: 'cod' })
  const key = newKey()
  const answers = await together(10, () => step(owner, part, 'confirmed', { key }))
  const counts = countBy(answers, a => a.status)
  assert.equal(counts[200] + (counts[409] ?? 0), 10, JSON.stringify(counts))
  for (const answer of answers.filter(a => a.status === 409))
    assertProblem(answer, 409, 'idempotency_in_progress')
  const again = await step(owner, part, 'confirmed', { key })
  assert.equal(again.headers['idempotent-replayed'], 'true')
  assert.equal(again.body.status, 'confirmed')
  assertProblem(await step(owner, part, 'packed', { key }), 409, 'idempotency_key_reused')
  // A refusal is kept as well.
  const refused = newKey()
  assertProblem(await step(owner, part, 'shipped', { key: refused }), 409, 'invalid_transition')
  await moveTo({ ...part, owner }, 'packed')
  const kept = await step(owner, part, 'shipped', { key: refused })
  assertProblem(kept, 409, 'invalid_transition')
  assert.equal(kept.headers['idempotent-replayed'], 'true')
  assert.equal((await events(part)).filter(e => e.status === 'confirmed').length, 1)
})

test('two steps at once: one is taken, the other refused', async () => {
  const { owner, things: [thing] } = await shelf(1, { stock: 1000 })
  for (let i = 0; i < 20; i++) {
    const { part } = await sold({ lines: [[thing, 1]], method: 'cod' })
    await moveTo({ ...part, owner }, 'packed')
    const answers = await together(4, n => step(owner, part, n % 2 ? 'shipped' : 'cancelled'))
    assert.deepEqual(answers.map(a => a.status).sort(), [200, 409, 409, 409])
    for (const answer of answers.filter(a => a.status === 409))
      assertProblem(answer, 409, 'invalid_transition')
    const won = answers.find(a => a.status === 200).body.status
    assert.equal((await partRow(part)).status, won)
  }
  const { reserved } = await stockOf(thing.variantId)
  assert.equal(reserved, 0)
})

test('INV1 the buyer cancels while the seller ships, 200 times: one of them wins', async () => {
  const rounds = 200
  const thing = await product({ stock: rounds * 2 })
  const buyers = await Promise.all(Array.from({ length: 10 }, () => customer()))
  const won = { cancelled: 0, shipped: 0 }
  for (let round = 0; round < rounds / buyers.length; round++) {
    const orders = []
    for (const buyer of buyers) {
      await sql`delete from cart where account_id = ${buyer.id}`
      await fillCart(buyer, [[thing.variantId, 1]])
      orders.push(assertStatus(await createOrder(buyer), 201))
    }
    const ids = orders.map(o => o.seller_orders[0].id)
    await sql`insert into order_event (id, order_id, seller_order_id, from_status, status, actor_role)
      select gen_random_uuid(), s.order_id, s.id, e.was, e.now, 'seller'
      from seller_order s cross join (values ('pending', 'confirmed'), ('confirmed', 'packed'))
        as e (was, now)
      where s.id = any(${ids}::uuid[])`
    await sql`update seller_order set status = 'packed' where id = any(${ids}::uuid[])`
    await sql`insert into order_event (id, order_id, from_status, status, actor_role)
      select gen_random_uuid(), order_id, 'confirmed', 'processing', 'seller'
      from seller_order where id = any(${ids}::uuid[])`
    await sql`update orders set status = 'processing'
      where id in (select order_id from seller_order where id = any(${ids}::uuid[]))`
    const answers = await together(buyers.length * 2, n => {
      const i = n >> 1
      return (n + round) % 2 ? cancelOrder(buyers[i], orders[i])
        : step(thing.seller, orders[i].seller_orders[0], 'shipped')
    })
    for (let i = 0; i < buyers.length; i++) {
      const pair = answers.slice(2 * i, 2 * i + 2)
      assert.deepEqual(pair.map(a => a.status).sort(), [200, 409], pair.map(a => a.text).join())
      const { status } = await partRow(orders[i].seller_orders[0])
      won[status]++
      const winner = pair.find(a => a.status === 200).body
      assert.equal(winner.status, status)
    }
  }
  assert.equal(won.cancelled + won.shipped, rounds)
  assert(won.cancelled > 0 && won.shipped > 0, JSON.stringify(won))
  assert.deepEqual(await stockOf(thing.variantId),
    { on_hand: rounds * 2 - won.shipped, reserved: 0 })
})

test('a paid order: the buyer cancels while the seller cancels, the money goes back once',
  async () => {
    for (let i = 0; i < 5; i++) {
      const { buyer, order, owner, part } = await sold({ lines: [[await product(), 1]] })
      const answers = await together(2, n => n ? cancelOrder(buyer, order)
        : step(owner, part, 'cancelled'))
      assert.deepEqual(answers.map(a => a.status).sort(), [200, 409])
      assert.equal((await refundsOf(order)).length, 1)
      assert.equal((await refundsOf(order))[0].amount, order.total)
    }
  })
