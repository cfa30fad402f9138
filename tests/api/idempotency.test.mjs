/* Group A of the catalogue: the same key gives the same answer. */
import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import { test } from 'node:test'

import { addToCart, addressInput, api, assertInvalid, assertProblem, assertStatus, contract,
  countBy, createOrder, customer, everybody, fillCart, main, newEmail, newKey, orderInput, ordersOf,
  password, product, redisCli, sql, startInstance, stockOf, together, validBody } from './harness.mjs'

const keysOfCaller = (key, buyer) =>
  sql`select * from idempotency_key where key = ${key} and principal = ${`u:${buyer.id}`}`

/** The lock that a request with this key holds while it runs. */
async function holdKey(buyer, key, work, on = main) {
  const session = on.session()
  const lock = crypto.createHash('sha256').update(`u:${buyer.id}\n${key}`).digest()
    .readBigInt64LE(0)
  try {
    await session.sql`select pg_advisory_lock(${lock})::text as held`
    const answer = await work()
    await session.sql`select pg_advisory_unlock(${lock}) as done`
    return answer
  } finally {
    session.close()
  }
}

test('A01 the same order twice: 201 both times, the same bytes, one order', async () => {
  const buyer = await customer()
  const thing = await product({ stock: 10 })
  await addToCart(buyer, thing, 3)
  const key = newKey()
  const first = await createOrder(buyer, {}, key)
  const second = await createOrder(buyer, {}, key)
  assertStatus(first, 201)
  assertStatus(second, 201)
  assert.equal(second.text, first.text)
  assert.equal(first.headers['idempotent-replayed'], undefined)
  assert.equal(second.headers['idempotent-replayed'], 'true')
  assert.equal(second.headers['content-type'], first.headers['content-type'])
  assert.equal((await ordersOf(buyer)).length, 1)
  assert.deepEqual(await stockOf(thing.variantId), { on_hand: 10, reserved: 3 })
  const [order] = await ordersOf(buyer)
  assert.equal(order.idem_key, key)
  assert.equal(order.idem_principal, `u:${buyer.id}`)
})

test('A01 every write that honours a key replays its answer', async () => {
  const buyer = await customer()
  const thing = await product()
  const address = assertStatus(await api('POST', '/api/addresses/create/', {
    token: buyer, body: addressInput(),
  }), 201)
  const cart = await addToCart(buyer, thing, 2)
  const calls = [
    ['POST', '/api/addresses/create/', addressInput({ label: 'Second' })],
    ['PUT', '/api/addresses/update/', { id: address.id, label: 'First' }],
    ['DELETE', '/api/addresses/delete/', { id: address.id }],
    ['PUT', '/api/auth/profile/update/', { full_name: 'Another Name' }],
    ['POST', '/api/cart/add/', { product_id: thing.id, quantity: 1 }],
    ['POST', '/api/cart/update/', { item_id: cart.items[0].id, quantity: 5 }],
    ['POST', '/api/cart/remove/', { item_id: cart.items[0].id }],
    ['POST', '/api/cart/clear/', {}],
  ]
  for (const [method, path, body] of calls) {
    const key = newKey()
    const first = await api(method, path, { token: buyer, key, body })
    const second = await api(method, path, { token: buyer, key, body })
    assert(first.status < 300, `${path}: ${first.text}`)
    assert.equal(second.status, first.status, path)
    assert.equal(second.text, first.text, path)
    assert.equal(second.headers['idempotent-replayed'], 'true', path)
    assert.equal((await keysOfCaller(key, buyer)).length, 1, path)
  }
  assert.equal((await sql`select from address where account_id = ${buyer.id}`).length, 1)
})

test('A01 adding to the cart with a key adds once, without one each time', async () => {
  const buyer = await customer()
  const thing = await product()
  const add = key => api('POST', '/api/cart/add/', {
    token: buyer, key, body: { product_id: thing.id, quantity: 2 },
  })
  const key = newKey()
  for (let i = 0; i < 3; i++)
    assert.equal(assertStatus(await add(key), 200).items[0].quantity, 2)
  assert.equal(assertStatus(await add(), 200).items[0].quantity, 4)
  assert.equal(assertStatus(await add(), 200).items[0].quantity, 6)
})

test('A02 the same key with another quantity is 409, and nothing is written', async () => {
  const buyer = await customer()
  const thing = await product()
  const add = (quantity, key) => api('POST', '/api/cart/add/', {
    token: buyer, key, body: { product_id: thing.id, quantity },
  })
  const key = newKey()
  assertStatus(await add(2, key), 200)
  assertProblem(await add(3, key), 409, 'idempotency_key_reused')
  await redisCli('flushall')
  assertProblem(await add(3, key), 409, 'idempotency_key_reused')
  const rows = await sql`select l.quantity from cart_line l join cart c on c.id = l.cart_id
    where c.account_id = ${buyer.id}`
  assert.deepEqual(rows, [{ quantity: 2 }])
  // An order with one field more, too.
  const orderKey = newKey()
  assertStatus(await createOrder(buyer, {}, orderKey), 201)
  for (const more of [{ notes: 'x' }, { payment_method: 'razorpay' }, { expected_total: 1 }])
    assertProblem(await createOrder(buyer, more, orderKey), 409, 'idempotency_key_reused')
  assert.equal((await ordersOf(buyer)).length, 1)
  assert.deepEqual(await stockOf(thing.variantId), { on_hand: 100, reserved: 2 })
})

test('A03 the same JSON in another order and with other white space is the same request',
  async () => {
    const buyer = await customer()
    const thing = await product()
    await addToCart(buyer, thing, 1)
    const key = newKey()
    const body = orderInput({ notes: 'né 🛒 "x"', purchase_order_number: 'PO-1' })
    const first = await api('POST', '/api/orders/create/', { token: buyer, key, body })
    assertStatus(first, 201)
    const reversed = o => Object.fromEntries(Object.entries(o).reverse()
      .map(([k, v]) => [k, v && typeof v === 'object' ? reversed(v) : v]))
    const escaped = JSON.stringify(body).replace('né', 'n\\u00e9').replace('🛒', '\\ud83d\\uded2')
    const forms = [
      JSON.stringify(reversed(body)), JSON.stringify(body, null, 4), escaped,
      ` \t\r\n${JSON.stringify(reversed(body), null, '\t')}\n`,
    ]
    for (const raw of forms) {
      const again = await api('POST', '/api/orders/create/', {
        token: buyer, key, raw, headers: { 'content-type': 'application/json; charset=utf-8' },
      })
      assertStatus(again, 201)
      assert.equal(again.text, first.text)
      assert.equal(again.headers['idempotent-replayed'], 'true')
    }
    // The form of the path without its slash is the same request, too.
    const short = await api('POST', '/api/orders/create', { token: buyer, key, body })
    assert.equal(short.text, first.text)
    assert.equal((await ordersOf(buyer)).length, 1)
  })

/** Whose keys belong to no account. */
const nobodys = operation => ['public', 'provider'].includes(operation['x-caller'])

test('A04 the same key at another endpoint is 409, at each of them', async () => {
  const buyer = await everybody()
  await addToCart(buyer, await product(), 1)
  const key = newKey()
  assertStatus(await createOrder(buyer, {}, key), 201)
  const { routes } = await contract()
  let tried = 0
  for (const { method, path, operation } of routes.values()) {
    if (operation['x-idempotency'] === '-' || nobodys(operation)) continue
    const body = validBody(operation)
    if (!body) continue
    if (path === '/api/orders/create/') continue
    const answer = await api(method, path, { token: buyer, key, ...body })
    assertProblem(answer, 409, 'idempotency_key_reused', path)
    tried++
  }
  assert(tried >= 9, `only ${tried} endpoints take a key`)
})

test('A05 one key of two people is two keys', async () => {
  const [a, b] = [await customer(), await customer()]
  const thing = await product({ stock: 10 })
  const key = newKey()
  const bodies = []
  for (const buyer of [a, b]) {
    await addToCart(buyer, thing, 2)
    const answer = await createOrder(buyer, {}, key)
    bodies.push(assertStatus(answer, 201))
    assert.equal(answer.headers['idempotent-replayed'], undefined)
  }
  assert.notEqual(bodies[0].id, bodies[1].id)
  assert.deepEqual(await stockOf(thing.variantId), { on_hand: 10, reserved: 4 })
})

test('A06 fifty identical orders at once: one runs, all end with its answer', async t => {
  const buyer = await customer()
  const thing = await product({ stock: 100 })
  await addToCart(buyer, thing, 2)
  const key = newKey()
  const answers = await together(50, () => createOrder(buyer, {}, key))
  t.diagnostic(`A06 outcomes ${JSON.stringify(countBy(answers, a =>
    `${a.status}${a.headers['idempotent-replayed'] ? ' replayed' : ''}`))}`)
  const ran = answers.filter(a => a.status === 201 && !a.headers['idempotent-replayed'])
  assert.equal(ran.length, 1)
  for (const answer of answers) {
    if (answer.status === 201) {
      assert.equal(answer.text, ran[0].text)
    } else {
      assertProblem(answer, 409, 'idempotency_in_progress')
      assert.equal(answer.headers['retry-after'], '1')
    }
  }
  const retries = await together(50, () => createOrder(buyer, {}, key))
  for (const answer of retries) {
    assert.equal(answer.status, 201)
    assert.equal(answer.text, ran[0].text)
  }
  assert.equal((await ordersOf(buyer)).length, 1)
  assert.deepEqual(await stockOf(thing.variantId), { on_hand: 100, reserved: 2 })
})

test('A06 the same key twenty times at once, Redis flushed in between: one order', async () => {
  const buyer = await customer()
  const thing = await product({ stock: 100 })
  await addToCart(buyer, thing, 1)
  const key = newKey()
  const [answers] = await Promise.all([
    together(20, () => createOrder(buyer, {}, key)),
    redisCli('flushall'),
  ])
  await redisCli('flushall')
  answers.push(...await together(20, () => createOrder(buyer, {}, key)))
  const bodies = new Set(answers.filter(a => a.status === 201).map(a => a.text))
  assert.equal(bodies.size, 1)
  for (const answer of answers.filter(a => a.status !== 201))
    assertProblem(answer, 409, 'idempotency_in_progress')
  assert.equal((await ordersOf(buyer)).length, 1)
})

test('A06 without a key the cart empties itself into one order all the same', async () => {
  const buyer = await customer()
  const thing = await product({ stock: 100 })
  await addToCart(buyer, thing, 2)
  const answers = await together(20, () =>
    api('POST', '/api/orders/create/', { token: buyer, body: orderInput() }))
  assert.equal(answers.filter(a => a.status === 201).length, 1)
  for (const answer of answers.filter(a => a.status !== 201))
    assertProblem(answer, 409, 'cart_empty')
  assert.deepEqual(await stockOf(thing.variantId), { on_hand: 100, reserved: 2 })
})

test('A06 while the first still runs, the same key is 409 with Retry-After, everywhere',
  async () => {
    const buyer = await everybody()
    const { routes } = await contract()
    for (const { method, path, operation } of routes.values()) {
      if (operation['x-idempotency'] === '-' || nobodys(operation)) continue
      const body = validBody(operation)
      if (!body) continue
      const key = newKey()
      const call = () => api(method, path, { token: buyer, key, ...body })
      await holdKey(buyer, key, async () => {
        const busy = await call()
        assertProblem(busy, 409, 'idempotency_in_progress', path)
        assert.equal(busy.headers['retry-after'], '1')
      })
      // It is not kept: now the request runs.
      const free = await call()
      assert.notEqual(free.body.code, 'idempotency_in_progress', path)
      assert.notEqual(free.body.code, 'idempotency_key_reused', path)
    }
  })

test('A07 invalid input does not use a key up', async () => {
  const buyer = await customer()
  await addToCart(buyer, await product(), 1)
  const key = newKey()
  const send = (body, more = {}) =>
    api('POST', '/api/orders/create/', { token: buyer, key, body, ...more })
  assertInvalid(await send({}), 'payment_method')
  assertProblem(await send(undefined, { raw: '{' }), 400, 'malformed_json')
  assertProblem(await send(undefined, { raw: 'x', headers: { 'content-type': 'text/plain' } }),
    415, 'unsupported_media_type')
  assertProblem(await send(undefined, { raw: `{"notes":"${'x'.repeat(70000)}"}` }), 413,
    'payload_too_large')
  assertProblem(await send(orderInput(), { token: undefined }), 401, 'authentication_required')
  assertInvalid(await send({ ...orderInput(), shipping_address: undefined }),
    'shipping_address_id')
  assert.deepEqual(await keysOfCaller(key, buyer), [])
  const good = await send(orderInput())
  assertStatus(good, 201)
  assert.equal(good.headers['idempotent-replayed'], undefined)
  assert.equal((await ordersOf(buyer)).length, 1)
})

test('A08 out of stock is kept with the key; a new key looks again', async () => {
  const buyer = await customer()
  const thing = await product({ stock: 1 })
  await fillCart(buyer, [[thing.variantId, 2]])
  const key = newKey()
  const first = await createOrder(buyer, {}, key)
  const problem = assertProblem(first, 409, 'insufficient_stock')
  assert(Object.keys(problem.errors ?? {}).length > 0, 'the short line is named')
  await sql`update stock set on_hand = 10 where variant_id = ${thing.variantId}`
  for (const flush of [false, true]) {
    if (flush) await redisCli('flushall')
    const again = await createOrder(buyer, {}, key)
    assertProblem(again, 409, 'insufficient_stock')
    assert.equal(again.text, first.text)
    assert.equal(again.headers['idempotent-replayed'], 'true')
    assert.equal(again.headers['content-type'], 'application/problem+json')
  }
  assert.equal((await ordersOf(buyer)).length, 0)
  assertStatus(await createOrder(buyer), 201)
  assert.deepEqual(await stockOf(thing.variantId), { on_hand: 10, reserved: 2 })
})

test('A08 an empty cart is kept as well', async () => {
  const buyer = await customer()
  const key = newKey()
  assertProblem(await createOrder(buyer, {}, key), 409, 'cart_empty')
  await addToCart(buyer, await product(), 1)
  assertProblem(await createOrder(buyer, {}, key), 409, 'cart_empty')
  assertStatus(await createOrder(buyer), 201)
})

test('A09 a flushed Redis forgets nothing: the replay is identical, no second order',
  async () => {
    const buyer = await customer()
    const thing = await product()
    await addToCart(buyer, thing, 1)
    const key = newKey()
    const first = await createOrder(buyer, {}, key)
    assertStatus(first, 201)
    for (let i = 0; i < 3; i++) {
      await redisCli('flushall')
      await addToCart(buyer, thing, 1)
      const again = await createOrder(buyer, {}, key)
      assert.equal(again.status, 201)
      assert.equal(again.text, first.text)
      assert.equal(again.headers['idempotent-replayed'], 'true')
    }
    assert.equal((await ordersOf(buyer)).length, 1)
  })

test('A09 what Redis holds under the key\'s name is not believed if it is not ours', async () => {
  const buyer = await customer()
  await addToCart(buyer, await product(), 1)
  const key = newKey()
  const first = await createOrder(buyer, {}, key)
  const digest = crypto.createHash('sha256').update(key).digest('hex')
  for (const junk of ['', 'x', 'x'.repeat(40), '\u0001'.repeat(5000)]) {
    await redisCli('set', `idem:u:${buyer.id}:${digest}`, junk)
    const again = await createOrder(buyer, {}, key)
    assert(again.status === 201 || again.body.code === 'idempotency_key_reused', again.text)
  }
  await redisCli('del', `idem:u:${buyer.id}:${digest}`)
  assert.equal((await createOrder(buyer, {}, key)).text, first.text)
})

test('A10 without Redis: 201, then the replay; sign-in failures are still counted', async t => {
  const own = await startInstance({ RATE_LIMIT_SCALE: '1' })
  const buyer = await customer({}, own)
  const thing = await product({ stock: 50 }, own)
  const order = async key => {
    await addToCart(buyer, thing, 1, own)
    return createOrder(buyer, {}, key, own)
  }
  const with_ = []
  for (let i = 0; i < 5; i++) with_.push((await order(newKey())).ms)
  await own.killRedis()
  const key = newKey()
  const first = await order(key)
  assertStatus(first, 201)
  const second = await createOrder(buyer, {}, key, own)
  assertStatus(second, 201)
  assert.equal(second.text, first.text)
  assert.equal(second.headers['idempotent-replayed'], 'true')
  const rows = await own.sql`select from orders where account_id = ${buyer.id}`
  assert.equal(rows.length, 6)
  t.diagnostic(`A10 order ${Math.min(...with_).toFixed(1)} ms with Redis; without it first ` +
    `${first.ms.toFixed(1)} ms, replay ${second.ms.toFixed(1)} ms`)
  // The fallback of the sign-in limit is the database (D10).
  const email = newEmail()
  assertStatus(await own.api('POST', '/api/auth/register/', {
    body: { email, password, full_name: 'Asha Iyer' },
  }), 201)
  const wrong = () => own.api('POST', '/api/auth/login/', {
    body: { email, password: 'not the password' },
  })
  for (let i = 0; i < 5; i++) assertProblem(await wrong(), 401, 'invalid_credentials')
  assertProblem(await wrong(), 429, 'rate_limited')
})

test('keys: 1 to 255 visible ASCII characters without comma, quotes are taken off', async () => {
  const buyer = await customer()
  const clear = key => api('POST', '/api/cart/clear/', {
    token: buyer, headers: { 'idempotency-key': key },
  })
  for (const key of ['x'.repeat(256), 'a,b', 'a b', 'a\tb', 'é', '""'])
    assertProblem(await clear(key), 400, 'invalid_idempotency_key', JSON.stringify(key))
  for (const key of [`${newKey()}!#$%&'*+-./:;<=>?@[]^_\`{|}~`, newKey() + 'x'.repeat(219)])
    assertStatus(await clear(key), 200)
  const key = newKey()
  assertStatus(await clear(key), 200)
  assert.equal((await clear(`"${key}"`)).headers['idempotent-replayed'], 'true')
  // Two headers are two values, whichever the server in front makes of them.
  assertProblem(await clear([newKey(), newKey()]), 400, 'invalid_idempotency_key')
})

test('keys: every endpoint that honours one refuses a bad one', async () => {
  const buyer = await everybody()
  const { routes } = await contract()
  for (const { method, path, operation } of routes.values()) {
    if (operation['x-idempotency'] === '-') continue
    if (operation['x-caller'] === 'provider') continue
    const body = validBody(operation)
    if (!body) continue
    const answer = await api(method, path, { token: buyer, key: 'a,b', ...body })
    assertProblem(answer, 400, 'invalid_idempotency_key', path)
  }
})

test('keys: register takes one of somebody who has no account yet, once at a time', async () => {
  const key = newKey()
  const body = { email: newEmail(), password, full_name: 'Asha Iyer' }
  const answers = await together(10, () => api('POST', '/api/auth/register/', { body, key }))
  const made = answers.filter(a => a.status === 201)
  assert(made.length >= 1)
  assert.equal(made.filter(a => !a.headers['idempotent-replayed']).length, 1)
  for (const answer of answers.filter(a => a.status !== 201))
    assertProblem(answer, 409, 'idempotency_in_progress')
  assert.equal((await sql`select from account where email = ${body.email}`).length, 1)
  assertProblem(await api('POST', '/api/auth/register/', {
    key, body: { ...body, email: newEmail() },
  }), 409, 'idempotency_key_reused')
})

test('keys: REQUIRE_IDEMPOTENCY_KEY makes writes without one 400, and reads not', async () => {
  const own = await startInstance({ REQUIRE_IDEMPOTENCY_KEY: '1' })
  const buyer = await customer({}, own)
  assertProblem(await own.api('POST', '/api/cart/clear/', { token: buyer }), 400,
    'invalid_idempotency_key')
  assertStatus(await own.api('POST', '/api/cart/clear/', { token: buyer, key: newKey() }), 200)
  assertStatus(await own.api('GET', '/api/cart/get/', { token: buyer }), 200)
})
