/* Group C of the catalogue as far as placing orders goes: nothing is sold twice. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { addToCart, api, assertInvalid, assertProblem, assertStatus, countBy, createOrder,
  customer, fillCart, main, orderInput, ordersOf, product, redisCli, seller, sql, stockOf,
  together, until } from './harness.mjs'

const customers = n => Promise.all(Array.from({ length: n }, () => customer()))

test('C01 stock 5, fifty buyers at once: five orders, 45 refusals, nothing left', async () => {
  const thing = await product({ stock: 5 })
  const buyers = await customers(50)
  for (const buyer of buyers) await fillCart(buyer, [[thing.variantId, 1]])
  const answers = await together(50, i => createOrder(buyers[i]))
  assert.deepEqual(countBy(answers, a => a.body.code ?? a.status),
    { 201: 5, insufficient_stock: 45 })
  assert.deepEqual(await stockOf(thing.variantId), { on_hand: 5, reserved: 5 })
  const [rows] = await sql`select count(distinct order_id), sum(quantity) from order_item
    where variant_id = ${thing.variantId}`
  assert.deepEqual(rows, { count: 5, sum: 5 })
  const [{ in_stock }] = await sql`select in_stock from product where id = ${thing.id}`
  assert.equal(in_stock, false)
  await main.checkInvariants()
})

test('C01 forty buyers on a stock of ten, Redis flushed meanwhile: ten orders, 30 × 409',
  async () => {
    const thing = await product({ stock: 10 })
    const buyers = await customers(40)
    for (const buyer of buyers) await addToCart(buyer, thing, 1)
    const [answers] = await Promise.all([
      together(40, i => createOrder(buyers[i])), redisCli('flushall')])
    assert.deepEqual(countBy(answers, a => a.body.code ?? a.status),
      { 201: 10, insufficient_stock: 30 })
    assert.deepEqual(await stockOf(thing.variantId), { on_hand: 10, reserved: 10 })
    for (const [i, answer] of answers.entries()) {
      const orders = await ordersOf(buyers[i])
      assert.equal(orders.length, answer.status === 201 ? 1 : 0)
      // Who got nothing still has the cart.
      const lines = await sql`select l.quantity from cart_line l join cart c on c.id = l.cart_id
        where c.account_id = ${buyers[i].id}`
      assert.equal(lines.length, answer.status === 201 ? 0 : 1)
    }
  })

test('C01 several units each: never more is promised than is there', async () => {
  const thing = await product({ stock: 17 })
  const buyers = await customers(20)
  const wanted = i => 1 + i % 4
  for (const [i, buyer] of buyers.entries()) await fillCart(buyer, [[thing.variantId, wanted(i)]])
  const answers = await together(20, i => createOrder(buyers[i]))
  const sold = answers.reduce((sum, a, i) => sum + (a.status === 201 ? wanted(i) : 0), 0)
  for (const answer of answers.filter(a => a.status !== 201))
    assertProblem(answer, 409, 'insufficient_stock')
  assert(sold <= 17 && sold > 13, `${sold} sold`)
  assert.deepEqual(await stockOf(thing.variantId), { on_hand: 17, reserved: sold })
})

test('C01 the last pieces of two variants sold at once leave the product out of stock',
  async () => {
    const thing = await product({
      variants: [{ stock: 1, options: { Size: 'S' } }, { stock: 1, options: { Size: 'M' } }],
    })
    // Both have sold, neither has committed: the second waits for the first.
    const sessions = [main.session(), main.session()]
    const sell = (session, i) => session.sql`update stock set on_hand = 0
      where variant_id = ${thing.variants[i].id}`
    for (const session of sessions) await session.sql`begin`
    await sell(sessions[0], 0)
    const second = sell(sessions[1], 1)
    await until(async () => (await sql`select from pg_locks l join pg_stat_activity a
      on a.pid = l.pid where not l.granted and a.query like ${`%${thing.variants[1].id}%`}
      and a.pid <> pg_backend_pid()`).length > 0, { what: 'the second to wait' })
    await sessions[0].sql`commit`
    await second
    await sessions[1].sql`commit`
    for (const session of sessions) session.close()
    const [row] = await sql`select in_stock from product where id = ${thing.id}`
    assert.equal(row.in_stock, false)
  })

test('C02 one SKU added twice is one line; beyond the stock it is 409 and nothing is reserved',
  async () => {
    const buyer = await customer()
    const thing = await product({ stock: 5 })
    const add = quantity => api('POST', '/api/cart/add/', {
      token: buyer, body: { product_id: thing.id, quantity },
    })
    assertStatus(await add(3), 200)
    const refused = await add(3)
    assertProblem(refused, 409, 'insufficient_stock')
    const cart = assertStatus(await add(2), 200)
    assert.equal(cart.items.length, 1)
    assert.equal(cart.items[0].quantity, 5)
    assert.equal(cart.item_count, 5)
    // The cart holds nothing back, so the stock may shrink under it.
    await sql`update stock set on_hand = 4 where variant_id = ${thing.variantId}`
    const answer = await createOrder(buyer)
    const body = assertProblem(answer, 409, 'insufficient_stock')
    assert.deepEqual(Object.keys(body.errors), ['items.0.quantity'])
    assert.match(body.errors['items.0.quantity'][0], /\b4\b/)
    assert.deepEqual(await stockOf(thing.variantId), { on_hand: 4, reserved: 0 })
    assert.equal((await ordersOf(buyer)).length, 0)
  })

test('C02 an order is all or nothing: one short line leaves the others free', async () => {
  const buyer = await customer()
  const things = [await product({ stock: 5 }), await product({ stock: 1 }),
    await product({ stock: 5 }), await product({ stock: 0 })]
  await fillCart(buyer, things.map(t => [t.variantId, 2]))
  const body = assertProblem(await createOrder(buyer), 409, 'insufficient_stock')
  assert.deepEqual(Object.keys(body.errors).sort(), ['items.1.quantity', 'items.3.quantity'])
  for (const thing of things) assert.equal((await stockOf(thing.variantId)).reserved, 0)
  const [{ count }] = await sql`select count(*) from cart_line l join cart c on c.id = l.cart_id
    where c.account_id = ${buyer.id}`
  assert.equal(count, 4)
  assert.equal((await ordersOf(buyer)).length, 0)
  assert.equal((await sql`select from reservation r join orders o on o.id = r.order_id
    where o.account_id = ${buyer.id}`).length, 0)
})

test('C03 carts (A,B) and (B,A) ordered at once, 200 times: no deadlock comes out', async t => {
  const [a, b] = [await product({ stock: 1000 }), await product({ stock: 1000 })]
  const buyers = await customers(200)
  for (const [i, buyer] of buyers.entries()) {
    const lines = [[a.variantId, 1], [b.variantId, 2]]
    await fillCart(buyer, i % 2 ? lines : lines.reverse())
  }
  const answers = []
  for (let from = 0; from < 200; from += 40)
    answers.push(...await together(40, i => createOrder(buyers[from + i])))
  assert.deepEqual(countBy(answers, x => x.body.code ?? x.status), { 201: 200 })
  assert.deepEqual(await stockOf(a.variantId), { on_hand: 1000, reserved: 200 })
  assert.deepEqual(await stockOf(b.variantId), { on_hand: 1000, reserved: 400 })
  const times = answers.map(x => x.ms).sort((x, y) => x - y)
  t.diagnostic(`C03 200 orders, 40 at once: median ${times[100].toFixed(0)} ms, ` +
    `slowest ${times[199].toFixed(0)} ms`)
})

test('C03 crossing carts that sell out on the way end as orders or refusals', async () => {
  const owner = await seller()
  const things = await Promise.all(Array.from({ length: 4 }, () =>
    product({ seller: owner, stock: 10 })))
  const buyers = await customers(40)
  for (const [i, buyer] of buyers.entries()) {
    const lines = things.map(t => [t.variantId, 1])
    await fillCart(buyer, [...lines.slice(i % 4), ...lines.slice(0, i % 4)])
  }
  const answers = await together(40, i => createOrder(buyers[i]))
  assert.deepEqual(countBy(answers, x => x.body.code ?? x.status),
    { 201: 10, insufficient_stock: 30 })
  for (const thing of things)
    assert.deepEqual(await stockOf(thing.variantId), { on_hand: 10, reserved: 10 })
})

test('C04 odd quantities are 400, and prices from outside are never used', async () => {
  const buyer = await customer()
  const thing = await product({ price: 10000, stock: 100 })
  const odd = ['0', '-1', '1.5', '"2"', '2147483648', '1e9', '1e400', '99999999999999999999999',
    '-9223372036854775809', 'true', 'null', '[1]', '{}', '1.0', '10000', '1E1']
  const send = (path, text) => api('POST', path, { token: buyer, raw: text })
  for (const quantity of odd) {
    if (quantity === 'null') continue
    const answer = await send('/api/cart/add/',
      `{"product_id":"${thing.id}","quantity":${quantity}}`)
    assertInvalid(answer, 'quantity')
  }
  const cart = await addToCart(buyer, thing, 1)
  for (const quantity of odd.filter(q => q !== '0')) {
    const answer = await send('/api/cart/update/',
      `{"item_id":"${cart.items[0].id}","quantity":${quantity}}`)
    assertInvalid(answer, 'quantity')
  }
  for (const name of ['price', 'unit_price', 'total', 'line_total', 'discount', 'discount_total',
    'seller_id', 'status', 'currency']) {
    assertInvalid(await api('POST', '/api/cart/add/', {
      token: buyer, body: { product_id: thing.id, [name]: 1 },
    }), name)
    assertInvalid(await api('POST', '/api/orders/create/', {
      token: buyer, body: orderInput({ [name]: 1 }),
    }), name)
  }
  assert.equal((await ordersOf(buyer)).length, 0)
  const shown = assertStatus(await api('GET', '/api/cart/get/', { token: buyer }), 200)
  assert.equal(shown.item_count, 1)
  assert.equal(shown.total, 10000)
})

test('C05 a price that changed meanwhile: the order takes the current one, or 409 cart_changed',
  async () => {
    const buyer = await customer()
    const thing = await product({ price: 10000 })
    const cart = await addToCart(buyer, thing, 2)
    assert.equal(cart.total, 20000)
    await sql`update variant set price = 12000 where id = ${thing.variantId}`
    await sql`update product set price = 12000 where id = ${thing.id}`
    const body = assertProblem(await createOrder(buyer, { expected_total: cart.total }), 409,
      'cart_changed')
    assert.match(body.detail, /24000/)
    assert.equal((await ordersOf(buyer)).length, 0)
    assert.equal((await stockOf(thing.variantId)).reserved, 0)
    const shown = assertStatus(await api('GET', '/api/cart/get/', { token: buyer }), 200)
    assert.equal(shown.total, 24000)
    const order = assertStatus(await createOrder(buyer, { expected_total: shown.total }), 201)
    assert.equal(order.total, 24000)
    // Without an expectation the current price is simply taken.
    await addToCart(buyer, thing, 1)
    await sql`update variant set price = 13000 where id = ${thing.variantId}`
    assert.equal(assertStatus(await createOrder(buyer), 201).total, 13000)
    // An order placed is not touched by later prices.
    const seen = assertStatus(await api('GET', '/api/orders/detail/', {
      token: buyer, query: { id: order.id },
    }), 200)
    assert.equal(seen.total, 24000)
  })
