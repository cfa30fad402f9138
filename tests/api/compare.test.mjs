/*
 * The comparison of the provider's books with ours: each way in which they can
 * differ is provoked, listed once, and resolved when it is put right.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { admin, assertStatus, customer, newKey, placeOrder, product, startInstance, until, uuid7 }
  from './harness.mjs'
import { runJob, runKilled } from './jobs.mjs'
import { sandboxOf } from './sandbox.mjs'

const shop = await startInstance({ HAAT_DEMO: '1' })
const { api, sql } = shop
const box = sandboxOf(shop)
const boss = await admin(shop)

// ---- buyers -------------------------------------------------------------------

async function paid({ price = 50000 } = {}) {
  const thing = await product({ price, stock: 5 }, shop)
  const buyer = await customer({}, shop)
  const order = await placeOrder(buyer, [[thing, 1]], { payment_method: 'razorpay' }, shop)
  const { payment, checkout } = assertStatus(await api('POST', '/api/payments/initiate/',
    { token: buyer, key: newKey(), body: { order_id: order.id } }), 201)
  const { razorpay_payment_id: provided } = await box.pay(checkout)
  return { buyer, order, payment, provided }
}

const statusOf = async order =>
  (await sql`select status, payment_status from orders where id = ${order.id}`)[0]
const confirmed = order => until(async () => (await statusOf(order)).status === 'confirmed',
  { what: 'the order to be confirmed' })

async function booked(options) {
  const all = await paid(options)
  await confirmed(all.order)
  return all
}

const cancel = async ({ buyer, order }) => assertStatus(await api('POST', '/api/orders/cancel/',
  { token: buyer, key: newKey(), body: { order_id: order.id, reason: 'Changed my mind' } }), 200)

/** A payment that is cancelled and paid back: with its refund here and there. */
async function refunded() {
  const all = await booked()
  await cancel(all)
  const [refund] = await sql`select * from refund where order_id = ${all.order.id}`
  assert.equal(refund.status, 'processed')
  return { ...all, refund }
}

// ---- the job ------------------------------------------------------------------

const day = days => new Date(Date.now() + days * 86400000).toISOString().slice(0, 10)
// Whatever midnight comes meanwhile.
const now = () => ['--from', day(-1), '--to', day(1)]

async function compare(words = now(), settings = {}) {
  const run = await runJob(shop, 'compare', words, settings)
  run.lines = [...run.text.matchAll(
    / (?:warn|info) compare (new|open|resolved) (\S+) (\S+)(?: order=(\S+))?/g)]
    .map(([, state, kind, ref, order]) => ({ state, kind, ref, order }))
  return run
}

async function good(...args) {
  const run = await compare(...args)
  assert.equal(run.status, 0, run.text)
  return run
}

const rowsOf = ref => sql`select *, resolved_at is not null as resolved from payment_mismatch
  where ref = ${ref} order by id`
const open = () => sql`select entity, kind, ref from payment_mismatch where resolved_at is null
  order by id`
const told = async () => (await sql`select data from notification
  where account_id = ${boss.id} and type = 'books_differ' order by id`).map(n => n.data)

/** What nobody but a superuser can do: no trigger and no foreign key looks. */
async function tamper(fn) {
  const session = shop.session()
  await session.sql`set session_replication_role = replica`
  await fn(session.sql)
  session.close()
}

/**
 * Nothing differs; breakIt() is done; exactly these [kind, ref] are new, told of
 * once, not new the next time; mend() is done; they are resolved.
 */
async function provoke(wanted, breakIt, mend) {
  assert.deepEqual((await good()).lines, [])
  const before = await told()
  await breakIt()
  const list = wanted()
  const first = await good()
  const as = state => list.map(([kind, ref]) => `${state} ${kind} ${ref}`).sort()
  const seen = run => run.lines.map(l => `${l.state} ${l.kind} ${l.ref}`).sort()
  assert.deepEqual(seen(first), as('new'), first.text)
  assert.deepEqual([first.counts.mismatches, first.counts.new, first.counts.resolved],
    [list.length, list.length, 0])
  assert.deepEqual((await told()).slice(before.length),
    [{ mismatches: list.length, open: list.length }])
  const rows = (await Promise.all([...new Set(list.map(([, ref]) => ref))].map(rowsOf))).flat()
    .filter(row => !row.resolved)

  const second = await good()
  assert.deepEqual(seen(second), as('open'), second.text)
  assert.equal(second.counts.new, 0)
  assert.equal((await told()).length, before.length + 1)
  for (const row of rows) {
    const [again] = await sql`select * from payment_mismatch where id = ${row.id}`
    assert.equal(again.first_seen_at, row.first_seen_at)
    assert(again.last_seen_at > row.last_seen_at)
  }

  await mend()
  const third = await good()
  assert.deepEqual(seen(third), as('resolved'), third.text)
  assert.deepEqual(await open(), [])
  assert.deepEqual((await good()).lines, [])
  assert.equal((await told()).length, before.length + 1)
  return rows
}

// ---- at one -------------------------------------------------------------------

test('books that agree: years of them, and what was made just now', async () => {
  await booked()
  await refunded()
  const failed = await customer({}, shop)
  const order = await placeOrder(failed, [[await product({}, shop), 1]],
    { payment_method: 'razorpay' }, shop)
  const { checkout } = assertStatus(await api('POST', '/api/payments/initiate/',
    { token: failed, key: newKey(), body: { order_id: order.id } }), 201)
  await box.pay(checkout, 'failed')
  await until(async () => (await statusOf(order)).payment_status === 'failed')
  const run = await good(['--from', '2001-01-01', '--to', day(1)])
  assert.deepEqual(run.lines, [])
  const [{ payments, refunds }] = await sql`select
    (select count(*)::int from payment where provider_payment_id is not null or
      (provider = 'razorpay' and status = 'failed' and provider_payment_id is null)) as payments,
    (select count(*)::int from refund where provider_refund_id is not null) as refunds`
  assert(payments > 300 && refunds > 100, 'more than a page of each')
  assert.deepEqual([run.counts.payments, run.counts.refunds], [payments, refunds])
  assert.deepEqual(await sql`select from payment_mismatch`, [])
})

// ---- missing ------------------------------------------------------------------

test('missing here: captured at the provider, and none of its events came', async () => {
  let all
  const [row] = await provoke(() => [['missing_here', all.provided]], async () => {
    await box.hold(true)
    all = await paid({ price: 31300 })
  }, async () => {
    await box.release()
    await confirmed(all.order)
  })
  assert.equal(row.entity, 'payment')
  assert.deepEqual([row.order_id, row.payment_id, row.refund_id],
    [all.order.id, all.payment.id, null])
  assert.deepEqual(row.there,
    { status: 'captured', amount: 31300, currency: 'INR', refunded: 0 })
  assert.deepEqual(row.here, { status: 'created', amount: 0, currency: 'INR', refunded: 0 })
})

test('missing here: a payment that is of no order of ours', async () => {
  let id
  const [row] = await provoke(() => [['missing_here', id]], async () => {
    await box.hold(true)
    const { body } = await box.call('POST', '/orders', { amount: 4200, currency: 'INR' })
    id = (await box.pay({ order_id: body.id })).razorpay_payment_id
  }, () => tamper(async on => {
    // Somebody finds out whose it was and books it.
    const all = await placeOrder(await customer({}, shop),
      [[await product({ price: 4200 }, shop), 1]], { payment_method: 'cod' }, shop)
    const payment = uuid7(), journal = uuid7()
    await on`insert into payment (id, order_id, account_id, provider, provider_payment_id, amount,
        captured_amount, refund_reserved, refunded_amount, status, is_live, captured_at)
      select ${payment}, id, account_id, 'razorpay', ${id}, 4200, 4200, 0, 0, 'captured', false,
        now() from orders where id = ${all.id}`
    await on`insert into journal (id, kind, ref, order_id)
      values (${journal}, 'stray_capture', ${payment}, ${all.id})`
    await on`insert into posting (journal_id, line, account, amount)
      values (${journal}, 1, 'gateway_clearing', 4200), (${journal}, 2, 'buyer_refunds', -4200)`
  }))
  await box.release()
  assert.deepEqual([row.order_id, row.payment_id, row.here], [null, null, null])
})

test('both ways: we call a payment by another name than the provider', async () => {
  const all = await booked()
  const wrong = 'pay_00000000000000'
  const name = id => sql`update payment set provider_payment_id = ${id}
    where id = ${all.payment.id}`
  const rows = await provoke(
    () => [['missing_here', all.provided], ['missing_there', wrong]],
    () => name(wrong), () => name(all.provided))
  for (const row of rows) assert.equal(row.order_id, all.order.id)
  assert.deepEqual(rows.map(row => [row.kind, row.here === null, row.there === null]).sort(),
    [['missing_here', true, false], ['missing_there', false, true]])
})

test('missing there: a journal that is nobody\'s', async () => {
  const id = uuid7(), ref = uuid7()
  await provoke(() => [['missing_there', ref]], () => tamper(async on => {
    await on`insert into journal (id, kind, ref) values (${id}, 'capture', ${ref})`
    await on`insert into posting (journal_id, line, account, amount)
      values (${id}, 1, 'gateway_clearing', 100), (${id}, 2, 'commission', -100)`
  }), () => tamper(async on => {
    await on`delete from posting where journal_id = ${id}`
    await on`delete from journal where id = ${id}`
  }))
})

// ---- other amounts, currencies, statuses ----------------------------------------

const posting = (kind, ref, change) => tamper(async on => {
  // It still balances, so that only the provider knows better.
  await on`update posting p set amount = p.amount + ${change} from journal j
    where j.id = p.journal_id and j.kind = ${kind} and j.ref = ${ref}
    and p.account = 'gateway_clearing'`
  await on`update posting p set amount = p.amount - ${change} from journal j
    where j.id = p.journal_id and j.kind = ${kind} and j.ref = ${ref}
    and p.account = 'commission'`
})

test('other amount: a row of the ledger was changed', async () => {
  const all = await booked({ price: 50000 })
  const [row] = await provoke(() => [['amount', all.provided]],
    () => posting('capture', all.payment.id, 1), () => posting('capture', all.payment.id, -1))
  assert.deepEqual([row.there.amount, row.here.amount, row.here.booked], [50000, 50000, 50001])
})

test('other amount: a payment was changed', async () => {
  const all = await booked()
  const set = amount => sql`update payment set captured_amount = ${amount}
    where id = ${all.payment.id}`
  await provoke(() => [['amount', all.provided]], () => set(49999), () => set(50000))
})

test('other currency, in the ledger and in the payment', async () => {
  const all = await booked()
  const journal = money => tamper(on => on`update journal set currency = ${money}
    where kind = 'capture' and ref = ${all.payment.id}`)
  await provoke(() => [['currency', all.provided]], () => journal('USD'), () => journal('INR'))
  const payment = money => sql`update payment set currency = ${money}
    where id = ${all.payment.id}`
  await provoke(() => [['currency', all.provided]], () => payment('USD'), () => payment('INR'))
})

test('other status; and a payment may differ in several ways at once', async () => {
  const all = await booked()
  const set = (status, amount) => sql`update payment set status = ${status},
    captured_amount = ${amount} where id = ${all.payment.id}`
  await provoke(() => [['status', all.provided]],
    () => set('failed', 50000), () => set('captured', 50000))
  await provoke(() => [['status', all.provided], ['amount', all.provided]],
    () => set('failed', 40000), () => set('captured', 50000))
})

test('other status: authorized there, and nobody captured it', async () => {
  let all
  await provoke(() => [['status', all.id]], async () => {
    await box.hold(true)
    const buyer = await customer({}, shop)
    const order = await placeOrder(buyer, [[await product({}, shop), 1]],
      { payment_method: 'razorpay' }, shop)
    const { checkout } = assertStatus(await api('POST', '/api/payments/initiate/',
      { token: buyer, key: newKey(), body: { order_id: order.id } }), 201)
    all = { id: (await box.pay(checkout, 'authorized')).razorpay_payment_id, order,
      amount: checkout.amount }
  }, async () => {
    await box.release()
    await box.call('POST', `/payments/${all.id}/capture`, { amount: all.amount, currency: 'INR' })
    await confirmed(all.order)
  })
})

// ---- refunds ------------------------------------------------------------------

test('a refund made in the provider\'s dashboard is listed as itself, and once', async () => {
  const all = await booked()
  let made
  const [row] = await provoke(() => [['missing_here', made.id]], async () => {
    await box.hold(true)
    made = (await box.call('POST', `/payments/${all.provided}/refund`, { amount: 7000 })).body
  }, async () => {
    const id = uuid7(), journal = uuid7()
    await tamper(async on => {
      await on`insert into refund (id, order_id, payment_id, amount, status, source,
          provider_refund_id, processed_at)
        values (${id}, ${all.order.id}, ${all.payment.id}, 7000, 'processed', 'gateway',
          ${made.id}, now())`
      await on`update payment set refund_reserved = 7000, refunded_amount = 7000,
        status = 'partially_refunded' where id = ${all.payment.id}`
      await on`insert into journal (id, kind, ref, order_id)
        values (${journal}, 'refund', ${id}, ${all.order.id})`
      await on`insert into posting (journal_id, line, account, amount)
        values (${journal}, 1, 'gateway_clearing', -7000), (${journal}, 2, 'buyer_refunds', 7000)`
    })
  })
  await box.release()
  assert.deepEqual([row.entity, row.order_id, row.payment_id, row.refund_id],
    ['refund', all.order.id, all.payment.id, null])
  assert.deepEqual(row.there,
    { status: 'processed', amount: 7000, currency: 'INR', payment_id: all.provided })
})

test('a refund under way on both sides is none; processed there alone it is one', async () => {
  const all = await booked()
  await box.faults({ refunds: 'pending' })
  await cancel(all)
  const [refund] = await sql`select id, status, provider_refund_id from refund
    where order_id = ${all.order.id}`
  assert.equal(refund.status, 'processing')
  await provoke(() => [['status', refund.provider_refund_id]], async () => {
    await box.hold(true)
    await box.call('POST', '/refunds/play',
      { refund_id: refund.provider_refund_id, outcome: 'processed' })
  }, async () => {
    await box.release()
    await until(async () => (await statusOf(all.order)).payment_status === 'refunded')
  })
  await box.faults({ refunds: 'processed' })
})

test('a refund of which the answer never came is found by our key', async () => {
  const all = await booked()
  const ref = async () => (await sql`select * from refund where order_id = ${all.order.id}`)[0]
  let made
  await provoke(() => [['status', made.id]], async () => {
    await box.hold(true)
    await box.faults({ next: [{ match: 'POST /v1/payments/*/refund', fault: 'after-500' }] })
    await cancel(all)
    assert.deepEqual([(await ref()).status, (await ref()).provider_refund_id],
      ['processing', null])
    const { body } = await box.call('GET', `/payments/${all.provided}/refunds`)
    assert.equal(body.items[0].receipt, (await ref()).gateway_key)
    made = body.items[0]
  }, async () => {
    await box.release()
    await until(async () => (await ref()).status === 'processed')
  })
})

test('other amount of a refund, in the ledger', async () => {
  const all = await refunded()
  const ref = all.refund.provider_refund_id
  await provoke(() => [['amount', ref]], () => posting('refund', all.refund.id, 1),
    () => posting('refund', all.refund.id, -1))
})

test('both ways: a refund that neither side knows of the other', async () => {
  const all = await refunded()
  const wrong = 'rfnd_00000000000000'
  const name = (id, key) => sql`update refund set provider_refund_id = ${id}, gateway_key = ${key}
    where id = ${all.refund.id}`
  await provoke(
    () => [['missing_here', all.refund.provider_refund_id], ['missing_there', wrong]],
    () => name(wrong, 'rf-somebody-else'),
    () => name(all.refund.provider_refund_id, all.refund.gateway_key))
})

test('refunded differently: the payment says other than its refunds', async () => {
  const all = await refunded()
  const set = amount => sql`update payment set refunded_amount = ${amount}
    where id = ${all.payment.id}`
  const [row] = await provoke(() => [['refunded', all.provided]],
    () => set(40000), () => set(50000))
  assert.deepEqual([row.entity, row.there.refunded, row.here.refunded],
    ['payment', 50000, 40000])
})

test('refunded differently: the refund of another payment', async () => {
  const [all, other] = [await refunded(), await booked()]
  const move = id => sql`update refund set payment_id = ${id} where id = ${all.refund.id}`
  const [row] = await provoke(() => [['refunded', all.refund.provider_refund_id]],
    () => move(other.payment.id), () => move(all.payment.id))
  assert.deepEqual([row.there.payment_id, row.here.payment_id], [all.provided, other.provided])
})

// ---- the run ------------------------------------------------------------------

test('what differs is looked at again wherever in time it lies', async () => {
  const all = await booked()
  await posting('capture', all.payment.id, 5)
  assert.equal((await good()).counts.new, 1)
  const past = ['--from', '2001-01-01', '--to', '2001-01-01']
  const still = await good(past)
  assert.deepEqual(still.lines.map(l => [l.state, l.ref]), [['open', all.provided]])
  await posting('capture', all.payment.id, -5)
  assert.deepEqual((await good(past)).lines.map(l => [l.state, l.ref]),
    [['resolved', all.provided]])
})

test('what comes back is a new one', async () => {
  const all = await booked()
  for (const n of [1, 2]) {
    await posting('capture', all.payment.id, 5)
    assert.equal((await good()).counts.new, 1)
    await posting('capture', all.payment.id, -5)
    assert.equal((await good()).counts.resolved, 1)
    assert.equal((await rowsOf(all.provided)).length, n)
  }
})

test('--dry-run prints and changes nothing', async () => {
  const all = await booked()
  await posting('capture', all.payment.id, 5)
  const before = [await sql`select count(*) from job_run`, await told()]
  const dry = await good(['--dry-run', ...now()])
  assert.deepEqual(dry.lines.map(l => [l.state, l.kind, l.ref]),
    [['new', 'amount', all.provided]])
  assert.match(dry.text, new RegExp(`order=${all.order.number} here=\\{.*\\} there=\\{.*\\}`))
  assert.deepEqual(await open(), [])
  assert.deepEqual([await sql`select count(*) from job_run`, await told()], before)
  await posting('capture', all.payment.id, -5)
})

test('I02 killed at some of its calls, it lists what differs once, and tells of it once', async () => {
  const all = await booked()
  const set = status => sql`update payment set status = ${status} where id = ${all.payment.id}`
  const before = await told()
  let killed = true, runs = 0
  for (let n = 1; killed; n += 4) {
    await set('failed')
    const listed = (await rowsOf(all.provided)).length
    killed = await runKilled(shop, 'compare', 'sendto', n, {}, now())
    await until(async () => / ok /.test((await compare()).text), { what: 'the lock to be free' })
    const rows = await rowsOf(all.provided)
    assert.equal(rows.length, listed + 1, `at ${n}`)
    assert.deepEqual(rows.filter(row => !row.resolved).map(row => row.kind), ['status'])
    assert.equal((await told()).length, before.length + ++runs, `at ${n}`)
    await set('captured')
    await good()
    assert.deepEqual(await open(), [])
    assert(n < 400)
  }
  assert(runs > 3)
})

test('a provider that fails is asked again, and without its answer nothing is kept', async () => {
  const all = await booked()
  await posting('capture', all.payment.id, 5)
  await box.faults({ next: [{ match: 'GET /v1/payments', fault: '500', times: 1 },
    { match: 'GET /v1/refunds', fault: 'junk', times: 1 }] })
  const run = await good()
  assert.deepEqual(run.lines.map(l => [l.state, l.ref]), [['new', all.provided]])

  await posting('capture', all.payment.id, -5)
  const [before] = await rowsOf(all.provided)
  await box.faults({ next: [{ match: 'GET /v1/refunds', fault: '500', times: 3 }] })
  const failed = await compare()
  assert.equal(failed.status, 1, failed.text)
  assert.deepEqual(failed.lines, [])
  assert.deepEqual(await rowsOf(all.provided), [before])
  const [last] = await sql`select ok, note from job_run where job = 'compare'
    order by id desc limit 1`
  assert.equal(last.ok, false)
  assert.equal((await good()).counts.resolved, 1)
})

test('days are the shop\'s: by default yesterday, and what no run has seen', async () => {
  const foreign = []
  /** A journal of nobody at that time, so that a run tells whether it looked there. */
  const at = async (name, when) => {
    const id = uuid7(), ref = uuid7()
    foreign.push({ id, ref, name })
    await tamper(async on => {
      await on`insert into journal (id, kind, ref, created_at) values (${id}, 'capture', ${ref},
        (date_trunc('day', now() at time zone 'Asia/Kolkata') + ${when}::interval)
          at time zone 'Asia/Kolkata')`
      await on`insert into posting (journal_id, line, account, amount)
        values (${id}, 1, 'gateway_clearing', 100), (${id}, 2, 'commission', -100)`
    })
  }
  await at('3 days ago', '-49 hours')
  await at('the day before', '-24 hours -1 microsecond')
  await at('the first', '-24 hours')
  await at('the last', '-1 microsecond')
  await at('today', '0')
  const looked = async (words = [], settings) => {
    const run = await good(['--dry-run', ...words], settings)
    return run.lines.map(l => foreign.find(f => f.ref === l.ref).name)
  }
  await sql`delete from job_run where job = 'compare'`
  await sql`update job set known_at = now() where name = 'compare'`
  assert.deepEqual(await looked(), ['the first', 'the last'])
  const [{ today }] = await sql`select (now() at time zone 'Asia/Kolkata')::date as today`
  assert.deepEqual(await looked(['--from', today, '--to', today]), ['today'])
  assert.deepEqual(await looked(['--to', today]), ['the first', 'the last', 'today'])
  // Its day begins and ends a quarter of an hour earlier.
  const [{ before }] = await sql`select (now() at time zone 'Asia/Kolkata')::date - 1 as before`
  assert.deepEqual(await looked(['--from', before, '--to', before],
    { SHOP_TIMEZONE: 'Asia/Kathmandu' }), ['the day before', 'the first'])
  // The last run by the schedule was two days ago; those by hand do not count.
  await sql`insert into job_run (id, job, started_at, finished_at, ok, counts) values
    (gen_random_uuid(), 'compare', now() - interval '2 days', now() - interval '2 days', true, '{}'),
    (gen_random_uuid(), 'compare', now() - interval '1 day', now() - interval '1 day', true, '{"by_hand":1}'),
    (gen_random_uuid(), 'compare', now() - interval '1 day', now() - interval '1 day', false, '{}')`
  assert.deepEqual(await looked(), ['the day before', 'the first', 'the last'])
  // Nobody ever ran it since it was known: at most a month is read.
  await sql`delete from job_run where job = 'compare'`
  await sql`update job set known_at = now() - interval '90 days' where name = 'compare'`
  assert.deepEqual(await looked(), ['3 days ago', 'the day before', 'the first', 'the last'])
  await tamper(async on => {
    for (const { id } of foreign) {
      await on`delete from posting where journal_id = ${id}`
      await on`delete from journal where id = ${id}`
    }
  })
})

test('wrong words are told, and a shop without a provider has nothing to compare', async () => {
  for (const words of [['--from'], ['--from', 'x'], ['--to', '2026-02-30'],
    ['--from', '2026-02-02', '--to', '2026-02-01'], ['--day', '2026-02-02']]) {
    const run = await compare(words)
    assert.equal(run.status, 2, words.join(' '))
    assert.match(run.text, /^usage: compare .*--from DATE/)
  }
  const run = await good(now(), { RAZORPAY_KEY_ID: '' })
  assert.deepEqual([run.counts.payments, run.counts.mismatches], [0, 0])
})

test('INV11 all that was put right is right', () => shop.checkInvariants())
