/*
 * Products as administrators find and see them, what waits for a decision, and deciding in
 * one call. What a decision does to a product is in moderation.test.mjs.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { admin, api, assertInvalid, assertProblem, assertStatus, category, countBy, customer,
  formOf, keysOf, newKey, product, seller, sql, together, unique, uuid7, walk } from './harness.mjs'
import { png } from './pictures.mjs'

const shelf = await category(), other = await category()
const boss = await admin()
const paths = { list: '/api/admin/products/', detail: '/api/admin/products/detail/',
  queue: '/api/admin/catalog/products/pending/',
  decide: '/api/admin/catalog/products/set-approval/' }

const list = (query, token = boss) => api('GET', paths.list, { token, query })
const detail = (id, token = boss) => api('GET', paths.detail, { token, query: { id } })
const decide = (body, { token = boss, key } = {}) =>
  api('POST', paths.decide, { token, key, body })
const reject = (id, reason, key) => decide({ product_id: id, approved: false, reason }, { key })
const approve = (id, key) => decide({ product_id: id, approved: true }, { key })
const idsOf = answer => assertStatus(answer, 200).results.map(p => p.id)
const found = async query => idsOf(await list({ page_size: 100, ...query }))
const listed = async (who, more) => assertStatus(await api('POST', '/api/products/create/', {
  token: who, body: { name: unique('Lamp'), category_id: shelf.id, price: 900, stock: 3, ...more },
}), 201)
const onSale = async (who, more) => {
  const made = await listed(who, more)
  assertStatus(await approve(made.id), 200)
  return made
}
const changed = async (who, body) =>
  assertStatus(await api('PUT', '/api/products/update/', { token: who, body }), 200)
const picture = async (who, id) => assertStatus(await api('POST', '/api/products/upload-image/',
  { token: who, ...formOf([['product_id', id], ['file', { bytes: png() }]]) }), 201)
const seen = id => api('GET', '/api/products/detail/', { query: { id } })
const noted = id => sql`select actor_id, action, entity, changes from audit_log
  where entity_id = ${id} order by seq`
const newsOf = who => sql`select type, title, body, data from notification
  where account_id = ${who.id} order by id`
const word = prefix => unique(prefix).replace(/\W/g, '')
/** The whole queue, and of it what is of this store. */
const queueOf = async who => (await walk(`${paths.queue}?page_size=100`,
  path => api('GET', path, { token: boss }))).flatMap(p => p.results)
  .filter(p => p.seller.id === who.sellerId)

// ---- finding ----------------------------------------------------------------------

test('products of every state are listed, newest first, and narrowed by status and store', async () => {
  const who = await seller()
  const by = {}
  for (const status of ['draft', 'pending', 'approved', 'rejected', 'archived'])
    by[status] = (await product({ seller: who, status })).id
  const all = Object.values(by).reverse()
  assert.deepEqual(await found({ seller: who.sellerId }), all)
  assert.deepEqual(await found({ seller: who.slug }), all)
  assert.deepEqual(await found({ seller: who.sellerId, sort: '-created_at' }), all)
  assert.deepEqual(await found({ seller: who.sellerId, sort: 'created_at' }), [...all].reverse())
  for (const [status, id] of Object.entries(by)) {
    assert.deepEqual(await found({ seller: who.slug, status }), [id])
    assert((await list({ status })).body.results.every(p => p.status === status))
  }
  assert.deepEqual((await list({ seller: who.slug, status: 'draft' })).body.count, 1)
  assert.deepEqual(await found({ seller: 'no-such-store' }), [])
  assert.deepEqual(await found({ seller: uuid7() }), [])
  for (const [name, value] of [['status', 'gone'], ['sort', 'price'], ['page_size', '101'],
    ['cursor', 'x'], ['q', ''], ['category', 'x']])
    assertInvalid(await list({ [name]: value }), name)
})

test('words are looked for in names, SKUs and names of stores, in any case', async () => {
  const it = word('zq')
  const who = await seller(), shop = await seller()
  const named = await product({ seller: who, name: `Blue ${it} lamp`, status: 'draft' })
  const numbered = await product({ seller: who, status: 'rejected',
    variants: [{ price: 5, stock: 1 }, { price: 5, stock: 1, sku: `A-${it.toUpperCase()}-9` }] })
  await sql`update seller set store_name = ${`The ${it} Store`} where id = ${shop.sellerId}`
  const sold = await product({ seller: shop })
  // In all three at once, and still once.
  const thrice = await product({ seller: shop, name: it, variants: [
    { price: 5, stock: 1, sku: `${it}-1` }, { price: 5, stock: 1, sku: `${it}-2` }] })
  const all = [thrice, sold, numbered, named].map(p => p.id)
  assert.deepEqual(await found({ q: it }), all)
  assert.deepEqual(await found({ q: it.toUpperCase() }), all)
  assert.deepEqual(await found({ q: it.slice(1, -1) }), all)
  assert.deepEqual(await found({ q: it, sort: 'created_at' }), [...all].reverse())
  assert.equal((await list({ q: it })).body.count, 4)
  assert.deepEqual(await found({ q: it, seller: who.sellerId }), [numbered.id, named.id])
  assert.deepEqual(await found({ q: it, status: 'rejected' }), [numbered.id])
  assert.deepEqual(await found({ q: it, status: 'approved', seller: shop.slug }),
    [thrice.id, sold.id])
  assert.deepEqual(await found({ q: `blue ${it}` }), [named.id])
  // What stands for "anything" in a pattern means itself here.
  for (const q of [`${it}%`, `_${it.slice(1)}`, `${it}\\`, `%${it}`])
    assert.deepEqual(await found({ q }), [], q)
  // One or two characters are looked for at the beginning.
  const short = await product({ seller: who, name: `ψɸ ${it}` })
  await product({ seller: who, name: `${it} ψɸ` })
  assert.deepEqual(await found({ q: 'ψɸ' }), [short.id])
  assert.deepEqual(await found({ q: 'ψ' }), [short.id])
  assert.deepEqual(await found({ q: 'ψ%' }), [])
  // Of a SKU two; and signs alone are found nowhere.
  const coded = await product({ seller: who, variants: [{ price: 5, stock: 1, sku: `ζξ-${it}` }] })
  assert.deepEqual(await found({ q: 'ζξ' }), [coded.id])
  assert.deepEqual(await found({ q: 'ζ' }), [])
  const signs = await product({ seller: who, name: `@@ ${it}` })
  for (const q of ['@', '@@', '%', '--']) assert.deepEqual(await found({ q }), [], q)
  assert.deepEqual(await found({ q: `@@ ${it}` }), [signs.id])
  await sql`update product set name = 'Plain' where id = ${signs.id}`
  await sql`update variant set sku = ${`C-${coded.id}`} where product_id = ${coded.id}`
  await sql`update product set name = 'Plain' where seller_id = ${who.sellerId} and name like '%ψ%'`
  const page = (await list({ q: it, page_size: 2, page: 2 })).body
  assert.deepEqual([page.results.map(p => p.id), page.count], [all.slice(2), 4])
})

test('a walk over a list meets each product once while others are put in', async () => {
  const it = word('wk')
  const who = await seller()
  const make = () => product({ seller: who, name: `${it} ${unique('x')}` })
  const first = []
  for (let i = 0; i < 7; i++) first.push((await make()).id)
  for (const query of [`q=${it}`, `seller=${who.sellerId}`, `q=${it}&status=approved`]) {
    const before = await found({ seller: who.sellerId })
    const down = await walk(`${paths.list}?page_size=2&${query}`, async path => {
      const answer = await api('GET', path, { token: boss })
      await make()
      return answer
    })
    assert.deepEqual(down.flatMap(p => p.results).map(p => p.id), before, query)
  }
  // Oldest first, what comes in meanwhile comes last.
  let more = 3
  const up = await walk(`${paths.list}?page_size=3&sort=created_at&q=${it}`, async path => {
    const answer = await api('GET', path, { token: boss })
    if (more-- > 0) await make()
    return answer
  })
  const got = up.flatMap(p => p.results).map(p => p.id)
  assert.deepEqual(got.slice(0, 7), first)
  assert.deepEqual(got, (await found({ seller: who.sellerId })).reverse())
  // And back again.
  const last = up.at(-1), back = await api('GET', last.previous, { token: boss })
  assert.deepEqual(idsOf(back), up.at(-2).results.map(p => p.id))
})

// ---- seeing -------------------------------------------------------------------------

test('the detail shows a product of every state; what is not there is 404', async () => {
  const who = await seller()
  for (const status of ['draft', 'pending', 'approved', 'rejected', 'archived']) {
    const thing = await product({ seller: who, status })
    const body = assertStatus(await detail(thing.id), 200)
    assert.deepEqual([body.id, body.status, body.seller.id, body.variants[0].sku,
      body.pending_changes, body.pending_category, body.pending_since !== null],
    [thing.id, status, who.sellerId, thing.sku, null, null, status === 'pending'])
    const [row] = (await list({ seller: who.sellerId, status })).body.results
    assert.deepEqual(row, body)
  }
  assertProblem(await detail(uuid7()), 404, 'not_found')
  assertInvalid(await detail('x'), 'id')
})

test('of waiting changes administrators see both sides, everybody else what was approved', async () => {
  const who = await seller()
  const { id, name } = await onSale(who, { description: 'Old', attributes: { Watt: 40 } })
  await changed(who, { id, name: 'New name', description: 'New', category_id: other.id,
    attributes: { Watt: 60 }, price: 1000 })
  const added = await picture(who, id)
  const body = assertStatus(await detail(id), 200)
  assert.deepEqual([body.status, body.name, body.description, body.category.id, body.attributes,
    body.images, body.price], ['approved', name, 'Old', shelf.id, { Watt: 40 }, [], 1000])
  const { images, ...texts } = body.pending_changes
  assert.deepEqual(texts, { name: 'New name', description: 'New', category_id: other.id,
    attributes: { Watt: 60 } })
  assert.deepEqual(images.map(i => i.id), [added.id])
  assert.deepEqual(body.pending_category, { id: other.id, name: other.name, slug: other.slug })
  assert(body.pending_since)
  for (const answer of [await seen(id), await api('GET', '/api/products/detail/',
    { token: await customer(), query: { id } })]) {
    const open = assertStatus(answer, 200)
    assert.deepEqual([open.name, open.description, open.category.id, open.attributes, open.images],
      [name, 'Old', shelf.id, { Watt: 40 }, []])
    for (const member of ['status', 'pending_changes', 'pending_since', 'pending_category'])
      assert(!(member in open), member)
  }
  const shop = assertStatus(await api('GET', '/api/products/list/',
    { query: { seller: who.slug } }), 200).results
  assert.deepEqual(shop.map(p => [p.name, p.category.id, p.image]), [[name, shelf.id, null]])
  assertStatus(await approve(id), 200)
  const after = assertStatus(await detail(id), 200)
  assert.deepEqual([after.name, after.category.id, after.images.map(i => i.id),
    after.pending_changes, after.pending_category, after.pending_since],
  ['New name', other.id, [added.id], null, null, null])
  assert.equal(assertStatus(await seen(id), 200).name, 'New name')
})

// ---- the queue ----------------------------------------------------------------------

test('the queue holds all that waits, by when it was sent in', async () => {
  const who = await seller()
  const draft = await listed(who, { draft: true })
  const edited = await onSale(who), pictured = await onSale(who), calm = await onSale(who)
  const fresh = await listed(who)
  await changed(who, { id: edited.id, name: 'Other' })
  await picture(who, pictured.id)
  const sent = [fresh.id, edited.id, pictured.id]
  assert.deepEqual((await queueOf(who)).map(p => p.id), sent)
  await changed(who, { id: draft.id, draft: false })
  await changed(who, { id: fresh.id, name: 'Edited while it waits' })
  const rows = await queueOf(who)
  assert.deepEqual(rows.map(p => p.id), [...sent, draft.id])
  assert.deepEqual(rows.map(p => p.status), ['pending', 'approved', 'approved', 'pending'])
  assert.deepEqual(rows[1].pending_changes, { name: 'Other' })
  assert.equal(rows[2].pending_changes.images.length, 1)
  assert(rows.every((p, i) => i === 0 || p.pending_since >= rows[i - 1].pending_since))
  assert(!rows.some(p => p.id === calm.id))
  // What is sent in again after a rejection stands at the end.
  assertStatus(await reject(fresh.id, 'No.'), 200)
  await changed(who, { id: fresh.id, description: 'Better' })
  assert.deepEqual((await queueOf(who)).map(p => p.id),
    [edited.id, pictured.id, draft.id, fresh.id])
  for (const { id } of await queueOf(who)) assertStatus(await approve(id), 200)
  assert.deepEqual(await queueOf(who), [])
})

test('a walk over the queue meets each once while some are decided and others come', async () => {
  const who = await seller()
  const all = []
  for (let i = 0; i < 6; i++) all.push((await listed(who)).id)
  // Sent in at the same moment: the id decides.
  await sql`update product set pending_since = '2020-01-01T00:00:00.123457Z'
    where id = any(${`{${all.slice(0, 4)}}`}::uuid[])`
  const pages = []
  for (let path = `${paths.queue}?page_size=1`; path && pages.length < 5;) {
    const page = assertStatus(await api('GET', path, { token: boss }), 200)
    pages.push(page)
    path = page.next
    // The one just seen goes, another comes.
    if (page.results[0].seller.id === who.sellerId)
      assertStatus(await approve(page.results[0].id), 200)
    await listed(who)
  }
  const mine = pages.flatMap(p => p.results).filter(p => p.seller.id === who.sellerId)
  assert.deepEqual(mine.slice(0, 4).map(p => p.id), all.slice(0, 4))
  assert.equal(mine[0].pending_since, '2020-01-01T00:00:00.123457Z')
  const two = await walk(`${paths.queue}?page_size=2`, path => api('GET', path, { token: boss }))
  const ids = two.flatMap(p => p.results).map(p => p.id)
  assert.equal(new Set(ids).size, ids.length)
  assert.equal(two[0].count, ids.length)
  const back = await api('GET', two[2].previous, { token: boss })
  assert.deepEqual(idsOf(back), two[1].results.map(p => p.id))
  const wrong = new URL(`http://x${(await list({ page_size: 1 })).body.next}`).searchParams
  assertInvalid(await api('GET', paths.queue, { token: boss,
    query: { cursor: wrong.get('cursor') } }), 'cursor')
})

// ---- deciding -----------------------------------------------------------------------

test('set-approval/ approves and rejects, tells the seller, and is in the audit trail', async () => {
  const who = await seller()
  const { id, name } = await listed(who)
  const no = assertStatus(await reject(id, 'Name the "material".'), 200)
  assert.deepEqual([no.id, no.status, no.rejection_reason],
    [id, 'rejected', 'Name the "material".'])
  assertProblem(await seen(id), 404, 'not_found')
  const yes = assertStatus(await approve(id), 200)
  assert.deepEqual([yes.status, yes.rejection_reason], ['approved', null])
  assertStatus(await seen(id), 200)
  assert.deepEqual((await newsOf(who)).map(n => [n.type, n.data]), [
    ['product_rejected', { product_id: id, product_name: name, reason: 'Name the "material".' }],
    ['product_approved', { product_id: id, product_name: name }]])
  assert.deepEqual(await noted(id), [
    { actor_id: boss.id, action: 'product.reject', entity: 'product', changes: {
      status: ['pending', 'rejected'], rejection_reason: [null, 'Name the "material".'] } },
    { actor_id: boss.id, action: 'product.approve', entity: 'product', changes: {
      status: ['rejected', 'approved'], rejection_reason: ['Name the "material".', null] } }])
})

test('set-approval/ refuses a rejection without a reason, and what would change nothing', async () => {
  const who = await seller()
  const { id } = await listed(who)
  assertInvalid(await decide({ product_id: id, approved: false }), 'reason')
  assertInvalid(await decide({ product_id: id, approved: false, reason: ' \n' }), 'reason')
  assertInvalid(await decide({ product_id: id, approved: false, reason: '' }), 'reason')
  assertInvalid(await decide({ product_id: id }), 'approved')
  assertInvalid(await decide({ approved: true }), 'product_id')
  assertInvalid(await decide({ product_id: id, approved: 'false', reason: 'x' }), 'approved')
  assert.equal((await detail(id)).body.status, 'pending')
  assert.deepEqual([await noted(id), await newsOf(who)], [[], []])
  assertProblem(await approve(uuid7()), 404, 'not_found')
  assertProblem(await reject(uuid7(), 'x'), 404, 'not_found')
  assertStatus(await approve(id), 200)
  assertProblem(await approve(id), 409, 'invalid_state')
  const draft = await listed(who, { draft: true })
  assertProblem(await approve(draft.id), 409, 'invalid_state')
  assertProblem(await reject(draft.id, 'x'), 409, 'invalid_state')
})

test('rejecting what is on sale takes it off; with changes waiting it drops these first', async () => {
  const who = await seller()
  const { id, name } = await onSale(who)
  await changed(who, { id, name: 'LOUDER' })
  const kept = assertStatus(await reject(id, 'No capitals.'), 200)
  assert.deepEqual([kept.status, kept.name, kept.pending_changes, kept.rejection_reason],
    ['approved', name, null, 'No capitals.'])
  assertStatus(await seen(id), 200)
  const off = assertStatus(await reject(id, 'Counterfeit.'), 200)
  assert.deepEqual([off.status, off.rejection_reason], ['rejected', 'Counterfeit.'])
  assertProblem(await seen(id), 404, 'not_found')
  const own = assertStatus(await api('GET', '/api/products/detail/',
    { token: who, query: { id } }), 200)
  assert.deepEqual([own.status, own.rejection_reason], ['rejected', 'Counterfeit.'])
  assertProblem(await reject(id, 'Again.'), 409, 'invalid_state')
  const news = await newsOf(who)
  assert.deepEqual(news.map(n => [n.type, n.data.reason]), [['product_approved', undefined],
    ['product_changes_rejected', 'No capitals.'], ['product_taken_off', 'Counterfeit.']])
  for (const n of news.slice(1))
    assert((n.title + n.body).includes(name) && n.body.includes(n.data.reason), JSON.stringify(n))
  assert.match(news[1].body, /changes/)
  assert.match(news[2].body, /off sale/)
  assert.deepEqual((await noted(id)).slice(1).map(n => n.changes), [
    { has_pending_changes: [true, false], rejection_reason: [null, 'No capitals.'] },
    { status: ['approved', 'rejected'], rejection_reason: ['No capitals.', 'Counterfeit.'] }])
  assertStatus(await approve(id), 200)
  assertStatus(await seen(id), 200)
})

test('two administrators who decide at once decide once', async () => {
  const second = await admin()
  for (let round = 0; round < 5; round++) {
    const who = await seller()
    const { id } = await listed(who)
    const answers = await together(2, i => i === 0 ? approve(id, newKey())
      : decide({ product_id: id, approved: false, reason: 'No.' }, { token: second, key: newKey() }))
    // A rejection may follow an approval as a decision of its own: then there are two.
    const done = answers.filter(a => a.status === 200)
    const entries = await noted(id)
    assert.equal(entries.length, done.length)
    assert.equal((await newsOf(who)).length, done.length)
    for (const a of answers.filter(a => a.status !== 200)) assertProblem(a, 409, 'invalid_state')
    assert.equal((await detail(id)).body.status, entries.at(-1).changes.status[1])
    assert.deepEqual(entries[0].changes.status[0], 'pending')
    if (done.length === 2)
      assert.equal(entries[1].changes.status[0], entries[0].changes.status[1])
  }
  const who = await seller()
  const { id } = await listed(who)
  for (const call of [i => decide({ product_id: id, approved: false, reason: `No ${i}.` },
    { token: i % 2 ? boss : second, key: newKey() }), i => decide({ product_id: id, approved: true },
    { token: i % 2 ? boss : second, key: newKey() })]) {
    const before = (await noted(id)).length
    assert.deepEqual(countBy(await together(6, call), a => a.status), { 200: 1, 409: 5 })
    assert.equal((await noted(id)).length, before + 1)
  }
  assert.equal((await newsOf(who)).length, 2)
})

test('a decision sent twice with its key is one', async () => {
  const who = await seller()
  const { id } = await listed(who)
  const key = newKey()
  const first = await reject(id, 'Blurred.', key), again = await reject(id, 'Blurred.', key)
  assert.equal(assertStatus(again, 200).status, 'rejected')
  assert.equal(again.text, first.text)
  assert.equal(again.headers['idempotent-replayed'], 'true')
  assertProblem(await reject(id, 'Dark.', key), 409, 'idempotency_key_reused')
  assert.equal((await noted(id)).length, 1)
  assert.equal((await newsOf(who)).length, 1)
})

test('only administrators look and decide', async () => {
  const who = await seller()
  const { id } = await listed(who)
  for (const [token, status, code] of [[undefined, 401, 'authentication_required'],
    [await customer(), 403, 'permission_denied'], [who, 403, 'permission_denied']]) {
    const call = (method, path, more) => api(method, path, { token, ...more })
    for (const answer of [await call('GET', paths.list), await call('GET', paths.queue),
      await call('GET', paths.detail, { query: { id } }),
      await call('POST', paths.decide, { body: { product_id: id, approved: true } })])
      assertProblem(answer, status, code)
  }
  assert.equal((await detail(id)).body.status, 'pending')
  assert.deepEqual(await noted(id), [])
})

test('lists show whole products', async () => {
  const who = await seller()
  await listed(who, { price_tiers: [{ min_quantity: 5, price: 800, audience: 'all' }],
    options: ['Size'], variants: [{ options: { Size: 'S' }, sku: unique('S') },
      { options: { Size: 'M' }, sku: unique('M'), price: 950 }] })
  await listed(who)
  const rows = (await list({ seller: who.sellerId, sort: 'created_at' })).body.results
  assert.deepEqual(rows.map(p => p.variants.length), [2, 1])
  assert.deepEqual(rows[0].variants.map(v => v.price_tiers.length), [1, 1])
  assert.deepEqual(await queueOf(who), rows)
  assert.deepEqual(keysOf(rows[0]), ['attributes', 'brand', 'category', 'compare_at_price',
    'created_at', 'currency', 'description', 'hsn_code', 'id', 'image', 'images', 'in_stock',
    'min_order_quantity', 'name', 'options', 'pending_category', 'pending_changes',
    'pending_since', 'price', 'rating_average', 'rating_count', 'rejection_reason', 'seller', 'slug',
    'status', 'tax_rate_bps', 'variants'])
})
