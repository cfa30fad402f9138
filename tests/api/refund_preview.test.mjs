/* What a refund would do, told before it does: to the paisa what then happens, and nothing else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { admin, assertInvalid, assertProblem, assertStatus, newKey, uuid7 } from './harness.mjs'
import { startShop } from './money.mjs'

const { api, sql, paid, ordered, initiated, sellers, ship, deliver, refundRows, failRefunds, hold,
  release, shop } = await startShop()
const boss = await admin(shop)

const ask = (order, more = {}) => api('POST', '/api/admin/refund/preview/',
  { token: boss, body: { order_id: order.id, ...more } })
const refund = (order, more = {}, key = newKey()) => api('POST', '/api/admin/refund/',
  { token: boss, key, body: { order_id: order.id, reason: 'Broken', ...more } })

const sum = (lines, name) => lines.reduce((n, line) => n + line[name], 0)
const inOrder = lines => [...lines].sort((a, b) => (a.order_item_id < b.order_item_id ? -1 : 1))

/** What stands in the books and on the lines, to see that nothing has moved. */
const state = order => sql`select (select count(*) from refund) as refunds,
  (select count(*) from audit_log) as entries, (select count(*) from outbox) as messages,
  (select json_agg(p order by p.id) from payment p where p.order_id = ${order.id}) as payments,
  (select json_agg(i order by i.id) from order_item i where i.order_id = ${order.id}) as lines`

async function check(order, more, what) {
  const before = await state(order)
  const told = assertStatus(await ask(order, more), 200)
  assert.deepEqual(await state(order), before, `${what}: nothing moved`)
  const made = assertStatus(await refund(order, more), 201)
  assert.equal(told.amount, made.amount, what)
  assert.equal(told.payment_id, made.payment_id, what)
  assert.deepEqual(inOrder(told.lines).map(l => [l.order_item_id, l.quantity, l.amount]),
    inOrder(made.items).map(i => [i.order_item_id, i.quantity, i.amount]), what)
  assert.equal(sum(told.lines, 'amount'), told.amount, what)
  const [booked] = await sql`select coalesce(sum(commission_reversed), 0)::bigint as commission,
    coalesce(sum(tax_reversed), 0)::bigint as tax from refund_item where refund_id = ${made.id}`
  assert.deepEqual([sum(told.lines, 'commission_returned'), sum(told.lines, 'tax')],
    [booked.commission, booked.tax], what)
  const [debit] = await sql`select coalesce(sum(p.amount), 0)::bigint as amount from journal j
    join posting p on p.journal_id = j.id where j.ref = ${made.id} and p.account like 'seller%'`
  assert.equal(sum(told.lines, 'seller_debit'), debit.amount, what)
  return { told, made }
}

test('units, an amount and all that is left: what was told is what happens, to the paisa', async () => {
  const [one, two] = await sellers(2)
  const all = await paid([{ seller: one, quantity: 3, price: 33335 }, { seller: two, quantity: 7, price: 1009 }])
  const [thirds, sevenths] = all.items
  for (const more of [{ items: [{ order_item_id: thirds.id, quantity: 1 }] },
    { items: [{ order_item_id: thirds.id, quantity: 1 }, { order_item_id: sevenths.id, quantity: 2 }] },
    { amount: 1237 }, { items: [{ order_item_id: sevenths.id, quantity: 3 }] }, { amount: 100 }, {}])
    await check(all.order, more, JSON.stringify(more))
  assertProblem(await ask(all.order), 409, 'refund_exceeds_captured')
})

test('cash is paid back by hand, and that is told', async () => {
  const all = await ordered([{ quantity: 2, price: 7777 }], { method: 'cod' })
  assertProblem(await ask(all.order), 409, 'invalid_state')
  await ship(all.order)
  await deliver(all.order)
  const { told } = await check(all.order, { items: [{ order_item_id: all.items[0].id, quantity: 1 }] }, 'cash')
  assert.equal(told.by_hand, true)
})

test('a request: as it stands, and less than it asks for', async () => {
  for (const less of [{}, { amount: 5000 }, { items: true }]) {
    const all = await paid([{ quantity: 3, price: 20001 }])
    await ship(all.order)
    await deliver(all.order)
    const asked = assertStatus(await api('POST', '/api/refunds/request/', { token: all.buyer, key: newKey(),
      body: { order_id: all.order.id, items: [{ order_item_id: all.items[0].id, quantity: 2 }], reason: 'Small' } }), 201)
    const more = { refund_id: asked.id, ...less,
      ...(less.items ? { items: [{ order_item_id: all.items[0].id, quantity: 1 }] } : {}) }
    const { told } = await check(all.order, more, JSON.stringify(less))
    assert.equal(told.by_hand, false)
    assertProblem(await ask(all.order, more), 409, 'invalid_state')
  }
})

test('what would be refused is refused in the same words', async () => {
  const all = await paid([{ quantity: 1, price: 5000 }])
  const other = await paid([{ quantity: 1, price: 5000 }])
  for (const more of [{ amount: 5001 }, { items: [{ order_item_id: all.items[0].id, quantity: 2 }] },
    { amount: 100, items: [{ order_item_id: all.items[0].id, quantity: 1 }] },
    { items: [{ order_item_id: other.items[0].id, quantity: 1 }] }, { refund_id: uuid7() }]) {
    const [told, done] = [await ask(all.order, more), await refund(all.order, more)]
    assert.deepEqual([told.status, told.body.code, told.body.detail, told.body.errors],
      [done.status, done.body.code, done.body.detail, done.body.errors], JSON.stringify(more))
  }
  assertInvalid(await ask(all.order, { amount: 99 }), 'amount')
  assertInvalid(await ask({}), 'order_id')
  assertProblem(await ask({ id: uuid7() }), 404, 'not_found')
  const open = await initiated()
  assertProblem(await ask(open.order), 409, 'invalid_state')
})

test('while an earlier refund is not answered, nothing is foretold', async () => {
  const all = await paid([{ quantity: 1, price: 5000 }])
  await hold()
  await failRefunds('after-timeout', { timeout_ms: 100 })
  const key = newKey()
  assertProblem(await refund(all.order, { amount: 1000 }, key), 504, 'outcome_unknown')
  assertProblem(await ask(all.order), 409, 'refund_in_progress')
  assertStatus(await refund(all.order, { amount: 1000 }, key), 201)
  await release()
  assert.equal(assertStatus(await ask(all.order), 200).amount, 4000)
  assert.equal((await refundRows(all.order)).length, 1)
})
