/*
 * What sellers are owed, from the sale to the transfer: balance, settlements,
 * and what administrators do with them.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { admin, api, assertInvalid, assertProblem, assertStatus, countBy, customer, keysOf, main,
  newKey, product, seller, sql, startInstance, together, unique, until, uuid7, walk }
  from './harness.mjs'
import { runJob } from './jobs.mjs'
import { moveTo, ripen, shelf, sold, step } from './selling.mjs'

const settlementKeys = ['adjustments', 'commission', 'currency', 'gross', 'id', 'net',
  'period_end', 'period_start', 'processed_at', 'reason', 'reference', 'refunds', 'requested_at',
  'seller_id', 'status', 'store_name']
const boss = await admin()

const balance = async (owner, on = main) =>
  assertStatus(await on.api('GET', '/api/sellers/balance/', { token: owner }), 200)
const figures = async owner => {
  const { pending, available, settled } = await balance(owner)
  return [pending, available, settled]
}
const request = (owner, key = newKey(), on = main) =>
  on.api('POST', '/api/sellers/settlements/request/', { token: owner, key })
const process = (id, more, key = newKey()) =>
  api('POST', '/api/admin/commerce/settlements/process/',
    { token: boss, key, body: { settlement_id: id, ...more } })
const pay = (id, reference = unique('NEFT')) => process(id, { action: 'pay', reference })
const reject = (id, reason = 'The account is closed') => process(id, { action: 'reject', reason })
const refund = (order, more = {}) => api('POST', '/api/admin/refund/', { token: boss,
  key: newKey(), body: { order_id: order.id, reason: 'Broken', ...more } })

/** Cash orders of one thing, delivered. */
async function delivered(owner, thing, count = 1, quantity = 1) {
  const all = []
  for (let i = 0; i < count; i++) {
    const made = await sold({ lines: [[thing, quantity]], method: 'cod' })
    await moveTo({ ...made.part, owner }, 'delivered')
    all.push(made)
  }
  return all
}

const postings = async id => (await sql`
  select p.account, p.amount::int as amount from journal j join posting p on p.journal_id = j.id
  where j.kind = 'settlement' and j.ref = ${id} order by p.line`).map(p => [p.account, p.amount])

// ---- the balance -------------------------------------------------------------------

test('money is pending from the capture until the window is over, then available', async () => {
  const { owner, things: [thing] } = await shelf(1, { price: 12345 })
  assert.deepEqual(await balance(owner), { currency: 'INR', pending: 0, available: 0, settled: 0 })
  const { parts } = await sold({ lines: [[thing, 1]] })
  // 10 % of 123.45, half up, is 12.35.
  assert.deepEqual(await figures(owner), [11110, 0, 0])
  await moveTo(parts[0], 'delivered')
  assert.deepEqual(await figures(owner), [11110, 0, 0])
  assert.equal((await runJob(main, 'mature')).status, 0)
  assert.deepEqual(await figures(owner), [11110, 0, 0])
  await ripen(parts)
  assert.deepEqual(await figures(owner), [0, 11110, 0])
})

test('cash is nobody’s before it is delivered', async () => {
  const { owner, things: [thing] } = await shelf(1)
  const { part } = await sold({ lines: [[thing, 1]], method: 'cod' })
  await moveTo({ ...part, owner }, 'shipped')
  assert.deepEqual(await figures(owner), [0, 0, 0])
  await moveTo({ ...part, owner }, 'delivered')
  assert.deepEqual(await figures(owner), [9000, 0, 0])
})

test('what was paid and cancelled leaves nothing behind', async () => {
  const { owner, things: [thing] } = await shelf(1)
  const { order, part } = await sold({ lines: [[thing, 2]] })
  assert.deepEqual(await figures(owner), [18000, 0, 0])
  assertStatus(await step(owner, part, 'cancelled'), 200)
  await until(async () => (await figures(owner))[0] === 0, { what: 'the refund' })
  assert.equal((await sql`select status from refund where order_id = ${order.id}`)[0].status,
    'processed')
})

test('a refund that is asked for keeps its money pending until it is decided', async () => {
  const { owner, things: [thing] } = await shelf(1)
  const { buyer, order, part } = await sold({ lines: [[thing, 2]], method: 'cod' })
  await moveTo({ ...part, owner }, 'delivered')
  const asked = await api('POST', '/api/refunds/request/', { token: buyer, key: newKey(), body: {
    order_id: order.id, reason: 'Too small',
    items: [{ order_item_id: part.items[0].id, quantity: 1 }] } })
  assertStatus(asked, 201)
  await ripen([part])
  assert.deepEqual(await figures(owner), [18000, 0, 0])
  assertProblem(await request(owner), 409, 'nothing_to_settle')
  assertStatus(await api('POST', '/api/admin/refunds/reject/', { token: boss, key: newKey(),
    body: { refund_id: asked.body.id, reason: 'Worn' } }), 200)
  assert.equal((await runJob(main, 'mature')).status, 0)
  assert.deepEqual(await figures(owner), [0, 18000, 0])
})

// ---- asking ------------------------------------------------------------------------

test('a request takes all that is available, with sums that add up', async () => {
  const { owner, things: [thing] } = await shelf(1, { price: 33333 })
  const made = await delivered(owner, thing, 3, 2)
  // A unit of the first goes back before it matures, one of the second after.
  assertStatus(await refund(made[0].order,
    { items: [{ order_item_id: made[0].part.items[0].id, quantity: 1 }] }), 201)
  await ripen(made.map(m => m.part))
  assertStatus(await refund(made[1].order,
    { items: [{ order_item_id: made[1].part.items[0].id, quantity: 1 }] }), 201)
  const pending = await delivered(owner, thing)
  const [, available] = await figures(owner)
  const before = Date.now()
  const answer = await request(owner)
  const paid = assertStatus(answer, 201)
  assert.deepEqual(keysOf(paid), settlementKeys)
  assert.equal(paid.status, 'requested')
  assert.equal(paid.seller_id, owner.sellerId)
  assert.equal(paid.gross, 6 * 33333)
  assert.equal(paid.refunds, 2 * 33333)
  assert.equal(paid.net, available)
  assert.equal(paid.net, paid.gross - paid.commission - paid.refunds + paid.adjustments)
  assert.equal(paid.adjustments, 0)
  assert.equal(paid.commission, 3 * 6667 - 2 * 3333)
  assert(Date.parse(paid.period_start) < Date.parse(paid.period_end))
  assert(Date.parse(paid.period_end) >= before - 1000)
  assert.deepEqual([paid.reference, paid.reason, paid.processed_at], [null, null, null])
  assert.deepEqual(await figures(owner), [30000, 0, 0])
  const lines = await sql`select count(*)::int as n from earning where settlement_id = ${paid.id}`
  assert.equal(lines[0].n, 5)
  assert.deepEqual(await sql`select from earning e join seller_order o on o.id = e.seller_order_id
    where o.id = ${pending[0].part.id} and e.settlement_id is not null`, [])
  const list = assertStatus(await api('GET', '/api/sellers/settlements/', { token: owner }), 200)
  assert.deepEqual(list.results, [paid])
  assertProblem(await request(owner), 409, 'nothing_to_settle')
})

test('INV6 ten requests at once: one settlement with every line once', async () => {
  const { owner, things: [thing] } = await shelf(1, { stock: 1000 })
  const made = await delivered(owner, thing, 12)
  await ripen(made.map(m => m.part))
  const answers = await together(10, () => request(owner))
  assert.deepEqual(countBy(answers, a => a.status), { 201: 1, 409: 9 })
  for (const answer of answers.filter(a => a.status === 409))
    assertProblem(answer, 409, 'nothing_to_settle')
  const paid = answers.find(a => a.status === 201).body
  assert.equal(paid.net, 12 * 9000)
  const rows = await sql`select id from settlement where seller_id = ${owner.sellerId}`
  assert.deepEqual(rows.map(r => r.id), [paid.id])
  const lines = await sql`select count(*)::int as n from earning where settlement_id = ${paid.id}`
  assert.equal(lines[0].n, 12)
})

test('A06 the same key asks once; a refusal is kept for its key', async () => {
  const { owner, things: [thing] } = await shelf(1)
  const early = newKey()
  const none = await request(owner, early)
  assertProblem(none, 409, 'nothing_to_settle')
  const made = await delivered(owner, thing, 2)
  await ripen(made.map(m => m.part))
  const again = await request(owner, early)
  assert.deepEqual([again.status, again.text], [409, none.text])
  const key = newKey()
  const answers = await together(8, () => request(owner, key))
  assert(answers.every(a => a.status === 201 || a.body.code === 'idempotency_in_progress'))
  const first = answers.find(a => a.status === 201)
  const replay = await request(owner, key)
  assert.deepEqual([replay.status, replay.text], [201, first.text])
  assert.equal(replay.headers['idempotent-replayed'], 'true')
  assert.equal((await sql`select id from settlement where seller_id = ${owner.sellerId}`).length, 1)
})

test('while requests run, earnings mature and refunds come: no line is lost or taken twice',
  async () => {
    const { owner, things: [thing] } = await shelf(1, { stock: 1000 })
    const made = await delivered(owner, thing, 10)
    await ripen(made.slice(0, 5).map(m => m.part))
    for (const { part } of made.slice(5)) {
      await sql`update earning set matures_at = matures_at - interval '8 days'
        where seller_order_id = ${part.id}`
      await sql`update seller_order set delivered_at = delivered_at - interval '8 days'
        where id = ${part.id}`
    }
    const results = await together(9, n => n === 0 ? runJob(main, 'mature')
      : n < 5 ? request(owner) : refund(made[n - 5].order))
    for (const answer of results.slice(5)) assertStatus(answer, 201)
    const won = results.slice(1, 5).filter(a => a.status === 201).map(a => a.body.net)
    const [pending, available] = await figures(owner)
    assert.equal(pending, 0)
    assert.equal(won.reduce((a, b) => a + b, 0) + available, 6 * 9000)
  })

test('a large store: more lines than one statement claims or frees', async () => {
  const { owner, things: [thing] } = await shelf(1)
  const [one] = await delivered(owner, thing)
  await ripen([one.part])
  const lines = 4500
  // Gifts, so that the books need nothing of them.
  await sql`create temp table gift as select gen_random_uuid() as whole,
    overlay(gen_random_uuid()::text placing '7' from 15)::uuid as part,
    ${unique('G')} || '-' || n as number, now() - n * interval '1 second' as at
    from generate_series(1, ${lines}) n`
  await sql`insert into orders (id, number, account_id, status, payment_method, subtotal, tax_total,
      total, shipping_address, billing_address)
    select whole, number, ${one.buyer.id}, 'confirmed', 'cod', 0, 0, 0, '{}', '{}' from gift`
  await sql`insert into seller_order (id, order_id, seller_id, number, status, subtotal, tax_total,
      total, commission_total)
    select part, whole, ${owner.sellerId}, number || '-1', 'pending', 0, 0, 0, 0 from gift`
  await sql`insert into order_event (id, order_id, seller_order_id, status)
    select gen_random_uuid(), whole, e.part, e.status from gift g
    cross join lateral (values (null::uuid, 'confirmed'), (g.part, 'pending')) e (part, status)`
  await sql`insert into earning (id, seller_id, seller_order_id, gross, commission, amount,
      matured_at)
    select gen_random_uuid(), ${owner.sellerId}, part, 0, 0, 0, at from gift`
  const first = assertStatus(await request(owner), 201)
  const count = async id => (await sql`select count(*)::int as n from earning
    where settlement_id = ${id}`)[0].n
  assert.equal(first.net, 9000)
  assert.equal(await count(first.id), lines + 1)
  assertStatus(await reject(first.id), 200)
  assert.equal(await count(first.id), 0)
  const second = assertStatus(await request(owner), 201)
  assert.equal(await count(second.id), lines + 1)
  const detail = await api('GET', '/api/admin/commerce/settlements/detail/',
    { token: boss, query: { id: second.id } })
  assert.equal(detail.body.line_count, lines + 1)
  assert.equal(detail.body.lines.length, 1000)
})

test('SETTLEMENT_MIN: less is nothing to settle', async () => {
  const own = await startInstance({ SETTLEMENT_MIN: '20000' })
  const thing = await product({}, own)
  const first = await sold({ lines: [[thing, 2]], method: 'cod' }, own)
  await moveTo(first.part, 'delivered', own)
  await ripen([first.part], own)
  const problem = assertProblem(await request(thing.seller, newKey(), own), 409,
    'nothing_to_settle')
  assert.match(problem.detail, /18000.*20000/)
  assert.equal((await balance(thing.seller, own)).available, 18000)
  const second = await sold({ lines: [[thing, 1]], method: 'cod' }, own)
  await moveTo(second.part, 'delivered', own)
  await ripen([second.part], own)
  assert.equal(assertStatus(await request(thing.seller, newKey(), own), 201).net, 27000)
  await own.checkInvariants()
})

test('who may ask and look', async () => {
  const stranger = await customer()
  const waiting = await seller({ status: 'pending' })
  for (const path of ['balance', 'settlements']) {
    assertProblem(await api('GET', `/api/sellers/${path}/`, { token: stranger }), 403,
      'permission_denied')
    assertStatus(await api('GET', `/api/sellers/${path}/`, { token: waiting }), 200)
  }
  assertProblem(await request(waiting), 403, 'seller_not_approved')
  assertProblem(await request(stranger), 403, 'permission_denied')
  assertInvalid(await api('POST', '/api/sellers/settlements/request/',
    { token: await seller(), key: newKey(), body: { amount: 1 } }), 'amount')
})

// ---- paying ------------------------------------------------------------------------

async function requested(count = 1) {
  const { owner, things: [thing] } = await shelf(1, { stock: 1000 })
  const made = await delivered(owner, thing, count)
  await ripen(made.map(m => m.part))
  return { owner, thing, made, settlement: assertStatus(await request(owner), 201) }
}

test('a settlement is paid: journal, balance, news, audit', async () => {
  const { owner, settlement } = await requested(2)
  const reference = unique('NEFT')
  const paid = assertStatus(await pay(settlement.id, reference), 200)
  assert.deepEqual({ ...paid, processed_at: null },
    { ...settlement, status: 'paid', reference })
  assert(Date.parse(paid.processed_at) >= Date.parse(paid.requested_at))
  assert.deepEqual(await postings(settlement.id), [['seller_payable', 18000], ['bank', -18000]])
  assert.deepEqual(await figures(owner), [0, 0, 18000])
  const [told] = await sql`select data from notification
    where account_id = ${owner.id} and type = 'settlement_paid'`
  assert.deepEqual(told.data, { settlement_id: settlement.id, amount: 18000, currency: 'INR',
    reference })
  assert.equal((await sql`select from outbox where account_id = ${owner.id}
    and kind = 'mail.settlement_paid'`).length, 1)
  const [entry] = await sql`select actor_id, action, changes from audit_log
    where entity = 'settlement' and entity_id = ${settlement.id}`
  assert.equal(entry.actor_id, boss.id)
  assert.equal(entry.action, 'settlement.pay')
  assert.deepEqual(entry.changes, { status: ['requested', 'paid'], reference: [null, reference] })
  assertProblem(await pay(settlement.id), 409, 'invalid_state')
  assertProblem(await reject(settlement.id), 409, 'invalid_state')
})

test('INV6 ten administrators at once: paid once', async () => {
  for (let round = 0; round < 5; round++) {
    const { owner, settlement } = await requested()
    const answers = await together(10, n => n % 3 === 2 ? reject(settlement.id)
      : pay(settlement.id))
    assert.deepEqual(countBy(answers, a => a.status), { 200: 1, 409: 9 })
    for (const answer of answers.filter(a => a.status === 409))
      assertProblem(answer, 409, 'invalid_state')
    const won = answers.find(a => a.status === 200).body.status
    assert.deepEqual(await figures(owner), won === 'paid' ? [0, 0, 9000] : [0, 9000, 0])
    assert.equal((await postings(settlement.id)).length, won === 'paid' ? 2 : 0)
    assert.equal((await sql`select from audit_log where entity = 'settlement'
      and entity_id = ${settlement.id}`).length, 1)
  }
})

test('INV6 ten administrators pay at once: one transfer, whatever reference each has', async () => {
  const bosses = await Promise.all(Array.from({ length: 10 }, () => admin()))
  const same = unique('NEFT')
  for (const reference of [() => same, () => unique('NEFT')]) {
    const { owner, settlement } = await requested()
    const answers = await together(10, n => api('POST',
      '/api/admin/commerce/settlements/process/', { token: bosses[n], key: newKey(),
        body: { settlement_id: settlement.id, action: 'pay', reference: reference() } }))
    assert.deepEqual(countBy(answers, a => a.status), { 200: 1, 409: 9 })
    const winner = answers.findIndex(a => a.status === 200)
    assert.deepEqual(await postings(settlement.id), [['seller_payable', 9000], ['bank', -9000]])
    assert.deepEqual(await figures(owner), [0, 0, 9000])
    const entries = await sql`select actor_id, changes from audit_log
      where entity = 'settlement' and entity_id = ${settlement.id}`
    assert.deepEqual(entries.map(e => [e.actor_id, e.changes.reference]),
      [[bosses[winner].id, [null, answers[winner].body.reference]]])
    assert.equal((await sql`select from notification where account_id = ${owner.id}
      and type = 'settlement_paid'`).length, 1)
  }
})

test('one reference for four settlements at once stands on one of them', async () => {
  const all = []
  for (let i = 0; i < 4; i++) all.push(await requested())
  const reference = unique('NEFT')
  const answers = await together(4, n => pay(all[n].settlement.id, reference))
  assert.deepEqual(countBy(answers, a => a.status), { 200: 1, 400: 3 })
  for (const answer of answers.filter(a => a.status === 400))
    assertProblem(answer, 400, 'validation_error')
  const paid = await sql`select id from settlement where reference = ${reference}`
  assert.equal(paid.length, 1)
  for (const [n, { settlement }] of all.entries())
    assert.equal((await postings(settlement.id)).length, answers[n].status === 200 ? 2 : 0)
})

test('the same key pays once and answers the same', async () => {
  const { settlement } = await requested()
  const key = newKey(), body = { action: 'pay', reference: unique('NEFT') }
  const first = await process(settlement.id, body, key)
  assertStatus(first, 200)
  const again = await process(settlement.id, body, key)
  assert.deepEqual([again.status, again.text], [200, first.text])
})

test('a reference stands on one settlement only', async () => {
  const one = await requested(), two = await requested()
  const reference = unique('NEFT')
  assertStatus(await pay(one.settlement.id, reference), 200)
  assertProblem(await pay(two.settlement.id, reference), 400, 'validation_error')
  assert.deepEqual(await postings(two.settlement.id), [])
  assertStatus(await pay(two.settlement.id), 200)
})

test('a rejected settlement frees its lines, and the next one has them again', async () => {
  const { owner, thing, settlement } = await requested(2)
  const no = assertStatus(await reject(settlement.id, 'The account is closed'), 200)
  assert.deepEqual([no.status, no.reason, no.reference, no.net],
    ['rejected', 'The account is closed', null, 18000])
  assert.deepEqual(await figures(owner), [0, 18000, 0])
  assert.deepEqual(await postings(settlement.id), [])
  const [told] = await sql`select data from notification
    where account_id = ${owner.id} and type = 'settlement_rejected'`
  assert.deepEqual(told.data, { settlement_id: settlement.id, amount: 18000, currency: 'INR',
    reason: 'The account is closed' })
  const [more] = await delivered(owner, thing)
  await ripen([more.part])
  const next = assertStatus(await request(owner), 201)
  assert.equal(next.net, 27000)
  assertStatus(await pay(next.id), 200)
  assert.deepEqual(await figures(owner), [0, 0, 27000])
})

test('G1 a refund after the transfer takes from the next settlement, below zero too', async () => {
  const { owner, thing, made, settlement } = await requested(2)
  assertStatus(await pay(settlement.id), 200)
  assertStatus(await refund(made[0].order), 201)
  assert.deepEqual(await figures(owner), [0, -9000, 18000])
  const problem = assertProblem(await request(owner), 409, 'nothing_to_settle')
  assert.match(problem.detail, /9000/)
  // Sales make up for it: 3 come, one was taken back.
  const later = await delivered(owner, thing, 1)
  await ripen(later.map(m => m.part))
  assert.deepEqual(await figures(owner), [0, 0, 18000])
  assertProblem(await request(owner), 409, 'nothing_to_settle')
  const last = await delivered(owner, thing, 2)
  await ripen(last.map(m => m.part))
  const next = assertStatus(await request(owner), 201)
  assert.deepEqual([next.gross, next.refunds, next.commission, next.net],
    [30000, 10000, 2000, 18000])
  assertStatus(await pay(next.id), 200)
  assert.deepEqual(await figures(owner), [0, 0, 36000])
})

// ---- what administrators see -------------------------------------------------------

test('commerce/settlements/: lists and one with its lines and postings', async () => {
  const { owner, made, settlement } = await requested(3)
  const list = query => api('GET', '/api/admin/commerce/settlements/list/',
    { token: boss, query })
  assert.deepEqual((await list({ seller_id: owner.sellerId })).body.results, [settlement])
  assert.equal((await list({ seller_id: owner.sellerId, status: 'paid' })).body.count, 0)
  const some = assertStatus(await list({ status: 'requested' }), 200)
  assert(some.results.some(s => s.id === settlement.id))
  assert(some.results.every(s => s.status === 'requested'))
  assertInvalid(await list({ status: 'open' }), 'status')
  const pages = await walk('/api/admin/commerce/settlements/list/?page_size=3',
    target => api('GET', target, { token: boss }))
  const ids = pages.flatMap(p => p.results.map(s => s.id))
  assert.deepEqual(ids, [...ids].sort().reverse())

  const detail = async id => api('GET', '/api/admin/commerce/settlements/detail/',
    { token: boss, query: { id } })
  const one = assertStatus(await detail(settlement.id), 200)
  assert.equal(one.line_count, 3)
  assert.deepEqual(one.lines.map(l => l.seller_order_id).sort(),
    made.map(m => m.part.id).sort())
  assert.equal(one.lines.reduce((sum, l) => sum + l.amount, 0), one.net)
  assert.deepEqual(one.ledger, [])
  assertStatus(await pay(settlement.id), 200)
  const paid = assertStatus(await detail(settlement.id), 200)
  assert.deepEqual(paid.ledger.map(p => [p.kind, p.ref, p.account, p.amount]), [
    ['settlement', settlement.id, 'seller_payable', 27000],
    ['settlement', settlement.id, 'bank', -27000]])
  assert.equal(new Set(paid.ledger.map(p => p.id)).size, 2)
  assertProblem(await detail(uuid7()), 404, 'not_found')
})

test('each settlement names its store, wherever it is shown', async () => {
  const { owner, settlement } = await requested()
  const name = '=Ravi & "Sons"'
  await sql`update seller set store_name = ${name} where id = ${owner.sellerId}`
  const shown = [
    (await api('GET', '/api/sellers/settlements/', { token: owner })).body.results[0],
    (await api('GET', '/api/admin/commerce/settlements/list/',
      { token: boss, query: { seller_id: owner.sellerId } })).body.results[0],
    (await api('GET', '/api/admin/commerce/settlements/detail/',
      { token: boss, query: { id: settlement.id } })).body,
    (await pay(settlement.id)).body]
  assert.deepEqual(shown.map(s => [s.id, s.store_name]), shown.map(() => [settlement.id, name]))
})

// ---- the payout file ---------------------------------------------------------------

/** The cells of a CSV text, row by row. */
function cellsOf(text) {
  const rows = [[]]
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    if (end === '\r\n') rows.push([])
  }
  assert.deepEqual(rows.pop(), [])
  return rows
}

async function payouts() {
  const answer = await api('GET', '/api/admin/commerce/settlements/payout-file/', { token: boss })
  assertStatus(answer, 200)
  assert.equal(answer.headers['content-type'], 'text/csv')
  assert.match(answer.headers['content-disposition'], /attachment; filename="payouts\.csv"/)
  const [names, ...rows] = cellsOf(answer.text)
  assert.deepEqual(names, ['settlement_id', 'seller_id', 'store_name', 'legal_name',
    'account_holder', 'account_number', 'ifsc', 'amount', 'amount_minor', 'currency', 'reference',
    'status', 'requested_at', 'note'])
  for (const row of rows) assert.equal(row.length, names.length)
  return rows.map(row => Object.fromEntries(row.map((cell, i) => [names[i], cell])))
}

const bank = (owner, { store = 'Ravi', holder = 'Ravi Traders', number = '00123456789012',
  ifsc = 'HDFC0001234' } = {}) => sql`update seller set store_name = ${store},
    bank_account_holder = ${holder}, bank_account_number = ${number}, bank_ifsc = ${ifsc}
  where id = ${owner.sellerId}`

test('the payout file: what is to be paid, with the whole account, and nothing else', async () => {
  const one = await requested(), processing = await requested(2), paid = await requested()
  const rejected = await requested(), bare = await requested(), odd = await requested()
  await bank(one.owner)
  await bank(odd.owner, { store: '=1+1', holder: '@SUM("a", b)', number: '1234567890' })
  await sql`update seller set legal_name = 'दुकान, "Ravi"', pending_changes =
    '{"bank_account": {"account_holder": "X", "account_number": "987654321", "ifsc": "HDFC0001234"}}'
    where id = ${odd.owner.sellerId}`
  await sql`update seller set bank_account_holder = null, bank_account_number = null,
    bank_ifsc = null, status = 'suspended' where id = ${bare.owner.sellerId}`
  await sql`update settlement set status = 'processing' where id = ${processing.settlement.id}`
  assertStatus(await pay(paid.settlement.id), 200)
  assertStatus(await reject(rejected.settlement.id), 200)
  const rows = await payouts()
  const row = one => rows.find(r => r.settlement_id === one.settlement.id)
  const { reference, requested_at: at, ...rest } = row(one)
  assert.deepEqual(rest, { settlement_id: one.settlement.id, seller_id: one.owner.sellerId,
    store_name: 'Ravi', legal_name: (await sql`select legal_name from seller
      where id = ${one.owner.sellerId}`)[0].legal_name, account_holder: 'Ravi Traders',
    account_number: '00123456789012', ifsc: 'HDFC0001234', amount: '90.00', amount_minor: '9000',
    currency: 'INR', status: 'requested', note: '' })
  assert.match(reference, /^HT[0-9A-F]{18}$/)
  assert.equal(at.slice(0, 19), one.settlement.requested_at.slice(0, 19))
  assert.equal(new Set(rows.map(r => r.reference)).size, rows.length)
  assert.deepEqual([row(processing).status, row(processing).amount], ['processing', '180.00'])
  assert.deepEqual([row(paid), row(rejected)], [undefined, undefined])
  assert.deepEqual([row(bare).account_number, row(bare).note],
    ['', 'no bank account; the store is suspended'])
  assert.deepEqual([row(odd).store_name, row(odd).account_holder, row(odd).legal_name,
    row(odd).note], ["'=1+1", "'@SUM(\"a\", b)", 'दुकान, "Ravi"',
    'another bank account waits for review'])
  assert(!JSON.stringify(rows).includes('987654321'))
  const due = await sql`select id from settlement where status in ('requested', 'processing')
    and net > 0 order by id`
  assert.deepEqual(rows.map(r => r.settlement_id), due.map(s => s.id))
  await sql`update settlement set status = 'requested' where id = ${processing.settlement.id}`
  await sql`update seller set status = 'approved' where id = ${bare.owner.sellerId}`
})

test('the payout file is whole where it is long, and leaves out what comes to nothing', async () => {
  const { owner } = await requested()
  await bank(owner)
  const before = (await payouts()).length
  // Gifts, so that the books need nothing of them.
  const nets = [...Array(1203).keys()].map(n => n)
  const ids = nets.map(() => uuid7()).sort()
  await sql`insert into settlement (id, seller_id, gross, commission, refunds, net)
    select t.id, ${owner.sellerId}, t.net, 0, 0, t.net
    from unnest(${ids}::uuid[], ${nets}::bigint[]) as t (id, net)`
  const rows = await payouts()
  const made = rows.filter(r => ids.includes(r.settlement_id))
  assert.equal(rows.length, before + 1202)
  assert.deepEqual(made.map(r => r.amount), nets.slice(1).map(n => (n / 100).toFixed(2)))
  assert.deepEqual(made.map(r => r.amount_minor), nets.slice(1).map(String))
  await sql`delete from settlement where id = any (${ids}::uuid[])`
})

test('whoever reads the payout file is written down, before the first byte', async () => {
  const entries = () => sql`select actor_id, action, entity, entity_id, changes, ip, request_id
    from audit_log where action = 'settlement.payout_file' and actor_id = ${boss.id} order by seq`
  const before = (await entries()).length
  const rows = await payouts()
  const all = await entries()
  assert.equal(all.length, before + 1)
  const { request_id: request, ...entry } = all.at(-1)
  assert(request)
  assert.deepEqual(entry, { actor_id: boss.id, action: 'settlement.payout_file',
    entity: 'settlement', entity_id: null, ip: '127.0.0.1', changes: { rows: [null, rows.length],
      net: [null, rows.reduce((sum, r) => sum + Number(r.amount_minor), 0)] } })
  for (const who of [await seller(), await customer()])
    assertProblem(await api('GET', '/api/admin/commerce/settlements/payout-file/', { token: who }),
      403, 'permission_denied')
  assert.equal((await entries()).length, before + 1)
})

test('process/ refuses what it cannot do', async () => {
  const { owner, settlement } = await requested()
  assertProblem(await pay(uuid7()), 404, 'not_found')
  assertProblem(await reject(uuid7()), 404, 'not_found')
  assertInvalid(await process(settlement.id, { action: 'pay' }), 'reference')
  assertInvalid(await process(settlement.id, { action: 'pay', reference: ' ' }), 'reference')
  assertInvalid(await process(settlement.id, { action: 'reject' }), 'reason')
  assertInvalid(await process(settlement.id, { action: 'reject', reference: 'x', reason: 'y' }),
    'reference')
  assertInvalid(await process(settlement.id, { action: 'pay', reference: 'x', reason: 'y' }),
    'reason')
  assertInvalid(await process(settlement.id, { action: 'undo' }), 'action')
  assertInvalid(await process(settlement.id, { action: 'pay', reference: 'x', net: 1 }), 'net')
  for (const path of ['list/', `detail/?id=${settlement.id}`])
    assertProblem(await api('GET', `/api/admin/commerce/settlements/${path}`, { token: owner }),
      403, 'permission_denied')
  assertProblem(await api('POST', '/api/admin/commerce/settlements/process/', { token: owner,
    key: newKey(), body: { settlement_id: settlement.id, action: 'pay', reference: 'mine' } }),
  403, 'permission_denied')
  assert.deepEqual(await figures(owner), [0, 0, 0])
})
