/*
 * What makes a day's work with the lists and forms quick and safe: sorting, keys, the
 * menu of a row, names in place of ids, forms that are not lost, and what is told when
 * something fails.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { test } from 'node:test'

import { assertStatus, customer, newKey, product, seller, unique } from '../api/harness.mjs'
import { moveTo, sold } from '../api/selling.mjs'
import { goTo, openShop, settled } from './browser.mjs'

const { shop, openAdmin } = await openShop()
const boss = assertStatus(await shop.api('POST', '/api/auth/login/',
  { body: { email: 'admin@example.com', password: 'haat-demo-2026' } }), 200).access
const read = async (path, query = {}) =>
  assertStatus(await shop.api('GET', `${path}?${new URLSearchParams(query)}`, { token: boss }), 200)
const dialog = page => page.getByRole('dialog')
const gone = page => dialog(page).waitFor({ state: 'detached' })
const press = (where, name) => where.getByRole('button', { name, exact: true }).click()
const names = page => page.locator('a.row-link').allTextContents()
const rupees = text => Number(text.replace(/[^\d.-]/g, ''))

test('a column sorts: the head says which way, the address and the pages keep it', async () => {
  const page = await openAdmin('#/orders')
  const head = page.getByRole('columnheader', { name: 'Total' })
  assert.equal(await page.getByRole('columnheader', { name: 'Placed' }).getAttribute('aria-sort'), 'descending')
  await head.getByRole('button').click()
  await settled(page)
  assert.equal(await head.getAttribute('aria-sort'), 'descending')
  assert.match(page.url(), /sort=-total/)
  const there = await read('/api/admin/orders/', { sort: '-total' })
  assert.deepEqual(await names(page), there.results.map(o => o.number))
  await press(page, 'Next')
  await settled(page)
  const second = await names(page)
  assert(!second.includes(there.results[0].number))
  await press(page, 'Previous')
  await settled(page)
  assert.deepEqual(await names(page), there.results.map(o => o.number))
  await head.getByRole('button').click()
  await settled(page)
  assert.equal(await head.getAttribute('aria-sort'), 'ascending')
  const totals = (await page.locator('tbody td[data-label=Total]').allTextContents()).map(rupees)
  assert.deepEqual(totals, [...totals].sort((a, b) => a - b))
  await page.locator('.pager select').selectOption('50')
  await settled(page)
  assert.equal((await names(page)).length, 50)
})

test('j, k and x walk and choose rows, Enter opens one, / and ? open what they say', async () => {
  const page = await openAdmin('#/users')
  const at = () => page.evaluate(() => document.activeElement.textContent)
  const all = await names(page)
  for (const [key, expected] of [['j', all[0]], ['j', all[1]], ['k', all[0]], ['k', all[0]]]) {
    await page.keyboard.press(key)
    assert.equal(await at(), expected)
  }
  await page.keyboard.press('x')
  await page.getByText('1 selected').waitFor()
  await page.keyboard.press('x')
  await page.getByText('1 selected').waitFor({ state: 'detached' })
  await page.keyboard.press('?')
  await page.getByRole('heading', { name: 'Keys' }).waitFor()
  await page.keyboard.press('Escape')
  await gone(page)
  await page.keyboard.press('/')
  await page.keyboard.type('change the col')
  await page.getByRole('option', { name: /Change the colours/ }).waitFor()
  await page.keyboard.press('Enter')
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'light')
  // The focus is back where it was.
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: all[0], level: 1 }).waitFor()
})

test('the menu of a row holds what is legal for it, and does it', async () => {
  const mark = unique('menu')
  const who = await customer({ email: `${mark}@test.example` }, shop)
  const page = await openAdmin(`#/users?q=${mark}`)
  const open = () => page.getByRole('button', { name: `More for ${who.email}` }).click()
  await open()
  assert.deepEqual(await page.getByRole('menuitem').allTextContents(), ['Open', 'Block…', 'Copy the id'])
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await dialog(page).getByLabel('Reason').fill('Fraud')
  await press(dialog(page), 'Block')
  await dialog(page).getByText('1 of 1 done.').waitFor()
  await dialog(page).locator('footer').getByRole('button', { name: 'Close' }).click()
  assert.equal((await read('/api/admin/users/detail/', { id: who.id })).is_blocked, true)
  await settled(page)
  await open()
  assert.deepEqual(await page.getByRole('menuitem').allTextContents(), ['Open', 'Unblock…', 'Copy the id'])
  await page.keyboard.press('Escape')
  await page.getByRole('menu').waitFor({ state: 'detached' })
})

test('a bulk action reports each row: what is refused says why, the rest is done', async () => {
  const owner = await seller({}, shop)
  const mark = unique('Mixed')
  const things = []
  for (let i = 0; i < 2; i++) things.push(await product({ seller: owner, status: 'pending', name: `${mark} ${i}` }, shop))
  const page = await openAdmin(`#/products?q=${mark}`)
  await page.getByText('2 in all').waitFor()
  // Somebody else decides about one of them meanwhile.
  assertStatus(await shop.api('POST', '/api/admin/products/reject/', { token: boss, key: newKey(), body: { product_id: things[0].id, reason: 'No' } }), 200)
  await shop.sql`update product set status = 'archived', pending_since = null where id = ${things[0].id}`
  await page.getByLabel('Select all rows of this page').check()
  await press(page.getByRole('region', { name: 'Selected rows' }), 'Approve')
  page.expected.push(/409/)
  await press(dialog(page), 'Approve')
  await dialog(page).getByText('1 of 2 done, 1 refused.').waitFor()
  const lines = await dialog(page).locator('.report li').allTextContents()
  assert(lines.some(l => l.includes(`✗ ${mark} 0: `)) && lines.some(l => l.includes(`✓ ${mark} 1`)), lines.join())
  assert.equal((await read('/api/admin/products/detail/', { id: things[1].id })).status, 'approved')
})

test('a seller is chosen by name, and its name stands where its id would', async () => {
  const owner = await seller({}, shop)
  const { order } = await sold({ lines: [[await product({ seller: owner }, shop), 1]], method: 'cod' }, shop)
  const page = await openAdmin('#/orders')
  await page.getByRole('combobox', { name: 'Seller' }).fill(owner.storeName.slice(0, 14))
  await page.getByRole('option', { name: owner.storeName }).waitFor()
  await page.keyboard.press('Enter')
  await settled(page)
  assert.deepEqual(await names(page), [order.number])
  assert(page.url().includes(owner.sellerId))
  const chip = page.getByRole('button', { name: `Remove the filter Seller: ${owner.storeName}` })
  await chip.waitFor()
  // The same after a reload, when nothing has named it yet.
  await page.reload()
  await chip.waitFor()
  assert.equal(await page.getByRole('combobox', { name: 'Seller' }).inputValue(), owner.storeName)
  await page.getByRole('combobox', { name: 'Seller' }).fill('')
  await page.keyboard.press('Enter')
  await settled(page)
  assert((await names(page)).length > 1)
})

test('columns are chosen and stay chosen', async () => {
  const page = await openAdmin('#/orders')
  const heads = async () => (await page.getByRole('columnheader').allTextContents()).map(t => t.replace(/ [↑↓↕]$/, ''))
  assert(!(await heads()).includes('Method'))
  await press(page, 'Columns')
  await dialog(page).getByLabel('Method').check()
  await dialog(page).getByLabel('City').uncheck()
  await page.keyboard.press('Escape')
  await gone(page)
  assert((await heads()).includes('Method') && !(await heads()).includes('City'))
  await page.reload()
  await page.locator('a.row-link').first().waitFor()
  assert((await heads()).includes('Method') && !(await heads()).includes('City'))
})

test('a half-filled form asks before it is left, in every way out', async () => {
  const who = await customer({}, shop)
  const page = await openAdmin(`#/users/detail?id=${who.id}`)
  await press(page, 'Block…')
  await page.keyboard.press('Escape')
  await gone(page)
  await press(page, 'Block…')
  await dialog(page).getByLabel('Reason').fill('Because')
  for (const leave of [() => page.keyboard.press('Escape'), () => press(dialog(page), 'Cancel'),
    () => press(dialog(page), 'Close'), () => page.mouse.click(5, 500)]) {
    await leave()
    await press(page, 'Keep writing')
    assert.equal(await dialog(page).getByLabel('Reason').inputValue(), 'Because')
  }
  // Nor does a browser that closes by a second Escape lose it.
  for (let i = 0; i < 4; i++) await page.keyboard.press('Escape')
  assert.equal(await dialog(page).getByLabel('Reason').inputValue(), 'Because')
  if (await page.getByRole('button', { name: 'Keep writing' }).count()) await press(page, 'Keep writing')
  // The back button asks too.
  const question = page.waitForEvent('dialog')
  await page.evaluate(() => { setTimeout(() => { location.hash = '#/orders' }) })
  await (await question).dismiss()
  await dialog(page).getByLabel('Reason').waitFor()
  assert(page.url().includes(who.id))
  await page.keyboard.press('Escape')
  await press(page, 'Discard it')
  await gone(page)
  assert.equal((await read('/api/admin/users/detail/', { id: who.id })).is_blocked, false)
})

test('what a form gets wrong is counted at the top, said beside the field, and has the focus', async () => {
  const page = await openAdmin('#/commission')
  page.expected.push(/400/)
  await press(page, 'Set a rate…')
  await dialog(page).getByLabel('Rate in %').fill('250')
  await press(dialog(page), 'Set')
  await dialog(page).getByRole('alert').getByText(/1 field needs another look/).waitFor()
  await page.waitForFunction(() => document.activeElement.name === 'rate')
  const described = await dialog(page).getByLabel('Rate in %').getAttribute('aria-describedby')
  assert((await page.locator(`#${described}`).textContent()).length > 5)
})

test('what fails says what failed, its request, and tries again', async () => {
  const page = await openAdmin('#/orders')
  page.expected.push(/503/)
  let broken = true
  await page.route('**/api/admin/refunds/**', route => broken ? route.fulfill({ status: 503, contentType: 'application/problem+json',
    body: JSON.stringify({ title: 'Service Unavailable', status: 503, code: 'service_unavailable', detail: 'Too busy.', request_id: 'a-request' }) }) : route.continue())
  await goTo(page, '#/refunds')
  const alert = page.getByRole('alert')
  assert.match(await alert.textContent(), /Refunds could not be loaded\.\s*Too busy\.\s*Request\s+a-request/)
  broken = false
  await press(alert, 'Try again')
  await page.locator('a.row-link').first().waitFor()
  assert.equal(await page.getByRole('alert').count(), 0)
  await goTo(page, `#/orders?q=${unique('nobody')}`)
  await page.getByText('No orders here').waitFor()
  await press(page, 'Clear the filters')
  await page.locator('a.row-link').first().waitFor()
})

test('an approved product shows what its seller wants to change, line by line', async () => {
  const owner = await seller({}, shop)
  const thing = await product({ seller: owner, description: 'Old words' }, shop)
  assertStatus(await shop.api('PUT', '/api/products/update/', { token: owner, key: newKey(),
    body: { id: thing.id, description: 'New words', attributes: { Colour: 'Red' } } }), 200)
  const page = await openAdmin(`#/products/detail?id=${thing.id}`)
  const rows = await page.getByRole('region', { name: 'Changes' }).locator('tbody tr').all()
  const cells = await Promise.all(rows.map(row => row.locator('th, td').allTextContents()))
  assert.deepEqual(cells.sort(), [['Attributes: Colour', '–', 'Red'], ['Description', 'Old words', 'New words']])
  await press(page, 'Approve…')
  await press(dialog(page), 'Approve')
  await page.getByRole('region', { name: 'Changes' }).waitFor({ state: 'detached' })
  await page.locator('.card', { hasText: 'Description' }).getByText('New words').waitFor()
  assert.equal((await read('/api/admin/products/detail/', { id: thing.id })).description, 'New words')
})

test('the simulator names the rule that wins, and a real order costs what it says', async () => {
  const owner = await seller({}, shop)
  assertStatus(await shop.api('POST', '/api/admin/commission/set/', { token: boss, key: newKey(),
    body: { scope: 'seller', seller_id: owner.sellerId, rate_bps: 725 } }), 200)
  const { order } = await sold({ lines: [[await product({ seller: owner, price: 99999 }, shop), 1]], method: 'cod' }, shop)
  const page = await openAdmin('#/commission')
  const card = page.locator('.card', { hasText: 'What would it cost the seller?' })
  await card.getByText(/The market’s rate wins/).waitFor()
  await card.getByLabel('The buyer pays for the goods, in rupees').fill('999.99')
  await card.getByRole('combobox', { name: 'Seller' }).fill(owner.storeName)
  await page.getByRole('option', { name: owner.storeName }).click()
  await card.getByText(/The seller’s own rate wins: 7\.25\s%/).waitFor()
  const told = rupees(await card.locator('tr', { hasText: 'Commission' }).locator('td').textContent())
  const detail = await read('/api/admin/orders/detail/', { id: order.id })
  assert.equal(Math.round(Math.abs(told) * 100), detail.seller_orders[0].items[0].commission.amount)
})

test('a refund of an amount over two sellers tells each one’s share first; a request is granted from its order', async () => {
  const things = [await product({ seller: await seller({}, shop), price: 10007 }, shop), await product({ seller: await seller({}, shop), price: 33301 }, shop)]
  const { order } = await sold({ lines: things.map(thing => [thing, 1]) }, shop)
  const page = await openAdmin(`#/orders/detail?id=${order.id}`)
  await press(page, 'Refund…')
  await dialog(page).getByLabel('What').selectOption('amount')
  await dialog(page).getByLabel('Amount in rupees').fill('99.99')
  await dialog(page).getByLabel('Reason').fill('Goodwill')
  await dialog(page).getByRole('button', { name: 'Refund ₹99.99' }).waitFor()
  const debits = (await dialog(page).locator('.foreseen li').allTextContents()).map(text => rupees(/debited ₹([\d.,]+)/.exec(text)[1]))
  assert.equal(debits.length, 2)
  await dialog(page).getByRole('button', { name: 'Refund ₹99.99' }).click()
  await page.getByRole('region', { name: 'Refunds' }).getByText('Goodwill').waitFor()
  const { ledger } = await read('/api/admin/orders/detail/', { id: order.id })
  const taken = ledger.filter(l => l.kind === 'refund' && l.account.startsWith('seller')).map(l => Math.abs(l.amount) / 100)
  assert.deepEqual(taken.sort(), debits.sort())
  // Too much is told at once, and cannot be pressed.
  page.expected.push(/409/)
  await press(page, 'Refund…')
  await dialog(page).getByLabel('What').selectOption('amount')
  await dialog(page).getByLabel('Amount in rupees').fill('9999')
  await dialog(page).getByText('More than was paid and not yet refunded.').waitFor()
  assert.equal(await dialog(page).locator('footer button.danger').isEnabled(), false)
})

test('a refund request is granted from its order', async () => {
  const owner = await seller({}, shop)
  const { order, part, buyer } = await sold({ lines: [[await product({ seller: owner, price: 20000 }, shop), 2]] }, shop)
  await moveTo({ ...part, owner }, 'delivered', shop)
  const whole = await read('/api/admin/orders/detail/', { id: order.id })
  assertStatus(await shop.api('POST', '/api/refunds/request/', { token: buyer, key: newKey(), body: { order_id: order.id,
    items: [{ order_item_id: whole.seller_orders[0].items[0].id, quantity: 1 }], reason: 'Too small' } }), 201)
  const page = await openAdmin('#/refunds?status=requested')
  await page.getByRole('link', { name: order.number }).click()
  await page.getByRole('region', { name: 'Refunds' }).getByRole('button', { name: 'Grant…' }).click()
  await dialog(page).getByText(/₹200\.00 goes back to the buyer/).waitFor()
  await press(dialog(page), 'Grant')
  await page.getByText('1 back').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Grant…' }).count(), 0)
  assert.equal((await read('/api/admin/refunds/', { order_id: order.id })).results[0].amount, 20000)
})

test('reports turn their pages, and their file holds all rows', async () => {
  const page = await openAdmin('#/reports?type=orders')
  const first = await page.locator('tbody tr').first().textContent()
  const { count } = await read('/api/admin/reports/', { type: 'orders' })
  assert(count > 20)
  await press(page, 'Next')
  await settled(page)
  assert.notEqual(await page.locator('tbody tr').first().textContent(), first)
  const saved = page.waitForEvent('download')
  await press(page, 'Download CSV')
  const lines = fs.readFileSync(await (await saved).path(), 'utf8').trim().split('\r\n')
  assert(lines.length > 21)
})

test('every report shows its amounts without scrolling, under the words of an accountant', async () => {
  const page = await openAdmin('#/reports')
  const choose = page.getByLabel('Report', { exact: true })
  for (const type of await choose.locator('option').evaluateAll(all => all.map(o => o.value))) {
    await goTo(page, `#/reports?type=${type}&from=2020-01-01`)
    const table = page.getByRole('region', { name: /report$/ })
    const heads = await table.getByRole('columnheader').allTextContents()
    assert.deepEqual(heads.filter(h => /bps|_|\bid\b|minor|total$/i.test(h) && h !== 'Total'), [], type)
    assert.equal(new Set(heads).size, heads.length, type)
    const beyond = await table.evaluate(wrap => [...wrap.querySelectorAll('tbody td')].filter(cell => cell.textContent.includes('₹')
      && cell.getBoundingClientRect().right > wrap.getBoundingClientRect().right).map(cell => cell.dataset.label))
    assert.deepEqual(beyond.filter(label => label !== 'Unit price'), [], type)
  }
})

test('a range that has a name is called by it', async () => {
  const page = await openAdmin('#/reports')
  const range = page.getByLabel('Range')
  const shown = () => range.evaluate(select => select.selectedOptions[0].textContent)
  assert.equal(await shown(), 'Last 30 days')
  await range.selectOption({ label: 'Last 7 days' })
  await settled(page)
  assert.equal(await shown(), 'Last 7 days')
  await page.getByLabel('From').fill('2026-01-01')
  await settled(page)
  assert.equal(await shown(), 'Custom')
  await goTo(page, '#/analytics')
  assert.equal(await shown(), 'Last 30 days')
})

test('categories are added, moved under another and removed', async () => {
  const name = unique('Shelf')
  const page = await openAdmin('#/categories')
  await press(page, 'Add a category')
  await dialog(page).getByLabel('Name').fill(name)
  await press(dialog(page), 'Save')
  await page.getByText(`${name} is saved.`).waitFor()
  await page.getByLabel('Search').fill(name)
  await page.getByLabel('Search').press('Enter')
  await page.getByText('1 in all').waitFor()
  await page.getByRole('button', { name: `More for ${name}` }).click()
  await page.getByRole('menuitem', { name: 'Change…' }).click()
  await dialog(page).getByLabel('Under').selectOption({ label: 'Fashion' })
  await press(dialog(page), 'Save')
  await page.locator('td[data-label=Under]').getByText('Fashion').waitFor()
  await page.getByRole('button', { name: `More for ${name}` }).click()
  await page.getByRole('menuitem', { name: 'Remove…' }).click()
  await press(dialog(page), 'Remove')
  await dialog(page).getByText('1 of 1 done.').waitFor()
  const all = await read('/api/categories/list/', { page_size: 500 })
  assert(!all.results.some(c => c.name === name))
})

test('times are those of the shop, whichever page is opened first', async () => {
  const page = await openAdmin('#/orders')
  const title = () => page.locator('tbody time').first().getAttribute('title')
  assert.match(await title(), / IST$/)
  await page.route('**/instance.json', route => route.fulfill({ contentType: 'application/json',
    body: JSON.stringify({ demo: false, logins: [], timezone: 'America/New_York' }) }))
  await page.reload()
  await page.locator('tbody time').first().waitFor()
  assert.match(await title(), / (EST|EDT|GMT-[45])$/)
})

test('a dialog that failed sends the same key again, and another one for something else', async () => {
  const who = await customer({}, shop)
  const page = await openAdmin(`#/users/detail?id=${who.id}`)
  page.expected.push(/503/)
  const keys = []
  await page.route('**/api/admin/users/block/', route => {
    keys.push(route.request().headers()['idempotency-key'])
    return keys.length < 3 ? route.fulfill({ status: 503, contentType: 'application/problem+json',
      body: JSON.stringify({ title: 'Service Unavailable', status: 503, code: 'service_unavailable', detail: 'Too busy.' }) }) : route.continue()
  })
  await press(page, 'Block…')
  await dialog(page).getByLabel('Reason').fill('One')
  await press(dialog(page), 'Block')
  await dialog(page).getByRole('alert').getByText('Too busy.').waitFor()
  await press(dialog(page), 'Block')
  await dialog(page).getByRole('button', { name: 'Block', exact: true }).waitFor()
  await dialog(page).getByLabel('Reason').fill('Two')
  await press(dialog(page), 'Block')
  await page.locator('.page-head .pill', { hasText: 'Blocked' }).waitFor()
  assert.equal(keys.length, 3)
  assert.equal(keys[0], keys[1])
  assert.notEqual(keys[1], keys[2])
})
