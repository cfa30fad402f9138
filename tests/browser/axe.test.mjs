/* axe-core on every page: nothing of WCAG level A or AA is violated, in light or in dark. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { axeSource, eachPage, goTo, openShop, settled } from './browser.mjs'

const { open, openAdmin } = await openShop()

const levels = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
/** In the dark a page has other colours, and the same elements. */
const colours = { runOnly: { type: 'rule', values: ['color-contrast'] } }
const rules = { light: { runOnly: levels }, dark: colours }

async function violations(page, options) {
  await page.evaluate(axeSource)
  return page.evaluate(async options => {
    const found = await globalThis.axe.run(document, { resultTypes: ['violations'], ...options })
    return found.violations.map(v => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n =>
      `${n.html.slice(0, 160)} ${n.any[0]?.message ?? ''}`).join(' | ')}`)
  }, options)
}

for (const colorScheme of ['light', 'dark']) {
  test(`the administration, ${colorScheme}`, async () => {
    const page = await openAdmin('', { colorScheme, bypassCSP: true })
    const found = []
    await eachPage(page, async name =>
      found.push(...(await violations(page, rules[colorScheme])).map(text => `${name}: ${text}`)))
    // What opens above a page.
    const above = async (name, hash, open, waitFor) => {
      await goTo(page, hash)
      await open()
      await page.locator(waitFor).first().waitFor()
      found.push(...(await violations(page, rules[colorScheme])).map(text => `${name}: ${text}`))
      await page.keyboard.press('Escape')
    }
    const button = name => page.getByRole('button', { name }).first().click()
    await above('palette', '#/', () => page.keyboard.press('Control+k'), 'dialog')
    await above('keys', '#/', () => page.keyboard.press('?'), 'dialog')
    await above('columns', '#/orders', () => button('Columns'), 'dialog')
    await above('a found seller', '#/orders', () => page.getByRole('combobox', { name: 'Seller' }).fill('in'), '.pick li')
    await above('row menu', '#/products', () => button(/^More for/), '[role=menu]')
    await above('selection', '#/products', () => page.getByLabel('Select all rows of this page').check(), '.selection')
    await above('the API call', '#/users', () => button('Show the API call'), 'dialog')
    await above('a form', '#/commission', () => button('Set a rate…'), 'dialog')
    await above('an entry', '#/logs', async () => {
      await button(/^More for/)
      await page.getByRole('menuitem').first().click()
    }, 'dialog')
    await above('nothing found', '#/orders?q=nobody-of-this-name', () => {}, '.empty')
    await above('numbers', '#/analytics', () => button('Show the numbers'), '.chart table')
    await goTo(page, '#/refunds?status=requested')
    await page.locator('a.row-link').first().click()
    await above('refund', await page.evaluate(() => location.hash), async () => {
      await button('Refund…')
      await page.getByRole('spinbutton').first().fill('1')
    }, '.foreseen ul')
    assert.deepEqual(found, [])
  })

  test(`sign-in, start page, guide and API pages, ${colorScheme}`, async () => {
    const found = []
    for (const path of ['/', '/admin/', '/docs/guide/', '/docs/', '/docs/?group=cart', '/docs/?group=admin_catalog']) {
      const page = await open(path, { colorScheme, bypassCSP: true })
      await settled(page)
      found.push(...(await violations(page, rules[colorScheme])).map(text => `${path}: ${text}`))
      await page.context().close()
    }
    assert.deepEqual(found, [])
  })

  test(`an open endpoint of the API pages can be read, ${colorScheme}`, async () => {
    const found = []
    for (const [group, id] of [['cart', 'cart_get_get'], ['cart', 'cart_add_post'], ['admin_catalog', 'admin_categories_update_put'],
      ['admin_catalog', 'admin_categories_delete_delete']]) {
      const page = await open(`/docs/?group=${group}#/${group}/${id}`, { colorScheme, bypassCSP: true })
      page.expected.push(/escaping deep link whitespace/, /401/)
      const opened = page.locator(`#operations-${group}-${id}.is-open`)
      // What it answers to nobody is shown like all else.
      if (id.endsWith('get')) {
        await opened.getByRole('button', { name: 'Execute' }).click()
        await opened.locator('.live-responses-table').waitFor()
      }
      await opened.getByRole('button', { name: 'Execute' }).waitFor()
      found.push(...(await violations(page, colours)).map(text => `${id}: ${text}`))
      await settled(page)
      await page.context().close()
    }
    assert.deepEqual(found, [])
  })
}
