/*
 * A seller's whole day, with requests alone: from the account to the transfer. What
 * every figure must be is worked out here, from prices, rates and what happened; SQL
 * only reads, and makes the return window pass.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { addressInput, addToCart, admin, api, assertProblem, assertStatus, category, createOrder,
  formOf, main, newKey, signUp, sql, unique, until, walk } from './harness.mjs'
import { runJob } from './jobs.mjs'
import { jpeg, look, pdf, png } from './pictures.mjs'
import { checkoutOf, gstinOf, payFor } from './selling.mjs'

// ---- calls ---------------------------------------------------------------------

const get = async (token, path, query) => assertStatus(await api('GET', path, { token, query }), 200)
const post = async (token, path, body, status = 200) =>
  assertStatus(await api('POST', path, { token, key: newKey(), body }), status)
const send = async (token, path, parts, status) =>
  assertStatus(await api('POST', path, { token, key: newKey(), ...formOf(parts) }), status)

// ---- arithmetic ----------------------------------------------------------------

/** n × a ÷ b to the nearest paisa, halves up. */
const share = (n, a, b) => Number((2n * BigInt(n) * BigInt(a) + BigInt(b)) / (2n * BigInt(b)))
const sum = (list, of) => list.reduce((all, one) => all + of(one), 0)

const RATE = 1250
const KARNATAKA = { code: '29', state: 'Karnataka' }

/** What a line of an order must say, and what of it is not the seller's. */
function lineOf({ product, variant, quantity, unit }, state) {
  const total = unit * quantity, tax = share(total, product.rate, 10000 + product.rate)
  const half = Math.ceil(tax / 2)
  const taxes = state === KARNATAKA.state ?
    [{ type: 'CGST', rate_bps: product.rate / 2, amount: half },
      { type: 'SGST', rate_bps: product.rate / 2, amount: tax - half }] :
    [{ type: 'IGST', rate_bps: product.rate, amount: tax }]
  return { sku: variant.sku, quantity, unit, total, tax, taxes, product,
    commission: share(total, RATE, 10000) }
}

// ---- the goods -----------------------------------------------------------------

const COUNT = 1000, STOCK = 500
const rates = [500, 1200, 1800, 2800, 300]

/** A thousand products; each fifth comes in two sizes, each seventh is cheaper for firms. */
function collection(tag) {
  return Array.from({ length: COUNT }, (_, i) => {
    const price = 10007 + 131 * i
    const sizes = i % 5 === 0 ? ['S', 'M'] : [null]
    return {
      name: `Sari ${tag} ${String(i).padStart(4, '0')}`, rate: rates[i % rates.length],
      tiers: i % 7 === 0 ?
        [{ min_quantity: 10, price: price - 1003, audience: 'business' }] : [],
      variants: sizes.map((size, n) => ({
        sku: `${tag}-${i}${size ?? ''}`, price: price + 211 * n, options: size ? { Size: size } : {},
      })),
    }
  })
}

const cell = value => `"${String(value).replaceAll('"', '""')}"`
const csvOf = (goods, shelf) => [
  'name,category,sku,price,stock,tax_rate_bps,options,price_tiers',
  ...goods.flatMap(p => p.variants.map(v => [p.name, shelf.slug, v.sku, v.price, STOCK, p.rate,
    JSON.stringify(v.options), JSON.stringify(p.tiers)].map(cell).join(','))),
].map(line => `${line}\r\n`).join('')

// ---- what must be told ---------------------------------------------------------

const zero = () => ({ gross: 0, refunds: 0, commission: 0, orders: 0, units: 0 })

/** The books of a store as they must be; told() holds every endpoint to them. */
class Books {
  constructor(owner) {
    this.owner = owner
    this.money = zero()
    this.balance = { pending: 0, available: 0, settled: 0 }
    this.byStatus = { pending_payment: 0, pending: 0, confirmed: 0, packed: 0, shipped: 0,
      delivered: 0, cancelled: 0 }
    this.sold = new Map()
    // A day of margin: it may be midnight in the shop's zone meanwhile.
    const day = n => new Date(Date.now() + n * 864e5).toISOString().slice(0, 10)
    this.period = { from: day(-1), to: day(2) }
  }

  captured(lines) {
    this.money.orders++
    for (const line of lines) {
      this.money.gross += line.total
      this.money.units += line.quantity
      this.money.commission += line.commission
      this.balance.pending += line.total - line.commission
      const known = this.sold.get(line.product.id) ??
        { product_id: line.product.id, name: line.product.name, units_sold: 0, revenue: 0 }
      known.units_sold += line.quantity
      known.revenue += line.total
      this.sold.set(line.product.id, known)
    }
  }

  refunded(line) {
    this.money.refunds += line.total
    this.money.commission -= line.commission
    this.balance.pending -= line.total - line.commission
  }

  moved(from, to) {
    if (from) this.byStatus[from]--
    this.byStatus[to]++
  }

  get net() {
    return this.money.gross - this.money.refunds - this.money.commission
  }

  async told(when) {
    const ask = (what, more) => get(this.owner, `/api/sellers/analytics/${what}/`,
      { ...this.period, ...more })
    const { money, net } = this
    const [overview, revenue, orders, top] = await Promise.all([ask('overview'), ask('revenue'),
      ask('orders'), ask('top-products', { limit: 100 })])
    const nothing = { gross_revenue: 0, net_revenue: 0, orders: 0, units_sold: 0,
      average_order_value: 0, refunds: 0 }
    assert.deepEqual(overview, { currency: 'INR', gross_revenue: money.gross, net_revenue: net,
      orders: money.orders, units_sold: money.units, refunds: money.refunds,
      average_order_value: money.orders ? share(money.gross, 1, money.orders) : 0,
      pending_orders: this.byStatus.pending, low_stock_products: 0, previous: nothing }, when)
    const all = ['gross', 'commission', 'net'].map(name => sum(revenue.series, p => p[name]))
    assert.deepEqual(all, [money.gross, money.commission, net], when)
    assert.deepEqual(orders.by_status, this.byStatus, when)
    assert.equal(sum(orders.series, p => p.orders),
      Object.values(this.byStatus).reduce((a, b) => a + b), when)
    assert.deepEqual(top.results, [...this.sold.values()].sort((a, b) =>
      b.revenue - a.revenue || b.units_sold - a.units_sold ||
      (a.product_id < b.product_id ? -1 : 1)), when)
    assert.deepEqual(await get(this.owner, '/api/sellers/balance/'),
      { currency: 'INR', ...this.balance }, when)
    // The same from the ledger: what is owed, and what was paid.
    const [{ owed }] = await sql`select coalesce(-sum(amount), 0)::bigint as owed from posting
      where seller_id = ${this.owner.store.id} and account like 'seller%'`
    assert.equal(owed, this.balance.pending + this.balance.available + (this.asked ?? 0), when)
  }
}

// ---- the steps -----------------------------------------------------------------

/** An account, its store, and what its checklist asks for, until nothing is missing. */
async function openStore(boss) {
  const owner = await signUp({ full_name: 'Asha Rao' })
  const pan = 'ABCPR1234F', gstin = gstinOf(KARNATAKA.code, pan)
  owner.store = await post(owner, '/api/sellers/register/', {
    store_name: unique('Asha Handlooms'), legal_name: 'Asha Rao', gstin, pan,
    phone: '+91 98450 12345', pickup_address: addressInput(), accept_terms: true,
    bank_account: { account_holder: 'Asha Rao', account_number: '50100012344321',
      ifsc: 'HDFC0001234' } }, 201)
  const missing = ({ checklist }) => checklist.filter(c => !c.done).map(c => c.item)
  assert.deepEqual(missing(owner.store), ['pan_card', 'bank_proof', 'gst_certificate'])
  const papers = { pan_card: jpeg, bank_proof: png({ width: 60, height: 40 }),
    gst_certificate: pdf(300000) }
  for (const item of missing(owner.store)) {
    await send(owner, '/api/sellers/kyc/upload/',
      [['document_type', item], ['file', { bytes: papers[item], filename: 'scan' }]], 201)
    const profile = await get(owner, '/api/sellers/profile/')
    assert(!missing(profile).includes(item), item)
  }
  const profile = await get(owner, '/api/sellers/profile/')
  assert.deepEqual(missing(profile), [])
  assert.equal(profile.status, 'pending')
  assertProblem(await api('POST', '/api/products/import/', { token: owner, key: newKey(),
    ...formOf([['file', { bytes: 'sku\r\n', type: 'text/csv' }]]) }), 403, 'seller_not_approved')

  const seen = await get(boss, '/api/admin/sellers/detail/', { id: owner.store.id })
  const paper = seen.kyc_documents.find(d => d.document_type === 'gst_certificate')
  const file = await api('GET', '/api/admin/sellers/kyc/document/',
    { token: boss, query: { id: paper.id } })
  assert.equal(file.headers['content-type'], 'application/pdf')
  assert(file.bytes.equals(papers.gst_certificate))
  const approved = await post(boss, '/api/admin/sellers/approve/',
    { seller_id: owner.store.id, commission_rate_bps: RATE })
  assert.equal(approved.status, 'approved')
  return owner
}

/** The CSV, to its end; gives every product its id, as the seller's list tells it. */
async function bringGoods(owner, goods, shelf) {
  const rows = sum(goods, p => p.variants.length)
  const begun = await send(owner, '/api/products/import/',
    [['file', { bytes: csvOf(goods, shelf), type: 'text/csv', filename: 'saris.csv' }]], 202)
  assert.deepEqual([begun.status, begun.rows_total], ['waiting', rows])
  const end = await until(async () => {
    assert.equal((await runJob(main, 'import')).status, 0)
    const now = await get(owner, '/api/products/import/status/', { id: begun.id })
    return /^(done|failed)$/.test(now.status) && now
  }, { what: 'the import', seconds: 120 })
  assert.deepEqual([end.status, end.rows_done, end.created, end.updated, end.failed, end.errors],
    ['done', rows, rows, 0, 0, []])
  const pages = await walk('/api/sellers/products/?status=pending&page_size=100',
    target => api('GET', target, { token: owner }))
  const listed = pages.flatMap(p => p.results)
  assert.deepEqual([pages[0].count, listed.length], [COUNT, COUNT])
  const byName = new Map(listed.map(p => [p.name, p]))
  for (const product of goods) {
    const row = byName.get(product.name)
    product.id = row.id
    for (const variant of product.variants) {
      const told = row.variants.find(v => v.sku === variant.sku)
      assert.deepEqual([told.price, told.stock, told.options],
        [variant.price, STOCK, variant.options], variant.sku)
      variant.id = told.id
    }
  }
}

/** An administrator lets some of them into the shop: those are for sale, and no others. */
async function approve(boss, owner, products) {
  for (const { id } of products)
    assert.equal((await post(boss, '/api/admin/products/approve/', { product_id: id })).status,
      'approved')
  const shop = await get(undefined, '/api/products/list/', { seller: owner.store.id })
  assert.deepEqual(shop.results.map(p => p.id).sort(), products.map(p => p.id).sort())
}

/** Orders these lines as the contract has them, and holds the order to our arithmetic. */
async function order(owner, who, state, wanted) {
  for (const { product, variant, quantity } of wanted)
    await addToCart(who, { id: product.id, variantId: variant.id }, quantity)
  const lines = wanted.map(one => lineOf(one, state))
  const total = sum(lines, l => l.total)
  const made = assertStatus(await createOrder(who, { payment_method: 'razorpay',
    expected_total: total, shipping_address: addressInput({ state }) }), 201)
  assert.deepEqual([made.status, made.total, made.tax_total, made.subtotal],
    ['pending_payment', total, sum(lines, l => l.tax), total])
  const [part, ...others] = made.seller_orders
  assert.deepEqual([others, part.seller.id, part.total], [[], owner.store.id, total])
  for (const line of lines) {
    const item = part.items.find(i => i.sku === line.sku)
    assert.deepEqual([item.quantity, item.unit_price, item.line_total, item.tax_total,
      item.tax_rate_bps, item.taxes], [line.quantity, line.unit, line.total, line.tax,
      line.product.rate, line.taxes], line.sku)
    line.item = item
  }
  return { who, lines, total, id: made.id, number: made.number, part }
}

async function pay({ who, id, total }) {
  const checkout = await checkoutOf(who, { id })
  assert.equal(checkout.amount, total)
  await payFor(checkout)
  await until(async () =>
    (await get(who, '/api/orders/status/', { id })).status === 'confirmed',
  { what: 'the order to be paid' })
}

const tracking = { carrier: 'Delhivery', tracking_number: 'DL123456789',
  tracking_url: 'https://carrier.example/t/DL123456789' }

async function step(owner, { part, who, id }, status, more = {}) {
  const moved = await post(owner, '/api/sellers/orders/update-status/',
    { id: part.id, status, ...more })
  assert.equal(moved.status, status)
  const [seen] = (await get(who, '/api/orders/detail/', { id })).seller_orders
  assert.deepEqual([seen.status, seen.tracking],
    [status, /^(shipped|delivered)$/.test(status) ? tracking : null])
}

/** The inbox of somebody, of these types: [type, number or amount …] by the order they came. */
const inbox = async who => (await get(who, '/api/notifications/list/', { page_size: 100 }))
  .results.reverse()
const heard = async (who, count) => {
  const types = (await inbox(who)).map(n => n.type)
  return count === undefined ? types : types.slice(-count)
}

async function review(owner, buyer, { product }) {
  const written = await post(buyer.who, '/api/reviews/create/', { product_id: product.id,
    rating: 4, title: 'Fine cloth', body: 'As shown.' }, 201)
  const picture = await send(buyer.who, '/api/reviews/upload-media/',
    [['review_id', written.id], ['file', { bytes: png({ width: 40, height: 30 }) }]], 201)
  const shown = await api('GET', picture.url)
  assert.deepEqual(look(shown.bytes), { type: 'png', width: 40, height: 30 })
  await post(owner, '/api/reviews/reply/', { review_id: written.id, body: 'Thank you!' })
  const list = await get(undefined, '/api/reviews/list/', { product_id: product.id })
  const [one] = list.results
  assert.deepEqual([list.count, one.id, one.rating, one.is_verified_purchase, one.reply.body,
    one.media.map(m => m.url)], [1, written.id, 4, true, 'Thank you!', [picture.url]])
  const { rating_average: average, rating_count: count } =
    await get(undefined, '/api/products/detail/', { id: product.id })
  assert.deepEqual([average, count], [4, 1])
  assert.equal((await heard(owner)).filter(t => t === 'review_received').length, 1)
}

/** A line goes back whole, by an administrator, through the provider. */
async function refund(boss, { who, id }, line) {
  const opened = await post(boss, '/api/admin/refund/', { order_id: id, reason: 'Torn',
    items: [{ order_item_id: line.item.id, quantity: line.quantity }] }, 201)
  assert.equal(opened.amount, line.total)
  await until(async () => (await get(who, '/api/refunds/list/')).results
    .some(r => r.id === opened.id && r.status === 'processed'), { what: 'the refund' })
  const [{ order_id: of, amount }] = (await inbox(who)).filter(n => n.type === 'order_refunded')
    .map(n => n.data)
  assert.deepEqual([of, amount], [id, line.total])
  const seen = await get(who, '/api/orders/detail/', { id })
  assert.equal(seen.payment_status, 'partially_refunded')
}

/** The return window of these parts passes: nothing but the clock is moved. */
async function passWindow(owner, orders, books) {
  for (const { part } of orders) {
    await sql`update seller_order set delivered_at = delivered_at - interval '8 days'
      where id = ${part.id}`
    await sql`update earning set matures_at = matures_at - interval '8 days'
      where seller_order_id = ${part.id}`
  }
  await until(async () => {
    assert.equal((await runJob(main, 'mature')).status, 0)
    return (await get(owner, '/api/sellers/balance/')).pending === 0
  }, { what: 'the money to mature' })
  books.balance.available = books.balance.pending
  books.balance.pending = 0
}

async function settle(boss, owner, books) {
  const { gross, refunds, commission } = books.money
  const asked = await post(owner, '/api/sellers/settlements/request/', undefined, 201)
  assert.deepEqual([asked.status, asked.gross, asked.refunds, asked.commission, asked.adjustments,
    asked.net], ['requested', gross, refunds, commission, 0, books.net])
  assertProblem(await api('POST', '/api/sellers/settlements/request/',
    { token: owner, key: newKey() }), 409, 'nothing_to_settle')
  books.balance.available = 0
  books.asked = books.net
  await books.told('asked for')
  const reference = unique('NEFT')
  const paid = await post(boss, '/api/admin/commerce/settlements/process/',
    { settlement_id: asked.id, action: 'pay', reference })
  assert.deepEqual([paid.status, paid.reference, paid.net], ['paid', reference, books.net])
  books.asked = 0
  books.balance.settled = books.net
  await books.told('settled')
  const { results } = await get(owner, '/api/sellers/settlements/')
  assert.deepEqual(results, [paid])
  const told = (await inbox(owner)).filter(n => n.type === 'settlement_paid').map(n => n.data)
  assert.deepEqual(told.map(d => [d.amount, d.reference]), [[books.net, reference]])
}

// ---- the day -------------------------------------------------------------------

/** Three buyers, [who, state, lines]: of the seller's state, of another, a firm with tiers. */
async function buyers(goods) {
  const at = (i, quantity, { size = 0, unit } = {}) => {
    const product = goods[i], variant = product.variants[size]
    return { product, variant, quantity, unit: unit ?? variant.price }
  }
  const cheaper = goods[35].tiers[0].price
  return [
    [await signUp(), KARNATAKA.state, [at(3, 2), at(41, 1), at(35, 10)]],
    [await signUp(), 'Maharashtra', [at(41, 3), at(10, 3, { size: 1 })]],
    [await signUp({ account_type: 'business', company_name: 'Rao & Sons' }), KARNATAKA.state,
      [at(35, 10, { unit: cheaper }), at(3, 9), at(28, 1)]],
  ]
}

test('a seller’s whole day: store, goods, orders, reviews, a refund, figures, transfer', async () => {
  const boss = await admin()
  const shelf = await category()
  const owner = await openStore(boss)
  const goods = collection(unique('S'))
  const books = new Books(owner)
  await bringGoods(owner, goods, shelf)
  await approve(boss, owner, [3, 10, 28, 35, 41].map(i => goods[i]))
  await books.told('before anybody came')

  const orders = []
  for (const [who, state, wanted] of await buyers(goods)) {
    const made = await order(owner, who, state, wanted)
    orders.push(made)
    books.moved(null, 'pending_payment')
    await books.told('ordered')
    await pay(made)
    books.moved('pending_payment', 'pending')
    books.captured(made.lines)
    await books.told('paid')
    assert.deepEqual(await heard(who), ['order_placed', 'order_paid'])
  }
  const news = (await inbox(owner)).filter(n => n.type === 'seller_new_order')
  assert.deepEqual(news.map(n => n.data.amount), orders.map(o => o.total))

  const way = ['pending', 'confirmed', 'packed', 'shipped', 'delivered']
  for (let i = 1; i < way.length; i++) {
    for (const one of orders) {
      await step(owner, one, way[i], way[i] === 'shipped' ? { tracking } : {})
      books.moved(way[i - 1], way[i])
    }
    await books.told(way[i])
  }
  for (const { who, part } of orders) {
    const shipped = (await inbox(who)).find(n => n.type === 'order_shipped')
    assert.deepEqual([shipped.data.number, shipped.data.tracking_number, shipped.data.carrier],
      [part.number, tracking.tracking_number, tracking.carrier])
    assert.deepEqual(await heard(who),
      ['order_placed', 'order_paid', 'order_shipped', 'order_delivered'])
  }
  // What left the shelf is what was sold.
  const { variants: [{ stock }] } = await get(undefined, '/api/products/detail/',
    { id: goods[3].id })
  assert.equal(stock, STOCK - 11)

  await review(owner, orders[0], orders[0].lines[0])
  await refund(boss, orders[1], orders[1].lines[0])
  books.refunded(orders[1].lines[0])
  await books.told('refunded')
  assert.deepEqual(await heard(orders[1].who, 1), ['order_refunded'])

  await passWindow(owner, orders, books)
  await books.told('matured')
  await settle(boss, owner, books)
  await main.checkInvariants()
})
