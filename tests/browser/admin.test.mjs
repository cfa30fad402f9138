/*
 * An administrator's work through the pages, each thing looked up in the API
 * afterwards.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { test } from 'node:test'

import { assertProblem, assertStatus, customer, formOf, newKey, product, seller, unique, until }
  from '../api/harness.mjs'
import { runJob } from '../api/jobs.mjs'
import { png } from '../api/pictures.mjs'
import { moveTo, sold } from '../api/selling.mjs'
import { goTo, openShop, settled } from './browser.mjs'

const { shop, open, openAdmin } = await openShop()
const boss = assertStatus(await shop.api('POST', '/api/auth/login/',
  { body: { email: 'admin@example.com', password: 'haat-demo-2026' } }), 200).access
const read = async (path, query = {}) =>
  assertStatus(await shop.api('GET', `${path}?${new URLSearchParams(query)}`, { token: boss }), 200)
const audit = async (action, entity_id) =>
  (await read('/api/admin/logs/', { action, entity_id })).results

const dialog = page => page.getByRole('dialog')
const press = (where, name) => where.getByRole('button', { name, exact: true }).click()
const answered = (page, path) => page.waitForResponse(r =>
  new URL(r.url()).pathname === path && r.request().method() !== 'OPTIONS')

test('a wrong password is said; a right one leads home, and the figures are there', async () => {
  const page = await open('/admin/')
  page.expected.push(/401/)
  await page.getByLabel('E-mail').fill('admin@example.com')
  await page.getByLabel('Password').fill('wrong-wrong-wrong')
  await press(page, 'Sign in')
  await page.getByRole('alert').waitFor()
  await page.getByLabel('Password').fill('haat-demo-2026')
  await press(page, 'Sign in')
  await page.getByRole('heading', { name: 'Home' }).waitFor()
  await settled(page)
  const queues = await read('/api/admin/queues/')
  const tile = page.locator('a.tile', { hasText: 'Sellers to review' })
  assert.equal(await tile.locator('.value').textContent(), String(queues.sellers_pending))
  assert.equal(await page.getByRole('alert').count(), 0, 'every card could be loaded')
  // The access token is nowhere that a script of another page could read.
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage },
    document.cookie]))
  assert(!/access/.test(kept) && !kept.includes(boss))
  // A reload goes on with the session; signing out ends it.
  await page.reload()
  await page.getByRole('heading', { name: 'Home' }).waitFor()
  await press(page, 'Sign out')
  await page.getByLabel('E-mail').waitFor()
  assert.equal(await page.evaluate(() => sessionStorage.length), 0)
})

test('a customer is not let in', async () => {
  const page = await open('/admin/')
  await page.getByLabel('E-mail').fill('customer@example.com')
  await page.getByLabel('Password').fill('haat-demo-2026')
  await press(page, 'Sign in')
  await page.getByText('This account is no administrator.').waitFor()
})

test('a seller is approved after its document was read', async () => {
  const owner = await seller({ status: 'pending' }, shop)
  assertStatus(await shop.api('POST', '/api/sellers/kyc/upload/', { token: owner, key: newKey(),
    ...formOf([['document_type', 'pan_card'], ['file', { bytes: png(), filename: 'pan.png' }]]) }), 201)
  const page = await openAdmin('#/sellers?status=pending')
  await page.getByLabel('Search').fill(owner.storeName)
  await page.getByLabel('Search').press('Enter')
  await page.getByRole('link', { name: owner.storeName }).click()
  await page.getByRole('button', { name: 'Pan card' }).click()
  const shown = dialog(page).locator('img.viewer')
  await shown.waitFor()
  assert(await shown.evaluate(image => image.decode().then(() => image.naturalWidth)) > 0)
  await dialog(page).locator('footer').getByRole('button', { name: 'Close' }).click()
  await press(page, 'Approve…')
  await press(dialog(page), 'Approve')
  await page.locator('.page-head .pill', { hasText: 'Approved' }).waitFor()
  const events = page.locator('.timeline')
  await events.getByText('Seller: approve').waitFor()
  assert.match(await events.textContent(), /Pending → Approved.*admin@example\.com/s)
  const after = await read('/api/admin/sellers/detail/', { id: owner.sellerId })
  assert.equal(after.status, 'approved')
  const [row] = await audit('seller.approve', owner.sellerId)
  assert.equal(row.actor.email, 'admin@example.com')
  assert.equal((await audit('kyc_document.read', owner.sellerId)).length, 1)
})

test('a product is rejected with a reason, which its seller reads', async () => {
  const owner = await seller({}, shop)
  const thing = await product({ seller: owner, status: 'pending' }, shop)
  const page = await openAdmin('#/products?status=pending')
  await page.getByLabel('Search').fill(thing.name)
  await page.getByLabel('Search').press('Enter')
  await page.getByRole('link', { name: thing.name }).click()
  await press(page, 'Reject…')
  await dialog(page).getByLabel('Reason').fill('The pictures are too small.')
  await press(dialog(page), 'Reject')
  await page.locator('.page-head .pill', { hasText: 'Rejected' }).waitFor()
  const mine = assertStatus(await shop.api('GET', '/api/sellers/products/?status=rejected',
    { token: owner }), 200).results
  assert.deepEqual(mine.map(p => [p.id, p.rejection_reason]), [[thing.id, 'The pictures are too small.']])
})

test('one line of an order is refunded; what was shown before is what happened', async () => {
  const owner = await seller({}, shop)
  const things = [await product({ seller: owner, price: 19900 }, shop), await product({ seller: owner, price: 50000 }, shop)]
  const { order } = await sold({ lines: things.map(thing => [thing, 2]) }, shop)
  const page = await openAdmin(`#/orders/detail?id=${order.id}`)
  await press(page, 'Refund…')
  await dialog(page).getByLabel(`Units of ${things[0].name}`).fill('1')
  await dialog(page).getByLabel('Reason').fill('One was broken')
  const button = dialog(page).getByRole('button', { name: 'Refund ₹199.00' })
  await button.waitFor()
  const promise = await dialog(page).getByRole('status').textContent()
  assert.match(promise, /₹199\.00 goes back to the buyer/)
  const answer = answered(page, '/api/admin/refund/')
  await button.click()
  const refund = await (await answer).json()
  assert.equal(refund.amount, 19900)
  await page.getByText('1 back').waitFor()
  const after = await read('/api/admin/orders/detail/', { id: order.id })
  assert.equal(after.payment_status, 'partially_refunded')
  assert.deepEqual(after.refunds.map(r => [r.amount, r.reason]), [[19900, 'One was broken']])
  const line = after.seller_orders[0].items.find(i => i.product_id === things[0].id)
  const debit = /is debited\s+₹([\d.,]+)/.exec(promise)[1]
  const taken = after.ledger.filter(l => l.kind === 'refund' && l.account.startsWith('seller')).reduce((n, l) => n + l.amount, 0)
  assert.equal(Math.round(Number(debit.replace(/,/g, '')) * 100), Math.abs(taken))
  assert.equal(line.refunded_quantity, 1)
})

test('a settlement is paid with the reference of the bank', async () => {
  const owner = await seller({}, shop)
  const { part } = await sold({ lines: [[await product({ seller: owner, price: 250000 }, shop), 1]] }, shop)
  await moveTo({ ...part, owner }, 'delivered', shop)
  await shop.sql`update seller_order set delivered_at = delivered_at - interval '8 days' where id = ${part.id}`
  await shop.sql`update earning set matures_at = matures_at - interval '8 days' where seller_order_id = ${part.id}`
  assert.equal((await runJob(shop, 'mature')).status, 0)
  const settlement = assertStatus(await shop.api('POST', '/api/sellers/settlements/request/',
    { token: owner, key: newKey() }), 201)
  const page = await openAdmin(`#/settlements/detail?id=${settlement.id}`)
  await press(page, 'Pay…')
  const reference = unique('NEFT')
  await dialog(page).getByLabel('Reference of the bank').fill(reference)
  await press(dialog(page), 'Pay')
  await page.locator('.page-head .pill', { hasText: 'Paid' }).waitFor()
  assert.equal(await page.getByRole('button', { name: 'Pay…' }).count(), 0, 'it cannot be paid again')
  const after = await read('/api/admin/commerce/settlements/detail/', { id: settlement.id })
  assert.deepEqual([after.status, after.reference], ['paid', reference])
  const balance = assertStatus(await shop.api('GET', '/api/sellers/balance/', { token: owner }), 200)
  assert.deepEqual([balance.available, balance.settled], [0, settlement.net])
})

test('Ctrl-K finds the order by its number, with the keyboard alone', async () => {
  const { order } = await sold({ method: 'cod' }, shop)
  const page = await openAdmin()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').waitFor()
  await page.keyboard.type(order.number)
  await page.getByRole('option', { name: new RegExp(order.number) }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: `Order ${order.number}` }).waitFor()
  assert(page.url().includes(order.id))
})

test('a list is exported as its filters leave it', async () => {
  const name = unique('Exported')
  for (let i = 0; i < 3; i++) await product({ name: `${name} ${i}` }, shop)
  const page = await openAdmin(`#/products?q=${name}`)
  await page.getByRole('link', { name: `${name} 0` }).waitFor()
  const saved = page.waitForEvent('download')
  await press(page, 'Download CSV')
  const lines = fs.readFileSync(await (await saved).path(), 'utf8').replace('\ufeff', '').trim().split('\r\n')
  const there = await read('/api/admin/products/', { q: name })
  assert.equal(there.count, 3)
  assert.deepEqual(lines.slice(1).map(line => line.split(',')[0]), there.results.map(p => p.name))
})

test('accounts are blocked in bulk, and each outcome is reported', async () => {
  const mark = unique('bulk')
  const people = []
  for (let i = 0; i < 2; i++) people.push(await customer({ email: `${mark}-${i}@test.example` }, shop))
  const page = await openAdmin(`#/users?q=${mark}`)
  await page.getByText('2 in all').waitFor()
  await page.getByLabel('Select all rows of this page').check()
  await page.getByRole('region', { name: 'Selected rows' }).getByRole('button', { name: 'Block', exact: true }).click()
  await dialog(page).getByLabel('Reason').fill('Fraud')
  await press(dialog(page), 'Block')
  await dialog(page).getByText('2 of 2 done.').waitFor()
  await dialog(page).locator('footer').getByRole('button', { name: 'Close' }).click()
  for (const who of people) {
    assert.equal((await read('/api/admin/users/detail/', { id: who.id })).is_blocked, true)
    assertProblem(await shop.api('GET', '/api/auth/profile/', { token: who }), 401, 'invalid_token')
  }
})

test('filters stand in the address: a reload and "back" show the same rows', async () => {
  const page = await openAdmin('#/orders')
  const rows = () => page.locator('a.row-link').allTextContents()
  await page.getByLabel('Status', { exact: true }).selectOption('delivered')
  await settled(page)
  const delivered = await rows()
  assert(delivered.length > 0)
  const next = page.getByRole('button', { name: 'Next' })
  if (await next.isEnabled()) {
    await next.click()
    await until(async () => (await rows())[0] !== delivered[0])
    await page.goBack()
    await until(async () => (await rows())[0] === delivered[0])
  }
  await page.reload()
  await page.locator('a.row-link').first().waitFor()
  assert.deepEqual(await rows(), delivered)
  await page.getByRole('button', { name: /Remove the filter Status/ }).click()
  await settled(page)
  assert.notDeepEqual(await rows(), delivered)
})

test('rows of an earlier filter never pass for those of the present one', async () => {
  const page = await openAdmin('#/orders')
  // Within the very task of the change nothing can have been answered.
  const busy = await page.evaluate(async () => {
    const select = document.getElementById('filter-status')
    select.value = 'delivered'
    select.dispatchEvent(new Event('change', { bubbles: true }))
    for (let i = 0; i < 20; i++) await null
    return document.querySelector('#main table').getAttribute('aria-busy')
  })
  assert.equal(busy, 'true')
  await settled(page)
  // The answer to the first choice comes after that to the second.
  await page.evaluate(() => {
    const send = globalThis.fetch
    let second
    const after = new Promise(done => { second = done })
    globalThis.late = new Promise(done => {
      globalThis.fetch = async (url, { signal, ...options }) => {
        const answer = await send(url, options)
        if (/status=cancelled/.test(url)) {
          await after
          setTimeout(done, 0)
        }
        if (/status=shipped/.test(url)) second()
        return answer
      }
    })
  })
  await page.getByLabel('Status', { exact: true }).selectOption('cancelled')
  await page.getByLabel('Status', { exact: true }).selectOption('shipped')
  await page.evaluate(() => globalThis.late)
  await settled(page)
  const shown = new Set(await page.locator('tbody tr td:nth-child(2)').allTextContents())
  assert.deepEqual([...shown], ['Shipped'])
})

test('a session that ends keeps the half-filled form', async () => {
  const { order } = await sold({ lines: [[await product({ price: 30000 }, shop), 1]] }, shop)
  const page = await openAdmin(`#/orders/detail?id=${order.id}`)
  page.expected.push(/401/)
  await press(page, 'Refund…')
  await dialog(page).getByLabel(/^Units of/).fill('1')
  await dialog(page).getByLabel('Reason').fill('Came late')
  const refund = dialog(page).getByRole('button', { name: 'Refund ₹300.00' })
  await refund.waitFor()
  await shop.sql`update session set revoked_at = now()
    where account_id = (select id from account where email = 'admin@example.com')`
  await refund.click()
  const again = page.getByRole('dialog', { name: 'Sign in again' })
  await again.waitFor()
  // Whatever closes dialogs, it stays, and above the form.
  for (let i = 0; i < 3; i++) await page.keyboard.press('Escape')
  await page.evaluate(() => document.querySelectorAll('dialog').forEach(one => one.close()))
  await until(() => page.evaluate(() => [...document.querySelectorAll('dialog')].every(one => one.open)))
  await again.getByLabel('Password').fill('haat-demo-2026')
  await press(again, 'Sign in')
  await page.getByText('1 back').waitFor()
  const after = await read('/api/admin/orders/detail/', { id: order.id }).catch(() => null)
  if (after) assert.deepEqual(after.refunds.map(r => r.amount), [30000])
  assert.equal((await shop.sql`select from refund where order_id = ${order.id}`).length, 1)
})
