/* What waits, what runs beside the requests, what was given up; and the audit trail. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { admin, assertInvalid, assertProblem, assertStatus, customer, keysOf, newKey, placeOrder, product, seller, startInstance,
  uuid7, walk } from './harness.mjs'
import { runJob } from './jobs.mjs'

const own = await startInstance()
const { api, sql } = own
const boss = await admin(own)
const get = (path, query = {}, token = boss) => api('GET', `/api/admin/${path}/`, { token, query })
const queues = async () => assertStatus(await get('queues'), 200)
const retry = (id, key = newKey()) => api('POST', '/api/admin/outbox/retry/', { token: boss, key, body: { id } })

test('the queues count what waits for a decision', async () => {
  const before = await queues()
  assert.equal(before.timezone, 'Asia/Kolkata')
  const waiting = await seller({ status: 'pending' }, own)
  const shop = await seller({}, own)
  await sql`update seller set pending_changes = '{"gstin": null}' where id = ${shop.sellerId}`
  const one = await product({ seller: shop }, own)
  await sql`update product set status = 'pending', pending_since = now() where id = ${one.id}`
  const two = await product({ seller: shop }, own)
  await sql`update product set pending_changes = '{"name": "New"}', pending_since = now() where id = ${two.id}`
  const dead = uuid7()
  await sql`insert into outbox (id, kind, payload, dead_at, attempts, last_error)
    values (${dead}, 'mail.order_paid', '{"to": "gone@test.example"}', now(), 10, 'refused')`
  await sql`insert into payment_mismatch (id, entity, ref, kind) values (${uuid7()}, 'payment', 'pay_x', 'missing_here')`
  const after = await queues()
  const more = Object.fromEntries(Object.keys(after).filter(k => k !== 'timezone').map(k => [k, after[k] - before[k]]))
  assert.deepEqual({ ...more, jobs_late: 0 }, { sellers_pending: 2, products_pending: 2, refunds_requested: 0,
    settlements_requested: 0, deliveries_failed: 1, payment_mismatches: 1, jobs_late: 0 })
  assert(waiting.id)
})

test('jobs tell when they went well last, and which are late', async () => {
  assert.equal((await runJob(own, 'purge')).status, 0)
  const stateOf = async name => assertStatus(await get('jobs'), 200).results.find(j => j.name === name)
  const fresh = await stateOf('purge')
  assert.deepEqual(keysOf(fresh), ['is_late', 'is_running', 'name', 'ok_at', 'period_secs'])
  assert.deepEqual([fresh.is_late, fresh.is_running], [false, false])
  const lateBefore = (await queues()).jobs_late
  await sql`update job set ok_at = now() - make_interval(secs => 4 * period_secs) where name = 'purge'`
  assert.equal((await stateOf('purge')).is_late, true)
  assert.equal((await queues()).jobs_late, lateBefore + 1)
  // One that is at work is not late.
  await sql`insert into job_run (id, job) values (${uuid7()}, 'purge')`
  assert.deepEqual([(await stateOf('purge')).is_late, (await stateOf('purge')).is_running], [false, true])
  assert.equal((await runJob(own, 'purge')).status, 0)
  assert.equal((await stateOf('purge')).is_late, false)
})

test('runs are listed, newest first, by job and outcome, in pages', async () => {
  for (let i = 0; i < 4; i++) assert.equal((await runJob(own, 'expire')).status, 0)
  await sql`insert into job_run (id, job, finished_at, ok, note) values (${uuid7()}, 'expire', now(), false, 'broken')`
  const { results, count } = assertStatus(await get('jobs/runs', { job: 'expire' }), 200)
  assert.equal(count, 5)
  assert.deepEqual(keysOf(results[0]), ['counts', 'finished_at', 'id', 'job', 'note', 'ok', 'started_at'])
  assert.deepEqual([results[0].ok, results[0].note], [false, 'broken'])
  assert(results.slice(1).every(r => r.ok && r.finished_at >= r.started_at))
  assert.equal((await get('jobs/runs', { job: 'expire', ok: 'false' })).body.count, 1)
  assert.equal((await get('jobs/runs', { job: 'expire', ok: 'true' })).body.count, 4)
  const pages = await walk('/api/admin/jobs/runs/?job=expire&page_size=2', path => api('GET', path, { token: boss }))
  assert.deepEqual(pages.flatMap(p => p.results.map(r => r.id)), results.map(r => r.id))
  assertInvalid(await get('jobs/runs', { ok: 'maybe' }), 'ok')
})

test('a dead letter is shown with its reason, sent again once asked to, and written down', async () => {
  const buyer = await customer({}, own)
  const [dead, waiting, sent] = [uuid7(), uuid7(), uuid7()]
  await sql`insert into outbox (id, kind, account_id, payload, dead_at, sent_at, attempts, last_error) values
    (${dead}, 'mail.order_paid', ${buyer.id}, '{"number": "H-1", "amount": 100, "currency": "INR"}', now(), null, 10, 'refused: no such box'),
    (${waiting}, 'mail.order_paid', ${buyer.id}, '{"number": "H-1", "amount": 100, "currency": "INR"}', null, null, 1, 'busy'),
    (${sent}, 'mail.order_paid', ${buyer.id}, '{"number": "H-1", "amount": 100, "currency": "INR"}', null, now(), 1, null)`
  const ofState = async state => (await get('outbox', { state, page_size: 100 })).body.results
  assert((await ofState('waiting')).some(m => m.id === waiting && m.state === 'waiting'))
  assert((await ofState('sent')).some(m => m.id === sent && m.state === 'sent'))
  const shown = (await ofState('dead')).find(m => m.id === dead)
  assert.deepEqual([shown.recipient, shown.last_error, shown.attempts, shown.kind, shown.state],
    [buyer.email, 'refused: no such box', 10, 'mail.order_paid', 'dead'])
  const again = assertStatus(await retry(dead), 200)
  assert.deepEqual([again.state, again.attempts], ['waiting', 0])
  assertProblem(await retry(dead), 409, 'invalid_state')
  assertProblem(await retry(sent), 409, 'invalid_state')
  assertProblem(await retry(uuid7()), 404, 'not_found')
  const job = await runJob(own, 'outbox')
  assert.equal(job.status, 0, job.text)
  assert((await ofState('sent')).some(m => m.id === dead))
  const entries = await sql`select action, actor_id, changes from audit_log where entity_id = ${dead}`
  assert.deepEqual(entries.map(e => [e.action, e.actor_id, e.changes.state]), [['message.retry', boss.id, ['dead', 'waiting']]])
})

test('mismatches: what either side says, open or put right, newest first', async () => {
  const order = await placeOrder(await customer({}, own), [[await product({}, own), 1]], {}, own)
  const put = async (kind, here, there, { entity = 'payment', resolved = null, of = null } = {}) => {
    const id = uuid7()
    await sql`insert into payment_mismatch (id, entity, ref, kind, order_id, here, there, resolved_at)
      values (${id}, ${entity}, ${`pay_${id.slice(-8)}`}, ${kind}, ${of}, ${here}::jsonb, ${there}::jsonb, ${resolved})`
    return id
  }
  const side = more => JSON.stringify({ status: 'captured', amount: 500, currency: 'INR', refunded: 0, ...more })
  const ours = more => side({ booked: 500, booked_currency: 'INR', ...more })
  const wanted = [
    [await put('missing_here', null, side(), { of: order.id }), 500, null, 'captured', null],
    [await put('missing_there', ours(), null), null, 500, null, 'captured'],
    [await put('amount', ours({ booked: 400, amount: 400 }), side()), 500, 400, 'captured', 'captured'],
    // Booked as it is there, but the payment has another amount.
    [await put('amount', ours({ amount: 300 }), side()), 500, 300, 'captured', 'captured'],
    [await put('refunded', ours({ refunded: 100 }), side({ refunded: 250 })), 250, 100, 'captured', 'captured'],
    [await put('status', side({ status: 'processing' }), side({ status: 'processed' }), { entity: 'refund' }), 500, null, 'processed', 'processing'],
  ]
  const done = await put('currency', ours({ currency: 'USD' }), side(), { resolved: new Date().toISOString() })
  const found = async query => assertStatus(await get('payments/mismatches', { page_size: 100, ...query }), 200).results
  const open = await found({ resolved: 'false' })
  for (const [id, theirs, ledger, there, here] of wanted) {
    const m = open.find(o => o.id === id)
    assert.deepEqual([m.provider_amount, m.ledger_amount, m.provider_status, m.our_status, m.currency, m.resolved_at],
      [theirs, ledger, there, here, 'INR', null], m.kind)
    assert(m.first_seen_at && m.last_seen_at)
  }
  assert.deepEqual(keysOf(open[0]), ['currency', 'entity', 'first_seen_at', 'id', 'kind', 'last_seen_at', 'ledger_amount', 'order_id',
    'order_number', 'our_status', 'provider_amount', 'provider_status', 'ref', 'resolved_at'])
  const first = open.find(o => o.id === wanted[0][0])
  assert.deepEqual([first.order_id, first.order_number, first.entity], [order.id, order.number, 'payment'])
  assert(!open.some(o => o.id === done))
  const resolved = await found({ resolved: 'true' })
  assert.deepEqual(resolved.map(m => [m.id, m.kind]), [[done, 'currency']])
  assert(resolved[0].resolved_at)
  const all = await found({})
  assert.equal(all.length, open.length + 1)
  const pages = await walk('/api/admin/payments/mismatches/?page_size=2', path => api('GET', path, { token: boss }))
  assert.deepEqual(pages.flatMap(p => p.results.map(m => m.id)), all.map(m => m.id))
  assert.deepEqual(all.map(m => m.id), all.map(m => m.id).sort().reverse())
  assertInvalid(await get('payments/mismatches', { resolved: 'perhaps' }), 'resolved')
  assert.equal((await queues()).payment_mismatches, open.length)
  // What was invented is no longer there for the books.
  await sql`delete from payment_mismatch`
})

test('the audit trail: by actor, action, kind, thing and day, newest first', async () => {
  const victims = []
  for (let i = 0; i < 3; i++) victims.push(await customer({}, own))
  for (const victim of victims)
    assertStatus(await api('POST', '/api/admin/users/block/', { token: boss, key: newKey(), requestId: `audit-${victim.id}`,
      body: { user_id: victim.id, reason: 'Spam' } }), 200)
  const other = await admin(own)
  assertStatus(await api('POST', '/api/admin/users/unblock/', { token: other, body: { user_id: victims[0].id } }), 200)
  const found = async query => assertStatus(await get('logs', { page_size: 100, ...query }), 200).results
  const blocks = await found({ action: 'account.block', actor: boss.id })
  assert.deepEqual(blocks.map(e => e.entity_id), victims.map(v => v.id).reverse())
  assert.deepEqual(keysOf(blocks[0]), ['action', 'actor', 'at', 'changes', 'entity', 'entity_id', 'id', 'ip', 'request_id'])
  assert.deepEqual(blocks[0].actor, { id: boss.id, email: boss.email })
  assert.deepEqual(blocks[0].changes, { is_blocked: [false, true], reason: [null, 'Spam'] })
  assert.equal(blocks[0].ip, '127.0.0.1')
  const byOther = await found({ actor: other.email.toUpperCase() })
  assert.deepEqual(byOther.map(e => e.action), ['account.unblock'])
  assert.deepEqual((await found({ action: 'account.', entity_id: victims[0].id })).map(e => e.action), ['account.unblock', 'account.block'])
  assert.deepEqual(await found({ action: 'account%', entity_id: victims[0].id }), [])
  assert.equal((await found({ entity: 'account', entity_id: victims[1].id })).length, 1)
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Kolkata' }).format(new Date(blocks[0].at))
  assert.equal((await found({ from: day, to: day, entity_id: victims[2].id })).length, 1)
  assert.equal((await found({ to: '2020-01-01', entity_id: victims[2].id })).length, 0)
  assert.equal((await found({ from: '2999-01-01', entity_id: victims[2].id })).length, 0)
  assertInvalid(await get('logs', { from: '2026-02-30' }), 'from')
  assert.deepEqual((await found({ actor: 'nobody@test.example' })), [])
})
