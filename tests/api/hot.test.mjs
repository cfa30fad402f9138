/*
 * Public answers from the memory of a process: how old they may be, that one that
 * expires is made anew once, and that nothing of one caller is shown to another.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { test } from 'node:test'
import zlib from 'node:zlib'

import { admin, assertProblem, assertStatus, category, customer, newKey, person, product, seller,
  startInstance, together, unique, until } from './harness.mjs'
import { receiver } from './received.mjs'

const own = await startInstance({ HOT_ANSWERS_MS: '1000',
  CORS_ORIGINS: 'https://shop.example,https://panel.example' })
const { api, sql } = own
const get = (target, options) => api('GET', target, options)
const detail = (thing, options) => get(`/api/products/detail/?id=${thing.id}`, options)
const price = async (thing, options) => assertStatus(await detail(thing, options), 200).price

/** Lines of the log about a path, of requests that were answered. */
const logged = where => fs.readFileSync(path.join(own.stateDir, 'log/app.log'), 'utf8').split('\n')
  .filter(line => line.includes(where) && line.includes('status=200'))
const fromMemory = line => line.includes(' memory=1')

test('staleness: whoever asks a second after a change sees it, sellers at once', async () => {
  const thing = await product({ price: 10000 }, own)
  const buyer = await customer({}, own)
  const boss = await admin(own)
  for (let to = 10001; to < 10006; to++) {
    // All processes have it in memory.
    await together(16, i => detail(thing, i % 2 ? { token: buyer.token } : {}), own)
    await sql`update variant set price = ${to} where product_id = ${thing.id}`
    await sql`update product set price = ${to} where id = ${thing.id}`
    const changed = performance.now()
    assert.equal(await price(thing, { token: thing.seller.token }), to)
    assert.equal(await price(thing, { token: boss.token }), to)
    await until(async () => {
      const asked = performance.now()
      const [anonymous, signedIn] = await Promise.all([price(thing),
        price(thing, { token: buyer.token })])
      if (asked - changed > 1000) {
        assert.equal(anonymous, to)
        assert.equal(signedIn, to)
      }
      for (const seen of [anonymous, signedIn]) assert(seen === to || seen === to - 1)
      return asked - changed > 1000
    })
  }
})

test('staleness: a seller that changes a price through the API is shown it, every time', async () => {
  const thing = await product({ price: 500 }, own)
  const { token } = thing.seller
  for (let to = 501; to < 521; to++) {
    await Promise.all([detail(thing), detail(thing)])
    assertStatus(await api('PUT', '/api/products/update/', {
      token, body: { id: thing.id, price: to } }), 200)
    assert.equal(await price(thing, { token }), to)
  }
})

test('stampede: an answer that is not there is made once in each process, for 64 at once',
  async () => {
    const q = unique('nothing').replaceAll('-', '')
    const target = `/api/products/filter/?brand=${q}`
    const id = () => `hot-${unique('r')}`
    const ids = Array.from({ length: 64 }, id)
    const answers = await together(64, i => get(target, { headers: { 'x-request-id': ids[i] } }),
      own)
    for (const answer of answers) assertStatus(answer, 200)
    const lines = await until(() => {
      const all = logged('/api/products/filter/').filter(line => ids.some(one => line.includes(one)))
      return all.length === 64 && all
    }, { what: 'the lines of the log' })
    // As many processes as lighttpd/pools gives to the catalogue.
    assert(lines.filter(line => !fromMemory(line)).length <= 4)
    assert(lines.filter(fromMemory).length >= 60)
  })

test('what only its seller and administrators see is never shown to others', async () => {
  const thing = await product({ status: 'pending' }, own)
  const boss = await admin(own)
  const stranger = await seller({}, own)
  const buyer = await customer({ business: true }, own)
  const callers = [
    [thing.seller.token, 200], [boss.token, 200], [stranger.token, 404], [buyer.token, 404],
    [undefined, 404],
  ]
  await together(100, async i => {
    const [token, want] = callers[i % callers.length]
    const answer = await detail(thing, { token })
    assert.equal(answer.status, want)
    if (want === 200) assert.equal(answer.body.status, 'pending')
  }, own)
  await sql`update product set status = 'approved', approved_at = now() where id = ${thing.id}`
  await until(async () => (await detail(thing)).status === 200)
  await together(100, async i => {
    const [token] = callers[i % callers.length]
    const { body } = await detail(thing, { token })
    const inside = token === thing.seller.token || token === boss.token
    assert.equal('status' in body, inside)
    assert.equal('pending_changes' in body, inside)
  }, own)
})

test('an answer from memory has the headers of whoever asks', async () => {
  const thing = await product({}, own)
  const target = `/api/products/detail/?id=${thing.id}`
  const buyer = await customer({}, own)
  const first = await get(target, { headers: { origin: 'https://shop.example',
    'x-request-id': 'first' } })
  const from = async (options, status = 200) => {
    const answer = await get(target, options)
    assert.equal(answer.status, status)
    return answer.headers
  }
  for (let i = 0; i < 8; i++) {
    const plain = await from({})
    assert.equal(plain['access-control-allow-origin'], undefined)
    assert.notEqual(plain['x-request-id'], 'first')
    assert.match(plain['cache-control'], /public/)
    assert.match(plain.vary, /Authorization/)
    assert.equal(plain.etag, first.headers.etag)
    const panel = await from({ headers: { origin: 'https://panel.example' } })
    assert.equal(panel['access-control-allow-origin'], 'https://panel.example')
    const mine = await from({ token: buyer.token })
    assert.equal(mine['cache-control'], 'no-store')
    assert.equal(mine.etag, undefined)
    await from({ headers: { 'if-none-match': first.headers.etag } }, 304)
    const head = await api('HEAD', target)
    assert.equal(head.status, 200)
    assert.equal(head.text, '')
    assert.equal(head.headers['content-length'], first.headers['content-length'])
  }
  assert(logged('/api/products/detail/').some(fromMemory))
})

test('packed or not, the same answer', async () => {
  const shop = await seller({}, own)
  for (let i = 0; i < 5; i++) await product({ seller: shop }, own)
  const target = `/api/products/list/?seller=${shop.slug}`
  const ask = (headers = {}) => new Promise((resolve, reject) => {
    http.get(`${own.url}${target}`, { headers }, answer => {
      const pieces = []
      answer.on('data', piece => pieces.push(piece))
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers,
        bytes: Buffer.concat(pieces) }))
    }).on('error', reject)
  })
  const gzip = { 'accept-encoding': 'gzip, br' }
  const packed = await until(async () => {
    const answer = await ask(gzip)
    assert.equal(answer.status, 200)
    assert.match(answer.headers.vary, /Accept-Encoding/)
    return answer.headers['content-encoding'] === 'gzip' && answer
  }, { what: 'an answer from memory' })
  const plain = await ask()
  assert.equal(plain.headers['content-encoding'], undefined)
  assert.match(plain.headers.vary, /Accept-Encoding/)
  assert.equal(zlib.gunzipSync(packed.bytes).toString(), plain.bytes.toString())
  assert.equal(Number(packed.headers['content-length']), packed.bytes.length)
  // Two forms, two tags; each is known again.
  assert.notEqual(packed.headers.etag, plain.headers.etag)
  await until(async () => (await ask({ ...gzip, 'if-none-match': packed.headers.etag })).status === 304)
  assert.equal((await ask({ 'if-none-match': plain.headers.etag })).status, 304)
})

test('a token is looked at for an answer from memory too', async () => {
  const thing = await product({}, own)
  const buyer = await customer({}, own)
  for (let i = 0; i < 8; i++) {
    assertStatus(await detail(thing, { token: buyer.token }), 200)
    assertProblem(await detail(thing, { token: `${buyer.token}x` }), 401, 'invalid_token')
    assertProblem(await detail(thing, { token: buyer.refresh }), 401, 'invalid_token')
  }
  // 250 ms after its end nobody takes a session for alive any more.
  assertStatus(await api('POST', '/api/auth/logout/', { token: buyer.token,
    body: { refresh: buyer.refresh }, key: newKey() }), 200)
  const ended = performance.now()
  await until(async () => {
    const asked = performance.now()
    const answer = await detail(thing, { token: buyer.token })
    if (asked - ended > 250) assertProblem(answer, 401, 'invalid_token')
    return asked - ended > 250
  })
})

test('who is blocked is no longer answered from memory', async () => {
  const thing = await product({}, own)
  const buyer = await person({}, own)
  const boss = await admin(own)
  await together(16, () => detail(thing, { token: buyer.token }), own)
  assertStatus(await api('POST', '/api/admin/users/block/', { token: boss.token,
    body: { user_id: buyer.id, reason: 'A test' }, key: newKey() }), 200)
  const blocked = performance.now()
  await until(async () => {
    const asked = performance.now()
    const { status } = await detail(thing, { token: buyer.token })
    if (asked - blocked > 250) assert(status === 401 || status === 403)
    return asked - blocked > 250
  })
})

test('an administrator sees a new category at once, everybody within a second', async () => {
  const boss = await admin(own)
  const list = options => get('/api/categories/list/?page_size=500', options)
  const has = (answer, name) => assertStatus(answer, 200).results.some(one => one.name === name)
  for (let i = 0; i < 5; i++) {
    const name = unique('Shelf')
    await together(8, () => list(), own)
    assertStatus(await api('POST', '/api/admin/categories/create/', { token: boss.token,
      body: { name }, key: newKey() }), 201)
    const made = performance.now()
    assert(has(await list({ token: boss.token }), name))
    await until(async () => {
      const asked = performance.now()
      const seen = has(await list(), name)
      if (asked - made > 1000) assert(seen)
      return asked - made > 1000
    })
  }
})

test('a buyer who wrote a review finds it when asking with the token', async () => {
  const thing = await product({}, own)
  const target = `/api/reviews/list/?product_id=${thing.id}`
  await together(8, () => get(target), own)
  const buyer = await receiver([thing], {}, own)
  const { id } = assertStatus(await api('POST', '/api/reviews/create/', { token: buyer.token,
    body: { product_id: thing.id, rating: 5, title: 'Good' }, key: newKey() }), 201)
  assert.equal(assertStatus(await get(target, { token: buyer.token }), 200).results[0].id, id)
})

test('a number of matches is at most ten seconds old, and never for a seller', async () => {
  const shop = await seller({}, own)
  const brand = unique('Brand')
  const count = async options =>
    assertStatus(await get(`/api/products/filter/?brand=${brand}&page_size=1`, options), 200).count
  const more = async () => {
    await product({ seller: shop, brand }, own)
    return performance.now()
  }
  for (const n of [1, 2]) await more(n)
  assert.equal(await count(), 2)
  await more()
  const added = await more()
  assert.equal(await count({ token: shop.token }), 4)
  await until(async () => {
    const asked = performance.now(), n = await count()
    assert(n >= 2 && n <= 4)
    if (asked - added > 10000) assert.equal(n, 4)
    return asked - added > 10000
  })
})

test('a process remembers its answers to keys: the same bytes, for the same request alone',
  async () => {
    const thing = await product({}, own)
    const [buyer, other] = [await customer({}, own), await customer({}, own)]
    const add = ({ token }, key, quantity = 1) => api('POST', '/api/cart/add/', { token, key,
      body: { product_id: thing.id, variant_id: thing.variantId, quantity } })
    const key = newKey()
    const first = assertStatus(await add(buyer, key), 200)
    assert.equal(first.item_count, 1)
    const remembered = () => logged('POST /api/cart/add/').filter(line => line.includes(buyer.id) &&
      fromMemory(line))
    await until(async () => {
      const again = await add(buyer, key)
      assert.deepEqual(assertStatus(again, 200), first)
      assert.equal(again.headers['idempotent-replayed'], 'true')
      return remembered().length > 3
    }, { what: 'answers from memory' })
    for (let i = 0; i < 8; i++)
      assertProblem(await add(buyer, key, 2), 409, 'idempotency_key_reused')
    // Another's key of the same name is another key, whoever was answered before.
    assert.notEqual(assertStatus(await add(other, key), 200).id, first.id)
    await sql`update session set revoked_at = now() where account_id = ${buyer.id}`
    const ended = performance.now()
    await until(async () => {
      const asked = performance.now(), answer = await add(buyer, key)
      if (asked - ended > 250) assertProblem(answer, 401, 'invalid_token')
      return asked - ended > 250
    })
    const lines = await sql`select l.quantity from cart_line l join cart c on c.id = l.cart_id
      where c.account_id = ${buyer.id}`
    assert.deepEqual(lines.map(line => Number(line.quantity)), [1])
  })

test('what a caller may do is never refused from memory', async () => {
  for (let i = 0; i < 5; i++) {
    const owner = await seller({ status: 'pending' }, own)
    const shelf = await category({}, own)
    const make = () => api('POST', '/api/products/create/', { token: owner.token, key: newKey(),
      body: { name: unique('Thing'), category_id: shelf.id, price: 1000, stock: 1 } })
    await together(8, async () => assertProblem(await make(), 403, 'seller_not_approved'), own)
    await sql`update seller set status = 'approved', approved_at = now() where id = ${owner.sellerId}`
    assertStatus(await make(), 201)
  }
})

test('a category of another name is another address', async () => {
  const [one, two] = [await category({}, own), await category({}, own)]
  for (const of of [one, two, one, two])
    for (const row of assertStatus(await get(`/api/products/list/?category=${of.slug}`), 200).results)
      assert.equal(row.category.slug, of.slug)
})
