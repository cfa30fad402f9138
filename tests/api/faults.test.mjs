/*
 * Failures on purpose: in this build the header X-Haat-Fault: n makes the n-th
 * call to the database or the cache fail. Whatever n, the caller gets a clean
 * answer, and sending the same key again leads to exactly one outcome.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { addToCart, addressInput, api, customer, main, newEmail, newKey, orderInput, ordersOf,
  password, product, sql, stockOf, unique } from './harness.mjs'
import { runJob } from './jobs.mjs'
import { moveTo, sold } from './selling.mjs'

const LAST = 10

/**
 * Sends the request with its n-th call failing, then again without, under one
 * key, for each n. make() prepares and gives {target, method, token, body};
 * check() looks at what came of it.
 */
async function sweep(make, check) {
  for (let n = 1; n <= LAST; n++) {
    const call = await make(n)
    const send = headers => api(call.method ?? 'POST', call.target,
      { token: call.token, body: call.body, key: call.key, headers })
    const broken = await send({ 'x-haat-fault': String(n) })
    assert([200, 201, 503, 504].includes(broken.status),
      `fault ${n} of ${call.target}: ${broken.status} ${broken.text}`)
    if (broken.status >= 500)
      assert.match(broken.body.code, /^(service_unavailable|outcome_unknown)$/)
    const again = await send({})
    assert(again.status < 300, `again after fault ${n}: ${again.status} ${again.text}`)
    await check(call, again, n)
  }
}

test('an order survives the failure of any call, and is placed once', async () => {
  const thing = await product({ stock: 1000 })
  const buyer = await customer()
  let placed = 0
  await sweep(async () => {
    await addToCart(buyer, thing, 2)
    return { target: '/api/orders/create/', token: buyer, body: orderInput(), key: newKey() }
  }, async () => {
    placed++
    assert.equal((await ordersOf(buyer)).length, placed)
    assert.equal((await stockOf(thing.variantId)).reserved, placed * 2)
  })
})

test('an account survives the failure of any call, and is opened once', async () => {
  await sweep(() => ({
    target: '/api/auth/register/', key: newKey(),
    body: { email: newEmail(), password, full_name: unique('Person') },
  }), async call => {
    const rows = await sql`select id from account where email = ${call.body.email}`
    assert.equal(rows.length, 1)
  })
})

test('a cart survives the failure of any call, and holds what was added once', async () => {
  const thing = await product({ stock: 1000 })
  const buyer = await customer()
  let units = 0
  await sweep(() => ({
    target: '/api/cart/add/', token: buyer, key: newKey(),
    body: { product_id: thing.id, quantity: 3 },
  }), (call, again) => {
    units += 3
    assert.equal(again.body.item_count, units)
  })
})

test('an address book survives the failure of any call', async () => {
  const buyer = await customer()
  let entries = 0
  await sweep(() => ({
    target: '/api/addresses/create/', token: buyer, key: newKey(), body: addressInput(),
  }), async () => {
    entries++
    const rows = await sql`select id from address where account_id = ${buyer.id}`
    assert.equal(rows.length, entries)
  })
})

test('a step of an order survives the failure of any call, and is taken once', async () => {
  const thing = await product({ stock: 1000 })
  let shipped = 0
  await sweep(async n => {
    const { part } = await sold({ lines: [[thing, 2]], method: 'cod' })
    await moveTo({ ...part, owner: thing.seller }, 'packed')
    return { target: '/api/sellers/orders/update-status/', token: thing.seller, key: newKey(),
      body: { id: part.id, status: n % 2 ? 'shipped' : 'cancelled' }, part }
  }, async (call, again) => {
    assert.equal(again.body.status, call.body.status)
    if (call.body.status === 'shipped') shipped++
    const taken = await sql`select from order_event
      where seller_order_id = ${call.part.id} and status = ${call.body.status}`
    assert.equal(taken.length, 1)
    assert.deepEqual(await stockOf(thing.variantId), { on_hand: 1000 - 2 * shipped, reserved: 0 })
  })
})

test('a settlement survives the failure of any call, and is asked for once', async () => {
  const thing = await product({ stock: 1000 })
  let settled = 0
  await sweep(async () => {
    const { part } = await sold({ lines: [[thing, 1]], method: 'cod' })
    await moveTo({ ...part, owner: thing.seller }, 'delivered')
    await sql`update earning set matures_at = now() where seller_order_id = ${part.id}`
    assert.equal((await runJob(main, 'mature')).status, 0)
    return { target: '/api/sellers/settlements/request/', token: thing.seller, key: newKey() }
  }, async (call, again) => {
    settled++
    assert.equal(again.body.net, 9000)
    const all = await sql`select id from settlement where seller_id = ${thing.seller.sellerId}`
    assert.equal(all.length, settled)
  })
})
