/* axe-core on every page, light and dark: nothing of WCAG level A or AA is violated. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { axeSource, eachPage, openShop, settled } from './browser.mjs'

const { open, openAdmin } = await openShop()

async function violations(page) {
  await page.evaluate(axeSource)
  return page.evaluate(async () => {
    const found = await globalThis.axe.run(document, { resultTypes: ['violations'],
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })
    return found.violations.map(v => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n =>
      `${n.html.slice(0, 160)} ${n.any[0]?.message ?? ''}`).join(' | ')}`)
  })
}

for (const colorScheme of ['light', 'dark']) {
  test(`the administration, ${colorScheme}`, async () => {
    const page = await openAdmin('', { colorScheme, bypassCSP: true })
    const found = []
    await eachPage(page, async name =>
      found.push(...(await violations(page)).map(text => `${name}: ${text}`)))
    // What opens above a page.
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').waitFor()
    found.push(...(await violations(page)).map(text => `palette: ${text}`))
    assert.deepEqual(found, [])
  })

  test(`sign-in, start page, guide and API pages, ${colorScheme}`, async () => {
    const found = []
    for (const path of ['/', '/admin/', '/docs/guide/', '/docs/', '/docs/?group=cart', '/docs/?group=admin_catalog']) {
      const page = await open(path, { colorScheme, bypassCSP: true })
      await settled(page)
      found.push(...(await violations(page)).map(text => `${path}: ${text}`))
      await page.context().close()
    }
    assert.deepEqual(found, [])
  })
}
