/*
 * A market day with a payment provider that fails in every way it can: buyers
 * at once who order, pay, pay twice, pay too late, cancel and give up, and send
 * the same key again where they got no clear answer; staff who pay back, here or in
 * the provider's dashboard; events that come late, twice, in any order and with
 * wrong signatures; refunds that fail at the bank; and the jobs at work meanwhile. When it is over, the books of the provider and ours say
 * the same to the paisa, and every order is paid once or not at all (INV11).
 *
 * MARKET_CLIENTS is how many buyers (40; make market: 200), SEED repeats a day.
 */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'

import { addressInput, admin, assertStatus, countBy, customer, newKey, product, seller, signUp, stockOf,
  unique, until } from './harness.mjs'
import { runJob } from './jobs.mjs'
import { shopWithProvider } from './provider.mjs'
import { seeded, seedOfRun } from './seeded.mjs'

const clients = Number(process.env.MARKET_CLIENTS || 40)
const seed = seedOfRun()
const { shop, box } = await shopWithProvider({ PROVIDER_TIMEOUT_MS: '1500' })
const { api, sql } = shop
const staff = await admin(shop)
const stores = await Promise.all(Array.from({ length: 4 }, () => seller({}, shop)))

const sleep = ms => new Promise(resolve => setTimeout(resolve, ms))
const tally = {}
const count = (what, n = 1) => { tally[what] = (tally[what] ?? 0) + n }

// ---- a good client -------------------------------------------------------------

const unclear = answer => [502, 503, 504].includes(answer.status) ||
  answer.body?.code === 'idempotency_in_progress'

/** Sends the same again until the answer is clear. */
async function insist(chance, method, target, options) {
  for (let tries = 1; tries <= 100; tries++) {
    const answer = await api(method, target, options)
    assert(answer.status !== 500, `${target}: ${answer.text}`)
    if (!unclear(answer)) return answer
    count(`answered ${answer.status}`)
    await sleep(chance.int(10, Math.min(50 * 2 ** tries, 3000)))
  }
  throw new Error(`${target}: no clear answer`)
}

const post = (who, target, body, key = newKey()) =>
  insist(who.chance, 'POST', target, { token: who, key, body })

// ---- what buyers do ------------------------------------------------------------

const statusOf = async order =>
  (await sql`select status from orders where id = ${order.id}`)[0].status

async function order(who, things) {
  const lines = who.chance.shuffle(things).slice(0, who.chance.int(1, 2))
  for (const thing of lines) {
    const added = await post(who, '/api/cart/add/', { product_id: thing.id,
      variant_id: thing.variantId, quantity: who.chance.int(1, 3) })
    if (added.status !== 200) assert.equal(added.body.code, 'insufficient_stock', added.text)
  }
  const body = { shipping_address: addressInput(), payment_method: 'razorpay' }
  const key = newKey()
  const answer = await post(who, '/api/orders/create/', body, key)
  if (answer.status !== 201) {
    assert.match(answer.body.code, /^(insufficient_stock|cart_empty)$/, answer.text)
    count('sold out')
    assertStatus(await post(who, '/api/cart/clear/', {}), 200)
    return null
  }
  if (who.chance.chance(0.1))
    assert.deepEqual((await post(who, '/api/orders/create/', body, key)).text, answer.text)
  count('orders')
  return answer.body
}

/** The checkout, or null where the order can no longer be paid. */
async function initiate(who, placed) {
  const key = newKey()
  const ask = k => post(who, '/api/payments/initiate/', { order_id: placed.id }, k)
  const answers = who.chance.chance(0.2) ? await Promise.all([ask(key), ask(newKey()), ask(key)])
    : [await ask(key)]
  const good = answers.filter(answer => answer.status === 201)
  for (const answer of answers)
    if (answer.status !== 201) assert.equal(answer.body.code, 'invalid_state', answer.text)
  assert(new Set(good.map(answer => answer.body.checkout.order_id)).size <= 1)
  return good[0]?.body.checkout ?? null
}

async function pay(who, checkout, more = {}) {
  const { status, body } = await box.pay(checkout.order_id, more)
  if (status !== 200) return null
  count(more.again ? 'paid again' : more.outcome === 'authorized' ? 'authorized' : 'paid')
  return body
}

async function verify(who, handed) {
  const times = who.chance.chance(0.3) ? 2 : 1
  const answers = await Promise.all(Array.from({ length: times }, () =>
    post(who, '/api/payments/verify/', handed)))
  for (const answer of answers) assertStatus(answer, 200)
  count('verified')
}

async function cancel(who, placed) {
  const key = newKey()
  const answer = await post(who, '/api/orders/cancel/',
    { order_id: placed.id, reason: 'Changed my mind' }, key)
  if (answer.status !== 200) {
    assert.equal(answer.body.code, 'invalid_transition', answer.text)
    return
  }
  count('cancelled')
  const again = await post(who, '/api/orders/cancel/',
    { order_id: placed.id, reason: 'Changed my mind' }, key)
  assert.equal(again.text, answer.text)
}

const confirmed = placed => until(async () => await statusOf(placed) === 'confirmed',
  { seconds: 120, what: 'an order to be confirmed' })

/** By an administrator: a part, or all that is left; never less left than can go back. */
async function payBack(who, placed) {
  const body = { order_id: placed.id, reason: 'Damaged',
    ...(who.chance.chance(0.6) ? { amount: who.chance.int(100, Math.floor(placed.total / 3)) } : {}) }
  const key = newKey()
  const boss = { ...staff, chance: who.chance }
  const answer = await post(boss, '/api/admin/refund/', body, key)
  if (answer.status !== 201) {
    assert.match(answer.body.code,
      /^(refund_exceeds_captured|refund_in_progress|invalid_state)$/, answer.text)
    return
  }
  count('staff refunds')
  assert.equal((await post(boss, '/api/admin/refund/', body, key)).body.id, answer.body.id)
}

/** Its time runs out; the job cancels it, or somebody was quicker. */
async function letExpire(placed) {
  await sql`update orders set expires_at = now() - interval '1 second'
    where id = ${placed.id} and status = 'pending_payment'`
  await until(async () => await statusOf(placed) !== 'pending_payment',
    { seconds: 60, what: 'an order to expire' })
  count('expired')
}

const courses = {
  async paysAndIsHappy(who, placed, checkout) {
    const handed = await pay(who, checkout)
    if (who.chance.chance(0.5)) await verify(who, handed)
  },
  async authorizesOnly(who, placed, checkout) {
    const handed = await pay(who, checkout, { outcome: 'authorized' })
    if (who.chance.chance(0.5)) await verify(who, handed)
    if (who.chance.chance(0.3)) await cancel(who, placed)
  },
  async isGivenBack(who, placed, checkout) {
    const handed = await pay(who, checkout, { outcome: 'authorized' })
    // Nobody captured it in time, unless the reconciler did.
    const { status } = await box.call('POST', '/payments/play',
      { payment_id: handed.razorpay_payment_id })
    if (status === 200) count('given back uncaptured')
    if (who.chance.chance(0.5)) await verify(who, handed)
    if (who.chance.chance(0.5)) await courses.paysAndIsHappy(who, placed, checkout)
  },
  async failsFirst(who, placed, checkout) {
    await pay(who, checkout, { outcome: 'failed', method: 'card' })
    if (who.chance.chance(0.7)) await courses.paysAndIsHappy(who, placed, checkout)
  },
  async paysTwice(who, placed, checkout) {
    const handed = await pay(who, checkout)
    const other = await pay(who, checkout, { again: true })
    const shown = who.chance.shuffle([handed, other]).slice(0, who.chance.int(0, 2))
    await Promise.all(shown.map(one => verify(who, one)))
    if (who.chance.chance(0.3)) await cancel(who, placed)
  },
  async paysTooLate(who, placed, checkout) {
    await letExpire(placed)
    const handed = await pay(who, checkout)
    if (who.chance.chance(0.5)) await verify(who, handed)
  },
  async cancelsPaid(who, placed, checkout) {
    const handed = await pay(who, checkout)
    if (who.chance.chance(0.5)) await verify(who, handed)
    if (who.chance.chance(0.5)) await confirmed(placed)
    await cancel(who, placed)
  },
  async cancelsWhilePaying(who, placed, checkout) {
    const [handed] = await Promise.all([pay(who, checkout), cancel(who, placed)])
    if (who.chance.chance(0.5)) await verify(who, handed)
  },
  async cancelsThenPays(who, placed, checkout) {
    await cancel(who, placed)
    await pay(who, checkout)
  },
  async isPaidBackByStaff(who, placed, checkout) {
    await pay(who, checkout)
    await confirmed(placed)
    const times = who.chance.int(1, 2)
    await Promise.all(Array.from({ length: times }, () => payBack(who, placed)))
    if (who.chance.chance(0.3)) await cancel(who, placed)
  },
  async losesAPart(who, placed, checkout) {
    await pay(who, checkout)
    if (who.chance.chance(0.7)) await confirmed(placed)
    const part = who.chance.pick(placed.seller_orders)
    const owner = stores.find(store => store.sellerId === part.seller.id)
    const key = newKey()
    const callOff = () => post({ ...owner, chance: who.chance }, '/api/sellers/orders/update-status/',
      { id: part.id, status: 'cancelled', note: 'Broken' }, key)
    const answer = assertStatus(await callOff(), 200)
    assert.equal(answer.status, 'cancelled')
    assert.deepEqual(assertStatus(await callOff(), 200), answer)
    count('parts called off')
  },
  async isPaidBackAtTheProvider(who, placed, checkout) {
    const handed = await pay(who, checkout)
    await confirmed(placed)
    const amount = who.chance.int(100, placed.total - 100)
    // A person at the dashboard, who looks and tries again: under a key of its own.
    await box.call('POST', `/payments/${handed.razorpay_payment_id}/refund`, { amount })
      .catch(() => {})
    count('dashboard refunds')
    if (who.chance.chance(0.3)) await cancel(who, placed)
  },
  async abandons() { count('abandoned') },
}
const names = Object.keys(courses)

async function buyer(i, things) {
  const chance = seeded(seed).child(`buyer ${i}`)
  const account = chance.chance(0.1) ? await signUp({}, shop) : await customer({}, shop)
  const who = { ...account, chance }
  // Each course is taken by somebody; then as it comes.
  for (let n = 0; n < 2; n++) {
    const placed = await order(who, things)
    if (!placed) continue
    if (chance.chance(0.05)) {
      count('abandoned')
      continue
    }
    const checkout = await initiate(who, placed)
    if (!checkout) continue
    const name = n === 0 ? names[i % names.length] : chance.pick(names)
    await courses[name](who, placed, checkout)
  }
}

// ---- the weather, the bank, the clock ----------------------------------------------

/** Runs fn again and again until it is stopped or fails: {stop}, which tells. */
function forever(fn) {
  let on = true
  const ended = (async () => { while (on) await fn() })().catch(error => error)
  return { stop: async () => {
    on = false
    const error = await ended
    if (error) throw error
  } }
}

/** Faults of any kind, more or fewer; events held, late, twice, shuffled, mis-signed. */
function weather(chance) {
  return forever(async () => {
    await box.faults({
      random: { seed: chance.int(1, 1e9), per_mille: chance.int(100, 400) },
      timeout_ms: 2000, drip_ms: 100,
      refunds: chance.pick(['processed', 'pending']),
      webhooks: { duplicate: chance.int(0, 2), missign: chance.int(0, 2),
        delay_ms: chance.pick([0, 0, 100, 500]), shuffle: chance.chance(0.5),
        hold: chance.chance(0.25) },
    })
    await sleep(chance.int(100, 800))
  })
}

/** Decides refunds that wait, some of them as failed. */
async function bankDay(chance, failing) {
  // The list is as faulty as all that the shop may ask.
  const refunds = await box.all('/refunds').catch(() => [])
  for (const refund of refunds) {
    if (refund.status !== 'pending') continue
    const outcome = chance.chance(failing) ? 'failed' : 'processed'
    await box.ask('POST', '/refunds/play', { refund_id: refund.id, outcome })
    count(`bank ${outcome}`)
  }
}

/** What the jobs find due after minutes and hours is due after this many seconds. */
async function age(secs) {
  const then = `${secs} seconds`
  await sql`update idempotency_key set created_at = now() - interval '20 minutes'
    where state = 'started' and created_at between now() - interval '10 minutes'
    and now() - ${then}::interval`
  await sql`update payment set created_at = now() - interval '20 minutes'
    where status in ('created', 'authorized', 'failed')
    and created_at between now() - interval '10 minutes' and now() - ${then}::interval`
  await sql`update refund set updated_at = now() - interval '20 minutes'
    where status = 'processing' and updated_at between now() - interval '10 minutes'
    and now() - ${then}::interval`
  await sql`update refund set updated_at = now() - interval '2 days'
    where status = 'failed' and updated_at between now() - interval '1 day'
    and now() - ${then}::interval`
  await sql`update webhook_event set next_try_at = now()
    where state in ('received', 'parked') and received_at < now() - ${then}::interval`
}

const jobs = ['expire', 'webhooks', 'complete', 'reconcile']

async function runOnce(job) {
  const { status, text } = await runJob(shop, job)
  assert.equal(status, 0, text)
  const [, counted] = / ok (.*)$/m.exec(text) ?? [null, '']
  for (const [, what, n] of counted.matchAll(/([a-z_]+)=(\d+)/g))
    if (what !== 'ms') count(`${job} ${what}`, Number(n))
}

// ---- closing ------------------------------------------------------------------------

const openThings = async () => (await sql`
  select (select count(*) from idempotency_key where state = 'started')::int as keys,
    (select count(*) from refund where status not in ('processed', 'failed'))::int as refunds,
    (select count(*) from webhook_event where state in ('received', 'parked'))::int as events,
    (select count(*) from orders where status = 'pending_payment')::int as orders,
    (select count(*) from payment p join orders o on o.id = p.order_id
      where p.captured_amount > p.refunded_amount
      and (o.status = 'cancelled' or not p.is_live or p.refunded_amount < (
        select sum(total) from seller_order
        where order_id = o.id and status = 'cancelled')))::int as owed`)[0]

async function close() {
  await box.calm()
  for (let round = 1; ; round++) {
    await box.ask('POST', '/webhooks/release')
    await until(async () => {
      const { held, waiting } = await box.webhooks()
      return held + waiting === 0
    }, { seconds: 120, what: 'the events to be delivered' })
    await age(0)
    // Money that was authorized or captured comes in before the unpaid orders go.
    if (round === 2) await sql`update orders set expires_at = now() where status = 'pending_payment'`
    for (const job of jobs) await runOnce(job)
    await bankDay(seeded(seed), 0)
    const open = await openThings()
    if (round > 2 && Object.values(open).every(n => n === 0)) return round
    assert(round < 12, `still open: ${JSON.stringify(open)}`)
  }
}

// ---- the books ------------------------------------------------------------------------

const number = value => Number(value ?? 0)

/** By whole, by kind, and each payment and refund by itself: both sides the same. */
async function compareBooks() {
  const books = await box.books()
  const clearing = Object.fromEntries((await sql`
    select j.kind, sum(p.amount)::bigint as amount from posting p
    join journal j on j.id = p.journal_id
    where p.account = 'gateway_clearing' group by j.kind`)
    .map(({ kind, amount }) => [kind, number(amount)]))
  const captured = number(clearing.capture) + number(clearing.stray_capture)
  const refunded = -(number(clearing.refund) + number(clearing.refund_failed))
  assert.deepEqual({ captured, refunded, pending: 0 },
    { captured: books.captured, refunded: books.refunded, pending: books.refund_pending })

  const theirs = (await box.all('/payments')).filter(p => p.captured)
  const ours = await sql`select provider_payment_id as id, captured_amount as amount,
    refunded_amount as refunded from payment where captured_amount > 0 order by 1`
  assert.deepEqual(ours, theirs.map(p => ({ id: p.id, amount: p.amount,
    refunded: p.amount_refunded })).sort((a, b) => (a.id < b.id ? -1 : 1)))

  // Money that was never taken went back by itself, and stands in no books.
  const taken = new Set(theirs.map(p => p.id))
  const paidBack = (await box.all('/refunds'))
    .filter(r => r.status === 'processed' && taken.has(r.payment_id))
    .map(r => ({ id: r.id, payment: r.payment_id, amount: r.amount }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  assert.deepEqual(await sql`select r.provider_refund_id as id, p.provider_payment_id as payment,
    r.amount from refund r join payment p on p.id = r.payment_id
    where r.status = 'processed' order by 1`, paidBack)

  // One order there for each payment here at most, none unknown. Of an order that
  // was given up while it was opened there its name may not have come back.
  const there = new Map((await box.all('/orders')).map(o => [o.receipt, o.id]))
  assert.equal(there.size, books.orders)
  const here = await sql`select receipt, provider_order_id as id from payment
    where receipt is not null`
  for (const { receipt, id } of here) {
    if (id) assert.equal(there.get(receipt), id)
    there.delete(receipt)
  }
  assert.deepEqual([...there], [])
  return { captured, refunded }
}

async function checkOrders(things, before) {
  const rows = await sql`
    select o.number, o.status, o.payment_status, o.total, own.captured, own.refunded, other.kept,
      back.amount as paid_back, part.total as called_off
    from orders o
    cross join lateral (
      select coalesce(sum(captured_amount), 0)::bigint as captured,
        coalesce(sum(refunded_amount), 0)::bigint as refunded
      from payment where order_id = o.id and is_live) own
    cross join lateral (
      select coalesce(sum(captured_amount - refunded_amount), 0)::bigint as kept
      from payment where order_id = o.id and not is_live) other
    cross join lateral (
      select coalesce(sum(r.amount), 0)::bigint as amount
      from refund r join payment p on p.id = r.payment_id
      where r.order_id = o.id and r.status = 'processed' and r.source in ('admin', 'gateway')
      and p.is_live) back
    cross join lateral (
      select coalesce(sum(total), 0)::bigint as total
      from seller_order where order_id = o.id and status = 'cancelled') part
    order by o.number`
  for (const row of rows) {
    const text = JSON.stringify(row)
    assert.equal(row.kept, 0, `paid twice: ${text}`)
    if (row.status === 'cancelled') assert.equal(row.captured, row.refunded, text)
    // Nobody but staff takes money away from what is served.
    else assert.deepEqual([row.status, row.captured, row.refunded],
      ['confirmed', row.total, row.paid_back + row.called_off], text)
    if (row.captured > 0)
      assert.equal(row.payment_status, row.refunded === 0 ? 'paid' :
        row.refunded < row.captured ? 'partially_refunded' : 'refunded', text)
  }
  for (const [i, thing] of things.entries()) {
    const [{ sold }] = await sql`select coalesce(sum(i.quantity), 0)::int as sold
      from order_item i join seller_order s on s.id = i.seller_order_id
      where i.variant_id = ${thing.variantId} and s.status <> 'cancelled'`
    assert.deepEqual(await stockOf(thing.variantId, shop), { on_hand: before[i], reserved: sold })
  }
  return countBy(rows, row => row.status)
}

// ---- the day --------------------------------------------------------------------------

test(`INV11 ${clients} buyers and a provider that fails in every way: the books agree`, async t => {
  const chance = seeded(seed)
  t.diagnostic(`market: seed ${seed}`)
  const stock = Array.from({ length: 10 }, (_, i) => Math.ceil(clients * (i < 3 ? 0.2 : 0.8)))
  const things = []
  for (const [i, units] of stock.entries())
    things.push(await product({ seller: stores[i % 4], stock: units, name: unique('Ware'),
      price: chance.int(10100, 99999) }, shop))

  const started = performance.now()
  const rain = weather(chance.child('weather'))
  const banker = chance.child('bank')
  const bank = forever(async () => {
    await bankDay(banker, 0.2)
    await sleep(500)
  })
  const clock = forever(async () => {
    await age(2)
    await sleep(500)
  })
  const schedule = jobs.map(job => forever(async () => {
    await runOnce(job)
    await sleep(500)
  }))
  try {
    await Promise.all(Array.from({ length: clients }, (_, i) => buyer(i, things)))
  } finally {
    await Promise.all([rain, bank, clock, ...schedule].map(one => one.stop()))
  }
  const { hits } = await box.ask('GET', '/faults')
  const busy = performance.now() - started
  const rounds = await close()

  const { captured, refunded } = await compareBooks()
  const ends = await checkOrders(things, stock)
  await shop.checkInvariants()
  const secs = ms => (ms / 1000).toFixed(1)
  t.diagnostic(`market: ${clients} buyers in ${secs(busy)} s, closed in ${rounds} rounds, ` +
    `${secs(performance.now() - started)} s in all`)
  t.diagnostic(`market: captured ${captured}, refunded ${refunded} paise on both sides; ` +
    `orders ${JSON.stringify(ends)}`)
  t.diagnostic(`market: faults ${JSON.stringify(hits)}`)
  t.diagnostic(`market: ${JSON.stringify(tally)}`)
})
