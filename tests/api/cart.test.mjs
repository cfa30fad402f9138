/* The cart: live prices, tiers and stock; each endpoint with its refusals. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { addToCart, api, assertInvalid, assertProblem, assertStatus, cartItemKeys, cartKeys,
  createOrder, customer, fillCart, keysOf, product, seller, sql, stockOf, together,
  uuid7 } from './harness.mjs'

const get = async buyer => assertStatus(await api('GET', '/api/cart/get/', { token: buyer }), 200)
const add = (buyer, body) => api('POST', '/api/cart/add/', { token: buyer, body })
const update = (buyer, item_id, quantity) =>
  api('POST', '/api/cart/update/', { token: buyer, body: { item_id, quantity } })
const remove = (buyer, item_id) =>
  api('POST', '/api/cart/remove/', { token: buyer, body: { item_id } })
/** Tax inside an amount, half up to a paisa. */
const taxInside = (amount, bps) =>
  Number((BigInt(amount) * BigInt(bps) * 2n + 10000n + BigInt(bps)) / (2n * (10000n + BigInt(bps))))

test('get/ of somebody new is an empty cart, and stays the same one', async () => {
  const buyer = await customer()
  const cart = await get(buyer)
  assert.deepEqual(keysOf(cart), cartKeys)
  const { id, updated_at, ...rest } = cart
  assert.deepEqual(rest, {
    items: [], item_count: 0, subtotal: 0, discount_total: 0, shipping_total: 0, tax_total: 0,
    total: 0, currency: 'INR',
  })
  assert.equal((await get(buyer)).id, id)
})

test('twenty first calls at once make one cart', async () => {
  const buyer = await customer()
  const thing = await product()
  const answers = await together(20, i => i % 2 ? api('GET', '/api/cart/get/', { token: buyer }) :
    add(buyer, { product_id: thing.id }))
  for (const answer of answers) assertStatus(answer, 200)
  assert.equal(new Set(answers.map(a => a.body.id)).size, 1)
  const cart = await get(buyer)
  assert.equal(cart.items.length, 1)
  assert.equal(cart.items[0].quantity, 10)
})

test('add/ makes a line with all its members, and the sums follow', async () => {
  const buyer = await customer()
  const owner = await seller()
  const thing = await product({ seller: owner, price: 12345, stock: 7, taxRate: 1250 })
  const cart = assertStatus(await add(buyer, {
    product_id: thing.id, variant_id: thing.variantId, quantity: 3,
  }), 200)
  assert.deepEqual(keysOf(cart), cartKeys)
  assert.equal(cart.items.length, 1)
  const [item] = cart.items
  assert.deepEqual(keysOf(item), cartItemKeys)
  const { id, ...rest } = item
  assert.deepEqual(rest, {
    product_id: thing.id, variant_id: thing.variantId, name: thing.name, sku: thing.sku,
    image: null, seller: { id: owner.sellerId, store_name: owner.storeName }, quantity: 3,
    unit_price: 12345, line_total: 37035, currency: 'INR', available_quantity: 7, in_stock: true,
  })
  assert.equal(cart.item_count, 3)
  assert.equal(cart.subtotal, 37035)
  assert.equal(cart.total, 37035)
  assert.equal(cart.tax_total, taxInside(37035, 1250))
  assert.deepEqual(await get(buyer), cart)
  const other = await product({ price: 99, taxRate: 0 })
  const both = assertStatus(await add(buyer, { product_id: other.id }), 200)
  assert.equal(both.items.length, 2)
  assert.equal(both.items[0].id, id, 'lines stand in the order of their making')
  assert.equal(both.item_count, 4)
  assert.equal(both.total, 37035 + 99)
  assert.equal(both.tax_total, taxInside(37035, 1250))
  // Nothing is reserved by a cart.
  assert.equal((await stockOf(thing.variantId)).reserved, 0)
})

test('add/ without a quantity adds one; adding again adds to the line', async () => {
  const buyer = await customer()
  const thing = await product()
  for (const want of [1, 2, 3]) {
    const cart = assertStatus(await add(buyer, { product_id: thing.id }), 200)
    assert.equal(cart.items.length, 1)
    assert.equal(cart.items[0].quantity, want)
  }
})

test('add/ asks which variant where there are several', async () => {
  const buyer = await customer()
  const thing = await product({
    variants: [{ price: 500, options: { Size: 'S' } }, { price: 700, options: { Size: 'M' } }],
  })
  assertInvalid(await add(buyer, { product_id: thing.id }), 'variant_id')
  const cart = assertStatus(await add(buyer, {
    product_id: thing.id, variant_id: thing.variants[1].id,
  }), 200)
  assert.equal(cart.items[0].unit_price, 700)
  assert.equal(cart.items[0].sku, thing.variants[1].sku)
  const both = assertStatus(await add(buyer, {
    product_id: thing.id, variant_id: thing.variants[0].id, quantity: 2,
  }), 200)
  assert.equal(both.items.length, 2)
  assert.equal(both.total, 1700)
})

test('add/ refuses what is not there or not for sale', async () => {
  const buyer = await customer()
  const [one, other] = [await product(), await product()]
  assertProblem(await add(buyer, { product_id: uuid7() }), 404, 'not_found')
  assertProblem(await add(buyer, { product_id: one.id, variant_id: other.variantId }), 404,
    'not_found')
  assertProblem(await add(buyer, { product_id: one.id, variant_id: uuid7() }), 404, 'not_found')
  for (const status of ['draft', 'pending', 'rejected', 'archived']) {
    const hidden = await product({ status })
    const answer = await add(buyer, { product_id: hidden.id })
    // What the public never saw is not there; what it saw is unavailable.
    if (status === 'archived') assertProblem(answer, 409, 'product_unavailable')
    else assertProblem(answer, 404, 'not_found', status)
  }
  await sql`update product set seller_active = false where id = ${other.id}`
  assertProblem(await add(buyer, { product_id: other.id }), 409, 'product_unavailable')
  assertInvalid(await add(buyer, {}), 'product_id')
  assertInvalid(await add(buyer, { product_id: 'x' }), 'product_id')
  assertInvalid(await add(buyer, { product_id: one.id, variant_id: 'x' }), 'variant_id')
  assert.deepEqual((await get(buyer)).items, [])
})

test('add/ tells how many are left, and none is added', async () => {
  const buyer = await customer()
  const thing = await product({ stock: 3 })
  const body = assertProblem(await add(buyer, { product_id: thing.id, quantity: 4 }), 409,
    'insufficient_stock')
  assert.match(body.detail, /3/)
  const none = await product({ stock: 0 })
  assertProblem(await add(buyer, { product_id: none.id }), 409, 'insufficient_stock')
  assert.deepEqual((await get(buyer)).items, [])
  // What others hold is not there either.
  const rival = await customer()
  await addToCart(rival, thing, 2)
  assertStatus(await createOrder(rival), 201)
  assertProblem(await add(buyer, { product_id: thing.id, quantity: 2 }), 409,
    'insufficient_stock')
  assertStatus(await add(buyer, { product_id: thing.id, quantity: 1 }), 200)
})

test('the minimum order quantity is asked of add/ and update/', async () => {
  const buyer = await customer()
  const thing = await product({ minimum: 5, stock: 50 })
  assertInvalid(await add(buyer, { product_id: thing.id, quantity: 4 }), 'quantity')
  assertInvalid(await add(buyer, { product_id: thing.id }), 'quantity')
  const cart = assertStatus(await add(buyer, { product_id: thing.id, quantity: 5 }), 200)
  assertStatus(await add(buyer, { product_id: thing.id, quantity: 1 }), 200)
  assertInvalid(await update(buyer, cart.items[0].id, 4), 'quantity')
  assert.equal((await get(buyer)).items[0].quantity, 6)
})

test('price tiers: the quantity decides, and business tiers are for businesses', async () => {
  const tiers = [{ min_quantity: 10, price: 900 }, { min_quantity: 50, price: 800 },
    { min_quantity: 5, price: 850, audience: 'business' }]
  const thing = await product({ price: 1000, stock: 1000, tiers })
  const person = await customer()
  const firm = await customer({ business: true })
  const priceFor = async (buyer, quantity) => {
    const { items } = await get(buyer)
    const cart = assertStatus(items.length ? await update(buyer, items[0].id, quantity) :
      await add(buyer, { product_id: thing.id, quantity }), 200)
    assert.equal(cart.total, cart.items[0].unit_price * quantity)
    return cart.items[0].unit_price
  }
  for (const [quantity, own, business] of [[1, 1000, 1000], [4, 1000, 1000], [5, 1000, 850],
    [9, 1000, 850], [10, 900, 850], [49, 900, 850], [50, 800, 800], [500, 800, 800]]) {
    assert.equal(await priceFor(person, quantity), own, `${quantity} for a person`)
    assert.equal(await priceFor(firm, quantity), business, `${quantity} for a business`)
  }
  assert.equal(assertStatus(await createOrder(firm), 201).total, 500 * 800)
})

test('prices and stock in the cart are those of now', async () => {
  const buyer = await customer()
  const thing = await product({ price: 1000, stock: 5 })
  await addToCart(buyer, thing, 4)
  await sql`update variant set price = 1100 where id = ${thing.variantId}`
  await sql`update stock set on_hand = 3 where variant_id = ${thing.variantId}`
  let [item] = (await get(buyer)).items
  assert.equal(item.unit_price, 1100)
  assert.equal(item.line_total, 4400)
  assert.equal(item.available_quantity, 3)
  assert.equal(item.in_stock, false)
  await sql`update product set status = 'archived' where id = ${thing.id}`
  item = (await get(buyer)).items[0]
  assert.equal(item.in_stock, false)
  const body = assertProblem(await createOrder(buyer), 409, 'product_unavailable')
  assert(body.detail)
})

test('update/ sets the quantity, 0 removes the line', async () => {
  const buyer = await customer()
  const thing = await product({ stock: 20 })
  const { items: [item] } = await addToCart(buyer, thing, 2)
  let cart = assertStatus(await update(buyer, item.id, 7), 200)
  assert.equal(cart.items[0].quantity, 7)
  assert.equal(cart.items[0].id, item.id)
  cart = assertStatus(await update(buyer, item.id, 1), 200)
  assert.equal(cart.item_count, 1)
  assertProblem(await update(buyer, item.id, 21), 409, 'insufficient_stock')
  assert.equal((await get(buyer)).items[0].quantity, 1)
  cart = assertStatus(await update(buyer, item.id, 0), 200)
  assert.deepEqual(cart.items, [])
  assertProblem(await update(buyer, item.id, 1), 404, 'not_found')
  assertProblem(await update(buyer, item.id, 0), 404, 'not_found')
  assertInvalid(await api('POST', '/api/cart/update/', { token: buyer, body: {} }), 'item_id',
    'quantity')
})

test('update/ of what is no longer sold is 409, and it can still be removed', async () => {
  const buyer = await customer()
  const thing = await product()
  const { items: [item] } = await addToCart(buyer, thing, 2)
  await sql`update product set status = 'archived' where id = ${thing.id}`
  assertProblem(await update(buyer, item.id, 3), 409, 'product_unavailable')
  assert.deepEqual(assertStatus(await update(buyer, item.id, 0), 200).items, [])
})

test('remove/ and clear/ take lines away', async () => {
  const buyer = await customer()
  const things = [await product({ price: 100 }), await product({ price: 200 }),
    await product({ price: 400 })]
  for (const thing of things) await addToCart(buyer, thing, 1)
  const { items } = await get(buyer)
  const cart = assertStatus(await remove(buyer, items[1].id), 200)
  assert.deepEqual(cart.items.map(i => i.id), [items[0].id, items[2].id])
  assert.equal(cart.total, 500)
  assertProblem(await remove(buyer, items[1].id), 404, 'not_found')
  assertInvalid(await api('POST', '/api/cart/remove/', { token: buyer, body: {} }), 'item_id')
  for (let i = 0; i < 2; i++) {
    const empty = assertStatus(await api('POST', '/api/cart/clear/', { token: buyer }), 200)
    assert.deepEqual(empty.items, [])
    assert.equal(empty.total, 0)
    assert.equal(empty.id, cart.id)
  }
})

test('E03 the lines of somebody else are not there, and stay as they are', async () => {
  const [mine, theirs] = [await customer(), await customer()]
  const thing = await product()
  const { items: [item] } = await addToCart(theirs, thing, 2)
  await addToCart(mine, thing, 1)
  for (const answer of [await update(mine, item.id, 9), await update(mine, item.id, 0),
    await remove(mine, item.id)])
    assertProblem(answer, 404, 'not_found')
  assert.equal((await get(theirs)).items[0].quantity, 2)
  assert.equal((await get(mine)).items[0].quantity, 1)
})

test('a line holds 9999 units at most', async () => {
  const buyer = await customer()
  const thing = await product({ price: 1, stock: 100000 })
  assertStatus(await add(buyer, { product_id: thing.id, quantity: 9999 }), 200)
  assertInvalid(await add(buyer, { product_id: thing.id, quantity: 1 }), 'quantity')
  assertInvalid(await add(buyer, { product_id: thing.id, quantity: 10000 }), 'quantity')
  assert.equal((await get(buyer)).items[0].quantity, 9999)
})

test('sums do not lose a paisa at sizes that no float could hold', async () => {
  const buyer = await customer()
  const things = [await product({ price: 900719925474, stock: 9999, taxRate: 1800 }),
    await product({ price: 1, stock: 9999, taxRate: 10000 })]
  await fillCart(buyer, [[things[0].variantId, 9999], [things[1].variantId, 3]])
  const answer = await api('GET', '/api/cart/get/', { token: buyer })
  assertStatus(answer, 200)
  const line = 900719925474n * 9999n
  const tax = (line * 1800n * 2n + 11800n) / (2n * 11800n)
  const number = name => BigInt(new RegExp(`"${name}":(\\d+)`).exec(
    answer.text.slice(answer.text.lastIndexOf(']')))[1])
  assert.equal(number('total'), line + 3n)
  assert.equal(number('tax_total'), tax + 2n)
})
