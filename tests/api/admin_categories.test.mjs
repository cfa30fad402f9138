/* The tree of categories, as administrators change it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { admin, api, assertInvalid, assertProblem, assertStatus, countBy, customer, keysOf, newKey,
  placeOrder, product, seller, sql, together, unique, until, uuid7 } from './harness.mjs'

const boss = await admin()
const create = (body, { token = boss, key } = {}) =>
  api('POST', '/api/admin/categories/create/', { token, key, body })
const update = (body, { token = boss, key } = {}) =>
  api('PUT', '/api/admin/categories/update/', { token, key, body })
const remove = (id, { token = boss, key } = {}) =>
  api('DELETE', '/api/admin/categories/delete/', { token, key, body: { id } })
const made = async (name, more) => assertStatus(await create({ name: name ?? unique('Shelf'), ...more }),
  201)
const rowOf = async id => (await sql`select * from category where id = ${id}`)[0]
const noted = id => sql`select actor_id, action, entity, changes from audit_log
  where entity_id = ${id} order by seq`
const tree = async () => assertStatus(await api('GET', '/api/categories/list/',
  { query: { page_size: 500 } }), 200).results
const inTree = async id => (await tree()).find(c => c.id === id)
const filter = async (category, more) => assertStatus(await api('GET', '/api/products/filter/',
  { query: { category, page_size: 100, ...more } }), 200).results
const idsIn = async (category, more) => (await filter(category, more)).map(p => p.id)
const word = prefix => unique(prefix).replace(/\W/g, '')
/** Processes are told within about a millisecond: ask until it is so. */
const soon = (want, ask) => until(async () => {
  const got = await ask()
  return JSON.stringify(got) === JSON.stringify(want) ? [got] : undefined
}, { what: JSON.stringify(want) })

test('a category is added behind its siblings, with a slug of its own', async () => {
  const name = `Pots & Pans ${word('zq')}`
  const top = assertStatus(await create({ name }), 201)
  assert.deepEqual(keysOf(top), ['id', 'name', 'parent_id', 'position', 'product_count', 'slug'])
  assert.deepEqual([top.name, top.parent_id, top.product_count, top.slug],
    [name, null, 0, name.toLowerCase().replace(/[^a-z0-9]+/g, '-')])
  assert.deepEqual(await inTree(top.id), top)
  const first = await made(null, { parent_id: top.id })
  const second = await made(null, { parent_id: top.id, position: 7 })
  const third = await made(null, { parent_id: top.id })
  assert.deepEqual([first, second, third].map(c => [c.parent_id, c.position]),
    [[top.id, 0], [top.id, 7], [top.id, 8]])
  assert.equal((await made(null, { parent_id: null })).parent_id, null)
  assert.deepEqual(await noted(top.id), [{ actor_id: boss.id, action: 'category.create',
    entity: 'category', changes: { name: [null, name], slug: [null, top.slug],
      position: [null, top.position] } }])
  // Names may be the same, slugs never are.
  const twin = await made(name)
  assert.notEqual(twin.slug, top.slug)
  assert(twin.slug.startsWith(`${top.slug}-`))
  for (const odd of ['आसन', '!!!'])
    assert.match((await made(odd)).slug, /^category(-[0-9a-f]{8})?$/)
  // Slugs and ids share a parameter.
  const like = uuid7()
  assert.notEqual((await made(like)).slug, like)
})

test('what is wrong with a new category is named, and nothing is kept', async () => {
  const [{ n: before }] = await sql`select count(*) as n from category`
  for (const [body, field] of [[{}, 'name'], [{ name: ' ' }, 'name'], [{ name: 'x'.repeat(201) }, 'name'],
    [{ name: 'x', parent_id: uuid7() }, 'parent_id'], [{ name: 'x', parent_id: 'x' }, 'parent_id'],
    [{ name: 'x', position: -1 }, 'position'], [{ name: 'x', position: 1000001 }, 'position'],
    [{ name: 'x', slug: 'x' }, 'slug']])
    assertInvalid(await create(body), field)
  const [{ n: after }] = await sql`select count(*) as n from category`
  assert.equal(after, before)
})

test('six at once of one name get six slugs', async () => {
  const name = unique('Same')
  const answers = await together(6, () => create({ name }, { key: newKey() }))
  assert.equal(new Set(answers.map(a => assertStatus(a, 201).slug)).size, 6)
})

test('a category is renamed and placed; its slug stays', async () => {
  const { id, slug, name, position } = await made()
  const body = assertStatus(await update({ id, name: 'Other name', position: 3 }), 200)
  assert.deepEqual([body.name, body.position, body.slug, body.parent_id],
    ['Other name', 3, slug, null])
  assert.deepEqual(await inTree(id), body)
  assert.deepEqual((await noted(id)).slice(1), [{ actor_id: boss.id, action: 'category.update',
    entity: 'category', changes: { name: [name, 'Other name'], position: [position, 3] } }])
  // What changes nothing leaves no entry.
  assert.deepEqual(assertStatus(await update({ id, name: 'Other name' }), 200), body)
  assert.deepEqual(assertStatus(await update({ id }), 200), body)
  assert.equal((await noted(id)).length, 2)
  assertProblem(await update({ id: uuid7(), name: 'x' }), 404, 'not_found')
  for (const [more, field] of [[{ name: '' }, 'name'], [{ position: 'x' }, 'position'], [{ parent_id: uuid7() }, 'parent_id']])
    assertInvalid(await update({ id, ...more }), field)
  assert.deepEqual(await inTree(id), body)
})

test('with a moved category go its descendants, counts, filter and search', async () => {
  const it = word('mv')
  const [left, right] = [await made(), await made()]
  const middle = await made(null, { parent_id: left.id })
  const leaf = await made(null, { parent_id: middle.id })
  const thing = await product({ category: leaf, name: `Lamp ${it}` })
  await product({ category: leaf, status: 'draft' })
  const counts = async () => {
    const all = await tree()
    return [left, right, middle, leaf].map(c => all.find(o => o.id === c.id).product_count)
  }
  const where = async () => [await idsIn(left.slug), await idsIn(right.id), await idsIn(middle.slug),
    await idsIn(leaf.id)]
  const searched = category => async () => assertStatus(await api('GET', '/api/products/search/',
    { query: { q: it, category } }), 200).results.map(p => p.id)
  assert.deepEqual(await counts(), [1, 0, 1, 1])
  assert.deepEqual(await where(), [[thing.id], [], [thing.id], [thing.id]])
  const moved = assertStatus(await update({ id: middle.id, parent_id: right.id }), 200)
  assert.deepEqual([moved.parent_id, moved.product_count], [right.id, 1])
  assert.deepEqual(await counts(), [0, 1, 1, 1])
  await soon([[], [thing.id], [thing.id], [thing.id]], where)
  await soon([thing.id], searched(right.slug))
  await soon([], searched(left.slug))
  // To the top.
  const top = assertStatus(await update({ id: middle.id, parent_id: null }), 200)
  assert.equal(top.parent_id, null)
  assert.deepEqual(await counts(), [0, 0, 1, 1])
  await soon([[], [], [thing.id], [thing.id]], where)
  assert.deepEqual((await noted(middle.id)).slice(1).map(n => n.changes),
    [{ parent_id: [left.id, right.id] }, { parent_id: [right.id, null] }])
})

test('a new name stands on products as soon as it is there', async () => {
  const shelf = await made()
  const thing = await product({ category: shelf })
  const names = async () => (await filter(shelf.slug)).map(p => p.category.name)
  for (let round = 0; round < 10; round++) {
    assertStatus(await update({ id: shelf.id, name: `Round ${round}` }), 200)
    await soon([`Round ${round}`], names)
  }
  const { body } = await api('GET', '/api/products/detail/', { query: { id: thing.id } })
  assert.equal(body.category.slug, shelf.slug)
})

test('nothing goes below itself, and no tree gets deeper than ten levels', async () => {
  const line = [await made()]
  while (line.length < 10) line.push(await made(null, { parent_id: line.at(-1).id }))
  for (const below of [line[0], line[1], line[9]])
    assertInvalid(await update({ id: line[0].id, parent_id: below.id }), 'parent_id')
  assertInvalid(await create({ name: 'Too deep', parent_id: line[9].id }), 'parent_id')
  const pair = await made()
  await made(null, { parent_id: pair.id })
  assertInvalid(await update({ id: pair.id, parent_id: line[8].id }), 'parent_id')
  assert.equal((await rowOf(pair.id)).parent_id, null)
  assertStatus(await update({ id: pair.id, parent_id: line[7].id }), 200)
  // The lower half comes up, then the upper half may go below it.
  assertStatus(await update({ id: line[5].id, parent_id: null }), 200)
  assertStatus(await update({ id: line[0].id, parent_id: line[5].id }), 200)
})

test('two moves at once that would close a cycle: one is refused', async () => {
  for (let round = 0; round < 5; round++) {
    const pair = [await made(), await made()]
    const answers = await together(2, i =>
      update({ id: pair[i].id, parent_id: pair[1 - i].id }, { key: newKey() }))
    assert.deepEqual(countBy(answers, a => a.status), { 200: 1, 400: 1 })
    assertInvalid(answers.find(a => a.status === 400), 'parent_id')
    const rows = [await rowOf(pair[0].id), await rowOf(pair[1].id)]
    assert.equal(rows.filter(r => r.parent_id === null).length, 1)
  }
})

test('an unused category goes, with its commission; the trail keeps both', async () => {
  const shelf = await made()
  assertStatus(await api('POST', '/api/admin/commission/set/', { token: boss,
    body: { scope: 'category', category_id: shelf.id, rate_bps: 700 } }), 200)
  const key = newKey()
  assert.deepEqual(keysOf(assertStatus(await remove(shelf.id, { key }), 200)), ['detail'])
  assert.equal(await rowOf(shelf.id), undefined)
  assert.equal(await inTree(shelf.id), undefined)
  assert.deepEqual((await noted(shelf.id)).slice(1), [{ actor_id: boss.id,
    action: 'category.delete', entity: 'category', changes: { name: [shelf.name, null],
      slug: [shelf.slug, null], position: [shelf.position, null], rate_bps: [700, null] } }])
  assertStatus(await remove(shelf.id, { key }), 200)
  assertProblem(await remove(shelf.id), 404, 'not_found')
  assertProblem(await remove(uuid7()), 404, 'not_found')
  assert.equal((await noted(shelf.id)).length, 2)
  assertInvalid(await api('DELETE', '/api/admin/categories/delete/', { token: boss }), 'id')
  const another = await made()
  assertStatus(await api('DELETE', '/api/admin/categories/delete/',
    { token: boss, query: { id: another.id } }), 200)
  // Its slug is free again.
  assert.equal((await made(shelf.name)).slug, shelf.slug)
})

test('a category with children, with products of any state or with orders stays', async () => {
  const kept = async id => {
    assertProblem(await remove(id), 409, 'invalid_state')
    assert(await rowOf(id))
    assert.equal((await noted(id)).filter(n => n.action === 'category.delete').length, 0)
  }
  const top = await made(), child = await made(null, { parent_id: top.id })
  await kept(top.id)
  for (const status of ['draft', 'pending', 'approved', 'rejected', 'archived']) {
    const shelf = await made()
    await product({ category: shelf, status })
    await kept(shelf.id)
  }
  // A product that is to be moved there.
  const who = await seller()
  const thing = await product({ seller: who })
  assertStatus(await api('PUT', '/api/products/update/', { token: who,
    body: { id: thing.id, category_id: child.id } }), 200)
  await kept(child.id)
  assertStatus(await api('POST', '/api/admin/products/reject/', { token: boss,
    body: { product_id: thing.id, reason: 'No.' } }), 200)
  assertStatus(await remove(child.id), 200)
  assertStatus(await remove(top.id), 200)
  // Its products are elsewhere now, its orders are not.
  const sold = await made()
  const goods = await product({ category: sold })
  await placeOrder(await customer(), [[goods, 1]], { payment_method: 'cod' })
  await sql`update product set category_id = ${thing.categoryId} where id = ${goods.id}`
  await kept(sold.id)
})

test('a category that goes while something comes into it', async () => {
  const who = await seller()
  const thing = await product({ seller: who })
  for (let round = 0; round < 8; round++) {
    const shelf = await made()
    const [gone, come] = await together(2, i => i === 0 ? remove(shelf.id, { key: newKey() })
      : [() => create({ name: unique('Child'), parent_id: shelf.id }, { key: newKey() }),
        () => api('POST', '/api/products/create/', { token: who, body: {
          name: unique('Lamp'), category_id: shelf.id, price: 900, stock: 3 } }),
        () => api('PUT', '/api/products/update/', { token: who,
          body: { id: thing.id, category_id: shelf.id } }),
        () => api('POST', '/api/admin/commission/set/', { token: boss,
          body: { scope: 'category', category_id: shelf.id, rate_bps: 500 } })][round % 4]())
    const what = `${gone.text} ${come.text}`
    if (round % 4 === 3) {
      assert.equal(gone.status, 200, what)
      assert([200, 404].includes(come.status), what)
    } else if (gone.status === 200) {
      assertInvalid(come, round % 4 === 0 ? 'parent_id' : 'category_id')
    } else {
      assertProblem(gone, 409, 'invalid_state')
      assert([200, 201].includes(come.status), what)
    }
    assert.equal(await rowOf(shelf.id) === undefined, gone.status === 200)
  }
})

test('only administrators change categories', async () => {
  const shelf = await made()
  for (const [token, status, code] of [[undefined, 401, 'authentication_required'],
    [await customer(), 403, 'permission_denied'], [await seller(), 403, 'permission_denied']])
    for (const answer of [await create({ name: 'x' }, { token: token ?? null }),
      await update({ id: shelf.id, name: 'x' }, { token: token ?? null }),
      await remove(shelf.id, { token: token ?? null })])
      assertProblem(answer, status, code)
  assert.deepEqual(await inTree(shelf.id), shelf)
  assert.equal((await noted(shelf.id)).length, 1)
})
