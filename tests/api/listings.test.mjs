/*
 * A seller's own products: created, changed, taken off sale, exported. What
 * waits for approval is approved in moderation.test.mjs.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { addToCart, api, assertInvalid, assertProblem, assertStatus, category, createOrder,
  customer, fillCart, keysOf, newKey, placeOrder, product, seller, sql, stockOf, together, unique,
  uuid7 } from './harness.mjs'

const shelf = await category()

const input = (more = {}) => ({
  name: unique('Shirt'), category_id: shelf.id, price: 49900, stock: 25, ...more,
})
const create = (who, body, key) => api('POST', '/api/products/create/', { token: who, body, key })
const update = (who, body, key) => api('PUT', '/api/products/update/', { token: who, body, key })
const remove = (who, id) => api('DELETE', '/api/products/delete/', { token: who, body: { id } })
const detail = async (who, id) =>
  assertStatus(await api('GET', '/api/products/detail/', { token: who, query: { id } }), 200)
const listed = async (who, more) => assertStatus(await create(who, input(more)), 201)
const changed = async (who, body) => assertStatus(await update(who, body), 200)
const approve = id => sql`update product set status = 'approved', approved_at = now(),
  pending_since = null where id = ${id}`
const rowOf = async id => (await sql`select * from product where id = ${id}`)[0]
const variantsOf = id => sql`select * from variant where product_id = ${id} order by position, id`

// ---- creating ----------------------------------------------------------------

test('a product with nothing but what must be given', async () => {
  const who = await seller({ gstin: '29AAGCB7383J1Z4' })
  const sent = input()
  const body = assertStatus(await create(who, sent, newKey()), 201)
  assert.equal(body.name, sent.name)
  assert.match(body.slug, /^shirt-[0-9a-f-]+$/)
  assert.deepEqual(body.category, { id: shelf.id, name: shelf.name, slug: shelf.slug })
  assert.deepEqual(body.seller, { id: who.sellerId, store_name: who.storeName, slug: who.slug })
  assert.deepEqual([body.price, body.compare_at_price, body.currency, body.in_stock],
    [49900, null, 'INR', true])
  assert.deepEqual([body.description, body.brand, body.hsn_code, body.image],
    [null, null, null, null])
  assert.deepEqual([body.attributes, body.options, body.images], [{}, [], []])
  assert.deepEqual([body.min_order_quantity, body.tax_rate_bps], [1, 1800])
  assert.deepEqual([body.status, body.rejection_reason, body.pending_changes],
    ['pending', null, null])
  assert.equal(body.variants.length, 1)
  const [variant] = body.variants
  assert.match(variant.sku, /^SHIRT-[0-9A-F-]+$/)
  assert.deepEqual({ ...variant, id: 0, sku: 0 }, { id: 0, sku: 0, title: null, options: {},
    price: 49900, compare_at_price: null, currency: 'INR', stock: 25, price_tiers: [] })
  assert.deepEqual(await detail(who, body.id), body)
  assert((await rowOf(body.id)).pending_since, 'it stands in the queue')
})

test('a product with everything', async () => {
  const who = await seller()
  const sent = input({
    description: 'Woven by hand', brand: 'Asha', compare_at_price: 59900, min_order_quantity: 3,
    tax_rate_bps: 500, hsn_code: '6205', options: ['Size', 'Colour'],
    attributes: { Material: 'Cotton', Weight: 250, Length: 70.5 },
    variants: [
      { sku: unique('A'), title: 'M, red', options: { Size: 'M', Colour: 'Red' }, price: 49900,
        compare_at_price: 54900, stock: 4, price_tiers: [
          { min_quantity: 20, price: 39900 }, { min_quantity: 10, price: 44900,
            audience: 'business' }] },
      { options: { Size: 'L', Colour: 'Red' } },
    ],
    price_tiers: [{ min_quantity: 5, price: 47900 }],
  })
  const body = assertStatus(await create(who, sent), 201)
  for (const name of ['description', 'brand', 'min_order_quantity', 'tax_rate_bps', 'hsn_code',
    'options', 'attributes'])
    assert.deepEqual(body[name], sent[name], name)
  assert.deepEqual([body.price, body.compare_at_price], [49900, 54900])
  const [first, second] = body.variants
  assert.deepEqual({ ...first, id: 0 }, { id: 0, ...sent.variants[0], currency: 'INR',
    price_tiers: [{ min_quantity: 10, price: 44900, audience: 'business' },
      { min_quantity: 20, price: 39900, audience: 'all' }] })
  assert.deepEqual({ ...second, id: 0, sku: 0 }, { id: 0, sku: 0, title: null,
    options: { Size: 'L', Colour: 'Red' }, price: 49900, compare_at_price: 59900, currency: 'INR',
    stock: 25, price_tiers: [{ min_quantity: 5, price: 47900, audience: 'all' }] })
  assert.notEqual(first.sku, second.sku)
})

test('what the variants leave out they take from the product', async () => {
  const who = await seller()
  const sku = unique('SET')
  const body = await listed(who, { sku, price: 700, stock: 3,
    variants: [{ options: { Size: 'S' } }, { options: { Size: 'M' }, price: 600, stock: 0 }] })
  assert.deepEqual(body.variants.map(v => [v.sku, v.price, v.stock]),
    [[`${sku}-1`, 700, 3], [`${sku}-2`, 600, 0]])
  assert.deepEqual([body.price, body.options], [600, ['Size']])
})

test('tax is 0 where the seller has no GSTIN, unless it says otherwise', async () => {
  const who = await seller()
  assert.equal((await listed(who)).tax_rate_bps, 0)
  assert.equal((await listed(who, { tax_rate_bps: 1200 })).tax_rate_bps, 1200)
  assertInvalid(await create(who, input({ tax_rate_bps: 1201 })), 'tax_rate_bps')
})

test('a draft is not sent in until it says so', async () => {
  const who = await seller()
  const { id, status } = await listed(who, { draft: true })
  assert.equal(status, 'draft')
  assert.equal((await rowOf(id)).pending_since, null)
  assert.equal((await changed(who, { id, brand: 'Asha' })).status, 'draft')
  const sent = await changed(who, { id, draft: false })
  assert.equal(sent.status, 'pending')
  assert((await rowOf(id)).pending_since)
  assert.equal((await changed(who, { id, draft: true })).status, 'draft')
  assert.equal((await rowOf(id)).pending_since, null)
})

test('faults of every kind are named together', async () => {
  const who = await seller()
  const body = assertInvalid(await create(who, input({
    category_id: uuid7(), tax_rate_bps: 3, price: 100, compare_at_price: 99,
  })), 'category_id', 'tax_rate_bps', 'compare_at_price')
  assert.deepEqual(keysOf(body.errors), ['category_id', 'compare_at_price', 'tax_rate_bps'])
  for (const [more, field] of [
    [{ name: ' ' }, 'name'], [{ price: 0 }, 'price'], [{ price: 10000000001 }, 'price'],
    [{ stock: -1 }, 'stock'], [{ hsn_code: '12345' }, 'hsn_code'], [{ hsn_code: 'x1' }, 'hsn_code'],
    [{ tax_rate_bps: 10002 }, 'tax_rate_bps'], [{ min_order_quantity: 0 }, 'min_order_quantity'],
    [{ min_order_quantity: 10000 }, 'min_order_quantity'], [{ sku: '' }, 'sku'],
    [{ attributes: { a: true } }, 'attributes'], [{ attributes: { ' ': 'x' } }, 'attributes'],
    [{ attributes: { a: 'x'.repeat(201) } }, 'attributes'], [{ attributes: { a: 1e300 } },
      'attributes'], [{ attributes: { a: {} } }, 'attributes'],
    [{ options: ['Size', 'Size'] }, 'options'], [{ options: [''] }, 'options'],
    [{ variants: [] }, 'variants'],
    [{ variants: [{ id: uuid7() }] }, 'variants.0.id'],
    [{ variants: [{ sku: 'A' }, { sku: 'A' }] }, 'variants.1.sku'],
    [{ options: ['Size'], variants: [{ options: { Colour: 'Red' } }] }, 'variants.0.options'],
    [{ variants: [{ options: { Size: 'M' } }, { options: { Size: 'M' } }] }, 'variants.1.options'],
    [{ variants: [{}, { price: 5, compare_at_price: 4 }] }, 'variants.1.compare_at_price'],
    [{ price_tiers: [{ min_quantity: 2, price: 1 }, { min_quantity: 2, price: 2 }] },
      'price_tiers'],
    [{ price_tiers: [{ min_quantity: 0, price: 1 }] }, 'price_tiers.0.min_quantity'],
    [{ variants: [{ price_tiers: [{ min_quantity: 2, price: 1, audience: 'friends' }] }] },
      'variants.0.price_tiers.0.audience'],
  ])
    assertInvalid(await create(who, input(more)), field)
  assert.equal((await sql`select count(*) as n from product
    where seller_id = ${who.sellerId}`)[0].n, 0)
})

test('E04 nothing can be set that is not the seller\'s to set', async () => {
  const who = await seller(), other = await seller()
  const { id } = await listed(who)
  const before = await rowOf(id)
  for (const more of [{ seller_id: other.sellerId }, { status: 'approved' }, { rating_count: 9 },
    { rating: 5 }, { rating_sum: 45 }, { is_listed: true }, { slug: 'mine' }, { popularity: 9 },
    { approved_at: '2026-01-01T00:00:00Z' }, { currency: 'USD' }, { seller_active: true }]) {
    assertInvalid(await update(who, { id, ...more }), ...Object.keys(more))
    assertInvalid(await create(who, input(more)), ...Object.keys(more))
  }
  assertInvalid(await update(who, { id, variants: [{ reserved: 3 }] }), 'variants.0.reserved')
  assert.deepEqual(await rowOf(id), before)
})

test('a SKU is a seller\'s own, once', async () => {
  const who = await seller(), other = await seller()
  const sku = unique('SKU')
  const first = await listed(who, { sku })
  assertProblem(await create(who, input({ sku })), 409, 'already_exists')
  assert.equal((await listed(other, { sku })).variants[0].sku, sku, 'another seller may')
  const second = await listed(who)
  assertProblem(await update(who, { id: second.id, sku }), 409, 'already_exists')
  assert.equal((await changed(who, { id: first.id, sku, stock: 1 })).variants[0].stock, 1)
  const answers = await together(5, () => create(who, input({ sku: `${sku}-together` })))
  assert.deepEqual(answers.map(a => a.status).sort(), [201, 409, 409, 409, 409])
  // Once its product is archived it is free.
  assertStatus(await remove(who, first.id), 200)
  assert.equal((await listed(who, { sku })).variants[0].sku, sku)
})

test('slugs of one name differ', async () => {
  const who = await seller(), name = unique('Same name')
  const slugs = (await together(10, () => listed(who, { name }))).map(b => b.slug)
  assert.equal(new Set(slugs).size, 10)
  assert.match((await listed(who, { name: '綿のシャツ' })).slug, /^item-/)
})

test('a key makes one product of two requests', async () => {
  const who = await seller(), key = newKey(), body = input()
  const [a, b] = [await create(who, body, key), await create(who, body, key)]
  assert.equal(b.headers['idempotent-replayed'], 'true')
  assert.equal(a.text, b.text)
  assertProblem(await create(who, { ...body, price: 1 }, key), 409, 'idempotency_key_reused')
  assert.equal((await sql`select count(*) as n from product
    where seller_id = ${who.sellerId}`)[0].n, 1)
})

// ---- who may -----------------------------------------------------------------

test('E03 another seller\'s product is as one that is not there', async () => {
  const who = await seller(), other = await seller()
  const mine = await listed(who)
  const theirs = await product({ seller: other })
  const before = [await rowOf(theirs.id), await variantsOf(theirs.id)]
  const both = async call => {
    const [a, b] = [await call(theirs.id), await call(uuid7())]
    for (const answer of [a, b]) assertProblem(answer, 404, 'not_found')
    assert.equal(a.body.detail, b.body.detail)
  }
  await both(id => update(who, { id, price: 1 }))
  await both(id => remove(who, id))
  assertInvalid(await update(who, { id: mine.id, variants: [{ id: theirs.variantId }] }),
    'variants.0.id')
  assert.deepEqual([await rowOf(theirs.id), await variantsOf(theirs.id)], before)
  await sql`update product set status = 'pending', pending_since = now() where id = ${theirs.id}`
  assertProblem(await api('GET', '/api/products/detail/', { token: who,
    query: { id: theirs.id } }), 404, 'not_found')
})

test('a store that is not approved may not list', async () => {
  for (const status of ['pending', 'rejected', 'suspended']) {
    const who = await seller({ status })
    assertProblem(await create(who, input()), 403, 'seller_not_approved')
    assertProblem(await update(who, { id: uuid7() }), 403, 'seller_not_approved')
    assertProblem(await remove(who, uuid7()), 403, 'seller_not_approved')
    assertProblem(await api('GET', '/api/products/export/', { token: who }), 403,
      'seller_not_approved')
  }
})

// ---- moderation --------------------------------------------------------------

test('an edit of an approved product waits, its price and stock do not', async () => {
  const who = await seller(), buyer = await customer()
  const other = await category()
  const { id, name, variants } = await listed(who, { attributes: { Material: 'Cotton' },
    description: 'Old' })
  await approve(id)
  const after = await changed(who, {
    id, name: 'A better name', description: 'New', category_id: other.id,
    attributes: { Material: 'Silk', Weight: 100 }, price: 39900, stock: 7, brand: 'Asha',
    hsn_code: '6206', min_order_quantity: 2,
  })
  assert.deepEqual([after.name, after.description, after.category.id, after.attributes],
    [name, 'Old', shelf.id, { Material: 'Cotton' }])
  assert.deepEqual(after.pending_changes, { name: 'A better name', description: 'New',
    category_id: other.id, attributes: { Material: 'Silk', Weight: 100 } })
  assert.deepEqual([after.status, after.price, after.variants[0].stock, after.brand,
    after.hsn_code, after.min_order_quantity], ['approved', 39900, 7, 'Asha', '6206', 2])
  assert.equal(after.variants[0].id, variants[0].id)
  const seen = await detail(buyer, id)
  assert.deepEqual([seen.name, seen.description, seen.category.id, seen.price],
    [name, 'Old', shelf.id, 39900])
  for (const hidden of ['status', 'pending_changes', 'rejection_reason'])
    assert(!(hidden in seen), hidden)
  assert((await rowOf(id)).pending_since)

  // What was set before is kept, and what is set back no longer waits.
  const kept = await changed(who, { id, description: null })
  assert.deepEqual(kept.pending_changes, { ...after.pending_changes, description: null })
  const less = await changed(who, { id, name, category_id: shelf.id,
    attributes: { Material: 'Cotton' } })
  assert.deepEqual(less.pending_changes, { description: null })
  const none = await changed(who, { id, description: 'Old' })
  assert.equal(none.pending_changes, null)
  assert.equal((await rowOf(id)).pending_since, null)
  assertProblem(await update(who, { id, draft: true }), 409, 'invalid_state')
})

test('a change sends a rejected product in again', async () => {
  const who = await seller()
  const rejected = async () => {
    const { id } = await listed(who)
    await sql`update product set status = 'rejected', rejection_reason = 'No', pending_since = null
      where id = ${id}`
    return id
  }
  for (const more of [{ name: 'Better' }, { price: 1 }, { stock: 3 }, { brand: 'A' },
    { price_tiers: [{ min_quantity: 2, price: 1 }] }, { draft: false }]) {
    const id = await rejected()
    const body = await changed(who, { id, ...more })
    assert.deepEqual([body.status, body.rejection_reason], ['pending', null], JSON.stringify(more))
    assert((await rowOf(id)).pending_since)
  }
  const id = await rejected()
  const same = await changed(who, { id })
  assert.deepEqual([same.status, same.rejection_reason], ['rejected', 'No'])
})

test('an edit of a pending product keeps its place in the queue', async () => {
  const who = await seller()
  const { id } = await listed(who)
  const { pending_since: since } = await rowOf(id)
  const body = await changed(who, { id, name: 'Other' })
  assert.deepEqual([body.name, body.status, body.pending_changes], ['Other', 'pending', null])
  assert.equal((await rowOf(id)).pending_since, since)
})

test('its seller and administrators see a product in any state', async () => {
  const who = await seller(), buyer = await customer()
  for (const status of ['draft', 'pending', 'rejected', 'archived']) {
    const { id, slug } = await listed(who)
    await sql`update product set status = ${status} where id = ${id}`
    assert.equal((await detail(who, id)).status, status)
    for (const query of [{ id }, { slug }])
      assertProblem(await api('GET', '/api/products/detail/', { token: buyer, query }), 404,
        'not_found')
  }
})

test('an archived product is left as it is', async () => {
  const who = await seller(), buyer = await customer()
  const { id } = await listed(who, { stock: 5 })
  await approve(id)
  const { variants: [variant] } = await detail(who, id)
  const [{ product_count: before }] = await sql`select product_count from category_count
    where category_id = ${shelf.id}`
  const thing = { id, variantId: variant.id }
  const order = await placeOrder(buyer, [[thing, 2]])
  await addToCart(buyer, thing, 1)
  assert.deepEqual(assertStatus(await remove(who, id), 200), { detail: 'The product is archived.' })
  assertStatus(await api('DELETE', '/api/products/delete/', { token: who, query: { id } }), 200)
  assertProblem(await update(who, { id, price: 1 }), 409, 'invalid_state')
  assertProblem(await createOrder(buyer), 409, 'product_unavailable')
  const [{ product_count: now }] = await sql`select product_count from category_count
    where category_id = ${shelf.id}`
  assert.equal(now, before - 1)
  const [item] = assertStatus(await api('GET', '/api/orders/detail/', { token: buyer,
    query: { id: order.id } }), 200).seller_orders[0].items
  assert.deepEqual([item.product_id, item.variant_id, item.sku], [id, variant.id, variant.sku])
})

// ---- variants ----------------------------------------------------------------

test('a list of variants is the whole list', async () => {
  const who = await seller(), buyer = await customer()
  const made = await listed(who, { variants: [
    { sku: unique('S'), options: { Size: 'S' }, price: 300, stock: 3 },
    { sku: unique('M'), options: { Size: 'M' }, price: 200, stock: 2 },
    { sku: unique('L'), options: { Size: 'L' }, price: 100, stock: 1 }] })
  await approve(made.id)
  const [s, m, l] = made.variants
  const order = await placeOrder(buyer, [[{ id: made.id, variantId: l.id }, 1]])
  await addToCart(buyer, { id: made.id, variantId: m.id })

  // One by id, with another SKU; one by SKU; one left out; one new.
  const after = await changed(who, { id: made.id, stock: 9, price: 250, variants: [
    { id: m.id, sku: `${m.sku}-2`, price: 210 }, { sku: s.sku, stock: 30 },
    { options: { Size: 'XL' } }] })
  assert.deepEqual(after.variants.map(v => [v.id, v.sku, v.price, v.stock, v.options.Size]), [
    [m.id, `${m.sku}-2`, 210, 2, 'M'], [s.id, s.sku, 300, 30, 'S'],
    [after.variants[2].id, after.variants[2].sku, 250, 9, 'XL']])
  assert.deepEqual([after.price, after.options], [210, ['Size']])

  const cart = assertStatus(await api('GET', '/api/cart/get/', { token: buyer }), 200)
  assert.deepEqual([cart.items[0].sku, cart.items[0].unit_price, cart.items[0].in_stock],
    [`${m.sku}-2`, 210, true])
  const seen = assertStatus(await api('GET', '/api/orders/detail/', { token: buyer,
    query: { id: order.id } }), 200)
  assert.deepEqual([seen.seller_orders[0].items[0].sku, seen.total], [l.sku, 100])
  assert.deepEqual(await stockOf(l.id), { on_hand: 1, reserved: 1 })
  assertProblem(await api('POST', '/api/cart/add/', { token: buyer,
    body: { product_id: made.id, variant_id: l.id } }), 404, 'not_found')

  // Its SKU brings it back as it was; taken by another, it is that one's.
  const back = await changed(who, { id: made.id, variants: [{ sku: l.sku }] })
  assert.deepEqual(back.variants.map(v => [v.id, v.stock, v.price]), [[l.id, 0, 100]])
  assert.deepEqual([back.in_stock, back.price], [false, 100])
  const moved = await changed(who, { id: made.id, variants: [{ id: l.id, sku: s.sku }] })
  assert.deepEqual(moved.variants.map(v => [v.id, v.sku]), [[l.id, s.sku]])
  assert.match((await variantsOf(made.id)).find(v => v.id === s.id).sku, /~/)
})

test('two variants change their SKUs for each other\'s', async () => {
  const who = await seller()
  const { id, variants: [a, b] } = await listed(who, { variants: [{ sku: unique('A') },
    { sku: unique('B') }] })
  const after = await changed(who, { id, variants: [{ id: a.id, sku: b.sku },
    { id: b.id, sku: a.sku }] })
  assert.deepEqual(after.variants.map(v => [v.id, v.sku]), [[a.id, b.sku], [b.id, a.sku]])
})

test('without a list the body speaks of the only variant', async () => {
  const who = await seller()
  const one = await listed(who, { compare_at_price: 60000 })
  const after = await changed(who, { id: one.id, price: 100, stock: 0, sku: unique('NEW'),
    compare_at_price: null, price_tiers: [{ min_quantity: 2, price: 90, audience: 'business' }] })
  assert.deepEqual([after.price, after.compare_at_price, after.in_stock], [100, null, false])
  assert.equal(after.variants[0].id, one.variants[0].id)
  assert.deepEqual(after.variants[0].price_tiers,
    [{ min_quantity: 2, price: 90, audience: 'business' }])
  assert.deepEqual((await changed(who, { id: one.id, price_tiers: [] })).variants[0].price_tiers,
    [])
  assertInvalid(await update(who, { id: one.id, compare_at_price: 99 }), 'compare_at_price')
  const two = await listed(who, { variants: [{}, {}] })
  assertInvalid(await update(who, { id: two.id, price: 1, stock: 1 }), 'price', 'stock')
  assertInvalid(await update(who, { id: two.id, sku: 'X' }), 'variants')
  assert.equal((await changed(who, { id: two.id, brand: 'B' })).variants.length, 2)
})

test('a variant off sale does not count for price and stock', async () => {
  const who = await seller()
  const { id, variants: [cheap, dear] } = await listed(who, { variants: [
    { price: 100, stock: 5 }, { price: 200, stock: 0 }] })
  assert.equal((await rowOf(id)).in_stock, true)
  const after = await changed(who, { id, variants: [{ id: dear.id }] })
  assert.deepEqual([after.price, after.in_stock], [200, false])
  const both = await changed(who, { id, variants: [{ id: dear.id }, { id: cheap.id }] })
  assert.deepEqual([both.price, both.in_stock], [100, true])
  assert.deepEqual(both.variants.map(v => v.id), [dear.id, cheap.id])
})

test('what a product had on sale before is no burden to it', async () => {
  const who = await seller()
  const made = await listed(who, { sku: unique('NOW') })
  await sql`insert into variant (id, product_id, seller_id, sku, price, is_active, options)
    select overlay(gen_random_uuid()::text placing '7' from 15)::uuid, ${made.id}, ${who.sellerId},
      'OLD-' || n, 5, false, '{"Size": "M"}'
    from generate_series(1, 50000) n`
  await sql`insert into stock (variant_id, on_hand)
    select id, 1 from variant where product_id = ${made.id} and sku in ('OLD-7', 'OLD-8')`
  const after = await changed(who, { id: made.id, price: 100, variants: [{ id: made.variants[0].id },
    { sku: 'OLD-7' }, { sku: 'NEW-1' }] })
  assert.deepEqual(after.variants.map(v => [v.sku, v.price, v.stock]),
    [[made.variants[0].sku, made.price, 25], ['OLD-7', 5, 1], ['NEW-1', 100, after.variants[2].stock]])
  // One that is not named gives up its SKU as well.
  const taken = await changed(who, { id: made.id, variants: [{ id: after.variants[2].id },
    { id: made.variants[0].id, sku: 'OLD-8' }] })
  assert.deepEqual(taken.variants.map(v => v.sku), ['NEW-1', 'OLD-8'])
})

// ---- stock -------------------------------------------------------------------

test('stock is what can be bought, in writing too', async () => {
  const who = await seller(), buyer = await customer()
  const { id, variants: [variant] } = await listed(who, { stock: 10 })
  await approve(id)
  await placeOrder(buyer, [[{ id, variantId: variant.id }, 4]])
  assert.equal((await detail(who, id)).variants[0].stock, 6)
  assert.equal((await changed(who, { id, stock: 50 })).variants[0].stock, 50)
  assert.deepEqual(await stockOf(variant.id), { on_hand: 54, reserved: 4 })
  assert.equal((await changed(who, { id, stock: 0 })).in_stock, false)
  assert.deepEqual(await stockOf(variant.id), { on_hand: 4, reserved: 4 })
})

test('INV1 stock is set while it is being bought', async () => {
  const who = await seller(), rounds = 8
  const { id, variants } = await listed(who, { variants: [{ price: 100, stock: 5 },
    { price: 200, stock: 5 }] })
  await approve(id)
  const buyers = await Promise.all(Array.from({ length: rounds }, () => customer()))
  for (const buyer of buyers) await fillCart(buyer, variants.map(v => [v.id, 1]))
  const answers = await together(rounds * 2, i => i % 2
    ? createOrder(buyers[(i - 1) / 2])
    : update(who, { id, variants: variants.map(v => ({ id: v.id, stock: 3 + i % 3 })) }))
  for (const { status, text } of answers) assert([200, 201, 409].includes(status), text)
  const sold = answers.filter(a => a.status === 201).length
  for (const { id: variant } of variants) {
    const { on_hand: hand, reserved } = await stockOf(variant)
    assert.equal(reserved, sold)
    assert(hand >= reserved)
  }
  assert.equal((await changed(who, { id, variants: variants.map(v => ({ id: v.id, stock: 2 })) }))
    .variants[0].stock, 2)
})

test('two edits of one product follow each other', async () => {
  const who = await seller()
  const { id, variants: [variant] } = await listed(who, { stock: 1 })
  const answers = await together(8, i => update(who, { id, stock: i, price: 1000 + i }))
  for (const answer of answers) assertStatus(answer, 200)
  const { variants: [now] } = await detail(who, id)
  assert.equal(now.price, 1000 + now.stock, 'both values are of one edit')
  assert.deepEqual(await stockOf(variant.id), { on_hand: now.stock, reserved: 0 })
})

// ---- the catalogue -----------------------------------------------------------

test('search, counts and filters follow what is listed', async () => {
  const who = await seller(), here = await category(), there = await category()
  const word = `zq${unique('').replace(/[^a-z]/g, '')}x`
  const { id } = await listed(who, { name: `Lamp ${word}`, category_id: here.id,
    attributes: { Watt: 40, Base: 'E27' } })
  const found = async query => assertStatus(await api('GET', '/api/products/filter/',
    { query: { seller: who.sellerId, ...query } }), 200).results.map(p => p.id)
  const search = async q => assertStatus(await api('GET', '/api/products/search/', { query: { q } }),
    200).results.map(p => p.id)
  assert.deepEqual(await search(word), [])
  await approve(id)
  assert.deepEqual(await search(word), [id])
  assert.deepEqual(await found({ 'attr.Watt': '40' }), [id], 'a number is found by its text')
  assert.deepEqual(await found({ 'attr.Watt': '40.0' }), [id])
  assert.deepEqual(await found({ 'attr.Watt': '41' }), [])
  assert.deepEqual(await found({ 'attr.Base': 'E27' }), [id])
  await changed(who, { id, category_id: there.id, name: 'Other' })
  assert.deepEqual(await search(word), [id], 'until it is approved')
  const counts = await sql`select category_id, product_count from category_count
    where category_id in (${here.id}, ${there.id})`
  assert.deepEqual(counts, [{ category_id: here.id, product_count: 1 }])
  assertStatus(await remove(who, id), 200)
  assert.deepEqual(await search(word), [])
  assert.equal((await sql`select product_count from category_count
    where category_id = ${here.id}`)[0].product_count, 0)
})
