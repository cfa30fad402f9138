/* The commission: who sets it, which rate wins, and what an order keeps of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { admin, assertInvalid, assertProblem, assertStatus, category, customer, keysOf, newKey,
  placeOrder, product, seller, startInstance, together, until, uuid7 } from './harness.mjs'

const own = await startInstance()
const { api, sql } = own
const boss = await admin(own)
const nested = (parent = null) => category({ parent: parent?.id }, own)

const set = (body, key = newKey()) =>
  api('POST', '/api/admin/commission/set/', { token: boss, key, body })
const rates = async (query = {}) =>
  assertStatus(await api('GET', '/api/admin/commission/get/', { token: boss, query }), 200)
const effective = async (owner, kind) => {
  const { effective: e } = await rates({ ...(owner && { seller_id: owner.sellerId }),
    ...(kind && { category_id: kind.id }) })
  return [e.rate_bps, e.scope]
}
const ofSeller = (owner, rate) =>
  set({ scope: 'seller', seller_id: owner.sellerId, rate_bps: rate })
const ofCategory = (kind, rate) =>
  set({ scope: 'category', category_id: kind.id, rate_bps: rate })
const ofMarket = rate => set({ scope: 'global', rate_bps: rate })

/** What an administrator sees beside the lines of an order, by product. */
async function commissionsOf(order) {
  const detail = assertStatus(await api('GET', '/api/admin/orders/detail/',
    { token: boss, query: { id: order.id } }), 200)
  return new Map(detail.seller_orders.flatMap(part => part.items)
    .map(item => [item.product_id, item.commission]))
}
const commissionOf = async (order, thing) => (await commissionsOf(order)).get(thing.id)
const buy = async (thing, quantity = 1) =>
  placeOrder(await customer({}, own), [[thing, quantity]], { payment_method: 'cod' }, own)

test('the most specific rate wins: the seller\'s, the nearest category\'s, the market\'s', async () => {
  const root = await nested(), middle = await nested(root), leaf = await nested(middle)
  const other = await nested()
  const owner = await seller({}, own), another = await seller({}, own)
  assert.deepEqual(await effective(owner, leaf), [1000, 'global'])
  assertStatus(await ofCategory(root, 700), 200)
  assert.deepEqual(await effective(owner, leaf), [700, 'category'])
  assert.deepEqual(await effective(owner, other), [1000, 'global'])
  assertStatus(await ofCategory(middle, 0), 200)
  assert.deepEqual(await effective(owner, leaf), [0, 'category'])
  assert.deepEqual(await effective(owner, root), [700, 'category'])
  assertStatus(await ofCategory(leaf, 10000), 200)
  assert.deepEqual(await effective(owner, leaf), [10000, 'category'])
  assert.deepEqual(await effective(owner, middle), [0, 'category'])
  // A seller's own rate beats every category's, also where it is nothing.
  assertStatus(await ofSeller(owner, 0), 200)
  for (const kind of [leaf, middle, root, other, undefined])
    assert.deepEqual(await effective(owner, kind), [0, 'seller'])
  assert.deepEqual(await effective(another, leaf), [10000, 'category'])
  assert.deepEqual(await effective(undefined, leaf), [10000, 'category'])
  assert.deepEqual(await effective(), [1000, 'global'])
})

test('each line of an order is charged by the rate that wins for it, half up to a paisa', async () => {
  const kind = await nested()
  const plain = await seller({}, own), special = await seller({}, own)
  assertStatus(await ofCategory(kind, 333), 200)
  assertStatus(await ofSeller(special, 1250), 200)
  const byMarket = await product({ seller: plain, price: 10001 }, own)
  const byCategory = await product({ seller: plain, category: kind, price: 50 }, own)
  const bySeller = await product({ seller: special, category: kind, price: 33333 }, own)
  const order = await placeOrder(await customer({}, own),
    [[byMarket, 1], [byCategory, 3], [bySeller, 2]], { payment_method: 'cod' }, own)
  const commissions = await commissionsOf(order)
  assert.deepEqual(commissions.get(byMarket.id), { rate_bps: 1000, scope: 'global', amount: 1000 })
  // 150 at 3.33 % is 4.995, 66666 at 12.5 % is 8333.25.
  assert.deepEqual(commissions.get(byCategory.id), { rate_bps: 333, scope: 'category', amount: 5 })
  assert.deepEqual(commissions.get(bySeller.id), { rate_bps: 1250, scope: 'seller', amount: 8333 })
  const parts = await sql`select seller_id, commission_total::int as sum from seller_order
    where order_id = ${order.id}`
  assert.deepEqual(new Map(parts.map(p => [p.seller_id, p.sum])),
    new Map([[plain.sellerId, 1005], [special.sellerId, 8333]]))
})

test('an order keeps the rate of the moment it was placed; the next one has the new', async () => {
  const kind = await nested()
  const thing = await product({ category: kind, price: 10000 }, own)
  const kept = []
  const changes = [() => {}, () => ofCategory(kind, 500), () => ofSeller(thing.seller, 2000),
    () => ofSeller(thing.seller, 0)]
  for (const change of changes) {
    await change()
    const order = await buy(thing)
    kept.push([order, await commissionOf(order, thing)])
  }
  assert.deepEqual(kept.map(([, c]) => [c.rate_bps, c.scope, c.amount]), [[1000, 'global', 1000],
    [500, 'category', 500], [2000, 'seller', 2000], [0, 'seller', 0]])
  for (const [order, commission] of kept)
    assert.deepEqual(await commissionOf(order, thing), commission)
})

test('while rates change, each order has one that was in force', async () => {
  const thing = await product({ price: 10000, stock: 1000 }, own)
  const tried = [1100, 1200, 1300, 1400]
  assertStatus(await ofSeller(thing.seller, 1000), 200)
  const buyers = await Promise.all(Array.from({ length: 8 }, () => customer({}, own)))
  const results = await together(12, n => n < 4 ? ofSeller(thing.seller, tried[n]) :
    placeOrder(buyers[n - 4], [[thing, 1]], { payment_method: 'cod' }, own), own)
  for (const answer of results.slice(0, 4)) assertStatus(answer, 200)
  for (const order of results.slice(4)) {
    const { rate_bps: rate, scope, amount } = await commissionOf(order, thing)
    assert([1000, ...tried].includes(rate))
    assert.deepEqual([scope, amount], ['seller', rate])
  }
  // The changes followed each other: each names the one before it.
  const entries = await sql`select a.changes from audit_log a
    join commission_rate r on r.id::text = a.entity_id
    where r.seller_id = ${thing.seller.sellerId} order by a.seq`
  const steps = entries.map(e => e.changes.rate_bps)
  assert.deepEqual(steps.map(([before]) => before), [null, ...steps.slice(0, -1).map(s => s[1])])
  assert.deepEqual(await effective(thing.seller), [steps.at(-1)[1], 'seller'])
})

test('get/ lists what is in force, with its moment', async () => {
  const kind = await nested(), owner = await seller({}, own)
  const before = Date.now()
  assertStatus(await ofCategory(kind, 900), 200)
  assertStatus(await ofCategory(kind, 800), 200)
  const answer = assertStatus(await ofSeller(owner, 450), 200)
  assert.deepEqual(answer.effective, { rate_bps: 450, scope: 'seller' })
  const all = await rates({ seller_id: owner.sellerId })
  assert.deepEqual(all, answer)
  assert.deepEqual(keysOf(all), ['categories', 'effective', 'global', 'sellers'])
  assert.deepEqual(keysOf(all.global), ['effective_from', 'rate_bps'])
  const mine = all.categories.filter(c => c.category_id === kind.id)
  assert.deepEqual(mine.map(c => c.rate_bps), [800])
  assert.deepEqual(all.sellers.filter(s => s.seller_id === owner.sellerId).map(s => s.rate_bps),
    [450])
  for (const { effective_from: at } of mine) assert(Date.parse(at) >= before - 1000)
  // One that begins later is not in force yet.
  await sql`insert into commission_rate (id, scope, seller_id, rate_bps, effective_from)
    values (${uuid7()}, 'seller', ${owner.sellerId}, 9999, now() + interval '1 hour')`
  assert.deepEqual(await rates({ seller_id: owner.sellerId }), all)
})

/** Whoever sets a rate waits for its turn; meanwhile the one before sets another. */
async function overtaken(owner, call) {
  const session = own.session('haat_app')
  await session.sql`begin`
  await session.sql`select pg_advisory_xact_lock(hashtextextended('commission_rate', 0))`
  const answer = call()
  await until(async () => (await sql`select from pg_locks where locktype = 'advisory'
    and not granted`).length > 0, { what: 'the second change to wait' })
  await session.sql`insert into commission_rate (id, scope, seller_id, rate_bps, effective_from)
    values (${uuid7()}, 'seller', ${owner.sellerId}, 200, clock_timestamp())`
  await session.sql`commit`
  session.close()
  return assertStatus(await answer, 200)
}

test('of two changes at once the later one holds, whoever asked first', async () => {
  const owner = await seller({}, own), newcomer = await seller({ status: 'pending' }, own)
  const changesOf = async id => (await sql`select changes from audit_log
    where entity_id = ${id} order by seq desc limit 1`)[0].changes.rate_bps
  const set = await overtaken(owner, () => ofSeller(owner, 300))
  assert.deepEqual(set.effective, { rate_bps: 300, scope: 'seller' })
  assert.deepEqual(await effective(owner), [300, 'seller'])
  const [{ id }] = await sql`select id from commission_rate
    where seller_id = ${owner.sellerId} and rate_bps = 300`
  assert.deepEqual(await changesOf(id), [200, 300])
  const approved = await overtaken(newcomer, () => api('POST', '/api/admin/sellers/approve/',
    { token: boss, key: newKey(), body: { seller_id: newcomer.sellerId, commission_rate_bps: 400 } }))
  assert.equal(approved.commission_rate_bps, 400)
  assert.deepEqual(await effective(newcomer), [400, 'seller'])
  const [{ changes }] = await sql`select changes from audit_log
    where entity_id = ${newcomer.sellerId}`
  assert.deepEqual(changes.commission_rate_bps, [200, 400])
})

test('approving a store with a rate sets the seller\'s', async () => {
  const owner = await seller({ status: 'pending' }, own)
  assertStatus(await api('POST', '/api/admin/sellers/approve/', { token: boss, key: newKey(),
    body: { seller_id: owner.sellerId, commission_rate_bps: 650 } }), 200)
  assert.deepEqual(await effective(owner), [650, 'seller'])
})

test('each change is in the audit trail, with what it was before', async () => {
  const owner = await seller({}, own), kind = await nested()
  const entryOf = async () => (await sql`select action, entity, actor_id, changes from audit_log
    order by seq desc limit 1`)[0]
  const changed = async (answer, changes) => {
    assertStatus(await answer, 200)
    assert.deepEqual(await entryOf(), { action: 'commission.set', entity: 'commission_rate',
      actor_id: boss.id, changes })
  }
  await changed(ofSeller(owner, 100), { scope: [null, 'seller'],
    seller_id: [null, owner.sellerId], rate_bps: [null, 100] })
  await changed(ofSeller(owner, 200), { scope: [null, 'seller'],
    seller_id: [null, owner.sellerId], rate_bps: [100, 200] })
  await changed(ofCategory(kind, 300), { scope: [null, 'category'],
    category_id: [null, kind.id], rate_bps: [null, 300] })
  const { global } = await rates()
  await changed(ofMarket(1500), { scope: [null, 'global'], rate_bps: [global.rate_bps, 1500] })
  assert.deepEqual(await effective(undefined, await nested()), [1500, 'global'])
  await changed(ofMarket(1000), { scope: [null, 'global'], rate_bps: [1500, 1000] })
  // The same key sets once.
  const key = newKey(), body = { scope: 'seller', seller_id: owner.sellerId, rate_bps: 250 }
  const first = await set(body, key)
  assertStatus(first, 200)
  const head = await entryOf()
  const again = await set(body, key)
  assert.deepEqual([again.status, again.text], [200, first.text])
  assert.deepEqual(await entryOf(), head)
  assert.equal((await sql`select from commission_rate where seller_id = ${owner.sellerId}`).length,
    3)
})

test('set/ and get/ refuse what cannot be', async () => {
  const owner = await seller({}, own), kind = await nested()
  const count = async () => (await sql`select count(*)::int as n from commission_rate`)[0].n
  const before = await count()
  for (const rate of [-1, 10001, 1.5, '1000', null])
    assertInvalid(await ofSeller(owner, rate), 'rate_bps')
  assertInvalid(await set({ scope: 'global' }), 'rate_bps')
  assertInvalid(await set({ scope: 'market', rate_bps: 1 }), 'scope')
  assertInvalid(await set({ scope: 'seller', rate_bps: 1 }), 'seller_id')
  assertInvalid(await set({ scope: 'category', rate_bps: 1 }), 'category_id')
  const one = { seller_id: owner.sellerId }, other = { category_id: kind.id }
  assertInvalid(await set({ scope: 'global', rate_bps: 1, ...one }), 'seller_id')
  assertInvalid(await set({ scope: 'global', rate_bps: 1, ...other }), 'category_id')
  assertInvalid(await set({ scope: 'seller', rate_bps: 1, ...one, ...other }), 'category_id')
  assertInvalid(await set({ scope: 'category', rate_bps: 1, ...one, ...other }), 'seller_id')
  assertInvalid(await set({ scope: 'seller', rate_bps: 1, ...one, effective_from: 'x' }),
    'effective_from')
  // Ids of the other kind are ids of nothing.
  for (const id of [uuid7(), kind.id, owner.id])
    assertProblem(await set({ scope: 'seller', seller_id: id, rate_bps: 1 }), 404, 'not_found')
  for (const id of [uuid7(), owner.sellerId])
    assertProblem(await set({ scope: 'category', category_id: id, rate_bps: 1 }), 404, 'not_found')
  for (const query of [{ seller_id: uuid7() }, { category_id: uuid7() },
    { seller_id: kind.id, category_id: kind.id }])
    assertProblem(await api('GET', '/api/admin/commission/get/', { token: boss, query }), 404,
      'not_found')
  for (const token of [owner, await customer({}, own)])
    assertProblem(await api('POST', '/api/admin/commission/set/', { token, key: newKey(),
      body: { scope: 'seller', ...one, rate_bps: 0 } }), 403, 'permission_denied')
  assert.equal(await count(), before)
})
