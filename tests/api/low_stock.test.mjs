/* Stock that becomes low by an order: its seller is told once, until more comes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { assertProblem, assertStatus, api, createOrder, customer, fillCart, main, newKey, product,
  seller, sql, startInstance, stockOf, together, until } from './harness.mjs'
import { runJob } from './jobs.mjs'
import { sandboxOf } from './sandbox.mjs'

const toldOn = on => async owner => (await on.sql`select title, body, data from notification
  where account_id = ${owner.id} and type = 'low_stock' order by id`)
const told = toldOn(main)
const numbers = async owner => (await told(owner)).map(n => n.data.stock)

/** An order of these lines [[thing, quantity]] by somebody. */
async function order(lines, more = {}, on = main) {
  const buyer = await customer({}, on)
  await fillCart(buyer, lines.map(([thing, quantity]) => [thing.variantId, quantity]), on)
  const answer = await createOrder(buyer, more, newKey(), on)
  return { buyer, answer, order: answer.body }
}

async function ordered(...args) {
  const all = await order(...args)
  assertStatus(all.answer, 201)
  return all
}

const restock = (thing, on_hand, on = main) =>
  on.sql`update stock set on_hand = ${on_hand} where variant_id = ${thing.variantId}`

test('the order that leaves five is told of, in the inbox and by mail; the next is not',
  async () => {
    const owner = await seller()
    const thing = await product({ seller: owner, stock: 8, name: 'Brass lamp {{sku}} "Ā"' })
    await ordered([[thing, 2]])
    assert.deepEqual(await told(owner), [], 'six are left')
    await ordered([[thing, 1]])
    const [news] = await told(owner)
    assert.deepEqual(news, {
      title: 'Low stock: Brass lamp {{sku}} "Ā"',
      body: `5 left of Brass lamp {{sku}} "Ā" (${thing.sku}).`,
      data: { product_name: thing.name, sku: thing.sku, stock: 5, product_id: thing.id,
        variant_id: thing.variantId },
    })
    const mails = await sql`select kind, payload from outbox where account_id = ${owner.id}
      and kind = 'mail.low_stock'`
    assert.deepEqual(mails, [{ kind: 'mail.low_stock', payload: news.data }])
    for (let i = 0; i < 5; i++) await ordered([[thing, 1]])
    assert.deepEqual(await numbers(owner), [5])
  })

test('the threshold may be jumped over; what was low before is not told of', async () => {
  const owner = await seller()
  const [many, few] = [await product({ seller: owner, stock: 40 }),
    await product({ seller: owner, stock: 5 })]
  await ordered([[few, 2]])
  assert.deepEqual(await numbers(owner), [])
  await ordered([[many, 40]])
  assert.deepEqual(await numbers(owner), [0])
})

test('again only after it was restocked above', async () => {
  const owner = await seller()
  const thing = await product({ seller: owner, stock: 6 })
  const { buyer, order: first } = await ordered([[thing, 1]])
  assert.deepEqual(await numbers(owner), [5])
  // What comes back from an order is no new stock.
  assertStatus(await api('POST', '/api/orders/cancel/',
    { token: buyer, key: newKey(), body: { order_id: first.id, reason: 'No' } }), 200)
  assert.deepEqual(await stockOf(thing.variantId), { on_hand: 6, reserved: 0 })
  await ordered([[thing, 1]])
  await ordered([[thing, 2]])
  assert.deepEqual(await numbers(owner), [5])
  // Some come, and it is low still.
  await restock(thing, 8)
  await ordered([[thing, 1]])
  assert.deepEqual(await numbers(owner), [5])
  // More come: it is high, and low again, once.
  await restock(thing, 20)
  await ordered([[thing, 10]])
  assert.deepEqual(await numbers(owner), [5])
  await ordered([[thing, 2]])
  await ordered([[thing, 1]])
  assert.deepEqual(await numbers(owner), [5, 4])
})

test('twenty buyers at once cross it: exactly one is told of', async () => {
  const owner = await seller()
  const thing = await product({ seller: owner, stock: 20 })
  const buyers = await Promise.all(Array.from({ length: 20 }, () => customer()))
  for (const buyer of buyers) await fillCart(buyer, [[thing.variantId, 1]])
  const answers = await together(20, i => createOrder(buyers[i]))
  for (const answer of answers) assertStatus(answer, 201)
  assert.deepEqual(await stockOf(thing.variantId), { on_hand: 20, reserved: 20 })
  assert.deepEqual(await numbers(owner), [5])
  const [{ mails }] = await sql`select count(*)::int as mails from outbox
    where account_id = ${owner.id} and kind = 'mail.low_stock'`
  assert.equal(mails, 1)
})

test('each variant and each seller of an order for itself', async () => {
  const [one, two] = [await seller(), await seller()]
  const a = await product({ seller: one, stock: 7 }), b = await product({ seller: one, stock: 9 })
  const c = await product({ seller: two, stock: 6 }), d = await product({ seller: two, stock: 60 })
  await ordered([[a, 3], [b, 4], [c, 6], [d, 50]])
  assert.deepEqual((await told(one)).map(n => [n.data.variant_id, n.data.stock]).sort(),
    [[a.variantId, 4], [b.variantId, 5]].sort())
  assert.deepEqual((await told(two)).map(n => [n.data.variant_id, n.data.stock]),
    [[c.variantId, 0]])
})

test('an order that does not come about tells nobody', async () => {
  const owner = await seller()
  const thing = await product({ seller: owner, stock: 6 })
  const last = await product({ stock: 1 })
  // Somebody else is faster with the other line, after the cart was looked at.
  const session = main.session()
  const [{ pid }] = await session.sql`select pg_backend_pid() as pid`
  await session.sql`begin`
  await session.sql`update stock set on_hand = 0 where variant_id = ${last.variantId}`
  const late = order([[thing, 1], [last, 1]])
  await until(async () => (await sql`select from pg_stat_activity
    where ${pid} = any(pg_blocking_pids(pid))`).length > 0, { what: 'the order to wait' })
  await session.sql`commit`
  session.close()
  assertProblem((await late).answer, 409, 'insufficient_stock')
  assert.deepEqual(await numbers(owner), [])
  await ordered([[thing, 1]])
  assert.deepEqual(await numbers(owner), [5])
})

test('the threshold is a setting; stock taken again by a late payment counts too', async () => {
  const shop = await startInstance({ HAAT_DEMO: '1', LOW_STOCK_THRESHOLD: '2' })
  const box = sandboxOf(shop)
  const owner = await seller({}, shop)
  const left = async () => (await toldOn(shop)(owner)).map(n => n.data.stock)
  const thing = await product({ seller: owner, stock: 4, price: 50000 }, shop)
  const { buyer, order: mine } = await ordered([[thing, 1]], { payment_method: 'razorpay' }, shop)
  const { checkout } = assertStatus(await shop.api('POST', '/api/payments/initiate/',
    { token: buyer, key: newKey(), body: { order_id: mine.id } }), 201)
  assert.deepEqual(await left(), [], 'three are left')
  await shop.sql`update orders set expires_at = now() where id = ${mine.id}`
  assert.equal((await runJob(shop, 'expire')).counts.expired, 1)
  await ordered([[thing, 1]], {}, shop)
  assert.deepEqual(await left(), [])
  await box.pay(checkout)
  await until(async () => (await shop.sql`select from orders where id = ${mine.id}
    and status = 'confirmed'`).length > 0, { what: 'the order to come back' })
  assert.deepEqual(await left(), [2])
  await shop.checkInvariants()
})
