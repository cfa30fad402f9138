/*
 * The pages of money and of what runs beside it show what the API says, and
 * nothing that it does not.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { test } from 'node:test'

import { assertStatus, customer, newKey, product, seller, unique, uuid7 } from '../api/harness.mjs'
import { moveTo, ripen, sold } from '../api/selling.mjs'
import { openShop, settled } from './browser.mjs'

const { shop, openAdmin } = await openShop()
const boss = assertStatus(await shop.api('POST', '/api/auth/login/',
  { body: { email: 'admin@example.com', password: 'haat-demo-2026' } }), 200).access
const read = async (path, query = {}) =>
  assertStatus(await shop.api('GET', `${path}?${new URLSearchParams(query)}`, { token: boss }), 200)
const rupees = paise => new Intl.NumberFormat('en-IN', { style: 'currency', currency: 'INR' })
  .format(paise / 100)

async function requested() {
  const owner = await seller({}, shop)
  await shop.sql`update seller set bank_account_holder = 'Ravi Traders',
    bank_account_number = '00123456789012', bank_ifsc = 'HDFC0001234' where id = ${owner.sellerId}`
  const { part } = await sold({ lines: [[await product({ seller: owner, price: 123457 }, shop), 1]],
    method: 'cod' }, shop)
  await moveTo({ ...part, owner }, 'delivered', shop)
  await ripen([part], shop)
  const settlement = assertStatus(await shop.api('POST', '/api/sellers/settlements/request/',
    { token: owner, key: newKey() }), 201)
  return { owner, part, settlement }
}

/** The rows of a card's table, cell by cell. */
const cells = async (page, label) => Promise.all((await page.getByRole('region', { name: label })
  .locator('tbody tr').all()).map(row => row.locator('td').allTextContents()))

test('a settlement names its store, its lines and, once it is paid, its postings', async () => {
  const { owner, part, settlement } = await requested()
  const page = await openAdmin(`#/settlements?seller_id=${owner.sellerId}`)
  await page.getByRole('link', { name: owner.storeName }).click()
  await page.locator('section.detail h1').waitFor()
  await settled(page)
  const [line] = await cells(page, 'Lines')
  assert.deepEqual(line.slice(0, 4), [part.number, rupees(123457), rupees(settlement.commission),
    rupees(settlement.net)])
  const { lines: [made] } = await read('/api/admin/commerce/settlements/detail/',
    { id: settlement.id })
  assert.equal(await page.getByRole('region', { name: 'Lines' }).locator('time')
    .getAttribute('datetime'), made.available_at)
  await page.getByText('Nothing is booked before it is paid.').waitFor()
  await page.getByRole('link', { name: owner.storeName }).waitFor()
  assertStatus(await shop.api('POST', '/api/admin/commerce/settlements/process/', { token: boss,
    key: newKey(), body: { settlement_id: settlement.id, action: 'pay', reference: unique('N') } }),
  200)
  await page.reload()
  await page.getByRole('region', { name: 'Ledger' }).waitFor()
  assert.deepEqual((await cells(page, 'Ledger')).map(row => row[0]), ['Seller payable', 'Bank'])
})

test('the payout file is saved, and its reading is in the audit trail', async () => {
  const { settlement } = await requested()
  const entries = async () =>
    (await read('/api/admin/logs/', { action: 'settlement.payout_file' })).count
  const before = await entries()
  const page = await openAdmin('#/settlements?status=requested')
  await settled(page)
  const saved = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Payout file', exact: true }).click()
  const file = await saved
  assert.equal(file.suggestedFilename(), 'payouts.csv')
  const lines = fs.readFileSync(await file.path(), 'utf8').trim().split('\r\n')
  const row = lines.find(line => line.startsWith(settlement.id))
  assert(row.includes(`,Ravi Traders,00123456789012,HDFC0001234,${(settlement.net / 100).toFixed(2)},` +
    `${settlement.net},INR,HT`), row)
  await page.getByText(/this reading is in the audit trail/).waitFor()
  assert.equal(await entries(), before + 1)
})

test('mismatches: what still differs, with both amounts and the order', async () => {
  const { order } = await sold({ method: 'cod' }, shop)
  const [ref, old] = [unique('pay'), unique('pay')]
  const side = amount => JSON.stringify({ status: 'captured', amount, currency: 'INR', refunded: 0 })
  await shop.sql`insert into payment_mismatch (id, entity, ref, kind, order_id, there, resolved_at)
    values (${uuid7()}, 'payment', ${ref}, 'missing_here', ${order.id}, ${side(12345)}::jsonb, null),
      (${uuid7()}, 'payment', ${old}, 'missing_here', null, ${side(1)}::jsonb, now())`
  const page = await openAdmin('#/mismatches?resolved=false')
  const row = page.locator('tbody tr', { hasText: ref })
  await row.waitFor()
  const shown = await row.locator('td').allTextContents()
  assert.deepEqual(shown.slice(0, 3), ['Missing here', 'Payment', 'Open'])
  assert.deepEqual(shown.slice(4, 9), [order.number, rupees(12345), '–', 'Captured', '–'])
  assert.equal(await page.getByText(old).count(), 0)
  await row.getByRole('link', { name: order.number }).click()
  await page.getByRole('heading', { name: `Order ${order.number}` }).waitFor()
  await shop.sql`delete from payment_mismatch where ref in (${ref}, ${old})`
})

test('a message that was given up is told by what and about what, and sent again', async () => {
  const buyer = await customer({}, shop)
  const id = uuid7()
  await shop.sql`insert into outbox (id, kind, account_id, payload, dead_at, attempts, last_error)
    values (${id}, 'mail.order_paid', ${buyer.id},
      '{"number": "H-1", "amount": 100, "currency": "INR"}', now(), 10, 'no such box')`
  const page = await openAdmin('#/deliveries')
  const row = page.locator('tbody tr', { hasText: buyer.email })
  await row.waitFor()
  assert.deepEqual((await row.locator('td').allTextContents()).slice(1, 6),
    ['Order paid', 'Mail', buyer.email, '10', 'no such box'])
  await row.getByRole('checkbox').check()
  const again = page.getByRole('button', { name: 'Send again', exact: true })
  await again.click()
  await page.getByRole('dialog').getByRole('button', { name: 'Send again' }).click()
  await page.getByText('1 of 1 done.').waitFor()
  const messages = (await read('/api/admin/outbox/', { page_size: 100 })).results
  assert.notEqual(messages.find(m => m.id === id).state, 'dead')
})
