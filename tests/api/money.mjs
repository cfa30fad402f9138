/*
 * money.mjs: an instance with the provider's sandbox, and what happens to an
 * order there: it is paid, shipped, delivered, paid back.
 */
import assert from 'node:assert/strict'

import { assertStatus, customer, mintTokens, newKey, placeOrder, product, seller, until }
  from './harness.mjs'
import { shopWithProvider } from './provider.mjs'
import { moveTo } from './selling.mjs'

/** Parcels of an instance, as their sellers move them. */
export function parcels(on) {
  const { sql } = on

  /** The seller of a part, signed in. */
  async function ownerOf(part) {
    const [{ id, sid }] = await sql`select a.account_id as id, s.id as sid
      from seller_order p join seller a on a.id = p.seller_id
      join session s on s.account_id = a.account_id and s.revoked_at is null
      where p.id = ${part.id} limit 1`
    return { token: mintTokens({ id, sid, role: 'seller' }, on).access }
  }

  /** Parts leave the shelf. */
  async function ship(order, parts = order.seller_orders) {
    for (const part of parts) await moveTo({ ...part, owner: await ownerOf(part) }, 'shipped', on)
  }

  /** Parts arrive, so long ago; those to be paid in cash are paid. */
  async function deliver(order, parts = order.seller_orders, daysAgo = 0) {
    for (const part of parts) {
      await moveTo({ ...part, owner: await ownerOf(part) }, 'delivered', on)
      await sql`update seller_order
        set delivered_at = delivered_at - make_interval(days => ${daysAgo}) where id = ${part.id}`
      await sql`update earning set matures_at = matures_at - make_interval(days => ${daysAgo})
        where seller_order_id = ${part.id} and matured_at is null`
    }
  }

  return { ship, deliver }
}

export async function startShop(settings = {}) {
  const { shop, gate, box } = await shopWithProvider(settings)
  const { api, sql } = shop
  const { ship, deliver } = parcels(shop)

  // ---- the provider ----

  /** The buyer pays, or fails to; what the checkout hands back. */
  const pay = async (checkout, outcome = 'captured') =>
    (await box.pay(checkout.order_id, { outcome })).body

  /** Webhooks wait until they are released. */
  const hold = () => box.faults({ webhooks: { hold: true } })
  const release = async () => {
    await box.calm()
    await box.ask('POST', '/webhooks/release')
  }

  /** The next calls that refund fail in this way. */
  const failRefunds = (fault, more) => {
    gate.hangUp()
    return box.next('POST /v1/payments/*/refund', fault, more)
  }
  const faultsLeft = async () => (await box.ask('GET', '/faults')).next.length

  /** The provider's refunds of an order's payments. */
  async function refundsThere(order) {
    const rows = await sql`select provider_payment_id as id from payment
      where order_id = ${order.id} and provider_payment_id is not null`
    return (await Promise.all(rows.map(({ id }) => box.all(`/payments/${id}/refunds`)))).flat()
  }

  // ---- an order ----

  const stateOf = async order =>
    (await sql`select status, payment_status from orders where id = ${order.id}`)[0]

  /** lines: [{price, quantity, taxRate, seller, stock}]; before(order) runs before it is paid. */
  async function ordered(lines = [{}], { method = 'razorpay' } = {}) {
    const things = []
    for (const line of lines)
      things.push([await product({ stock: 100, price: 25000, ...line }, shop),
        line.quantity ?? 1])
    const buyer = await customer({}, shop)
    const order = await placeOrder(buyer, things, { payment_method: method }, shop)
    const items = order.seller_orders.flatMap(part => part.items)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
    return { buyer, order, items, things: things.map(([thing]) => thing) }
  }

  async function initiated(lines, { before = () => {} } = {}) {
    const all = await ordered(lines)
    await before(all)
    const answer = await api('POST', '/api/payments/initiate/',
      { token: all.buyer, key: newKey(), body: { order_id: all.order.id } })
    return { ...all, ...assertStatus(answer, 201) }
  }

  async function paid(lines, options) {
    const all = await initiated(lines, options)
    await pay(all.checkout)
    await until(async () => (await stateOf(all.order)).status === 'confirmed',
      { what: 'the order to be confirmed' })
    return all
  }

  /** Lines of sellers that differ. */
  const sellers = n => Promise.all(Array.from({ length: n }, () => seller({}, shop)))

  // ---- books ----

  /** {account: sum} of an order's postings. */
  const books = async order => Object.fromEntries((await sql`
    select p.account, sum(p.amount)::bigint as sum from journal j
    join posting p on p.journal_id = j.id where j.order_id = ${order.id}
    group by p.account order by p.account`).map(({ account, sum }) => [account, Number(sum)]))

  const clearing = async (order, account = 'gateway_clearing') => (await sql`
    select p.amount from journal j join posting p on p.journal_id = j.id
    where j.order_id = ${order.id} and p.account = ${account} order by j.created_at, j.id`)
    .map(p => Number(p.amount))

  const refundRows = order =>
    sql`select * from refund where order_id = ${order.id} order by id`

  /** As if it had all happened some minutes ago, for the jobs. */
  const grow = async () => {
    await sql`update refund set updated_at = updated_at - interval '5 minutes'
      where status = 'processing'`
    await sql`update idempotency_key set created_at = created_at - interval '2 minutes'
      where state = 'started'`
  }

  /** INV11: what the provider captured and paid back is what our books say. */
  async function checkBothSides() {
    const there = await box.books()
    const [here] = await sql`select
      (select coalesce(sum(captured_amount), 0)::bigint from payment where provider = 'razorpay')
        as captured,
      (select coalesce(sum(r.amount), 0)::bigint from refund r join payment p on p.id = r.payment_id
        where p.provider = 'razorpay' and r.status = 'processed') as refunded,
      (select coalesce(sum(amount), 0)::bigint from posting where account = 'gateway_clearing')
        as clearing`
    assert(here.captured > 0)
    assert.equal(here.captured, there.captured)
    assert.equal(here.refunded, there.refunded)
    assert.equal(here.clearing, there.captured - there.refunded)
  }

  return { shop, gate, box, api, sql, pay, hold, release, failRefunds, faultsLeft, refundsThere,
    stateOf, ordered, initiated, paid, sellers, ship, deliver, books, clearing, refundRows,
    grow, checkBothSides }
}
