/*
 * The invariants themselves: each is broken, in a transaction that is rolled
 * back, and its query sees it; and "make invariants" tells it to a person.
 */
import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'

import { mode, root, startInstance } from './harness.mjs'

const shop = await startInstance({ HAAT_DEMO: '1' })
const { sql } = shop

const statements = execFileSync(path.join(root, 'tests/invariants'), ['--sql'],
  { cwd: root, encoding: 'utf8' })
const [before, ...queries] = statements.split(/^(?=select 'INV)/m)
const titleOf = query => /^select '(INV\d+ (?:[^']|'')*)', to_jsonb/.exec(query)[1]
  .replaceAll("''", "'")
const titles = queries.map(titleOf)

/** A row of the demo that fits, by its key. */
const some = (table, where = 'true', key = 'id') =>
  `(select ${key} from ${table} where ${where} order by ${key} limit 1)`
const other = (table, where = 'true', key = 'id') =>
  `(select ${key} from ${table} where ${where} order by ${key} desc limit 1)`
const held = "state = 'held'"
const captured = "provider = 'razorpay' and captured_amount > 0 and refund_reserved = 0"
const live = "status in ('requested', 'processing', 'paid')"
const settled = `settlement_id in (select id from settlement where ${live})`
const idem = table => [
  `alter table ${table} drop constraint ${table}_idem_once`,
  `update ${table} set idem_principal = 'u:1', idem_key = 'k'
    where id in (${some(table)}, ${other(table)})`,
]
const event = (more, values) => `insert into webhook_event (id, provider, event_type, payload,
  ${more}) values ('e', 'razorpay', 'payment.captured', '', ${values})`
const key = age => `insert into idempotency_key (principal, key, fingerprint, state, created_at)
  values ('u:1', 'k', decode(repeat('00', 32), 'hex'), 'started', now() - interval '${age}')`
const completer = age => `insert into job (name, period_secs, ok_at)
  values ('complete', 60, now() - interval '${age}')`

// What is done to the books, and the invariant that must see it. Triggers and
// foreign keys are off; a constraint that stands in the way is dropped.
const broken = [
  ['INV1 stock: what is on hand', `update stock set reserved = reserved + 1
    where variant_id = ${some('stock', 'on_hand > reserved', 'variant_id')}`],
  ['INV1 stock: what is on hand', 'alter table stock drop constraint stock_reserved_fits',
    `update stock set on_hand = reserved - 1
      where variant_id = ${some('stock', 'reserved > 0', 'variant_id')}`],
  ['INV1 stock: held for an order', `update reservation set state = 'released'
    where order_item_id = ${some('reservation', held, 'order_item_id')}`],
  ['INV1 stock: held for an order', `update reservation set state = 'held'
    where order_item_id = ${some('reservation', "state = 'released'", 'order_item_id')}`],
  ['INV1 stock: a line without', `delete from reservation
    where order_item_id = ${some('reservation', held, 'order_item_id')}`],
  ['INV1 stock: a line without', `update reservation set quantity = quantity + 1
    where order_item_id = ${some('reservation', 'not ' + held, 'order_item_id')}`],
  ['INV1 stock: the product', `update product set in_stock = not in_stock
    where id = ${some('product')}`],
  ['INV2 ledger: every journal', `update posting set amount = amount + 1
    where journal_id = ${some('posting', 'line = 1', 'journal_id')} and line = 1`],
  ['INV2 ledger: every currency', `insert into journal (id, kind, ref, currency)
    values ('00000000-0000-7000-8000-0000000000ff', 'x', 'y', 'USD')`,
    `insert into posting (journal_id, line, account, amount)
    values ('00000000-0000-7000-8000-0000000000ff', 1, 'bank', 5)`],
  ...['orders', 'payment', 'refund', 'settlement'].map(table => ['INV3 one effect', ...idem(table)]),
  ['INV4 a payment of the gateway',
    'alter table payment drop constraint payment_provider_payment_once',
    `update payment set provider_payment_id = 'pay_same'
    where id in (${some('payment', captured)}, ${other('payment', captured)})`],
  ['INV4 an order has one capture', `update payment set order_id = ${some('payment', captured,
    'order_id')}, is_live = false where id = ${other('payment', captured)}`],
  ['INV5 refunds stay within', `update refund set amount = amount + 100000000
    where id = ${some('refund', "status = 'processed'")}`],
  ['INV5 refunded quantities', 'alter table order_item drop constraint order_item_refund_fits',
    `update order_item set refunded_quantity = quantity + 1 where id = ${some('order_item')}`],
  ['INV5 refunded quantities', `update refund_item set quantity = quantity + 10000
    where refund_id = ${some('refund', "status = 'processed'")}`],
  ['INV6 a settlement is the sum', `update earning set settlement_id = null
    where id = ${some('earning', settled)}`],
  ['INV6 what a sub-order or a refund', 'drop index earning_sale_once',
    `insert into earning (id, seller_id, seller_order_id, gross, commission, amount, settlement_id)
    select '00000000-0000-7000-8000-0000000000ff', seller_id, seller_order_id, gross, commission,
      amount, ${other('settlement', live)}
    from earning where id = ${some('earning', `refund_id is null and ${settled}`)}`],
  ['INV6 a live settlement holds matured', `update earning set matured_at = null
    where id = ${some('earning', settled)}`],
  ['INV6 a live settlement holds matured', `update earning e set seller_id = (select x.id
    from seller x where x.id <> e.seller_id limit 1) where id = ${some('earning', settled)}`],
  ['INV6 settlements never came to more', `update settlement set gross = gross + 1000000000,
    net = net + 1000000000 where id = ${some('settlement', live)}`],
  ['INV6 settlements never came to more', `update settlement
    set requested_at = requested_at - interval '400 days' where id = ${other('settlement', live)}`],
  ...['line_total = line_total + 1', 'tax_total = tax_total + 1, igst = igst + 1',
    'cgst = cgst + 5, sgst = sgst - 5'].map(change => ['INV7 a line is price',
    'alter table order_item drop constraint order_item_total_adds_up',
    'alter table order_item drop constraint order_item_tax_adds_up',
    `update order_item set ${change} where id = ${some('order_item')}`]),
  ...['subtotal = subtotal + 1, total = total + 1', 'commission_total = commission_total + 1',
    'tax_total = 0'].map(change => ['INV7 a sub-order is the sum',
    `update seller_order set ${change} where id = ${some('seller_order', 'tax_total > 0')}`]),
  ...['subtotal = subtotal + 1, total = total + 1', 'tax_total = tax_total + 1']
    .map(change => ['INV7 an order is the sum',
      `update orders set ${change} where id = ${some('orders')}`]),
  ['INV7 commission is its rate', `update order_item set commission_amount = commission_amount + 1
    where id = ${some('order_item')}`],
  ['INV7 what sellers earn', `update payment set captured_amount = captured_amount + 1
    where id = ${some('payment', captured)}`],
  ['INV7 what sellers earn', `delete from earning where seller_order_id in (
    select id from seller_order where order_id = ${some('payment', captured, 'order_id')})`],
  ['INV8 webhooks: none waits', event('received_at', "now() - interval '6 minutes'")],
  ['INV8 webhooks: none is applied twice', `insert into journal (id, kind, ref)
    select '00000000-0000-7000-8000-0000000000ff', 'stray_capture', id::text
    from payment where id = ${some('payment', captured)}`],
  ['INV8 webhooks: none is applied twice', 'alter table journal drop constraint journal_once',
    `insert into journal (id, kind, ref)
    select '00000000-0000-7000-8000-0000000000ff', 'refund', id::text
    from refund where id = ${some('refund', 'provider_refund_id is not null')}`],
  ['INV8 webhooks: what is applied', event('state', "'applied'")],
  ['INV8 webhooks: what is applied', event('applied_at', 'now()')],
  ['INV9 orders: steps', `update order_event set from_status = 'delivered', status = 'confirmed'
    where id = ${some('order_event', "seller_order_id is null and status = 'delivered'")}`],
  ['INV9 sub-orders: steps', `update order_event set from_status = 'shipped', status = 'packed'
    where id = ${some('order_event', "seller_order_id is not null and status = 'shipped'")}`],
  ['INV9 orders: the history ends', `update orders set status = 'shipped'
    where id = ${some('orders', "status = 'delivered'")}`],
  ['INV9 sub-orders: the order', `update seller_order set status = 'cancelled'
    where order_id = ${some('orders', "status = 'delivered'")}`],
  ['INV11 two-sided', `update posting set amount = amount - 1 where account = 'gateway_clearing'
    and journal_id = ${some('journal', "kind = 'capture'")}`],
  ['INV11 two-sided', `delete from posting where account = 'gateway_clearing'
    and journal_id = ${some('journal', "kind = 'refund'")}`],
  ['INV12 idempotency', key('6 minutes'), completer('1 minute')],
  ['INV5 what payments and lines', `update payment set refund_reserved = refund_reserved + 1
    where id = ${some('payment', captured)}`],
  ['INV5 lines: amounts', 'alter table order_item drop constraint order_item_refund_fits',
    `update order_item set refunded_amount = refunded_amount + 1 where id = ${some('order_item')}`],
  ['INV5 a refund of lines', `update refund_item set amount = amount + 1
    where refund_id = ${some('refund_item', 'true', 'refund_id')}`],
  ['INV6 what sellers are owed', `update posting set amount = amount + 1
    where account = 'seller_pending' and journal_id = ${some('posting', "account = 'seller_pending'", 'journal_id')}`],
  ['INV6 each sum', `update settlement set gross = gross + 1, adjustments = adjustments - 1
    where id = ${some('settlement', live)}`],
  ['INV6 only what matured', `update earning set matured_at = null where id = ${some('earning', settled)}`],
  ['INV6 only what matured', `update settlement set status = 'rejected' where id = ${some('settlement', "status = 'paid'")}`],
  ['INV6 paid is', `delete from posting where account = 'bank'
    and journal_id = ${some('posting', "account = 'bank'", 'journal_id')}`],
  ['INV7 the shipping', `update order_item set shipping = shipping + 1 where id = ${some('order_item')}`],
  ['INV9 sub-orders: the history', `update order_event set status = 'packed', from_status = 'confirmed'
    where seller_order_id = ${some('seller_order', "status = 'delivered'")} and status = 'delivered'`],
  ['INV10 settlements', "delete from audit_log where entity = 'settlement'"],
  ['INV10 the chain', `update audit_log set ip = '203.0.113.99'
    where seq = ${some('audit_log', 'true', 'seq')}`],
  ['INV10 the chain', 'delete from audit_log where seq = 2'],
  ['INV10 what was found whole', `insert into audit_checkpoint (seq, hash)
    values (1, decode(repeat('11', 32), 'hex'))`],
  ['INV10 refunds', "delete from audit_log where entity = 'refund'"],
  ['INV10 requests', "delete from audit_log where action = 'refund.grant'"],
  ['INV10 commission', "delete from audit_log where action = 'commission.set'"],
  ['INV10 commission', `insert into commission_rate (id, scope, seller_id, rate_bps, set_by)
    select '00000000-0000-7000-8000-0000000000ff', 'seller', id, 1, account_id
    from seller where status = 'pending' limit 1`],
  ['INV13 ratings', `update product set rating_sum = rating_sum + 1
    where id = ${some('review', "status = 'published'", 'product_id')}`],
  ['INV14 sellers: nothing', `update seller set status = 'suspended'
    where id = ${some('product', 'seller_active', 'seller_id')}`],
  ['INV14 sellers: the PAN', `update seller set pan = 'ZZZZZ9999Z'
    where id = ${some('seller', 'gstin is not null and pan is not null')}`],
  ...['product_day (seller_id, day,', 'product_month (seller_id, month,'].map(table =>
    ['INV15 figures: what a month', `insert into ${table} product_id, units, revenue)
      select seller_id, 0, id, 1, 100 from product where id = ${some('product')}`]),
  ['INV15 figures: what a month', `insert into product_day (seller_id, day, product_id, units,
      revenue) select seller_id, 30, id, 1, 100 from product where id = ${some('product')}`,
  `insert into product_month (seller_id, month, product_id, units, revenue)
    select seller_id, 0, id, 1, 101 from product where id = ${some('product')}`],
]

const environment = () => ({ PATH: process.env.PATH, HOME: os.tmpdir(), MODE: mode,
  STATE_DIR: shop.stateDir, ENV_FILE: shop.envFile })
const books = execFileSync(path.join(root, 'scripts/stack'), ['books'],
  { cwd: root, encoding: 'utf8', env: environment() })

/** What the queries that begin so find in a transaction in which this was done. */
async function findings(changes, start = 'INV') {
  const psql = shop.psql()
  await psql.ask(`\\set books '${books}'\nset session_replication_role = replica`)
  await psql.ask('begin')
  for (const change of changes) await psql.ask(change)
  const lines = await psql.ask(
    [before, ...queries.filter(query => titleOf(query).startsWith(start))].join('\n'))
  await psql.ask('rollback')
  psql.close()
  return lines.split('\n').filter(Boolean).map(line => ({
    title: line.slice(0, line.indexOf('|')), row: JSON.parse(line.slice(line.indexOf('|') + 1)),
  }))
}

test('every invariant has a way to be broken here', () => {
  assert(titles.length > 25)
  for (const title of titles)
    assert(broken.some(([start]) => title.startsWith(start)), `nobody breaks: ${title}`)
  for (const [start] of broken)
    assert.equal(titles.filter(title => title.startsWith(start)).length, 1, start)
})

test('on books that are right no query returns a row', async () => {
  assert.deepEqual(await findings([]), [])
})

for (const [i, [start, ...changes]] of broken.entries())
  test(`${start} … can fail (${i})`, async () => {
    const found = await findings(changes, start)
    assert(found.length > 0, 'nothing is seen')
    assert(Object.keys(found[0].row).length > 0)
  })

test('INV8, INV11 and INV12 do not cry where all is well', async () => {
  assert.deepEqual(await findings([
    event('received_at', "now() - interval '4 minutes'"), key('4 minutes'), completer('1 minute'),
  ]), [], 'what is young may be open')
  assert.deepEqual(await findings([key('6 minutes'), completer('5 minutes')]), [],
    'nobody completes where the completer does not run')
})

// ---- make invariants ------------------------------------------------------------

const make = (settings = {}) => new Promise(resolve => {
  execFile('make', ['-s', 'invariants'], { cwd: root, env: { ...environment(), ...settings } },
    (error, stdout, stderr) => resolve({ status: error ? error.code : 0, stdout, stderr }))
})

test('make invariants: one line when all hold', async () => {
  const { status, stdout, stderr } = await make()
  assert.equal(status, 0, stdout + stderr)
  assert.equal(stdout, `${titles.length} invariants hold\n`)
  assert.equal(stderr, '')
})

test('make invariants: the name of what does not hold, its rows, and a status', async () => {
  const [{ id }] = await sql`update product set in_stock = not in_stock
    where id = (select id from product limit 1) returning id`
  const { status, stdout } = await make()
  await sql`update product set in_stock = not in_stock where id = ${id}`
  assert.notEqual(status, 0)
  assert.match(stdout, new RegExp(
    `^INV1 stock: the product's in_stock is what its variants say\n  \\{"id": "${id}", .*\\}\n$`))
})

test('make invariants: INV11 waits for what is under way, and asks no other provider',
  async () => {
    const [{ id }] = await sql`select id from journal where kind = 'capture' limit 1`
    await sql`set session_replication_role = replica`
    await sql`update posting set amount = amount + 1 where journal_id = ${id} and line = 1`
    await sql`update posting set amount = amount - 1 where journal_id = ${id} and line = 2`
    const elsewhere = await make({ RAZORPAY_API_URL: 'https://api.razorpay.invalid/v1' })
    const broke = await make()
    const late = make()
    await sql`update posting set amount = amount - 1 where journal_id = ${id} and line = 1`
    await sql`update posting set amount = amount + 1 where journal_id = ${id} and line = 2`
    assert.equal(elsewhere.status, 0, elsewhere.stdout + elsewhere.stderr)
    assert.equal(elsewhere.stdout,
      `${titles.length} invariants hold; INV11 skipped, the provider is not the sandbox\n`)
    assert.notEqual(broke.status, 0)
    assert.match(broke.stdout, /^INV11 two-sided: .*\n {2}\{"here": \d+, "name": "captured", .*\n$/)
    const { status, stdout } = await late
    assert.equal(status, 0, stdout)
    await sql`set session_replication_role = origin`
  })

test('make invariants: a database or a sandbox that is away is no good sign', async () => {
  const nobody = await make({ STATE_DIR: path.join(path.dirname(shop.stateDir), 'none') })
  assert.notEqual(nobody.status, 0)
  const away = await make({ RAZORPAY_API_URL: 'http://127.0.0.1:1/sandbox/razorpay/v1' })
  assert.notEqual(away.status, 0)
  assert.match(away.stderr, /does not answer/)
})
