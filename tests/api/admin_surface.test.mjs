/*
 * What holds for every route of the administration, made from /schema/: each
 * change leaves one entry in the audit trail, a change that is refused or sent
 * again leaves none, and who is no administrator any more is out at once.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { admin, assertProblem, assertStatus, customer, newKey, product, seller, startInstance,
  unique, uuid7, validBody } from './harness.mjs'
import { receiver } from './received.mjs'
import { moveTo, ripen, shelf, sold } from './selling.mjs'

const own = await startInstance()
const { api, sql } = own
const boss = await admin(own)

const routes = [...(await own.contract()).routes.values()]
  .filter(r => r.path.startsWith('/api/admin/'))
const nameOf = r => `${r.method} ${r.path.slice('/api/admin/'.length)}`
// A preview is a question that needs a body.
const writes = routes.filter(r => r.method !== 'GET' && !r.path.endsWith('/preview/'))

async function delivered(quantity = 1) {
  const { owner, things: [thing] } = await shelf(1, {}, own)
  const made = await sold({ lines: [[thing, quantity]], method: 'cod' }, own)
  await moveTo({ ...made.part, owner }, 'delivered', own)
  return { ...made, owner }
}

async function asked() {
  const { buyer, order, part } = await delivered(2)
  const answer = await api('POST', '/api/refunds/request/', { token: buyer, key: newKey(), body: {
    order_id: order.id, reason: 'Torn', items: [{ order_item_id: part.items[0].id, quantity: 1 }] } })
  return assertStatus(answer, 201)
}

async function requested() {
  const { owner, part } = await delivered()
  await ripen([part], own)
  return assertStatus(await api('POST', '/api/sellers/settlements/request/',
    { token: owner, key: newKey() }), 201)
}

const waiting = () => product({ status: 'pending' }, own)
const answered = answer => answer.id

/*
 * For each write: make gives the body, with things of its own, and what of it
 * the entry is of (of: id, or what finds it in the answer); then action, entity
 * and the changes that there must be at least.
 */
const table = {
  'POST users/block/': {
    async make() {
      const { id } = await customer({}, own)
      return { body: { user_id: id, reason: 'Spam' }, of: id }
    },
    action: 'account.block', entity: 'account',
    changes: { is_blocked: [false, true], reason: [null, 'Spam'] },
  },
  'POST users/unblock/': {
    async make() {
      const { id } = await customer({ blocked: true }, own)
      return { body: { user_id: id }, of: id }
    },
    action: 'account.unblock', entity: 'account', changes: { is_blocked: [true, false] },
  },
  'POST sellers/approve/': {
    async make() {
      const { sellerId: id } = await seller({ status: 'pending' }, own)
      return { body: { seller_id: id, commission_rate_bps: 700 }, of: id }
    },
    action: 'seller.approve', entity: 'seller',
    changes: { status: ['pending', 'approved'], commission_rate_bps: [1000, 700] },
  },
  'POST sellers/reject/': {
    async make() {
      const { sellerId: id } = await seller({ status: 'pending' }, own)
      return { body: { seller_id: id, reason: 'No papers' }, of: id }
    },
    action: 'seller.reject', entity: 'seller',
    changes: { status: ['pending', 'rejected'], rejection_reason: [null, 'No papers'] },
  },
  'POST sellers/suspend/': {
    async make() {
      const { sellerId: id } = await seller({}, own)
      return { body: { seller_id: id, reason: 'Complaints' }, of: id }
    },
    action: 'seller.suspend', entity: 'seller', changes: { status: ['approved', 'suspended'] },
  },
  'POST products/approve/': {
    async make() {
      const { id } = await waiting()
      return { body: { product_id: id }, of: id }
    },
    action: 'product.approve', entity: 'product', changes: { status: ['pending', 'approved'] },
  },
  'POST products/reject/': {
    async make() {
      const { id } = await waiting()
      return { body: { product_id: id, reason: 'No picture' }, of: id }
    },
    action: 'product.reject', entity: 'product',
    changes: { status: ['pending', 'rejected'], rejection_reason: [null, 'No picture'] },
  },
  'POST catalog/products/set-approval/': {
    async make() {
      const { id } = await waiting()
      return { body: { product_id: id, approved: true }, of: id }
    },
    action: 'product.approve', entity: 'product', changes: { status: ['pending', 'approved'] },
  },
  'POST categories/create/': {
    make: () => ({ body: { name: unique('Lamps') }, of: answered }),
    action: 'category.create', entity: 'category', changes: {},
  },
  'PUT categories/update/': {
    async make() {
      const id = await newCategory()
      return { body: { id, name: unique('Lights') }, of: id }
    },
    action: 'category.update', entity: 'category', changes: {},
  },
  'DELETE categories/delete/': {
    async make() {
      const id = await newCategory()
      return { body: { id }, of: id }
    },
    action: 'category.delete', entity: 'category', changes: {},
  },
  'POST reviews/set-status/': {
    async make() {
      const thing = await product({}, own)
      const { id } = assertStatus(await api('POST', '/api/reviews/create/', {
        token: await receiver([thing], {}, own), body: { product_id: thing.id, rating: 1 } }), 201)
      return { body: { review_id: id, status: 'hidden' }, of: id }
    },
    action: 'review.set_status', entity: 'review', changes: { status: ['published', 'hidden'] },
  },
  'POST commission/set/': {
    async make() {
      const { sellerId: id } = await seller({}, own)
      return { body: { scope: 'seller', seller_id: id, rate_bps: 300 },
        of: async () => (await sql`select id from commission_rate where seller_id = ${id}`)[0].id }
    },
    action: 'commission.set', entity: 'commission_rate', changes: { rate_bps: [null, 300] },
  },
  'POST refund/': {
    async make() {
      const { order } = await delivered()
      return { body: { order_id: order.id, reason: 'Torn' }, of: answered }
    },
    action: 'refund.open', entity: 'refund',
    changes: { amount: [null, 10000], status: [null, 'processed'] },
  },
  'POST refunds/reject/': {
    async make() {
      const { id } = await asked()
      return { body: { refund_id: id, reason: 'Worn' }, of: id }
    },
    action: 'refund.reject', entity: 'refund', changes: { status: ['requested', 'rejected'] },
  },
  'POST commerce/settlements/process/': {
    async make() {
      const { id } = await requested()
      return { body: { settlement_id: id, action: 'pay', reference: unique('NEFT') }, of: id }
    },
    action: 'settlement.pay', entity: 'settlement', changes: { status: ['requested', 'paid'] },
  },
  'POST outbox/retry/': {
    async make() {
      const id = uuid7(), { id: account } = await customer({}, own)
      await sql`insert into outbox (id, kind, account_id, payload, dead_at, attempts) values (${id},
        'mail.order_paid', ${account}, '{"number": "H", "amount": 1, "currency": "INR"}', now(), 9)`
      return { body: { id }, of: id }
    },
    action: 'message.retry', entity: 'message', changes: { state: ['dead', 'waiting'] },
  },
}

async function newCategory() {
  const id = uuid7(), name = unique('Lamps')
  await sql`insert into category (id, name, slug) values (${id}, ${name}, ${name.toLowerCase()})`
  return id
}

const head = async () => (await sql`select coalesce(max(seq), 0) as seq from audit_log`)[0].seq
const since = seq => sql`select actor_id, actor_email, action, entity, entity_id, changes, ip,
  request_id from audit_log where seq > ${seq} order by seq`

const found = async (of, body) => typeof of === 'function' ? of(body) : of

for (const route of writes) {
  const name = nameOf(route), row = table[name]
  test(`${name} leaves one entry: who, what, from what to what, from where`, async () => {
    assert(row, 'a write needs its row in the table')
    const { body, of } = await row.make()
    const call = (more = {}) => api(route.method, route.path, { token: boss, body, ...more })
    const key = newKey(), requestId = unique('audited'), ip = '127.0.0.9'
    const before = await head()
    const answer = await call({ key, ip, headers: { 'x-request-id': requestId } })
    assert(answer.status < 300, answer.text)
    const [{ changes, ...entry }, ...more] = await since(before)
    assert.deepEqual(more, [])
    assert.deepEqual(entry, { actor_id: boss.id, actor_email: boss.email, action: row.action,
      entity: row.entity, entity_id: await found(of, answer.body), ip, request_id: requestId })
    assert(Object.keys(changes).length > 0)
    for (const [field, pair] of Object.entries(changes)) {
      assert.equal(pair.length, 2, field)
      assert.notDeepEqual(pair[0], pair[1], field)
    }
    for (const [field, pair] of Object.entries(row.changes))
      assert.deepEqual(changes[field], pair, field)
    // The same again is no second change, and what is refused is none at all.
    const after = await head()
    const again = await call({ key })
    assert.deepEqual([again.status, again.text], [answer.status, answer.text])
    for (const token of [await customer({}, own), await seller({}, own)])
      assertProblem(await call({ token, key: newKey() }), 403, 'permission_denied')
    assertProblem(await call({ key: newKey(), body: { ...body, nonsense: 1 } }), 400,
      'validation_error')
    assert.deepEqual(await since(after), [])
  })
}

test('what shows a secret leaves an entry when it is read; nothing else that is read does',
  async () => {
    const secret = ['sellers/kyc/document/', 'commerce/settlements/payout-file/']
    const before = await head()
    for (const route of routes.filter(r => r.method === 'GET')) {
      const answer = await api('GET', route.path, { token: boss, query: queryOf(route) })
      assert(answer.status < 500, answer.text)
    }
    const entries = await since(before)
    assert.deepEqual(entries.map(e => e.action), ['settlement.payout_file'])
    assert(secret.every(path => routes.some(r => nameOf(r) === `GET ${path}`)))
  })

/** What a GET must be asked for, of nothing that there is. */
const queryOf = ({ operation }) => Object.fromEntries((operation.parameters ?? [])
  .filter(p => p.required).map(p => [p.name, p.schema.format === 'uuid' ? uuid7() :
    p.example ?? p.schema.example ?? p.schema.enum?.[0] ?? 'x']))

const ask = (route, token) => api(route.method, route.path, route.method === 'GET' ?
  { token, query: queryOf(route) } : { token, key: newKey(), ...validBody(route.operation) })

for (const [what, refusal, fall] of [
  ['blocked', [401, 'invalid_token'], async who => assertStatus(await api('POST',
    '/api/admin/users/block/', { token: boss, key: newKey(),
      body: { user_id: who.id, reason: 'Left the company' } }), 200)],
  ['demoted', [403, 'permission_denied'],
    who => sql`update account set role = 'customer' where id = ${who.id}`],
  ['signed out everywhere', [401, 'invalid_token'],
    who => sql`update session set revoked_at = now() where account_id = ${who.id}`],
])
  test(`an administrator who is ${what} is out at once, with the token in hand`, async () => {
    const who = await admin(own)
    for (const route of routes.filter(r => r.method === 'GET'))
      assert(![401, 403].includes((await ask(route, who)).status), route.path)
    await fall(who)
    const before = await head()
    for (const route of routes) assertProblem(await ask(route, who), ...refusal)
    assert.deepEqual(await since(before), [])
  })
