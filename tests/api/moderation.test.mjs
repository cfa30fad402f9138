/*
 * What administrators decide about products: approving, rejecting, and what
 * becomes of changes that waited.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { admin, api, assertInvalid, assertProblem, assertStatus, category, customer, newKey,
  seller, sql, together, unique, uuid7 } from './harness.mjs'

const shelf = await category(), other = await category()
const boss = await admin()

const approve = (id, key) => api('POST', '/api/admin/products/approve/',
  { token: boss, key, body: { product_id: id } })
const reject = (id, reason = 'The picture is blurred.', key) =>
  api('POST', '/api/admin/products/reject/', { token: boss, key, body: { product_id: id, reason } })
const listed = async (who, more) => assertStatus(await api('POST', '/api/products/create/', {
  token: who, body: { name: unique('Lamp'), category_id: shelf.id, price: 900, stock: 3, ...more },
}), 201)
const changed = async (who, body) =>
  assertStatus(await api('PUT', '/api/products/update/', { token: who, body }), 200)
const seen = id => api('GET', '/api/products/detail/', { query: { id } })
const rowOf = async id => (await sql`select * from product where id = ${id}`)[0]
const newsOf = who => sql`select type, title, body, data from notification
  where account_id = ${who.id} order by id`
const countOf = async id => (await sql`select coalesce(sum(product_count), 0) as n
  from category_count where category_id = ${id}`)[0].n

test('an approved product is in the shop, and its seller is told', async () => {
  const who = await seller()
  const { id, name } = await listed(who)
  assertProblem(await seen(id), 404, 'not_found')
  const before = await countOf(shelf.id)
  const body = assertStatus(await approve(id), 200)
  assert.deepEqual([body.id, body.status, body.pending_changes, body.rejection_reason],
    [id, 'approved', null, null])
  assert.equal(assertStatus(await seen(id), 200).name, name)
  assert.equal(await countOf(shelf.id), before + 1)
  const row = await rowOf(id)
  assert.deepEqual([row.pending_since, row.rejection_reason], [null, null])
  assert(row.approved_at)
  const [news] = await newsOf(who)
  assert.equal(news.type, 'product_approved')
  assert.deepEqual(news.data, { product_id: id, product_name: name })
  assert((news.title + news.body).includes(name), JSON.stringify(news))
})

test('a rejected product is not, and the reason is told', async () => {
  const who = await seller()
  const { id, name } = await listed(who)
  const body = assertStatus(await reject(id, 'Name the "material".'), 200)
  assert.deepEqual([body.status, body.rejection_reason], ['rejected', 'Name the "material".'])
  assertProblem(await seen(id), 404, 'not_found')
  assert.equal((await rowOf(id)).pending_since, null)
  const [news] = await newsOf(who)
  assert.equal(news.type, 'product_rejected')
  assert.deepEqual(news.data, { product_id: id, product_name: name,
    reason: 'Name the "material".' })
  assertProblem(await reject(id), 409, 'invalid_state')
  assert.equal((await changed(who, { id, description: 'Cotton' })).status, 'pending')
  assert.equal(assertStatus(await approve(id), 200).status, 'approved')
})

test('changes of an approved product are taken over', async () => {
  const who = await seller()
  const { id, slug } = await listed(who, { description: 'Old', attributes: { Watt: 40 } })
  assertStatus(await approve(id), 200)
  const { approved_at: at } = await rowOf(id)
  const word = `zq${unique('').replace(/[^a-z]/g, '')}`
  await changed(who, { id, name: `Lamp ${word}`, description: null, category_id: other.id,
    attributes: { Watt: 60, Base: 'E27' } })
  const [from, to] = [await countOf(shelf.id), await countOf(other.id)]
  const body = assertStatus(await approve(id), 200)
  assert.deepEqual([body.name, body.description, body.category.id, body.attributes, body.status,
    body.pending_changes], [`Lamp ${word}`, null, other.id, { Watt: 60, Base: 'E27' }, 'approved',
    null])
  assert.equal(body.slug, slug, 'its address stays')
  assert.deepEqual([await countOf(shelf.id), await countOf(other.id)], [from - 1, to + 1])
  const found = assertStatus(await api('GET', '/api/products/search/', { query: { q: word } }), 200)
  assert.deepEqual(found.results.map(p => p.id), [id])
  const row = await rowOf(id)
  assert.deepEqual([row.approved_at, row.pending_since], [at, null])
  assertProblem(await approve(id), 409, 'invalid_state')
})

test('changes of an approved product are dropped with the reason', async () => {
  const who = await seller()
  const { id, name } = await listed(who)
  assertStatus(await approve(id), 200)
  await changed(who, { id, name: 'Louder' })
  const body = assertStatus(await reject(id, 'No capitals.'), 200)
  assert.deepEqual([body.status, body.name, body.pending_changes, body.rejection_reason],
    ['approved', name, null, 'No capitals.'])
  assert.equal((await rowOf(id)).pending_since, null)
  assertStatus(await seen(id), 200)
  const again = await changed(who, { id, name: 'Quieter' })
  assert.deepEqual([again.pending_changes, again.rejection_reason], [{ name: 'Quieter' }, null])
})

test('an approved product without changes is taken off sale', async () => {
  const who = await seller()
  const { id } = await listed(who)
  assertStatus(await approve(id), 200)
  const body = assertStatus(await reject(id, 'Counterfeit.'), 200)
  assert.deepEqual([body.status, body.rejection_reason], ['rejected', 'Counterfeit.'])
  assertProblem(await seen(id), 404, 'not_found')
})

test('drafts and archived products wait for nobody', async () => {
  const who = await seller()
  const { id: draft } = await listed(who, { draft: true })
  const { id: archived } = await listed(who)
  assertStatus(await api('DELETE', '/api/products/delete/', { token: who, query: { id: archived } }),
    200)
  for (const id of [draft, archived]) {
    assertProblem(await approve(id), 409, 'invalid_state')
    assertProblem(await reject(id), 409, 'invalid_state')
  }
  for (const answer of [await approve(uuid7()), await reject(uuid7())])
    assertProblem(answer, 404, 'not_found')
  assertInvalid(await reject(draft, ' '), 'reason')
})

test('what waits longest is first in the queue, however often it is edited', async () => {
  const who = await seller()
  const first = await listed(who), second = await listed(who), third = await listed(who)
  assertStatus(await approve(second.id), 200)
  await changed(who, { id: second.id, name: 'Late' })
  await changed(who, { id: first.id, name: 'Edited' })
  await changed(who, { id: second.id, name: 'Later' })
  const queue = await sql`select id from product where seller_id = ${who.sellerId}
    and pending_since is not null order by pending_since, id`
  assert.deepEqual(queue.map(p => p.id), [first.id, third.id, second.id])
})

test('two administrators decide once', async () => {
  const who = await seller()
  const { id } = await listed(who)
  const answers = await together(6, i => i % 2 ? approve(id, newKey()) : approve(id))
  assert.deepEqual(answers.map(a => a.status).sort(), [200, 409, 409, 409, 409, 409])
  assert.equal((await newsOf(who)).length, 1)
})

test('an edit and its approval follow each other', async () => {
  const who = await seller()
  const { id } = await listed(who)
  assertStatus(await approve(id), 200)
  for (let i = 0; i < 5; i++) {
    await changed(who, { id, name: `Round ${i}` })
    const [, edit] = await together(2, k => k
      ? api('PUT', '/api/products/update/', { token: who, body: { id, name: `Edit ${i}` } })
      : approve(id))
    assertStatus(edit, 200)
    const row = await rowOf(id)
    const waits = row.pending_changes?.name
    assert(row.name === `Edit ${i}` ? waits === undefined : waits === `Edit ${i}`,
      `${row.name}, ${waits}`)
    assert.equal(row.pending_since !== null, waits !== undefined)
  }
})

test('nobody else decides', async () => {
  const who = await seller()
  const { id } = await listed(who)
  for (const token of [who, await customer()])
    for (const [path, more] of [['approve', {}], ['reject', { reason: 'x' }]])
      assertProblem(await api('POST', `/api/admin/products/${path}/`, { token,
        body: { product_id: id, ...more } }), 403, 'permission_denied')
  assert.equal((await rowOf(id)).status, 'pending')
})
