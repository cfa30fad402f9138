/* Reviews for moderation: what administrators see, hide and show. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { admin, api, assertInvalid, assertProblem, assertStatus, customer, keysOf, newKey, product,
  seller, sql, together, uuid7, walk } from './harness.mjs'
import { receiver } from './received.mjs'

const boss = await admin()
const list = query => api('GET', '/api/admin/reviews/', { token: boss, query })
const setStatus = (id, status, more = {}, token = boss, key) =>
  api('POST', '/api/admin/reviews/set-status/', { token, key,
    body: { review_id: id, status, ...more } })
const create = (buyer, thing, rating) => api('POST', '/api/reviews/create/', { token: buyer,
  body: { product_id: thing.id, rating } })
const shown = async thing => assertStatus(
  await api('GET', '/api/reviews/list/', { query: { product_id: thing.id, page_size: 100 } }), 200)
const ratingOf = async thing => (await sql`select rating_sum, rating_count from product
  where id = ${thing.id}`)[0]
const audits = id => sql`select actor_id, action, entity, changes from audit_log
  where entity_id = ${id} order by seq`

async function reviewed(ratings) {
  const thing = await product({ stock: 1000 })
  const ids = []
  for (const rating of ratings)
    ids.push(assertStatus(await create(await receiver([thing]), thing, rating), 201).id)
  return { thing, ids }
}

test('set-status/ hides a review and shows it again; the rating follows', async () => {
  const { thing, ids: [bad, good] } = await reviewed([1, 5])
  const hidden = assertStatus(await setStatus(bad, 'hidden'), 200)
  assert.equal(hidden.status, 'hidden')
  assert.deepEqual((await shown(thing)).results.map(r => r.id), [good])
  assert.deepEqual(await ratingOf(thing), { rating_sum: 5, rating_count: 1 })
  // Twice is once.
  assert.deepEqual(assertStatus(await setStatus(bad, 'hidden'), 200), hidden)
  assert.deepEqual(await ratingOf(thing), { rating_sum: 5, rating_count: 1 })
  assert.equal(assertStatus(await setStatus(bad, 'published'), 200).status, 'published')
  assert.deepEqual(await ratingOf(thing), { rating_sum: 6, rating_count: 2 })
  assert.deepEqual(await audits(bad), [['published', 'hidden'], ['hidden', 'published']]
    .map(status => ({ actor_id: boss.id, action: 'review.set_status', entity: 'review',
      changes: { status } })))
  // The last one hidden leaves no rating.
  for (const id of [bad, good]) assertStatus(await setStatus(id, 'hidden'), 200)
  const { body } = await api('GET', '/api/products/detail/', { query: { id: thing.id } })
  assert.deepEqual([body.rating_average, body.rating_count], [null, 0])
})

test('a review that waits counts once it is published, and not when it is hidden', async () => {
  const { thing, ids: [id] } = await reviewed([4])
  await sql`with moved as (update review set status = 'pending' where id = ${id})
    update product set rating_sum = 0, rating_count = 0 where id = ${thing.id}`
  assertStatus(await setStatus(id, 'hidden'), 200)
  assert.deepEqual(await ratingOf(thing), { rating_sum: 0, rating_count: 0 })
  assertStatus(await setStatus(id, 'published'), 200)
  assert.deepEqual(await ratingOf(thing), { rating_sum: 4, rating_count: 1 })
})

test('who wrote a hidden review cannot write another', async () => {
  const thing = await product()
  const buyer = await receiver([thing])
  const { id } = assertStatus(await create(buyer, thing, 1), 201)
  assertStatus(await setStatus(id, 'hidden'), 200)
  assertProblem(await create(buyer, thing, 5), 409, 'already_exists')
})

test('reviews written, hidden and shown at once: the average is exact', async () => {
  const { thing, ids } = await reviewed([1, 2, 3, 4, 5, 1])
  const writers = []
  for (let i = 0; i < 6; i++) writers.push(await receiver([thing]))
  const answers = await together(30, i => {
    if (i % 5 === 0) return create(writers[i / 5], thing, 1 + i % 4)
    return setStatus(ids[i % 6], i % 2 ? 'hidden' : 'published')
  })
  for (const answer of answers) assert(answer.status < 300, answer.text)
  const rows = await sql`select rating from review
    where product_id = ${thing.id} and status = 'published'`
  const sum = rows.reduce((all, { rating }) => all + rating, 0)
  assert.deepEqual(await ratingOf(thing), { rating_sum: sum, rating_count: rows.length })
  const { count, results } = await shown(thing)
  assert.equal(count, rows.length)
  assert.equal(results.reduce((all, { rating }) => all + rating, 0), sum)
})

test('twenty times hidden at once is hidden once', async () => {
  const { thing, ids: [id] } = await reviewed([3, 5])
  const answers = await together(20, () => setStatus(id, 'hidden'))
  for (const answer of answers) assert.equal(assertStatus(answer, 200).status, 'hidden')
  assert.deepEqual(await ratingOf(thing), { rating_sum: 5, rating_count: 1 })
  assert.equal((await audits(id)).length, 1)
})

test('set-status/ survives the failure of any call, and the same key decides once', async () => {
  const { thing, ids: [id] } = await reviewed([2])
  let status = 'published'
  for (let n = 1; n <= 8; n++) {
    status = status === 'hidden' ? 'published' : 'hidden'
    const key = newKey()
    const send = headers => api('POST', '/api/admin/reviews/set-status/', { token: boss, key,
      headers, body: { review_id: id, status } })
    const broken = await send({ 'x-haat-fault': String(n) })
    assert([200, 503, 504].includes(broken.status), broken.text)
    assert.equal(assertStatus(await send({}), 200).status, status)
    assert.equal((await audits(id)).length, n)
    assert.equal((await ratingOf(thing)).rating_count, status === 'hidden' ? 0 : 1)
  }
})

test('list/ shows reviews in any state, newest first, with filters', async () => {
  const { thing, ids } = await reviewed([1, 2, 3])
  assertStatus(await setStatus(ids[1], 'hidden'), 200)
  const found = async query => assertStatus(await list({ product_id: thing.id, ...query }), 200)
  const all = await found()
  assert.equal(all.count, 3)
  assert.deepEqual(all.results.map(r => r.id), [...ids].reverse())
  assert.deepEqual(keysOf(all.results[0]), ['author_name', 'body', 'created_at', 'id',
    'is_verified_purchase', 'media', 'product_id', 'rating', 'reply', 'status', 'title'])
  assert.deepEqual((await found({ status: 'hidden' })).results.map(r => r.id), [ids[1]])
  assert.deepEqual((await found({ status: 'published' })).results.map(r => r.id), [ids[2], ids[0]])
  assert.equal((await found({ status: 'pending' })).count, 0)
  assert.equal((await found({ product_id: uuid7() })).count, 0)
  assert(assertStatus(await list({ status: 'hidden' }), 200).results
    .every(r => r.status === 'hidden'))
  const pages = await walk(`/api/admin/reviews/?product_id=${thing.id}&page_size=2`,
    target => api('GET', target, { token: boss }))
  assert.deepEqual(pages.map(p => p.results.map(r => r.id)), [[ids[2], ids[1]], [ids[0]]])
  for (const [field, ...values] of [['status', 'gone', ''], ['product_id', 'x', ''],
    ['rating', '5'], ['sort', 'stars'], ['page_size', '101'], ['cursor', 'x']])
    for (const value of values) assertInvalid(await list({ [field]: value }), field)
})

test('E01 E02 administrators alone, about reviews that are there', async () => {
  const { thing, ids: [id] } = await reviewed([1])
  assertProblem(await setStatus(uuid7(), 'hidden'), 404, 'not_found')
  assertProblem(await setStatus(thing.id, 'hidden'), 404, 'not_found')
  for (const bad of ['x', '', 0, null, [id], '1;--'])
    assertInvalid(await setStatus(bad, 'hidden'), 'review_id')
  for (const bad of [undefined, '', 'pending', 'gone', null, true])
    assertInvalid(await setStatus(id, bad), 'status')
  assertInvalid(await setStatus(id, 'hidden', { reason: 'x' }), 'reason')
  for (const token of [await customer(), await seller(), thing.seller]) {
    assertProblem(await setStatus(id, 'hidden', {}, token), 403, 'permission_denied')
    assertProblem(await api('GET', '/api/admin/reviews/', { token }), 403, 'permission_denied')
  }
  assert.deepEqual(await ratingOf(thing), { rating_sum: 1, rating_count: 1 })
  assert.deepEqual(await audits(id), [])
})
