/* All orders, as administrators find them, and the money behind each. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { admin, assertInvalid, assertProblem, assertStatus, customer, keysOf, newKey, orderItemKeys,
  orderKeys, placeOrder, product, seller, sellerOrderKeys, startInstance, unique, until, uuid7,
  walk } from './harness.mjs'
import { checkoutOf, moveTo, pay, provider, sold, step } from './selling.mjs'

const own = await startInstance({ HAAT_DEMO: '1', DEMO_SCALE: '0' })
const { api, sql } = own
const boss = await admin(own)

const list = query => api('GET', '/api/admin/orders/', { token: boss, query })
const detail = async query => assertStatus(await api('GET', '/api/admin/orders/detail/',
  { token: boss, query }), 200)
/** The numbers of the orders of this buyer that the filter leaves, newest first. */
const found = async (buyer, query = {}) => assertStatus(await list({ user: buyer.id, ...query,
  page_size: 100 }), 200).results.map(o => o.id)

const buy = (buyer, thing, more = {}) =>
  placeOrder(buyer, [[thing, 1]], { payment_method: 'cod', ...more }, own)
const cancel = (buyer, order) => api('POST', '/api/orders/cancel/',
  { token: buyer, key: newKey(), body: { order_id: order.id, reason: 'Changed my mind' } })
const refund = (order, more = {}) => api('POST', '/api/admin/refund/', { token: boss,
  key: newKey(), body: { order_id: order.id, reason: 'Torn', ...more } })

test('?status finds each state, and nothing else', async () => {
  const buyer = await customer({}, own)
  const thing = await product({ stock: 100 }, own)
  const part = order => ({ ...order.seller_orders[0], owner: thing.seller })
  const by = {}
  by.pending_payment = await buy(buyer, thing, { payment_method: 'razorpay' })
  by.confirmed = await buy(buyer, thing)
  by.processing = await buy(buyer, thing)
  await moveTo(part(by.processing), 'packed', own)
  by.shipped = await buy(buyer, thing)
  await moveTo(part(by.shipped), 'shipped', own)
  by.delivered = await buy(buyer, thing)
  await moveTo(part(by.delivered), 'delivered', own)
  by.cancelled = await buy(buyer, thing)
  assertStatus(await cancel(buyer, by.cancelled), 200)
  assert.equal((await found(buyer)).length, 6)
  for (const [status, order] of Object.entries(by)) {
    assert.deepEqual(await found(buyer, { status }), [order.id], status)
    const everywhere = assertStatus(await list({ status, page_size: 100 }), 200).results
    assert(everywhere.every(o => o.status === status))
    assert(everywhere.some(o => o.id === order.id))
  }
  assertInvalid(await list({ status: 'lost' }), 'status')
})

test('?payment_status finds each state, alone and with the others', async () => {
  const buyer = await customer({}, own)
  const thing = await product({ stock: 100 }, own)
  const paid = async () => (await sold({ lines: [[thing, 2]], buyer }, own)).order
  const by = { unpaid: await buy(buyer, thing), paid: await paid(),
    partially_refunded: await paid(), refunded: await paid() }
  by.failed = await buy(buyer, thing, { payment_method: 'razorpay' })
  await sql`update orders set payment_status = 'failed' where id = ${by.failed.id}`
  const [part] = by.partially_refunded.seller_orders
  assertStatus(await refund(by.partially_refunded,
    { items: [{ order_item_id: part.items[0].id, quantity: 1 }] }), 201)
  assertStatus(await refund(by.refunded), 201)
  for (const [status, order] of Object.entries(by))
    assert.deepEqual(await found(buyer, { payment_status: status }), [order.id], status)
  assert.deepEqual(await found(buyer, { payment_status: 'paid', status: 'confirmed' }),
    [by.paid.id])
  assert.deepEqual(await found(buyer, { payment_status: 'paid', status: 'delivered' }), [])
  assertInvalid(await list({ payment_status: 'owed' }), 'payment_status')
})

test('?seller takes an id or a slug, ?user an id', async () => {
  const [one, two] = [await customer({}, own), await customer({}, own)]
  const [a, b] = [await product({}, own), await product({}, own)]
  const both = await placeOrder(one, [[a, 1], [b, 1]], { payment_method: 'cod' }, own)
  const ofA = await buy(one, a)
  const ofTwo = await buy(two, b)
  assert.deepEqual(await found(one), [ofA.id, both.id])
  assert.deepEqual(await found(two), [ofTwo.id])
  for (const seller of [a.seller.sellerId, a.seller.slug])
    assert.deepEqual((await list({ seller })).body.results.map(o => o.id), [ofA.id, both.id])
  assert.deepEqual(await found(one, { seller: b.seller.slug }), [both.id])
  assert.deepEqual((await list({ seller: b.seller.sellerId })).body.results.map(o => o.id),
    [ofTwo.id, both.id])
  // Sub-orders of one order count once.
  assert.equal((await list({ seller: a.seller.sellerId })).body.count, 2)
  assert.deepEqual(await found({ id: uuid7() }), [])
  const nobody = await list({ seller: unique('nobody') })
  assert.deepEqual([nobody.status, nobody.body.results ?? []], [200, []])
  assertInvalid(await list({ user: 'asha' }), 'user')
})

test('?from and ?to are days of the shop, both included', async () => {
  const buyer = await customer({}, own)
  const thing = await product({}, own)
  const at = async moment => {
    const order = await buy(buyer, thing)
    await sql`update orders set placed_at = ${moment}::timestamptz where id = ${order.id}`
    return order.id
  }
  // Midnight in India is 18:30 in UTC.
  const late = await at('2026-03-09T18:29:59.999999Z')
  const first = await at('2026-03-09T18:30:00Z')
  const last = await at('2026-03-10T18:29:59.999999Z')
  const next = await at('2026-03-10T18:30:00Z')
  assert.deepEqual(await found(buyer, { from: '2026-03-10', to: '2026-03-10' }), [last, first])
  assert.deepEqual(await found(buyer, { to: '2026-03-09' }), [late])
  assert.deepEqual(await found(buyer, { from: '2026-03-11' }), [next])
  assert.deepEqual(await found(buyer, { from: '2026-03-09', to: '2026-03-11' }),
    [next, last, first, late])
  assert.deepEqual(await found(buyer, { from: '2026-03-11', to: '2026-03-10' }), [])
  // In the order of the days, whatever order the ids have, in pages both ways.
  const call = target => api('GET', target, { token: boss })
  const pages = await walk(
    `/api/admin/orders/?page_size=1&user=${buyer.id}&from=2026-03-09&to=2026-03-11`, call)
  assert.deepEqual(pages.map(p => p.results.map(o => o.id)), [[next], [last], [first], [late]])
  assert.deepEqual(assertStatus(await call(pages[3].previous), 200).results, pages[2].results)
  const sorted = sort => found(buyer, { from: '2026-03-09', to: '2026-03-11', sort })
  assert.deepEqual(await sorted('-placed_at'), [next, last, first, late])
  assert.deepEqual(await sorted('placed_at'), [late, first, last, next])
  const upwards = await walk(`/api/admin/orders/?page_size=1&user=${buyer.id}` +
    '&from=2026-03-09&to=2026-03-11&sort=placed_at', call)
  assert.deepEqual(upwards.map(p => p.results[0].id), [late, first, last, next])
  const older = await at('2026-03-10T06:00:00Z')
  assert.deepEqual(await sorted('-placed_at'), [next, last, older, first, late])
  assert.deepEqual(await found(buyer, { from: '2026-03-10', to: '2026-03-10' }),
    [last, older, first])
  assertInvalid(await list({ from: '2026-02-30' }), 'from')
  assertInvalid(await list({ to: 'today' }), 'to')
})

test('?q: a number or a piece of it, an e-mail address, a name, a company', async () => {
  const word = unique('zq').replace(/\W/g, '')
  const buyer = await customer({}, own), company = await customer({ business: true }, own)
  await sql`update account set full_name = ${`Asha ${word} Rao`} where id = ${buyer.id}`
  await sql`update account set company_name = ${`${word.toUpperCase()} Traders`}
    where id = ${company.id}`
  const thing = await product({}, own)
  const [one, two] = [await buy(buyer, thing), await buy(buyer, thing)]
  const other = await buy(company, thing)
  const by = async q => assertStatus(await list({ q }), 200).results.map(o => o.id)
  assert.deepEqual(await by(one.number), [one.id])
  assert.deepEqual(await by(one.number.toLowerCase()), [one.id])
  const tail = one.number.slice(2)
  assert.deepEqual(await by(tail), [one.id])
  assert((await by(one.number.slice(0, 8))).includes(one.id))
  assert.deepEqual(await by(buyer.email), [two.id, one.id])
  assert.deepEqual(await by(buyer.email.slice(0, -8).toUpperCase()), [two.id, one.id])
  assert.deepEqual(await by(word), [other.id, two.id, one.id])
  assert.deepEqual(await by(one.number.slice(-6)), [one.id])
  assert.deepEqual(await by(`asha ${word}`), [two.id, one.id])
  assert.deepEqual(await by(`${word} traders`), [other.id])
  // What begins as a number does is none for that, and more digits than it has are none.
  const firm = await customer({ business: true }, own)
  const digits = `9${Date.now()}`
  await sql`update account set company_name = ${`HT ${word} Media`}, full_name = ${digits}
    where id = ${firm.id}`
  const theirs = await buy(firm, thing)
  for (const q of [`ht ${word}`, digits]) assert.deepEqual(await by(q), [theirs.id], q)
  // What stands for "anything" in a pattern means itself here.
  for (const q of ['%', '_', `${word}%`, `HT%`, '%-%', `${one.number.slice(0, -1)}_`, '\\'])
    assert.deepEqual(await by(q), [], q)
  assert.deepEqual((await list({ q: word, user: company.id })).body.results.map(o => o.id),
    [other.id])
  assertInvalid(await list({ q: '' }), 'q')
})

test('the list is that of the contract, and walks by cursor over everything once', async () => {
  const buyer = await customer({}, own)
  const thing = await product({}, own)
  const all = []
  for (let i = 0; i < 7; i++) all.unshift((await buy(buyer, thing)).id)
  const { results } = assertStatus(await list({ user: buyer.id }), 200)
  assert.deepEqual(keysOf(results[0]), orderKeys.filter(k => k !== 'seller_orders'))
  const ids = pages => pages.flatMap(p => p.results.map(o => o.id))
  const call = target => api('GET', target, { token: boss })
  const first = `/api/admin/orders/?page_size=2&user=${buyer.id}&status=confirmed`
  const pages = await walk(first, call)
  assert.deepEqual(pages.map(p => p.count), [7, 7, 7, 7])
  assert.deepEqual(ids(pages), all)
  // Back again, the same pages.
  const back = []
  for (let at = pages.at(-1).previous; at; at = back[0].previous)
    back.unshift(assertStatus(await call(at), 200))
  assert.deepEqual(ids(back), all.slice(0, 6))
  // Orders that come meanwhile move nothing.
  const seen = []
  for (let target = first, n = 0; target; n++) {
    const page = assertStatus(await call(target), 200)
    seen.push(...page.results.map(o => o.id))
    target = page.next
    if (n < 2) await buy(buyer, thing)
  }
  assert.deepEqual(seen, all)
  assertInvalid(await list({ page_size: 101 }), 'page_size')
  assertInvalid(await list({ cursor: 'x' }), 'cursor')
})

const sumOf = (rows, of) => rows.reduce((sum, row) => sum + of(row), 0)

/** Each journal sums to nothing, and postings have ids of their own. */
function checkLedger(ledger) {
  const sums = new Map()
  for (const p of ledger) sums.set(p.journal_id, (sums.get(p.journal_id) ?? 0) + p.amount)
  assert.deepEqual([...sums.values()].filter(sum => sum !== 0), [])
  assert.equal(new Set(ledger.map(p => p.id)).size, ledger.length)
  return name => ledger.filter(p => p.account === name).map(p => [p.kind, p.amount])
}

test('the detail: payments, refunds, a balanced ledger, the commission of each line', async () => {
  const [a, b] = [await product({ price: 33333 }, own), await product({ price: 10001 }, own)]
  const { buyer, order, parts } = await sold({ lines: [[a, 2], [b, 1]] }, own)
  const one = await detail({ id: order.id })
  assert.deepEqual(keysOf(one), [...orderKeys, 'buyer', 'history', 'ledger', 'payments',
    'refunds'].sort())
  assert.deepEqual(await detail({ number: order.number }), one)
  assert.deepEqual([one.buyer.id, one.buyer.email], [buyer.id, buyer.email])
  const [payment, ...more] = one.payments
  assert.deepEqual(more, [])
  assert.deepEqual([payment.amount, payment.status, payment.refunded_amount, payment.provider],
    [order.total, 'captured', 0, 'razorpay'])
  assert.deepEqual(one.refunds, [])
  const account = checkLedger(one.ledger)
  assert.deepEqual(account('gateway_clearing'), [['capture', order.total]])
  const items = one.seller_orders.flatMap(p => p.items)
  assert.deepEqual(keysOf(items[0]), [...orderItemKeys, 'commission'].sort())
  assert.deepEqual(keysOf(one.seller_orders[0]), sellerOrderKeys)
  for (const item of items)
    assert.deepEqual(item.commission, { rate_bps: 1000, scope: 'global',
      amount: Math.round(item.line_total / 10) })
  assert.equal(sumOf(account('commission'), ([, amount]) => -amount),
    sumOf(items, i => i.commission.amount))
  assert.equal(sumOf(account('seller_pending'), ([, amount]) => -amount),
    order.total - sumOf(items, i => i.commission.amount))
  assert.deepEqual(one.history.filter(e => e.seller_order_id === null).map(e => e.status),
    ['pending_payment', 'confirmed'])

  // A part goes back: one more row, with the opposite sign, and nothing else moves.
  const { items: [line] } = parts[0]
  const back = assertStatus(await refund(order,
    { items: [{ order_item_id: line.id, quantity: 1 }] }), 201)
  const two = await detail({ id: order.id })
  assert.deepEqual(two.refunds.map(r => [r.id, r.status, r.amount, r.items]), [[back.id,
    'processed', back.amount, [{ order_item_id: line.id, quantity: 1, amount: back.amount }]]])
  assert.deepEqual(two.ledger.slice(0, one.ledger.length), one.ledger)
  assert.deepEqual(checkLedger(two.ledger)('gateway_clearing'),
    [['capture', order.total], ['refund', -back.amount]])
  assert.deepEqual([two.payments[0].status, two.payments[0].refunded_amount, two.payment_status],
    ['partially_refunded', back.amount, 'partially_refunded'])
  // The commission of the line is that of its sale.
  assert.deepEqual(two.seller_orders.flatMap(p => p.items).map(i => i.commission),
    items.map(i => i.commission))
})

test('a payment that failed at first is one, booked once it came; cash has no gateway', async () => {
  const buyer = await customer({}, own)
  const order = await buy(buyer, await product({}, own), { payment_method: 'razorpay' })
  assert.deepEqual((await detail({ id: order.id })).ledger, [])
  const tried = await checkoutOf(buyer, order, own)
  await provider('POST', '/checkout/pay',
    { order_id: tried.order_id, method: 'upi', outcome: 'failed' }, own)
  await until(async () => (await detail({ id: order.id })).payment_status === 'failed',
    { what: 'the try to fail' })
  const failed = await detail({ id: order.id })
  assert.deepEqual([failed.payments.length, failed.status, failed.ledger], [1, 'pending_payment', []])
  assert(failed.payments[0].failure_reason)
  await pay(buyer, order, own)
  await until(async () => (await detail({ id: order.id })).status === 'confirmed',
    { what: 'the order to be confirmed' })
  const { payments, ledger } = await detail({ id: order.id })
  assert.deepEqual(payments.map(p => [p.id, p.status, p.amount]),
    [[failed.payments[0].id, 'captured', order.total]])
  assert.deepEqual(checkLedger(ledger)('gateway_clearing'), [['capture', order.total]])
  const cash = await sold({ method: 'cod' }, own)
  await moveTo(cash.part, 'delivered', own)
  const one = await detail({ id: cash.order.id })
  const account = checkLedger(one.ledger)
  assert.deepEqual(account('gateway_clearing'), [])
  assert.deepEqual(account('cod_clearing'), [['cod_capture', one.total]])
  assert.deepEqual(one.payments.map(p => [p.provider, p.status]), [['cod', 'captured']])
  assert.deepEqual(one.history.filter(e => e.seller_order_id === cash.part.id).map(e =>
    [e.from_status, e.status, e.actor_role]).slice(-2),
  [['packed', 'shipped', 'seller'], ['shipped', 'delivered', 'seller']])
})

test('a cancelled part, and what the detail refuses', async () => {
  const { order, parts } = await sold({ lines: [[await product({}, own), 1],
    [await product({}, own), 1]] }, own)
  assertStatus(await step(parts[0].owner, parts[0], 'cancelled', { on: own }), 200)
  await until(async () => (await detail({ id: order.id })).refunds[0]?.status === 'processed',
    { what: 'the refund' })
  const one = await detail({ id: order.id })
  assert.equal(one.seller_orders.find(p => p.id === parts[0].id).status, 'cancelled')
  assert.deepEqual(one.refunds.map(r => [r.seller_order_id, r.amount]),
    [[parts[0].id, parts[0].total]])
  checkLedger(one.ledger)
  const ask = (query, token = boss) => api('GET', '/api/admin/orders/detail/', { token, query })
  assertProblem(await ask({ id: uuid7() }), 404, 'not_found')
  assertProblem(await ask({ number: 'HT000000-000000' }), 404, 'not_found')
  assertInvalid(await ask({}), 'id')
  assertInvalid(await ask({ id: order.id, number: order.number }), 'id')
  for (const token of [await customer({}, own), parts[0].owner, await seller({}, own)])
    for (const path of ['', `detail/?id=${order.id}`])
      assertProblem(await api('GET', `/api/admin/orders/${path}`, { token }), 403,
        'permission_denied')
})
