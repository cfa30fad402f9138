/*
 * Figures of a store: what a sale, a refund and a cancellation do to them, on
 * which day; the job that keeps them; that they equal the ledger.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { admin, api, assertInvalid, assertProblem, assertStatus, customer, keysOf, main, newKey,
  product, seller, sql, startInstance, until } from './harness.mjs'
import { runJob, runKilled } from './jobs.mjs'
import { moveTo, shelf, sold, step } from './selling.mjs'

const zone = 'Asia/Kolkata'
const boss = await admin()

// ---- days ----------------------------------------------------------------------

const [{ today }] = await sql`select (now() at time zone ${zone})::date::text as today`
const plus = (day, n) => new Date(Date.parse(day) + n * 864e5).toISOString().slice(0, 10)

// ---- asking --------------------------------------------------------------------

const ask = (owner, what, query = {}, on = main) =>
  on.api('GET', `/api/sellers/analytics/${what}/`, { token: owner, query })
const figures = async (owner, what, query, on) => assertStatus(await ask(owner, what, query, on), 200)
const rollup = async (on = main, settings) => {
  const job = await runJob(on, 'rollup', [], settings)
  assert.equal(job.status, 0, job.text)
  return job.counts
}

/** Everything that is told of a store about a period. */
const all = async (owner, query, on) => ({
  overview: await figures(owner, 'overview', query, on),
  revenue: await figures(owner, 'revenue', query, on),
  orders: await figures(owner, 'orders', query, on),
  top: await figures(owner, 'top-products', { ...query, limit: 100 }, on),
})

const money = async (owner, query) => {
  const { gross_revenue: gross, refunds, net_revenue: net, orders, units_sold: units } =
    await figures(owner, 'overview', query)
  return { gross, refunds, net, orders, units }
}

/** Moves what happened with a part to that moment, as if it had then. */
async function backdate(part, at, on = main) {
  await on.sql`update earning set created_at = ${at} where seller_order_id = ${part.id}`
  await on.sql`update orders o set placed_at = ${at} from seller_order s
    where s.id = ${part.id} and o.id = s.order_id`
  await on.sql`update seller_order set placed_at = ${at} where id = ${part.id}`
}

const refund = async (order, items) => assertStatus(await api('POST', '/api/admin/refund/', {
  token: boss, key: newKey(), body: { order_id: order.id, reason: 'Broken', items } }), 201)

/** What the ledger says that a store has earned, in all. */
const owed = async owner => -Number((await sql`
  select coalesce(sum(p.amount), 0)::bigint as sum from posting p join journal j on j.id = p.journal_id
  where p.seller_id = ${owner.sellerId}
  and j.kind in ('capture', 'cod_capture', 'refund', 'refund_failed')`)[0].sum)

// ---- shapes --------------------------------------------------------------------

test('a store without orders has zeros for each of the last 30 days', async () => {
  const owner = await seller()
  const nothing = { gross_revenue: 0, net_revenue: 0, orders: 0, units_sold: 0,
    average_order_value: 0, refunds: 0 }
  assert.deepEqual(await figures(owner, 'overview'), { currency: 'INR', ...nothing,
    pending_orders: 0, low_stock_products: 0, previous: nothing })
  const revenue = await figures(owner, 'revenue')
  assert.deepEqual(keysOf(revenue), ['currency', 'interval', 'series'])
  assert.equal(revenue.interval, 'day')
  assert.deepEqual(revenue.series.map(p => p.date),
    Array.from({ length: 30 }, (_, i) => plus(today, i - 29)))
  assert(revenue.series.every(p => p.gross === 0 && p.commission === 0 && p.net === 0))
  const orders = await figures(owner, 'orders')
  assert.deepEqual(orders.by_status, { pending_payment: 0, pending: 0, confirmed: 0, packed: 0,
    shipped: 0, delivered: 0, cancelled: 0 })
  assert.equal(orders.series.length, 30)
  assert.deepEqual(await figures(owner, 'top-products'), { currency: 'INR', results: [] })
})

test('weeks begin on Monday, months on the first; a period may begin within one', async () => {
  const owner = await seller()
  const dates = async query => (await figures(owner, 'revenue', query)).series.map(p => p.date)
  assert.deepEqual(await dates({ from: '2026-01-01', to: '2026-01-19', interval: 'week' }),
    ['2025-12-29', '2026-01-05', '2026-01-12', '2026-01-19'])
  assert.deepEqual(await dates({ from: '2025-12-31', to: '2026-03-01', interval: 'month' }),
    ['2025-12-01', '2026-01-01', '2026-02-01', '2026-03-01'])
  assert.deepEqual(await dates({ from: '2024-02-28', to: '2024-03-01' }),
    ['2024-02-28', '2024-02-29', '2024-03-01'])
  assert.deepEqual(await dates({ to: '2026-01-31' }),
    Array.from({ length: 30 }, (_, i) => plus('2026-01-02', i)))
})

test('what is no period is refused', async () => {
  const owner = await seller()
  for (const what of ['overview', 'revenue', 'orders', 'top-products']) {
    assertInvalid(await ask(owner, what, { from: '2026-02-01', to: '2026-01-31' }), 'from')
    assertInvalid(await ask(owner, what, { from: plus(today, 1) }), 'from')
    assertInvalid(await ask(owner, what, { from: '2020-01-01', to: '2026-01-01' }), 'from')
    assertInvalid(await ask(owner, what, { from: '2026-02-30' }), 'from')
    assertInvalid(await ask(owner, what, { to: 'today' }), 'to')
    assertInvalid(await ask(owner, what, { interval: 'year' }), 'interval')
    assertInvalid(await ask(owner, what, { seller_id: owner.sellerId }), 'seller_id')
    assertStatus(await ask(owner, what, { from: '2020-01-01', to: plus('2020-01-01', 1099) }), 200)
    assertStatus(await ask(owner, what, { to: plus(today, 40) }), 200)
    assertProblem(await ask(await customer(), what), 403, 'permission_denied')
    assertStatus(await ask(await seller({ status: 'suspended' }), what), 200)
  }
  assertInvalid(await ask(owner, 'top-products', { limit: 0 }), 'limit')
  assertInvalid(await ask(owner, 'top-products', { limit: 101 }), 'limit')
})

// ---- what moves them -----------------------------------------------------------

test('a sale, a refund and a cancellation move them by exactly their amounts', async () => {
  const { owner, things: [one, two] } = await shelf(2, { price: 12345, stock: 100 })
  const day = { from: today, to: today }

  // Not paid: an order that was placed, no money.
  const waiting = await sold({ lines: [[one, 1]], method: 'cod' })
  assert.deepEqual(await money(owner, day), { gross: 0, refunds: 0, net: 0, orders: 0, units: 0 })
  assert.equal((await figures(owner, 'overview', day)).pending_orders, 1)
  assert.equal((await figures(owner, 'orders', day)).by_status.pending, 1)

  // Paid by card: 3 units of 123.45, a tenth of each line, half up, is not the seller's.
  const paid = await sold({ lines: [[one, 1], [two, 2]] })
  assert.deepEqual(await money(owner, day),
    { gross: 37035, refunds: 0, net: 37035 - 1235 - 2469, orders: 1, units: 3 })
  assert.deepEqual((await figures(owner, 'revenue', day)).series,
    [{ date: today, gross: 37035, commission: 3704, net: 33331 }])

  // Cash counts when it is delivered.
  await moveTo({ ...waiting.part, owner }, 'delivered')
  assert.deepEqual(await money(owner, day),
    { gross: 49380, refunds: 0, net: 49380 - 3704 - 1235, orders: 2, units: 4 })
  assert.equal((await figures(owner, 'overview', day)).average_order_value, 24690)

  // A unit of the second line goes back, with its part of the commission.
  const line = paid.part.items.find(i => i.product_id === two.id)
  await refund(paid.order, [{ order_item_id: line.id, quantity: 1 }])
  await until(async () => (await money(owner, day)).refunds === 12345, { what: 'the refund' })
  assert.deepEqual(await money(owner, day),
    { gross: 49380, refunds: 12345, net: 49380 - 12345 - (4939 - 1234), orders: 2, units: 4 })
  assert.deepEqual((await figures(owner, 'top-products', day)).results, [
    { product_id: one.id, name: one.name, units_sold: 2, revenue: 24690 },
    { product_id: two.id, name: two.name, units_sold: 2, revenue: 24690 },
  ].sort((a, b) => (a.product_id < b.product_id ? -1 : 1)))

  // Cancelling gives back the rest: nothing of that order is left in net.
  assertStatus(await step(owner, paid.part, 'cancelled'), 200)
  await until(async () => (await money(owner, day)).refunds === 37035, { what: 'the refund' })
  assert.deepEqual(await money(owner, day),
    { gross: 49380, refunds: 37035, net: 12345 - 1235, orders: 2, units: 4 })
  const { by_status: now } = await figures(owner, 'orders', day)
  assert.deepEqual([now.delivered, now.cancelled, now.pending], [1, 1, 0])
  assert.equal((await money(owner, day)).net, await owed(owner))
})

test('low_stock_products counts listed products of which a variant runs out', async () => {
  const owner = await seller()
  await product({ seller: owner, stock: 6 })
  await product({ seller: owner, variants: [{ price: 100, stock: 90 }, { price: 100, stock: 5 }] })
  const thing = await product({ seller: owner, stock: 8 })
  await product({ seller: owner, stock: 0, status: 'draft' })
  const low = async () => (await figures(owner, 'overview')).low_stock_products
  assert.equal(await low(), 1)
  await sold({ lines: [[thing, 3]], method: 'cod' })
  assert.equal(await low(), 2)
})

test('another store’s sales are not told', async () => {
  const one = await product(), other = await product({ price: 5000 })
  await sold({ lines: [[one, 1], [other, 1]] })
  const day = { from: today, to: today }
  assert.equal((await money(one.seller, day)).gross, 10000)
  assert.equal((await money(other.seller, day)).gross, 5000)
  assert.deepEqual((await figures(other.seller, 'top-products', day)).results
    .map(r => r.product_id), [other.id])
})

// ---- days ----------------------------------------------------------------------

test('a day begins at 18:30 UTC', async () => {
  const { owner, things: [thing] } = await shelf(1)
  const day = plus(today, -40)
  for (const at of ['T18:29:59.999999Z', 'T18:30:00Z']) {
    const { part } = await sold({ lines: [[thing, 1]] })
    await backdate(part, day + at)
  }
  const [early, late] = await Promise.all([day, plus(day, 1)].map(d =>
    all(owner, { from: d, to: d })))
  for (const one of [early, late]) {
    assert.equal(one.overview.gross_revenue, 10000)
    assert.equal(one.overview.orders, 1)
    assert.equal(one.orders.by_status.pending, 1)
    assert.equal(one.top.results[0].units_sold, 1)
  }
  await rollup()
  assert.deepEqual(await all(owner, { from: day, to: day }), early)
  assert.deepEqual(await all(owner, { from: plus(day, 1), to: plus(day, 1) }), late)
})

test('a refund today of a sale last week counts today, and the week before is as it was',
  async () => {
    const { owner, things: [thing] } = await shelf(1)
    const day = plus(today, -7)
    const { order, part } = await sold({ lines: [[thing, 3]] })
    await backdate(part, `${day}T06:00:00Z`)
    await rollup()
    const then = { from: day, to: day }, now = { from: today, to: today }
    assert.deepEqual(await money(owner, then),
      { gross: 30000, refunds: 0, net: 27000, orders: 1, units: 3 })
    await refund(order, [{ order_item_id: part.items[0].id, quantity: 1 }])
    await until(async () => (await money(owner, now)).refunds > 0, { what: 'the refund' })
    for (let i = 0; i < 2; i++) {
      assert.deepEqual(await money(owner, then),
        { gross: 30000, refunds: 0, net: 27000, orders: 1, units: 3 })
      assert.deepEqual(await money(owner, now),
        { gross: 0, refunds: 10000, net: -9000, orders: 0, units: 0 })
      assert.deepEqual((await figures(owner, 'revenue', { from: day, to: today })).series.filter(
        p => p.net !== 0), [{ date: day, gross: 30000, commission: 3000, net: 27000 },
        { date: today, gross: 0, commission: -1000, net: -9000 }])
      await rollup()
    }
    const { overview } = await all(owner, now)
    assert.equal(overview.previous.gross_revenue, 0)
    const week = await figures(owner, 'overview', { from: plus(today, -6), to: today })
    assert.equal(week.previous.gross_revenue, 30000)
    assert.equal(week.previous.average_order_value, 30000)
  })

test('a step today of an order placed last week shows at once, and after the job', async () => {
  const { owner, things: [thing] } = await shelf(1)
  const day = plus(today, -8), then = { from: day, to: day }
  const made = [await sold({ lines: [[thing, 1]], method: 'cod' }),
    await sold({ lines: [[thing, 1]], method: 'cod' })]
  for (const { part } of made) await backdate(part, `${day}T06:00:00Z`)
  await rollup()
  const stand = async () => (await figures(owner, 'orders', then)).by_status
  assert.equal((await stand()).pending, 2)
  assertStatus(await step(owner, made[0].part, 'confirmed'), 200)
  assert.deepEqual([(await stand()).pending, (await stand()).confirmed], [1, 1])
  assert((await rollup()).recounted >= 1)
  assert.deepEqual([(await stand()).pending, (await stand()).confirmed], [1, 1])
  await moveTo({ ...made[0].part, owner }, 'delivered')
  assert.equal((await stand()).delivered, 1)
  assert.equal((await figures(owner, 'orders', then)).series[0].orders, 2)
  // The cash came today.
  assert.equal((await money(owner, then)).gross, 0)
  assert.equal((await money(owner, { from: today, to: today })).gross, 10000)
})

// ---- the job -------------------------------------------------------------------

/** A store with orders of all kinds over the last so many days. */
async function busyStore(on = main, days = 75, orders = 30) {
  const owner = await seller({}, on)
  const things = []
  for (let i = 0; i < 4; i++)
    things.push(await product({ seller: owner, stock: 1000, price: 1000 + 777 * i }, on))
  const buyer = await customer({}, on)
  const parts = []
  for (let i = 0; i < orders; i++) {
    const { part, order } = await sold({ buyer, method: 'cod',
      lines: [[things[i % 4], 1 + i % 5], ...i % 3 ? [] : [[things[(i + 1) % 4], 2]]] }, on)
    await backdate(part, new Date(Date.now() - Math.floor(days * 864e5 * (i + 1) / orders)), on)
    parts.push({ ...part, owner, order })
  }
  for (const part of parts.filter((_, i) => i % 4)) {
    await moveTo(part, 'delivered', on)
    await on.sql`update earning e set created_at = o.placed_at + interval '31 hours'
      from seller_order o where o.id = e.seller_order_id and o.id = ${part.id}
      and o.placed_at < now() - interval '31 hours'`
  }
  return { owner, parts, things }
}

/** The same from the rows themselves, without a table of days. */
async function oracle(owner, from, to, on = main, tz = zone) {
  const [sums] = await on.sql`
    select coalesce(sum(e.gross) filter (where refund_id is null), 0)::int as gross,
      coalesce(-sum(e.gross) filter (where refund_id is not null), 0)::int as refunds,
      coalesce(sum(e.amount), 0)::int as net,
      count(*) filter (where refund_id is null)::int as orders
    from earning e where seller_id = ${owner.sellerId}
    and (created_at at time zone ${tz})::date between ${from}::date and ${to}::date`
  const top = await on.sql`
    select i.product_id, sum(i.quantity)::int as units_sold, sum(i.line_total)::int as revenue
    from earning e join order_item i on i.seller_order_id = e.seller_order_id
    where e.seller_id = ${owner.sellerId} and e.refund_id is null
    and (e.created_at at time zone ${tz})::date between ${from}::date and ${to}::date
    group by 1 order by 3 desc, 2 desc, 1`
  const placed = await on.sql`
    select status, count(*)::int as n from seller_order where seller_id = ${owner.sellerId}
    and (placed_at at time zone ${tz})::date between ${from}::date and ${to}::date group by 1`
  return { sums, top, placed: Object.fromEntries(placed.map(p => [p.status, p.n])) }
}

async function compare(owner, from, to, on = main, tz = zone) {
  const want = await oracle(owner, from, to, on, tz)
  const { overview, revenue, orders, top } = await all(owner, { from, to }, on)
  assert.deepEqual({ gross: overview.gross_revenue, refunds: overview.refunds,
    net: overview.net_revenue, orders: overview.orders }, want.sums, `${from} to ${to}`)
  assert.equal(revenue.series.reduce((sum, p) => sum + p.net, 0), want.sums.net)
  assert.equal(revenue.series.reduce((sum, p) => sum + p.gross, 0), want.sums.gross)
  assert.deepEqual(top.results.map(({ name, ...rest }) => (assert(name), rest)), want.top)
  assert.equal(overview.units_sold, want.top.reduce((sum, p) => sum + p.units_sold, 0))
  assert.deepEqual(Object.fromEntries(Object.entries(orders.by_status).filter(([, n]) => n)),
    want.placed)
  assert.equal(orders.series.reduce((sum, p) => sum + p.orders, 0),
    Object.values(want.placed).reduce((a, b) => a + b, 0))
  for (const interval of ['week', 'month']) {
    const other = await figures(owner, 'revenue', { from, to, interval }, on)
    assert.equal(other.series.reduce((sum, p) => sum + p.net, 0), want.sums.net)
  }
}

const tables = async (on = main) => (await on.sql`
  select (select md5(string_agg(t::text, '|' order by t::text)) from sales_day t) as sales,
    (select md5(string_agg(t::text, '|' order by t::text)) from order_day t) as orders,
    (select md5(string_agg(t::text, '|' order by t::text)) from product_day t) as products,
    (select md5(string_agg(t::text, '|' order by t::text)) from product_month t) as months`)[0]

test('figures are the same without the job, after it, and while it has not run again', async () => {
  const { owner, parts } = await busyStore()
  const periods = [[-80, 0], [-75, -40], [-61, -1], [-5, 0], [-33, -33]]
    .map(([a, b]) => [plus(today, a), plus(today, b)])
  // Whole months, with and without days around them.
  const month = `${plus(today, -45).slice(0, 7)}-01`
  periods.push([month, today], [plus(month, -3), plus(month, 40)])
  for (const [from, to] of periods) await compare(owner, from, to)
  await rollup()
  for (const [from, to] of periods) await compare(owner, from, to)
  assert((await sql`select from product_month where seller_id = ${owner.sellerId}`).length > 0)
  // Something happens to old days: they are right before the job comes, and after.
  for (const part of parts.filter((_, i) => i % 4 === 0).slice(0, 4))
    assertStatus(await step(owner, part, 'cancelled'), 200)
  await sql`update earning set created_at = created_at - interval '20 days'
    where seller_order_id = ${parts[9].id}`
  for (const [from, to] of periods) await compare(owner, from, to)
  await rollup()
  for (const [from, to] of periods) await compare(owner, from, to)
  // Other files sell meanwhile, in stores of their own.
  assert.deepEqual(await sql`select from figures_mark where seller_id = ${owner.sellerId}`, [])
})

test('I01 I02 the job: a second run changes nothing; killed anywhere, the next makes it good',
  async () => {
    const own = await startInstance()
    const { owner, parts } = await busyStore(own, 40, 16)
    const want = await (async () => {
      await rollup(own)
      return tables(own)
    })()
    const again = await rollup(own)
    assert.deepEqual([again.closed, again.recounted], [0, 0])
    assert.deepEqual(await tables(own), want)
    for (let n = 1, killed = true; killed; n += 15) {
      await own.sql`update figures_state set closed = closed - 41`
      await own.sql`delete from sales_day where day % 3 = 0`
      // Days that were counted wrongly, and so their months.
      await own.sql`update product_month m set units = m.units + (
        select count(*) from product_day d
        where d.seller_id = m.seller_id and d.product_id = m.product_id and d.day % 2 = 0
        and date_trunc('month', date '1970-01-01' + d.day)::date - date '1970-01-01' = m.month)`
      await own.sql`update product_day set units = units + 1 where day % 2 = 0`
      await own.sql`update order_day set orders = 99 where day % 5 = 0`
      await own.sql`insert into figures_mark (what, seller_id, at)
        select unnest(array['sales', 'orders']), seller_id, placed_at from seller_order where id = ${parts[3].id}`
      killed = await runKilled(own, 'rollup', 'sendto', n)
      assert.equal((await runJob(own, 'rollup')).status, 0)
      assert.deepEqual(await tables(own), want, `killed at ${n}`)
      assert(n < 2000)
    }
    await compare(owner, plus(today, -50), today, own)
    await own.checkInvariants()
  })

test('a day that takes longer to count than anybody waits for an answer is counted', async () => {
  const own = await startInstance()
  await busyStore(own, 3, 2)
  await own.sql`create function dawdle() returns trigger language plpgsql as
    $$ begin perform pg_sleep(5.2); return null; end $$`
  await own.sql`create trigger dawdle after insert on sales_day for each row
    when (new.seller_id is null) execute function dawdle()`
  const { closed } = await rollup(own)
  assert(closed >= 2)
  assert((await own.sql`select from sales_day where seller_id is null`).length >= 1)
  await own.sql`drop function dawdle cascade`
})

test('rows of the whole shop are the sums of its sellers, with each order once', async () => {
  await rollup()
  const differ = await sql`
    select day from sales_day group by day
    having sum(gross) filter (where seller_id is null)
        <> sum(gross) filter (where seller_id is not null)
    or sum(refunds) filter (where seller_id is null)
        <> sum(refunds) filter (where seller_id is not null)
    or sum(commission) filter (where seller_id is null)
        <> sum(commission) filter (where seller_id is not null)
    or sum(units) filter (where seller_id is null)
        <> sum(units) filter (where seller_id is not null)
    or sum(orders) filter (where seller_id is null)
        > sum(orders) filter (where seller_id is not null)`
  assert.deepEqual(differ, [])
  const orders = await sql`
    select d.day from order_day d where seller_id is null
    and d.day <> all (array(select day_number(at, ${zone}) from figures_mark where what = 'orders'))
    group by d.day
    having sum(orders) <> (select count(*) from orders
      where day_number(placed_at, ${zone}) = d.day)`
  assert.deepEqual(orders, [])
})

test('each day’s earnings are what the ledger says of that day, to the paisa', async () => {
  const { owner, things: [thing] } = await shelf(1, { price: 33333, stock: 100 })
  const made = [await sold({ lines: [[thing, 2]] }), await sold({ lines: [[thing, 1]], method: 'cod' })]
  await moveTo({ ...made[1].part, owner }, 'delivered')
  await refund(made[0].order, [{ order_item_id: made[0].part.items[0].id, quantity: 1 }])
  await until(async () => (await money(owner, { from: today, to: today })).refunds > 0,
    { what: 'the refund' })
  const days = await sql`
    select (j.created_at at time zone ${zone})::date::text as day, -sum(p.amount)::int as net
    from posting p join journal j on j.id = p.journal_id
    where p.seller_id = ${owner.sellerId}
    and j.kind in ('capture', 'cod_capture', 'refund', 'refund_failed') group by 1 order by 1`
  const { series } = await figures(owner, 'revenue')
  assert.deepEqual(series.filter(p => p.net !== 0).map(p => ({ day: p.date, net: p.net })), days)
  // And in all: what the whole shop earned is what the ledger says of its sellers.
  const [books] = await sql`
    select -sum(amount) filter (where account in ('seller_pending', 'seller_payable'))::bigint as net,
      -sum(amount) filter (where account = 'commission')::bigint as commission
    from posting p join journal j on j.id = p.journal_id
    where j.kind in ('capture', 'cod_capture', 'refund', 'refund_failed')`
  const [sums] = await sql`select sum(gross - refunds - commission)::bigint as net,
      sum(commission)::bigint as commission
    from (
      select gross, refunds, commission from sales_day where seller_id is null
      union all
      select case when refund_id is null then gross else 0 end,
        case when refund_id is null then 0 else -gross end, commission
      from earning e where day_number(created_at, ${zone}) > (select closed from figures_state)
    ) s where not exists (select from figures_mark)`
  if (sums.net !== null) assert.deepEqual(sums, books)
})

test('another time zone: its days, through the change of the clock; the job counts anew',
  async () => {
    const tz = 'America/New_York'
    const own = await startInstance({ SHOP_TIMEZONE: tz })
    const { owner, things: [thing] } = await shelf(1, { stock: 100 }, own)
    // In March the clock jumps: 2026-03-08 has 23 hours, from 05:00Z to 04:00Z.
    for (const at of ['2026-03-08T04:59:59.999999Z', '2026-03-08T05:00:00Z',
      '2026-03-09T03:59:59.999999Z', '2026-03-09T04:00:00Z']) {
      const { part } = await sold({ lines: [[thing, 1]], method: 'cod' }, own)
      await moveTo({ ...part, owner }, 'delivered', own)
      await backdate(part, at, own)
    }
    const days = async () => (await figures(owner, 'revenue',
      { from: '2026-03-07', to: '2026-03-09' }, own)).series.map(p => p.gross)
    assert.deepEqual(await days(), [10000, 20000, 10000])
    await rollup(own)
    assert.deepEqual(await days(), [10000, 20000, 10000])
    // Counted for another zone meanwhile, the figures are those of this one all the same.
    await rollup(own, { SHOP_TIMEZONE: zone })
    assert.deepEqual(await days(), [10000, 20000, 10000])
    await compare(owner, '2026-03-01', '2026-03-31', own, tz)
    assert((await rollup(own)).closed > 0)
    assert.deepEqual(await days(), [10000, 20000, 10000])
    await compare(owner, '2026-03-01', '2026-03-31', own, tz)
    await own.checkInvariants()
  })
