/*
 * One truth: over three months of orders of all kinds and a day of live ones, the sales
 * report is what the orders say, the ledger, the figures of the shop and the sum of all
 * stores' figures, by day and by store, to the paisa; so are tax, refunds and settlements.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { parse } from 'csv-parse/sync'

import { admin, assertStatus, mintTokens, newKey, product, seller, startInstance, until, uuid7,
  walk } from './harness.mjs'
import { runJob } from './jobs.mjs'
import { moveTo, sold, step } from './selling.mjs'

const zone = 'Asia/Kolkata'
const shop = await startInstance({ HAAT_DEMO: '1', DEMO_SCALE: '200', DEMO_LINES: '1500' })
const { api, sql } = shop
const boss = await admin(shop)
const [{ today, from }] = await sql`select (now() at time zone ${zone})::date::text as today,
  ((now() at time zone ${zone})::date - 100)::text as from`
const period = { from, to: today }

// ---- asking --------------------------------------------------------------------

async function report(type, query = period) {
  const answer = await api('GET', '/api/admin/reports/',
    { token: boss, query: { type, format: 'csv', ...query } })
  assertStatus(answer, 200)
  return parse(answer.bytes, { bom: true, columns: true, record_delimiter: '\r\n' })
}
const figures = async (what, token, whose, query = period) =>
  assertStatus(await api('GET', `/api/${whose}/analytics/${what}/`, { token, query }), 200)

/** Sums of some amounts by what a row belongs to; without what is zero in all. */
function sumsBy(rows, keyOf, names) {
  const sums = {}
  for (const row of rows) {
    const key = keyOf(row)
    sums[key] ??= Object.fromEntries(names.map(name => [name, 0]))
    for (const name of names) sums[key][name] += Number(row[name])
  }
  return Object.fromEntries(Object.entries(sums)
    .filter(([, v]) => Object.values(v).some(n => n !== 0)).sort(([a], [b]) => (a < b ? -1 : 1)))
}
const money = ['gross', 'refunds', 'commission', 'net']
const byStoreAndDay = row => `${row.seller_id} ${row.date}`
const byDay = row => row.date
const only = (rows, name) => Object.fromEntries(Object.entries(rows).map(([k, v]) => [k, v[name]])
  .filter(([, v]) => v !== 0))

// ---- what happened -------------------------------------------------------------

/** Orders of today: several stores, both ways to pay, states, parts called off, refunds. */
async function liveDay() {
  const here = await seller({}, shop), there = await seller({ stateCode: '27' }, shop)
  const things = [await product({ seller: here, price: 12345, taxRate: 1200 }, shop),
    await product({ seller: there, price: 9999, taxRate: 500 }, shop)]
  const lines = [[things[0], 3], [things[1], 2]]
  const refund = (order, items) => api('POST', '/api/admin/refund/', { token: boss, key: newKey(),
    body: { order_id: order.id, reason: 'Broken', items } })
  const paid = await sold({ lines }, shop)
  for (const part of paid.parts)
    assertStatus(await refund(paid.order, [{ order_item_id: part.items[0].id, quantity: 1 }]), 201)
  const short = await sold({ lines }, shop)
  assertStatus(await step(there, short.parts[1], 'cancelled', { on: shop }), 200)
  const cash = await sold({ lines, method: 'cod' }, shop)
  await moveTo(cash.parts[0], 'delivered', shop)
  assertStatus(await step(there, cash.parts[1], 'cancelled', { on: shop }), 200)
  const returned = await sold({ lines: [[things[1], 2]], method: 'cod' }, shop)
  await moveTo(returned.part, 'delivered', shop)
  assertStatus(await refund(returned.order), 201)
  await until(async () => Number((await sql`select count(*) as n from refund
    where status = 'processed' and order_id = any(${`{${[paid, short, returned]
      .map(s => s.order.id)}}`}::uuid[])`)[0].n) === 4, { what: 'four refunds' })
  const waiting = await sql`select id from settlement where status = 'requested'`
  assertStatus(await api('POST', '/api/admin/commerce/settlements/process/', { token: boss,
    key: newKey(), body: { settlement_id: waiting[0].id, action: 'pay', reference: 'N1' } }), 200)
}
await liveDay()

/** Each store with a session of its owner. */
async function stores() {
  const all = await sql`select s.id as seller_id, a.id, a.role from seller s
    join account a on a.id = s.account_id
    where s.status <> 'pending' and a.role = 'seller'
    and exists (select from earning e where e.seller_id = s.id)`
  for (const one of all) {
    one.sid = uuid7()
    await sql`insert into session (id, account_id, expires_at)
      values (${one.sid}, ${one.id}, now() + interval '1 day')`
    one.token = mintTokens(one, shop).access
  }
  return all
}

// ---- other words for it ----------------------------------------------------------

const ledger = () => sql`
  select (j.created_at at time zone ${zone})::date::text as date, p.seller_id, p.account, j.kind,
    sum(p.amount)::text as amount
  from posting p join journal j on j.id = p.journal_id group by 1, 2, 3, 4`

/** What came, from orders and payments alone. */
const captured = () => sql`
  select (case o.payment_method when 'cod' then s.delivered_at else p.captured_at end
    at time zone ${zone})::date::text as date, s.seller_id, s.id as part, s.total::text as gross
  from seller_order s
  join orders o on o.id = s.order_id
  join payment p on p.order_id = o.id and p.captured_amount > 0
  where o.payment_method = 'razorpay' or s.delivered_at is not null`

async function everything() {
  const sales = await report('sales')
  const want = sumsBy(sales, byStoreAndDay, money)
  const days = sumsBy(sales, byDay, money)
  assert(Object.keys(days).length > 60 && new Set(sales.map(r => r.seller_id)).size > 10)
  assert(sales.some(r => r.kind === 'refund' && r.date === today))

  // Orders and payments.
  assert.deepEqual(only(sumsBy(await captured(), byStoreAndDay, ['gross']), 'gross'),
    only(want, 'gross'))

  // The ledger.
  const books = (await ledger()).filter(r => ['capture', 'cod_capture', 'refund', 'refund_failed']
    .includes(r.kind)).map(r => ({ ...r, amount: -Number(r.amount) }))
  const part = filter => sumsBy(books.filter(filter), byDay, ['amount'])
  assert.deepEqual(only(sumsBy(books.filter(r => r.seller_id), byStoreAndDay, ['amount']), 'amount'),
    only(want, 'net'))
  assert.deepEqual(only(part(r => r.account === 'commission'), 'amount'), only(days, 'commission'))
  const clearing = r => r.account.endsWith('_clearing')
  const minus = sums => Object.fromEntries(Object.entries(sums).map(([k, v]) => [k, -v]))
  assert.deepEqual(minus(only(part(r => clearing(r) && r.kind.endsWith('capture')), 'amount')),
    only(days, 'gross'))
  assert.deepEqual(only(part(r => clearing(r) && r.kind.startsWith('refund')), 'amount'),
    only(days, 'refunds'))

  // The figures of the shop.
  const revenue = await figures('revenue', boss, 'admin')
  assert.deepEqual(sumsBy(revenue.series, byDay, ['gross', 'commission', 'net']),
    sumsBy(sales, byDay, ['gross', 'commission', 'net']))
  const all = sumsBy(sales, () => 'all', [...money, 'units']).all
  const overview = await figures('overview', boss, 'admin')
  assert.deepEqual([overview.gross_revenue, overview.refunds, overview.net_revenue,
    overview.units_sold], [all.gross, all.refunds, all.net, all.units])
  const gmv = await figures('gmv', boss, 'admin')
  assert.deepEqual(only(sumsBy(gmv.series, byDay, ['gmv']), 'gmv'), only(days, 'gross'))
  assert.equal(gmv.total, all.gross)
  for (const interval of ['week', 'month']) {
    const { series } = await figures('revenue', boss, 'admin', { ...period, interval })
    assert.equal(sumsBy(series, () => 'all', ['net']).all.net, all.net)
  }

  // The figures of all stores.
  const each = [], totals = {}
  for (const one of await stores()) {
    const { series } = await figures('revenue', one.token, 'sellers')
    each.push(...series.map(p => ({ ...p, seller_id: one.seller_id })))
    totals[one.seller_id] = await figures('overview', one.token, 'sellers')
  }
  const three = ['gross', 'commission', 'net']
  assert.deepEqual(sumsBy(each, byStoreAndDay, three), sumsBy(sales, byStoreAndDay, three))

  // Sums by store and by product.
  const bySeller = row => row.seller_id
  const sellers = await report('sellers')
  assert.deepEqual(sumsBy(sellers, bySeller, [...money, 'units']),
    sumsBy(sales, bySeller, [...money, 'units']))
  for (const row of sellers)
    assert.equal(Number(row.orders), totals[row.seller_id].orders, row.store_name)
  const byProduct = row => row.product_id
  assert.deepEqual(sumsBy(await report('products'), byProduct, ['units', 'gross']),
    sumsBy(sales, byProduct, ['units', 'gross']))

  // All orders are of the period: what came for them, and what went back.
  const orders = sumsBy(await report('orders'), () => 'all', ['captured_total', 'refunded_total']).all
  assert.deepEqual(orders, { captured_total: all.gross, refunded_total: all.refunds })
  const refunds = (await report('refunds')).filter(r => r.status === 'processed')
  assert.deepEqual(only(sumsBy(refunds, byDay, ['amount']), 'amount'), only(days, 'refunds'))

  return { sales, days, overview, revenue, gmv, sellers, orders }
}

// ---- tests -----------------------------------------------------------------------

test('sales, orders, ledger, figures of the shop and of all stores are one', async () => {
  const before = await everything()
  assert.equal((await runJob(shop, 'rollup')).status, 0)
  assert.deepEqual(await everything(), before)
})

test('the pages of the sales report are its file', async () => {
  const file = await report('sales')
  const pages = await walk(`/api/admin/reports/?type=sales&page_size=100&from=${from}&to=${today}`,
    target => api('GET', target, { token: boss }))
  const rows = pages.flatMap(page => page.results)
  assert.equal(rows.length, file.length)
  assert.equal(pages[0].count, file.length)
  for (const name of ['order_number', 'kind', 'gross', 'refunds', 'net'])
    assert.deepEqual(rows.map(row => String(row[name])), file.map(row => row[name]))
})

test('the tax report is the taxes of the lines that were paid, and of what went back', async () => {
  const key = row => [row.place_of_supply, row.hsn_code, row.tax_rate_bps].join('|')
  const got = await report('tax')
  const parts = new Set((await captured()).map(row => row.part))
  const lines = (await sql`select i.seller_order_id as part,
      place_of_supply(o.shipping_address ->> 'state') as place_of_supply,
      coalesce(i.hsn_code, '') as hsn_code, i.tax_rate_bps, i.cgst::text, i.sgst::text,
      i.igst::text, i.tax_total::text
    from order_item i join orders o on o.id = i.order_id`).filter(row => parts.has(row.part))
  const taxes = ['cgst', 'sgst', 'igst', 'tax_total']
  assert.deepEqual(sumsBy(got, key, taxes), sumsBy(lines, key, taxes))
  const all = sumsBy(got, () => 'all', taxes).all
  assert(all.igst > 0 && all.cgst > 0 && all.sgst > 0 && all.cgst >= all.sgst)
  const back = await sql`select place_of_supply(o.shipping_address ->> 'state') as place_of_supply,
      coalesce(i.hsn_code, '') as hsn_code, i.tax_rate_bps, t.tax_reversed::text as tax_refunded,
      case when i.igst > 0 then t.tax_reversed else 0 end::text as igst_refunded,
      t.amount::text as refunds
    from refund_item t join refund r on r.id = t.refund_id
    join order_item i on i.id = t.order_item_id join orders o on o.id = i.order_id
    where r.status = 'processed'`
  const names = ['tax_refunded', 'igst_refunded', 'refunds']
  assert.deepEqual(sumsBy(got, key, names), sumsBy(back, key, names))
  for (const row of got) {
    const n = name => Number(row[name])
    assert.equal(n('cgst_refunded') + n('sgst_refunded') + n('igst_refunded'), n('tax_refunded'))
    assert.equal(n('taxable_value') + n('tax_total'), n('gross'))
  }
  // And in all, what the sales report says of tax.
  const sales = sumsBy(await report('sales'), () => 'all', ['tax_total']).all.tax_total
  assert.equal(all.tax_total - sumsBy(got, () => 'all', ['tax_refunded']).all.tax_refunded, sales)
})

test('the settlements report is what the ledger transferred, by store and day', async () => {
  const paid = (await report('settlements')).filter(row => row.status === 'paid')
  const books = (await ledger()).filter(row => row.kind === 'settlement')
  assert(paid.length > 12)
  assert.deepEqual(only(sumsBy(paid, byStoreAndDay, ['net']), 'net'),
    only(sumsBy(books.filter(row => row.seller_id), byStoreAndDay, ['amount']), 'amount'))
  const bank = books.filter(row => row.account === 'bank').map(row => ({ ...row,
    amount: -Number(row.amount) }))
  assert.deepEqual(only(sumsBy(paid, byDay, ['net']), 'net'),
    only(sumsBy(bank, byDay, ['amount']), 'amount'))
  for (const row of paid)
    assert.equal(Number(row.gross) - Number(row.refunds) - Number(row.commission) +
      Number(row.adjustments), Number(row.net))
})

// ---- products of any period --------------------------------------------------------

const plus = (date, n) => new Date(Date.parse(date) + n * 864e5).toISOString().slice(0, 10)
const any = n => Math.floor(Math.random() * n)

/** What each product sold, most money first, from the orders alone. */
const soldFrom = (a, b) => sql`
  select i.product_id, sum(i.quantity)::int as units,
    sum(i.line_total - i.discount)::float8 as revenue
  from earning e join order_item i on i.seller_order_id = e.seller_order_id
  where e.refund_id is null
  and (e.created_at at time zone ${zone})::date between ${a} and ${b}
  group by 1 order by revenue desc, units desc, 1`

async function compareProducts([a, b]) {
  const query = { from: a, to: b }, what = `${a} to ${b}`
  const length = (Date.parse(b) - Date.parse(a)) / 864e5 + 1
  const want = await soldFrom(a, b)
  const was = new Map((await soldFrom(plus(a, -length), plus(a, -1))).map(p => [p.product_id, p]))
  const { results } = await figures('top-products', boss, 'admin', { ...query, limit: 100 })
  assert.deepEqual(results.map(({ name, ...rest }) => (assert(name), rest)),
    want.slice(0, 100).map(p => ({ product_id: p.product_id, units_sold: p.units,
      revenue: p.revenue, previous_units_sold: was.get(p.product_id)?.units ?? 0,
      previous_revenue: was.get(p.product_id)?.revenue ?? 0 })), what)
  const byId = rows => rows.map(p => [p.product_id, p.units, p.revenue])
    .sort(([x], [y]) => (x < y ? -1 : 1))
  const page = assertStatus(await api('GET', '/api/admin/reports/',
    { token: boss, query: { type: 'products', page_size: 100, ...query } }), 200)
  assert.equal(page.count, want.length, what)
  assert.deepEqual(page.results.map(p => p.gross), want.slice(0, 100).map(p => p.revenue), what)
  const rows = (await report('products', query)).map(({ product_id: id, units, gross }) =>
    ({ product_id: id, units: Number(units), revenue: Number(gross) }))
  assert.deepEqual(byId(rows), byId(want), what)
}

/** Periods of all kinds, with what there is before and after what was sold. */
function periods() {
  const first = `${today.slice(0, 7)}-01`, last = plus(first, -1)
  const before = `${last.slice(0, 7)}-01`
  const all = [[first, today], [before, last], [plus(before, 3), last], [before, plus(last, -3)],
    [plus(before, 2), plus(last, -2)], [plus(before, 13), plus(before, 16)],
    [first, plus(first, 40)],
    [plus(first, 2), plus(today, -1)], [plus(today, -29), today], [plus(today, -364), today]]
  for (let i = 0; i < 15; i++) {
    const a = plus(today, -any(110)), b = plus(a, any(70))
    all.push([a, b])
  }
  return all
}

test('products of any period are those of its orders, whatever is counted of it', async () => {
  const rollup = async () => assert.equal((await runJob(shop, 'rollup')).status, 0)
  const whole = async () => {
    assert.deepEqual(await sql`select from product_month m full join (
        select product_id, sum(units) as units, sum(revenue) as revenue,
          to_char(date '1970-01-01' + day, 'YYYYMM') as month
        from product_day group by 1, 4) d
      on d.product_id = m.product_id and d.month = to_char(date '1970-01-01' + m.month, 'YYYYMM')
      where (m.units, m.revenue) is distinct from (d.units, d.revenue)`, [])
    for (const period of periods()) await compareProducts(period)
  }
  const parts = (await sql`select id from earning where refund_id is null
      and created_at < now() - interval '2 days' order by md5(id::text) limit 30`).map(e => e.id)
  const move = n => sql`update earning set created_at = created_at - make_interval(days => ${n})
    where id = any(${`{${parts}}`}::uuid[])`

  // Nothing is counted, or was when days were others.
  await sql`delete from figures_state`
  await whole()
  await rollup()
  await whole()
  assert((await sql`select distinct month from product_month`).length > 2)
  // What is kept of some days is old.
  await move(13)
  await whole()
  await rollup()
  assert.deepEqual(await sql`select from figures_mark`, [])
  await whole()
  // Days are open that were counted, wrongly by now.
  await move(-13)
  await sql`update figures_state set closed = closed - 17`
  await whole()
  await rollup()
  await whole()
})
