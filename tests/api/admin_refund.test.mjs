/*
 * Refunds by administrators, on an instance with the provider's sandbox: group
 * C of the catalogue as far as it is about money that goes back.
 */
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'

import { admin, assertInvalid, assertProblem, assertStatus, countBy, customer, keysOf, newKey,
  seller, stockOf, together, until, uuid7, walk } from './harness.mjs'
import { runJob, runKilled, startJob } from './jobs.mjs'
import { startShop } from './money.mjs'

const kit = await startShop()
const { shop, box, api, sql, paid, ordered, initiated, sellers, stateOf, books, clearing,
  refundRows, refundsThere, failRefunds, faultsLeft, hold, release, ship, deliver, grow } = kit

const boss = await admin(shop)

// No test lives with the faults of another.
beforeEach(release)

const refundKeys = ['amount', 'created_at', 'currency', 'id', 'items', 'order_id', 'order_number',
  'payment_id',
  'processed_at', 'reason', 'requested_by', 'seller_order_id', 'status']

const refund = (order, more = {}, { key = newKey(), token = boss, ...rest } = {}) =>
  api('POST', '/api/admin/refund/', { token, key, ...rest,
    body: { order_id: order.id, reason: 'Arrived broken', ...more } })

const list = query => api('GET', '/api/admin/refunds/', { token: boss, query })

const reject = (id, { key = newKey(), token = boss, reason = 'Signs of use', ...rest } = {}) =>
  api('POST', '/api/admin/refunds/reject/',
    { token, key, ...rest, body: { refund_id: id, reason } })

const ask = (all, items, reason = 'Too small') => api('POST', '/api/refunds/request/',
  { token: all.buyer, key: newKey(), body: { order_id: all.order.id, items, reason } })

const cancel = all => api('POST', '/api/orders/cancel/',
  { token: all.buyer, key: newKey(), body: { order_id: all.order.id, reason: 'Too slow' } })

const auditOf = id => sql`select actor_id, actor_email, action, entity, changes, ip, request_id
  from audit_log where entity_id = ${id} order by seq`

const toldOf = async (account, source) => (await sql`select type from notification
  where account_id = ${account} and source_id = ${source}`).map(n => n.type)

const statusOf = async id => (await sql`select status from refund where id = ${id}`)[0].status

/** Commission and tax that the refunds of an order took back, against what there was. */
async function checkShares(order) {
  for (const line of await sql`
    select i.line_total - i.discount + i.shipping as net, i.commission_amount, i.tax_total,
      coalesce(sum(t.amount), 0)::bigint as amount,
      coalesce(sum(t.commission_reversed), 0)::bigint as commission,
      coalesce(sum(t.tax_reversed), 0)::bigint as tax
    from order_item i left join (refund_item t join refund r on r.id = t.refund_id
      and r.status = 'processed') on t.order_item_id = i.id
    where i.order_id = ${order.id} group by i.id`) {
    assert.equal(line.amount, line.net)
    assert.equal(line.commission, line.commission_amount)
    assert.equal(line.tax, line.tax_total)
  }
  for (const [account, sum] of Object.entries(await books(order))) assert.equal(sum, 0, account)
}

// ---- what goes back -----------------------------------------------------------

test('all that is left: 201 in the shape of the contract, booked, told and audited', async () => {
  const all = await paid([{ quantity: 3, price: 33333 }])
  const answer = await refund(all.order, {}, { headers: { 'x-request-id': 'refund-of-all' } })
  const made = assertStatus(answer, 201)
  assert.deepEqual(keysOf(made), refundKeys)
  assert.equal(made.amount, all.order.total)
  assert.equal(made.status, 'processed')
  assert.equal(made.requested_by, boss.id)
  assert.equal(made.seller_order_id, all.order.seller_orders[0].id)
  assert.deepEqual(made.items,
    [{ order_item_id: all.items[0].id, quantity: 3, amount: all.order.total }])
  assert.equal((await stateOf(all.order)).payment_status, 'refunded')
  assert.deepEqual(await clearing(all.order), [all.order.total, -all.order.total])
  await checkShares(all.order)
  assert.deepEqual(await toldOf(all.buyer.id, made.id), ['order_refunded'])
  assert.deepEqual(await toldOf(all.things[0].seller.id, made.id), ['seller_refunded'])
  const [entry, ...more] = await auditOf(made.id)
  assert.deepEqual(more, [])
  assert.deepEqual(entry, { actor_id: boss.id, actor_email: boss.email, action: 'refund.open',
    entity: 'refund', ip: '127.0.0.1', request_id: 'refund-of-all', changes: {
      order_id: [null, all.order.id], amount: [null, all.order.total],
      status: [null, 'processing'], reason: [null, 'Arrived broken'], restock: [null, false] } })
  assertProblem(await refund(all.order), 409, 'refund_exceeds_captured')
  assertProblem(await refund(all.order, { amount: 100 }), 409, 'refund_exceeds_captured')
})

test('lines: units at their share, of the sellers concerned alone', async () => {
  const [one, two] = await sellers(2)
  const all = await paid([{ seller: one, quantity: 3, price: 10001 },
    { seller: two, quantity: 1, price: 55500 }])
  const made = assertStatus(await refund(all.order,
    { items: [{ order_item_id: all.items[0].id, quantity: 2 }] }), 201)
  assert.equal(made.amount, 20002)
  const part = all.order.seller_orders.find(p => p.items.some(i => i.id === all.items[0].id))
  assert.equal(made.seller_order_id, part.id)
  assert.equal((await stateOf(all.order)).payment_status, 'partially_refunded')
  const detail = assertStatus(await api('GET', '/api/orders/detail/',
    { token: all.buyer, query: { id: all.order.id } }), 200)
  assert.deepEqual(detail.seller_orders.flatMap(p => p.items).map(i => i.refunded_quantity).sort(),
    [0, 2])
  assert.deepEqual(await toldOf(two.id, made.id), [])
  assertProblem(await refund(all.order,
    { items: [{ order_item_id: all.items[0].id, quantity: 2 }] }), 409, 'refund_exceeds_captured')
  const rest = assertStatus(await refund(all.order), 201)
  assert.equal(rest.amount, all.order.total - 20002)
  assert.equal(rest.seller_order_id, null)
  await checkShares(all.order)
})

test('an amount: over all lines in proportion, and the last paisa fits', async () => {
  const [one, two] = await sellers(2)
  const all = await paid([{ seller: one, price: 70001 }, { seller: two, price: 29998 }])
  const made = assertStatus(await refund(all.order, { amount: 10000 }), 201)
  assert.equal(made.items.reduce((sum, i) => sum + i.amount, 0), 10000)
  assert.deepEqual(made.items.map(i => i.quantity), [0, 0])
  assert(made.items.every(i => i.amount === 7000 || i.amount === 3000),
    JSON.stringify(made.items))
  const rest = assertStatus(await refund(all.order, { amount: all.order.total - 10000 }), 201)
  assert.deepEqual(rest.items.map(i => i.quantity), [1, 1])
  await checkShares(all.order)
})

test('shipping goes back with its lines, with discounts taken off, to the last paisa', async () => {
  const [one, two] = await sellers(2)
  const all = await paid([{ seller: one, quantity: 3, price: 10000 },
    { seller: one, price: 20000, taxRate: 500 }, { seller: two, price: 7001 }], {
    // What carriers and coupons will write one day.
    before: async ({ order, items }) => {
      for (const [i, shipping] of [1633, 3267, 0].entries())
        await sql`update order_item set shipping = ${shipping} where id = ${items[i].id}`
      await sql`update seller_order set shipping_total = 4900, total = total + 4900
        where id = ${order.seller_orders.find(p => p.items.length === 2).id}`
      await sql`update orders set shipping_total = 4900, total = total + 4900
        where id = ${order.id}`
    },
  })
  const total = all.order.total + 4900
  assert.equal(all.payment.amount, total)
  const made = assertStatus(await refund(all.order,
    { items: [{ order_item_id: all.items[0].id, quantity: 1 }] }), 201)
  assert.equal(made.amount, Math.floor(31633 / 3))
  const part = assertStatus(await refund(all.order, { amount: 5555 }), 201)
  assert.equal(part.items.reduce((sum, i) => sum + i.amount, 0), 5555)
  const rest = assertStatus(await refund(all.order), 201)
  assert.equal(made.amount + part.amount + rest.amount, total)
  assert.equal((await stateOf(all.order)).payment_status, 'refunded')
  await checkShares(all.order)
})

test('less than the provider pays back is 409, also where that is all that is left', async () => {
  const all = await paid([{ price: 50, quantity: 3 }])
  assertProblem(await refund(all.order,
    { items: [{ order_item_id: all.items[0].id, quantity: 1 }] }), 409, 'invalid_state')
  assertStatus(await refund(all.order, { amount: 100 }), 201)
  assertProblem(await refund(all.order), 409, 'invalid_state')
  // Nothing that can be paid back must not keep the order from being cancelled.
  assert.equal(assertStatus(await cancel(all), 200).status, 'cancelled')
  assert.equal((await refundsThere(all.order)).length, 1)
})

test('an order that was refunded in full can still be cancelled', async () => {
  const all = await paid()
  assertStatus(await refund(all.order), 201)
  assert.equal(assertStatus(await cancel(all), 200).status, 'cancelled')
  assert.equal((await refundRows(all.order)).length, 1)
  assert.equal((await stockOf(all.things[0].variantId, shop)).reserved, 0)
})

// ---- restock ------------------------------------------------------------------

test('restock puts back units that had left the shelf, and no others', async () => {
  const all = await paid([{ quantity: 3, stock: 10 }])
  const variant = all.things[0].variantId
  const line = quantity => ({ items: [{ order_item_id: all.items[0].id, quantity }] })
  assertStatus(await refund(all.order, { ...line(1), restock: true }), 201)
  assert.deepEqual(await stockOf(variant, shop), { on_hand: 10, reserved: 3 })
  await deliver(all.order)
  assert.deepEqual(await stockOf(variant, shop), { on_hand: 7, reserved: 0 })
  assertStatus(await refund(all.order, line(1)), 201)
  assert.equal((await stockOf(variant, shop)).on_hand, 7)
  // The one of before was shipped after all, and is said to be back as well.
  assertStatus(await refund(all.order, { ...line(1), restock: true }), 201)
  assert.equal((await stockOf(variant, shop)).on_hand, 9)
})

test('what came back to the shelf comes once, also when its refund fails and is made again',
  async () => {
    const all = await paid([{ quantity: 5, stock: 10 }])
    const variant = all.things[0].variantId
    await deliver(all.order)
    const send = () => refund(all.order,
      { items: [{ order_item_id: all.items[0].id, quantity: 2 }], restock: true })
    const made = assertStatus(await send(), 201)
    assert.equal((await stockOf(variant, shop)).on_hand, 7)
    const [{ id }] = await refundsThere(all.order)
    await box.ask('POST', '/refunds/play', { refund_id: id, outcome: 'failed' })
    await until(async () => await statusOf(made.id) === 'failed')
    assert.equal((await stockOf(variant, shop)).on_hand, 7)
    assertStatus(await send(), 201)
    assert.equal((await stockOf(variant, shop)).on_hand, 7)
    assertStatus(await send(), 201)
    assert.equal((await stockOf(variant, shop)).on_hand, 9)
  })

// ---- what is refused ----------------------------------------------------------

test('C06 too much, too little, nothing, of nothing: refused, and the provider is not called',
  async () => {
    const all = await paid([{ quantity: 2, price: 10000 }])
    const other = await paid()
    const open = await ordered()
    const cash = await ordered([{}], { method: 'cod' })
    const line = (order_item_id, quantity = 1) => ({ items: [{ order_item_id, quantity }] })
    // Whoever called would get it.
    await failRefunds('500')
    for (const amount of [20001, Number.MAX_SAFE_INTEGER])
      assertProblem(await refund(all.order, { amount }), 409, 'refund_exceeds_captured')
    for (const amount of [0, -1, -100, 99, 1.5, '100', 1e30])
      assertInvalid(await refund(all.order, { amount }), 'amount')
    assertInvalid(await refund(all.order, { amount: 100, ...line(all.items[0].id) }), 'amount')
    for (const items of [[], {}, 'x'])
      assertInvalid(await refund(all.order, { items }), 'items')
    for (const id of [uuid7(), other.items[0].id])
      assertInvalid(await refund(all.order, line(id)), 'items.0.order_item_id')
    assertInvalid(await refund(all.order, { items: [...line(all.items[0].id).items,
      ...line(all.items[0].id).items] }), 'items.1.order_item_id')
    for (const quantity of [0, -1, 1.5, '1'])
      assertInvalid(await refund(all.order, line(all.items[0].id, quantity)), 'items.0.quantity')
    assertProblem(await refund(all.order, line(all.items[0].id, 3)), 409,
      'refund_exceeds_captured')
    assertInvalid(await refund(all.order, { reason: ' ' }), 'reason')
    assertInvalid(await refund(all.order, { currency: 'USD' }), 'currency')
    for (const unpaid of [open, cash])
      for (const more of [{}, { amount: 100 }, line(unpaid.items[0].id)])
        assertProblem(await refund(unpaid.order, more), 409, 'invalid_state')
    assertProblem(await refund({ id: uuid7() }), 404, 'not_found')
    assert.equal(await faultsLeft(), 1, 'the provider was called')
    await release()
    assertStatus(await refund(all.order, { amount: 12000 }), 201)
    await failRefunds('500')
    assertProblem(await refund(all.order, { amount: 8001 }), 409, 'refund_exceeds_captured')
    assert.equal(await faultsLeft(), 1, 'the provider was called')
    await release()
    for (const { order } of [open, cash, other]) assert.deepEqual(await refundRows(order), [])
    const [payment] = await sql`select refund_reserved, refunded_amount from payment
      where order_id = ${all.order.id}`
    assert.deepEqual(payment, { refund_reserved: 12000, refunded_amount: 12000 })
  })

test('only administrators refund, list and reject', async () => {
  const all = await paid()
  const others = { customer: all.buyer, seller: all.things[0].seller,
    other: await customer({}, shop) }
  for (const [who, token] of Object.entries(others)) {
    assertProblem(await refund(all.order, {}, { token }), 403, 'permission_denied', who)
    assertProblem(await reject(uuid7(), { token }), 403, 'permission_denied', who)
    assertProblem(await api('GET', '/api/admin/refunds/', { token }), 403, 'permission_denied', who)
  }
  assertProblem(await refund(all.order, {}, { token: null }), 401, 'authentication_required')
  assertProblem(await reject(uuid7(), { token: null }), 401, 'authentication_required')
  assertProblem(await api('GET', '/api/admin/refunds/'), 401, 'authentication_required')
  assert.deepEqual(await refundRows(all.order), [])
})

// ---- at once ------------------------------------------------------------------

test('C07 ten parallel refunds of 60 % with ten keys: one is made, nine are 409', async () => {
  const all = await paid([{ price: 50000 }])
  const answers = await together(10, () => refund(all.order, { amount: 30000 }), shop)
  assert.deepEqual(countBy(answers, a => a.body.code ?? a.status),
    { 201: 1, refund_exceeds_captured: 9 })
  assert.deepEqual((await refundsThere(all.order)).map(r => r.amount), [30000])
  assert.equal((await refundRows(all.order)).length, 1)
})

test('two administrators at once: what fits is made, each with its entry', async () => {
  const bosses = await Promise.all([admin(shop), admin(shop), admin(shop), admin(shop)])
  const all = await paid([{ price: 40000 }])
  const answers = await together(4, i =>
    refund(all.order, { amount: 10000 }, { token: bosses[i] }), shop)
  const made = answers.map(answer => assertStatus(answer, 201))
  assert.equal((await refundsThere(all.order)).length, 4)
  assert.equal((await stateOf(all.order)).payment_status, 'refunded')
  for (const [i, { id }] of made.entries()) {
    const entries = await auditOf(id)
    assert.deepEqual(entries.map(e => e.actor_id), [bosses[i].id])
  }
  await checkShares(all.order)
})

// ---- keys ---------------------------------------------------------------------

test('the same key: the same bytes, one refund; another body or path: 409', async () => {
  const all = await paid()
  const key = newKey()
  const first = await refund(all.order, { amount: 5000 }, { key })
  assertStatus(first, 201)
  const again = await refund(all.order, { amount: 5000 }, { key })
  assertStatus(again, 201)
  assert.equal(again.text, first.text)
  assert.equal(again.headers['idempotent-replayed'], 'true')
  await shop.redisCli('flushall')
  assert.equal((await refund(all.order, { amount: 5000 }, { key })).text, first.text)
  assertProblem(await refund(all.order, { amount: 5001 }, { key }), 409, 'idempotency_key_reused')
  assertProblem(await reject(first.body.id, { key }), 409, 'idempotency_key_reused')
  assert.equal((await refundRows(all.order)).length, 1)
  assert.equal((await auditOf(first.body.id)).length, 1)
  // A refusal is kept as well; a fault of the request is not.
  const refused = newKey()
  const no = await refund(all.order, { amount: 25000 }, { key: refused })
  assertProblem(no, 409, 'refund_exceeds_captured')
  assert.equal((await refund(all.order, { amount: 25000 }, { key: refused })).text, no.text)
  const wrong = newKey()
  assertInvalid(await refund(all.order, { amount: 5 }, { key: wrong }), 'amount')
  assertStatus(await refund(all.order, { amount: 500 }, { key: wrong }), 201)
  // When the key is forgotten, its refund is not.
  await sql`delete from idempotency_key where key = ${key}`
  await shop.redisCli('flushall')
  assertProblem(await refund(all.order, { amount: 5000 }, { key }), 409, 'idempotency_key_reused')
  // Another administrator's key of the same name is another key.
  assertStatus(await refund(all.order, { amount: 500 }, { key, token: await admin(shop) }), 201)
})

test('twenty times one key at once is one refund', async () => {
  const all = await paid()
  const key = newKey()
  const answers = await together(20, () => refund(all.order, { amount: 7000 }, { key }), shop)
  const made = answers.filter(a => a.status === 201)
  assert.equal(made.filter(a => !a.headers['idempotent-replayed']).length, 1)
  for (const answer of answers.filter(a => a.status !== 201))
    assertProblem(answer, 409, 'idempotency_in_progress')
  assert.equal((await refundsThere(all.order)).length, 1)
})

test('whichever call to the database or the cache fails, the key leads to one refund', async () => {
  let faults = 0
  for (let n = 1, served = false; !served; n++) {
    const all = await paid([{ price: 1000, stock: 1 }])
    const key = newKey()
    const send = headers => refund(all.order, { amount: 600 }, { key, headers })
    const broken = await send({ 'x-haat-fault': String(n) })
    assert([201, 502, 503, 504].includes(broken.status), `fault ${n}: ${broken.text}`)
    assertStatus(await send({}), 201)
    assert.deepEqual((await refundsThere(all.order)).map(r => r.amount), [600], `fault ${n}`)
    const rows = await refundRows(all.order)
    assert.deepEqual(rows.map(r => r.status), ['processed'], `fault ${n}`)
    assert.equal((await auditOf(rows[0].id)).length, 1)
    served = broken.status === 201
    // The cache may fail without anybody noticing.
    if (served && n < 12) served = false
    else faults = n
  }
  assert(faults >= 12)
})

// ---- the provider falls silent ------------------------------------------------

/** A refund that the provider made, or did not, without telling anybody. */
async function unknown(fault, more = {}, lines) {
  const all = await paid(lines)
  const key = newKey()
  await hold()
  await failRefunds(fault, { timeout_ms: 100 })
  assertProblem(await refund(all.order, more, { key }), 504, 'outcome_unknown')
  const [{ id }] = await refundRows(all.order)
  assert.equal(await statusOf(id), 'processing')
  return { ...all, key, id }
}

test('C08 the provider made it and fell silent: the same key finds it, a new one is 409',
  async () => {
    for (const more of [{}, { amount: 6000 }]) {
      const all = await unknown('after-timeout', more)
      const late = newKey()
      const refused = await refund(all.order, { amount: 500 }, { key: late })
      assertProblem(refused, 409, 'refund_in_progress')
      for (const other of [more, { amount: 6000 }, { amount: 100 }, {}])
        assertProblem(await refund(all.order, other), 409, 'refund_in_progress')
      const made = assertStatus(await refund(all.order, more, { key: all.key }), 201)
      assert.equal(made.id, all.id)
      assert.equal(made.status, 'processed')
      const there = await refundsThere(all.order)
      assert.deepEqual(there.map(r => r.receipt), [`rf-${all.id}`])
      assert.equal((await refundRows(all.order)).length, 1)
      assert.equal((await auditOf(all.id)).length, 1)
      const again = await refund(all.order, more, { key: all.key })
      assert.equal(again.headers['idempotent-replayed'], 'true')
      await release()
      await until(async () => (await stateOf(all.order)).payment_status !== 'paid')
      assert.deepEqual(await clearing(all.order), [all.order.total, -made.amount])
      // It is known now: a new key is free again, and what was refused stays refused, since
      // it may have meant the same refund.
      assert.equal((await refund(all.order, { amount: 500 }, { key: late })).text, refused.text)
      if (more.amount) assertStatus(await refund(all.order), 201)
    }
  })

test('C08 the request never arrived: the same key makes it, once', async () => {
  const all = await unknown('before-timeout', { amount: 6000 })
  assertProblem(await refund(all.order, { amount: 6000 }), 409, 'refund_in_progress')
  assert.deepEqual(await refundsThere(all.order), [])
  const made = assertStatus(await refund(all.order, { amount: 6000 }, { key: all.key }), 201)
  assert.equal(made.id, all.id)
  assert.equal((await refundsThere(all.order)).length, 1)
  await release()
})

test('C08 nobody asks again: the job learns the outcome and answers the key', async () => {
  for (const fault of ['after-timeout', 'before-timeout']) {
    const all = await unknown(fault, { amount: 6000 })
    await grow()
    const job = await runJob(shop, 'complete')
    assert.equal(job.status, 0, job.text)
    assert.equal(job.counts.failed, 0, job.text)
    assert.equal(await statusOf(all.id), 'processed')
    assert.equal((await refundsThere(all.order)).length, 1)
    const late = await refund(all.order, { amount: 6000 }, { key: all.key })
    assertStatus(late, 201)
    assert.equal(late.headers['idempotent-replayed'], 'true')
    assert.deepEqual([late.body.id, late.body.status], [all.id, 'processed'])
    assertStatus(await refund(all.order), 201)
    await release()
  }
})

test('C08 the provider\'s event says what became of it: a new key is free', async () => {
  const all = await unknown('after-timeout', { amount: 6000 })
  await release()
  await until(async () => await statusOf(all.id) === 'processed')
  assertStatus(await refund(all.order, { amount: 500 }), 201)
  const late = assertStatus(await refund(all.order, { amount: 6000 }, { key: all.key }), 201)
  assert.deepEqual([late.id, late.status], [all.id, 'processed'])
})

test('the provider is broken: 502, and a new key must wait for the first as well', async () => {
  for (const fault of ['500', 'junk', '401']) {
    const all = await paid()
    const key = newKey()
    // Not even its events tell of what it did.
    await hold()
    await failRefunds(fault)
    assertProblem(await refund(all.order, { amount: 900 }, { key }), 502,
      'payment_provider_error', fault)
    assertProblem(await refund(all.order, { amount: 900 }), 409, 'refund_in_progress', fault)
    assertStatus(await refund(all.order, { amount: 900 }, { key }), 201)
    assert.equal((await refundsThere(all.order)).length, 1)
    await release()
  }
})

test('the provider refuses: 409 for this key, all is given back, a new key may', async () => {
  const all = await paid()
  const key = newKey()
  await failRefunds('400')
  const refused = await refund(all.order, { amount: 900 }, { key })
  assertProblem(refused, 409, 'invalid_state')
  assert.equal((await refund(all.order, { amount: 900 }, { key })).text, refused.text)
  const [row] = await refundRows(all.order)
  assert.equal(row.status, 'failed')
  assert.deepEqual((await toldOf(boss.id, row.id)), ['payment_mismatch'])
  assertStatus(await refund(all.order), 201)
  assert.equal((await stateOf(all.order)).payment_status, 'refunded')
})

test('a process dies once the provider refused: the key learns of it, also from the job',
  async () => {
    for (const byJob of [false, true]) {
      const all = await unknown('before-timeout', { amount: 6000 })
      await failRefunds('400')
      await grow()
      if (byJob) {
        assert.equal((await runJob(shop, 'complete')).status, 0)
        assert.equal(await statusOf(all.id), 'failed')
      }
      const late = await refund(all.order, { amount: 6000 }, { key: all.key })
      assertProblem(late, 409, 'invalid_state')
      assert.equal(late.headers['idempotent-replayed'], byJob ? 'true' : undefined)
      assert.equal(await statusOf(all.id), 'failed')
      assertStatus(await refund(all.order, { amount: 6000 }), 201)
      await release()
    }
  })

test('a cancel is not held up by a refund whose outcome is unknown, and is not lost', async () => {
  for (const fault of ['before-timeout', 'after-timeout']) {
    const all = await unknown(fault, { amount: 6000 })
    assert.equal(assertStatus(await cancel(all), 200).status, 'cancelled')
    const [first, rest] = await refundRows(all.order)
    assert.deepEqual([first.amount, rest.amount], [6000, all.order.total - 6000])
    assert.equal(rest.status, 'processed')
    await grow()
    assert.equal((await runJob(shop, 'complete')).status, 0)
    await release()
    assert.equal(await statusOf(first.id), 'processed')
    assert.equal((await stateOf(all.order)).payment_status, 'refunded')
    assert.equal((await refundsThere(all.order)).length, 2)
    await checkShares(all.order)
  }
})

test('somebody is at the provider: a refund waits for its turn, but not for ever', async () => {
  const all = await paid()
  const other = shop.session()
  const take = () => other.sql`
    select pg_advisory_lock(hashtextextended('refund ' || ${all.order.id}, 0)) is not null as ok`
  const give = () => other.sql`
    select pg_advisory_unlock(hashtextextended('refund ' || ${all.order.id}, 0)) as ok`
  await take()
  assertProblem(await refund(all.order, { amount: 500 }), 409, 'refund_in_progress')
  const waiting = refund(all.order, { amount: 700 })
  await until(async () => (await sql`select from pg_locks where locktype = 'advisory'
    and not granted`).length > 0, { what: 'the refund to wait' })
  assert.deepEqual(await give(), [{ ok: true }])
  assertStatus(await waiting, 201)
  // A cancel does not wait: the job goes on with its refund.
  await take()
  assertStatus(await cancel(all), 200)
  const [open] = (await refundRows(all.order)).slice(-1)
  assert.equal(open.status, 'processing')
  assert.deepEqual(await give(), [{ ok: true }])
  other.close()
  await grow()
  assert.equal((await runJob(shop, 'complete')).status, 0)
  assert.equal(await statusOf(open.id), 'processed')
})

// ---- it fails after all -------------------------------------------------------

/** The provider takes a processed refund back. */
async function failLate(order, id) {
  const { provider_refund_id: there } = (await refundRows(order)).find(r => r.id === id)
  await box.ask('POST', '/refunds/play', { refund_id: there, outcome: 'failed' })
  await until(async () => await statusOf(id) === 'failed', { what: 'the refund to fail' })
}

test('C09 refund.failed after processing: seen in the list, reversed, and refundable again',
  async () => {
    const all = await paid([{ price: 30000 }])
    const { total } = all.order
    const one = assertStatus(await refund(all.order, { amount: 105 }), 201)
    const two = assertStatus(await refund(all.order, { amount: 105 }), 201)
    await failLate(all.order, one.id)
    assert.deepEqual(await clearing(all.order), [total, -105, -105, 105])
    const rows = assertStatus(await list({ order_id: all.order.id }), 200).results
    assert.deepEqual(rows.map(r => [r.id, r.status]), [[two.id, 'processed'], [one.id, 'failed']])
    assert.equal((await stateOf(all.order)).payment_status, 'partially_refunded')
    assert.deepEqual(await toldOf(boss.id, one.id), ['payment_mismatch'])
    const again = assertStatus(await refund(all.order), 201)
    assert.equal(again.amount, total - 105)
    await failLate(all.order, two.id)
    assertStatus(await refund(all.order), 201)
    assert.equal((await stateOf(all.order)).payment_status, 'refunded')
    await checkShares(all.order)
  })

test('C09 a refund that fails once its earning is payable, or settled, is given back there',
  async () => {
    for (const settled of [false, true]) {
      const all = await paid([{ price: 30000 }])
      const [part] = all.order.seller_orders
      const made = assertStatus(await refund(all.order, { amount: 9000 }), 201)
      await deliver(all.order, all.order.seller_orders, 8)
      assert.equal((await runJob(shop, 'mature')).counts.matured, 1)
      if (settled) {
        const id = uuid7()
        const [sum] = await sql`select
            sum(gross) filter (where refund_id is null)::bigint as gross,
            sum(commission)::bigint as commission, sum(amount)::bigint as net,
            -sum(gross) filter (where refund_id is not null)::bigint as refunds
          from earning where seller_order_id = ${part.id}`
        await sql`insert into settlement (id, seller_id, gross, commission, refunds, net)
          values (${id}, ${all.things[0].seller.sellerId}, ${sum.gross}, ${sum.commission},
            ${sum.refunds}, ${sum.net})`
        await sql`update earning set settlement_id = ${id} where seller_order_id = ${part.id}`
      }
      await failLate(all.order, made.id)
      const owed = await sql`select amount, settlement_id is not null as settled from earning
        where seller_order_id = ${part.id} and matured_at is not null order by amount desc`
      assert.equal(owed.reduce((sum, e) => sum + e.amount, 0), 27000)
      const back = owed.filter(e => !e.settled)
      if (settled) assert.deepEqual(back.map(e => e.amount), [8100])
      assert.deepEqual(await books(all.order),
        { commission: -3000, gateway_clearing: 30000, seller_payable: -27000, seller_pending: 0 })
    }
  })

test('a refund that the provider fails at once is processing, then failed', async () => {
  const all = await paid()
  // In test mode this amount fails.
  const made = assertStatus(await refund(all.order, { amount: 2468 }), 201)
  assert.equal(made.processed_at, null)
  await until(async () => await statusOf(made.id) === 'failed')
  assert.equal((await stateOf(all.order)).payment_status, 'paid')
  assert.deepEqual(await clearing(all.order), [all.order.total])
})

test('a refund that the bank takes days for is processing, and another may follow', async () => {
  await box.faults({ refunds: 'pending' })
  const all = await paid()
  const made = assertStatus(await refund(all.order, { amount: 700 }), 201)
  assert.equal(made.status, 'processing')
  const next = assertStatus(await refund(all.order, { amount: 800 }), 201)
  assert.equal(next.status, 'processing')
  await box.faults({ refunds: 'processed' })
  for (const { id } of await refundsThere(all.order))
    await box.ask('POST', '/refunds/play', { refund_id: id, outcome: 'processed' })
  await until(async () => (await refundRows(all.order)).every(r => r.status === 'processed'))
})

test('C10 refunds of 101 paise on an order of three sellers until nothing is left', async t => {
  const shops = await sellers(3)
  const all = await paid([{ seller: shops[0], price: 337, quantity: 3, taxRate: 1800 },
    { seller: shops[1], price: 1013, taxRate: 500 },
    { seller: shops[2], price: 251, quantity: 4, taxRate: 1200 },
    { seller: shops[2], price: 2, taxRate: 2800 }])
  const { total } = all.order
  assert.equal(total % 101, 0)
  for (let left = total; left > 0; left -= 101) {
    const made = assertStatus(await refund(all.order, { amount: 101 }), 201)
    assert.equal(made.amount, 101)
    assert.equal(made.items.reduce((sum, i) => sum + i.amount, 0), 101)
  }
  assertProblem(await refund(all.order, { amount: 101 }), 409, 'refund_exceeds_captured')
  assertProblem(await refund(all.order), 409, 'refund_exceeds_captured')
  const there = await refundsThere(all.order)
  assert.equal(there.length, total / 101)
  assert.equal((await stateOf(all.order)).payment_status, 'refunded')
  await checkShares(all.order)
  t.diagnostic(`C10 ${there.length} refunds`)
})

// ---- cash ---------------------------------------------------------------------

test('cash: what was collected is paid back by hand and booked at once', async () => {
  const [one, two] = await sellers(2)
  const all = await ordered([{ seller: one, price: 30000, quantity: 2 },
    { seller: two, price: 4000 }], { method: 'cod' })
  const [first, second] = all.order.seller_orders
  const lineOf = part => ({ items: [{ order_item_id: part.items[0].id, quantity: 1 }] })
  assertProblem(await refund(all.order), 409, 'invalid_state')
  await deliver(all.order, [first])
  await failRefunds('500')
  // Of the part on its way nothing came yet.
  assertProblem(await refund(all.order, lineOf(second)), 409, 'refund_exceeds_captured')
  assertProblem(await refund(all.order, { amount: first.total + 1 }), 409,
    'refund_exceeds_captured')
  const variant = first.items[0].variant_id
  const before = (await stockOf(variant, shop)).on_hand
  const made = assertStatus(await refund(all.order, { ...lineOf(first), restock: true }), 201)
  assert.equal(made.status, 'processed')
  assert.equal((await stockOf(variant, shop)).on_hand, before + 1)
  // Less than the provider would pay back is no matter for cash.
  const [entry] = await auditOf(made.id)
  assert.deepEqual(entry.changes.status, [null, 'processed'])
  const rest = assertStatus(await refund(all.order), 201)
  assert.equal(made.amount + rest.amount, first.total)
  assertProblem(await refund(all.order), 409, 'refund_exceeds_captured')
  assert.equal(await faultsLeft(), 1, 'the provider was called')
  await release()
  assert.deepEqual(await books(all.order), { cod_clearing: 0, commission: 0, seller_pending: 0 })
  assert.deepEqual(await clearing(all.order, 'cod_clearing'),
    [first.total, -made.amount, -rest.amount])
})

// ---- money that came too late -------------------------------------------------

test('a payment that came too late: where its refund fails, an administrator makes it again',
  async () => {
    const all = await initiated([{ stock: 2, quantity: 2 }])
    assertStatus(await cancel(all), 200)
    await sql`update stock set on_hand = 1 where variant_id = ${all.things[0].variantId}`
    await kit.pay(all.checkout)
    await until(async () => (await refundRows(all.order)).length > 0)
    await failRefunds('400')
    await grow()
    await runJob(shop, 'complete')
    assert.deepEqual((await refundRows(all.order)).map(r => [r.source, r.status]),
      [['system', 'failed']])
    assertProblem(await refund(all.order,
      { items: [{ order_item_id: all.items[0].id, quantity: 1 }] }), 409,
    'refund_exceeds_captured')
    assertProblem(await refund(all.order, { amount: all.order.total + 1 }), 409,
      'refund_exceeds_captured')
    assertStatus(await refund(all.order, { amount: 5000 }), 201)
    const rest = assertStatus(await refund(all.order), 201)
    assert.deepEqual([rest.amount, rest.items], [all.order.total - 5000, []])
    assertProblem(await refund(all.order), 409, 'refund_exceeds_captured')
    assert.deepEqual(await books(all.order), { buyer_refunds: 0, gateway_clearing: 0 })
    assert.deepEqual(await stateOf(all.order),
      { status: 'cancelled', payment_status: 'refunded' })
  })

// ---- requests -----------------------------------------------------------------

/** A delivered order whose buyer asks for units of its first line. */
async function requested(quantity = 1, lines = [{ quantity: 3, price: 10001 }]) {
  const all = await paid(lines)
  await deliver(all.order)
  const request = assertStatus(await ask(all,
    [{ order_item_id: all.items[0].id, quantity }]), 201)
  return { ...all, request }
}

test('a request is granted as it stands: buyer told, money moves, entry written', async () => {
  const all = await requested(2)
  const { id } = all.request
  const made = assertStatus(await refund(all.order,
    { refund_id: id, reason: 'Fair enough', restock: true }), 201)
  assert.deepEqual({ ...made, processed_at: null },
    { ...all.request, status: 'processed', processed_at: null })
  assert.equal(made.requested_by, all.buyer.id)
  assert.equal(made.reason, 'Too small')
  assert.equal((await stockOf(all.things[0].variantId, shop)).on_hand, 99)
  assert.deepEqual(await toldOf(all.buyer.id, id), ['order_refunded'])
  const [entry, ...more] = await auditOf(id)
  assert.deepEqual(more, [])
  assert.equal(entry.action, 'refund.grant')
  assert.deepEqual(entry.changes, { status: ['requested', 'processing'], restock: [false, true],
    grant_reason: [null, 'Fair enough'] })
  assertProblem(await refund(all.order, { refund_id: id }), 409, 'invalid_state')
  assertProblem(await reject(id), 409, 'invalid_state')
  assert.deepEqual((await refundsThere(all.order)).map(r => r.amount), [20002])
  const own = assertStatus(await api('GET', '/api/refunds/list/', { token: all.buyer }), 200)
  assert.deepEqual(own.results, [made])
})

test('a request is granted in part: fewer units, or less money for them; never more', async () => {
  const some = await requested(3)
  const lines = quantity => ({ items: [{ order_item_id: some.items[0].id, quantity }] })
  const grant = more => refund(some.order, { refund_id: some.request.id, ...more })
  assertInvalid(await grant(lines(4)), 'items.0')
  assertInvalid(await grant({ items: [{ order_item_id: uuid7(), quantity: 1 }] }), 'items.0')
  assertInvalid(await grant({ amount: 30004 }), 'amount')
  assertInvalid(await grant({ amount: 30003, ...lines(1) }), 'amount')
  const made = assertStatus(await grant(lines(2)), 201)
  assert.deepEqual([made.amount, made.items[0].quantity], [20002, 2])
  // The third was not granted, and can be asked for again.
  assertStatus(await ask(some, [{ order_item_id: some.items[0].id, quantity: 1 }]), 201)

  const less = await requested(2)
  const fee = assertStatus(await refund(less.order,
    { refund_id: less.request.id, amount: 15000 }), 201)
  assert.deepEqual(fee.items,
    [{ order_item_id: less.items[0].id, quantity: 2, amount: 15000 }])
  const [entry] = await auditOf(fee.id)
  assert.deepEqual(entry.changes.amount, [20002, 15000])
  assertStatus(await refund(less.order), 201)
  await checkShares(less.order)
})

test('requests for the units of a line never ask for more than the line', async () => {
  const all = await requested(1, [{ quantity: 2, price: 10001 }])
  const second = assertStatus(await ask(all,
    [{ order_item_id: all.items[0].id, quantity: 1 }]), 201)
  assert.equal(all.request.amount + second.amount, 20002)
  for (const { id } of [second, all.request])
    assertStatus(await refund(all.order, { refund_id: id }), 201)
  await checkShares(all.order)
})

test('a request for which too little is left is 409, and can be granted with less', async () => {
  const all = await requested(3)
  assertStatus(await refund(all.order, { amount: 20000 }), 201)
  const grant = more => refund(all.order, { refund_id: all.request.id, ...more })
  assertProblem(await grant({}), 409, 'refund_exceeds_captured')
  assertProblem(await grant({ amount: 10004 }), 409, 'refund_exceeds_captured')
  assert.equal(await statusOf(all.request.id), 'requested')
  assertStatus(await grant({ amount: 10003 }), 201)
  await checkShares(all.order)
})

test('a request and its order must fit, and be there', async () => {
  const all = await requested()
  const other = await paid()
  assertProblem(await refund(other.order, { refund_id: all.request.id }), 404, 'not_found')
  assertProblem(await refund(all.order, { refund_id: uuid7() }), 404, 'not_found')
  assertProblem(await reject(uuid7()), 404, 'not_found')
  const done = assertStatus(await refund(other.order), 201)
  assertProblem(await reject(done.id), 409, 'invalid_state')
  assertProblem(await refund(other.order, { refund_id: done.id }), 409, 'invalid_state')
})

test('C08 a grant whose outcome is unknown: the same key finds it', async () => {
  const all = await requested(1)
  await hold()
  await failRefunds('after-timeout', { timeout_ms: 100 })
  const key = newKey()
  const send = more => refund(all.order, { refund_id: all.request.id }, more)
  assertProblem(await send({ key }), 504, 'outcome_unknown')
  assertProblem(await refund(all.order, { amount: 500 }), 409, 'refund_in_progress')
  assert.equal(assertStatus(await send({ key }), 201).id, all.request.id)
  assert.equal((await refundsThere(all.order)).length, 1)
  assert.equal((await auditOf(all.request.id)).length, 1)
  await release()
})

test('a request is turned down: buyer told why, nothing moves, entry written', async () => {
  const all = await requested()
  const { id } = all.request
  const key = newKey()
  const first = await reject(id, { key })
  const made = assertStatus(first, 200)
  assert.deepEqual(made, { ...all.request, status: 'rejected' })
  const again = await reject(id, { key })
  assert.equal(again.headers['idempotent-replayed'], 'true')
  assert.equal(again.text, first.text)
  assertProblem(await reject(id), 409, 'invalid_state')
  assertProblem(await refund(all.order, { refund_id: id }), 409, 'invalid_state')
  const [news] = await sql`select type, body, data from notification
    where account_id = ${all.buyer.id} and source_id = ${id}`
  assert.equal(news.type, 'refund_rejected')
  assert.equal(news.data.reason, 'Signs of use')
  const [entry, ...more] = await auditOf(id)
  assert.deepEqual(more, [])
  assert.equal(entry.action, 'refund.reject')
  assert.deepEqual(entry.changes,
    { status: ['requested', 'rejected'], rejection_reason: [null, 'Signs of use'] })
  assert.deepEqual(await refundsThere(all.order), [])
  // Each request has its own word, and the unit can be asked for again.
  const second = assertStatus(await ask(all,
    [{ order_item_id: all.items[0].id, quantity: 1 }]), 201)
  assertStatus(await reject(second.id), 200)
  assert.deepEqual(await toldOf(all.buyer.id, second.id), ['refund_rejected'])
})

test('a seller\'s money is held while a request waits, and free once it is decided', async () => {
  const age = async all => {
    await sql`update seller_order set delivered_at = now() - interval '8 days'
      where order_id = ${all.order.id}`
    await sql`update earning e set matures_at = o.delivered_at + interval '7 days'
      from seller_order o where o.id = e.seller_order_id and o.order_id = ${all.order.id}`
  }
  const owed = async all => {
    const { seller_pending: pending = 0, seller_payable: payable = 0 } = await books(all.order)
    return { pending: 0 - pending, payable: 0 - payable }
  }
  const kept = await requested(1, [{ quantity: 2, price: 10000 }])
  const given = await requested(1, [{ quantity: 2, price: 10000 }])
  await age(kept)
  await age(given)
  assert.equal((await runJob(shop, 'mature')).counts.matured, 0)
  for (const all of [kept, given])
    assert.deepEqual(await owed(all), { pending: 18000, payable: 0 })
  assertStatus(await reject(kept.request.id), 200)
  assertStatus(await refund(given.order, { refund_id: given.request.id }), 201)
  assert.deepEqual(await owed(given), { pending: 9000, payable: 0 })
  assert.equal((await runJob(shop, 'mature')).counts.matured, 2)
  assert.deepEqual(await owed(kept), { pending: 0, payable: 18000 })
  assert.deepEqual(await owed(given), { pending: 0, payable: 9000 })
  // What goes back later comes out of what was payable.
  assertStatus(await refund(kept.order, { amount: 10000 }), 201)
  assert.deepEqual(await owed(kept), { pending: 0, payable: 9000 })
})

test('I02 killed at each of its calls in turn, mature makes each earning payable once', async () => {
  let killed = true
  for (let n = 1; killed; n++) {
    const both = [await paid(), await paid()]
    for (const { order } of both) await deliver(order, order.seller_orders, 8)
    killed = await runKilled(shop, 'mature', 'sendto', n)
    await until(async () => / ok /.test((await runJob(shop, 'mature')).text))
    for (const { order } of both) {
      assert.deepEqual(await books(order),
        { commission: -2500, gateway_clearing: 25000, seller_payable: -22500, seller_pending: 0 })
      const kinds = await sql`select kind from journal where order_id = ${order.id} order by kind`
      assert.deepEqual(kinds.map(j => j.kind), ['capture', 'mature'], `at ${n}`)
    }
    assert(n < 100)
  }
})

test('money that cannot become payable now does not hold up that of others', async () => {
  const [stuck, free] = [await paid(), await paid()]
  await deliver(stuck.order, stuck.order.seller_orders, 9)
  await deliver(free.order, free.order.seller_orders, 8)
  const other = shop.session()
  await other.sql`begin`
  await other.sql`select id from orders where id = ${stuck.order.id} for update`
  const run = await runJob(shop, 'mature')
  assert.deepEqual([run.status, run.counts.failed, run.counts.matured], [0, 1, 1], run.text)
  await other.sql`rollback`
  other.close()
  assert.equal((await runJob(shop, 'mature')).counts.matured, 1)
  for (const { order } of [stuck, free]) {
    const { seller_pending: pending, seller_payable: payable } = await books(order)
    assert.deepEqual([pending, payable], [0, -22500])
  }
})

test('a request that comes while the job is about to free the money holds it', async () => {
  const all = await paid()
  await deliver(all.order, all.order.seller_orders, 8)
  const buyer = shop.session()
  await buyer.sql`begin`
  await buyer.sql`select id from orders where id = ${all.order.id} for update`
  const job = await startJob(shop, 'mature')
  await until(async () => (await sql`select from pg_locks where not granted`).length > 0,
    { what: 'the job to wait for the order' })
  const id = uuid7()
  await buyer.sql`insert into refund (id, order_id, payment_id, amount, status, requested_by)
    values (${id}, ${all.order.id}, ${all.payment.id}, 25000, 'requested', ${all.buyer.id})`
  await buyer.sql`insert into refund_item (refund_id, order_item_id, quantity, amount)
    values (${id}, ${all.items[0].id}, 1, 25000)`
  await buyer.sql`commit`
  buyer.close()
  const { status, counts, text } = await job.ended
  assert.equal(status, 0, text)
  assert.equal(counts.matured, 0)
  assertStatus(await reject(id), 200)
  assert.equal((await runJob(shop, 'mature')).counts.matured, 1)
})

// ---- the list -----------------------------------------------------------------

test('the list: newest first, by state, order and seller, in pages', async () => {
  const [one, two] = await sellers(2)
  const all = await paid([{ seller: one, price: 20000 }, { seller: two, price: 10000 }])
  const single = await paid([{ seller: one, price: 9000 }])
  const ids = []
  for (let i = 0; i < 4; i++)
    ids.unshift(assertStatus(await refund(all.order, { amount: 600 }), 201).id)
  const own = assertStatus(await refund(single.order), 201)
  const request = await requested(1, [{ seller: two }])
  const found = async query => {
    const page = assertStatus(await list(query), 200)
    assert.equal(page.count, page.results.length)
    return page.results.map(r => r.id)
  }
  assert.deepEqual(await found({ order_id: all.order.id }), ids)
  assert.deepEqual(await found({ seller: one.sellerId }), [own.id, ...ids])
  assert.deepEqual(await found({ seller: one.slug }), [own.id, ...ids])
  assert.deepEqual(await found({ seller: two.slug }), [request.request.id, ...ids])
  assert.deepEqual(await found({ seller: two.slug, status: 'requested' }), [request.request.id])
  assert.deepEqual(await found({ seller: two.slug, status: 'processed',
    order_id: request.order.id }), [])
  assert.deepEqual(await found({ seller: 'nobody' }), [])
  assert.deepEqual(await found({ seller: uuid7() }), [])
  assert.deepEqual(await found({ order_id: uuid7() }), [])
  const pages = await walk(`/api/admin/refunds/?order_id=${all.order.id}&page_size=3`,
    target => api('GET', target, { token: boss }))
  assert.deepEqual(pages.map(p => p.results.map(r => r.id)), [ids.slice(0, 3), ids.slice(3)])
  const back = assertStatus(await api('GET', pages[1].previous, { token: boss }), 200)
  assert.deepEqual(back.results, pages[0].results)
  const first = assertStatus(await list({}), 200)
  assert.equal(first.results[0].id, request.request.id)
  assertInvalid(await list({ status: 'lost' }), 'status')
  assertInvalid(await list({ seller: '' }), 'seller')
  assertInvalid(await list({ sort: 'colour' }), 'sort')
})

test('INV11 the provider\'s books are ours', async () => {
  await kit.checkBothSides()
})
