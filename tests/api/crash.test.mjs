/*
 * The crash sweep: a process dies at its n-th system call, for every n, and
 * what it was at is told to the healthy ones again, or left to the jobs. Either
 * way there is one outcome, here and at the payment provider.
 *
 * "make test" takes some of the calls, "make sweep" (SWEEP=full) all of them.
 * Another request is another row of the table.
 */
import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import { test } from 'node:test'

import { admin, assertProblem, assertStatus, createOrder, customer, fillCart, newKey, orderInput,
  ordersOf, product, startInstance, stockOf, until } from './harness.mjs'
import { calls, dieAsCgi, Front, watch } from './crash.mjs'
import { runJob, runKilled } from './jobs.mjs'

const full = process.env.SWEEP === 'full'

const shop = await startInstance({ HAAT_DEMO: '1', DEMO_SCALE: '0' })
const { api, sql } = shop

// ---- the provider ------------------------------------------------------------

const basic = 'Basic ' + Buffer.from(
  `${shop.settings.RAZORPAY_KEY_ID}:${shop.settings.RAZORPAY_KEY_SECRET}`).toString('base64')

async function provider(method, path, body) {
  const answer = await fetch(`${shop.url}/sandbox/razorpay/v1${path}`, {
    method,
    headers: { authorization: basic, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const answered = await answer.json()
  assert.equal(answer.status, 200, JSON.stringify(answered))
  return answered
}

const pay = (checkout, outcome = 'captured') =>
  provider('POST', '/checkout/pay', { order_id: checkout.order_id, method: 'upi', outcome })

/** What the provider has: {orders, captured, refunded, refunds}. */
async function books() {
  const { orders, captured, refunded, refunds } = await provider('GET', '/books')
  return { orders, captured, refunded, refunds: refunds.reduce((all, r) => all + r.count, 0) }
}

/** What it has more than then. */
async function since(then) {
  const now = await books()
  return Object.fromEntries(Object.keys(now).map(name => [name, now[name] - then[name]]))
}

/** The events that were held back arrive. */
async function release() {
  await provider('POST', '/webhooks/release')
  await until(async () => {
    const { held, waiting } = await provider('GET', '/webhooks')
    return held + waiting === 0
  }, { what: 'the events to arrive' })
}

const clearing = async () => (await sql`
  select coalesce(sum(amount), 0)::bigint as sum from posting where account = 'gateway_clearing'`
)[0].sum
const gapOfBooks = async () => {
  const { captured, refunded } = await books()
  return await clearing() - (captured - refunded)
}

await provider('POST', '/faults', { webhooks: { hold: true } })
const gapAtFirst = await gapOfBooks()

// ---- what a request needs ----------------------------------------------------

const post = (buyer, name, body) =>
  api('POST', `/api/${name}/`, { token: buyer, key: newKey(), body })

async function filled() {
  const buyer = await customer({}, shop)
  const things = [await product({ stock: 5, price: 33333 }, shop),
    await product({ stock: 5, price: 10001 }, shop)]
  await fillCart(buyer, [[things[0].variantId, 2], [things[1].variantId, 1]], shop)
  return { buyer, things }
}

async function ordered() {
  const it = await filled()
  const answer = await createOrder(it.buyer, { payment_method: 'razorpay' }, newKey(), shop)
  return { ...it, order: assertStatus(answer, 201) }
}

const initiate = it => post(it.buyer, 'payments/initiate', { order_id: it.order.id })

async function initiated() {
  const it = await ordered()
  return { ...it, ...assertStatus(await initiate(it), 201) }
}

const verified = async (it, handed) =>
  assertStatus(await post(it.buyer, 'payments/verify', handed), 200)

async function paid() {
  const it = await initiated()
  await verified(it, await pay(it.checkout))
  return it
}

/** An event of the provider's, as it would send it. */
async function event() {
  const it = await initiated()
  const { razorpay_payment_id: id } = await pay(it.checkout)
  const entity = { id, entity: 'payment', amount: it.checkout.amount, currency: 'INR',
    status: 'captured', order_id: it.checkout.order_id, method: 'upi' }
  const raw = JSON.stringify({ entity: 'event', event: 'payment.captured', contains: ['payment'],
    payload: { payment: { entity } }, created_at: 1700000000 })
  const signature = crypto.createHmac('sha256', shop.settings.RAZORPAY_WEBHOOK_SECRET)
    .update(raw).digest('hex')
  return { ...it, raw, headers: { 'x-razorpay-signature': signature,
    'x-razorpay-event-id': `evt_${crypto.randomBytes(7).toString('hex')}` } }
}

// ---- what came of it ---------------------------------------------------------

async function reserved(it, ...units) {
  for (const [i, thing] of it.things.entries())
    assert.deepEqual(await stockOf(thing.variantId, shop), { on_hand: 5, reserved: units[i] })
}

const callerOf = it => it.caller ?? it.buyer
const orderOf = async it => (await ordersOf(it.buyer, shop))[0]
const paymentsOf = it => sql`select * from payment where account_id = ${it.buyer.id}`
const refundsOf = it => sql`select r.* from refund r join orders o on o.id = r.order_id
  where o.account_id = ${it.buyer.id}`
const keyOf = async it => (await sql`select state, status from idempotency_key
  where key = ${it.request.key}`)[0]

/** The order's sums by account. */
const ledgerOf = it => sql`
  select j.kind, p.account, p.amount::bigint as amount from orders o
  join journal j on j.order_id = o.id
  join posting p on p.journal_id = j.id
  where o.account_id = ${it.buyer.id} and p.account = 'gateway_clearing'
  order by j.created_at`

async function placedOnce(it) {
  const orders = await ordersOf(it.buyer, shop)
  assert.equal(orders.length, 1)
  const lines = await sql`select from cart_line l join cart c on c.id = l.cart_id
    where c.account_id = ${it.buyer.id}`
  assert.equal(lines.length, 0)
  return orders[0]
}

async function expiredOnce(it) {
  const order = await placedOnce(it)
  assert.deepEqual([order.status, order.payment_status], ['cancelled', 'unpaid'])
  await reserved(it, 0, 0)
}

async function openedOnce(it) {
  const payments = await paymentsOf(it)
  assert.equal(payments.length, 1)
  assert.match(payments[0].provider_order_id, /^order_/)
  assert.equal((await since(it.books)).orders, 1)
  return payments[0]
}

async function capturedOnce(it) {
  const order = await orderOf(it)
  assert.deepEqual([order.status, order.payment_status], ['confirmed', 'paid'])
  const payments = await paymentsOf(it)
  assert.deepEqual(payments.map(p => [p.status, p.captured_amount]),
    [['captured', order.total]])
  assert.deepEqual((await ledgerOf(it)).map(p => p.amount), [order.total])
  await reserved(it, 2, 1)
}

async function refundedOnce(it, status = 'cancelled') {
  const order = await orderOf(it)
  assert.deepEqual([order.status, order.payment_status], [status, 'refunded'])
  const refunds = await refundsOf(it)
  assert.deepEqual(refunds.map(r => [r.status, r.amount]),
    [['processed', order.total]])
  const there = await since(it.books)
  assert.deepEqual([there.refunds, there.refunded], [1, order.total])
  const sums = await sql`select p.account, sum(p.amount)::bigint as sum from journal j
    join posting p on p.journal_id = j.id where j.order_id = ${order.id} group by 1`
  for (const { account, sum } of sums) assert.equal(sum, 0, account)
  await reserved(it, ...(status === 'cancelled' ? [0, 0] : [2, 1]))
}

/** An administrator's refund of all of it, which cancels nothing and leaves one entry. */
async function grantedOnce(it) {
  await refundedOnce(it, 'confirmed')
  const [refund] = await refundsOf(it)
  const entries = await sql`select action, actor_id from audit_log where entity_id = ${refund.id}`
  assert.deepEqual(entries, [{ action: 'refund.open', actor_id: it.caller.id }])
}

/** What is half done. */
const halfDone = it => sql`
  select 'key' as what, key as id from idempotency_key
  where state = 'started' and principal = ${`u:${callerOf(it).id}`}
  union all
  select 'event', id from webhook_event where state = 'received'
  union all
  select 'refund', r.id::text from refund r
  join orders o on o.id = r.order_id
  where r.status in ('approved', 'processing') and o.account_id = ${it.buyer.id}
  union all
  select 'payment', p.id::text from payment p
  join orders o on o.id = p.order_id
  where p.is_live and p.provider = 'razorpay' and p.provider_order_id is null
  and o.status = 'pending_payment' and o.account_id = ${it.buyer.id}`

/** Nothing is half done, and nobody was told anything twice. */
async function sound(it) {
  await shop.checkInvariants()
  assert.deepEqual(await halfDone(it), [])
  const people = [it.buyer.id, ...it.things.map(thing => thing.seller.id)]
  assert.deepEqual(await sql`select account_id, type from notification
    where account_id = any (${people}::uuid[]) group by 1, 2 having count(*) > 1`, [])
  assert.deepEqual(await sql`select account_id, kind from outbox
    where account_id = any (${people}::uuid[]) group by 1, 2 having count(*) > 1`, [])
  assert.equal(await gapOfBooks(), gapAtFirst, 'our books and the provider\'s')
}

// ---- time passes -------------------------------------------------------------

/** What the buyer's order left behind is twenty minutes old. */
async function age(it) {
  const ago = '20 minutes'
  await sql`update idempotency_key set created_at = created_at - ${ago}::interval
    where state = 'started' and principal = ${`u:${callerOf(it).id}`}`
  await sql`update payment set created_at = created_at - ${ago}::interval,
    updated_at = updated_at - ${ago}::interval where account_id = ${it.buyer.id}`
  await sql`update refund r set updated_at = r.updated_at - ${ago}::interval
    from orders o where o.id = r.order_id and o.account_id = ${it.buyer.id}`
  await sql`update webhook_event set next_try_at = now() where state = 'received'`
}

async function work(...jobs) {
  for (const job of jobs) {
    const { counts } = await until(async () => {
      const ended = await runJob(shop, job)
      assert.equal(ended.status, 0, ended.text)
      return / ok /.test(ended.text) && ended
    }, { what: `${job} to have its lock` })
    assert.equal(counts.failed ?? 0, 0, job)
  }
}

/** The jobs run until they leave nothing; a lock may outlive its dead process for a moment. */
const later = (it, jobs = ['complete', 'webhooks', 'reconcile']) => until(async () => {
  await age(it)
  await work(...jobs)
  return (await halfDone(it)).length === 0
}, { what: 'the jobs to finish' })

/** The buyer's order has not been paid in time. */
const lapse = it => sql`update orders set expires_at = now() - interval '1 second'
  where account_id = ${it.buyer.id} and expires_at is not null`

/** Out of the way of the next ones: reconcile need not ask about it for days. */
const forget = it => sql`update payment set created_at = created_at - interval '5 days'
  where account_id = ${it.buyer.id}`

// ---- the table ---------------------------------------------------------------

/*
 * name      of the route
 * program   that dies
 * make      gives {buyer, things…}: everything before the request, and {caller}
 *           where the buyer is not the one who calls
 * body      of the request; or make gives raw and headers
 * keyless   it has no key and no caller
 * status    of its answer
 * gap       whether the provider has done it and we do not know
 * alone     what must be there when the jobs were, and nobody asked again
 * finish    what an answer may leave to a job
 * done      what must be there once there was an answer
 * after     life goes on
 */
const requests = [
  {
    name: 'orders/create',
    program: 'orders',
    make: filled,
    body: () => orderInput({ payment_method: 'razorpay' }),
    status: 201,
    async alone(it) {
      const orders = await ordersOf(it.buyer, shop)
      const n = orders.length
      assert.equal((await keyOf(it))?.state, n ? 'finished' : undefined)
      await reserved(it, 2 * n, n)
    },
    async done(it) {
      const order = await placedOnce(it)
      assert.equal(it.answer.body.id, order.id)
      assert.equal(order.status, 'pending_payment')
      await reserved(it, 2, 1)
    },
    async after(it) {
      await lapse(it)
      await work('expire')
      await expiredOnce(it)
    },
  },
  {
    name: 'payments/initiate',
    program: 'payments',
    make: ordered,
    body: it => ({ order_id: it.order.id }),
    status: 201,
    async gap(it) {
      const [payment] = await paymentsOf(it)
      return (await since(it.books)).orders === 1 && payment.provider_order_id === null
    },
    async alone(it) {
      const payments = await paymentsOf(it)
      if (payments.length > 0) await openedOnce(it)
      assert.equal((await keyOf(it))?.state, payments.length > 0 ? 'finished' : undefined)
    },
    async done(it) {
      const payment = await openedOnce(it)
      assert.equal(it.answer.body.payment.id, payment.id)
      assert.equal(it.answer.body.checkout.order_id, payment.provider_order_id)
    },
    async after(it) {
      await verified(it, await pay(it.answer.body.checkout))
      await capturedOnce(it)
    },
  },
  {
    name: 'payments/verify',
    program: 'payments',
    async make() {
      const it = await initiated()
      return { ...it, handed: await pay(it.checkout, 'authorized') }
    },
    body: it => it.handed,
    status: 200,
    async gap(it) {
      const [payment] = await paymentsOf(it)
      return (await since(it.books)).captured > 0 && payment.captured_amount === 0
    },
    alone: capturedOnce,
    async done(it) {
      await capturedOnce(it)
      assert.equal(it.answer.body.status, 'captured')
    },
  },
  {
    name: 'orders/cancel',
    program: 'orders',
    make: paid,
    body: it => ({ order_id: it.order.id, reason: 'Changed my mind' }),
    status: 200,
    async gap(it) {
      const [refund] = await refundsOf(it)
      return (await since(it.books)).refunds === 1 && refund.status === 'processing'
    },
    async alone(it) {
      if ((await refundsOf(it)).length > 0) await refundedOnce(it)
      else await capturedOnce(it)
    },
    // The answer says that it is cancelled; the refund may be left to a job.
    finish: it => later(it, ['complete']),
    async done(it) {
      await refundedOnce(it)
      assert.equal(it.answer.body.status, 'cancelled')
    },
  },
  {
    name: 'admin/refund',
    program: 'admin_commerce',
    // One for each: the sweep takes longer than a token lasts.
    make: async () => ({ ...await paid(), caller: await admin(shop) }),
    body: it => ({ order_id: it.order.id, reason: 'Out of stock after all' }),
    status: 201,
    async gap(it) {
      const [refund] = await refundsOf(it)
      return (await since(it.books)).refunds === 1 && refund.status === 'processing'
    },
    async alone(it) {
      if ((await refundsOf(it)).length > 0) await grantedOnce(it)
      else await capturedOnce(it)
    },
    finish: it => later(it, ['complete']),
    async done(it) {
      await grantedOnce(it)
      assert.equal(it.answer.body.amount, (await orderOf(it)).total)
    },
  },
  {
    name: 'payments/webhook',
    program: 'payments',
    make: event,
    keyless: true,
    status: 200,
    alone: capturedOnce,
    // The lock of the dead process may outlive it for a moment.
    finish: it => later(it, ['webhooks']),
    done: capturedOnce,
  },
]

const named = name => requests.find(op => op.name === name)

// ---- one death ---------------------------------------------------------------

let names = 0

async function prepare(op) {
  const it = await op.make()
  it.books = await books()
  it.request = {
    program: op.program,
    target: `/api/${op.name}/`,
    token: op.keyless ? undefined : callerOf(it).token,
    key: op.keyless ? undefined : newKey(),
    raw: it.raw ?? JSON.stringify(op.body(it)),
    headers: { ...it.headers, 'x-request-id': `crash-${process.pid}-${++names}` },
  }
  return it
}

const send = (it, { target, token, key, headers, raw } = it.request) =>
  api('POST', target, { token, key, raw, headers: { ...headers, 'x-request-id': null } })

const mayGoOn = answer => [502, 503, 504].includes(answer.status) ||
  answer.body?.code === 'idempotency_in_progress'

/** The same again until it answers. */
async function again(op, it) {
  it.answer = await until(async () => {
    const answer = await send(it)
    return !mayGoOn(answer) && answer
  }, { what: 'an answer' })
  assertStatus(it.answer, op.status)
}

/** Whatever the client got to see of the first answer, it gets again. */
function same(first, second) {
  assert.equal(second.text, first.text)
  assert.equal(second.headers['idempotent-replayed'], 'true')
}

async function settled(op, it) {
  await op.done(it)
  await sound(it)
  await release()
  await op.done(it)
  await sound(it)
  if (!op.keyless) same(it.answer, await send(it))
  await op.after?.(it)
  await release()
  await sound(it)
  if (!op.keyless) same(it.answer, await send(it))
}

const ways = {
  /** The client sends it again. */
  async retry(op, it) {
    await again(op, it)
    await op.finish?.(it)
    await settled(op, it)
  },
  /** Nobody does, and no event comes; the jobs see to it. */
  async jobs(op, it) {
    await later(it, op.jobs)
    await sound(it)
    await op.alone(it)
    const known = !op.keyless && (await keyOf(it))?.state === 'finished'
    await again(op, it)
    if (known) assert.equal(it.answer.headers['idempotent-replayed'], 'true')
    await op.finish?.(it)
    await settled(op, it)
  },
  /** The provider's events are there before anybody else. */
  async events(op, it) {
    await release()
    await ways.jobs(op, it)
  },
}

const byCgi = (it, call, n) => dieAsCgi(shop, it.request, call, n)

/** Lets it die at one place: whether it did, and in the gap. */
async function point(op, way, call, n, die = byCgi, tries = 10) {
  try {
    const it = await prepare(op)
    const end = await die(it, call, n)
    const gap = end.killed && op.gap !== undefined && await op.gap(it)
    // A machine that is busy with other things may be too slow: once more.
    if (!end.killed && end.answer && mayGoOn(end.answer) && tries > 1) {
      await ways[way](op, it)
      await forget(it)
      return point(op, way, call, n, die, tries - 1)
    }
    if (!end.killed && end.answer) assert.equal(end.answer.status, op.status, end.answer.text)
    await ways[way](op, it)
    if (end.answer?.status === op.status && !op.keyless)
      assert.equal(it.answer.text, end.answer.text)
    await forget(it)
    return { ...end, gap }
  } catch (error) {
    error.message = `${op.name}, at ${call} ${n}, ${way}: ${error.message}`
    throw error
  }
}

/** At every call of that name: how many it died at, how many of them in the gap. */
async function everyCall(op, way, call, die) {
  const seen = { killed: 0, gaps: 0 }
  for (let n = 1; ; n++) {
    const { killed, gap } = await point(op, way, call, n, die)
    if (!killed) return seen
    seen.killed++
    seen.gaps += gap
    assert(n < 500)
  }
}

async function everyWay(op, t, die) {
  for (const way of op.gap ? Object.keys(ways) : ['retry', 'jobs']) {
    const seen = {}
    for (const call of calls) seen[call] = await everyCall(op, way, call, die)
    assert(seen.sendto.killed > 0 && seen.write.killed > 0, 'it dies')
    if (op.gap) assert(seen.sendto.gaps > 0, 'between the provider\'s answer and our books')
    t.diagnostic(`${op.name}, then ${way}: died at ${Object.entries(seen)
      .filter(([, { killed }]) => killed).map(([call, { killed }]) => `${killed} ${call}`)
      .join(', ')}`)
  }
}

/** The first call to the database behind the last one to the provider. */
const gapAmong = sent => 2 + sent.findLastIndex(text => /"[A-Z]+ \/sandbox\//.test(text))

async function someWays(op) {
  const it = await prepare(op)
  const { answer, made } = await watch(shop, it.request)
  assert.equal(answer.status, op.status, answer.text)
  await ways.retry(op, it)
  const last = made.sendto.length
  const places = [['sendto', 1, 'jobs'], ['sendto', Math.ceil(last / 2), 'retry'],
    ['sendto', last - 1, 'retry'], ['sendto', last, 'jobs'],
    ['write', made.write.length - 1, 'retry'], ['poll', Math.ceil(made.poll.length / 2), 'jobs']]
  for (const [call, n, way] of places) {
    const { killed } = await point(op, way, call, n)
    // How often it speaks to the cache, or waits, is a matter of time.
    assert(killed || call !== 'sendto', `${op.name} makes ${n} ${call}`)
  }
  if (!op.gap) return
  for (const way of Object.keys(ways)) {
    const { gap } = await point(op, way, 'sendto', gapAmong(made.sendto))
    assert(gap, 'between the provider\'s answer and our books')
  }
}

for (const op of requests) {
  test(`H04 ${op.name}, killed at ${full ? 'any' : 'some'} call, has one outcome`, t =>
    full ? everyWay(op, t) : someWays(op))
}

// ---- an answer that is lost --------------------------------------------------

/** The provider does what it is asked, and its answer is lost. */
async function unanswered(it, match) {
  await provider('POST', '/faults', { next: [{ match, fault: 'after-reset', times: 1 }] })
  return send(it)
}

test(`H04 payments/initiate, killed at ${full ? 'any' : 'some'} call when it goes on`, async t => {
  const op = named('payments/initiate')
  const die = async (it, call, n) => {
    assert(mayGoOn(await unanswered(it, 'POST /v1/orders')))
    return byCgi(it, call, n)
  }
  if (full) return everyWay(op, t, die)
  for (const [n, way] of [[8, 'retry'], [11, 'jobs'], [13, 'retry']])
    assert((await point(op, way, 'sendto', n, die)).killed)
})

test('H04 initiate: the client, other keys and the job go on at once, to one payment', async () => {
  const op = named('payments/initiate')
  for (let round = 0; round < (full ? 20 : 2); round++) {
    const it = await prepare(op)
    await unanswered(it, 'POST /v1/orders')
    await age(it)
    const others = await Promise.all([...Array.from({ length: 3 }, () => initiate(it)),
      ...Array.from({ length: 3 }, () => send(it)), runJob(shop, 'complete')])
    await ways.retry(op, it)
    for (const { status, body } of others.slice(0, 3).filter(other => !mayGoOn(other))) {
      assert.equal(status, 201)
      assert.equal(body.checkout.order_id, it.answer.body.checkout.order_id)
    }
  }
})

test('C08 cancel: the client, the events and the job go on at once, to one refund', async () => {
  const op = named('orders/cancel')
  for (let round = 0; round < (full ? 20 : 2); round++) {
    const it = await prepare(op)
    assertStatus(await unanswered(it, 'POST /v1/payments/*/refund'), 200)
    await age(it)
    await Promise.all([send(it), send(it), release(), runJob(shop, 'complete')])
    await ways.retry(op, it)
  }
})

for (const fault of ['500', 'after-reset']) {
  test(`B12 initiate, half done (${fault}) when its order expires, ends as refused`, async () => {
    const it = await prepare(named('payments/initiate'))
    await provider('POST', '/faults', { next: [{ match: 'POST /v1/orders', fault, times: 1 }] })
    assert(mayGoOn(await send(it)))
    await lapse(it)
    await work('expire')
    const before = await since(it.books)
    await later(it)
    assert.deepEqual(await since(it.books), before, 'nothing is opened for it')
    await expiredOnce(it)
    const answer = await send(it)
    assertProblem(answer, 409, 'invalid_state')
    assert.equal(answer.headers['idempotent-replayed'], 'true')
    await sound(it)
  })
}

// ---- behind the web server ---------------------------------------------------

const front = new Front(shop, ['orders', 'payments', 'admin_commerce'])

/** The client of a killed process is told so, and the server does not try again. */
async function byFront(it, call, n) {
  const end = await front.die(it.request, call, n)
  if (!end.killed) assert.equal(end.served, 1)
  // The log knows of a change before the answer leaves.
  else if (call === 'writev') assert.equal(end.served, 1)
  else if (call === 'write') assert(end.served <= 1, `${end.served} times`)
  else assert.equal(end.served, 0)
  return end
}

const behind = ['orders/create', 'payments/initiate', 'orders/cancel', 'admin/refund']
for (const op of behind.map(named)) {
  test(`H04 ${op.name}, killed behind lighttpd: 500, and it is not run again`, async t => {
    if (full) {
      for (const call of ['sendto', 'write', 'writev']) {
        const { killed } = await everyCall(op, 'retry', call, byFront)
        t.diagnostic(`${op.name} behind lighttpd: died at ${killed} ${call}`)
      }
      return
    }
    const it = await prepare(op)
    const { answer, made } = await front.watch(it.request)
    assert.equal(answer.status, op.status, answer.text)
    await ways.retry(op, it)
    // The last thing a process writes is its answer, which nobody gets.
    const [call, n] = op.gap ? ['sendto', gapAmong(made.sendto)] : ['writev', made.writev.length]
    const end = await point(op, 'retry', call, n, byFront)
    assert(end.killed && end.gap === Boolean(op.gap))
    assert.equal(end.answer.body.code, 'internal_error')
  })
}

// ---- jobs --------------------------------------------------------------------

/*
 * job, op   who dies, and whose work it goes on with
 * leave     makes that work
 */
const jobs = [
  { job: 'complete', op: named('payments/initiate'),
    leave: it => unanswered(it, 'POST /v1/orders') },
  { job: 'complete', op: named('orders/cancel'),
    leave: it => unanswered(it, 'POST /v1/payments/*/refund') },
  { job: 'reconcile', op: named('payments/verify'), leave: () => {} },
  {
    job: 'webhooks',
    op: named('payments/webhook'),
    leave: it => sql`insert into webhook_event (id, provider, event_type, payload)
      values (${it.headers['x-razorpay-event-id']}, 'razorpay', 'payment.captured',
        ${Buffer.from(it.raw)})`,
  },
  {
    job: 'expire',
    op: { ...named('orders/create'), jobs: ['expire'], alone: expiredOnce, done: expiredOnce,
      after: undefined },
    async leave(it) {
      assertStatus(await send(it), 201)
      await lapse(it)
    },
  },
]

for (const { job, op, leave } of jobs) {
  test(`I02 ${job}, killed at ${full ? 'any' : 'some'} call within ${op.name}, ends the same`,
    async t => {
      const die = async (it, call, n) => {
        await leave(it)
        await age(it)
        return { killed: await runKilled(shop, job, call, n) }
      }
      for (const call of full ? calls : ['sendto']) {
        let n = full ? 1 : 3
        while ((await point(op, 'jobs', call, n, die)).killed) n += full ? 1 : 7
        assert(call !== 'sendto' || n > 3, 'it dies')
        if (full && n > 1) t.diagnostic(`${job} within ${op.name}: died at ${n - 1} ${call}`)
      }
    })
}
