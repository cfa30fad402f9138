/* The inbox: what people are told, and what they have read. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { api, assertInvalid, assertProblem, assertStatus, customer, keysOf, newKey, placeOrder,
  product, seller, sql, together, uuid7, uuidPattern, walk } from './harness.mjs'

const notificationKeys = ['body', 'created_at', 'data', 'id', 'is_read', 'title', 'type']

const list = (who, query) => api('GET', '/api/notifications/list/', { token: who, query })
const unread = async who => assertStatus(
  await api('GET', '/api/notifications/unread-count/', { token: who }), 200).unread_count
const markRead = (who, body, more = {}) =>
  api('POST', '/api/notifications/mark-read/', { token: who, body, ...more })
const markAll = (who, more = {}) =>
  api('POST', '/api/notifications/mark-all-read/', { token: who, ...more })

/** n messages, the oldest first; gives their ids. */
async function tell(who, n, { read = false } = {}) {
  const ids = Array.from({ length: n }, uuid7)
  await sql`insert into notification (id, account_id, type, title, body, data, is_read)
    select i.id, ${who.id}, 'order_paid', 'Title ' || i.n, 'Body', '{"amount":100,"currency":"INR"}',
      ${read}
    from unnest(${ids}::uuid[]) with ordinality i (id, n)`
  return ids
}

test('list/ tells the messages, newest first, with all their members', async () => {
  const who = await customer()
  assert.deepEqual(assertStatus(await list(who), 200),
    { count: 0, next: null, previous: null, results: [] })
  const ids = await tell(who, 3)
  const { count, results } = assertStatus(await list(who), 200)
  assert.equal(count, 3)
  assert.deepEqual(results.map(m => m.id), [...ids].reverse())
  assert.deepEqual(keysOf(results[0]), notificationKeys)
  const { id, created_at: at, ...rest } = results[0]
  assert.match(id, uuidPattern)
  assert(Math.abs(Date.now() - Date.parse(at)) < 60000)
  assert.deepEqual(rest, {
    type: 'order_paid', title: 'Title 3', body: 'Body', is_read: false,
    data: { amount: 100, currency: 'INR' },
  })
})

test('list/ goes through its pages both ways, and ?unread=true through what is unread', async () => {
  const who = await customer()
  const read = await tell(who, 7, { read: true })
  const fresh = await tell(who, 6)
  const all = [...read, ...fresh].reverse()
  const call = path => api('GET', path, { token: who })
  const rows = async path => (await walk(path, call)).flatMap(page => page.results)
  const seen = await rows('/api/notifications/list/?page_size=4')
  assert.deepEqual(seen.map(m => m.id), all)
  const some = await rows('/api/notifications/list/?unread=true&page_size=4')
  assert.deepEqual(some.map(m => m.id), [...fresh].reverse())
  assert(some.every(m => m.is_read === false))
  assert.equal(assertStatus(await list(who, { unread: 'true' }), 200).count, 6)
  assert.equal(assertStatus(await list(who, { unread: 'false' }), 200).count, 13)
  const second = assertStatus(await list(who, { page: 2, page_size: 5 }), 200)
  assert.deepEqual(second.results.map(m => m.id), all.slice(5, 10))
  assert.equal(assertStatus(await list(who, { page: 9 }), 200).results.length, 0)
  // A cursor belongs to the list it was made for.
  const { next } = assertStatus(await list(who, { unread: 'true', page_size: 2 }), 200)
  const cursor = new URL(next, 'http://x').searchParams.get('cursor')
  assertInvalid(await list(who, { cursor }), 'cursor')
  assertInvalid(await list(who, { unread: 'yes' }), 'unread')
  assertInvalid(await list(who, { read: 'true' }), 'read')
})

test('nobody sees the messages of somebody else', async () => {
  const [who, other] = [await customer(), await customer()]
  const [mine] = await tell(who, 1)
  const [theirs] = await tell(other, 1)
  assert.deepEqual(assertStatus(await list(who), 200).results.map(m => m.id), [mine])
  assertProblem(await markRead(who, { id: theirs }), 404, 'not_found')
  const body = assertStatus(await markRead(who, { ids: [theirs, mine, uuid7()] }), 200)
  assert.deepEqual(body, { updated: 1, unread_count: 0 })
  assert.equal(await unread(other), 1)
  assert.deepEqual(assertStatus(await markAll(who), 200), { updated: 0, unread_count: 0 })
  assert.equal(await unread(other), 1)
})

test('mark-read/ marks one or some, and counts what it changed', async () => {
  const who = await customer()
  const ids = await tell(who, 5)
  assert.equal(await unread(who), 5)
  assert.deepEqual(assertStatus(await markRead(who, { id: ids[0] }), 200),
    { updated: 1, unread_count: 4 })
  // What was read before is found, and not changed.
  assert.deepEqual(assertStatus(await markRead(who, { id: ids[0] }), 200),
    { updated: 0, unread_count: 4 })
  assert.deepEqual(
    assertStatus(await markRead(who, { ids: [ids[0], ids[1], ids[2], ids[2]] }), 200),
    { updated: 2, unread_count: 2 })
  assert.deepEqual(assertStatus(await markAll(who), 200), { updated: 2, unread_count: 0 })
  assert(assertStatus(await list(who), 200).results.every(m => m.is_read))
})

test('mark-read/ refuses what names no message', async () => {
  const who = await customer()
  const [id] = await tell(who, 1)
  assertInvalid(await markRead(who, {}), 'id')
  assertInvalid(await markRead(who, { ids: [] }), 'id')
  assertInvalid(await markRead(who, { id, ids: [id] }), 'ids')
  assertInvalid(await markRead(who, { id: 'x' }), 'id')
  assertInvalid(await markRead(who, { ids: [id, 'x'] }), 'ids.1')
  assertInvalid(await markRead(who, { ids: Array.from({ length: 101 }, uuid7) }), 'ids')
  assertInvalid(await markRead(who, { ids: [7] }), 'ids')
  assertInvalid(await markRead(who, { id, all: true }), 'all')
  assert.equal(await unread(who), 1)
  assertStatus(await markRead(who, { ids: Array.from({ length: 99 }, uuid7).concat(id) }), 200)
  assert.equal(await unread(who), 0)
})

test('a repeated key gives the first answer again', async () => {
  const who = await customer()
  const [id] = await tell(who, 2)
  const key = newKey()
  const first = await markRead(who, { id }, { key })
  await tell(who, 3)
  const again = await markRead(who, { id }, { key })
  assert.equal(again.headers['idempotent-replayed'], 'true')
  assert.equal(again.text, first.text)
  assertProblem(await markAll(who, { key }), 409, 'idempotency_key_reused')
  assert.equal(await unread(who), 4)
})

test('marking all at once from many places ends with nothing unread', async () => {
  const who = await customer()
  await tell(who, 50)
  const answers = await together(8, () => markAll(who))
  const updated = answers.map(a => assertStatus(a, 200).updated)
  assert.equal(updated.reduce((a, b) => a + b), 50)
  assert.equal(await unread(who), 0)
})

test('an order tells its buyer and its seller, once, and queues their mail', async () => {
  const [buyer, shop] = [await customer(), await seller()]
  const thing = await product({ seller: shop, price: 123456, stock: 5 })
  const order = await placeOrder(buyer, [[thing, 1]], { payment_method: 'cod' })
  const { results: [told, ...more] } = assertStatus(await list(buyer), 200)
  assert.deepEqual(more, [])
  assert.equal(told.type, 'order_placed')
  assert.equal(told.title, `Order ${order.number} placed`)
  assert(told.body.includes('₹1,234.56'), told.body)
  assert.equal(told.data.order_id, order.id)
  const { results: news } = assertStatus(await list(shop), 200)
  assert.deepEqual(news.map(n => n.type), ['seller_new_order'])
  const kinds = await sql`select kind, count(*)::int as n from outbox
    where account_id in (${buyer.id}, ${shop.id}) group by kind order by kind`
  assert.deepEqual(kinds, [{ kind: 'mail.order_placed', n: 1 },
    { kind: 'mail.seller_new_order', n: 1 }])
})
