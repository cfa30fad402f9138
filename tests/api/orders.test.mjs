/* From cart to order: what is copied, split and summed; reading orders back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { addToCart, addressInput, api, assertInvalid, assertProblem, assertStatus, category,
  createOrder, customer, fillCart, keysOf, newKey, orderInput, orderItemKeys, orderKeys,
  orderListKeys, ordersOf, placeOrder, product, seller, sellerOrderKeys, sql, stockOf, together,
  uuid7, walk } from './harness.mjs'

const create = (buyer, body) => api('POST', '/api/orders/create/', {
  token: buyer, key: newKey(), body,
})
const detail = (buyer, query) => api('GET', '/api/orders/detail/', { token: buyer, query })
const taxInside = (amount, bps) =>
  Number((BigInt(amount) * BigInt(bps) * 2n + 10000n + BigInt(bps)) / (2n * (10000n + BigInt(bps))))

/** A second address in the book of a buyer. */
const savedAddress = async (buyer, more) => assertStatus(
  await api('POST', '/api/addresses/create/', { token: buyer, body: addressInput(more) }), 201)

test('create/: a cash order of one line has everything that the contract lists', async () => {
  const buyer = await customer()
  const owner = await seller()
  const thing = await product({ seller: owner, price: 11800, stock: 9, taxRate: 1800 })
  await addToCart(buyer, thing, 2)
  const answer = await create(buyer, orderInput({
    purchase_order_number: 'PO 17/26', notes: ' Ring twice. ',
  }))
  const order = assertStatus(answer, 201)
  assert.deepEqual(keysOf(order), orderKeys)
  assert.equal(order.status, 'confirmed')
  assert.equal(order.payment_status, 'unpaid')
  assert.equal(order.payment_method, 'cod')
  assert.equal(order.expires_at, null)
  assert.equal(order.currency, 'INR')
  assert.equal(order.purchase_order_number, 'PO 17/26')
  assert.equal(order.notes, ' Ring twice. ')
  assert(Math.abs(Date.parse(order.placed_at) - Date.now()) < 60000)
  assert.deepEqual([order.subtotal, order.discount_total, order.shipping_total, order.tax_total,
    order.total], [23600, 0, 0, 3600, 23600])
  const { is_default, id: ignored, ...address } = order.shipping_address
  assert.deepEqual(address, { ...addressInput(), label: null, line2: null, country: 'IN' })
  assert.deepEqual(order.billing_address, order.shipping_address)
  assert.equal(order.seller_orders.length, 1)
  const [part] = order.seller_orders
  assert.deepEqual(keysOf(part), sellerOrderKeys)
  assert.equal(part.customer, null, 'the customer is told to the seller alone')
  assert.equal(part.order_id, order.id)
  assert.equal(part.status, 'pending')
  assert.deepEqual(part.seller, { id: owner.sellerId, store_name: owner.storeName })
  assert.equal(part.tracking, null)
  assert.deepEqual([part.subtotal, part.tax_total, part.total], [23600, 3600, 23600])
  assert.equal(part.items.length, 1)
  const [item] = part.items
  assert.deepEqual(keysOf(item), orderItemKeys)
  const { id, ...line } = item
  assert.deepEqual(line, {
    product_id: thing.id, variant_id: thing.variantId, name: thing.name, sku: thing.sku,
    image: null, quantity: 2, refunded_quantity: 0, unit_price: 11800, currency: 'INR',
    tax_rate_bps: 1800,
    taxes: [{ type: 'CGST', rate_bps: 900, amount: 1800 },
      { type: 'SGST', rate_bps: 900, amount: 1800 }],
    tax_total: 3600, line_total: 23600,
  })
  // What is behind it: reservation, history, payment, message, and an empty cart.
  assert.deepEqual(await stockOf(thing.variantId), { on_hand: 9, reserved: 2 })
  const [held] = await sql`select quantity, state, expires_at from reservation
    where order_item_id = ${id}`
  assert.deepEqual(held, { quantity: 2, state: 'held', expires_at: null })
  const [paid] = await sql`select provider, status, amount, captured_amount, currency from payment
    where order_id = ${order.id}`
  assert.deepEqual(paid, {
    provider: 'cod', status: 'created', amount: 23600, captured_amount: 0, currency: 'INR',
  })
  const news = await sql`select account_id from outbox where payload->>'order_id' = ${order.id}`
  assert(news.some(n => n.account_id === buyer.id), 'the buyer is told')
  const cart = assertStatus(await api('GET', '/api/cart/get/', { token: buyer }), 200)
  assert.deepEqual(cart.items, [])
  assert.deepEqual(assertStatus(await detail(buyer, { id: order.id }), 200), order)
})

test('create/: a razorpay order waits for its money, and has an end', async () => {
  const buyer = await customer()
  const thing = await product({ stock: 5 })
  const order = await placeOrder(buyer, [[thing, 1]], { payment_method: 'razorpay' })
  assert.equal(order.status, 'pending_payment')
  assert.equal(order.payment_status, 'unpaid')
  assert.equal(order.seller_orders[0].status, 'pending_payment')
  const life = (Date.parse(order.expires_at) - Date.parse(order.placed_at)) / 1000
  assert.equal(life, 1800)
  const [held] = await sql`select r.state, r.expires_at = o.expires_at as same from reservation r
    join orders o on o.id = r.order_id where o.id = ${order.id}`
  assert.deepEqual(held, { state: 'held', same: true })
  assert.equal((await sql`select from payment where order_id = ${order.id}`).length, 0)
})

test('create/: razorpay needs a total of 100, cash does not', async () => {
  const buyer = await customer()
  const thing = await product({ price: 33, stock: 50 })
  await addToCart(buyer, thing, 3)
  assertProblem(await create(buyer, orderInput({ payment_method: 'razorpay' })), 400,
    'validation_error')
  assert.equal((await ordersOf(buyer)).length, 0)
  assert.equal((await stockOf(thing.variantId)).reserved, 0)
  assertStatus(await create(buyer, orderInput()), 201)
  await addToCart(buyer, await product({ price: 100 }), 1)
  assertStatus(await create(buyer, orderInput({ payment_method: 'razorpay' })), 201)
})

test('create/ splits an order per seller, and all sums add up', async () => {
  const buyer = await customer()
  const sellers = [await seller({ stateCode: '29' }), await seller({ stateCode: '27' }),
    await seller({ stateCode: '29' })]
  const prices = [999, 12345, 77, 5001, 10000]
  const rates = [1800, 500, 0, 1200, 2800]
  const things = []
  for (const [i, price] of prices.entries())
    things.push(await product({ seller: sellers[i % 3], price, taxRate: rates[i], stock: 50 }))
  const order = await placeOrder(buyer, things.map((t, i) => [t, i + 1]))
  assert.equal(order.seller_orders.length, 3)
  assert.deepEqual(order.seller_orders.map(p => p.seller.id).sort(),
    sellers.map(s => s.sellerId).sort())
  const sum = (list, name) => list.reduce((total, one) => total + one[name], 0)
  for (const part of order.seller_orders) {
    for (const item of part.items) {
      const i = things.findIndex(t => t.id === item.product_id)
      assert.equal(things[i].seller.sellerId, part.seller.id)
      assert.equal(item.line_total, prices[i] * (i + 1))
      assert.equal(item.tax_total, taxInside(item.line_total, rates[i]))
      assert.equal(item.tax_rate_bps, rates[i])
      assert.equal(sum(item.taxes, 'amount'), item.tax_total)
      const types = item.taxes.map(t => t.type)
      if (rates[i] > 0)
        assert.deepEqual(types, part.seller.id === sellers[1].sellerId ? ['IGST'] :
          ['CGST', 'SGST'])
      assert.equal(sum(item.taxes, 'rate_bps'), types.length ? rates[i] : 0)
    }
    assert.equal(part.subtotal, sum(part.items, 'line_total'))
    assert.equal(part.tax_total, sum(part.items, 'tax_total'))
    assert.equal(part.total, part.subtotal - part.discount_total + part.shipping_total)
    assert.equal(part.order_id, order.id)
    assert(part.number.startsWith(order.number) && part.number !== order.number)
  }
  for (const name of ['subtotal', 'tax_total', 'total', 'discount_total', 'shipping_total'])
    assert.equal(order[name], sum(order.seller_orders, name), name)
  assert.equal(new Set(order.seller_orders.map(p => p.number)).size, 3)
})

test('tax: CGST takes the odd paisa within a state; across states it is IGST', async () => {
  const owner = await seller({ stateCode: '29' })
  const thing = await product({ seller: owner, price: 100, taxRate: 1800, stock: 100 })
  // 100 × 1800 ÷ 11800 = 15.25, so 15: 8 and 7.
  const within = await placeOrder(await customer(), [[thing, 1]])
  assert.deepEqual(within.seller_orders[0].items[0].taxes, [
    { type: 'CGST', rate_bps: 900, amount: 8 }, { type: 'SGST', rate_bps: 900, amount: 7 }])
  for (const [state, type] of [['Kerala', 'IGST'], ['Maharashtra', 'IGST'], ['karnataka', 'CGST'],
    ['KARNATAKA', 'CGST'], ['Delhi', 'IGST']]) {
    const order = await placeOrder(await customer(), [[thing, 1]], {
      shipping_address: addressInput({ state }),
      // Where the bill goes does not matter.
      billing_address: addressInput({ state: 'Karnataka' }),
    })
    const [item] = order.seller_orders[0].items
    assert.equal(item.taxes[0].type, type, state)
    if (type === 'IGST')
      assert.deepEqual(item.taxes, [{ type: 'IGST', rate_bps: 1800, amount: 15 }])
  }
})

test('tax is rounded half up to a paisa, per line', async () => {
  const owner = await seller()
  // 1 × 10000 ÷ 20000 is exactly half a paisa.
  const halves = [[1, 10000, 1], [3, 10000, 2], [59, 1800, 9], [118, 1800, 18], [21, 500, 1],
    [10, 500, 0], [11, 500, 1], [1, 0, 0]]
  for (const [price, rate, tax] of halves) {
    assert.equal(taxInside(price, rate), tax, 'the expectation itself')
    const thing = await product({ seller: owner, price, taxRate: rate })
    const order = await placeOrder(await customer(), [[thing, 1]])
    assert.equal(order.tax_total, tax, `${price} at ${rate}`)
  }
})

test('commission is copied: seller beats category beats global, at the moment of the order',
  async () => {
    const shelf = await category()
    const [plain, own] = [await seller(), await seller()]
    const things = {
      global: await product({ seller: plain, price: 9999 }),
      category: await product({ seller: plain, category: shelf, price: 9999 }),
      seller: await product({ seller: own, category: shelf, price: 9999 }),
    }
    await sql`insert into commission_rate (id, scope, category_id, rate_bps, effective_from)
      values (${uuid7()}, 'category', ${shelf.id}, 550, now() - interval '1 hour')`
    await sql`insert into commission_rate (id, scope, category_id, rate_bps, effective_from)
      values (${uuid7()}, 'category', ${shelf.id}, 9000, now() + interval '1 hour')`
    await sql`insert into commission_rate (id, scope, seller_id, rate_bps, effective_from)
      values (${uuid7()}, 'seller', ${own.sellerId}, 333, now() - interval '1 hour')`
    const buyer = await customer()
    const order = await placeOrder(buyer, Object.values(things).map(t => [t, 1]))
    const rows = await sql`select product_id, commission_rate_bps, commission_scope,
      commission_amount from order_item where order_id = ${order.id}`
    const [{ rate_bps: global }] = await sql`select rate_bps from commission_rate
      where scope = 'global' and effective_from <= now() order by effective_from desc limit 1`
    const want = { global, category: 550, seller: 333 }
    for (const [scope, thing] of Object.entries(things)) {
      const row = rows.find(r => r.product_id === thing.id)
      assert.equal(row.commission_scope, scope)
      assert.equal(row.commission_rate_bps, want[scope])
      assert.equal(row.commission_amount, Math.floor((9999 * want[scope] * 2 + 10000) / 20000))
    }
    assert(!JSON.stringify(order).includes('commission'), 'the buyer does not see it')
  })

test('create/ takes addresses from the book or as typed', async () => {
  const buyer = await customer()
  const thing = await product({ stock: 100 })
  const home = await savedAddress(buyer, { label: 'Home', line2: 'Near the tank' })
  const office = await savedAddress(buyer, { label: 'Office', city: 'Kochi', state: 'Kerala',
    postal_code: '682001' })
  const typed = addressInput({ full_name: 'Typed Name', line2: 'Second line' })
  const place = async body => {
    await addToCart(buyer, thing, 1)
    return assertStatus(await create(buyer, { payment_method: 'cod', ...body }), 201)
  }
  const lines = a => [a.full_name, a.line1, a.line2, a.city, a.state, a.postal_code]
  let order = await place({ shipping_address_id: home.id })
  assert.deepEqual(lines(order.shipping_address), lines(home))
  assert.deepEqual(order.billing_address, order.shipping_address)
  order = await place({ shipping_address_id: home.id, billing_address_id: office.id })
  assert.deepEqual(lines(order.shipping_address), lines(home))
  assert.deepEqual(lines(order.billing_address), lines(office))
  order = await place({ shipping_address: typed, billing_address_id: home.id })
  assert.deepEqual(lines(order.shipping_address), lines({ ...typed }))
  assert.deepEqual(lines(order.billing_address), lines(home))
  order = await place({ shipping_address_id: office.id, billing_address: typed })
  assert.equal(order.billing_address.full_name, 'Typed Name')
  // An order keeps its address when the book changes.
  assertStatus(await api('DELETE', '/api/addresses/delete/', {
    token: buyer, body: { id: office.id },
  }), 200)
  const seen = assertStatus(await detail(buyer, { id: order.id }), 200)
  assert.deepEqual(lines(seen.shipping_address), lines(office))
})

test('create/ refuses bad or missing addresses, and keeps the cart', async () => {
  const buyer = await customer()
  const thing = await product()
  await addToCart(buyer, thing, 1)
  const home = await savedAddress(buyer)
  const cod = { payment_method: 'cod' }
  assertInvalid(await create(buyer, cod), 'shipping_address_id')
  assertInvalid(await create(buyer, { ...cod, shipping_address: {} }),
    ...['full_name', 'phone', 'line1', 'city', 'state', 'postal_code']
      .map(f => `shipping_address.${f}`))
  assertInvalid(await create(buyer, orderInput({ billing_address: { city: ' ' } })),
    'billing_address.full_name', 'billing_address.city')
  for (const [field, value] of [['state', 'Atlantis'], ['postal_code', '012345'],
    ['postal_code', '5600'], ['phone', 'x'], ['full_name', '  '], ['line1', ''],
    ['country', 'US'], ['city', 'x'.repeat(201)], ['landmark', 'unknown']])
    assertInvalid(await create(buyer, {
      ...cod, shipping_address: addressInput({ [field]: value }),
    }), `shipping_address.${field}`)
  assertProblem(await create(buyer, {
    ...cod, shipping_address_id: home.id, shipping_address: addressInput(),
  }), 400, 'validation_error')
  assertProblem(await create(buyer, { ...cod, shipping_address_id: uuid7() }), 404, 'not_found')
  assert.equal((await ordersOf(buyer)).length, 0)
  const cart = assertStatus(await api('GET', '/api/cart/get/', { token: buyer }), 200)
  assert.equal(cart.items.length, 1)
})

test('E03 addresses of somebody else do not serve for an order', async () => {
  const [mine, theirs] = [await customer(), await customer()]
  const address = await savedAddress(theirs)
  await addToCart(mine, await product(), 1)
  for (const body of [{ payment_method: 'cod', shipping_address_id: address.id },
    orderInput({ billing_address_id: address.id })]) {
    const answer = await create(mine, body)
    const none = await create(mine, JSON.parse(JSON.stringify(body).replace(address.id, uuid7())))
    assertProblem(answer, 404, 'not_found')
    assert.equal(answer.body.detail, none.body.detail)
  }
  assert.equal((await ordersOf(mine)).length, 0)
})

test('create/ refuses what is no order', async () => {
  const buyer = await customer()
  assertProblem(await create(buyer, orderInput()), 409, 'cart_empty')
  await addToCart(buyer, await product(), 1)
  assertInvalid(await create(buyer, orderInput({ payment_method: 'cheque' })), 'payment_method')
  assertInvalid(await create(buyer, orderInput({ payment_method: null })), 'payment_method')
  assertInvalid(await create(buyer, orderInput({ expected_total: '100' })), 'expected_total')
  assertInvalid(await create(buyer, orderInput({ expected_total: -1 })), 'expected_total')
  assertInvalid(await create(buyer, orderInput({ notes: 'x'.repeat(2049) })), 'notes')
  assertInvalid(await create(buyer, orderInput({ purchase_order_number: 'x'.repeat(201) })),
    'purchase_order_number')
  assert.equal((await ordersOf(buyer)).length, 0)
  const longest = orderInput({ notes: 'é'.repeat(2048), purchase_order_number: '🛒'.repeat(200) })
  const order = assertStatus(await create(buyer, longest), 201)
  assert.equal(order.notes, longest.notes)
  assert.equal(order.purchase_order_number, longest.purchase_order_number)
})

test('create/ does not sell what went out of sale, nor under the minimum', async () => {
  const buyer = await customer()
  const [gone, few] = [await product(), await product({ minimum: 1 })]
  await fillCart(buyer, [[gone.variantId, 1], [few.variantId, 1]])
  await sql`update product set status = 'archived' where id = ${gone.id}`
  assertProblem(await create(buyer, orderInput()), 409, 'product_unavailable')
  await sql`update product set status = 'approved' where id = ${gone.id}`
  await sql`update product set seller_active = false where id = ${gone.id}`
  assertProblem(await create(buyer, orderInput()), 409, 'product_unavailable')
  await sql`update product set seller_active = true where id = ${gone.id}`
  await sql`update variant set is_active = false where id = ${gone.variantId}`
  assertProblem(await create(buyer, orderInput()), 409, 'product_unavailable')
  await sql`update variant set is_active = true where id = ${gone.variantId}`
  await sql`update product set min_order_quantity = 2 where id = ${few.id}`
  assertProblem(await create(buyer, orderInput()), 400, 'validation_error')
  await sql`update product set min_order_quantity = 1 where id = ${few.id}`
  assertStatus(await create(buyer, orderInput()), 201)
})

test('numbers of orders are for people, and no two are alike', async () => {
  const thing = await product({ stock: 100 })
  const buyers = await Promise.all(Array.from({ length: 10 }, () => customer()))
  for (const buyer of buyers) await fillCart(buyer, [[thing.variantId, 1]])
  const answers = await together(10, i => createOrder(buyers[i]))
  const numbers = answers.map(a => assertStatus(a, 201).number)
  assert.equal(new Set(numbers).size, 10)
  for (const number of numbers) assert.match(number, /^[A-Z0-9-]{8,24}$/)
})

test('detail/ finds an order by id or by number, for its buyer alone', async () => {
  const [mine, theirs] = [await customer(), await customer()]
  const order = await placeOrder(mine, [[await product(), 1]])
  assert.deepEqual(assertStatus(await detail(mine, { id: order.id }), 200), order)
  assert.deepEqual(assertStatus(await detail(mine, { number: order.number }), 200), order)
  const strip = ({ request_id, ...rest }) => rest
  for (const query of [{ id: order.id }, { number: order.number }]) {
    const answer = await detail(theirs, query)
    assertProblem(answer, 404, 'not_found')
    const none = await detail(theirs, 'id' in query ? { id: uuid7() } : { number: 'HT-NONE' })
    assert.deepEqual(strip(answer.body), strip(none.body), 'not yours is not there')
  }
  assertProblem(await detail(mine, {}), 400, 'validation_error')
  assertProblem(await detail(mine, { id: order.id, number: order.number }), 400,
    'validation_error')
  assertInvalid(await detail(mine, { id: 'x' }), 'id')
})

test('status/ tells the steps of an order', async () => {
  const buyer = await customer()
  const order = await placeOrder(buyer, [[await product(), 1], [await product(), 1]])
  const status = query => api('GET', '/api/orders/status/', { token: buyer, query })
  const body = assertStatus(await status({ id: order.id }), 200)
  assert.deepEqual(keysOf(body), ['history', 'id', 'number', 'payment_status', 'seller_orders',
    'status'])
  assert.equal(body.id, order.id)
  assert.equal(body.number, order.number)
  assert.equal(body.status, 'confirmed')
  assert.equal(body.payment_status, 'unpaid')
  assert.deepEqual(body.history.map(h => h.status), ['confirmed'])
  assert.deepEqual(keysOf(body.history[0]), ['at', 'note', 'status'])
  assert.equal(body.history[0].at, order.placed_at)
  assert.deepEqual(body.seller_orders, order.seller_orders.map(({ id, number, status }) =>
    ({ id, number, status })))
  assertProblem(await status({ id: uuid7() }), 404, 'not_found')
  assertProblem(await api('GET', '/api/orders/status/', {
    token: await customer(), query: { id: order.id },
  }), 404, 'not_found')
  assertInvalid(await status({}), 'id')
})

test('list/ is the own orders, newest first, without their parts; status filters', async () => {
  const buyer = await customer()
  const thing = await product({ stock: 100 })
  const orders = []
  for (let i = 0; i < 5; i++)
    orders.unshift(await placeOrder(buyer, [[thing, 1]],
      { payment_method: i % 2 ? 'razorpay' : 'cod' }))
  await placeOrder(await customer(), [[thing, 1]])
  const list = query => api('GET', '/api/orders/list/', { token: buyer, query })
  const body = assertStatus(await list(), 200)
  assert.deepEqual(keysOf(body), ['count', 'next', 'previous', 'results'])
  assert.equal(body.count, 5)
  assert.equal(body.next, null)
  assert.equal(body.previous, null)
  assert.deepEqual(body.results.map(o => o.id), orders.map(o => o.id))
  for (const [i, result] of body.results.entries()) {
    assert.deepEqual(keysOf(result), orderListKeys)
    const { seller_orders, ...rest } = orders[i]
    assert.deepEqual(result, rest)
  }
  const waiting = assertStatus(await list({ status: 'pending_payment' }), 200)
  assert.equal(waiting.count, 2)
  assert(waiting.results.every(o => o.status === 'pending_payment'))
  assert.deepEqual(assertStatus(await list({ status: 'delivered' }), 200).results, [])
  assertInvalid(await list({ status: 'lost' }), 'status')
  assertInvalid(await list({ state: 'lost' }), 'state')
})

test('list/ walks both ways over cursors and by page numbers, each order once', async () => {
  const buyer = await customer()
  const thing = await product({ stock: 100 })
  const ids = []
  for (let i = 0; i < 11; i++) ids.unshift((await placeOrder(buyer, [[thing, 1]])).id)
  const call = target => api('GET', target, { token: buyer })
  const pages = await walk('/api/orders/list/?page_size=3', call)
  assert.deepEqual(pages.map(p => p.results.length), [3, 3, 3, 2])
  assert.deepEqual(pages.flatMap(p => p.results.map(o => o.id)), ids)
  assert(pages.every(p => p.count === 11))
  assert.equal(pages[0].previous, null)
  // And back again.
  const back = []
  for (let target = pages.at(-1).previous; target;) {
    const page = assertStatus(await call(target), 200)
    back.push(page)
    target = page.previous
  }
  assert.deepEqual(back.map(p => p.results.map(o => o.id)),
    pages.slice(0, -1).reverse().map(p => p.results.map(o => o.id)))
  for (let page = 1; page <= 4; page++) {
    const body = assertStatus(await call(`/api/orders/list/?page_size=3&page=${page}`), 200)
    assert.deepEqual(body.results.map(o => o.id), ids.slice(page * 3 - 3, page * 3))
    assert.equal(body.previous === null, page === 1)
    assert.equal(body.next === null, page === 4)
  }
  const past = assertStatus(await call('/api/orders/list/?page_size=3&page=5'), 200)
  assert.deepEqual(past.results, [])
  assert.equal(past.count, 11)
  assert.equal(past.next, null)
  // A link keeps the filter.
  const filtered = assertStatus(
    await call('/api/orders/list/?page_size=3&status=confirmed'), 200)
  assert.match(filtered.next, /^\/api\/orders\/list\/\?.*status=confirmed/)
  assert.equal(assertStatus(await call(filtered.next), 200).results.length, 3)
  // What is placed meanwhile does not shift the pages that follow.
  const first = assertStatus(await call('/api/orders/list/?page_size=3'), 200)
  await placeOrder(buyer, [[thing, 1]])
  const second = assertStatus(await call(first.next), 200)
  assert.deepEqual(second.results.map(o => o.id), ids.slice(3, 6))
})
