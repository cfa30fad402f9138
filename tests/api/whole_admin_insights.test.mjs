/*
 * Reports and figures of the whole shop: each one's rows, pages, file and refusals;
 * that a file of any length takes the memory of a short one.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

import { parse } from 'csv-parse/sync'

import { admin, api, assertInvalid, assertProblem, assertStatus, customer, keysOf, main, mode,
  newKey, product, root, seller, sql, startInstance, unique, until, walk } from './harness.mjs'
import { runJob, settingsOf } from './jobs.mjs'
import { moveTo, sold } from './selling.mjs'

const zone = 'Asia/Kolkata'
const boss = await admin()
const [{ today }] = await sql`select (now() at time zone ${zone})::date::text as today`
const plus = (day, n) => new Date(Date.parse(day) + n * 864e5).toISOString().slice(0, 10)
const day = { from: today, to: today }
const sum = (rows, name) => rows.reduce((total, row) => total + Number(row[name]), 0)

const types = ['sales', 'orders', 'sellers', 'products', 'tax', 'settlements', 'refunds']
const figures = ['overview', 'revenue', 'users', 'orders', 'top-products', 'gmv']

const report = (type, query = {}, token = boss) =>
  api('GET', '/api/admin/reports/', { token, query: { type, ...query } })
const rowsOf = async (type, query = {}) =>
  assertStatus(await report(type, { page_size: 100, ...day, ...query }), 200).results
const ask = (what, query = {}, token = boss) =>
  api('GET', `/api/admin/analytics/${what}/`, { token, query })
const told = async (what, query = day) => assertStatus(await ask(what, query), 200)

/** What a file has for a value: a text that a spreadsheet would run has a ' in front. */
const cellOf = value => (value === null ? '' :
  typeof value === 'string' && /^'?[=+\-@\t\r\n]|^''/.test(value) ? `'${value}` : String(value))

/** A file as a spreadsheet reads it. */
const read = bytes => parse(bytes, { bom: true, columns: true, record_delimiter: '\r\n' })
async function fileOf(type, query = {}) {
  const answer = await report(type, { format: 'csv', ...day, ...query })
  assertStatus(answer, 200)
  assert.match(answer.headers['content-type'], /^text\/csv/)
  assert.equal(answer.headers['content-disposition'], `attachment; filename="${type}.csv"`)
  assert.equal(answer.bytes.subarray(0, 3).toString('hex'), 'efbbbf')
  return read(answer.bytes)
}

const giveBack = async (order, items) => assertStatus(await api('POST', '/api/admin/refund/', {
  token: boss, key: newKey(), body: { order_id: order.id, reason: 'Broken', items } }), 201)

// ---- refusals ------------------------------------------------------------------

test('reports and figures are for administrators', async () => {
  const people = [await customer(), await seller()]
  for (const call of [...types.map(type => token => report(type, {}, token)),
    ...figures.map(what => token => ask(what, {}, token))]) {
    assertProblem(await call(null), 401, 'authentication_required')
    for (const who of people) assertProblem(await call(who), 403, 'permission_denied')
  }
})

test('what is no type, no format and no period is refused', async () => {
  assertInvalid(await api('GET', '/api/admin/reports/', { token: boss }), 'type')
  assertInvalid(await report('profit'), 'type')
  assertInvalid(await report('sales', { format: 'xlsx' }), 'format')
  assertInvalid(await report('sales', { interval: 'day' }), 'interval')
  assertInvalid(await report('sales', { page_size: 101 }), 'page_size')
  assertInvalid(await report('sales', { cursor: 'nonsense' }), 'cursor')
  assertInvalid(await ask('top-products', { limit: 0 }), 'limit')
  assertInvalid(await ask('top-products', { limit: 101 }), 'limit')
  for (const format of ['json', 'csv'])
    for (const type of types) {
      assertInvalid(await report(type, { format, from: '2026-02-01', to: '2026-01-31' }), 'from')
      assertInvalid(await report(type, { format, from: '2026-02-30' }), 'from')
      assertInvalid(await report(type, { format, to: 'today' }), 'to')
      assertInvalid(await report(type, { format, from: '2020-01-01', to: today }), 'from')
    }
  for (const what of figures) {
    assertInvalid(await ask(what, { from: '2026-02-01', to: '2026-01-31' }), 'from')
    assertInvalid(await ask(what, { from: '2026-02-30' }), 'from')
    assertInvalid(await ask(what, { from: '2020-01-01', to: today }), 'from')
    assertInvalid(await ask(what, { interval: 'year' }), 'interval')
  }
})

// ---- reports -------------------------------------------------------------------

const columns = {
  sales: ['date', 'order_number', 'kind', 'seller_id', 'store_name', 'product_id', 'product', 'sku',
    'hsn_code', 'tax_rate_bps', 'unit_price', 'units', 'gross', 'refunds', 'commission', 'net',
    'tax_total', 'currency'],
  orders: ['date', 'order_number', 'placed_at', 'status', 'payment_status', 'payment_method',
    'buyer', 'email', 'company_name', 'gstin', 'place_of_supply', 'subtotal', 'discount_total',
    'shipping_total', 'tax_total', 'total', 'captured_total', 'refunded_total', 'currency'],
  sellers: ['seller_id', 'store_name', 'legal_name', 'gstin', 'status', 'orders', 'units', 'gross',
    'refunds', 'commission', 'net', 'currency'],
  products: ['product_id', 'product', 'hsn_code', 'seller_id', 'store_name', 'units', 'gross',
    'currency'],
  tax: ['place_of_supply', 'hsn_code', 'tax_rate_bps', 'units', 'gross', 'taxable_value', 'cgst',
    'sgst', 'igst', 'tax_total', 'refunds', 'cgst_refunded', 'sgst_refunded', 'igst_refunded',
    'tax_refunded', 'currency'],
  settlements: ['date', 'settlement_id', 'seller_id', 'store_name', 'status', 'gross', 'refunds',
    'commission', 'adjustments', 'net', 'currency', 'reference', 'requested_at', 'processed_at'],
  refunds: ['date', 'refund_id', 'order_number', 'store_name', 'status', 'source',
    'payment_method', 'reason', 'amount', 'commission', 'tax_total', 'currency', 'requested_at',
    'processed_at'],
}

test('each report has its columns; the file has the rows of all pages, amounts twice', async () => {
  const shop = await seller()
  const store = `=${unique('Ravi')} & "Sons"`
  await sql`update seller set store_name = ${store} where id = ${shop.sellerId}`
  const { order, part } = await sold({ lines: [
    [await product({ seller: shop, price: 12345, name: `@${unique('Thing')}` }), 3],
    [await product({ price: 999, name: `'-${unique('Thing')}` }), 1]] })
  await giveBack(order, [{ order_item_id: part.items[0].id, quantity: 1 }])
  await until(async () => (await sql`select from refund
    where order_id = ${order.id} and status = 'processed'`).length, { what: 'the refund' })
  for (const type of types.filter(t => t !== 'settlements')) {
    const pages = await walk(`/api/admin/reports/?type=${type}&from=${today}&page_size=20`,
      target => api('GET', target, { token: boss }))
    const rows = pages.flatMap(page => page.results)
    assert(rows.length >= 1, type)
    assert.equal(pages[0].count, rows.length, type)
    for (const row of rows) assert.deepEqual(keysOf(row), [...columns[type]].sort())
    // Back again, the same.
    if (pages.length > 1) {
      const back = assertStatus(await api('GET', pages[1].previous, { token: boss }), 200)
      assert.deepEqual(back.results, pages[0].results, type)
    }
    const file = await fileOf(type)
    assert.equal(file.length, rows.length, type)
    for (const [i, row] of rows.entries())
      for (const name of columns[type]) {
        assert.equal(file[i][name], cellOf(row[name]), `${type} ${name}`)
        const decimal = file[i][`${name}_decimal`]
        if (decimal === undefined) continue
        assert.match(decimal, /^-?\d+\.\d\d$/)
        assert.equal(Math.round(Number(decimal) * 100), row[name])
      }
    assert(Object.keys(file[0]).some(name => name.endsWith('_decimal')), type)
    // What would run is in both: as it is, and defused.
    if (!columns[type].includes('store_name')) continue
    assert(rows.some(row => row.store_name === store), type)
    assert(file.some(row => row.store_name === `'${store}`), type)
  }
})

test('sales: a line for what was sold and one for what went back', async () => {
  const thing = await product({ price: 12345 })
  const { order, part } = await sold({ lines: [[thing, 3]] })
  await giveBack(order, [{ order_item_id: part.items[0].id, quantity: 1 }])
  await until(async () => (await sql`select from refund
    where order_id = ${order.id} and status = 'processed'`).length, { what: 'the refund' })
  const mine = (await fileOf('sales')).filter(row => row.product_id === thing.id)
  const paise = name => mine.map(row => Number(row[name]))
  assert.deepEqual(mine.map(row => row.kind), ['sale', 'refund'])
  assert.deepEqual(paise('units'), [3, 0])
  assert.deepEqual(paise('gross'), [37035, 0])
  assert.deepEqual(paise('refunds'), [0, 12345])
  assert.deepEqual(paise('commission'), [3704, -1234])
  assert.deepEqual(paise('net'), [33331, -11111])
  const tax = Math.round(37035 * 1800 / 11800)
  assert.deepEqual(paise('tax_total'), [tax, -Math.floor(tax / 3)])
  assert.equal(mine[0].gross_decimal, '370.35')
  assert.equal(mine[1].net_decimal, '-111.11')
  assert.equal(mine[0].store_name, thing.seller.storeName)
  // Nothing of it on another day.
  assert.equal((await fileOf('sales', { from: plus(today, -9), to: plus(today, -1) }))
    .filter(row => row.product_id === thing.id).length, 0)
})

test('a refund that fails after it was booked is its opposite', async () => {
  const thing = await product({ price: 10000 })
  const { order, part } = await sold({ lines: [[thing, 1]] })
  await giveBack(order, [{ order_item_id: part.items[0].id, quantity: 1 }])
  await until(async () => (await sql`select from refund
    where order_id = ${order.id} and status = 'processed'`).length, { what: 'the refund' })
  // As the programs write it, when the provider says so.
  await sql`insert into earning (id, seller_id, seller_order_id, refund_id, is_reversal, gross,
      commission, amount, matures_at, matured_at)
    select gen_random_uuid(), seller_id, seller_order_id, refund_id, true, -gross, -commission,
      -amount, matures_at, matured_at from earning e
    where seller_order_id = ${part.id} and refund_id is not null`
  try {
    const mine = (await fileOf('sales')).filter(row => row.product_id === thing.id)
    assert.deepEqual(mine.map(row => row.kind), ['sale', 'refund', 'refund_failed'])
    assert.equal(sum(mine, 'net'), 9000)
    assert.equal(sum(mine, 'tax_total'), 1525)
  } finally {
    await sql`delete from earning where seller_order_id = ${part.id} and is_reversal`
  }
})

test('orders: each with its buyer and what was paid', async () => {
  const thing = await product({ price: 50000 })
  const buyer = await customer({ business: true })
  const { order, part } = await sold({ buyer, lines: [[thing, 2]] })
  await giveBack(order, [{ order_item_id: part.items[0].id, quantity: 1 }])
  const row = (await fileOf('orders')).find(o => o.order_number === order.number)
  assert.equal(row.email, buyer.email)
  assert.match(row.company_name, /^Firm/)
  assert.equal(row.place_of_supply, '29-Karnataka')
  assert.deepEqual([row.total, row.captured_total, row.payment_method],
    ['100000', '100000', 'razorpay'])
  await until(async () => (await fileOf('orders')).find(o => o.order_number === order.number)
    .refunded_total === '50000', { what: 'the refund' })
})

test('sellers and products: what each sold, most money first', async () => {
  const owner = await seller()
  const things = [await product({ seller: owner, price: 70000 }),
    await product({ seller: owner, price: 90000 })]
  await sold({ lines: [[things[0], 1], [things[1], 2]] })
  const stores = await rowsOf('sellers')
  assert.deepEqual(stores.map(s => s.gross), stores.map(s => s.gross).sort((a, b) => b - a))
  const mine = (await fileOf('sellers')).find(s => s.seller_id === owner.sellerId)
  assert.deepEqual([mine.orders, mine.units, mine.gross, mine.commission, mine.net],
    ['1', '3', '250000', '25000', '225000'])
  const sales = (await fileOf('products')).filter(p => p.seller_id === owner.sellerId)
  assert.deepEqual(sales.map(p => [p.product_id, p.units, p.gross_decimal]),
    [[things[1].id, '2', '1800.00'], [things[0].id, '1', '700.00']])
})

test('tax: by place of supply, code and rate; within a state and between two', async () => {
  const before = await fileOf('tax')
  const at = (rows, place, rate) => rows.find(row => row.place_of_supply === place &&
    row.hsn_code === '' && row.tax_rate_bps === String(rate)) ?? {}
  const here = await product({ price: 11800, taxRate: 1800 })
  const there = await product({ price: 10555, taxRate: 500, seller: await seller({ stateCode: '27' }) })
  const { order, parts } = await sold({ lines: [[here, 1], [there, 3]] })
  for (const part of parts)
    await giveBack(order, [{ order_item_id: part.items[0].id, quantity: 1 }])
  await until(async () => (await sql`select from refund
    where order_id = ${order.id} and status = 'processed'`).length === 2, { what: 'the refunds' })
  const after = await fileOf('tax')
  const more = (rate, name) => Number(at(after, '29-Karnataka', rate)[name]) -
    Number(at(before, '29-Karnataka', rate)[name] ?? 0)
  assert.deepEqual(['gross', 'taxable_value', 'cgst', 'sgst', 'igst', 'tax_total', 'refunds',
    'tax_refunded'].map(n => more(1800, n)), [11800, 10000, 900, 900, 0, 1800, 11800, 1800])
  assert.equal(more(1800, 'cgst_refunded') + more(1800, 'sgst_refunded'), 1800)
  const tax = Math.round(31665 * 500 / 10500)
  assert.deepEqual(['gross', 'cgst', 'sgst', 'igst', 'refunds', 'igst_refunded'].map(
    n => more(500, n)), [31665, 0, 0, tax, 10555, Math.floor(tax / 3)])
})

test('places of supply are those that addresses may name', async () => {
  const names = [...fs.readFileSync(path.join(root, 'lib/core/text.c'), 'utf8')
    .matchAll(/\{ "(\d\d)", "([^"]+)" \}/g)].map(([, code, name]) => ({ code, name }))
  assert(names.length > 40)
  for (const { code, name } of names) {
    const [{ place }] = await sql`select place_of_supply(${name.toUpperCase()}) as place`
    const first = names.find(n => n.code === code)
    assert.equal(place, `${code}-${first.name}`)
  }
  assert.equal((await sql`select place_of_supply('Atlantis') as place`)[0].place, null)
})

test('refunds and settlements: by the day they are done', async () => {
  const thing = await product({ price: 20000 })
  const { order, part } = await sold({ lines: [[thing, 1]] })
  await giveBack(order, [{ order_item_id: part.items[0].id, quantity: 1 }])
  const row = await until(async () => (await fileOf('refunds')).find(r =>
    r.order_number === order.number && r.status === 'processed'), { what: 'the refund' })
  assert.deepEqual([row.amount, row.amount_decimal, row.commission, row.tax_total, row.source,
    row.reason, row.store_name], ['20000', '200.00', '2000', '3051', 'admin', 'Broken',
    row.store_name])
  // What was asked for last week and paid today is of today.
  const owner = await seller()
  const id = (await sql`insert into settlement (id, seller_id, status, gross, commission, refunds,
      net, requested_at, processed_at, reason)
    values (${part.id}, ${owner.sellerId}, 'failed', 5000, 500, 0, 4500,
      now() - interval '7 days', now(), 'Wrong account') returning id`)[0].id
  const mine = rows => rows.find(r => r.settlement_id === id)
  assert.equal(mine(await fileOf('settlements')).net_decimal, '45.00')
  assert.deepEqual(keysOf(mine(await rowsOf('settlements'))), [...columns.settlements].sort())
  assert.equal(mine(await fileOf('settlements', { from: plus(today, -9), to: plus(today, -1) })),
    undefined)
})

test('a cell that a spreadsheet would run is defused, and commas and quotes stay', async () => {
  const names = ['=HYPERLINK("http://evil.example";"Pay")', '+1+1', '-2,3', '@SUM(A1)',
    'Plain, with "quotes"\nand a line']
  const owner = await seller()
  const lines = []
  for (const name of names) lines.push([await product({ name, seller: owner }), 1])
  await sql`update seller set store_name = ${'=cmd|calc'} where id = ${owner.sellerId}`
  await sold({ lines })
  const mine = (await fileOf('sales')).filter(row => row.seller_id === owner.sellerId)
  assert.deepEqual(mine.map(row => row.product).sort(),
    names.map(name => (/^[=+\-@]/.test(name) ? `'${name}` : name)).sort())
  assert(mine.every(row => row.store_name === "'=cmd|calc"))
  // JSON holds them as they are.
  assert((await rowsOf('products')).some(row => row.product === names[0]))
  await sql`update seller set store_name = ${unique('Store')} where id = ${owner.sellerId}`
})

// ---- figures -------------------------------------------------------------------

test('each figure has the period before beside it, and no gaps', async () => {
  const query = { from: plus(today, -6), to: today }
  const dates = n => Array.from({ length: 7 }, (_, i) => plus(today, i - 6 + n))
  for (const what of ['revenue', 'users', 'orders', 'gmv']) {
    const now = await told(what, query)
    assert.deepEqual(now.series.map(p => p.date), dates(0), what)
    assert.deepEqual(now.previous.series.map(p => p.date), dates(-7), what)
    const then = await told(what, { from: plus(today, -13), to: plus(today, -7) })
    assert.deepEqual(now.previous.series, then.series, what)
    const months = await told(what, { from: '2026-01-15', to: '2026-03-01', interval: 'month' })
    assert.deepEqual(months.series.map(p => p.date), ['2026-01-01', '2026-02-01', '2026-03-01'])
    const weeks = await told(what, { from: '2026-01-01', to: '2026-01-12', interval: 'week' })
    assert.deepEqual(weeks.series.map(p => p.date), ['2025-12-29', '2026-01-05', '2026-01-12'])
  }
  assert.equal((await told('revenue', {})).series.length, 30)
})

test('a sale and a refund move the figures by their amounts, at once', async () => {
  const all = async () => ({ overview: await told('overview'), revenue: await told('revenue'),
    gmv: await told('gmv'), orders: await told('orders'), users: await told('users'),
    top: await told('top-products', { ...day, limit: 100 }) })
  const was = await all()
  const thing = await product({ price: 12345, stock: 5 })
  const buyer = await customer()
  const { order, part } = await sold({ buyer, lines: [[thing, 2]] })
  const is = await all()
  const more = (name, what = 'overview') => is[what][name] - was[what][name]
  assert.deepEqual(['gross_revenue', 'net_revenue', 'orders', 'units_sold', 'refunds',
    'pending_orders', 'low_stock_products'].map(n => more(n)),
  [24690, 24690 - 2469, 1, 2, 0, 1, 1])
  assert.equal(is.overview.average_order_value,
    Math.floor(is.overview.gross_revenue / is.overview.orders + 0.5))
  assert.equal(more('total', 'gmv'), 24690)
  assert.equal(is.gmv.series[0].orders, was.gmv.series[0].orders + 1)
  assert.deepEqual(is.revenue.series, [{ date: today, gross: is.overview.gross_revenue,
    commission: was.revenue.series[0].commission + 2469, net: is.overview.net_revenue }])
  assert.equal(is.orders.by_status.confirmed, was.orders.by_status.confirmed + 1)
  assert.equal(is.orders.series[0].orders, was.orders.series[0].orders + 1)
  // The buyer and the seller of the thing are new.
  assert.deepEqual([more('total', 'users'), more('new', 'users'), more('active', 'users')], [2, 2, 1])
  const mine = (await told('top-products', { ...day, limit: 100 })).results
    .find(p => p.product_id === thing.id)
  assert.deepEqual(mine, { product_id: thing.id, name: thing.name, units_sold: 2, revenue: 24690,
    previous_units_sold: 0, previous_revenue: 0 })
  assert.deepEqual(is.top.results.map(p => p.revenue),
    is.top.results.map(p => p.revenue).sort((a, b) => b - a))
  await giveBack(order, [{ order_item_id: part.items[0].id, quantity: 1 }])
  const then = await until(async () => {
    const now = await told('overview')
    return now.refunds > was.overview.refunds && now
  }, { what: 'the refund' })
  assert.equal(then.refunds - was.overview.refunds, 12345)
  assert.equal(then.gross_revenue, is.overview.gross_revenue)
})

test('figures of past days are the same before the job, after it, and with late changes', async () => {
  const from = plus(today, -70)
  const buyers = [await customer(), await customer()]
  const owner = await seller()
  const thing = await product({ seller: owner, price: 4321, stock: 1000 })
  const made = []
  for (let i = 0; i < 6; i++) {
    const { part, order } = await sold({ buyer: buyers[i % 2], lines: [[thing, 1 + i]],
      method: 'cod' })
    await moveTo({ ...part, owner }, i % 3 ? 'delivered' : 'confirmed')
    const at = `${plus(today, -11 * i - 3)}T06:00:00Z`
    await sql`update earning set created_at = ${at} where seller_order_id = ${part.id}`
    await sql`update orders set placed_at = ${at} where id = ${order.id}`
    await sql`update seller_order set placed_at = ${at} where id = ${part.id}`
    made.push({ part, order, at })
  }
  await sql`update account set created_at = ${made[4].at} where id = ${buyers[0].id}`
  const all = async () => {
    const out = {}
    for (const [a, b] of [[-70, -1], [-40, -8], [-30, 0]])
      for (const what of figures) {
        const { pending_orders: p, low_stock_products: l, ...rest } = await told(what,
          { from: plus(today, a), to: plus(today, b), ...what === 'top-products' && { limit: 100 } })
        out[`${what} ${a} ${b}`] = rest
      }
    for (const type of ['sellers', 'products', 'tax'])
      out[type] = await fileOf(type, { from, to: plus(today, -1) })
    return out
  }
  // From the rows themselves.
  const [want] = await sql`select coalesce(sum(gross) filter (where refund_id is null), 0)::text as gross,
      coalesce(sum(amount), 0)::text as net from earning
    where (created_at at time zone ${zone})::date between ${from} and ${plus(today, -1)}`
  const buying = async () => Number((await sql`select count(distinct account_id) as n from orders
    where (placed_at at time zone ${zone})::date between ${from} and ${plus(today, -1)}`)[0].n)
  const before = await all()
  assert.equal(before['overview -70 -1'].gross_revenue, Number(want.gross))
  assert.equal(before['overview -70 -1'].net_revenue, Number(want.net))
  assert.equal(before['users -70 -1'].active, await buying())
  assert.equal(before['users -70 -1'].total, Number((await sql`select count(*) as n from account
    where (created_at at time zone ${zone})::date < ${today}`)[0].n))
  for (const type of ['sellers', 'products', 'tax'])
    assert.equal(sum(before[type], 'gross'), Number(want.gross), type)
  assert.equal((await runJob(main, 'rollup')).status, 0)
  assert((await sql`select from buyer_day`).length > 0)
  assert((await sql`select from tax_month`).length > 0)
  assert.deepEqual(await all(), before)
  // Something of old days changes: told at once, and the same when the job has counted.
  await sql`update earning set created_at = created_at - interval '13 days'
    where seller_order_id = ${made[1].part.id}`
  await sql`update orders set placed_at = placed_at - interval '13 days'
    where id = ${made[1].order.id}`
  await sql`update seller_order set placed_at = placed_at - interval '13 days'
    where id = ${made[1].part.id}`
  await sql`update account set created_at = created_at - interval '20 days'
    where id = ${buyers[0].id}`
  const changed = await all()
  assert.notDeepEqual(changed, before)
  assert.equal(changed['overview -70 -1'].gross_revenue, Number(want.gross))
  assert.equal(changed['users -70 -1'].active, await buying())
  assert.equal((await runJob(main, 'rollup')).status, 0)
  assert.deepEqual(await sql`select from figures_mark`, [])
  assert.deepEqual(await all(), changed)
})

// ---- files of any length ---------------------------------------------------------

/** The answer of a process of its own to this query, and the most memory it took. */
async function streamed(on, query, token) {
  const target = '/api/admin/reports/'
  const child = spawn(path.join(root, 'build', mode, 'bin/admin_insights'), [], {
    cwd: root,
    env: {
      PATH: process.env.PATH, TZ: 'UTC', LANG: 'C.UTF-8', ...await settingsOf(on),
      // What is freed is used again, as without the sanitizer.
      ASAN_OPTIONS: `log_path=${on.stateDir}/log/asan:exitcode=99:quarantine_size_mb=0:` +
        'thread_local_quarantine_size_kb=0',
      REQUEST_METHOD: 'GET', SCRIPT_NAME: target, PATH_INFO: '',
      REQUEST_URI: `${target}?${query}`, QUERY_STRING: query, REMOTE_ADDR: '127.0.0.1',
      HTTP_AUTHORIZATION: `Bearer ${token}`,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const pieces = []
  let most = 0
  child.stdout.on('data', piece => {
    pieces.push(piece)
    const peak = /VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${child.pid}/status`, 'utf8'))
    if (peak) most = Number(peak[1])
  })
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  assert.equal(status, 0)
  const bytes = Buffer.concat(pieces)
  return { most, rows: read(bytes.subarray(bytes.indexOf('\r\n\r\n') + 4)) }
}

test('a file of 50,000 rows takes the memory of one with 1,000', async () => {
  const own = await startInstance({}, { books: false })
  const chief = await admin(own)
  const owner = await seller({}, own)
  const fill = (count, at) => own.sql`
    insert into settlement (id, seller_id, status, gross, commission, refunds, net, requested_at,
      reason, reference)
    select overlay(overlay(md5(${at} || n) placing '7' from 13) placing '8' from 17)::uuid,
      ${owner.sellerId}, 'failed', n, 0, 0, n, ${at}::timestamptz + n * interval '1 second',
      'x', repeat('y', 60) || ${at} || n
    from generate_series(1, ${count}::integer) n`
  await fill(1000, '2026-03-01T00:00:00Z')
  await fill(50000, '2026-03-03T00:00:00Z')
  const ask = (from, to) => streamed(own,
    `type=settlements&format=csv&from=${from}&to=${to}`, chief.token)
  const few = await ask('2026-03-01', '2026-03-02')
  const many = await ask('2026-03-03', '2026-03-05')
  assert.equal(few.rows.length, 1000)
  assert.equal(many.rows.length, 50000)
  assert.equal(sum(many.rows, 'net'), 50000 * 50001 / 2)
  assert(few.most > 1000)
  assert(many.most - few.most < 2048, `${few.most} kB grew to ${many.most} kB`)
})
